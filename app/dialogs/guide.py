"""The guide: a window of its own with contents, search and pictures."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.text.guide import BY_NAME, ENTRIES, matching_entries
from app.text.guide import tr as guide_tr
from app.widgets.basic import label, set_spoken_name
from app.widgets.guide_pictures import GuidePicture

SIZE_PX = (760, 560)
CONTENTS_PX = 200
ROW_PX = 24
PICTURE_SCALE = 1.8


class GuideWindow(QDialog):
    """Entries at the left, the chosen one at the right; stands beside the window.

    Args:
        parent: the window.
    """

    tour_asked = Signal()
    shortcuts_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Guide"))
        self.resize(*SIZE_PX)
        self.search, self.contents = QLineEdit(), QListWidget()
        self.search.setPlaceholderText(self.tr("Search the guide"))
        self.search.setAccessibleName(self.tr("Search the guide"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self.contents.setFocus)
        self.contents.setAccessibleName(self.tr("Contents"))
        self.contents.currentItemChanged.connect(lambda item, _: self._show(item))
        self._empty = label(self.tr("The guide does not have this word."), "faint")
        self._empty.setWordWrap(True)
        self._empty.hide()
        left = QVBoxLayout()
        left.addWidget(self.search)
        left.addWidget(self._empty)
        left.addWidget(self.contents, 1)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addLayout(left)
        body.addWidget(self._page(), 1)
        for widget in (self.search, self.contents, self._empty):
            widget.setFixedWidth(CONTENTS_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addLayout(body, 1)
        column.addLayout(self._buttons())
        self._filter("")

    def show_entry(self, name: str) -> None:
        """Go to an entry; without a name to the first one."""
        self.search.clear()
        wanted = name or ENTRIES[0].name
        for row in range(self.contents.count()):
            if self.contents.item(row).data(Qt.ItemDataRole.UserRole) == wanted:
                self.contents.setCurrentRow(row)

    @property
    def entry(self) -> str:
        """Name of the entry shown; empty where none is."""
        item = self.contents.currentItem()
        return "" if item is None else str(item.data(Qt.ItemDataRole.UserRole))

    def _page(self) -> QWidget:
        self.title = label("", "title")
        self.short, self.text = label(""), label("", "soft")
        self.picture = GuidePicture(PICTURE_SCALE)
        page = QWidget()
        page.setObjectName("body")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(page)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(12)
        for words in (self.short, self.text):
            words.setWordWrap(True)
        for widget in (self.title, self.short):
            column.addWidget(widget)
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.text)
        column.addStretch(1)
        area = self.page = QScrollArea()
        area.setObjectName("guidePage")
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        return area

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for words, signal in (
            (self.tr("Take the tour"), self.tour_asked),
            (self.tr("Keyboard shortcuts"), self.shortcuts_asked),
        ):
            button = QPushButton(words)
            button.setAutoDefault(False)
            button.clicked.connect(self.accept)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setObjectName("primary")
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        return row

    def _filter(self, text: str) -> None:
        """List the entries that have the words searched for; the first one is shown."""
        self.contents.clear()
        found = matching_entries(text)
        for entry in found:
            item = QListWidgetItem(guide_tr(entry.title))
            item.setSizeHint(QSize(0, ROW_PX))
            item.setData(Qt.ItemDataRole.UserRole, entry.name)
            self.contents.addItem(item)
        self._empty.setVisible(not found)
        self.contents.setCurrentRow(0)

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        entry = BY_NAME[str(item.data(Qt.ItemDataRole.UserRole))]
        title = guide_tr(entry.title)
        self.title.setText(title)
        set_spoken_name(self.page, title)
        self.short.setText(guide_tr(entry.short))
        self.text.setText(guide_tr(entry.more))
        self.picture.show_entry(entry.name, title)
