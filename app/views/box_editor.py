"""Draws the boxes of the canvas, and turns drags on them into new edges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen

from app.widgets import theme
from mvit_core.video.boxes import Box

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPainter

    from app.results.boxes import BoxScene
    from app.widgets.viewport import Viewport

HANDLE_PX = 8
"""Side of a handle."""
CLICK_PX = 3
"""Pixels; a press that moves less is a click."""
REACH_PX = 8
"""Distance from a handle's centre within which a press takes it."""

SIDES = ((0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2))
"""Places of the handles: 0 is left or top, 1 the middle, 2 right or bottom."""

CURSORS = {
    (0, 0): Qt.CursorShape.SizeFDiagCursor,
    (2, 2): Qt.CursorShape.SizeFDiagCursor,
    (2, 0): Qt.CursorShape.SizeBDiagCursor,
    (0, 2): Qt.CursorShape.SizeBDiagCursor,
    (1, 0): Qt.CursorShape.SizeVerCursor,
    (1, 2): Qt.CursorShape.SizeVerCursor,
    (0, 1): Qt.CursorShape.SizeHorCursor,
    (2, 1): Qt.CursorShape.SizeHorCursor,
}


ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
"""Pixels to the right and down by which a key moves the chosen box."""

_SHIFT = Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True)
class Edited:
    """The end of a press on the canvas."""

    place: int | None
    """Place of the box that was pressed; None for a new one."""
    box: Box | None
    """Its new edges; None where it was only clicked."""


@dataclass(frozen=True)
class _Drag:
    place: int | None
    handle: tuple[int, int] | None
    """The handle that was pressed; None moves the whole box, or draws a new one."""
    pressed: QPointF
    """View point that was pressed."""
    box: Box | None = None
    """The box as it is dragged; None until the pointer moves."""


class BoxEditor:
    """The boxes of a scene, and the drag that is under way."""

    def __init__(self) -> None:
        self.scene: BoxScene | None = None
        self._drag: _Drag | None = None

    def show(self, scene: BoxScene | None) -> None:
        """Show other boxes."""
        self.scene = scene

    @property
    def takes_keys(self) -> bool:
        """True where a box is chosen, which the arrows move."""
        return self.scene is not None and self.scene.chosen is not None

    @property
    def draws(self) -> bool:
        """True where a drag draws a box."""
        return self.scene is not None and self.scene.drawing

    def takes(self, event: QKeyEvent) -> bool:
        """True for a key that moves the chosen box, or draws one in the middle."""
        free = event.modifiers() & ~(_SHIFT | Qt.KeyboardModifier.KeypadModifier)
        if free != Qt.KeyboardModifier.NoModifier:
            return False
        if self.draws:
            return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        return self.takes_keys and event.key() in ARROWS

    def press(self, point: QPointF, view: Viewport) -> bool:
        """Begin a drag on a box or a handle, or of a new box; False where there is nothing."""
        if self.scene is None:
            return False
        if self.draws:
            self._drag = _Drag(None, None, point)
            return True
        handle, place = self._handle_at(point, view), self._place_at(point, view)
        if handle is not None:
            place = self.scene.chosen
        if place is None:
            return False
        self._drag = _Drag(place, handle, point)
        return True

    def move(self, point: QPointF, view: Viewport) -> bool:
        """Go on with the drag; False where there is none."""
        if self._drag is None:
            return False
        way = point - self._drag.pressed
        if self._drag.box is not None or way.manhattanLength() > CLICK_PX:
            self._drag = replace(self._drag, box=self._dragged(self._drag, point, view))
        return True

    def release(self) -> Edited | None:
        """End the drag; None where there is none."""
        drag, self._drag = self._drag, None
        return None if drag is None else Edited(drag.place, drag.box)

    def cursor_at(self, point: QPointF, view: Viewport) -> Qt.CursorShape | None:
        """The pointer's shape over a handle or a box; None elsewhere."""
        if self.scene is None:
            return None
        if self.draws:
            return Qt.CursorShape.CrossCursor
        handle = self._handle_at(point, view)
        if handle is not None:
            return CURSORS[handle]
        return Qt.CursorShape.SizeAllCursor if self._place_at(point, view) is not None else None

    def paint(self, painter: QPainter, view: Viewport) -> None:
        """Paint boxes, handles of the chosen one, and words."""
        if self.scene is None:
            return
        drag, dashed = self._drag, self.scene.dashed
        if self.scene.whole_words and not self.draws:
            _outline(painter, view.frame_box, "#ffffff", dashed=True)
            _whole_chip(painter, view, self.scene.whole_words)
        accent = theme.DARK.accent  # the light theme's would be lost on the black below it
        for place, shown in enumerate(self.scene.boxes):
            box = drag.box if drag and drag.box and drag.place == place else shown.box
            rect, is_chosen = view.box(*box.corners), place == self.scene.chosen
            colour = accent if is_chosen else "#ffffff"
            _outline(painter, rect, colour, dashed=dashed)
            if is_chosen:
                _handles(painter, rect, colour)
            _chip(painter, rect, shown.words, colour)
        if drag is not None and drag.place is None and drag.box is not None:
            _outline(painter, view.box(*drag.box.corners), accent, dashed=dashed)

    def _dragged(self, drag: _Drag, point: QPointF, view: Viewport) -> Box | None:
        start, at = view.from_view(drag.pressed), view.from_view(point)
        by_x, by_y = at[0] - start[0], at[1] - start[1]
        if drag.place is None:
            return _box((*start, *at))
        assert self.scene is not None
        if drag.place >= len(self.scene.boxes):
            return None
        box = self.scene.boxes[drag.place].box
        left, top, right, bottom = box.corners
        if drag.handle is None:
            width, height = view.frame or (0, 0)
            by_x, by_y = min(max(by_x, -left), width - right), min(max(by_y, -top), height - bottom)
            return _box((left + by_x, top + by_y, right + by_x, bottom + by_y), box.name)
        side_x, side_y = drag.handle
        left, right = left + by_x * (side_x == 0), right + by_x * (side_x == 2)
        top, bottom = top + by_y * (side_y == 0), bottom + by_y * (side_y == 2)
        return _box((left, top, right, bottom), box.name)

    def _handle_at(self, point: QPointF, view: Viewport) -> tuple[int, int] | None:
        scene = self.scene
        if scene is None or scene.chosen is None:
            return None
        rect = view.box(*scene.boxes[scene.chosen].box.corners)
        for side in SIDES:
            away = point - _spot(rect, side)
            if max(abs(away.x()), abs(away.y())) <= REACH_PX:
                return side
        return None

    def _place_at(self, point: QPointF, view: Viewport) -> int | None:
        """The smallest box below a point."""
        assert self.scene is not None
        rects = [(view.box(*s.box.corners), place) for place, s in enumerate(self.scene.boxes)]
        inside = [(r.width() * r.height(), place) for r, place in rects if r.contains(point)]
        return min(inside)[1] if inside else None


