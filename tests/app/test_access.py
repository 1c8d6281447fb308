"""For those without a mouse or without a picture: names, focus, order, and the keys of the spec."""

import re
from itertools import groupby

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QToolBar,
    QToolButton,
)

from app.commands import COMMANDS
from app.commands.shortcuts import ShortcutsDialog
from app.dialogs.export.dialog import ExportDialog
from app.dialogs.guide import GuideWindow
from app.dialogs.preferences import PreferencesDialog
from app.panels.display.sliders import ValueSlider
from app.widgets import theme
from app.widgets.stylesheet import _style_sheet
from tests.app.conftest import settle
from tests.app.helpers import at_rest, dialog_of, press

CONTROLS = (
    QAbstractButton,
    QComboBox,
    QAbstractSlider,
    QAbstractSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QAbstractItemView,
)


def own_controls(parent):
    """The controls that a person can use; Qt's own parts within them are not ours to name."""
    for widget in parent.findChildren(object):
        if not isinstance(widget, CONTROLS) or isinstance(widget, QScrollBar | QHeaderView):
            continue
        inside = isinstance(widget.parent(), QComboBox | QAbstractSpinBox | QTabBar | QLineEdit)
        popup = type(widget.parent()).__name__ == "QFrame" and widget.window() is not parent
        if not (inside or popup or widget.objectName().startswith("qt_")):
            yield widget


def nameless(parent):
    """Controls without words, a name, or a tooltip, which screen readers read in their stead."""
    return [
        widget
        for widget in own_controls(parent)
        if not (widget.accessibleName() or getattr(widget, "text", str)() or widget.toolTip())
    ]


def test_every_control_of_the_window_has_a_name(lens):
    for name in lens.docks.by_name:  # a panel is filled once it is seen
        lens.docks.show(name)
    assert not nameless(lens)


def labels_of(parent):
    """The words that a screen reader says before each control."""
    return {label.buddy(): label.text() for label in parent.findChildren(QLabel) if label.buddy()}


def test_what_a_combo_box_chooses_is_said_before_what_is_chosen(lens):
    display = lens.panels.display
    assert set(labels_of(display).values()) == {"Map", "Query", "Colours", "Range"}
    lens.actions_table.run("export.export")
    shown = dialog_of(ExportDialog)
    assert labels_of(shown)[shown.format] == "Format"
    assert set(shown.findChildren(QComboBox)) <= set(labels_of(shown))
    shown.close()


def test_every_button_without_words_has_a_tooltip(lens):
    for button in lens.findChildren(QAbstractButton):
        ours = not button.objectName().startswith("qt_") and "Scroll" not in button.objectName()
        if ours and not button.text() and button.icon().isNull() is False:
            assert button.toolTip(), (button.accessibleName(), button.parent())


@pytest.mark.parametrize(
    ("command", "dialog"),
    [
        ("edit.preferences", PreferencesDialog),
        ("help.shortcuts", ShortcutsDialog),
        ("help.help", GuideWindow),
    ],
)
def test_every_control_of_a_dialog_has_a_name(boot, command, dialog):
    boot().actions_table.run(command)
    shown = dialog_of(dialog)
    assert not nameless(shown)
    shown.reject()


def test_buttons_that_stand_for_commands_say_their_keys_also_when_these_change(lens):
    button = lens.panels.timeline.buttons["playback.play"]
    assert "(Space)" in button.toolTip()
    lens.keys.give("playback.play", ("Shift+Space",))
    assert "(Shift+Space)" in button.toolTip()
    assert "(Ctrl+.)" in lens.status.job.cancel.toolTip()


def test_a_slider_says_its_value_as_its_number_does_not_its_position(lens, qtbot):
    sliders = lens.panels.display.findChildren(ValueSlider)
    said = {s.slider.accessibleName(): s.slider for s in sliders}
    assert said["Gamma"].value() == 0  # in the middle of its logarithmic way
    assert said["Gamma"].accessibleDescription().startswith("1.00. Exponent")
    said["Gamma"].setValue(50)
    assert said["Gamma"].accessibleDescription().startswith("5.00. ")
    lens.store.update(opacity=0.25)
    assert said["Opacity of the heat"].accessibleDescription().startswith("25 %. ")


def test_the_button_for_tools_without_room_has_a_name(lens):
    bar = lens.findChild(QToolBar, "toolbar")
    button = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert (button.accessibleName(), button.toolTip()) == ("More tools", "More tools")


def test_the_timeline_says_where_it_is_in_words(lens, qtbot):
    for _ in range(3):
        press(qtbot, lens, Qt.Key.Key_Right)
    at_rest(qtbot, lens, 3)
    assert lens.panels.timeline.track.accessibleDescription() == "frame 3 of 40"


