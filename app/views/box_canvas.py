"""The canvas with boxes on it, drawn and moved by mouse and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

from app.views.box_editor import ARROWS, BoxEditor, middle_box
from app.views.pointed_canvas import PointedCanvas

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPainter
    from PySide6.QtWidgets import QWidget

    from app.results.boxes import BoxScene
    from app.views.box_editor import Edited


class BoxCanvas(PointedCanvas):
    """A canvas for models of detection; without boxes to show it is the plain one."""

    box_drawn = Signal(object)
    """Emitted with a new ``Box``."""
    box_chosen = Signal(object)
    """Emitted with the place of a box that was clicked, or None beside all boxes."""
    box_changed = Signal(int, object)
    """Emitted with the place of a box and its new edges."""
    box_nudged = Signal(int, int, bool)
    """Emitted with pixels to the right and down; True moves the right and lower edges alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.boxes = BoxEditor()
        super().__init__(parent)

    def show_boxes(self, scene: BoxScene | None) -> None:
        """Show the boxes that the model predicts for; None shows none."""
        if scene != self.boxes.scene:
            self.boxes.show(scene)
            self._set_cursor()
            self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton and not self._picking
        if is_left and self.boxes.press(event.position(), self._view()):
            event.accept()
            return
        super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.boxes.move(event.position(), self._view())
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            self._set_cursor()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        edited = self.boxes.release()
        if edited is not None:
            self._end_edit(edited)
            return
        clicked = self._press is not None and self._drag_from is None
        super().mouseReleaseEvent(event)
        if clicked and not self._picking and self.boxes.takes_keys:
            self.box_chosen.emit(None)

    @override
    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and self.boxes.takes(event):
            event.accept()  # before the commands that have these keys
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.boxes.takes(event):
            super().keyPressEvent(event)
        elif event.key() in ARROWS:
            grow = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.box_nudged.emit(*ARROWS[event.key()], grow)
        elif self._video is not None:
            self.box_drawn.emit(middle_box(self._video.size))

    @override
    def _set_cursor(self) -> None:
        over = None
        if self._pointer is not None and not self._picking:
            over = self.boxes.cursor_at(self._pointer, self._view())
        if over is None:
            super()._set_cursor()
        else:
            self.setCursor(over)

    @override
    def _paint_above(self, painter: QPainter) -> None:
        self.boxes.paint(painter, self._view())

    def _end_edit(self, edited: Edited) -> None:
        """Emit what a drag or a click on boxes has changed."""
        self.update()
        if edited.place is None:
            if edited.box is not None:
                self.box_drawn.emit(edited.box)
        elif edited.box is None:
            self.box_chosen.emit(edited.place)
        else:
            self.box_changed.emit(edited.place, edited.box)
