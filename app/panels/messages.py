"""Messages in the window: they never interrupt the user, and errors stay until read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import PlainLines, bounded, icon_button, label, set_spoken_name
from app.widgets.icons import paint_icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QEnterEvent, QPaintEvent

    from app.results import Level, Message

STAY_MS = 4000
AT_MOST = 4
WIDTH_PX = 412
MARGIN_PX = 12
ICON_PX = 20
LINE_PX = 28
"""Height of the close button, and so of the first line."""
BELOW_TITLE_PX = 48


class LevelIcon(QWidget):
    """The icon of a message's level, in shape as well as colour."""

    def __init__(self, level: Level) -> None:
        super().__init__()
        self._level = level
        self.setFixedSize(ICON_PX, LINE_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        from PySide6.QtCore import QRectF
        from PySide6.QtGui import QPainter

        colours = theme.current()
        colour = {"info": colours.accent, "warning": colours.warning, "error": colours.error}
        painter = QPainter(self)
        box = QRectF(0, (LINE_PX - ICON_PX) / 2, ICON_PX, ICON_PX)
        paint_icon(painter, self._level, box, colour[self._level])
        painter.end()


class Toast(QFrame):
    """A message on screen."""

    dismissed = Signal(object)
    dock_asked = Signal(str)
    """Emitted with the name of the panel that has more about the message."""
    remedy_chosen = Signal(str)
    choice_made = Signal(str)
    """Emitted with a network that the user chose."""
    folder_asked = Signal(object)
    """Emitted with the file whose folder is to be shown."""

    def __init__(self, message: Message, report: Callable[[Message], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.message = message
        self._report = report
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(STAY_MS)
        self._timer.timeout.connect(self.dismiss)
        text = label(message.text)
        text.setWordWrap(True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setContentsMargins(0, 6, 0, 6)  # the first line stands beside icon and button
        close = icon_button("cancel", self.tr("Dismiss"))
        close.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(LevelIcon(message.level), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 6, 8, 6)
        self._column.setSpacing(theme.GAP)
        self._column.addLayout(row)
        self.details: PlainLines | None = None
        if message.remedies and not message.choices:
            self._column.addLayout(self._remedies())
        if message.choices:
            self._column.addLayout(self._choices())
        if message.level == "error":
            self._column.addLayout(self._buttons())
        elif not message.remedies:  # what is to be decided stays until it is
            self._timer.start()
        if message.dock:
            self._column.addLayout(
                self._way(self.tr("Show in panel"), lambda: self.dock_asked.emit(message.dock))
            )
        elif message.file is not None:
            self._column.addLayout(
                self._way(self.tr("Show in folder"), lambda: self.folder_asked.emit(message.file))
            )
        set_spoken_name(self, message.text)

    def dismiss(self) -> None:
        """Remove the toast."""
        self._timer.stop()
        self.dismissed.emit(self)

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        if self.message.level != "error" and not self.message.remedies:
            self._timer.start()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(30, 0, 4, 0)
        row.setSpacing(theme.GAP)
        self.details_button = QPushButton(self.tr("Details"))
        self.details_button.setCheckable(True)
        self.details_button.toggled.connect(self._show_details)
        self.copy_button = QPushButton(self.tr("Copy report"))
        self.copy_button.clicked.connect(self._copy)
        self.log_button = QPushButton(self.tr("Open log"))
        self.log_button.clicked.connect(lambda: self.dock_asked.emit("log"))
        for button in (self.details_button, self.copy_button, self.log_button):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _remedies(self) -> QHBoxLayout:
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
        }
        row = QHBoxLayout()
        row.setContentsMargins(30, 0, 4, 0)
        row.setSpacing(theme.GAP)
        self.remedy_buttons: dict[str, QPushButton] = {}
        for place, remedy in enumerate(self.message.remedies):
            button = QPushButton(words[remedy])
            button.setObjectName("" if place else "primary")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, remedy=remedy: self.remedy_chosen.emit(remedy))
            button.clicked.connect(self.dismiss)
            self.remedy_buttons[remedy] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _choices(self) -> QHBoxLayout:
        """A list of the networks of a checkpoint; choosing one loads it."""
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Choose weights…"))
        self.choice.addItem(self.tr("Choose weights…"))
        self.choice.addItems([bounded(name) for name in self.message.choices])
        self.choice.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.choice.activated.connect(self._chosen)
        row = QHBoxLayout()
        row.setContentsMargins(30, 0, 4, 0)
        row.addWidget(self.choice, 1)
        return row

    def _chosen(self, place: int) -> None:
        if place:
            self.choice_made.emit(self.message.choices[place - 1])
            self.dismiss()

    def _way(self, words: str, go: Callable[[], None]) -> QHBoxLayout:
        """A button that calls ``go``; the toast stays long enough to press it."""
        self._timer.setInterval(2 * STAY_MS)
        row = QHBoxLayout()
        row.setContentsMargins(30, 0, 4, 0)
        self.way_button = QPushButton(words)
        self.way_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.way_button.clicked.connect(go)
        self.way_button.clicked.connect(self.dismiss)
        row.addWidget(self.way_button)
        row.addStretch(1)
        return row

    def _show_details(self, on: bool) -> None:
        if self.details is None:
            self.details = PlainLines(self._report(self.message))
            self.details.setFont(theme.number_font())
            self.details.setMinimumHeight(160)
            self._column.addWidget(self.details)
        self.details.setVisible(on)
        self.dismissed_layout()

    def dismissed_layout(self) -> None:
        """Ask the stack to place its toasts again."""
        self.updateGeometry()
        QTimer.singleShot(0, self, lambda: _restack(self))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report(self.message))
        self.copy_button.setText(self.tr("Copied"))


class Messages(QObject):
    """Stacks toasts at the upper right of a widget; the colour bar has the lower right.

    Args:
        host: the widget to stand on.
        report: writes the report of a message, for Details and Copy report.
    """

    dock_asked = Signal(str)
    """Emitted with the name of the panel that a message leads to."""
    remedy_chosen = Signal(str)
    """Emitted with a remedy, where memory ended."""
    choice_made = Signal(str)
    """Emitted with the network of a checkpoint that the user chose."""
    folder_asked = Signal(object)
    """Emitted with the file whose folder a message leads to."""

    def __init__(self, host: QWidget, report: Callable[[Message], str]) -> None:
        super().__init__(host)
        self._host = host
        self._report = report
        self.toasts: list[Toast] = []
        host.installEventFilter(self)

    def show_message(self, message: Message) -> None:
        """Show a message; the same one again replaces the first."""
        for toast in [t for t in self.toasts if t.message.text == message.text]:
            self._drop(toast)
        for toast in self.toasts[: max(len(self.toasts) + 1 - AT_MOST, 0)]:
            self._drop(toast)
        toast = Toast(message, self._report, self._host)
        toast.dismissed.connect(self._drop)
        toast.dock_asked.connect(self.dock_asked)
        toast.remedy_chosen.connect(self.remedy_chosen)
        toast.choice_made.connect(self.choice_made)
        toast.folder_asked.connect(self.folder_asked)
        self.toasts.append(toast)
        toast.show()
        self.place()

    def clear_errors(self, about: str) -> None:
        """Remove messages that name a file which was opened since."""
        for toast in [t for t in self.toasts if about and about in t.message.text]:
            self._drop(toast)

    def texts(self) -> tuple[str, ...]:
        """Texts of the messages on screen, oldest first."""
        return tuple(toast.message.text for toast in self.toasts)

    def place(self) -> None:
        """Stack the toasts from the top down, the newest at the top."""
        top = BELOW_TITLE_PX
        width = min(WIDTH_PX, self._host.width() - 2 * MARGIN_PX)
        for toast in reversed(self.toasts):
            toast.setFixedWidth(width)
            layout = toast.layout()
            assert layout is not None
            height = max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
            toast.setFixedHeight(height)
            toast.move(self._host.width() - width - MARGIN_PX, top)
            toast.raise_()
            top += height + 8

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
        return False

    def _drop(self, toast: Toast) -> None:
        if toast in self.toasts:
            self.toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self.place()


def _restack(toast: Toast) -> None:
    host = toast.parentWidget()
    if host is not None:
        for stack in host.findChildren(Messages):
            stack.place()