def test_frames_count_from_one_where_that_is_preferred(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Right)
    at_rest(qtbot, lens, 1)
    field = lens.panels.timeline.field
    lens.preferences.update(first_index=1)
    assert field.text() == "2"
    assert lens.panels.timeline._total.text() == "of 40"
    assert lens.panels.timeline.track.accessibleDescription() == "frame 2 of 40"
    press(qtbot, lens, Qt.Key.Key_G)
    qtbot.keyClicks(field, "10")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    at_rest(qtbot, lens, 9)
    lens.preferences.update(first_index=0)
    assert field.text() == "9"


def test_the_caches_take_no_more_than_preferred(lens):
    lens.preferences.update(cache_gigabytes=1)
    assert lens.controller.budget.limit_bytes == 1 << 30


@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_has_the_focus_has_a_ring_of_two_pixels(name):
    view_picture = _style_sheet(theme.THEMES[name])
    rules = re.findall(r"([^{}]*:focus[^{}]*)\{([^}]*)\}", view_picture)
    assert len(rules) > 8
    for selector, body in rules:
        if "::handle" in selector:
            continue
        kinds = {each.split(":")[0].strip() for each in selector.split(",")}
        ring = "border: 2px solid" in body
        for kind in kinds:
            at_rest_ring = re.search(
                rf"^{re.escape(kind)} \{{[^}}]*border: 2px solid transparent", view_picture, re.M
            )
            weaker = re.search(
                rf"{re.escape(kind.split('#')[0])}:focus[^{{]*\{{ border: 2px", view_picture
            )
            assert ring or at_rest_ring or weaker, (selector, body)


def test_tab_goes_left_centre_right_and_then_the_timeline(lens, qtbot):
    docks = lens.docks.by_name
    parts = {
        "toolbar": lens.toolbar,
        "left": docks["layers"],
        "left 2": docks["heads"],
        "centre": lens.stage,
        "right": docks["predictions"],
        "right 2": docks["display"],
        "bottom": docks["timeline"],
    }
    buttons = lens.toolbar.findChildren(QAbstractButton)
    first = next(b for b in buttons if b.isVisible() and b.isEnabled())
    first.setFocus(Qt.FocusReason.TabFocusReason)
    seen = []
    for _ in range(80):
        here = QApplication.focusWidget()
        name = next((n for n, part in parts.items() if part.isAncestorOf(here)), None)
        if name is not None and (not seen or seen[-1] != name):
            seen.append(name)
        if name == "bottom":
            break
        qtbot.keyClick(here, Qt.Key.Key_Tab)
    order = [name.split()[0] for name in seen]
    assert [part for part, _ in groupby(order)] == ["toolbar", "left", "centre", "right", "bottom"]


def test_the_side_buttons_of_a_mouse_go_through_the_places_on_the_frame(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_End)
    at_rest(qtbot, lens, 39)
    middle = lens.stage.canvas.rect().center()
    QTest.mouseClick(lens.stage.canvas, Qt.MouseButton.BackButton, pos=QPoint(middle))
    at_rest(qtbot, lens, 0)
    QTest.mouseClick(lens.stage.canvas, Qt.MouseButton.ForwardButton, pos=QPoint(middle))
    at_rest(qtbot, lens, 39)


def test_escape_leaves_the_query_then_the_full_screen_and_gives_the_keys_to_the_frame(lens, qtbot):
    lens.actions_table.run("view.full_screen")
    press(qtbot, lens, Qt.Key.Key_Up)  # in the last layer of this model no patch can be asked
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_Q)
    assert lens.store.state.picking
    press(qtbot, lens, Qt.Key.Key_Escape)
    assert not lens.store.state.picking
    assert lens.isFullScreen()
    press(qtbot, lens, Qt.Key.Key_Escape)
    assert not lens.isFullScreen()
    lens.panels.heads.buttons["max"].setFocus()
    qtbot.keyClick(lens.panels.heads.buttons["max"], Qt.Key.Key_Escape)
    assert lens.stage.canvas.hasFocus()


