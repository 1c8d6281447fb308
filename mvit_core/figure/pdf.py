"""Writes figures as PDF by reportlab (the extra ``figures``): exact page, one embedded font."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from io import BytesIO
from types import MappingProxyType
from typing import Any

from mvit_core.errors import ExportError
from mvit_core.figure.embedding import jpeg
from mvit_core.figure.font import figure_font
from mvit_core.figure.scene import (
    MM_PER_PT,
    Box,
    Cell,
    Colour,
    FigureScene,
    Heat,
    Picture,
    Ramp,
    Stroke,
    Words,
)

_FONT = "MViTLensFigure"
"""The name under which reportlab knows the font."""


def check_pdf() -> None:
    """See whether PDF can be written.

    Raises:
        ExportError: reportlab is not installed.
    """
    if find_spec("reportlab") is None:
        raise ExportError(
            'a PDF needs reportlab, which is not installed: pip install "mvit-lens[figures]", or '
            "write .svg or .png, which need nothing"
        )


def pdf_bytes(scene: FigureScene) -> bytes:
    """A figure as PDF; the same scene gives the same bytes.

    Raises:
        ExportError: reportlab is not installed.
    """
    check_pdf()
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_FONT, str(figure_font().path)))
    made = BytesIO()
    # Without ``initialFontName`` every page names Helvetica, which is not embedded.
    page = Canvas(
        made,
        pagesize=(scene.width / MM_PER_PT, scene.height / MM_PER_PT),
        invariant=1,
        initialFontName=_FONT,
        pageCompression=1,
    )
    page.setTitle(scene.title)
    page.setAuthor("")
    page.setCreator("mvit-lens")
    page.setSubject(scene.provenance)
    # From here on in millimetres; y still runs upwards.
    page.scale(1 / MM_PER_PT, 1 / MM_PER_PT)
    pen = _Pen(page, scene.height)
    for item in scene.items:
        _DRAW[type(item)](pen, item)
    page.showPage()
    page.save()
    return made.getvalue()


class _Pen:
    """Draws items of a scene, whose y runs downwards.

    Args:
        canvas: of reportlab, scaled to mm.
        height: of the page in mm.
    """

    def __init__(self, canvas: Any, height: float) -> None:  # noqa: ANN401 - has no types
        self._canvas, self._height = canvas, height
        self._embedded: dict[int, Any] = {}

    def picture(self, picture: Picture) -> None:
        """A frame; the same frame in several rows is embedded once."""
        from reportlab.lib.utils import ImageReader

        self._canvas.setFillAlpha(1)  # that of a cell would make the frame see-through
        key = id(picture.pixels)
        if key not in self._embedded:
            self._embedded[key] = ImageReader(BytesIO(jpeg(picture.pixels)))
        self._canvas.drawImage(self._embedded[key], *self._place(picture.box))

    def heat(self, heat: Heat) -> None:
        """Cells, then lines."""
        for cell in heat.cells:
            self.cell(cell)
        for stroke in heat.strokes:
            self.stroke(stroke)

    def cell(self, cell: Cell) -> None:
        """A rectangle of its own path, which viewers lay on whole pixels."""
        self._fill(cell.colour, cell.opacity)
        self._canvas.rect(*self._place(cell.box), stroke=0, fill=1)

    def stroke(self, stroke: Stroke) -> None:
        """A line through points."""
        canvas, (first, *others) = self._canvas, stroke.points
        canvas.saveState()
        canvas.setStrokeColorRGB(*_shares(stroke.colour))
        canvas.setLineWidth(stroke.width)
        canvas.setLineJoin(1)
        if stroke.dash_mm is not None:
            canvas.setDash(*stroke.dash_mm)
        path = canvas.beginPath()
        path.moveTo(first[0], self._height - first[1])
        for x, y in others:
            path.lineTo(x, self._height - y)
        canvas.drawPath(path, stroke=1, fill=0)
        canvas.restoreState()

    def ramp(self, ramp: Ramp) -> None:
        """A colour bar as one shading within a clipped rectangle."""
        from reportlab.lib.colors import Color

        canvas, box = self._canvas, ramp.box
        if ramp.steps:
            step = box.height / len(ramp.stops)
            for place, (red, green, blue) in enumerate(ramp.stops.tolist(), start=1):
                patch = Box(box.x, box.bottom - place * step, box.width, step)
                self.cell(Cell(patch, (red, green, blue)))
            return
        last = len(ramp.stops) - 1
        colours = [Color(*_shares(tuple(stop))) for stop in ramp.stops.tolist()]
        canvas.saveState()
        canvas.setFillAlpha(1)
        path = canvas.beginPath()
        path.rect(*self._place(box))
        canvas.clipPath(path, stroke=0, fill=0)
        low, high = self._height - box.bottom, self._height - box.y
        places = [place / last for place in range(last + 1)]
        canvas.linearGradient(box.x, low, box.x, high, colours, places, extend=False)
        canvas.restoreState()

    def words(self, words: Words) -> None:
        """One line of text."""
        canvas, y = self._canvas, self._height - words.y
        self._fill(words.colour, 1)
        canvas.setFont(_FONT, words.size_mm)
        draw = {
            "start": canvas.drawString,
            "middle": canvas.drawCentredString,
            "end": canvas.drawRightString,
        }
        draw[words.anchor](words.x, y, words.text)

    def _fill(self, colour: Colour, opacity: float) -> None:
        self._canvas.setFillColorRGB(*_shares(colour))
        self._canvas.setFillAlpha(round(opacity, 3))

    def _place(self, box: Box) -> tuple[float, float, float, float]:
        """Left edge, lower edge from below, width and height, of rounded edges."""
        x, right = round(box.x, 4), round(box.right, 4)
        low, high = round(self._height - box.bottom, 4), round(self._height - box.y, 4)
        return x, low, right - x, high - low


_DRAW: Mapping[type, Callable[[_Pen, Any], None]] = MappingProxyType(
    {
        Picture: _Pen.picture,
        Heat: _Pen.heat,
        Ramp: _Pen.ramp,
        Words: _Pen.words,
        Stroke: _Pen.stroke,
        Cell: _Pen.cell,
    }
)


def _shares(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (value / 255 for value in colour)
    return red, green, blue
