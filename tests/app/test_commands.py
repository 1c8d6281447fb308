"""The table of commands is whole: every entry has an action, a menu and keys of its own."""

import re

import pytest
from PySide6.QtGui import QKeySequence

from app.commands import BY_ID, COMMANDS, MENUS, SEPARATED, SUBMENUS, TOOLBAR
from app.palette import entries_of
from app.shortcuts import ShortcutsDialog
from tests.app.helpers import dialog_of


def test_ids_are_unique_and_named_after_their_menu():
    assert len(BY_ID) == len(COMMANDS)
    for command in COMMANDS:
        assert re.fullmatch(r"[a-z]+\.[a-z_0-9]+", command.id)
        assert command.menu in dict(MENUS)


def test_the_lists_beside_the_table_name_commands_that_exist():
    assert set(SEPARATED) <= set(BY_ID)
    assert {name for name in TOOLBAR if len(name) > 1} <= set(BY_ID)
    assert {command.submenu for command in COMMANDS if command.submenu} == set(SUBMENUS)


def test_no_two_commands_share_a_key(qapp):
    seen = {}
    for command in COMMANDS:
        for keys in (*command.keys, *command.stage_keys):
            text = QKeySequence(keys).toString()
            assert text, f"{command.id}: Qt does not know the key {keys!r}"
            assert text not in seen, f"{text} means both {seen.get(text)} and {command.id}"
            seen[text] = command.id


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_single_keys_belong_to_the_stage(command):
    """Window-wide single keys would steal arrows and Space from lists and buttons."""
    for keys in command.keys:
        single = "Ctrl" not in keys and "Alt" not in keys
        function_key = re.fullmatch(r"(Shift\+)?F\d+", keys) or keys == "Esc"
        if single and not function_key:
            assert command.scope == "stage"


def test_every_command_is_in_a_menu_in_the_palette_and_in_the_sheet(boot):
    window = boot()
    actions = window.actions_table.by_id
    assert set(actions) == set(BY_ID)

    def names(menu):
        for action in menu.actions():
            if action.objectName():
                yield action.objectName()
            elif action.menu() is not None:
                yield from names(action.menu())

    in_menus = [name for top in window.menuBar().actions() for name in names(top.menu())]
    assert sorted(in_menus) == sorted(BY_ID)
    held = {command.id for command in COMMANDS if command.held}  # no click can hold a key
    assert {entry.id for entry in entries_of(window.actions_table)} == set(BY_ID) - held
    window.actions_table.run("help.shortcuts")
    sheet = dialog_of(ShortcutsDialog)
    assert set(sheet.shown()) == set(BY_ID)
    sheet.reject()


def test_without_video_and_model_only_what_makes_sense_is_enabled(boot):
    window = boot()
    enabled = {name for name, action in window.actions_table.by_id.items() if action.isEnabled()}
    assert {"file.open_video", "file.load_model", "help.shortcuts"} <= enabled
    assert not enabled & {"playback.play", "export.export", "attention.run", "file.close_clip"}


def test_what_can_be_off_says_why(boot):
    window = boot()
    for command in COMMANDS:
        action = window.actions_table.by_id[command.id]
        if not action.isEnabled() and not command.held:
            assert command.enabled_when.reason
            assert command.enabled_when.reason in action.toolTip()
