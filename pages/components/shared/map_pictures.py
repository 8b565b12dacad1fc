"""Little pictures instead of points on a map, in the browser: which there is room for is decided there at each zoom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.components.shared import sheets

MOST = 150  # images in view that are drawn as pictures

# JavaScript of `showPictures(library, box)`: box.told is what `told` says, box.shown the traces that are drawn.
DRAWER = """
const SIDE_LEAST = 22, SIDE_MOST = 44, CUT = 72, CUTS_KEPT = 3000, ZOOM = 2, FOCUS_ON = 40;
const loading = new Map(), loaded = new Map(), cuts = new Map();
const loadSheet = (address) => loading.get(address) ?? loading.set(address, new Promise((resolve, reject) => {
  const image = new Image();
  image.onload = () => resolve(loaded.set(address, image));
  image.onerror = () => { loading.delete(address); reject(new Error('no pictures')); };
  image.src = address;
})).get(address);
const numberOf = (told, i) => told.numbers?.[i] ?? i;
const addressOf = (told, i) => told.address + Math.floor(numberOf(told, i) / told.cells);
// one image in its frame, as an address that plotly takes
const cut = (told, { i, color, isThick, isChosen }) => {
  const key = [told.address, numberOf(told, i), color, isThick, isChosen, told.ring].join();
  if (cuts.has(key)) return cuts.get(key);
  if (cuts.size > CUTS_KEPT) cuts.clear();
  const canvas = document.createElement('canvas'), [height, width] = told.size;
  canvas.width = canvas.height = CUT;
  const pen = canvas.getContext('2d'), cell = numberOf(told, i) % told.cells;
  let edge = 0;
  const frame = (fill, thick) => {
    pen.fillStyle = fill;
    pen.fillRect(edge, edge, CUT - 2 * edge, CUT - 2 * edge);
    edge += thick;
  };
  if (isChosen) frame(told.ring, 6);
  frame(color, isThick ? 8 : 4);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(loaded.get(addressOf(told, i)), width * (cell % told.columns), height * Math.floor(cell / told.columns),
    width, height, edge, edge, CUT - 2 * edge, CUT - 2 * edge);
  cuts.set(key, canvas.toDataURL());
  return cuts.get(key);
};
const axisName = (id) => id.replace(/^[xy]/, '$&axis');
// what each panel shows of the images that lie in its part of the map, with their places in pixels
const inView = (box) => {
  const panels = new Map(), chosen = new Set(box.told.chosen);
  for (const trace of box.shown) {
    if (trace.customdata === undefined) continue;
    const [x, y] = [trace.xaxis ?? 'x', trace.yaxis ?? 'y'];
    const [across, up] = [x, y].map((id) => box._fullLayout[axisName(id)]);
    if (!across?._length) continue;
    if (!panels.has(x)) panels.set(x, { x, y, across, up, points: [] });
    const [xs, ys, ids] = [trace.x, trace.y, trace.customdata].map(plain);
    const [[left, right], [low, high]] = [across.range, up.range];
    for (let n = 0; n < ids.length; n++) {
      if (xs[n] < left || xs[n] > right || ys[n] < low || ys[n] > high) continue;
      panels.get(x).points.push({ i: ids[n], x: xs[n], y: ys[n], color: trace.marker.color,
        isThick: trace.marker.size > 5, isChosen: chosen.has(ids[n]),
        left: (xs[n] - left) / (right - left) * across._length, top: (ys[n] - low) / (high - low) * up._length });
    }
  }
  return [...panels.values()];
};
// those that there is room for: chosen ones first, the others as if drawn at random, always the same
const withRoom = (points, side) => {
  const rank = ({ i, isChosen }) => (isChosen ? 0 : 1 + ((i + 1) * 2654435761 % 4294967296));
  const taken = [];
  for (const point of [...points].sort((one, other) => rank(one) - rank(other))) {
    const covers = (other) => Math.abs(point.left - other.left) < side && Math.abs(point.top - other.top) < side;
    if (!taken.some(covers)) taken.push(point);
  }
  return taken.reverse();  // what comes later lies above
};
const pictured = (box, panel) => {
  const { mode, most } = box.told, { points, across, up } = panel, n = Math.min(points.length, most);
  if (mode === 'never' || (mode === 'zoomed' && points.length > most)) return { taken: [], side: 0 };
  const side = Math.min(SIDE_MOST, Math.max(SIDE_LEAST, Math.sqrt(0.5 * across._length * up._length / (n || 1))));
  return { taken: withRoom(points, 0.85 * side).slice(-most), side };
};
const asImages = (told, { x, y, across, up }, { taken, side }) => taken.map((point) => {
  const long = side * (point.isChosen && told.chosen.length === 1 ? 1.35 : 1);
  return { source: cut(told, point), xref: x, yref: y, x: point.x, y: point.y, xanchor: 'center', yanchor: 'middle',
    sizex: long * (across.range[1] - across.range[0]) / across._length,
    sizey: long * (up.range[1] - up.range[0]) / up._length, sizing: 'stretch', layer: 'above' };
});
const fill = (words, values) => words.replace(/{(\\w+)}/g, (_, name) => values[name]);
const say = (box, panels) => {
  const { words, panels: titles, mode } = box.told, number = (n) => n.toLocaleString('en');
  const status = box.tools.querySelector('[role=status]');
  status.setAttribute('aria-live', mode === 'never' ? 'off' : 'polite');  // while it plays, it is not read out
  status.textContent = panels.map(({ points, taken }, n) =>
    fill(taken.length ? words.pictures : words.dots,
      { panel: titles[n], n: number(taken.length), m: number(points.length) })).join(' · ');
};
const showPictures = async (library, box) => {
  if (!box.told) return;
  const panels = inView(box).map((panel) => ({ ...panel, ...pictured(box, panel) }));
  const needed = new Set(panels.flatMap(({ taken }) => taken.map(({ i }) => addressOf(box.told, i))));
  const told = box.told;
  try {
    await Promise.all([...needed].map(loadSheet));
  } catch {
    box.tools.querySelector('[role=status]').textContent = told.words.missing;
    return;
  }
  if (told !== box.told) return;  // another one is on its way
  say(box, panels);
  const images = panels.flatMap((panel) => asImages(told, panel, panel));
  const sign = JSON.stringify(images);
  if (sign === box.sign) return;
  box.sign = sign;
  box.dataset.pictures = images.length;
  await library.relayout(box, { images });
};
const zoom = (library, box, change) => {
  const ranges = {};
  for (const panel of inView(box)) {
    const { x, y, across, up, points } = panel, away = ({ left, top }) =>
      Math.hypot(left - across._length / 2, top - up._length / 2);
    const middle = { x: (across.range[0] + across.range[1]) / 2, y: (up.range[0] + up.range[1]) / 2 };
    const nearest = points.reduce((best, point) => (!best || away(point) < away(best) ? point : best), undefined);
    const centre = change < 1 ? points.find(({ isChosen }) => isChosen) ?? nearest ?? middle : middle;
    for (const [id, axis, at] of [[x, across, centre.x], [y, up, centre.y]]) {
      const reach = (axis.range[1] - axis.range[0]) * change / 2;
      ranges[`${axisName(id)}.range`] = [at - reach, at + reach];
    }
  }
  return library.relayout(box, ranges);
};
// the ranges that a figure has when all of it is seen
const rangesOf = (layout) => Object.fromEntries(Object.entries(layout)
  .filter(([name]) => /^[xy]axis/.test(name)).map(([name, axis]) => [`${name}.range`, [...axis.range]]));
