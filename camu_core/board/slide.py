"""The page as a slide of PowerPoint, by python-pptx: text boxes and charts that the presenter can change."""

import io
from typing import Any

import numpy as np

from camu_core.board.content import Bars, Board, Maps, Picture
from camu_core.board.drawing import ROLES, frame, panels
from camu_core.board.layout import PAGE, Box, Card, Words, lay_out
from camu_core.board.letters import INDENT
from camu_core.figures.theme import LIGHT, MODEL_COLORS
from camu_core.wording.format import percent

FONT = "Arial"  # on every machine; narrower than the font in which boxes are measured
_TITLE_ONLY = 5  # of the layouts that python-pptx brings
_SHARE = "[=0]0%;[=1]0%;0.0%"
_LABEL = 10
_PROPERTY = 255  # letters


def as_pptx(board: Board) -> bytes:
    """One slide in the places of the PDF; figures, their intervals and sources are in its notes."""
    from pptx import Presentation
    from pptx.util import Pt

    deck, page = Presentation(), lay_out(board, "Intervals: in the notes.")
    deck.slide_width, deck.slide_height = (Pt(each) for each in PAGE)
    deck.core_properties.title = _property(board.headline)
    deck.core_properties.subject = _property(board.what)
    deck.core_properties.author = "CaMU Explorer"
    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    for card in page.cards:
        _card(slide.shapes, card)
    for picture, box in page.pictures:
        if isinstance(picture.drawn, Bars):
            _bars(slide.shapes, picture, picture.drawn, box)
        elif isinstance(picture.drawn, Maps):
            _maps(slide.shapes, picture, picture.drawn, box)
    for words in page.words:
        is_title = words.name == "headline"  # which screen readers and outlines look for
        _write(slide.shapes.title if is_title else slide.shapes.add_textbox(*_emu(words.box)), words)
    drawn = [_intervals(picture.drawn) for picture in board.pictures if isinstance(picture.drawn, Bars)]
    slide.notes_slide.notes_text_frame.text = "\n\n".join([*drawn, *board.notes])
    content = io.BytesIO()
    deck.save(content)
    return content.getvalue()


def _intervals(bars: Bars) -> str:
    """The 95% intervals that PowerPoint's own charts do not show, a line a bar."""

    def shown(value: float) -> str:
        return percent(value, digits=1) if bars.is_share else f"{value:.2f}"

    return "\n".join(
        f"{group}, {bars.titles[name].lower()}: {bar.label}"
        + ("" if bar.low is None or bar.high is None else f" ({shown(bar.low)} to {shown(bar.high)})")
        for name, each in bars.series.items()
        for group, bar in zip(bars.groups, each, strict=True)
    )


def _property(text: str) -> str:
    """As a file's properties can be: no longer than python-pptx takes."""
    return text if len(text) <= _PROPERTY else f"{text[: _PROPERTY - 1]}…"


def _emu(box: Box) -> list[int]:
    from pptx.util import Pt

    return [Pt(each) for each in (box.x, box.y, box.width, box.height)]


def _color(fill: Any, color: str) -> None:
    from pptx.dml.color import RGBColor

    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(color.removeprefix("#"))


def _card(shapes: Any, card: Card) -> None:
    from pptx.enum.shapes import MSO_SHAPE

    edge = Box(card.box.x, card.box.y, card.box.width, 3)
    for box, color, name in ((card.box, card.ground, "card"), (edge, card.edge, "edge")):
        shape = shapes.add_shape(MSO_SHAPE.RECTANGLE, *_emu(box))
        shape.name = name
        shape.line.fill.background()
        shape.shadow.inherit = False
        _color(shape.fill, color)


def _write(shape: Any, words: Words) -> None:
    """Whole paragraphs, which break anew when they are changed; in the size in which they fit."""
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
    from pptx.util import Pt

    shape.left, shape.top, shape.width, shape.height = _emu(words.box)
    shape.name = words.name
    frame = shape.text_frame
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for i, text in enumerate(words.paragraphs):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        if words.has_bullets:
            _bullet(paragraph)
        run = paragraph.add_run()
        run.text = text
        run.font.name, run.font.size, run.font.bold = FONT, Pt(words.fit.size), words.is_bold
        _color(run.font.fill, words.color)


