"""A square to draw on with mouse, pen or finger."""

import base64
import binascii

import streamlit as st

from pages.components.draw import text

_MOST_CHARACTERS = 1_000_000
_HTML = f"""<canvas width="280" height="280" role="img" aria-label="{text.CANVAS}"></canvas>
<button type="button">{text.CLEAR}</button>"""
_CSS = """
:host, div { display: block; }
canvas { background: #fff; border: 2px solid var(--st-border-color); border-radius: 8px; touch-action: none;
         cursor: crosshair; display: block; max-width: 100%; }
button { font: inherit; margin-top: .5rem; padding: .35rem .9rem; border-radius: 8px; cursor: pointer;
         border: 1px solid var(--st-border-color); background: transparent; color: var(--st-text-color); }
"""
_JS = """
export default function ({ parentElement, setStateValue }) {
  const canvas = parentElement.querySelector('canvas');
  if (canvas.dataset.ready) return;
  canvas.dataset.ready = 'yes';
  const pen = canvas.getContext('2d');
  const clear = () => { pen.fillStyle = '#fff'; pen.fillRect(0, 0, canvas.width, canvas.height); };
  Object.assign(pen, { lineWidth: 26, lineCap: 'round', lineJoin: 'round', strokeStyle: '#000' });
  clear();
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * canvas.width / box.width,
            (event.clientY - box.top) * canvas.height / box.height];
  };
  let isDown = false;
  canvas.addEventListener('pointerdown', (event) => {
    isDown = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
    pen.lineTo(...at(event));
    pen.stroke();
  });
  canvas.addEventListener('pointermove', (event) => {
    if (isDown) { pen.lineTo(...at(event)); pen.stroke(); }
  });
  const end = () => {
    if (isDown) setStateValue('drawing', canvas.toDataURL('image/png'));
    isDown = false;
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  parentElement.querySelector('button').addEventListener('click', () => { clear(); setStateValue('drawing', ''); });
}
"""
_canvas = st.components.v2.component("camu_canvas", html=_HTML, css=_CSS, js=_JS)


def drawing(key: str) -> bytes | None:
    """Show the canvas; returns what is drawn as a PNG, None while it is empty."""
    sent = _canvas(key=key, default={"drawing": ""}, on_drawing_change=lambda: None, height="content").drawing
    if not isinstance(sent, str) or not sent or len(sent) > _MOST_CHARACTERS:
        return None
    try:
        return base64.b64decode(sent.partition(",")[2], validate=True)
    except binascii.Error:
        return None
