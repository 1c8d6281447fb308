"""The preferences dialog, a row for each of ``SETTINGS``; changes take effect at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.folder_field import FolderField
from app.state.preferences import SETTINGS, Choice, Folder, Number, words_of
from app.widgets import theme
from app.widgets.basic import label, set_spoken_name, set_tip

if TYPE_CHECKING:
    from app.state.preferences import PreferenceStore, Setting


class PreferencesDialog(QDialog):
    """The preferences dialog.

    Args:
        store: holds the preferences.
        parent: the window.
    """

    def __init__(self, store: PreferenceStore, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Preferences"))
        self.setMinimumWidth(460)
        self._store = store
        self.fields: dict[str, QWidget] = {}
        form = QGridLayout()
        form.setHorizontalSpacing(2 * theme.GAP)
        form.setVerticalSpacing(10)
        form.setColumnStretch(1, 1)
        for row, setting in enumerate(SETTINGS):
            field = self.fields[setting.id] = self._field(setting)
            set_spoken_name(field, words_of(setting.title))
            set_tip(field, words_of(setting.tip))
            title = label(words_of(setting.title), "soft")
            set_tip(title, words_of(setting.tip))
            title.setBuddy(field)
            form.addWidget(title, row, 0)
            form.addWidget(field, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(2 * theme.GAP)
        column.addLayout(form)
        column.addLayout(self._buttons())
        store.changed.connect(self._show)
        self._show()

    def _field(self, setting: Setting) -> QWidget:
        kind, name = setting.kind, setting.id
        if isinstance(kind, Choice):
            combo = QComboBox()
            for value, title in kind.options():
                combo.addItem(words_of(title), value)
            combo.activated.connect(lambda row: self._store.update(**{name: combo.itemData(row)}))
            return combo
        if isinstance(kind, Number):
            number = QSpinBox()
            number.setRange(kind.low, kind.high)
            number.setSuffix(f" {words_of(kind.unit)}" if kind.unit else "")
            number.setSpecialValueText(words_of(kind.words_for_low) if kind.words_for_low else "")
            number.lineEdit().setTextMargins(8, 0, 8, 0)  # as in the boxes above and below
            number.setKeyboardTracking(False)
            number.valueChanged.connect(lambda value: self._store.update(**{name: value}))
            return number
        if isinstance(kind, Folder):
            folder = FolderField(words_of(kind.words_for_none))
            folder.chosen.connect(lambda path: self._store.update(**{name: path}))
            return folder
        switch = QCheckBox()
        switch.toggled.connect(lambda on: self._store.update(**{name: on}))
        return switch

    def _buttons(self) -> QHBoxLayout:
        self.reset_button = QPushButton(self.tr("Restore defaults"))
        self.reset_button.setAutoDefault(False)
        self.reset_button.clicked.connect(self._store.reset)
        close = QPushButton(self.tr("Close"))
        close.setObjectName("primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(self.reset_button)
        row.addStretch(1)
        row.addWidget(close)
        return row

    @Slot()
    def _show(self) -> None:
        for name, field in self.fields.items():
            value = getattr(self._store.values, name)
            with QSignalBlocker(field):
                if isinstance(field, QComboBox):
                    field.setCurrentIndex(field.findData(value))
                elif isinstance(field, QSpinBox):
                    field.setValue(value)
                elif isinstance(field, FolderField):
                    field.show_folder(value)
                elif isinstance(field, QCheckBox):
                    field.setChecked(value)
