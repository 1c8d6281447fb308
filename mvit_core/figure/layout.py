"""Lays a figure out on its page: everything in millimetres, from the width that was asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from mvit_core.errors import ExportError
from mvit_core.export.caption import class_text, map_lines, window_text
from mvit_core.export.drawing import scaled
from mvit_core.export.styles import factors_of
from mvit_core.figure.content import FigureContent, Row, layout_of
from mvit_core.figure.font import ASCENT, LINE, figure_font
from mvit_core.figure.marks import marks_on
from mvit_core.figure.request import FigureRequest
from mvit_core.figure.scene import (
    INK,
    MM_PER_INCH,
    MM_PER_PT,
    MUTED,
    WARNING,
    Box,
    Cell,
    Colour,
    FigureScene,
    Heat,
    Item,
    Picture,
    Ramp,
    Stroke,
    Words,
)
from mvit_core.printable import printable
from mvit_core.render import ImageArray, Side, bar_colours
from mvit_core.render.cells import HeatCell, difference_cells, heat_cells
from mvit_core.render.colours import COMPONENTS

EDGE = 0.5
"""Free room along the edges of the page, in mm."""
GAP = 1.0
"""Between pictures."""
SPACE = 1.2
"""Between pictures and words."""
BAR = 2.0
"""Width of a colour bar: half as on a black frame, half as on a white one."""
LONGEST_BAR = 40.0
HAIRLINE = 0.1
"""Width of the thinnest line."""

_LABELS_SHARE = 0.2
"""Of the width, at the most, for the words beside rows."""
_LEAST_PICTURE = 5.0
_STOPS = 33
"""Colours of a gradient."""
_MOST_DPI = 450
"""Frames with more pixels than that in an inch are scaled down: paper shows no more."""


@dataclass(frozen=True)
class _Page:
    """The measures of one figure; see the modules' constants."""

    content: FigureContent
    request: FigureRequest

    @property
    def size(self) -> float:
        """Height of letters in points."""
        return self.request.letters_pt

    @property
    def line(self) -> float:
        """Distance of two base lines in mm."""
        return LINE * self.size * MM_PER_PT

    @cached_property
    def labels(self) -> tuple[tuple[str, ...], ...]:
        """Lines beside each row."""
        if not self.request.labels:
            return ((),) * len(self.content.rows)
        room, font = _LABELS_SHARE * self.request.width, figure_font()
        return tuple(
            tuple(line for text in row.labels for line in font.wrapped(text, self.size, room))
            for row in self.content.rows
        )

    @cached_property
    def left(self) -> float:
        """Left edge of the pictures."""
        widest = figure_font().widest((t for lines in self.labels for t in lines), self.size)
        return EDGE + (widest + SPACE if widest else 0.0)

    @cached_property
    def bars(self) -> tuple[int, ...]:
        """Number of the colour scale of each row: one for neighbours that are alike."""
        bars = [row.bar for row in self.content.rows]
        new = (here != before for before, here in pairwise(bars))
        return tuple(accumulate(new, initial=0))

    @cached_property
    def right(self) -> float:
        """Right edge of the pictures."""
        numbers = [text for row in self.content.rows for text in (row.bar.low, row.bar.high)]
        widest = figure_font().widest(numbers, self.size)
        return self.request.width - EDGE - (widest + 0.6 if widest else 0) - BAR - SPACE

    @cached_property
    def picture(self) -> tuple[float, float]:
        """(width, height) of a picture.

        Raises:
            ExportError: there is no room for so many in a row.
        """
        columns = len(self.content.columns)
        width = (self.right - self.left - GAP * (columns - 1)) / columns
        if width < _LEAST_PICTURE:
            raise ExportError(
                f"{columns} frames in a row are {max(width, 0):.1f} mm wide each on a page of "
                f"{self.request.width:g} mm; take fewer frames, a wider page or smaller letters"
            )
        across, down = self.content.rows[0].display_size
        return width, width * down / across

    @cached_property
    def headings(self) -> tuple[tuple[str, ...], ...]:
        """Lines above each column: time and frame, on one line where all have room for that."""
        if not self.request.labels:
            return ()
        pairs = [(f"{column.seconds:.2f} s", column.name) for column in self.content.columns]
        both = [f"{seconds} · {name}" for seconds, name in pairs]
        if figure_font().widest(both, self.size) <= self.picture[0]:
            return tuple((text,) for text in both)
        wide = figure_font().widest((name for _, name in pairs), self.size)
        if wide > self.picture[0]:  # the word would run into its neighbour
            return tuple(
                (f"{column.seconds:.2f}", f"{column.frame_index}")
                for column in self.content.columns
            )
        return tuple(pairs)

    @cached_property
    def top(self) -> float:
        """Upper edge of the pictures."""
        lines = len(self.headings[0]) if self.headings else 0
        return EDGE + (lines * self.line + SPACE / 2 if lines else 0.0)

    def place(self, row: int, column: int) -> Box:
        """Where a picture lies."""
        width, height = self.picture
        return Box(
            self.left + column * (width + GAP), self.top + row * self.row_step, width, height
        )

    @property
    def row_step(self) -> float:
        """From one row to the next: what pictures, words and numbers beside them need."""
        lines = max(2, *(len(lines) for lines in self.labels))
        return max(self.picture[1], lines * self.line) + GAP

    @property
    def bottom(self) -> float:
        """Lower edge of the pictures."""
        last = len(self.content.rows) - 1
        return self.top + last * self.row_step + max(self.picture[1], self.row_step - GAP)