const wholeMap = (library, box) => library.relayout(box, structuredClone(box.whole));
// plotly keeps what its own buttons did: what ours did is kept here, while the frame is the same
const keepView = (box, layout) => {
  const whole = rangesOf(layout), isSame = JSON.stringify(whole) === JSON.stringify(box.whole);
  box.whole = whole;
  if (!isSame || !box._fullLayout) return;
  for (const name of Object.keys(layout).filter((name) => /^[xy]axis/.test(name)))
    layout[name].range = [...box._fullLayout[name].range];
};
// to where one image is, in each panel with the images around it
const focus = async (library, box) => {
  const asked = box.told?.focus;
  if (!asked || asked.ask === box.focused) return;
  box.focused = asked.ask;
  await wholeMap(library, box);
  const ranges = {};
  for (const { x, y, across, up, points } of inView(box)) {
    const centre = points.find(({ i }) => i === asked.point);
    if (!centre) continue;
    const away = points.map(({ left, top }) => Math.max(Math.abs(left - centre.left), Math.abs(top - centre.top)));
    const reach = Math.max(1, away.sort((one, other) => one - other)[Math.min(FOCUS_ON, away.length - 1)]);
    for (const [id, axis, at] of [[x, across, centre.x], [y, up, centre.y]]) {
      const length = reach / Math.min(across._length, up._length) * (axis.range[1] - axis.range[0]);
      ranges[`${axisName(id)}.range`] = [at - length, at + length];
    }
  }
  await library.relayout(box, ranges);
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  box.scrollIntoView({ block: 'center', behavior: isStill ? 'auto' : 'smooth' });
};
// plotly's settings: its buttons that do the same are left out
const SAME = ['zoomIn2d', 'zoomOut2d', 'autoScale2d', 'resetScale2d'];
const mapConfig = { scrollZoom: true, modeBarButtonsToRemove: SAME };
const addTools = (parent, box) => {
  if (box.tools) return;
  box.tools = document.createElement('div');
  box.tools.className = 'map-tools';
  const buttons = { closer: () => zoom(box.library, box, 1 / ZOOM), farther: () => zoom(box.library, box, ZOOM),
    whole: () => wholeMap(box.library, box) };
  for (const [name, act] of Object.entries(buttons)) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = box.told.words[name];
    button.addEventListener('click', () => box.library && act());
    box.tools.append(button);
  }
  const status = document.createElement('span');
  status.setAttribute('role', 'status');
  box.tools.append(status);
  parent.append(box.tools);
  // the wheel alone scrolls the page
  const leave = (event) => event.ctrlKey || event.metaKey || event.stopPropagation();
  box.addEventListener('wheel', leave, { capture: true });
};
"""


@dataclass(frozen=True)
class Pictures:
    """What a map needs to show images.

    Args:
        digest: of the run whose probe set is drawn.
        size: height and width of an image.
        numbers: of each point's image in the probe set; None where they are the same.
        panels: their titles.
        mode: "zoomed", "always" or "never".
        words: that the browser says.
        chosen: points that are ringed.
        focus: a point to go to, and a text that differs each time it is asked for.
        ring: colour around chosen ones.
    """

    digest: str
    size: tuple[int, int]
    numbers: Sequence[int] | None
    panels: Sequence[str]
    mode: str
    words: Mapping[str, str]
    ring: str
    chosen: Sequence[int] = ()
    focus: tuple[int, str] | None = None

    def told(self) -> dict[str, Any]:
        """What the browser is told."""
        return {
            "address": sheets.address(self.digest), "cells": sheets.CELLS, "columns": sheets.COLUMNS, "most": MOST,
            "size": self.size, "numbers": self.numbers, "panels": self.panels, "mode": self.mode,
            "words": dict(self.words), "chosen": self.chosen, "ring": self.ring,
            "focus": {"point": self.focus[0], "ask": self.focus[1]} if self.focus else None,
        }  # fmt: skip