KEYS = {
    "Space": "playback.play",
    "K": "playback.pause",
    "J": "playback.shuttle_back",
    "L": "playback.shuttle",
    "Left": "playback.previous",
    ",": "playback.previous",
    "Right": "playback.next",
    ".": "playback.next",
    "Shift+Left": "playback.previous_ten",
    "Shift+Right": "playback.next_ten",
    "Ctrl+Left": "playback.second_back",
    "Ctrl+Right": "playback.second_on",
    "Alt+Left": "playback.previous_sampled",
    "Alt+Right": "playback.next_sampled",
    "PgUp": "playback.previous_window",
    "PgDown": "playback.next_window",
    "Home": "playback.first",
    "End": "playback.last",
    "G": "playback.go_to",
    "[": "playback.slower",
    "]": "playback.faster",
    "Backspace": "playback.normal_speed",
    "F": "view.fit",
    "Shift+F": "view.actual",
    "+": "view.zoom_in",
    "-": "view.zoom_out",
    "Up": "attention.previous_layer",
    "Down": "attention.next_layer",
    "Shift+Up": "attention.previous_stage",
    "Shift+Down": "attention.next_stage",
    "1": "attention.head_0",
    "0": "attention.head_9",
    "H": "attention.next_head",
    "Shift+H": "attention.previous_head",
    "A": "attention.mean_or_max",
    "T": "view.overlay",
    "B": "view.blink",
    "Ctrl+Up": "view.more_opaque",
    "Ctrl+Down": "view.less_opaque",
    "C": "view.next_colormap",
    "Shift+C": "view.previous_colormap",
    "Y": "view.lock_range",
    "U": "view.auto_range",
    "S": "view.smooth",
    "D": "view.token_grid",
    "Q": "attention.pick",
    "Esc": "view.leave",
    "Ctrl+O": "file.open_video",
    "Ctrl+Shift+O": "file.load_model",
    "Ctrl+1": "file.recent_1",
    "Ctrl+9": "file.recent_9",
    "Ctrl+S": "file.save_session",
    "Ctrl+Shift+S": "file.save_session_as",
    "Ctrl+E": "export.export",
    "Ctrl+C": "edit.copy_image",
    "Ctrl+Alt+C": "edit.copy_parameters",
    "Ctrl+R": "attention.run",
    "Ctrl+.": "attention.cancel",
    "F6": "view.next_pane",
    "Shift+F6": "view.previous_pane",
    "F2": "view.layers",
    "F3": "view.display",
    "F4": "view.predictions",
    "F9": "view.log",
    "Ctrl+W": "file.close_clip",
    "Ctrl+Q": "file.quit",
    "Ctrl+Z": "edit.undo",
    "Ctrl+Shift+Z": "edit.redo",
    "Ctrl+[": "edit.back",
    "Ctrl+]": "edit.forward",
    "Ctrl+K": "help.palette",
    "Ctrl+Shift+P": "help.palette",
    "Ctrl+/": "help.shortcuts",
    "?": "help.shortcuts",
    "F1": "help.help",
    "Shift+F1": "help.tour",
    "Ctrl+,": "edit.preferences",
    "F11": "view.full_screen",
    "Ctrl+Shift+0": "view.reset_layout",
    "Ctrl+0": "view.reset_display",
    "I": "playback.loop_in",
    "O": "playback.loop_out",
    "R": "playback.loop",
    "M": "playback.add_marker",
    "Shift+M": "playback.remove_marker",
    "N": "playback.next_marker",
    "Shift+N": "playback.previous_marker",
    "V": "view.next_view",
    "P": "view.pin",
}


@pytest.mark.parametrize(("key", "command_id"), KEYS.items())
def test_a_key_of_the_specification_means_what_it_says(qapp, key, command_id):
    wanted = QKeySequence(key)
    meant = [
        command.id
        for command in COMMANDS
        if any(QKeySequence(each) == wanted for each in (*command.keys, *command.stage_keys))
    ]
    assert meant == [command_id]


def test_all_of_it_by_keys_alone(lens, qtbot):
    """Open, step, choose a layer and a head, change the opacity, without a pointer."""
    control = Qt.KeyboardModifier.ControlModifier
    press(qtbot, lens, Qt.Key.Key_Right)
    press(qtbot, lens, Qt.Key.Key_Up)
    press(qtbot, lens, Qt.Key.Key_2)
    before = lens.store.state.heat.opacity
    press(qtbot, lens, Qt.Key.Key_Down, control)
    settle(qtbot, lens)
    state = lens.store.state
    assert (state.frame, state.map.block, state.map.head) == (1, 2, 1)
    assert state.heat.opacity < before
    lens.panels.layers.tree.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(lens.panels.layers.tree, Qt.Key.Key_Up)
    assert lens.store.state.map.block == 1


def test_tab_goes_on_from_the_last_stop_to_the_tool_bar_and_the_left_and_back(lens, qtbot):
    def stops(key):
        lens.stage.canvas.setFocus(Qt.FocusReason.TabFocusReason)
        seen = []
        while not seen or seen[-1] is not lens.stage.canvas:
            qtbot.keyClick(QApplication.focusWidget(), key)
            seen.append(QApplication.focusWidget())
            assert len(seen) < 90, "Tab does not come back"
        return seen

    onwards, back = stops(Qt.Key.Key_Tab), stops(Qt.Key.Key_Backtab)
    for seen in (onwards, back):
        assert lens.panels.layers.tree in seen
        assert any(lens.toolbar.isAncestorOf(widget) for widget in seen)
        assert lens.panels.timeline.track in seen
        unseen = [w for w in seen if not lens.rect().contains(w.mapTo(lens, w.rect().center()))]
        assert not unseen, "the focus is out of the window"


@pytest.mark.parametrize("leaves", ["clearFocus", "hide", "deleteLater"])
def test_whatever_leaves_with_the_focus_leaves_the_keys_to_the_window(lens, qtbot, leaves):
    lens.activateWindow()
    holder = QLineEdit(lens.stage)
    holder.show()
    holder.setFocus()
    qtbot.waitUntil(holder.hasFocus)
    getattr(holder, leaves)()
    qtbot.waitUntil(lambda: QApplication.focusWidget() not in (None, holder))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    at_rest(qtbot, lens, 1)