def _bullet(paragraph: Any) -> None:
    """A real one, which python-pptx has no word for."""
    from pptx.oxml.xmlchemy import OxmlElement
    from pptx.util import Pt

    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", str(Pt(INDENT)))
    properties.set("indent", str(-Pt(INDENT)))
    bullet = OxmlElement("a:buChar")
    bullet.set("char", "•")
    properties.append(bullet)


def _bars(shapes: Any, picture: Picture, bars: Bars, box: Box) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
    from pptx.util import Pt

    written = _SHARE if bars.is_share else "0.00"
    data = CategoryChartData(number_format=written)
    data.categories = bars.groups
    for network, values in bars.series.items():
        data.add_series(bars.titles[network], [bar.value for bar in values])
    held = shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *_emu(box), data)
    told = [
        f"{bars.titles[network]}, {group}: {bar.label}"
        for network, values in bars.series.items()
        for group, bar in zip(bars.groups, values, strict=True)
    ]
    _name(held, f"{picture.question} {'; '.join(told)}.")
    chart = _plain(held.chart, has_legend=True)
    scale = chart.value_axis
    scale.minimum_scale, scale.maximum_scale, scale.major_unit = 0, 1, 0.5
    scale.major_gridlines.format.line.color.rgb = _rgb(LIGHT.grid)
    scale.format.line.fill.background()
    scale.tick_labels.number_format, scale.tick_labels.number_format_is_linked = (
        ("0%" if bars.is_share else "0.0"),
        False,
    )
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 60, -5
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked, labels.position = (
        written,
        False,
        XL_LABEL_POSITION.OUTSIDE_END,
    )
    labels.font.size, labels.font.bold = Pt(_LABEL), True
    for series, network in zip(plot.series, bars.series, strict=True):
        _color(series.format.fill, MODEL_COLORS[network])


def _maps(shapes: Any, picture: Picture, maps: Maps, box: Box) -> None:
    """A chart for each panel, with both axes fixed so that they can be compared."""
    from pptx.chart.data import XyChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_MARKER_STYLE

    styles = {"circle": (XL_MARKER_STYLE.CIRCLE, 3), "diamond": (XL_MARKER_STYLE.DIAMOND, 5)}
    for title, points, place in panels(maps, box):
        data = XyChartData()
        for is_forget, (name, *_) in ROLES.items():
            series = data.add_series(name)
            for x, y in np.round(points[maps.is_forget == is_forget], 4).tolist():
                series.add_data_point(x, y)
        around = Box(place.x, box.y, place.width, box.height)
        held = shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *_emu(around), data)
        _name(held, f"{picture.question} {title}. {picture.said}")
        chart = _plain(held.chart, has_legend=True, title=title)
        low, high = frame(maps, place.width / place.height)
        for axis, least, most in zip((chart.category_axis, chart.value_axis), low, high, strict=True):
            axis.minimum_scale, axis.maximum_scale = float(least), float(most)
            axis.has_major_gridlines, axis.visible = False, False
        for series, (_, color, symbol) in zip(chart.plots[0].series, ROLES.values(), strict=True):
            series.format.line.fill.background()
            series.marker.style, series.marker.size = styles[symbol]
            _color(series.marker.format.fill, color)
            series.marker.format.line.fill.background()


def _plain(chart: Any, has_legend: bool, title: str = "") -> Any:
    from pptx.enum.chart import XL_LEGEND_POSITION
    from pptx.util import Pt

    chart.font.name, chart.font.size, chart.font.color.rgb = FONT, Pt(_LABEL - 1), _rgb(LIGHT.text)
    chart.has_title = bool(title)
    if title:
        chart.chart_title.text_frame.text = title
        chart.chart_title.include_in_layout = False
        font = chart.chart_title.text_frame.paragraphs[0].runs[0].font
        font.size, font.bold = Pt(_LABEL), True
    chart.has_legend = has_legend
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    return chart


def _rgb(color: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(color.removeprefix("#"))


def _name(held: Any, told: str) -> None:
    """What screen readers say of a chart."""
    properties = held._element.nvGraphicFramePr.cNvPr
    properties.set("descr", told)
