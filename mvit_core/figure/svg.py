"""Writes figures as SVG 1.1: exact millimetres, real text, frames and heat as separate objects."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from types import MappingProxyType
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from mvit_core.figure.embedding import jpeg
from mvit_core.figure.font import FAMILY
from mvit_core.figure.scene import (
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

_FONTS = f"'{FAMILY}', Arial, Helvetica, 'Noto Sans CJK SC', sans-serif"
"""A program without the first takes the next. Text stays text, so that it can be edited."""


def svg_bytes(scene: FigureScene) -> bytes:
    """A figure as SVG; the same scene gives the same bytes."""
    size = f'width="{_mm(scene.width)}mm" height="{_mm(scene.height)}mm"'
    view = f'viewBox="0 0 {_mm(scene.width)} {_mm(scene.height)}"'
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg {spaces} version="1.1" {size} {view} font-family={quoteattr(_FONTS)}>',
        f"<title>{escape(scene.title)}</title>",
        f"<metadata>{escape(scene.provenance)}</metadata>",
        f'<rect width="{_mm(scene.width)}" height="{_mm(scene.height)}" fill="#ffffff"/>',
    ]
    numbers = count(1)
    for item in scene.items:
        lines += _DRAW[type(item)](item, numbers)
    return "\n".join([*lines, "</svg>", ""]).encode("utf-8")


def _picture(picture: Picture, numbers: Iterator[int]) -> Iterator[str]:
    data = b64encode(jpeg(picture.pixels)).decode("ascii")
    name, place = f"frame-{next(numbers)}", _place(picture.box)
    yield (
        f'<g id="{name}"><title>{escape(picture.name)}</title><image {place} '
        f'preserveAspectRatio="none" xlink:href="data:image/jpeg;base64,{data}"/></g>'
    )


def _heat(heat: Heat, numbers: Iterator[int]) -> Iterator[str]:
    # Crisp edges: two see-through cells that share a pixel would leave a hairline between them.
    yield f'<g id="heat-{next(numbers)}"><title>{escape(heat.name)}</title>'
    yield '<g shape-rendering="crispEdges">'
    for cell in heat.cells:
        yield from _cell(cell, numbers)
    yield "</g>"
    for stroke in heat.strokes:
        yield from _stroke(stroke, numbers)
    yield "</g>"


def _cell(cell: Cell, _: Iterator[int]) -> Iterator[str]:
    opacity = "" if cell.opacity == 1 else f' fill-opacity="{cell.opacity:.3g}"'
    yield f'<rect {_place(cell.box)} fill="{_hex(cell.colour)}"{opacity}/>'


def _stroke(stroke: Stroke, _: Iterator[int]) -> Iterator[str]:
    points = " ".join(f"{_mm(x)},{_mm(y)}" for x, y in stroke.points)
    dash = ""
    if stroke.dash_mm is not None:
        dash = ' stroke-dasharray="{} {}"'.format(*map(_mm, stroke.dash_mm))
    yield (
        f'<polyline points="{points}" fill="none" stroke="{_hex(stroke.colour)}" '
        f'stroke-width="{_mm(stroke.width)}" stroke-linejoin="round"{dash}/>'
    )


def _ramp(ramp: Ramp, numbers: Iterator[int]) -> Iterator[str]:
    """A colour bar as one rectangle with a gradient: many rectangles would show hairlines."""
    name, last = f"bar-{next(numbers)}", len(ramp.stops) - 1
    yield f'<linearGradient id="{name}" x1="0" y1="1" x2="0" y2="0">'
    for place, stop in enumerate(ramp.stops.tolist()):
        ends: tuple[float, ...] = (place / last,)
        if ramp.steps:
            ends = place / (last + 1), (place + 1) / (last + 1)
        for end in ends:
            yield f'<stop offset="{end:.4g}" stop-color="{_hex(tuple(stop))}"/>'
    yield "</linearGradient>"
    yield f'<rect {_place(ramp.box)} fill="url(#{name})"/>'


def _words(words: Words, _: Iterator[int]) -> Iterator[str]:
    yield (
        f'<text x="{_mm(words.x)}" y="{_mm(words.y)}" font-size="{_mm(words.size_mm)}" '
        f'text-anchor="{words.anchor}" fill="{_hex(words.colour)}">{escape(words.text)}</text>'
    )


_DRAW: Mapping[type, Callable[[Any, Iterator[int]], Iterator[str]]] = MappingProxyType(
    {Picture: _picture, Heat: _heat, Ramp: _ramp, Words: _words, Stroke: _stroke, Cell: _cell}
)


def _place(box: Box) -> str:
    """Edges are rounded, not sizes, so that neighbours share theirs."""
    x, y, right, bottom = (round(edge, 3) for edge in (box.x, box.y, box.right, box.bottom))
    return f'x="{_mm(x)}" y="{_mm(y)}" width="{_mm(right - x)}" height="{_mm(bottom - y)}"'


def _mm(length: float) -> str:
    """A length to a thousandth of a millimetre."""
    return f"{length:.3f}".rstrip("0").rstrip(".")


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
