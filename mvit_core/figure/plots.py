"""Plots on the page of a figure: axes, lines or points, and what they are called."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from mvit_core.errors import ExportError
from mvit_core.figure.font import ASCENT, LINE, figure_font
from mvit_core.figure.request import FigureRequest
from mvit_core.figure.scene import (
    INK,
    MM_PER_PT,
    MUTED,
    WARNING,
    Box,
    Cell,
    Colour,
    FigureScene,
    Item,
    Stroke,
    Words,
)
from mvit_core.printable import printable

COLOURS: tuple[Colour, ...] = (
    (0, 114, 178),
    (213, 94, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (230, 159, 0),
)
"""Told apart by the colour-blind, and in print (Okabe and Ito, Color Universal Design, 2008)."""

GREY: Colour = (120, 120, 126)

EDGE, SPACE = 0.5, 1.2
"""Free room along the edges, and between parts, in mm."""
_AXIS_MM, _LINE_MM, _TICK_MM, _MARK_MM = 0.15, 0.35, 0.8, 0.9
_NAME_GAP = 0.4
_SAMPLE_MM = 5.0
"""Length of a line in the legend."""
_HEIGHT_SHARE, _MOST_HEIGHT = 0.62, 70.0
"""Height of a plot in its width, and in mm at the most."""
_LEAST_PLOT = 12.0
_TICKS = 5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Line:
    """One line of a plot, or points alone."""

    name: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    colour: Colour
    dash_mm: tuple[float, float] | None = None
    joined: bool = True
    """A line runs through the points."""
    marks: bool = False
    """Each point has a square."""
    names: tuple[str, ...] = ()
    """Of the points; each is printed where nothing else lies, the lowest first."""


@dataclass(frozen=True)
class Plot:
    """Axes and lines."""

    y_title: str
    x_title: str
    lines: tuple[Line, ...]
    x_range: tuple[float, float]
    y_range: tuple[float, float]


@dataclass(frozen=True)
class PlotPage:
    """Plots side by side, and what stands below them."""

    plots: tuple[Plot, ...]
    words: tuple[str, ...]
    """What they show; left out where labels are."""
    remarks: tuple[str, ...]
    """What a reader must know in any case."""
    notes: tuple[str, ...]
    provenance: str


def ticks(low: float, high: float) -> tuple[float, ...]:
    """Round numbers within a range, about five of them, at equal distances."""
    if not low < high:
        return (low,)
    rough = (high - low) / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next(power * each for each in _STEPS if power * each >= rough * (1 - 1e-9))
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return tuple(round(number * step, 12) for number in range(first, last + 1))


def round_range(values: Sequence[float]) -> tuple[float, float]:
    """A range with round ends that holds all values."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if not low < high:
        low, high = low - 0.5, high + 0.5
    numbers = ticks(low, high)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else high - low
    return floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step


def tick_texts(values: Sequence[float]) -> tuple[str, ...]:
    """Ticks in words, all with as many decimals as one of them needs."""
    decimals = max(
        (len(f"{value:.6f}".rstrip("0").partition(".")[2]) for value in values), default=0
    )
    return tuple(f"{value:.{decimals}f}".replace("-", "\u2212") for value in values)


def lay_out_plots(page: PlotPage, request: FigureRequest) -> FigureScene:
    """Plots on the page of a figure.

    Raises:
        ExportError: the page is too narrow for them.
    """
    size = request.letters_pt
    line = LINE * size * MM_PER_PT
    step = (request.width - 2 * EDGE) / len(page.plots)
    items: list[Item] = []
    bottom = 0.0
    for number, plot in enumerate(page.plots):
        texts = tick_texts(ticks(*plot.y_range))
        left = EDGE + number * step + figure_font().widest(texts, size) + _TICK_MM + SPACE
        right = EDGE + (number + 1) * step - 2 * SPACE
        if right - left < _LEAST_PLOT:
            raise ExportError(
                f"a page of {request.width:g} mm is too narrow for {len(page.plots)} plots side by "
                "side; take a wider page or smaller letters"
            )
        height = min((right - left) * _HEIGHT_SHARE, _MOST_HEIGHT)
        box = Box(left, EDGE + line + SPACE / 2, right - left, height)
        items += _plot(plot, box, texts, size)
        if request.labels:
            items += _names(plot, box, size)
        below = box.bottom + _TICK_MM + 2 * line + SPACE
        bottom = max(bottom, _legend(items, plot, box, below, size))
    y = bottom + SPACE
    lines = [(text, MUTED) for text in page.words if request.labels]
    lines += [(text, WARNING) for text in page.remarks if text]
    for text, colour in lines:
        for part in figure_font().wrapped(printable(text), size, request.width - 2 * EDGE):
            items.append(Words(EDGE, y + ASCENT * size * MM_PER_PT, part, size, "start", colour))
            y += line
    title = printable(page.words[0] if page.words else page.plots[0].y_title)
    notes = (*page.notes, *filter(None, page.remarks))
    height = y + EDGE
    return FigureScene(
        request.width, height, tuple(items), title, page.provenance, request.labels, notes
    )


