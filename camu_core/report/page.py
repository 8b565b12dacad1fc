"""The report's file around its words: style, figures as data, and the script that draws and plays them.

It needs no network and no server. Figures are drawn in the colours of the reader's light or dark window, on paper in
light ones and at the end of the run; where scripts are off, the page for the board stands in for them.
"""

import base64
import json
import re
from dataclasses import asdict
from html import escape, unescape

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from camu_core.figures.theme import DARK, DENSE, FONT, LIGHT, WIDE, title_layout
from camu_core.wording.format import number, percent

_WIDE_COLUMNS = 3  # panels side by side, too many for a narrow window
_STEP_MS, _GLIDE_MS = 700, 350
_PAPER = 640  # pixels across, which A4 and Letter have room for
_TAGS = re.compile(r"<[^>]+>")


def _variables(tones: dict[str, str]) -> str:
    return " ".join(f"--{name}: {color};" for name, color in tones.items())


_STYLE = f"""
:root {{ color-scheme: light dark; {_variables(asdict(LIGHT))} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(asdict(DARK))} }} }}
body {{ font: 16px/1.5 {FONT}; color: var(--text); background: var(--page); max-width: 1080px; margin: 2rem auto;
        padding: 0 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.7rem; line-height: 1.25; }} h2 {{ font-size: 1.15rem; margin-top: 2.5rem; }}
.quiet, caption {{ color: var(--muted); }} section {{ margin-top: 2rem; }}
.finding {{ font-weight: 600; margin: .5rem 0; }}
.drawn, details {{ overflow-x: auto; }}
.wide {{ min-width: 680px; }}
@media (hover: none) {{ .modebar {{ display: none; }} }}
.playing {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 1rem; }}
.player {{ display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; }}
.player[hidden] {{ display: none; }}
.player button {{ font: inherit; min-width: 5.5rem; min-height: 44px; color: var(--page); background: var(--retain);
                  border: 0; border-radius: 6px; cursor: pointer; }}
.player input {{ flex: 1 1 12rem; min-height: 44px; accent-color: var(--retain); }}
.player output {{ flex: 1 1 100%; font-variant-numeric: tabular-nums; }}
:focus-visible {{ outline: 3px solid var(--forget); outline-offset: 2px; }}
table {{ border-collapse: collapse; overflow-wrap: normal; }}
td, th {{ padding: .2rem .8rem .2rem 0; text-align: right; }}
td:first-child, th:first-child {{ text-align: left; }}
pre {{ background: var(--grid); padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }}
noscript img {{ max-width: 100%; }}
@media print {{
  @page {{ margin: 15mm; }}
  body {{ margin: 0; padding: 0; }} .player {{ display: none; }} section {{ break-inside: avoid; }}
  .playing {{ grid-template-columns: 1fr 1fr; gap: 0; }} .drawn, details {{ overflow: visible; }}
}}
"""

_SCRIPT = """
const tones = __TONES__;
const darkness = matchMedia('(prefers-color-scheme: dark)');
const boxes = [...document.querySelectorAll('.plotly-graph-div')];
const figure = (box, isDark) => JSON.parse(document.getElementById(box.dataset.figure).textContent
  .replace(/#[0-9A-F]{6}/gi, (color) => isDark && tones[color.toUpperCase()] || color));
const draw = (box, isDark, onPaper) => {
  const { data, layout, frames } = figure(box, isDark);
  const size = onPaper ? { autosize: false, width: box.closest('.playing') ? __PAPER__ / 2 : __PAPER__ }
    : { autosize: true };
  const shown = Plotly.react(box, data, { ...layout, ...size }, { displaylogo: false, responsive: !onPaper });
  return frames ? shown.then(() => box.frames ? 0 : Plotly.addFrames(box, frames)).then(() => { box.frames = frames; })
    : shown;
};
const drawAll = (isDark, onPaper) => Promise.all(boxes.map((box) => draw(box, isDark, onPaper)));
const player = document.querySelector('.player');
let at, timer;
const show = (k, glide) => {
  const { steps } = player.dataset, moments = JSON.parse(steps);
  at = k;
  const input = player.querySelector('input'), output = player.querySelector('output');
  input.value = k;
  input.setAttribute('aria-valuetext', output.textContent = moments[k].told);
  const duration = glide && !matchMedia('(prefers-reduced-motion: reduce)').matches ? __GLIDE__ : 0;
  for (const box of boxes.filter((each) => each.frames)) Plotly.animate(box, [moments[k].name],
    { mode: 'immediate', transition: { duration, easing: 'cubic-in-out' }, frame: { duration, redraw: true } })
    .catch(() => {});  // the next moment came before this one was drawn
};
const pause = () => { clearInterval(timer); timer = undefined; player.querySelector('button').textContent = 'Play'; };
const play = (last) => {
  player.querySelector('button').textContent = 'Pause';
  if (at === last) show(0, false);
  timer = setInterval(() => { show(at + 1, true); if (at === last) pause(); }, __STEP__);
};
const listen = () => {
  const input = player.querySelector('input'), last = Number(input.max);
  player.hidden = false;
  player.querySelector('button').onclick = () => timer ? pause() : play(last);
  input.oninput = () => { pause(); show(Number(input.value), false); };
  at = last;
};
drawAll(darkness.matches).then(() => player && listen());
darkness.onchange = (change) => { if (player) pause(); drawAll(change.matches).then(() => player && show(at, false)); };
addEventListener('beforeprint', () => { if (player) pause(); drawAll(false, true); });
addEventListener('afterprint', () => drawAll(darkness.matches).then(() => player && show(at, false)));
"""


