"""Messages in the window: they never interrupt the user, and errors stay until read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget
from typing_extensions import override

from app.panels.messages.toast import Toast

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import Message, TaskKey

AT_MOST = 3
"""Toasts on screen at once; the others wait, and a line says how many."""
SHARE = 0.4
"""Most of the height of what they stand on."""
WIDTH_PX, NARROW_PX = 320, 280
NARROW_ROOM_PX = 760
"""Width of what they stand on below which they are narrow."""
MARGIN_PX = 12
GAP_PX = 6
MORE_PX = 24
"""Height of the line that says how many wait."""
NUMBER = re.compile(r"(?<![\w.,:/\\-])\d+(?!\w|[.:/\\-]\w)")
"""A number that stands alone: no part of a name, a size or a time."""


class Messages(QObject):
    """Stacks toasts at the lower right of what is looked at, the newest lowest.

    Args:
        host: the widget to stand on.
        report: writes the report of a message, for Details and Copy report.
        room: returns the box of the host that they may lie on, and the height in pixels that is
            theirs of it at most; both without the share that is theirs by rule.
    """

    dock_asked = Signal(str)
    """Emitted with the name of the panel that a message leads to."""
    remedy_chosen = Signal(str)
    """Emitted with a remedy, where memory ended."""
    choice_made = Signal(str)
    """Emitted with the network of a checkpoint that the user chose."""
    command_asked = Signal(str)
    """Emitted with the id of a command that a message leads to."""
    folder_asked = Signal(object)
    """Emitted with the file whose folder a message leads to."""

    def __init__(
        self,
        host: QWidget,
        report: Callable[[Message], str],
        room: Callable[[], tuple[QRect, int]],
    ) -> None:
        super().__init__(host)
        self._host, self._report, self._room = host, report, room
        self.toasts: list[Toast] = []
        self.more = QPushButton(self.tr("+{n} in Activity").format(n=0), host)
        self.more.setObjectName("toastsMore")
        self.more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.more.clicked.connect(lambda: self.dock_asked.emit("log"))
        self.more.hide()
        host.installEventFilter(self)

    def show_message(self, message: Message) -> None:
        """Show a message; one of the same kind takes the place of those before, and counts them."""
        same = [t for t in self.toasts if kind_of(t.message) == kind_of(message)]
        count = 1 + sum(toast.count for toast in same)
        for toast in same:
            self._remove(toast)
        toast = Toast(message, count, self._report, self._host)
        toast.dismissed.connect(self._drop)
        toast.dock_asked.connect(self.dock_asked)
        toast.remedy_chosen.connect(self.remedy_chosen)
        toast.choice_made.connect(self.choice_made)
        toast.command_asked.connect(self.command_asked)
        toast.folder_asked.connect(self.folder_asked)
        self.toasts.append(toast)
        self.place()

    def clear_named(self, name: str) -> None:
        """Remove messages that name a file which was opened since."""
        self._clear(lambda message: bool(name) and name in message.text)

    def clear_about(self, task: TaskKey) -> None:
        """Remove errors of a kind of task that has succeeded since."""
        self._clear(lambda message: message.about == task)

    def texts(self) -> tuple[str, ...]:
        """Texts of all messages that are not closed, oldest first."""
        return tuple(toast.message.text for toast in self.toasts)

    def place(self) -> None:
        """Stack the toasts from the bottom up, the newest lowest, as many as have room."""
        if not self.toasts:
            self.more.hide()
            return
        area, most = self._room()
        most = min(round(SHARE * area.height()), most)
        wanted = NARROW_PX if area.width() < NARROW_ROOM_PX else WIDTH_PX
        width = min(wanted, area.width() - 2 * MARGIN_PX)
        left, bottom = area.right() + 1 - width - MARGIN_PX, area.bottom() + 1 - MARGIN_PX
        top = bottom
        shown = 0
        for toast in reversed(self.toasts):
            waiting = len(self.toasts) - shown - 1
            room = most - (bottom - top) - (MORE_PX + GAP_PX if waiting else 0)
            height = toast.fit(width, most - (MORE_PX + GAP_PX if waiting else 0))
            if shown == AT_MOST or (shown and height > room):
                break
            top -= height
            toast.move(left, top)
            toast.show()
            toast.raise_()
            top -= GAP_PX
            shown += 1
        for toast in self.toasts[: len(self.toasts) - shown]:
            toast.hide()
        self._place_more(len(self.toasts) - shown, QRect(left, top - MORE_PX, width, MORE_PX))

    def _place_more(self, waiting: int, box: QRect) -> None:
        """Say above the stack how many messages wait."""
        self.more.setVisible(waiting > 0)
        if waiting:
            self.more.setText(self.tr("+{n} in Activity").format(n=waiting))
            self.more.setGeometry(box)
            self.more.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.place()
        return False

    def _clear(self, is_old: Callable[[Message], bool]) -> None:
        for toast in [t for t in self.toasts if is_old(t.message)]:
            self._drop(toast)

    def _drop(self, toast: Toast) -> None:
        if toast in self.toasts:
            self._remove(toast)
            self.place()

    def _remove(self, toast: Toast) -> None:
        self.toasts.remove(toast)
        toast.hide()
        toast.deleteLater()


def kind_of(message: Message) -> tuple[str, str]:
    """Level and sentence without its numbers: what makes two messages the same but for a count."""
    return message.level, NUMBER.sub("#", message.text)
