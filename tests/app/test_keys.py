"""Keys and names of commands: the palette, the sheet, and keys that the user gives."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from app.commands import BY_ID, COMMANDS
from app.commands.fuzzy import score
from app.commands.keys import KeyMap, fits
from app.commands.palette import Palette, entries_of, matching
from app.commands.shortcuts import ShortcutsDialog
from app.dialogs.preferences import PreferencesDialog
from tests.app.helpers import at_rest, dialog_of, press

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "own.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def keys(qapp, settings):
    return KeyMap(settings)


# -- finding -------------------------------------------------------------------------------------


def test_letters_must_stand_in_their_order():
    assert score("xp", "Export") is not None
    assert score("px", "Export") is None


def test_beginnings_of_words_count_more_than_letters_within():
    assert score("nl", "Next layer") > score("nl", "Mean of all")


def test_letters_that_follow_each_other_count_more():
    assert score("ead", "Head 3 alone") > score("ead", "Frame and")


def test_every_command_is_found_first_by_its_own_name(boot):
    entries = entries_of(boot().actions_table)
    for entry in entries:
        found = matching(entries, entry.title)
        assert entry.id in {each.id for each in found if each.title == found[0].title}


@pytest.mark.parametrize("words", ["theme", "Theme", "dark mode", "light", "dark"])
def test_a_command_is_found_first_by_other_words_for_it(boot, words):
    assert matching(entries_of(boot().actions_table), words)[0].id == "view.theme"


def test_words_that_nothing_is_known_by_find_nothing(boot):
    assert matching(entries_of(boot().actions_table), "theme park") == ()


def palette_of(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_K, CONTROL)
    return dialog_of(Palette)


def test_ctrl_k_finds_a_command_and_enter_runs_it(boot, qtbot):
    window = boot()
    palette = palette_of(window, qtbot)
    assert palette.focusWidget() is palette.search  # what is typed goes there
    assert not palette.shown()[0].reason
    qtbot.keyClicks(palette.search, "prefer")
    assert palette.shown()[0].id == "edit.preferences"
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    dialog_of(PreferencesDialog).reject()
    assert not [
        w for w in QApplication.topLevelWidgets() if isinstance(w, Palette) and w.isVisible()
    ]


def test_what_cannot_be_done_says_why_and_enter_does_nothing(boot, qtbot):
    palette = palette_of(boot(), qtbot)
    qtbot.keyClicks(palette.search, "play or pause")
    assert palette.shown()[0].reason == "open a video first"
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible()
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_the_arrows_move_along_what_was_found(boot, qtbot):
    palette = palette_of(boot(), qtbot)
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    qtbot.keyClick(palette.search, Qt.Key.Key_Up)
    assert palette.list.currentRow() == 1
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)


# -- giving keys ---------------------------------------------------------------------------------


def test_a_key_that_is_given_is_kept_and_taken_from_who_had_it(keys, settings):
    keys.give("view.overlay", ("D",))
    assert keys.of("view.overlay") == ("D",)
    assert keys.of("view.token_grid") == ()
    again = KeyMap(settings)
    assert again.of("view.overlay") == ("D",)
    assert again.of("view.token_grid") == ()


def test_reset_gives_the_first_keys_back_to_whom_they_belong(keys):
    keys.give("view.overlay", ("D",))
    keys.reset("view.token_grid")
    assert keys.of("view.token_grid") == ("D",)
    assert keys.of("view.overlay") == ()
    keys.reset_all()
    assert all(keys.of(command.id) == command.keys for command in COMMANDS)


def test_keys_that_cannot_be_read_are_those_of_the_table(qapp, settings):
    settings.setValue("keys/view.overlay", "{not json")
    settings.setValue("keys/view.smooth", '["NoSuchKey+"]')
    keys = KeyMap(settings)
    assert keys.of("view.overlay") == ("T",)
    assert keys.of("view.smooth") == ()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_the_keys_of_the_table_fit_their_commands(command):
    assert all(fits(command, key) for key in command.keys)


def test_single_keys_do_not_fit_window_wide_commands():
    assert not fits(BY_ID["edit.undo"], "Z")
    assert fits(BY_ID["edit.undo"], "F12")
    assert not fits(BY_ID["view.blink"], "Ctrl+B")


def test_a_question_mark_on_the_stage_shows_the_sheet(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Question)
    dialog_of(ShortcutsDialog).reject()


def test_the_sheet_finds_commands_by_name_and_by_key(boot, qtbot):
    window = boot()
    window.actions_table.run("help.shortcuts")
    view_picture = dialog_of(ShortcutsDialog)
    qtbot.keyClicks(view_picture.search, "colour map")
    assert {"view.next_colormap", "view.previous_colormap"} <= set(view_picture.shown())
    view_picture.search.clear()
    qtbot.keyClicks(view_picture.search, "pgdown")
    assert set(view_picture.shown()) == {"playback.next_window", "file.next_clip"}
    view_picture.reject()


def test_a_key_in_use_warns_before_it_is_moved_and_then_works_at_once(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.actions_table.run("help.shortcuts")
    view_picture = dialog_of(ShortcutsDialog)
    view_picture.choose("playback.next")
    view_picture.edit.setKeySequence(QKeySequence("D"))
    assert "Token grid" in view_picture.note.text()
    assert view_picture.assign.text() == "Move it here"
    view_picture.assign.click()
    view_picture.reject()
    press(qtbot, window, Qt.Key.Key_D)
    at_rest(qtbot, window, 1)
    assert not window.store.state.token_grid
    assert "(D)" in window.actions_table.by_id["playback.next"].toolTip()


def test_a_key_that_does_not_fit_is_refused_with_the_reason(boot):
    window = boot()
    window.actions_table.run("help.shortcuts")
    view_picture = dialog_of(ShortcutsDialog)
    view_picture.choose("edit.undo")
    view_picture.edit.setKeySequence(QKeySequence("Z"))
    assert "whole window" in view_picture.note.text()
    assert not view_picture.assign.isEnabled()
    view_picture.reject()


def test_the_key_that_hides_the_heat_while_held_can_be_another(lens, qtbot):
    lens.keys.give("view.blink", ("X",))
    canvas = lens.stage.canvas
    qtbot.keyPress(canvas, Qt.Key.Key_X)
    assert lens.store.state.hold_to_hide
    qtbot.keyRelease(canvas, Qt.Key.Key_X)
    assert not lens.store.state.hold_to_hide


def test_the_palette_finds_preferences_by_what_they_set_and_says_when_nothing_is_found(lens, qtbot):
    lens.actions_table.run("help.palette")
    palette = dialog_of(Palette)
    qtbot.keyClicks(palette.search, "language")
    assert palette.shown()[0].id == "edit.preferences"
    assert not palette.nothing.isVisible()
    qtbot.keyClicks(palette.search, "zzqx")
    assert not palette.shown()
    assert palette.nothing.isVisible()
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert palette.isVisible(), "there is nothing to run"
    palette.close()
