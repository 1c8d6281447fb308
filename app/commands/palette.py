"""The command palette: finds commands by a few letters of their names or keywords."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)
from typing_extensions import override

from app.commands import COMMANDS
from app.commands.actions import menu_title, title_of, tr
from app.commands.entry import Entry, matching
from app.commands.finders import found_by_sign
from app.widgets import theme
from app.widgets.basic import bounded, label

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QWidget

    from app.commands import Command
    from app.commands.actions import Actions

SIZE = QSize(560, 420)
ROW_PX = 32
BELOW_TOP_PX = 56
ENTRY_ROLE = Qt.ItemDataRole.UserRole


def entries_of(actions: Actions) -> tuple[Entry, ...]:
    """List every command, in the order of the menus."""
    return tuple(_entry(actions, command) for command in COMMANDS if not command.held)


def _entry(actions: Actions, command: Command) -> Entry:
    action = actions.by_id[command.id]
    title = action.text().replace("&", "") or title_of(command)
    reason = "" if action.isEnabled() else actions.reason(command.id)
    menu = menu_title(command.menu)
    keywords = tr(command.keywords) if command.keywords else ""
    return Entry(command.id, title, menu, actions.keys.words(command.id), reason, keywords)


class Palette(QDialog):
    """A field and a list below it; Enter runs, Esc closes.

    A sign at the beginning finds something else than commands (``FINDERS``).

    Args:
        actions: the commands, enabled or not.
        parent: the window.
        used: ids of commands used lately, the last one first.
    """

    chosen = Signal(str)
    """Emitted with the id of a command before it is run."""

    def __init__(self, actions: Actions, parent: QWidget, used: tuple[str, ...] = ()) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Search commands"))
        self._actions = actions
        self._entries = entries_of(actions)
        self._used = used
        self.search = QLineEdit()
        self.search.setPlaceholderText(
            self.tr("Command, or  :120 frame   @box class   #14/3 head   ?sink help")
        )
        self.search.setAccessibleName(self.tr("Search commands"))
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._run)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("entries")
        self.list.setAccessibleName(self.tr("Commands found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        column.setSpacing(theme.GAP)
        column.addWidget(self.search)
        column.addWidget(self.list)
        self.nothing = label(self.tr("No command is found by this."), "faint")
        column.addWidget(self.nothing, 1, Qt.AlignmentFlag.AlignTop)
        self.resize(SIZE.boundedTo(parent.size() - QSize(40, 80)))
        top = parent.mapToGlobal(parent.rect().topLeft())
        self.move(top.x() + (parent.width() - self.width()) // 2, top.y() + BELOW_TOP_PX)
        self._filter("")
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)  # a popup gives it to nobody

    def shown(self) -> tuple[Entry, ...]:
        """Entries of the list, best first."""
        return tuple(self.list.item(row).data(ENTRY_ROLE) for row in range(self.list.count()))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Send arrow keys to the list while the field has the focus."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: 8,
            Qt.Key.Key_PageUp: -8,
        }
        by = steps.get(Qt.Key(event.key()))
        if by is None:
            return False
        last = self.list.count() - 1
        self.list.setCurrentRow(min(max(self.list.currentRow() + by, 0), last))
        return True

    def _filter(self, text: str) -> None:
        self.list.clear()
        found = self._actions.ask(lambda context: found_by_sign(text, context))
        for entry in matching(self._entries, text, self._used) if found is None else found:
            item = QListWidgetItem(entry.title)
            item.setData(ENTRY_ROLE, entry)
            words = [entry.title, entry.keys, entry.reason]
            described = ", ".join(word for word in words if word)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, bounded(described))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(self.list.count() > 0)
        self.nothing.setVisible(self.list.count() == 0)

    def _run(self) -> None:
        item = self.list.currentItem()
        entry = item.data(ENTRY_ROLE) if item is not None else None
        if entry is None or entry.reason:
            return  # the reason stands beside its name
        self.close()
        if entry.run is not None:
            self._actions.ask(entry.run)
            return
        self.chosen.emit(entry.id)
        self._actions.run(entry.id)


class _Rows(QStyledItemDelegate):
    """Paints an entry: menu and name on the left, key or reason on the right."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, ROW_PX)

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry, colours = index.data(ENTRY_ROLE), theme.current()
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent_soft))
            painter.drawRoundedRect(box, 6, 6)
        line = box.adjusted(12, 0, -12, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        right = entry.reason or entry.keys
        painter.setPen(QColor(colours.text_faint if entry.reason else colours.text_soft))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignRight, right)
        metrics = painter.fontMetrics()
        room = line.width() - metrics.horizontalAdvance(right) - 24
        menu = f"{entry.menu}  ›  "
        painter.setPen(QColor(colours.text_faint))
        painter.drawText(line, middle | Qt.AlignmentFlag.AlignLeft, menu)
        ahead = metrics.horizontalAdvance(menu)
        painter.setPen(QColor(colours.text_faint if entry.reason else colours.text))
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, int(room - ahead))
        painter.drawText(line.adjusted(ahead, 0, 0, 0), middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()
