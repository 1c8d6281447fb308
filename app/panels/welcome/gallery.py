"""Tiles of the welcome page: recent files and sample clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QSizePolicy
from typing_extensions import override

from app.text.terms import term
from app.widgets import theme
from app.widgets.basic import bounded, set_spoken_name, set_tip
from app.widgets.icons import themed_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QResizeEvent

    from app.state.recent_files import Recent
    from mvit_core.demo import DemoSample

PICTURE_PX = 48
ROW_PX = 58
LEAST_COLUMN_PX = 192
MOST_COLUMNS = 4
MARGIN_PX = 18
"""Pixels beside the tiles, for the focus ring on both sides and the scroll bar."""

ROWS_SEEN = 2
"""Fewest rows of tiles that are seen; the rest scrolls where the window is low."""

BESIDE_PX = 14
"""Around the words of a tile, in its width."""

_WORDS = Qt.ItemDataRole.UserRole
"""The whole words of a tile."""

COMMAS = (", ", "，")
"""Between the actors of a clip that has two, in English and Chinese."""

SIGN_SHARE = 0.5
"""Fraction of the picture's room for the icon of files without a picture."""


class Tiles(QListWidget):
    """Tiles of a picture and two lines, in as many columns as there is room for."""

    chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("gallery")
        set_spoken_name(self, name)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(PICTURE_PX, PICTURE_PX))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setFont(theme.small_font(self))
        self.itemClicked.connect(self._chosen)
        self.itemActivated.connect(self._chosen)

    def add_tile(self, icon: QIcon, words: str, tip: str) -> None:
        """Append a tile."""
        item = QListWidgetItem(icon, bounded(words))
        item.setData(_WORDS, bounded(words))
        set_tip(item, tip)
        self.addItem(item)

    def words(self, row: int) -> str:
        """The words of a tile, whole however narrow it is."""
        return str(self.item(row).data(_WORDS))

    @override
    def sizeHint(self) -> QSize:
        rows = -(-self.count() // max(self._columns(), 1))
        return QSize(2 * LEAST_COLUMN_PX, rows * ROW_PX + 4)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_COLUMN_PX, min(ROWS_SEEN * ROW_PX + 4, self.sizeHint().height()))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self.fit()
        super().resizeEvent(event)

    def fit(self) -> None:
        """Set the height to that of the tiles."""
        self.setMaximumHeight(self.sizeHint().height())
        width = (self.width() - MARGIN_PX) // self._columns()
        self.setGridSize(QSize(width, ROW_PX))
        self._shorten(width - PICTURE_PX - BESIDE_PX)
        self.updateGeometry()

    def _shorten(self, room: int) -> None:
        """Leave out the middle of lines that are longer than their tile, which Qt does not."""
        metrics, where = self.fontMetrics(), self.textElideMode()
        for row in range(self.count()):
            lines = self.words(row).split("\n")
            self.item(row).setText(
                "\n".join(metrics.elidedText(line, where, room) for line in lines)
            )

    def _columns(self) -> int:
        return max(min((self.width() - MARGIN_PX) // LEAST_COLUMN_PX, MOST_COLUMNS), 1)

    def _chosen(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self.row(item))


class Gallery(Tiles):
    """Tiles of the sample clips: picture, action and right class of each."""

    def __init__(self) -> None:
        super().__init__("")
        self.setAccessibleName(self.tr("Sample clips"))

    def show_samples(self, samples: tuple[DemoSample, ...]) -> None:
        """Show the clips on offer."""
        self.clear()
        for sample in samples:
            tip = self.tr("{title}; the right answer is: {name}")
            tip = tip.format(title=term(sample.title), name=sample.class_name)
            self.add_tile(_blank(), _words(sample), tip)
        self.fit()

    def show_picture(self, index: int, image: QImage) -> None:
        """Set a clip's picture."""
        item = self.item(index)
        if item is not None:
            item.setIcon(QIcon(QPixmap.fromImage(image)))


class RecentTiles(Tiles):
    """Tiles of the recent files, with their pictures."""

    def __init__(self) -> None:
        super().__init__("")
        self.setAccessibleName(self.tr("Recent files"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_recent(self, entries: tuple[tuple[Recent, QImage | None], ...]) -> None:
        """Show files, newest first; one line is seen, arrow keys scroll to others."""
        self.clear()
        for entry, picture in entries:
            icon = {"clip": "video", "model": "model", "session": "session"}[entry.kind]
            sign = themed_icon(icon, SIGN_SHARE) if picture is None else QIcon(_square(picture))
            folder = entry.path.parent.name or str(entry.path.parent)
            self.add_tile(sign, f"{entry.path.name}\n{folder}", str(entry.path))
        self.fit()

    @override
    def sizeHint(self) -> QSize:
        return QSize(2 * LEAST_COLUMN_PX, ROW_PX + 4)


def _square(picture: QImage) -> QPixmap:
    side = min(picture.width(), picture.height())
    left, top = (picture.width() - side) // 2, (picture.height() - side) // 2
    return QPixmap.fromImage(picture.copy(left, top, side, side))


def _blank() -> QIcon:
    blank = QPixmap(PICTURE_PX, PICTURE_PX)
    blank.fill(Qt.GlobalColor.transparent)
    return QIcon(blank)


def _words(sample: DemoSample) -> str:
    """The actor, and below it the action, which is the class to be predicted; or two actors."""
    title = term(sample.title)
    for comma in COMMAS:
        first, found, second = title.partition(comma)
        if found:
            return f"{first}{comma.rstrip()}\n{second}"
    actor = title.removesuffix(sample.class_name).strip()
    return f"{actor or title}\n{sample.class_name}"