def html_file(title: str, body: str) -> str:
    """All of the file.

    Args:
        title: plain.
        body: HTML.
    """
    tones = {color.upper(): getattr(DARK, name) for name, color in asdict(LIGHT).items()}
    script = _SCRIPT.replace("__TONES__", json.dumps(tones)).replace("__PAPER__", str(_PAPER))
    script = script.replace("__STEP__", str(_STEP_MS)).replace("__GLIDE__", str(_GLIDE_MS))
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style>'
        "<noscript><style>.drawn { display: none; }</style></noscript></head>"
        f"<body><main>{body}</main><script>{get_plotlyjs()}</script><script>{script}</script></body></html>\n"
    )


def without_scripts(picture: bytes, told: str) -> str:
    """What stands in for the figures where scripts are off.

    Args:
        picture: PNG of the page for the board.
        told: what it says, in a sentence.
    """
    content = base64.b64encode(picture).decode()
    return (
        "<noscript><p>Scripts are off, so that there are no figures but these; all numbers are in the tables.</p>"
        f'<img alt="{escape(told)}; its words and numbers follow." src="data:image/png;base64,{content}"></noscript>'
    )


def section(number: int, question: str, figure: go.Figure, table: pd.DataFrame | None) -> str:
    """A question, its finding in words, the figure and its numbers."""
    return f"<section><h2>{escape(question)}</h2>{drawn(f'figure-{number}', figure)}{_numbers(table)}</section>"


def playing_section(question: str, said: str, figures: list[go.Figure], moments: pd.DataFrame) -> str:
    """Figures whose frames are played together.

    Args:
        moments: the snapshots in order: columns step, to keep and to forget (accuracies).
    """
    total = moments["step"].iloc[-1]
    told = [
        {"name": str(row.step), "told": f"Step {row.step:,} of {total:,}: "
         f"{percent(row.keep)} of the images to keep recognised, {percent(row.forget)} of those to forget"}
        for row in moments.set_axis(["step", "keep", "forget"], axis="columns").itertuples()
    ]  # fmt: skip
    last = len(told) - 1
    shown = "".join(drawn(f"playing-{i}", figure) for i, figure in enumerate(figures))
    return (
        f'<section><h2>{escape(question)}</h2><p class="quiet">{escape(said)}</p>'
        f'<div class="player" hidden data-steps="{escape(json.dumps(told))}"><button type="button">Play</button>'
        f'<input type="range" min="0" max="{last}" value="{last}" aria-label="Step of the run" '
        f'aria-valuetext="{escape(told[-1]["told"])}"><output>{escape(told[-1]["told"])}</output></div>'
        f'<div class="playing">{shown}</div>{_numbers(moments)}</section>'
    )


def drawn(name: str, figure: go.Figure) -> str:
    """A figure with its title as words of the page, which break at any width, and as its name for a reader."""
    title, margin = figure.layout.title, figure.layout.margin.t
    pixels = title_layout(title.text, title.font.size)[1]
    words = escape(unescape(_TAGS.sub(" ", title.text)))
    parts = json.loads(figure.to_json())
    layout = {**parts["layout"], "title": None, "margin": {**parts["layout"]["margin"], "t": margin - pixels + 8}}
    height = figure.layout.height - pixels + 8
    content = json.dumps({**parts, "layout": {**layout, "height": height}}, separators=(",", ":"))
    is_wide = len({axis.domain for axis in figure.select_xaxes()}) >= _WIDE_COLUMNS or figure.layout.meta in (
        WIDE,
        DENSE,
    )
    return (
        f'<div><p class="finding">{words}</p><div class="drawn"><div class="plotly-graph-div{" wide" * is_wide}" '
        f'role="figure" aria-label="{words}" data-figure="{name}" style="min-height:{height}px"></div></div>'
        f'<script type="application/json" id="{name}">{content.replace("<", chr(92) + "u003c")}</script></div>'
    )


def _numbers(table: pd.DataFrame | None) -> str:
    if table is None:
        return ""
    rows = table.set_index(table.columns[0]).rename_axis(None)
    rows = rows.astype(object).where(rows.notna(), "-")
    shown = rows.to_html(float_format=lambda value: number("{:.4f}", value), border=0)
    return f"<details><summary>The numbers as a table</summary>{shown}</details>"