def lay_out(content: FigureContent, request: FigureRequest) -> FigureScene:
    """A figure on its page.

    Raises:
        ExportError: there is no room for so many frames in a row.
    """
    page = _Page(content, request)
    items: list[Item] = []
    for number, (row, labels) in enumerate(zip(content.rows, page.labels, strict=True)):
        items += _labels(page, number, labels)
        for place in range(len(content.columns)):
            items += _picture(row, place, page.place(number, place), page.bars[number])
    items += _headings(page)
    items += _bars(page)
    below = list(_words_below(page))
    items += below
    height = (below[-1].y + 0.3 * page.line if below else page.bottom) + EDGE
    title = printable(map_lines(content.rows[0].explanation, layout_of(request))[0])
    return FigureScene(
        request.width,
        height,
        tuple(items),
        title,
        content.provenance,
        request.labels,
        (*content.notes, *content.remarks),
    )


def _picture(row: Row, place: int, cell: Box, scale: int) -> Iterator[Item]:
    """A frame in the middle of its cell, and the heat on it."""
    column, box = row.frames[place], _fitting(cell, row.display_size)
    yield Picture(box, _for_print(column.pixels, box), column.name)
    source = row.explanation.heatmap.frame_size
    cells = tuple(
        Cell(within(box, each.edges_px, source), each.colour, each.opacity)
        for each in _heat_cells(row, place)
    )
    name = f"{' '.join(row.labels) or 'map'}, {column.name}"
    strokes = tuple(marks_on(box, row, column.frame_index))
    yield Heat(box, cells, strokes, scale, name)


def _heat_cells(row: Row, place: int) -> tuple[HeatCell, ...]:
    """The heat of a row in a column, or the difference of two maps."""
    panel, style, frame_index = row.panel, row.bar.style, row.frames[place].frame_index
    if panel.minus is None:
        return heat_cells(row.explanation.heatmap, frame_index, style)
    own, minus = factors_of(panel, panel.minus)
    first = Side(row.explanation.heatmap, frame_index, own)
    second = Side(panel.minus.explanation.heatmap, row.other_frames[place], minus)
    return difference_cells(first, second, style)


def _fitting(cell: Box, size: tuple[int, int]) -> Box:
    """The middle part of a cell that has the shape of a frame (width, height)."""
    width = min(cell.width, cell.height * size[0] / size[1])
    height = width * size[1] / size[0]
    left, top = (cell.width - width) / 2, (cell.height - height) / 2
    return Box(cell.x + left, cell.y + top, width, height)


def within(box: Box, edges_px: Sequence[float], source: tuple[int, int]) -> Box:
    """Edges in pixels of a frame (width, height), on a page where the frame has a place."""
    across, down = box.width / source[0], box.height / source[1]
    left, top, right, bottom = edges_px
    return Box(
        box.x + left * across, box.y + top * down, (right - left) * across, (bottom - top) * down
    )


def _for_print(pixels: ImageArray, box: Box) -> ImageArray:
    """A frame with as many pixels as paper can show."""
    height, width = pixels.shape[:2]
    most = (round(side / MM_PER_INCH * _MOST_DPI) for side in (box.width, box.height))
    across, down = (max(least, 1) for least in most)
    if across >= width or down >= height:
        return pixels
    return scaled(pixels, (across, down))


