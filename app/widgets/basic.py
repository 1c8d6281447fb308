"""Small parts that several panels are made of.

Labels, tooltips, questions and spoken names are made here and nowhere else. Qt guesses from a text
whether it is markup, and markup names files that Qt then opens; what these functions take is never
markup, legible, and never longer than a message may be. A test reads the sources for other ways.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QMessageBox,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QToolTip,
    QTreeWidgetItem,
    QWidget,
)
from typing_extensions import override

from app.widgets import theme
from app.widgets.icons import themed_icon
from mvit_core.printable import MESSAGE_LIMIT, legible, printable_lines

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QFocusEvent, QPaintEvent, QStandardItem

ICON_PX = 18

_NO_TAG = "\u2060"
"""A word joiner: takes no room, and no tag begins with it."""


def bounded(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """A legible text, its middle left out where it is longer than ``limit`` characters."""
    count, text = len(text), legible(text[:limit] + text[limit:][-limit:])
    if len(text) <= limit:
        return text
    words = f" \u2026({count})\u2026 "
    end = (limit - len(words)) // 3
    return f"{text[: limit - len(words) - end]}{words}{text[-end:]}"


def plain(text: str) -> str:
    """A text that Qt takes for what it says where it would guess: never for markup."""
    text = bounded(text)
    if "&lt;" not in text and not ("<" in text and ">" in text):
        return text
    return text.replace("<", f"<{_NO_TAG}").replace("&lt;", f"&{_NO_TAG}lt;")


def set_tip(thing: QWidget | QAction | QListWidgetItem | QStandardItem, text: str) -> None:
    """Give a widget, an action or an item its tooltip."""
    thing.setToolTip(plain(text))


def set_column_tip(row: QTreeWidgetItem, column: int, text: str) -> None:
    """Give one column of a row its tooltip."""
    row.setToolTip(column, plain(text))


def set_choice_tip(choice: QComboBox, row: int, text: str) -> None:
    """Give one row of a choice its tooltip."""
    choice.setItemData(row, plain(text), Qt.ItemDataRole.ToolTipRole)


def show_tip(at: QPoint, text: str, widget: QWidget) -> None:
    """Show a tooltip at a place of the screen; an empty one hides what is shown."""
    QToolTip.showText(at, plain(text), widget)


def set_spoken_name(widget: QWidget, text: str) -> None:
    """Name a widget for those who hear the window; never longer than a message may be."""
    widget.setAccessibleName(bounded(text))


def set_spoken_description(widget: QWidget, text: str) -> None:
    """Say more of a widget to those who hear the window; never longer than a message may be."""
    widget.setAccessibleDescription(bounded(text))


class PlainLines(QPlainTextEdit):
    """Lines to read and to copy: each as it is, none and not all of them without end."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlainText(text)

    @override
    def setPlainText(self, text: str) -> None:
        super().setPlainText(printable_lines(text))

    @override
    def appendPlainText(self, text: str) -> None:
        super().appendPlainText(printable_lines(text))


class PlainLabel(QLabel):
    """A label that shows its text as it is."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        super().setText(bounded(text))


Answer = Literal["save", "discard", "stay"]


def ask_to_save(parent: QWidget, title: str, text: str) -> Answer:
    """Ask what becomes of something that was changed, and wait."""
    button = QMessageBox.StandardButton
    choices = button.Save | button.Discard | button.Cancel
    chosen = QMessageBox.question(parent, title, plain(text), choices, button.Save)
    answers: dict[QMessageBox.StandardButton, Answer] = {
        button.Save: "save",
        button.Discard: "discard",
    }
    return answers.get(chosen, "stay")


def ask(
    parent: QWidget, title: str, text: str, answers: tuple[tuple[str, str], ...], stay: str
) -> str:
    """Ask a question and wait.

    Args:
        parent: the window that waits.
        title: of the dialog.
        text: the question.
        answers: what each answer is called by the caller, and its words; the first is the one
            that Enter gives.
        stay: what Escape and closing the dialog mean, one of the answers.

    Returns:
        The answer.
    """
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(title)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(bounded(text))
    by_button: dict[QAbstractButton, str] = {}
    for answer, words in answers:
        role = (
            QMessageBox.ButtonRole.RejectRole
            if answer == stay
            else QMessageBox.ButtonRole.AcceptRole
        )
        button = box.addButton(words, role)
        by_button[button] = answer
        if answer == stay:
            box.setEscapeButton(button)
        if answer == answers[0][0]:
            box.setDefaultButton(button)
    box.exec()
    return by_button.get(box.clickedButton(), stay)


BY_KEYS = frozenset(
    (
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
        Qt.FocusReason.ShortcutFocusReason,
    )
)
"""Reasons of a focus that the user moved by keys, and looks for."""


class SeenWidget(QWidget):
    """A widget that knows whether its latest content was painted, and whether to frame its focus.

    A subclass calls ``super().paintEvent``.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_painted = True
        self._came_by_keys = False

    @property
    def frames_focus(self) -> bool:
        """True where it has the focus and got it by keys: after a click a frame tells nothing."""
        return self._came_by_keys and self.hasFocus()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._came_by_keys = event.reason() in BY_KEYS
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    @property
    def is_painted(self) -> bool:
        """True where the latest content was painted, or the widget is on no screen."""
        return self._is_painted or not self._can_be_seen()

    def show_anew(self) -> None:
        """Repaint with new content."""
        self._is_painted = False
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self._is_painted = True

    def _can_be_seen(self) -> bool:
        """True where some of the widget is on a screen, so that Qt will paint it."""
        window = self.window().windowHandle()
        is_exposed = self.isVisible() and window is not None and window.isExposed()
        return is_exposed and not self.visibleRegion().isEmpty()


