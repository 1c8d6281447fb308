"""Opens palette, keys, help, tour, preferences and about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.commands.palette import Palette
from app.commands.shortcuts import ShortcutsDialog
from app.dialogs.guide import GuideWindow
from app.dialogs.help import AboutDialog
from app.dialogs.preferences import PreferencesDialog
from app.widgets.help_mark import HelpMark
from app.window.tour import Step, Tour

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint, QSettings
    from PySide6.QtWidgets import QMainWindow, QWidget

    from app.commands.actions import Actions
    from app.commands.keys import KeyMap
    from app.state.preferences import PreferenceStore
    from app.window.docks import Docks
    from app.window.menu_row import MenuRow

SEEN = "tour/seen"
USED = "palette/used"
MOST_USED = 8
"""Commands that the palette lists first."""


class HelpOpener(QObject):
    """Opens the dialogs about the window itself.

    Args:
        window: the parent of all dialogs.
        docks: has the panels that the tour points at.
        settings: storage of whether the tour was seen.
        preferences: holds the user's preferences.
        keys: the keys of every command.
    """

    def __init__(
        self,
        window: QMainWindow,
        docks: Docks,
        settings: QSettings,
        preferences: PreferenceStore,
        keys: KeyMap,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._docks = docks
        self._settings = settings
        self._preferences = preferences
        self._keys = keys
        self._actions: Actions | None = None
        self._search: QWidget | None = None
        self.running_tour: Tour | None = None
        self.open_guide: GuideWindow | None = None

    def set_actions(self, actions: Actions) -> None:
        """Set the actions, which are made later, and listen to the question marks."""
        self._actions = actions
        for mark in self._window.findChildren(HelpMark):
            mark.more.connect(self.guide)

    def name_search(self, row: MenuRow) -> None:
        """Name the search of the menu row after its key, and point at it in the tour."""
        self._search = row.search
        row.name_search(self._keys.words("help.palette"))
        self._keys.changed.connect(lambda _: row.name_search(self._keys.words("help.palette")))

    def palette(self) -> None:
        """Open the command palette."""
        if self._actions is not None:
            palette = Palette(self._actions, self._window, self._used())
            palette.chosen.connect(self._keep_used)
            palette.show()

    def _used(self) -> tuple[str, ...]:
        """Ids of commands that the palette ran lately, the last one first."""
        return tuple(str(self._settings.value(USED, "")).split())

    def _keep_used(self, command_id: str) -> None:
        others = [each for each in self._used() if each != command_id]
        self._settings.setValue(USED, " ".join((command_id, *others)[:MOST_USED]))

    def shortcuts(self) -> None:
        """Open the dialog of all keys."""
        ShortcutsDialog(self._keys, self._window).open()

    def preferences(self, setting: str = "", place: QPoint | None = None) -> None:
        """Open the preferences, at one of them and at a place of the screen."""
        dialog = PreferencesDialog(self._preferences, self._window)
        dialog.finished.connect(self._window.activateWindow)  # it may be not the first of its kind
        if place is not None:
            dialog.move(place)
        dialog.open()
        if setting:
            dialog.fields[setting].setFocus()

    def about(self) -> None:
        """Open the about dialog."""
        AboutDialog(self._window).open()

    def guide(self, entry: str = "") -> None:
        """Open the guide at an entry, or bring the one that is open to the front."""
        if self.open_guide is None:
            guide = self.open_guide = GuideWindow(self._window)
            guide.tour_asked.connect(self.tour)
            guide.shortcuts_asked.connect(self.shortcuts)
            guide.finished.connect(self._guide_closed)
        self.open_guide.show_entry(entry)
        self.open_guide.show()
        self.open_guide.raise_()
        self.open_guide.activateWindow()

    def _guide_closed(self) -> None:
        self.open_guide = None

    def tour(self) -> None:
        """Start the tour of the window's parts."""
        if self.running_tour is None:
            self.running_tour = Tour(
                self._steps(), self._window, self._docks.panels["timeline"].actions()
            )
            self.running_tour.ended.connect(self._tour_ended)

    def tour_once(self) -> None:
        """Start the tour, unless it was seen before."""
        if self._settings.value(SEEN) is None:
            self.tour()

    def _tour_ended(self) -> None:
        self.running_tour = None
        self._settings.setValue(SEEN, "true")

    def _steps(self) -> tuple[Step, ...]:
        docks = self._docks.by_name
        return (
            Step(
                self._window.centralWidget,
                self.tr("Open a video and a model"),
                self.tr(
                    "Drop both here, or use the buttons. A sample clip with a small model "
                    "comes with the program."
                ),
            ),
            Step(
                lambda: docks["layers"],
                self.tr("Choose a layer"),
                self.tr("Every attention layer, stage by stage. Up and Down go through them."),
            ),
            Step(
                lambda: docks["heads"],
                self.tr("Choose a head"),
                self.tr("All heads on one scale: look at one, or at their mean or maximum."),
            ),
            Step(
                lambda: docks["display"],
                self.tr("Say what is shown, and how"),
                self.tr(
                    "Which map, whose attention, colours and their range. Q picks a token on "
                    "the frame."
                ),
            ),
            Step(
                lambda: docks["timeline"],
                self.tr("Move through the video"),
                self.tr(
                    "Marks show the frames that the model saw. Space plays, arrows step, B "
                    "hides the heat while it is held."
                ),
            ),
            Step(
                lambda: self._search,
                self.tr("Find everything else"),
                self.tr("{key} finds every command by its name; F1 has the guide.").format(
                    key=self._keys.words("help.palette")
                ),
            ),
        )
