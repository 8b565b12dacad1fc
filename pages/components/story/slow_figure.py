"""Slow motion in the browser: pictures, a formula whose terms are buttons, and a map; nothing asks the server."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.components.shared import moving

_GLIDE_MS, _MOMENT_MS = 700, 1900

_JS = (
    moving.LOADER
    + """
const make = (tag, name, content = '') => {
  const part = document.createElement(tag);
  part.className = name;
  part.textContent = content;
  return part;
};
const build = (parent) => {
  const box = make('div', 'slow');
  box.innerHTML = `<div class="slow-pictures"></div><div class="slow-formula"></div>
    <figure><figcaption></figcaption><div class="slow-map" role="img"></div></figure>
    <div class="slow-controls"><div><button type="button" data-by="-1"></button><button type="button"
      class="slow-play"></button><button type="button" data-by="1"></button><input type="range" min="0"
      step="1"></div><div class="slow-now" aria-live="polite"></div></div>`;
  parent.append(box);
  const slider = box.querySelector('input');
  slider.addEventListener('input', () => { pause(box); go(box, Number(slider.value)); });
  // arrow keys turn the scenes of the story, too: here they move the slider, and after a drag the scenes again
  slider.addEventListener('keydown', (event) => /^Arrow/.test(event.key) && event.stopPropagation());
  slider.addEventListener('pointerup', () => slider.blur());
  box.querySelectorAll('[data-by]').forEach((button) => button.addEventListener('click', () => {
    pause(box);
    go(box, box.now + Number(button.dataset.by));
  }));
  box.querySelector('.slow-play').addEventListener('click', () => box.timer ? pause(box) : play(box));
  return box;
};
const pause = (box) => {
  clearInterval(box.timer);
  box.timer = undefined;
  box.querySelector('.slow-play').textContent = box.told.words.play;
};
const play = (box) => {
  const last = box.told.moments.length - 1;
  box.querySelector('.slow-play').textContent = box.told.words.pause;
  go(box, box.now === last ? 0 : box.now + 1);
  box.timer = setInterval(() => {
    if (!box.isConnected) return clearInterval(box.timer);
    go(box, box.now + 1);
    if (box.now === last) pause(box);
  }, box.told.moment_ms);
};
const pictures = (box) => {
  const parts = box.told.pictures.map(({ uri, alt, mark, role }) => {
    const figure = make('figure', `slow-${role}`), image = make('img', '');
    Object.assign(image, { src: uri, alt });
    figure.append(image, make('figcaption', '', `${mark} ${alt}`), make('div', 'slow-says'));
    return figure;
  });
  parts.splice(1, 0, make('span', 'slow-to', '→'));
  box.querySelector('.slow-pictures').replaceChildren(...parts);
};
const formula = (box) => {
  const { halves } = box.told;
  box.querySelector('.slow-formula').replaceChildren(...halves.map((half) => {
    const row = make('div', 'slow-half'), sum = make('div', 'slow-sum');
    row.dataset.half = half.name;
    half.terms.forEach((term, i) => {
      const button = make('button', `slow-term slow-${term.role}`);
      Object.assign(button, { type: 'button', title: box.told.words.help });
      button.dataset.term = term.name;
      button.append(make('b', ''), make('span', '', term.what));
      button.addEventListener('click', () => alone(box, half.name, term.name));
      sum.append(...(i ? [make('span', '', '+')] : []), button);
    });
    sum.append(make('span', '', '='), make('b', 'slow-total'));
    row.append(make('div', 'slow-title', half.title), sum);
    return row;
  }));
};
// the force of one term alone, or of all again; of the other half at that half
const alone = (box, half, term) => {
  pause(box);
  box.only = box.only === term ? undefined : term;
  const { moments } = box.told, here = moments[box.now];
  const there = here.half === half ? box.now
    : moments.findIndex((moment) => moment.half === half && (!here.half || moment.step === here.step));
  go(box, there, true);
};
const words = (box) => {
  const { moments, halves } = box.told, moment = moments[box.now];
  box.querySelector('.slow-now').replaceChildren(make('b', '', moment.title), make('span', '', moment.note));
  const slider = box.querySelector('input');
  slider.value = box.now;
  slider.setAttribute('aria-valuetext', `${moment.title}. ${moment.note}`);
  box.querySelector('[data-by="-1"]').disabled = box.now === 0;
  box.querySelector('[data-by="1"]').disabled = box.now === moments.length - 1;
  box.querySelectorAll('.slow-says').forEach((part, i) => { part.textContent = moment.says[i]; });
  box.querySelectorAll('.slow-half').forEach((row, i) => {
    row.classList.toggle('slow-here', moment.half === row.dataset.half);
    const values = moment.values[row.dataset.half];
    row.classList.toggle('slow-off', !values);
    row.querySelectorAll('.slow-term').forEach((button, n) => {
      button.setAttribute('aria-pressed', box.only === button.dataset.term);
      button.querySelector('b').textContent = values ? values.terms[n] : '';
    });
    row.querySelector('.slow-total').textContent = values ? values.total : '';
  });
};
const FIRST_ARROW = 5;
const isArrow = (box, i) => i >= FIRST_ARROW && i < FIRST_ARROW + box.told.parts.length;
const arrows = (box, shows) => {
  const map = box.querySelector('.slow-map'), { data, traces } = box.frames[box.now];
  const which = traces.filter((i) => isArrow(box, i));
  const seen = (i) => shows && (!box.only || box.only === box.told.parts[i - FIRST_ARROW]);
  const places = which.map((i) => seen(i) ? data[i] : { x: [], y: [] });
  box.library.restyle(map, { x: places.map(({ x }) => x), y: places.map(({ y }) => y) }, which);
};
const go = (box, wanted, isStill = false) => {
  const last = box.told.moments.length - 1;
  box.now = Math.min(Math.max(wanted, 0), last);
  if (box.only && !box.told.halves.some(({ name, terms }) => name === box.told.moments[box.now].half
      && terms.some((term) => term.name === box.only))) box.only = undefined;
  words(box);
  if (!box.library) return;
  const { library, told } = box, map = box.querySelector('.slow-map'), frame = box.frames[box.now];
  const moved = frame.traces.filter((i) => !isArrow(box, i)), data = moved.map((i) => frame.data[i]);
  clearTimeout(box.later);
  if (isStill || matchMedia('(prefers-reduced-motion: reduce)').matches || map.data[0].type !== 'scatter') {
    library.restyle(map, { x: data.map((each) => each.x), y: data.map((each) => each.y) }, moved);
    return arrows(box, true);
  }
  arrows(box, false);
  library.animate(map, { data, traces: moved }, {
    mode: 'immediate', transition: { duration: told.glide_ms, easing: 'cubic-in-out' },
    frame: { duration: told.glide_ms, redraw: false },
  }).catch(() => {});  // the next one came meanwhile
  box.later = setTimeout(() => arrows(box, true), told.glide_ms + 60);
};
export default function ({ parentElement, data }) {
  const box = parentElement.querySelector(':scope > .slow') ?? build(parentElement);
  const isNew = box.told?.key !== data.key;
  box.told = data;
  if (isNew) { box.now = 0; box.only = undefined; pause(box); }
  box.querySelector('input').max = data.moments.length - 1;
  box.querySelector('input').setAttribute('aria-label', data.words.position);
  box.querySelector('[data-by="-1"]').textContent = data.words.back;
  box.querySelector('[data-by="1"]').textContent = data.words.on;
  pictures(box);
  formula(box);
  words(box);
  const map = box.querySelector('.slow-map'), [drawn] = data.figures;
  map.previousElementSibling.textContent = drawn.title;
  map.setAttribute('aria-label', drawn.title);
  box.work = (box.work ?? Promise.resolve()).then(async () => {
    const library = await plotly(data.library), figure = JSON.parse(drawn.figure);
    const { height, ...layout } = figure.layout;
    fit(map, figure.layout);
    box.frames = figure.frames;
    await library.react(map, figure.data, { ...layout, autosize: true }, { ...data.config, responsive: true });
    box.library = library;
    go(box, box.now, true);
  }).catch(console.error);
}
"""
)
_component = st.components.v2.component("camu_slow_motion", js=_JS, isolate_styles=False)


@dataclass(frozen=True)
class Picture:
    """Args: uri: of the image. alt: what it is. mark: its symbol on the map. role: class of its colour."""

    uri: str
    alt: str
    mark: str
    role: str


@dataclass(frozen=True)
class Term:
    """A button of the formula. Args: what: it does. role: class of its colour."""

    name: str
    what: str
    role: str


@dataclass(frozen=True)
class HalfRow:
    """A line of the formula."""

    name: str
    title: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Shown:
    """What is told at one moment.

    Args:
        step: number of it, the same in both halves; 0 at the end.
        half: whose forces are drawn; empty at the end.
        says: under each picture.
        values: by half, its `terms` and their `total`, as text.
    """

    step: int
    half: str
    title: str
    note: str
    says: tuple[str, ...]
    values: Mapping[str, Mapping[str, Any]]


def told(
    pictures: Sequence[Picture],
    halves: Sequence[HalfRow],
    parts: Sequence[str],
    moments: Sequence[Shown],
    figure: go.Figure,
    words: Mapping[str, str],
) -> dict[str, Any]:
    """What the browser is told, once for everybody who looks.

    Args:
        parts: names of the figure's arrows, in order.
        figure: of `slow_motion_figure`, with a frame a moment.
        words: `back`, `play`, `pause`, `on`, `position`, `help`.
    """
    return {
        "pictures": [asdict(picture) for picture in pictures], "halves": [asdict(half) for half in halves],
        "parts": list(parts), "moments": [asdict(moment) for moment in moments], "words": dict(words),
        "figures": [moving.titled(figure)], "library": moving.ADDRESS, "glide_ms": _GLIDE_MS, "moment_ms": _MOMENT_MS,
    }  # fmt: skip


def show(key: str, told: dict[str, Any], config: dict[str, Any]) -> None:
    """Draw it; it keeps its place while the same `key` is drawn again.

    Args:
        config: plotly's.
    """
    _component(key=key, data={**told, "key": key, "config": config})
