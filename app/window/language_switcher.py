"""Has the window built anew in the language that the user chose, at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from app.dialogs.preferences import PreferencesDialog
from app.state.language import install_language, language_code

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.state.preferences import Preferences, PreferenceStore
    from app.window.main_window import MainWindow


class LanguageSwitcher(QObject):
    """Installs the language now, and again whenever the user chooses another one.

    Args:
        app: gets the translations.
        preferences: has the choice of language.
    """

    def __init__(self, app: QApplication, preferences: PreferenceStore) -> None:
        super().__init__(preferences)
        self._app, self._preferences = app, preferences
        self._window: MainWindow | None = None
        self._code = install_language(app, preferences.values.language)
        # Later: what was clicked is a part of the window, which is deleted then.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._switch)
        preferences.changed.connect(self._changed)

    def switch(self, window: MainWindow) -> None:
        """Set the window that is to be built anew."""
        self._window = window

    @Slot(object, object)
    def _changed(self, _: Preferences, new: Preferences) -> None:
        if language_code(new.language) != self._code:
            self._later.start()

    def _switch(self) -> None:
        """Translate the window, and open the preferences again where they were."""
        window = self._window
        if window is None or not window.isVisible():
            return  # it was closed meanwhile
        self._code = install_language(self._app, self._preferences.values.language)
        dialog = window.findChild(PreferencesDialog)
        place = dialog.pos() if dialog is not None and dialog.isVisible() else None
        window.build_anew()
        if place is not None:
            window.help.preferences("language", place)
