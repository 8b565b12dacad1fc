"""A slider that changes numbers and two figures in the browser, from data sent once: no drag asks the server."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.components.shared import moving

_GLIDE_MS = 160

_JS = (
    moving.LOADER
    + """
const HTML = `<div class="dial-side">
  <label class="dial-label"></label>
  <input type="range" min="0" step="1">
  <div class="dial-ends"><span></span><span></span></div>
  <div class="dial-now"></div>
  <dl aria-live="polite"></dl></div>
<figure><figcaption></figcaption><div class="dial-picture" role="figure"></div></figure>
<figure><figcaption></figcaption><div class="dial-picture" role="figure"></div></figure>`;
const said = (trace, i) => trace.said[i].map((label, n) => trace.hover
  .replace('{true}', () => trace.names[trace.y[n]]).replace('{said}', () => trace.names[label]));
const build = (parent) => {
  const box = document.createElement('div');
  box.className = 'dial';
  box.innerHTML = HTML;
  parent.append(box);
  const slider = box.querySelector('input'), id = `dial-${crypto.randomUUID?.() ?? Math.random()}`;
  slider.id = id;
  box.querySelector('label').htmlFor = id;
  slider.addEventListener('input', () => turn(box));
  // arrow keys turn the scenes of the story, too: here they move the slider, and after a drag the scenes again
  slider.addEventListener('keydown', (event) => /^Arrow/.test(event.key) && event.stopPropagation());
  slider.addEventListener('pointerup', () => slider.blur());
  return box;
};
const words = (box, i) => {
  const { stops, numbers } = box.told, list = box.querySelector('dl');
  box.querySelector('.dial-now').textContent = stops[i].name;
  box.querySelector('input').setAttribute('aria-valuetext', stops[i].name);
  list.replaceChildren(...numbers.flatMap(({ name, role, note }, n) => [
    ['dt', name, role], ['dd', stops[i].values[n], role],
    ['dd', [stops[i].notes[n], note].filter(Boolean).join('; '), 'dial-note'],
  ].map(([tag, content, kind]) => {
      const part = document.createElement(tag);
      part.className = kind;
      part.textContent = content;
      return part;
    }),
  ));
};
const turn = (box, isFirst = false) => {
  const i = Number(box.querySelector('input').value), { traces, glide_ms } = box.told;
  words(box, i);
  const library = box.library;
  if (!library) return;
  const [map, curves] = box.querySelectorAll('.dial-picture');
  library.relayout(curves, { 'shapes[0].x0': i, 'shapes[0].x1': i });
  const which = traces.map((_, n) => n), places = traces.map((trace) => ({ x: trace.x[i], y: trace.y_at[i] }));
  const isStill = isFirst || matchMedia('(prefers-reduced-motion: reduce)').matches || map.data[0].type !== 'scatter';
  const tell = () => library.restyle(map, { x: places.map((p) => p.x), y: places.map((p) => p.y),
    text: traces.map((trace) => said(trace, i)) }, which);
  clearTimeout(box.later);
  if (isStill) return tell();
  library.animate(map, { data: places, traces: which }, {
    mode: 'immediate', transition: { duration: glide_ms, easing: 'cubic-out' },
    frame: { duration: glide_ms, redraw: false },
  }).catch(() => {});  // the next one came meanwhile
  box.later = setTimeout(tell, 2 * glide_ms);  // of what hovering tells, only the last
};
export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(':scope > .dial') ?? build(parentElement);
  const slider = box.querySelector('input'), isNew = box.told?.key !== data.key;
  box.told = data;
  slider.max = data.stops.length - 1;
  if (isNew) slider.value = data.start;
  box.querySelector('label').textContent = data.label;
  box.querySelectorAll('.dial-ends span').forEach((end, n) => { end.textContent = data.ends[n]; });
  words(box, Number(slider.value));
  const pictures = [...box.querySelectorAll('.dial-picture')];
  box.work = (box.work ?? Promise.resolve()).then(async () => {
    const library = await plotly(data.library);
    await Promise.all(pictures.map((picture, n) => {
      const { title, figure } = data.figures[n], drawn = JSON.parse(figure), { height, ...layout } = drawn.layout;
      picture.previousElementSibling.textContent = title;
      picture.setAttribute('aria-label', title);
      fit(picture, drawn.layout);
      const config = { ...data.config, responsive: true };
      return library.react(picture, drawn.data, { ...layout, autosize: true }, config);
    }));
    box.library = library;
    await turn(box, true);
  }).catch(console.error);
}
"""
)
_component = st.components.v2.component("camu_dial", js=_JS, isolate_styles=False)


@dataclass(frozen=True)
class Number:
    """One of the numbers beside the slider. Args: role: class of its colour. note: what it is compared with."""

    name: str
    role: str
    note: str = ""


@dataclass(frozen=True)
class Position:
    """What one place of the slider shows. Args: notes: under each value."""

    name: str
    values: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Trace:
    """Points of the map that share a mark.

    Args:
        x, y_at: coordinates by position.
        y: true class of each point.
        said: the class that each network says, by position.
        names: of the classes.
        hover: what a point tells, with {true} and {said}.
    """

    x: list[list[float]]
    y_at: list[list[float]]
    y: list[int]
    said: list[list[int]]
    names: Sequence[str]
    hover: str


def told(
    label: str,
    ends: tuple[str, str],
    numbers: Sequence[Number],
    stops: Sequence[Position],
    start: int,
    traces: Sequence[Trace],
    figures: Sequence[go.Figure],
) -> dict[str, Any]:
    """What the browser is told, once for everybody who looks.

    Args:
        label: of the slider.
        ends: the words at its ends.
        start: position that it begins at.
        figures: the map, whose first traces are `traces`, and the curves, whose first shape is the position's line.
    """
    return {
        "label": label, "ends": ends, "numbers": [asdict(number) for number in numbers],
        "stops": [asdict(stop) for stop in stops], "start": start, "traces": [asdict(trace) for trace in traces],
        "figures": [moving.titled(figure) for figure in figures], "library": moving.ADDRESS, "glide_ms": _GLIDE_MS,
    }  # fmt: skip


def show(key: str, told: dict[str, Any], config: dict[str, Any]) -> None:
    """Draw it; the slider keeps its place while the same `key` is drawn again.

    Args:
        config: plotly's.
    """
    _component(key=key, data={**told, "key": key, "config": config})
