"""Figures that move: drawn once, then changed in place, so that they never blink and points glide between moments.

`st.plotly_chart` builds a changed figure anew, which takes away the old one first.
"""

from pathlib import Path
from typing import Any

import plotly
import plotly.graph_objects as go
import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

_LIBRARY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_ADDRESS = f"plotly-{plotly.__version__}.js"
GLIDE_MS = 300

_JS = """
let library;
const plotly = (address) => library ??= new Promise((resolve, reject) => {
  const script = document.createElement('script');
  script.src = address;
  script.onload = () => resolve(window.Plotly);
  script.onerror = () => { library = undefined; reject(new Error('no plotly')); };
  document.head.append(script);
});
export default function ({ parentElement, data }) {
  let box = parentElement.querySelector(':scope > .moving-figure');
  if (!box) {
    box = document.createElement('div');
    box.className = 'moving-figure';
    box.setAttribute('role', 'figure');
    parentElement.append(box);
  }
  box.setAttribute('aria-label', data.alt);
  const figure = JSON.parse(data.figure);
  const { height, ...layout } = figure.layout;
  box.style.minHeight = `${height}px`;
  box.wanted = { data: figure.data, layout: { ...layout, autosize: true } };
  box.work = (box.work ?? Promise.resolve()).then(async () => {
    const wanted = box.wanted;  // of several that came meanwhile, the last
    if (!wanted) return;
    box.wanted = undefined;
    const isFirst = !box._fullLayout;
    if (!isFirst && !matchMedia('(prefers-reduced-motion: reduce)').matches)
      wanted.layout.transition = { duration: data.glide_ms, easing: 'cubic-in-out' };
    await (await plotly(data.library)).react(box, wanted.data, wanted.layout, { ...data.config, responsive: true });
  }).catch(console.error);
}
"""
_figure = st.components.v2.component("camu_moving_figure", js=_JS, isolate_styles=False)


async def library(request: Request) -> Response:
    """Plotly for the browser, as it comes with the package; the address names its version."""
    return FileResponse(_LIBRARY, headers={"Cache-Control": "public, max-age=31536000, immutable"})


ROUTE = Route(f"/{_ADDRESS}", library)


def show(figure: go.Figure, key: str, alt: str, config: dict[str, Any]) -> None:
    """Draw a figure, or change it into this one; at least as high as it says, and as high as there is room."""
    _figure(
        key=key, height="stretch",
        data={"figure": figure.to_json(), "alt": alt, "config": config, "library": _ADDRESS, "glide_ms": GLIDE_MS},
    )  # fmt: skip
