"""Images of a dataset as something a browser shows."""

import base64
import html
import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from camu_core.wording.format import percent

_TILE_PIXELS = 192


def to_picture(image: np.ndarray, pixels: int = _TILE_PIXELS) -> Image.Image:
    """uint8 (channels, H, W) as a PIL image of `pixels` a side, enlarged smoothly: 8x8 blocks are hard to read."""
    channels_last = image.transpose(1, 2, 0)
    picture = Image.fromarray(channels_last.squeeze(2) if channels_last.shape[2] == 1 else channels_last)
    return picture.resize((pixels, pixels), Image.Resampling.BICUBIC)


def data_uri(image: np.ndarray) -> str:
    buffer = io.BytesIO()
    to_picture(image, pixels=64).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@st.cache_data(show_spinner=False, max_entries=64)
def data_uris(images: np.ndarray) -> list[str]:
    return [data_uri(image) for image in images]


def of_all_classes(idx: np.ndarray, y: np.ndarray, n: int) -> np.ndarray:
    """The first of every class, then the second ones, until there are n; by class.

    Args:
        idx: int64, images to choose from.
        y: int64, the classes of all images.
    """
    labels = y[idx]
    turn = pd.Series(labels).groupby(labels).cumcount().to_numpy()
    first = np.lexsort((labels, turn))[:n]
    return idx[first[np.argsort(labels[first], kind="stable")]]


def answer_strip(
    images: np.ndarray,
    y: np.ndarray,
    logits: np.ndarray,
    class_names: Sequence[str],
    before: np.ndarray | None = None,
    pixels: int = 64,
) -> None:
    """A row of images with what the network says of each and how sure it is; framed, beside `before`: still right.

    Args:
        images: uint8 (N, channels, H, W).
        y: int64 (N,), true classes.
        logits: float32 (N, C), the answers shown.
        before: logits of the original model, shown as a second line if given.
        pixels: side of an image on the page, at the usual size of type.
    """
    cells, rem = [], pixels / 16  # so that they grow with the type
    for i, (uri, true, row) in enumerate(zip(data_uris(images), y, logits, strict=True)):
        is_right, earlier, mark = int(row.argmax()) == true, "", ""
        if before is not None:
            earlier = f"<div style='opacity:.75;font-size:.78rem'>was {_answer(before[i], class_names)}</div>"
            mark = "still " if is_right else "now "
        color = "currentColor" if is_right and before is not None else "transparent"
        cells.append(
            f"<figure style='margin:0;text-align:center'>"
            f"<img src='{uri}' alt='an image of {html.escape(class_names[true])}' "
            f"style='width:{rem}rem;height:{rem}rem;border-radius:6px;"
            f"border:3px solid {color};box-sizing:border-box'/>"
            f"<figcaption style='line-height:1.25;font-size:.85rem'>{earlier}"
            f"<div>{mark}{_answer(row, class_names)}</div></figcaption></figure>"
        )
    columns = f"repeat(auto-fill,minmax({rem + 0.5}rem,1fr))"
    st.html(
        f"<div style='display:grid;grid-template-columns:{columns};gap:6px;max-width:{len(cells) * (rem + 2.25)}rem'>"
        f"{''.join(cells)}</div>"
    )


def pair_strip(
    images: np.ndarray, y: np.ndarray, logits: tuple[np.ndarray, np.ndarray], class_names: Sequence[str]
) -> None:
    """A row of images with what two networks, A and B, say of each; framed where they disagree.

    Args:
        images: uint8 (N, channels, H, W).
        y: int64 (N,), true classes.
        logits: float32 (N, C) of both.
    """
    cells = []
    for uri, true, a, b in zip(data_uris(images), y, *logits, strict=True):
        color = "transparent" if a.argmax() == b.argmax() else "currentColor"
        cells.append(
            f"<figure style='margin:0;flex:0 1 84px;text-align:center'>"
            f"<img src='{uri}' alt='an image of {html.escape(class_names[true])}' "
            f"style='width:64px;height:64px;border-radius:6px;border:3px solid {color};box-sizing:border-box'/>"
            f"<figcaption style='line-height:1.25;font-size:.85rem'>"
            f"<div style='opacity:.75;font-size:.78rem'>true {html.escape(class_names[true])}</div>"
            f"<div>A {_answer(a, class_names)}</div><div>B {_answer(b, class_names)}</div></figcaption></figure>"
        )
    st.html(f"<div style='display:flex;flex-wrap:wrap;gap:8px'>{''.join(cells)}</div>")


