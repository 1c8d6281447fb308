"""The dialog of all keys, which can be searched and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from app.commands import BY_ID, COMMANDS, MENUS
from app.commands.actions import menu_title, title_of
from app.commands.fuzzy import score
from app.commands.keys import fits, native
from app.widgets import theme
from app.widgets.basic import label, set_column_tip, set_tip

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.commands.keys import KeyMap

ID_ROLE = Qt.ItemDataRole.UserRole


class ShortcutsDialog(QDialog):
    """All commands with their keys; the one selected can be given another key.

    Args:
        keys: the keys of every command.
        parent: the window.
    """

    def __init__(self, keys: KeyMap, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(620, 600)
        self._keys = keys
        self._rows: dict[str, QTreeWidgetItem] = {}
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search commands or keys"))
        self.search.setAccessibleName(self.tr("Search commands or keys"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.tree = self._tree()
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        # The field within is what gets the keys, so a screen reader reads its name.
        for part in (self.edit, *self.edit.findChildren(QLineEdit)):
            part.setAccessibleName(self.tr("New key"))
        self.edit.keySequenceChanged.connect(self._typed)
        self.note = label("", "warning", small=True)
        self.note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addLayout(self._editor())
        column.addWidget(self.note)
        column.addLayout(self._buttons())
        keys.changed.connect(self._show_keys)
        self.tree.setCurrentItem(self._rows[COMMANDS[0].id])

    # -- building ---------------------------------------------------------------------------

    def _tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(self.tr("Commands and their keys"))
        tree.setColumnCount(3)
        tree.setHeaderLabels([self.tr("Command"), self.tr("Keys"), self.tr("Works on")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        for name, _ in MENUS:
            group = QTreeWidgetItem([menu_title(name)])
            font = group.font(0)
            theme.set_strong(font)
            group.setFont(0, font)
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            tree.addTopLevelItem(group)
            for command in COMMANDS:
                if command.menu == name:
                    stage = command.scope == "stage"
                    where = self.tr("the frame") if stage else self.tr("the window")
                    row = QTreeWidgetItem([title_of(command), "", where])
                    row.setData(0, ID_ROLE, command.id)
                    group.addChild(row)
                    self._rows[command.id] = row
                    self._show_keys(command.id)
        tree.expandAll()
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section in (1, 2):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        tree.currentItemChanged.connect(self._chosen)
        return tree

    def _editor(self) -> QHBoxLayout:
        self.assign = QPushButton(self.tr("Assign"))
        self.assign.clicked.connect(self._assign)
        self.no_key = QPushButton(self.tr("No key"))
        self.no_key.clicked.connect(lambda: self._keys.give(self._current(), ()))
        self.restore = QPushButton(self.tr("Restore"))
        set_tip(self.restore, self.tr("Give this command its first keys again"))
        self.restore.clicked.connect(lambda: self._keys.reset(self._current()))
        row = QHBoxLayout()
        row.addWidget(label(self.tr("New key"), "soft"))
        row.addWidget(self.edit, 1)
        for button in (self.assign, self.no_key, self.restore):
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    def _buttons(self) -> QHBoxLayout:
        words = self.tr("Keys of the frame work there and on the timeline; Esc leads there.")
        hint = label(words, "faint", small=True)
        hint.setWordWrap(True)
        self.restore_all = QPushButton(self.tr("Restore all"))
        self.restore_all.setAutoDefault(False)
        self.restore_all.clicked.connect(self._keys.reset_all)
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(hint, 1)
        row.addWidget(self.restore_all)
        row.addWidget(close)
        return row

    # -- showing ----------------------------------------------------------------------------

    def shown(self) -> tuple[str, ...]:
        """Ids of the commands that the search found."""
        return tuple(name for name, row in self._rows.items() if not row.isHidden())

    def choose(self, command_id: str) -> None:
        """Select a command."""
        self.tree.setCurrentItem(self._rows[command_id])

    @Slot(str)
    def _show_keys(self, command_id: str) -> None:
        row, keys = self._rows[command_id], self._keys.of(command_id)
        keys += BY_ID[command_id].stage_keys
        row.setText(1, "  ".join(native(key) for key in keys))
        font = row.font(1)
        theme.set_strong(font, strong=self._keys.is_own(command_id))
        row.setFont(1, font)
        set_column_tip(row, 1, self.tr("Changed by you") if self._keys.is_own(command_id) else "")

    def _filter(self, text: str) -> None:
        for row in self._rows.values():
            by_name = score(text, row.text(0)) is not None
            row.setHidden(not (by_name or text.casefold() in row.text(1).casefold()))
        for place in range(self.tree.topLevelItemCount()):
            group = self.tree.topLevelItem(place)
            assert group is not None
            rows = [group.child(i) for i in range(group.childCount())]
            group.setHidden(all(row is None or row.isHidden() for row in rows))

    # -- changing ---------------------------------------------------------------------------

    def _current(self) -> str:
        row = self.tree.currentItem()
        return "" if row is None else str(row.data(0, ID_ROLE) or "")

    def _chosen(self) -> None:
        self.edit.clear()
        self._typed()

    def _typed(self) -> None:
        """Show at once what assigning the typed key would change."""
        command_id, key = self._current(), self._key()
        problem = self._problem(command_id, key) if key else ""
        holders = () if problem else self._keys.holders(key, but=command_id) if key else ()
        taken = self.tr("{key} means “{title}” now; assigning it here takes it from there")
        if holders:
            problem = taken.format(key=native(key), title=title_of(holders[0]))
        self.note.setText(problem)
        self.assign.setText(self.tr("Move it here") if holders else self.tr("Assign"))
        self.assign.setEnabled(bool(key and command_id and (holders or not problem)))
        for button in (self.no_key, self.restore):
            button.setEnabled(bool(command_id))

    def _problem(self, command_id: str, key: str) -> str:
        if not command_id or fits(BY_ID[command_id], key):
            return ""
        if BY_ID[command_id].held:
            return self.tr("It lasts while its key is held, so it needs one key without Ctrl")
        return self.tr(
            "“{title}” works in the whole window, where single keys belong to lists and fields: "
            "use Ctrl, Alt or a function key"
        ).format(title=title_of(BY_ID[command_id]))

    def _key(self) -> str:
        sequence: QKeySequence = self.edit.keySequence()
        return sequence.toString(QKeySequence.SequenceFormat.PortableText)

    def _assign(self) -> None:
        command_id, key = self._current(), self._key()
        self._keys.give(command_id, (key, *self._keys.of(command_id)[1:]))
        self.edit.clear()
