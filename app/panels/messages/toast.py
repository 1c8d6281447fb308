"""One message on screen: its sentence, its ways out, and a report behind Details."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.dialogs.problem_report import ProblemReportDialog
from app.widgets import theme
from app.widgets.basic import bounded, icon_button, label, set_spoken_name
from app.widgets.flow import Flow
from app.widgets.icons import paint_icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QEnterEvent, QPaintEvent

    from app.results import Level, Message

STAY_MS = 4000
ICON_PX = 20
LINE_PX = 28
"""Height of the close button, and so of the first line."""
LEAST_TEXT_PX = 36
"""Height that a sentence keeps, however little room there is; the rest of it scrolls."""


class LevelIcon(QWidget):
    """The icon of a message's level, in shape as well as colour."""

    def __init__(self, level: Level) -> None:
        super().__init__()
        self._level = level
        self.setFixedSize(ICON_PX, LINE_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        colour = {"info": colours.accent, "warning": colours.warning, "error": colours.error}
        painter = QPainter(self)
        box = QRectF(0, (LINE_PX - ICON_PX) / 2, ICON_PX, ICON_PX)
        paint_icon(painter, self._level, box, colour[self._level])
        painter.end()


class Toast(QFrame):
    """A message on screen.

    Args:
        message: what it says.
        count: how many messages of this kind came.
        report: writes the report of a message, for Details.
        parent: the widget to stand on.
    """

    dismissed = Signal(object)
    dock_asked = Signal(str)
    """Emitted with the name of the panel that has more about the message."""
    remedy_chosen = Signal(str)
    choice_made = Signal(str)
    """Emitted with a network that the user chose."""
    command_asked = Signal(str)
    """Emitted with the id of a command that leads on."""
    folder_asked = Signal(object)
    """Emitted with the file whose folder is to be shown."""

    def __init__(
        self, message: Message, count: int, report: Callable[[Message], str], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.message, self.count = message, count
        self._report = report
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STAY_MS)
        self._timer.timeout.connect(self.dismiss)
        self.report: ProblemReportDialog | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 6, 8, 8)
        self._column.setSpacing(theme.GAP)
        self._column.addLayout(self._first_line())
        self._buttons = Flow(theme.GAP, indent=30)
        self._column.addWidget(self._buttons)
        self._add_ways_out()
        self._buttons.setHidden(not self._buttons.count)
        if not self._stays:
            self._timer.start()
        times = f" ×{count}" if count > 1 else ""
        set_spoken_name(self, message.text + times)

    @property
    def _stays(self) -> bool:
        """It stays until it is closed: an error, and what is to be decided."""
        return self.message.level == "error" or bool(self.message.remedies)

    def dismiss(self) -> None:
        """Remove the toast."""
        self._timer.stop()
        self.dismissed.emit(self)

    def fit(self, width: int, most: int) -> int:
        """Take a width and the height that is needed for it; returns the height in pixels.

        Args:
            width: in pixels.
            most: height in pixels that it must not exceed; a longer sentence scrolls.
        """
        self.setFixedWidth(width)
        margins = self._column.contentsMargins()
        inner = width - margins.left() - margins.right()
        text_width = inner - ICON_PX - LINE_PX - 2 * 10 - (self._times.sizeHint().width() + 10)
        if self.count == 1:
            text_width += self._times.sizeHint().width() + 10
        wanted = self._text.heightForWidth(text_width)
        chrome = margins.top() + margins.bottom()
        if self._buttons.count:
            chrome += self._buttons.heightForWidth(inner) + theme.GAP
        text = min(max(wanted, LINE_PX), max(most - chrome, LEAST_TEXT_PX))
        self._scroll.setFixedHeight(text)
        self.setFixedHeight(text + chrome)
        return text + chrome

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        if not self._stays:
            self._timer.start()

    # -- building ---------------------------------------------------------------------------

    def _first_line(self) -> QHBoxLayout:
        """Icon, sentence, how often it came, and the button that closes it."""
        self._text = label(self.message.text)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setContentsMargins(0, 6, 0, 4)  # the first line stands beside icon and button
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._text)
        self._times = label(f"×{self.count}", "soft")
        if self.count == 1:  # showing a widget without a parent would open a window of its own
            self._times.hide()
        self._times.setContentsMargins(0, 6, 0, 0)
        close = icon_button("cancel", self.tr("Dismiss"))
        close.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.setSpacing(10)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(LevelIcon(self.message.level), 0, top)
        row.addWidget(self._scroll, 1)
        row.addWidget(self._times, 0, top)
        row.addWidget(close, 0, top)
        return row

    def _add_ways_out(self) -> None:
        """Add buttons: remedies or choices, Details of an error, the way to panel or folder."""
        message = self.message
        if message.choices:
            self._add_choices()
        elif message.remedies:
            self._add_remedies()
        if message.level == "error":
            self.details_button = self._button(self.tr("Details"))
            self.details_button.clicked.connect(self._show_details)
        for way in message.ways:
            self._add_way(way.title, partial(self.command_asked.emit, way.command))
        if message.dock:
            self._add_way(self.tr("Show in panel"), lambda: self.dock_asked.emit(message.dock))
        elif message.file is not None:
            self._add_way(self.tr("Show in folder"), lambda: self.folder_asked.emit(message.file))

    def _button(self, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._buttons.add(button)
        return button

    def _add_remedies(self) -> None:
        """A button for each remedy; the first one helps most surely."""
        words = {
            "cpu": self.tr("Retry on CPU"),
            "half": self.tr("Half precision"),
            "fewer_layers": self.tr("Fewer layers"),
            "open_again": self.tr("Reload the video"),
            "load_again": self.tr("Reload the model"),
            "config": self.tr("Choose configuration…"),
            "preset": self.tr("Choose preset…"),
            "weights": self.tr("Choose weights…"),
            "labels": self.tr("Class names…"),
            "checkpoint": self.tr("Load the model…"),
        }
        self.remedy_buttons: dict[str, QPushButton] = {}
        for place, remedy in enumerate(self.message.remedies):
            button = self.remedy_buttons[remedy] = self._button(words[remedy])
            button.setObjectName("" if place else "primary")
            button.clicked.connect(lambda _=False, remedy=remedy: self.remedy_chosen.emit(remedy))
            button.clicked.connect(self.dismiss)

    def _add_choices(self) -> None:
        """A list of the networks of a checkpoint; choosing one loads it."""
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Choose weights…"))
        self.choice.addItem(self.tr("Choose weights…"))
        self.choice.addItems([bounded(name) for name in self.message.choices])
        self.choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.choice.setMaximumWidth(240)
        self.choice.activated.connect(self._chosen)
        self._buttons.add(self.choice)

    def _chosen(self, place: int) -> None:
        if place:
            self.choice_made.emit(self.message.choices[place - 1])
            self.dismiss()

    def _add_way(self, words: str, go: Callable[[], None]) -> None:
        """A button that calls ``go``; the toast stays long enough to press it."""
        self._timer.setInterval(2 * STAY_MS)
        self.way_button = self._button(words)
        self.way_button.clicked.connect(go)
        self.way_button.clicked.connect(self.dismiss)

    def _show_details(self) -> None:
        """Open the report, or bring the one that is open to the front."""
        if self.report is None:
            self.report = ProblemReportDialog(self._report(self.message), self)
            self.report.log_asked.connect(lambda: self.dock_asked.emit("log"))
            self.report.finished.connect(self._report_closed)
        self.report.show()
        self.report.activateWindow()

    def _report_closed(self) -> None:
        self.report = None
