"""The list of sample clips: a picture, what happens, and the right answer of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QSizePolicy
from typing_extensions import override

from app import theme

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QResizeEvent

    from mvit_core.demo import DemoSample

PICTURE_PX = 48
ROW_PX = 58
LEAST_COLUMN_PX = 192
ROWS_SEEN = 2
"""At least; the rest scrolls where the window is low."""


class Gallery(QListWidget):
    """Samples in as many columns as there is room for."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("gallery")
        self.setAccessibleName(self.tr("Sample clips"))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setFont(theme.small_font(self))
        self.itemClicked.connect(self._chosen)
        self.itemActivated.connect(self._chosen)

    def show_samples(self, samples: tuple[DemoSample, ...]) -> None:
        """Take the clips to offer."""
        self.clear()
        blank = QPixmap(PICTURE_PX, PICTURE_PX)
        blank.fill(Qt.GlobalColor.transparent)
        for sample in samples:
            item = QListWidgetItem(QIcon(blank), _words(sample))
            item.setToolTip(self.tr("{title}; the right answer is: {name}").format(
                title=sample.title, name=sample.class_name))  # fmt: skip
            self.addItem(item)
        self._fit()

    def show_picture(self, index: int, image: QImage) -> None:
        """Take a clip's picture."""
        item = self.item(index)
        if item is not None:
            item.setIcon(QIcon(QPixmap.fromImage(image)))

    @override
    def sizeHint(self) -> QSize:
        rows = -(-self.count() // max(self._columns(), 1))
        return QSize(2 * LEAST_COLUMN_PX, rows * ROW_PX + 4)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_COLUMN_PX, min(ROWS_SEEN * ROW_PX + 4, self.sizeHint().height()))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _columns(self) -> int:
        return max(min((self.width() - 14) // LEAST_COLUMN_PX, 4), 1)

    def _fit(self) -> None:
        self.setMaximumHeight(self.sizeHint().height())
        self.setGridSize(QSize((self.width() - 14) // self._columns(), ROW_PX))
        self.updateGeometry()

    def _chosen(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self.row(item))


def _words(sample: DemoSample) -> str:
    """Who acts, and below it what is done, which is the class to be told."""
    actor = sample.title.removesuffix(sample.class_name).strip()
    return f"{actor or sample.title}\n{sample.class_name}"
