"""The canvas with boxes and tubes on it, drawn and moved by mouse and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

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


Drawn = Literal["box", "tube"]
"""What is drawn: a box that the model predicts for, or a tube painted on what it sees."""


class BoxCanvas(PointedCanvas):
    """A canvas on which boxes and tubes are drawn; without any it is the plain one."""

    box_drawn = Signal(str, object)
    """Emitted with what was drawn (``Drawn``), and its ``Box``."""
    box_chosen = Signal(str, object)
    """Emitted with the kind and the place of what was clicked, or None beside all of the kind."""
    box_changed = Signal(str, int, object)
    """Emitted with the kind and the place of what was dragged, and its new edges."""
    box_nudged = Signal(str, int, int, bool)
    """Emitted with the kind of what is chosen and with pixels to the right and down; True moves
    the right and lower edges alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.boxes, self.tubes = BoxEditor(), BoxEditor()
        self._editors: dict[Drawn, BoxEditor] = {"tube": self.tubes, "box": self.boxes}
        """The upper first."""
        super().__init__(parent)

    def show_boxes(self, boxes: BoxScene | None, tubes: BoxScene | None) -> None:
        """Show the boxes that the model predicts for, and tubes; None shows none."""
        for editor, scene in ((self.boxes, boxes), (self.tubes, tubes)):
            if scene != editor.scene:
                editor.show(scene)
                self._set_cursor()
                self.update()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton and not self._picking
        if is_left and any(e.press(event.position(), self._view()) for e in self._in_turn()):
            event.accept()
            return
        super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        for editor in self._editors.values():
            editor.move(event.position(), self._view())
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            self._set_cursor()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        for kind, editor in self._editors.items():
            edited = editor.release()
            if edited is not None:
                self._end_edit(kind, edited)
                return
        clicked = self._press is not None and self._drag_from is None
        super().mouseReleaseEvent(event)
        for kind, editor in self._editors.items():
            if clicked and not self._picking and editor.takes_keys:
                self.box_chosen.emit(kind, None)

    @override
    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and self._taking(event) is not None:
            event.accept()  # before the commands that have these keys
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        kind = self._taking(event)
        if kind is None:
            super().keyPressEvent(event)
        elif event.key() in ARROWS:
            grow = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.box_nudged.emit(kind, *ARROWS[event.key()], grow)
        elif self._video is not None:
            self.box_drawn.emit(kind, middle_box(self._video.size))

    @override
    def _set_cursor(self) -> None:
        over = None
        if self._pointer is not None and not self._picking:
            found = (e.cursor_at(self._pointer, self._view()) for e in self._in_turn())
            over = next((shape for shape in found if shape is not None), None)
        if over is None:
            super()._set_cursor()
        else:
            self.setCursor(over)

    @override
    def _paint_above(self, painter: QPainter) -> None:
        self.boxes.paint(painter, self._view())
        self.tubes.paint(painter, self._view())

    def _in_turn(self) -> list[BoxEditor]:
        """The editors in the order in which a press is offered: what is being drawn first."""
        return sorted(self._editors.values(), key=lambda editor: not editor.draws)

    def _taking(self, event: QKeyEvent) -> Drawn | None:
        """The kind whose editor uses a key."""
        kinds = sorted(self._editors, key=lambda kind: not self._editors[kind].draws)
        return next((kind for kind in kinds if self._editors[kind].takes(event)), None)

    def _end_edit(self, kind: Drawn, edited: Edited) -> None:
        """Emit what a drag or a click has changed."""
        self.update()
        if edited.place is None:
            if edited.box is not None:
                self.box_drawn.emit(kind, edited.box)
        elif edited.box is None:
            self.box_chosen.emit(kind, edited.place)
        else:
            self.box_changed.emit(kind, edited.place, edited.box)
