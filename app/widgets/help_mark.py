"""The question mark beside a word: two sentences, a picture, and the way to the guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from app.text.guide import BY_NAME
from app.text.guide import tr as guide_tr
from app.widgets import theme
from app.widgets.basic import label, set_spoken_name, set_tip
from app.widgets.guide_pictures import GuidePicture
from app.widgets.popup import Popup

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

MARK_PX = 14
POPUP_PX = 268


class HelpMark(QToolButton):
    """A question mark.

    Args:
        entry: name of the guide's entry.
    """

    more = Signal(str)
    """Emitted with the name of the entry, when the user asks for all of it."""

    def __init__(self, entry: str) -> None:
        super().__init__()
        self.entry = entry
        self.setFixedSize(MARK_PX, MARK_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setObjectName("helpMark")
        words = self.tr("What is this: {word}").format(word=guide_tr(BY_NAME[entry].title))
        set_tip(self, words)
        set_spoken_name(self, words)
        self.clicked.connect(self.open)
        self.popup: HelpPopup | None = None

    def open(self) -> None:
        """Show the two sentences below the mark."""
        self.popup = HelpPopup(self)
        self.popup.more.clicked.connect(lambda: self.more.emit(self.entry))
        self.popup.destroyed.connect(self._forget)
        self.popup.show_at(self)

    def _forget(self) -> None:
        self.popup = None

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        lit = self.hasFocus() or self.underMouse()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(colours.accent if lit else colours.text_soft)
        painter.setPen(QPen(colour, 1.6 if self.hasFocus() else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawEllipse(box)
        font = painter.font()
        font.setPixelSize(10)
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "?")
        painter.end()


class HelpPopup(Popup):
    """Title, picture, two sentences, and More; closes at a click beside it, or by Escape."""

    def __init__(self, mark: HelpMark) -> None:
        super().__init__(mark)
        entry = BY_NAME[mark.entry]
        title = guide_tr(entry.title)
        set_spoken_name(self, title)
        self.setFixedWidth(POPUP_PX)
        self.picture = GuidePicture()
        self.words = label(guide_tr(entry.short))
        self.words.setWordWrap(True)
        self.more = QPushButton(self.tr("More"))
        self.more.clicked.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(theme.GAP)
        column.addWidget(label(title, "title"))
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignRight)
        self.picture.show_entry(mark.entry, title)

    def show_at(self, mark: QWidget) -> None:
        """Open below a widget, on its screen."""
        layout = self.layout()
        assert layout is not None
        height = layout.totalHeightForWidth(POPUP_PX)
        self.setFixedHeight(height)
        room = mark.screen().availableGeometry()
        corner = mark.mapToGlobal(QPoint(0, mark.height() + 4))
        x = min(corner.x(), room.right() - POPUP_PX)
        y = corner.y()
        if y + height > room.bottom():
            y = mark.mapToGlobal(QPoint(0, 0)).y() - height - 4
        self.move(max(x, room.left()), max(y, room.top()))
        self.show()
        self.more.setFocus(Qt.FocusReason.PopupFocusReason)


def marked(word: QWidget, entry: str) -> QWidget:
    """A word with its question mark behind it."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(4)
    row.addWidget(word)
    row.addWidget(HelpMark(entry))
    row.addStretch(1)
    return box
