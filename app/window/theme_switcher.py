"""Applies the theme that the user chose, or the desktop's, whenever it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot

from app.widgets import theme
from app.widgets.stylesheet import apply_theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from app.state.preferences import Preferences, PreferenceStore


class ThemeSwitcher(QObject):
    """Applies the theme at once, and again whenever desktop or user change it.

    Args:
        app: gets palette and style sheet.
        preferences: has the choice of theme.
    """

    def __init__(self, app: QApplication, preferences: PreferenceStore) -> None:
        super().__init__(preferences)
        self._app = app
        self._preferences = preferences
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self.apply)
        hints.accessibility().contrastPreferenceChanged.connect(self.apply)
        preferences.changed.connect(self._changed)
        for effect in (
            Qt.UIEffect.UI_AnimateMenu,
            Qt.UIEffect.UI_FadeMenu,
            Qt.UIEffect.UI_AnimateCombo,
            Qt.UIEffect.UI_AnimateTooltip,
            Qt.UIEffect.UI_FadeTooltip,
        ):
            app.setEffectEnabled(effect, False)  # nothing moves that need not
        self.apply()

    @Slot()
    def apply(self) -> None:
        """Apply the theme in use now."""
        hints = self._app.styleHints()
        wanted = theme.named_by(self._preferences.values.theme, hints.colorScheme())
        contrast = hints.accessibility().contrastPreference()
        high = contrast == Qt.ContrastPreference.HighContrast
        apply_theme(self._app, wanted, high_contrast=high)

    @Slot(object, object)
    def _changed(self, old: Preferences, new: Preferences) -> None:
        if old.theme != new.theme:
            self.apply()
