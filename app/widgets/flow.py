"""A layout that lays widgets side by side and goes on in the next row where one is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from PySide6.QtWidgets import QLayoutItem


class FlowLayout(QLayout):
    """Rows of widgets at their own size, as many in each as there is room for.

    Args:
        spacing: pixels between widgets, and between rows.
    """

    def __init__(self, spacing: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)

    @override
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        boxes = self._boxes(width)
        margins = self.contentsMargins()
        return max((box.bottom() + 1 for box in boxes), default=0) + margins.bottom()

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSize()

    @override
    def minimumSize(self) -> QSize:
        sizes = [item.sizeHint() for item in self._shown()]
        margins = self.contentsMargins()
        least = QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )
        return least + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    @override
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        for item, box in zip(self._shown(), self._boxes(rect.width()), strict=True):
            item.setGeometry(box.translated(rect.topLeft()))

    def _shown(self) -> list[QLayoutItem]:
        """Items that take room."""
        return [item for item in self._items if _is_shown(item.widget())]

    def _boxes(self, width: int) -> list[QRect]:
        """The place of each item shown in a width, from the layout's corner."""
        margins, boxes = self.contentsMargins(), []
        left, top, row_height = margins.left(), margins.top(), 0
        for item in self._shown():
            size = item.sizeHint()
            if left > margins.left() and left + size.width() > width - margins.right():
                left, top, row_height = margins.left(), top + row_height + self.spacing(), 0
            boxes.append(QRect(QPoint(left, top), size))
            left += size.width() + self.spacing()
            row_height = max(row_height, size.height())
        return boxes


def _is_shown(widget: QWidget | None) -> bool:
    return widget is None or not widget.isHidden()