def middle_box(size: tuple[int, int]) -> Box:
    """The box of half a frame's width and height, in its middle."""
    width, height = size
    return Box(width / 4, height / 4, 3 * width / 4, 3 * height / 4)


def _box(edges: tuple[float, float, float, float], name: str = "") -> Box | None:
    """The box between two corners in any order; None where it has no area."""
    left, right = sorted((edges[0], edges[2]))
    top, bottom = sorted((edges[1], edges[3]))
    return Box(left, top, right, bottom, name) if left < right and top < bottom else None


def _spot(rect: QRectF, side: tuple[int, int]) -> QPointF:
    x = rect.left() + rect.width() * side[0] / 2
    return QPointF(x, rect.top() + rect.height() * side[1] / 2)


def _outline(painter: QPainter, rect: QRectF, colour: str, *, dashed: bool = False) -> None:
    """White or accent, 1.5 px, on black, 3 px."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("#000000"), 3))
    painter.drawRect(rect)
    pen = QPen(QColor(colour), 1.5)
    if dashed:
        pen.setDashPattern([5, 4])
    painter.setPen(pen)
    painter.drawRect(rect)


def _handles(painter: QPainter, rect: QRectF, colour: str) -> None:
    painter.setPen(QPen(QColor("#000000"), 1))
    painter.setBrush(QColor(colour))
    half = HANDLE_PX / 2
    for side in SIDES:
        spot = _spot(rect, side)
        painter.drawRect(QRectF(spot.x() - half, spot.y() - half, HANDLE_PX, HANDLE_PX))


def _chip(painter: QPainter, rect: QRectF, words: str, colour: str) -> None:
    """Words above a box, or within it at the upper end of the room."""
    chip = _chip_box(painter, words)
    chip.moveLeft(rect.left())
    chip.moveBottom(rect.top() - 3)
    if chip.top() < 0:
        chip.moveTop(max(rect.top(), 0.0) + 4)
        chip.moveLeft(rect.left() + 6)
    _write(painter, chip, words, colour)


def _whole_chip(painter: QPainter, view: Viewport, words: str) -> None:
    """Words for the whole frame, at its lower right: title and remarks lie at the left."""
    chip, frame = _chip_box(painter, words), view.frame_box
    chip.moveRight(min(frame.right(), view.room[0]) - 6)
    chip.moveBottom(min(frame.bottom(), view.room[1]) - 6)
    _write(painter, chip, words, "#ffffff")


def _chip_box(painter: QPainter, words: str) -> QRectF:
    size = QFontMetricsF(painter.font()).size(0, words)
    return QRectF(0, 0, size.width() + 12, size.height() + 4)


def _write(painter: QPainter, chip: QRectF, words: str, colour: str) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 200))
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(QColor("#ffffff") if colour == "#ffffff" else QColor(colour).lighter(140))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, words)
