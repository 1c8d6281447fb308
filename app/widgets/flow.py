"""Widgets side by side that go on in the next row where one is full."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

CHANGES = frozenset(
    (
        QEvent.Type.StyleChange,
        QEvent.Type.FontChange,
        QEvent.Type.ShowToParent,
        QEvent.Type.HideToParent,
    )
)
"""Events of a part after which the others have another place."""


STRETCHED_PX = 100
"""Least width of a widget that stretches."""


class Flow(QWidget):
    """Rows of widgets at their own size, as many in each as there is room for; one may stretch.

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
        self._stretched: QWidget | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def count(self) -> int:
        """How many widgets there are. No length: an empty widget would be false."""
        return len(self._parts)

    def add(self, part: QWidget, *, stretches: bool = False) -> None:
        """Add a widget behind the others; one that stretches has the rest of its row."""
        if stretches:
            self._stretched = part
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
        sizes = [self._size(part) for part in self._shown()]
        width = max((size.width() for size in sizes), default=0)
        return QSize(self._indent + width, max((size.height() for size in sizes), default=0))

    @override
    def resizeEvent(self, event: QEvent) -> None:
        self._place()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place all anew when one of them wants another size, is hidden or comes back."""
        if event.type() in CHANGES:
            self.updateGeometry()
            self._place()
        return False

    @override
    def event(self, event: QEvent) -> bool:
        """Place all anew when one of them has other words."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._place()
        return super().event(event)

    def _shown(self) -> list[QWidget]:
        return [part for part in self._parts if not part.isHidden()]

    def _place(self) -> None:
        for part, box in zip(self._shown(), self._boxes(self.width()), strict=True):
            part.setGeometry(box)

    def _boxes(self, width: int) -> list[QRect]:
        """The place of each widget that is not hidden in a width."""
        boxes: list[QRect] = []
        top = 0
        for row in self._rows(width):
            sizes = [self._size(part) for part in row]
            height = max(size.height() for size in sizes)
            rest = width - self._used(sizes)
            left = self._indent
            for part, size in zip(row, sizes, strict=True):
                own = size.width() + (max(rest, 0) if part is self._stretched else 0)
                down = (height - size.height()) // 2
                boxes.append(QRect(left, top + down, own, size.height()))
                left += own + self._spacing
            top += height + self._spacing
        return boxes

    def _rows(self, width: int) -> list[list[QWidget]]:
        """The widgets of each row in a width."""
        rows: list[list[QWidget]] = []
        for part in self._shown():
            if not rows or self._used([self._size(each) for each in (*rows[-1], part)]) > width:
                rows.append([])
            rows[-1].append(part)
        return rows

    def _size(self, part: QWidget) -> QSize:
        """The size that a part needs: of the one that stretches it is what it has at least."""
        size = _size(part)
        if part is self._stretched:
            size.setWidth(max(part.minimumSizeHint().width(), STRETCHED_PX))
        return size

    def _used(self, sizes: list[QSize]) -> int:
        """The width of a row of widgets."""
        gaps = self._spacing * (len(sizes) - 1)
        return self._indent + gaps + sum(size.width() for size in sizes)


def _size(part: QWidget) -> QSize:
    """The size that a widget wants, within the most that it may have."""
    part.ensurePolished()
    return part.sizeHint().boundedTo(part.maximumSize())
