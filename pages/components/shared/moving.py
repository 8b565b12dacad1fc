"""Figures that move: drawn once, then changed in place, so that they never blink and points glide between moments.

`st.plotly_chart` builds a changed figure anew, which takes away the old one first.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from pages.components.shared import map_pictures

_LIBRARY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
ADDRESS = f"plotly-{plotly.__version__}.js"
GLIDE_MS = 300

# JavaScript of `plotly(address)`, a promise of the library, and of `fit(box, layout)`: how high a figure's box may be.
LOADER = """
let library;
const plotly = (address) => library ??= new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = address;
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => { library = undefined; reject(new Error('no plotly')); };
  document.head.append(script);
});
const BELOW = 34;  // pixels that the legend of a map takes
const fit = (box, { height, margin, xaxis, yaxis }) => {
  const span = ({ range: [low, high] }) => high - low, [left, right] = xaxis.domain ?? [0, 1];
  const apply = () => {
    // a map keeps its aspect: higher than that takes, its legend would stand far below it
    const most = yaxis.scaleanchor && margin.t + BELOW + (right - left) * box.clientWidth * span(yaxis) / span(xaxis);
    box.style.minHeight = `${Math.min(height, most ?? height)}px`;
    box.style.maxHeight = most ? `${most}px` : '';
  };
  apply();
  box.fitter?.disconnect();
  box.fitter = new ResizeObserver(apply);
  box.fitter.observe(box);
};
"""
_JS = (
    LOADER
    + """
const size = (array) => array?.bdata?.length ?? array?.length;
// whether points are elsewhere now, and no more than that is different
const haveMoved = (before, after) => before?.length === after.length
  && after.every((trace, i) => trace.type === before[i].type && size(trace.x) === size(before[i].x)
    && /scatter$/.test(trace.type))
  && after.some(({ x, y }, i) => JSON.stringify([x, y]) !== JSON.stringify([before[i].x, before[i].y]));
const TYPES = { f8: Float64Array, f4: Float32Array, i4: Int32Array, i2: Int16Array, i1: Int8Array, u1: Uint8Array };
const plain = (array) => array.bdata === undefined ? array
  : Array.from(new TYPES[array.dtype](Uint8Array.from(atob(array.bdata), (c) => c.charCodeAt(0)).buffer));
const glide = async (library, box, data, duration) => {
  if (!haveMoved(box.shown, data)) return;
  const gone = ['images', 'selections'].filter((name) => box.layout[name]?.length);  // with an outline it would not end
  if (gone.length) await library.relayout(box, Object.fromEntries(gone.map((name) => [name, []])));
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  // all traces: a panel in which none moves would be empty meanwhile
  return library.animate(box, { data: data.map(({ x, y }) => ({ x: plain(x), y: plain(y) })) },
    { transition: { duration, easing: 'cubic-in-out' }, frame: { duration, redraw: false } });
};
const picked = (event) => (event?.points ?? []).filter((point) => point.customdata !== undefined)
  .map((point) => ({ customdata: point.customdata }));
"""
    + map_pictures.DRAWER
    + """
export default function ({ parentElement, data, setStateValue }) {
  let box = parentElement.querySelector(':scope > .moving-figure');
  if (!box) {
    box = document.createElement('div');
    box.className = 'moving-figure';
    box.setAttribute('role', 'figure');
    parentElement.append(box);
  }
  box.setAttribute('aria-label', data.alt);
  const figure = JSON.parse(data.figure);
  box.told = data.pictures;
  if (box.told) addTools(parentElement, box);
  const { height, ...layout } = figure.layout;
  fit(box, figure.layout);
  box.wanted = { data: figure.data, layout: { ...layout, autosize: true } };
  box.work = (box.work ?? Promise.resolve()).then(async () => {
    const wanted = box.wanted;  // of several that came meanwhile, the last
    if (!wanted) return;
    box.wanted = undefined;
    const library = await plotly(data.library);
    if (box.told) keepView(box, wanted.layout);
    await glide(library, box, wanted.data, data.glide_ms);
    if (box.told) wanted.layout.images = box.layout?.images ?? [];  // what does not move keeps them without a blink
    box.shown = JSON.parse(JSON.stringify(wanted.data));  // plotly writes into what it draws
    const config = { ...data.config, responsive: true, ...(box.told && mapConfig) };
    await library.react(box, wanted.data, wanted.layout, config);
    box.library = library;
    box.sign = JSON.stringify(box.layout.images ?? []);
    await focus(library, box);
    await showPictures(library, box);
    if (box.isListening) return;
    box.isListening = true;
    if (data.pictures) box.on('plotly_relayout', () => { box.work = box.work.then(() => showPictures(library, box)); });
    if (!data.selects) return;
    const tell = (event) => setStateValue('selection', { points: picked(event) });
    box.on('plotly_selected', (event) => event && tell(event));
    box.on('plotly_click', tell);
    box.on('plotly_deselect', () => tell());
  }).catch(console.error);
}
"""
)
_figure = st.components.v2.component("camu_moving_figure", js=_JS, isolate_styles=False)


async def library(request: Request) -> Response:
    """Plotly for the browser, as it comes with the package; the address names its version."""
    return FileResponse(_LIBRARY, headers={"Cache-Control": "public, max-age=31536000, immutable"})


ROUTE = Route(f"/{ADDRESS}", library)


def titled(figure: go.Figure) -> dict[str, str]:
    """The figure for a component's own JavaScript, and its title as words of the page, which break at any width."""
    plain = (figure.layout.title.text or "").replace("<br>", " ")
    return {"title": plain, "figure": go.Figure(figure).update_layout(title=None, margin_t=6).to_json()}


def show(
    figure: go.Figure,
    key: str,
    alt: str,
    config: dict[str, Any],
    on_select: Callable[[], None] | None = None,
    pictures: map_pictures.Pictures | None = None,
) -> None:
    """Draw a figure, or change it into this one; at least as high as it says, and as high as there is room.

    Args:
        on_select: called when points are clicked or drawn around; they are in the state under `key` then, as those of
            `plotly_chart` are.
        pictures: of the images that its points stand for, to be shown instead of them where there is room.
    """
    _figure(
        key=key,
        height="stretch",
        data={
            "figure": figure.to_json(), "alt": alt, "config": config, "library": ADDRESS, "glide_ms": GLIDE_MS,
            "selects": on_select is not None, "pictures": pictures.told() if pictures else None,
        },
        default={"selection": {"points": []}},
        on_selection_change=on_select or (lambda: None),
    )  # fmt: skip
