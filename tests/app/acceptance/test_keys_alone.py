"""Without a mouse, and for who does not know where things are."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.commands.palette import Palette
from app.commands.shortcuts import ShortcutsDialog
from app.dialogs.export.dialog import ExportDialog
from tests.app.acceptance.person import (
    CONTROL,
    SHIFT,
    Key,
    arrive,
    click,
    dialog,
    file_dialog_takes,
    focus,
    keys,
    no_dialog,
    number_written,
    pixels_of,
    rest,
    scale,
    title,
    write,
)
from tests.app.conftest import WAIT_MS
from tests.app.helpers import messages

pytestmark = pytest.mark.gui
Role = QAccessible.Role

NAMED = {
    Role.PushButton,
    Role.CheckBox,
    Role.RadioButton,
    Role.ComboBox,
    Role.Slider,
    Role.SpinBox,
    Role.EditableText,
    Role.Tree,
    Role.List,
    Role.ButtonMenu,
    Role.ButtonDropDown,
    Role.PageTab,
}
"""Roles whose name a screen reader reads before the value."""

MOST_STOPS = 200
"""Presses of Tab that lead round any window."""
DIALOGS = (
    (Key.Key_E, CONTROL),
    (Key.Key_Comma, CONTROL),
    (Key.Key_K, CONTROL),
    (Key.Key_Slash, CONTROL),
    Key.Key_F1,
)
"""The keys that open them: export, preferences, palette, sheet of keys, help."""


def test_23_everything_is_done_by_keys_alone(use, qtbot, tmp_path, barcode_clip, toy_checkpoint):
    target = tmp_path / "out.png"

    def act(window):
        keys(Key.Key_Escape)
        with file_dialog_takes(barcode_clip):
            keys((Key.Key_O, CONTROL))
        qtbot.waitUntil(window.stage.canvas.isVisible, timeout=WAIT_MS)
        keys(Key.Key_Right)
        arrive(qtbot, window, 1)
        with file_dialog_takes(toy_checkpoint):
            keys((Key.Key_O, CONTROL | SHIFT))
        qtbot.waitUntil(lambda: window.controller.results.model is not None, timeout=WAIT_MS)
        rest(qtbot, window)
        opacity = window.panels.display.colours.opacity.number
        before = opacity.value()
        keys(Key.Key_Up, Key.Key_2, (Key.Key_Up, CONTROL))
        rest(qtbot, window)
        assert "Block 2" in title(window)
        assert "head h1 of" in title(window)
        assert opacity.value() == before + 5
        keys((Key.Key_E, CONTROL))
        dialog(qtbot, ExportDialog)
        tabbed_to(lambda: QApplication.activeWindow().target)
        keys((Key.Key_A, CONTROL))
        write(str(target))
        keys(Key.Key_Return)
        qtbot.waitUntil(lambda: "Saved" in messages(window), timeout=WAIT_MS)
        focus()
        keys((Key.Key_Q, CONTROL))

    assert use(act) == 0
    assert target.exists()


def tabbed_to(wanted):
    """Press Tab until a widget has the focus, which may not take for ever."""
    for _ in range(MOST_STOPS):
        if focus() is wanted():
            return
        keys(Key.Key_Tab)
    raise AssertionError(f"Tab does not lead to {wanted()}")


def opened_by(qtbot, window, key):
    """The widget that a key opens, once it has the keys; the palette is no active window."""
    keys(key)
    qtbot.waitUntil(lambda: focus().window() is not window, timeout=WAIT_MS)
    return focus().window()


def seen_around(part):
    """A widget's pixels and the few around it, as they are on screen."""
    window = part.window()
    corner, margin = part.mapTo(window, QPoint(0, 0)), 4
    picture = pixels_of(window.grab().toImage())
    top, left = max(corner.y() - margin, 0), max(corner.x() - margin, 0)
    return picture[
        top : corner.y() + part.height() + margin, left : corner.x() + part.width() + margin
    ]


def tabbed_through():
    """Everything that Tab leads to from where the focus is, and that of it which shows no focus."""
    keys(Key.Key_Tab)  # the picture frames its focus once a key has brought it there
    first, hidden, passed = focus(), [], []
    while True:
        part = focus()
        passed.append(part)
        within = seen_around(part)
        keys((Key.Key_Tab, CONTROL) if part.inherits("QPlainTextEdit") else Key.Key_Tab)
        if focus() is not part and np.array_equal(within, seen_around(part)):
            hidden.append((part, part.toolTip(), part.accessibleName()))
        if focus() is first or len(passed) > MOST_STOPS:
            return passed, hidden


