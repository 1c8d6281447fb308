"""The tour: a few steps, each pointing at a part of the window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import label, set_spoken_description, set_spoken_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QAction, QPaintEvent

BUBBLE_WIDTH = 340
OWN_KEYS = frozenset(
    (
        Qt.Key.Key_Escape,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Space,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
    )
)
"""Keys that go through the tour."""
GAP_PX = 14
RIM_PX = 4


@dataclass(frozen=True)
class Step:
    """A step of the tour: a widget and words about it."""

    target: Callable[[], QWidget | None]
    """Returns the widget when the tour begins; None skips the step."""
    title: str
    text: str


class Tour(QWidget):
    """Covers the window except for the widget of the step; keys that it does not use go through.

    Args:
        steps: steps in order; those whose widget is not on screen are skipped.
        window: the window to cover.
        commands: actions whose keys work meanwhile.
    """

    ended = Signal()

    def __init__(
        self, steps: tuple[Step, ...], window: QWidget, commands: Sequence[QAction]
    ) -> None:
        super().__init__(window)
        self.addActions(commands)
        self.setObjectName("tour")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._window = window
        seen = ((step, step.target()) for step in steps)
        self._steps = tuple((s, widget) for s, widget in seen if widget and _is_seen(widget))
        self._place = 0
        self._bubble = QFrame(self)
        self._bubble.setObjectName("toast")
        self._bubble.setFixedWidth(BUBBLE_WIDTH)
        self.title = label("", "title")
        self.text = label("", "soft")
        self._count = label("", "faint", small=True)
        for line in (self.title, self.text):
            line.setWordWrap(True)
        column = QVBoxLayout(self._bubble)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(theme.GAP)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(self._buttons())
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self._show()

    @property
    def target(self) -> QWidget:
        """The widget of the present step."""
        return self._steps[self._place][1]

    def _buttons(self) -> QHBoxLayout:
        self.skip = QPushButton(self.tr("Skip"))
        self.back = QPushButton(self.tr("Back"))
        self.next = QPushButton()
        self.next.setObjectName("primary")
        self.skip.clicked.connect(self.end)
        self.back.clicked.connect(lambda: self._go(-1))
        self.next.clicked.connect(lambda: self._go(1))
        row = QHBoxLayout()
        row.addWidget(self._count, 1)
        for button in (self.skip, self.back, self.next):
            button.installEventFilter(self)
            row.addWidget(button)
        return row

    def end(self) -> None:
        """End the tour; the window gets its keys again."""
        self._window.removeEventFilter(self)
        self.close()
        self.ended.emit()

    def _go(self, by: int) -> None:
        place = self._place + by
        if place >= len(self._steps):
            self.end()
        else:
            self._place = max(place, 0)
            self._show()

    def _show(self) -> None:
        step, last = self._steps[self._place][0], len(self._steps) - 1
        self.title.setText(step.title)
        self.text.setText(step.text)
        self._count.setText(f"{self._place + 1} / {last + 1}")
        self.back.setVisible(self._place > 0)
        self.next.setText(self.tr("Done") if self._place == last else self.tr("Next"))
        set_spoken_name(self, step.title)
        set_spoken_description(self, step.text)
        self.next.setFocus(Qt.FocusReason.OtherFocusReason)
        self._lay_out()

    def _hole(self) -> QRect:
        target = self.target
        corner = target.mapTo(self._window, QPoint(0, 0))
        return QRect(corner, target.size()).adjusted(-RIM_PX, -RIM_PX, RIM_PX, RIM_PX)

    def _lay_out(self) -> None:
        """Place the bubble beside the hole, where it has most room."""
        layout = self._bubble.layout()
        assert layout is not None
        height = layout.totalHeightForWidth(BUBBLE_WIDTH)
        self._bubble.setFixedHeight(height)
        self._bubble.move(_beside(self._hole(), self.rect(), BUBBLE_WIDTH, height))
        self.update()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._window:  # a button, which would pass the arrows on to the next
            return isinstance(event, QKeyEvent) and self._turned_by(event)
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
            self._lay_out()
        return False

    @override
    def event(self, event: QEvent) -> bool:
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() in OWN_KEYS:
            event.accept()  # all others are commands of what is explained
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()

    def _turned_by(self, event: QKeyEvent) -> bool:
        by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}.get(Qt.Key(event.key()))
        if by is None or event.type() != QEvent.Type.KeyPress:
            return False
        self._go(by)
        return True

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        hole = QRectF(self._hole())
        ground = QPainterPath()
        ground.addRect(QRectF(self.rect()))
        cut = QPainterPath()
        cut.addRoundedRect(hole, 8, 8)
        shade = QColor("#000000")
        shade.setAlphaF(0.55)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(ground.subtracted(cut), shade)
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawPath(cut)
        painter.end()


def _beside(hole: QRect, room: QRect, width: int, height: int) -> QPoint:
    """A corner for a box of a size beside the hole, inside the room."""
    places = (
        QPointF(hole.right() + GAP_PX, hole.top()),
        QPointF(hole.left() - GAP_PX - width, hole.top()),
        QPointF(hole.left(), hole.bottom() + GAP_PX),
        QPointF(hole.left(), hole.top() - GAP_PX - height),
    )
    inner = room.adjusted(GAP_PX, GAP_PX, -GAP_PX, -GAP_PX)
    size = QSize(width, height)
    boxes = [_moved_into(QRect(place.toPoint(), size), inner) for place in places]
    free = [box for box in boxes if not box.intersects(hole)]
    centre = QRect(QPoint(0, 0), size)
    centre.moveCenter(hole.center())
    return (free[0] if free else _moved_into(centre, inner)).topLeft()


def _moved_into(box: QRect, room: QRect) -> QRect:
    x = max(min(box.left(), room.right() - box.width()), room.left())
    y = max(min(box.top(), room.bottom() - box.height()), room.top())
    return QRect(x, y, box.width(), box.height())


def _is_seen(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.visibleRegion().isEmpty()