def label(
    text: str = "", kind: str = "", *, small: bool = False, of: QWidget | None = None
) -> QLabel:
    """A label of a kind that the style sheet knows: soft, faint, title or warning.

    A screen reader says it before the control that it is of; of a combo box it says only what
    is chosen otherwise, whatever its accessible name.
    """
    made = PlainLabel(text)
    if of is not None:
        made.setBuddy(of)
    made.setObjectName(kind)
    if small:
        made.setFont(theme.small_font(made))
    return made


def rule() -> QFrame:
    """A thin line between groups."""
    line = QFrame()
    line.setObjectName("rule")
    line.setFixedHeight(1)
    return line


def icon_button(icon: str, name: str, *, flat: bool = True) -> QToolButton:
    """A button with an icon, a tooltip and an accessible name."""
    button = QToolButton()
    button.setIcon(themed_icon(icon))
    button.setIconSize(QSize(ICON_PX, ICON_PX))
    set_tip(button, name)
    set_spoken_name(button, name)
    # Reached by Tab; a click leaves the focus, and with it the keys, on the stage.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if flat:
        button.setObjectName("flat")
    return button


class WordsButton(QToolButton):
    """An icon and words, with as much room on the right as on the left."""

    def __init__(self) -> None:
        super().__init__()
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    @override
    def sizeHint(self) -> QSize:
        # Qt asks for two spaces beyond the words and leaves them all on the right.
        spare = 2 * self.fontMetrics().horizontalAdvance(" ") - 2
        return super().sizeHint() - QSize(spare, 0)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class ElidedLabel(PlainLabel):
    """One line that shortens itself in the middle instead of being cut off."""

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    @override
    def setText(self, text: str) -> None:
        text = bounded(text)
        if text == self.full_text():
            return  # laying out and painting anew would cost a step its smoothness
        self._full = text
        set_tip(self, text)
        self._elide()

    @override
    def resizeEvent(self, event: object) -> None:
        self._elide()

    @override
    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        full = getattr(self, "_full", "")
        margins = self.contentsMargins()
        text_width = self.fontMetrics().horizontalAdvance(full) + 4
        return QSize(text_width + margins.left() + margins.right(), hint.height())

    def full_text(self) -> str:
        """The text before it was shortened."""
        return getattr(self, "_full", "")

    def shortened(self, width: int) -> str:
        """What is shown of the text in so many pixels."""
        return self.fontMetrics().elidedText(self.full_text(), Qt.TextElideMode.ElideMiddle, width)

    def _elide(self) -> None:
        super().setText(self.shortened(max(self.contentsRect().width() - 2, 16)))
        self.updateGeometry()


LIST_FRAME_PX = 12
"""Border and padding of a choice's list, above and below together."""


class Choice(QComboBox):
    """A choice whose list shows all rows: Qt makes it some pixels too low, and then scrolls it."""

    @override
    def showPopup(self) -> None:
        rows = self.count() * self.view().sizeHintForRow(0)
        if 2 * rows < self.screen().availableGeometry().height():
            self.view().setMinimumHeight(rows + LIST_FRAME_PX)
        super().showPopup()


class DockTitle(QWidget):
    """A dock's title line: its name, a quiet remark, and a button that hides it."""

    def __init__(self, name: str, close_words: str) -> None:
        super().__init__()
        self.setObjectName("dockTitle")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.close_button = icon_button("cancel", close_words)
        self.close_button.setIconSize(QSize(12, 12))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        title = label(name, "dockName", small=True)
        self._remark = ElidedLabel()
        self._remark.setObjectName("faint")
        self._remark.setFont(theme.small_font(self))
        self._remark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._remark.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._named = True
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 4)
        row.setSpacing(theme.GAP)
        self._row = row
        row.addWidget(title)
        row.addWidget(self._remark, 1)
        row.addWidget(self.close_button)

    def add_mark(self, mark: QWidget) -> None:
        """Put a question mark before the button that hides the dock."""
        self._row.insertWidget(self._row.indexOf(self.close_button), mark)

    def show_name(self, on: bool) -> None:
        """Show the name, or no title line where a tab shows the name already."""
        if on != self._named:
            self._named = on
            self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        return super().sizeHint() if self._named else QSize(0, theme.GAP // 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint() if self._named else QSize(0, theme.GAP // 2)

    def show_remark(self, text: str, tip: str = "") -> None:
        """Show a short remark on the right, such as a count, and the rest as its tooltip."""
        self._remark.setText(text)
        set_tip(self._remark, tip or text)