def thumbnails(images: Sequence[np.ndarray], alt: str, pixels: int = 40) -> None:
    """A few images close together, in one piece.

    Args:
        images: uint8 (channels, H, W) each.
    """
    cells = "".join(
        f"<img src='{data_uri(image)}' alt='{html.escape(alt, quote=True)}' "
        f"style='width:{pixels}px;height:{pixels}px;border-radius:4px'/>"
        for image in images
    )
    st.html(f"<div style='display:flex;gap:4px'>{cells}</div>", width="content")


def plain_strip(images: np.ndarray, more: int = 0, pixels: int = 32) -> None:
    """Small images in a row, and how many more there are.

    Args:
        images: uint8 (N, channels, H, W).
        pixels: side of an image.
    """
    style = f"width:{pixels}px;height:{pixels}px;border-radius:4px"
    cells = [f"<img src='{uri}' alt='' style='{style}'/>" for uri in data_uris(images)]
    st.html(f"<div style='display:flex;flex-wrap:wrap;gap:4px;align-items:center'>{''.join(cells)}{_and(more)}</div>")


def captioned_strip(
    images: np.ndarray, captions: Sequence[str], more: int = 0, rem: float = 4.25, side: float = 3.5
) -> None:
    """Images in rows, a few words under each, and how many more there are.

    Args:
        images: uint8 (N, channels, H, W).
        captions: plain; lines stay lines.
        rem: width of an image with its words, in letters' heights.
        side: of the image alone, likewise.
    """
    cells = [
        f"<figure style='margin:0;text-align:center;width:{rem}rem'><img src='{uri}' alt='' "
        f"style='width:{side}rem;height:{side}rem;border-radius:6px'/>"
        f"<figcaption style='line-height:1.25;font-size:.85rem;white-space:pre-line'>"
        f"{html.escape(caption)}</figcaption></figure>"
        for uri, caption in zip(data_uris(images), captions, strict=True)
    ]
    st.html(f"<div style='display:flex;flex-wrap:wrap;gap:6px;align-items:center'>{''.join(cells)}{_and(more)}</div>")


def changed_strip(before: np.ndarray, after: np.ndarray, captions: Sequence[str], more: int = 0) -> None:
    """Images in rows as they were and as they are, a few words under each pair, and how many more there are.

    Args:
        before, after: uint8 (N, channels, H, W).
        captions: plain.
    """
    style = "width:3rem;height:3rem;border-radius:6px"
    cells = [
        f"<figure style='margin:0;text-align:center'><span style='display:flex;align-items:center;gap:3px'>"
        f"<img src='{one}' alt='' style='{style}'/>→<img src='{other}' alt='' style='{style}'/></span>"
        f"<figcaption style='line-height:1.25;font-size:.85rem'>{html.escape(caption)}</figcaption></figure>"
        for one, other, caption in zip(data_uris(before), data_uris(after), captions, strict=True)
    ]
    st.html(
        f"<div style='display:flex;flex-wrap:wrap;gap:10px 18px;align-items:center'>{''.join(cells)}{_and(more)}</div>"
    )


def framed(
    images: np.ndarray,
    captions: Sequence[Sequence[str]],
    is_forget: np.ndarray,
    forget: str,
    retain: str,
    rem: float = 5,
) -> str:
    """Images in rows, each in the frame of its group, which is thick around those to forget, with lines under it.

    Args:
        images: uint8 (N, channels, H, W).
        captions: plain lines of each, the first one strong.
        is_forget: bool (N,).
        forget: colour of the images to forget.
        retain: colour of the others.
        rem: width of an image with its lines.
    Returns:
        HTML.
    """
    cells = []
    for uri, lines, is_orange in zip(data_uris(images), captions, is_forget, strict=True):
        frame = f"5px solid {forget}" if is_orange else f"2px solid {retain}"
        first, *others = map(html.escape, lines)
        rest = "".join(f"<div style='font-size:.78rem'>{line}</div>" for line in others)
        cells.append(
            f"<figure style='margin:0;text-align:center;width:{rem}rem'><img src='{uri}' alt='' "
            f"style='width:4rem;height:4rem;border-radius:6px;border:{frame};box-sizing:border-box'/>"
            f"<figcaption style='line-height:1.25;font-size:.85rem;overflow-wrap:anywhere'><b>{first}</b>{rest}"
            f"</figcaption></figure>"
        )
    return f"<div style='display:flex;flex-wrap:wrap;gap:6px'>{''.join(cells)}</div>"


def _and(more: int) -> str:
    """How many more images there are than are shown; empty if none."""
    return f"<span style='opacity:.75'>+ {more:,}</span>" if more else ""


def _answer(logits: np.ndarray, class_names: Sequence[str]) -> str:
    odds = np.exp(logits - logits.max())
    name = html.escape(class_names[int(logits.argmax())]).replace("-", "\u2011")  # "T-shirt" stays on one line
    return f"<b>{name}</b> {percent(odds.max() / odds.sum())}"