def _plot(plot: Plot, box: Box, y_texts: Sequence[str], size: float) -> Iterator[Item]:
    """Axes with their numbers, then lines."""
    line, ascent = LINE * size * MM_PER_PT, 0.74 * size * MM_PER_PT
    yield Words(box.x, box.y - SPACE / 2 - 0.2 * line, printable(plot.y_title), size)
    corners = ((box.x, box.y), (box.x, box.bottom), (box.right, box.bottom))
    yield Stroke(corners, _AXIS_MM)
    for value, text in zip(ticks(*plot.y_range), y_texts, strict=True):
        _, y = _place(plot, box, plot.x_range[0], value)
        yield Stroke(((box.x - _TICK_MM, y), (box.x, y)), _AXIS_MM)
        yield Words(box.x - _TICK_MM - 0.4, y + ascent / 2, text, size, "end", INK)
    numbers = ticks(*plot.x_range)
    below = box.bottom + _TICK_MM + 0.8 + ascent
    for value, text in zip(numbers, tick_texts(numbers), strict=True):
        x, _ = _place(plot, box, value, plot.y_range[0])
        yield Stroke(((x, box.bottom), (x, box.bottom + _TICK_MM)), _AXIS_MM)
        yield Words(x, below, text, size, "middle", INK)
    middle = box.x + box.width / 2
    yield Words(middle, below + line, printable(plot.x_title), size, "middle", INK)
    for each in plot.lines:
        yield from _line(plot, box, each)


def _line(plot: Plot, box: Box, line: Line) -> Iterator[Item]:
    points = tuple(_place(plot, box, *pair) for pair in zip(line.xs, line.ys, strict=True))
    if line.joined and len(points) > 1:
        yield Stroke(points, _LINE_MM, line.colour, line.dash_mm)
    if line.marks:
        for x, y in points:
            yield _mark(x, y, line.colour)


def _names(plot: Plot, box: Box, size: float) -> Iterator[Words]:
    """Names of points, right of them or else left; none over another name, point or edge."""
    tall = size * MM_PER_PT
    points = [
        (*_place(plot, box, x, y), name)
        for line in plot.lines
        for x, y, name in zip(line.xs, line.ys, line.names, strict=False)
    ]
    taken = [_mark(x, y, INK).box for x, y, _ in points]
    for x, y, name in sorted(points, key=lambda point: -point[1]):
        width = figure_font().widest([name], size)
        for left in (x + _MARK_MM / 2 + _NAME_GAP, x - _MARK_MM / 2 - _NAME_GAP - width):
            place = Box(left, y - tall / 2, width, tall)
            inside = box.x < place.x and place.right < box.right and place.bottom < box.bottom
            if inside and not any(_overlap(place, other) for other in taken):
                taken.append(place)
                yield Words(left, y + 0.36 * tall, name, size, "start", MUTED)
                break


def _overlap(one: Box, other: Box) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


def _mark(x: float, y: float, colour: Colour) -> Cell:
    return Cell(Box(x - _MARK_MM / 2, y - _MARK_MM / 2, _MARK_MM, _MARK_MM), colour)


def _legend(items: list[Item], plot: Plot, box: Box, top: float, size: float) -> float:
    """Add the names of the lines below a plot, as many in a row as fit; their lower edge."""
    line, ascent = LINE * size * MM_PER_PT, 0.74 * size * MM_PER_PT
    x, y = box.x, top + ascent
    for each in plot.lines:
        name = printable(each.name, 60)
        sample = _SAMPLE_MM if each.joined else _MARK_MM
        width = sample + 0.8 + figure_font().widest([name], size)
        if x > box.x and x + width > box.right:
            x, y = box.x, y + line
        middle = y - ascent / 2
        if each.joined:
            ends = ((x, middle), (x + sample, middle))
            items.append(Stroke(ends, _LINE_MM, each.colour, each.dash_mm))
        if each.marks:
            items.append(_mark(x + sample / 2, middle, each.colour))
        items.append(Words(x + sample + 0.8, y, name, size))
        x += width + 2 * SPACE
    return y + 0.3 * line


def _place(plot: Plot, box: Box, x: float, y: float) -> tuple[float, float]:
    """Where a point of a plot lies on the page."""
    (left, right), (low, high) = plot.x_range, plot.y_range
    across = (x - left) / (right - left)
    return box.x + across * box.width, box.bottom - (y - low) / (high - low) * box.height
