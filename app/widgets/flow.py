"""Widgets side by side that go on in the next row where one is full."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override


class Flow(QWidget):
    """Rows of widgets at their own size, as many in each as there is room for.

    It places its children itself: items of a layout written in Python are deleted by Qt while
    Python still holds them.

    Args:
        spacing: pixels between widgets, and between rows.
        indent: pixels left of the first widget of each row.
    """

    def __init__(self, spacing: int, indent: int = 0) -> None:
        super().__init__()
        self._spacing, self._indent = spacing, indent
        self._parts: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def count(self) -> int:
        """How many widgets there are. No length: an empty widget would be false."""
        return len(self._parts)

    def add(self, part: QWidget) -> None:
        """Add a widget behind the others."""
        part.setParent(self)
        part.installEventFilter(self)
        part.show()
        self._parts.append(part)
        self.updateGeometry()

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return max((box.bottom() + 1 for box in self._boxes(width)), default=0)

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        sizes = [_size(part) for part in self._parts]
        width = max((size.width() for size in sizes), default=0)
        return QSize(self._indent + width, max((size.height() for size in sizes), default=0))

    @override
    def resizeEvent(self, event: QEvent) -> None:
        self._place()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place all anew when one of them wants another size: its font or style changed."""
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
            self._place()
        return False

    def _place(self) -> None:
        for part, box in zip(self._parts, self._boxes(self.width()), strict=True):
            part.setGeometry(box)

    def _boxes(self, width: int) -> list[QRect]:
        """The place of each widget in a width."""
        boxes: list[QRect] = []
        left, top, row_height = self._indent, 0, 0
        for part in self._parts:
            size = _size(part)
            if left > self._indent and left + size.width() > width:
                left, top, row_height = self._indent, top + row_height + self._spacing, 0
            boxes.append(QRect(QPoint(left, top), size))
            left += size.width() + self._spacing
            row_height = max(row_height, size.height())
        return boxes


def _size(part: QWidget) -> QSize:
    """The size that a widget wants, within the most that it may have."""
    part.ensurePolished()
    return part.sizeHint().boundedTo(part.maximumSize())
