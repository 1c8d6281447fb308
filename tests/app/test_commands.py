"""The table of commands is whole: every entry has an action, a menu and keys of its own."""

import re

import pytest
from PySide6.QtGui import QKeySequence

from app.commands import (
    BY_ID,
    COMMANDS,
    MENUS,
    MOST_ROWS,
    SEPARATED,
    SUBMENUS,
    TOOLBAR,
    VIEW_ROW,
    WORKSPACE_ROW,
)
from app.commands.palette import entries_of
from app.commands.shortcuts import ShortcutsDialog
from tests.app.helpers import dialog_of


def test_ids_are_unique_and_named_after_their_menu():
    assert len(BY_ID) == len(COMMANDS)
    for command in COMMANDS:
        assert re.fullmatch(r"[a-z]+\.[a-z_0-9]+", command.id)
        assert command.menu in dict(MENUS)


def test_the_lists_beside_the_table_name_commands_that_exist():
    assert set(SEPARATED) <= set(BY_ID)
    named = {name for name in TOOLBAR if len(name) > 1} - {"views"}
    assert named | set(VIEW_ROW) | set(WORKSPACE_ROW) <= set(BY_ID)
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


KEYS = """
Space playback.play | K playback.pause | J playback.shuttle_back | L playback.shuttle
Left playback.previous | Right playback.next | , playback.previous | . playback.next
Shift+Left playback.previous_ten | Shift+Right playback.next_ten
Ctrl+Left playback.second_back | Ctrl+Right playback.second_on
Alt+Left playback.previous_sampled | Alt+Right playback.next_sampled
PgUp playback.previous_window | PgDown playback.next_window
Home playback.first | End playback.last | G playback.go_to
I playback.loop_in | O playback.loop_out | R playback.loop
[ playback.slower | ] playback.faster | Backspace playback.normal_speed
M playback.add_marker | Shift+M playback.remove_marker
N playback.next_marker | Shift+N playback.previous_marker
F view.fit | Shift+F view.actual | + view.zoom_in | - view.zoom_out
Up attention.previous_layer | Down attention.next_layer
Shift+Up attention.previous_stage | Shift+Down attention.next_stage
1 attention.head_0 | 9 attention.head_8 | 0 attention.head_9
H attention.next_head | Shift+H attention.previous_head | A attention.mean_or_max
T view.overlay | B view.blink | Ctrl+Up view.more_opaque | Ctrl+Down view.less_opaque
C view.next_colormap | Shift+C view.previous_colormap | Y view.lock_range | U view.auto_range
S view.smooth | D view.token_grid | Q attention.pick | V view.next_view | P view.pin
Ctrl+C edit.copy_image | ? help.shortcuts | Z view.hide_panels
Shift+O explain.toggle_head | Shift+A explain.all_on
"""
"""Commands of single keys and keys of the stage, as the design has them."""

WINDOW_KEYS = """
Esc view.leave | Ctrl+O file.open_video | Ctrl+Shift+O file.load_model
Ctrl+1 file.recent_1 | Ctrl+9 file.recent_9
Ctrl+S file.save_session | Ctrl+Shift+S file.save_session_as
Ctrl+E export.export | Ctrl+Shift+E export.repeat | Ctrl+Alt+C edit.copy_parameters
Ctrl+R attention.run | Ctrl+. attention.cancel | F6 view.next_pane | Shift+F6 view.previous_pane
F2 view.layers | F3 view.display | F4 view.predictions | F9 view.log
Ctrl+W file.close_clip | Ctrl+Q file.quit | Ctrl+Z edit.undo | Ctrl+Shift+Z edit.redo
Ctrl+[ edit.back | Ctrl+] edit.forward | Ctrl+K help.palette | Ctrl+Shift+P help.palette
Ctrl+/ help.shortcuts | F1 help.help | Shift+F1 help.tour | Ctrl+, edit.preferences
Alt+1 workspace.look | Alt+2 workspace.explain | Alt+3 workspace.atlas | Alt+4 workspace.clips
Ctrl+Tab workspace.next | F12 view.why | Shift+F2 view.clips | Shift+F4 view.effects
F11 view.full_screen | Ctrl+Shift+0 view.reset_layout | Ctrl+0 view.reset_display
"""


@pytest.mark.parametrize(("table", "scope"), [(KEYS, "stage"), (WINDOW_KEYS, "window")])
def test_every_key_of_the_design_means_its_command_in_its_scope(table, scope):
    for key, name in (entry.split() for entry in table.replace("\n", " | ").split(" | ") if entry):
        command = BY_ID[name]
        assert key in (*command.keys, *command.stage_keys), f"{key} does not mean {name}"
        assert command.scope == scope or key in command.stage_keys, name


def test_no_menu_has_more_rows_than_are_read_at_a_glance(boot):
    def check(menu):
        rows = [action for action in menu.actions() if not action.isSeparator()]
        assert len(rows) <= MOST_ROWS, f"{menu.title()} has {len(rows)} rows"
        assert menu.sizeHint().height() <= 700, menu.title()
        for action in rows:
            if action.menu() is not None:
                check(action.menu())

    for top in boot().menuBar().actions():
        check(top.menu())


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
    view_picture = dialog_of(ShortcutsDialog)
    assert set(view_picture.shown()) == set(BY_ID)
    view_picture.reject()


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