def test_23_the_focus_is_seen_wherever_tab_leads(both, qtbot):
    def act(window):
        window.resize(1400, 860)
        qtbot.waitUntil(lambda: not window.messages.toasts, timeout=WAIT_MS)
        passed, hidden = tabbed_through()
        assert hidden == []
        assert 20 < len(passed) <= MOST_STOPS
        for key in DIALOGS:
            opened_by(qtbot, window, key)
            passed, hidden = tabbed_through()
            assert hidden == [], key
            assert len(passed) <= 200
            keys(Key.Key_Escape)
            qtbot.waitUntil(no_dialog, timeout=WAIT_MS)

    assert both(act) == 0


def test_23_space_presses_a_button_and_arrows_move_a_list(both, qtbot):
    def act(window):
        lock = window.panels.display.range.lock
        for _ in range(100):
            if focus() is lock:
                break
            keys(Key.Key_Tab)
        keys(Key.Key_Space)
        assert "locked" in " ".join(scale(window)[1])
        assert not window.store.state.playing
        tree, frame = window.panels.layers.tree, number_written(window)
        for _ in range(10):
            if focus() is tree:
                break
            keys(Key.Key_F6)
        keys(Key.Key_Up, Key.Key_Up)  # past the row of the stage
        rest(qtbot, window)
        assert focus() is tree
        assert "Block 2" in title(window)
        keys(Key.Key_Left)
        assert number_written(window) == frame

    assert both(act) == 0


def nameless(interface, path=()):
    """Everything seen that a screen reader would come to and find no name for."""
    found = []
    state = interface.state()
    if not interface.isValid() or state.invisible:
        return found
    name = interface.text(QAccessible.Text.Name)
    here = (*path, name or str(interface.role()))
    if interface.role() in NAMED and state.focusable and not name:
        found.append(" > ".join(here))
    if interface.role() in (Role.Tree, Role.List, Role.ComboBox):
        return found  # their rows have words of their own
    for index in range(interface.childCount()):
        child = interface.child(index)
        if child is not None:
            found += nameless(child, here)
    return found


def test_23_a_screen_reader_finds_a_name_for_everything_that_takes_keys(both, qtbot):
    def act(window):
        QTest.qWait(0)
        assert nameless(QAccessible.queryAccessibleInterface(window)) == []
        track = QAccessible.queryAccessibleInterface(window.panels.timeline.track)
        keys(Key.Key_Right)
        words = track.text(QAccessible.Text.Description) + track.text(QAccessible.Text.Value)
        assert "frame 1 of 40" in words
        for key in DIALOGS:
            opened = opened_by(qtbot, window, key)
            assert nameless(QAccessible.queryAccessibleInterface(opened)) == []
            keys(Key.Key_Escape)
            qtbot.waitUntil(no_dialog, timeout=WAIT_MS)

    assert both(act) == 0


def leaves(menu):
    """The commands of a menu and of all its submenus."""
    for action in menu.actions():
        if action.menu() is not None:
            yield from leaves(action.menu())
        elif not action.isSeparator() and action.objectName():
            yield action


def test_24_the_palette_and_the_sheet_have_every_command_and_a_used_key_warns(both, qtbot):
    def act(window):
        keys((Key.Key_K, CONTROL))
        palette = dialog(qtbot, Palette)
        listed = {entry.id for entry in palette.shown()}
        write("export")
        keys(Key.Key_Return)
        dialog(qtbot, ExportDialog)
        keys(Key.Key_Escape)
        focus()
        keys((Key.Key_Slash, CONTROL))
        view_picture = dialog(qtbot, ShortcutsDialog)
        known = set(view_picture.shown())
        menus = [a.menu() for a in window.menuBar().actions() if isinstance(a, QAction)]
        offered = {a.objectName() for m in menus if isinstance(m, QMenu) for a in leaves(m)}
        assert len(offered) > 80
        assert offered <= known
        assert offered - listed <= {"view.blink"}, "it lasts while its key is held"
        view_picture.search.setFocus()
        write("one frame on")
        row = view_picture._rows["playback.next"]
        click(view_picture.tree.viewport(), view_picture.tree.visualItemRect(row).center())
        view_picture.edit.setFocus()
        keys(Key.Key_D)
        qtbot.waitUntil(lambda: "Token grid" in view_picture.note.text(), timeout=WAIT_MS)
        assert view_picture.assign.text() == "Move it here"
        click(view_picture.assign)
        click(next(b for b in view_picture.children() if getattr(b, "text", str)() == "Close"))
        focus()
        keys(Key.Key_D)
        qtbot.waitUntil(lambda: number_written(window) == 1, timeout=WAIT_MS)

    assert both(act) == 0