def _labels(page: _Page, number: int, labels: tuple[str, ...]) -> Iterator[Item]:
    """The words beside a row, in the middle of its height."""
    box = page.place(number, 0)
    first = box.y + box.height / 2 - len(labels) * page.line / 2
    for place, text in enumerate(labels):
        y = first + place * page.line + ASCENT * page.size * MM_PER_PT
        yield _said(EDGE, y, text, page.size, MUTED if place else INK)


def _headings(page: _Page) -> Iterator[Item]:
    for column, lines in enumerate(page.headings):
        box = page.place(0, column)
        for place, text in enumerate(lines):
            y = page.top - SPACE / 2 - (len(lines) - place) * page.line
            y += ASCENT * page.size * MM_PER_PT
            words = _said(box.x + box.width / 2, y, text, page.size, MUTED if place else INK)
            yield replace(words, anchor="middle")


def _bars(page: _Page) -> Iterator[Item]:
    """A colour bar beside each row, or one beside several."""
    for scale in range(page.bars[-1] + 1):
        rows = [number for number, each in enumerate(page.bars) if each == scale]
        top, bottom = (page.place(rows[end], 0).y for end in (0, -1))
        tall = bottom - top + page.row_step - GAP
        height = min(tall, LONGEST_BAR) if len(rows) > 1 else tall
        row = page.content.rows[rows[0]]
        yield from _bar(page, row, top + (tall - height) / 2, height, scale)


def _bar(page: _Page, row: Row, top: float, height: float, scale: int) -> Iterator[Item]:
    left, style = page.right + SPACE, row.bar.style
    is_steps = style.colormap == COMPONENTS
    stops = 3 if is_steps else _STOPS
    for place, level in enumerate((0, 255)):
        box = Box(left + place * BAR / 2, top, BAR / 2, height)
        yield Ramp(box, bar_colours(style, stops, (level,) * 3), scale, is_steps)
    right, bottom = left + BAR, top + height  # its white end is seen on white paper by its edge
    corners = ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    yield Stroke(corners, HAIRLINE, MUTED)
    ascent = 0.74 * page.size * MM_PER_PT  # of digits
    ends = ((row.bar.high, top + ascent), (row.bar.low, top + height))
    yield from (_said(left + BAR + 0.6, y, text, page.size) for text, y in ends if text)


def _words_below(page: _Page) -> Iterator[Words]:
    """What the figure is of, what its colours mean, and what a reader must know."""
    content, request = page.content, page.request
    first = content.rows[0].explanation
    lines: list[tuple[str, Colour]] = []
    if request.labels and request.rows == "panes":
        lines += [(window_text(first), INK)]
        lines += [(words, MUTED) for words in _panes_in_words(content)]
    elif request.labels:
        which, reduced = map_lines(first, layout_of(request))
        said = f"{class_text(first)} · {window_text(first)}"
        lines += [(which, INK), (reduced, MUTED), (said, MUTED)]
    of_bars = (
        f"{'Colours' if row.panel.minus is None else 'Difference'}: {row.bar.words}"
        for row in content.rows
    )
    lines += [(words, MUTED) for words in dict.fromkeys(of_bars)]
    lines += [(words, WARNING) for words in content.remarks]
    y = page.bottom + SPACE
    for text, colour in lines:
        room = request.width - 2 * EDGE
        for line in figure_font().wrapped(printable(text), page.size, room):
            yield _said(EDGE, y + ASCENT * page.size * MM_PER_PT, line, page.size, colour)
            y += page.line


def _panes_in_words(content: FigureContent) -> Iterator[str]:
    """What each pane is of; clip and model of those that are not the figure's own."""
    own = content.sources[0]
    for row in content.rows:
        panel = row.panel
        if panel.minus is not None:
            continue
        source, words = content.sources[panel.source], []
        if source.video is not own.video:
            words.append(source.video.path.name)
        if source.explainer.loaded.path != own.explainer.loaded.path:
            words.append(source.explainer.loaded.path.name)
        words += [*map_lines(panel.explanation), class_text(panel.explanation)]
        yield f"{panel.name}: {' · '.join(words)}"


def _said(x: float, y: float, text: str, size: float, colour: Colour = INK) -> Words:
    return Words(x, y, printable(text), size, "start", colour)
