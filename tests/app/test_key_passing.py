"""After a click in any panel the keys of the stage work; controls keep the ones that they use."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QSlider,
    QTreeWidget,
    QWidget,
)

from app.panels.table import PANELS
from app.widgets.kept_keys import KEPT
from mvit_core.attribution import ATTENDED_BY
from tests.app.conftest import settle
from tests.app.helpers import at_rest, press

SHIFT = Qt.KeyboardModifier.ShiftModifier


def front(window, name):
    window.docks.show(name)
    QApplication.processEvents()
    window.activateWindow()


def key(qtbot, window, which):
    """A key as the desktop sends it: to whatever has the focus."""
    qtbot.keyClick(window.focusWidget() or window, which)


def spots(panel):
    """A point on every widget of a panel that is no button, field or tick, and takes clicks."""
    skipped = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider)
    found = [panel]
    for widget in panel.findChildren(QWidget):
        fits = widget.isVisible() and not widget.visibleRegion().isEmpty() and widget.isEnabled()
        if fits and not isinstance(widget, skipped):
            found.append(widget)
    return found


@pytest.mark.parametrize("name", [spec.name for spec in PANELS if spec.name != "timeline"])
def test_after_a_click_anywhere_in_a_panel_space_arrows_and_letters_work(lens, qtbot, name):
    front(lens, name)
    panel = lens.docks.panels[name]
    for widget in spots(panel)[:12]:
        lens.stage.canvas.setFocus()
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
        lens.store.update(frame=3, playing=False, overlay=True)
        key(qtbot, lens, Qt.Key.Key_Right)
        assert lens.store.state.frame == 4, widget
        key(qtbot, lens, Qt.Key.Key_T)
        assert not lens.store.state.overlay, widget
        key(qtbot, lens, Qt.Key.Key_Space)
        assert lens.store.state.playing, widget
        key(qtbot, lens, Qt.Key.Key_Space)
        assert not lens.store.state.playing, widget


def test_a_list_keeps_up_and_down_and_passes_the_others_on(lens, qtbot):
    front(lens, "layers")
    tree = lens.panels.layers.tree
    tree.setFocus()
    tree.setCurrentItem(tree.topLevelItem(1).child(0))
    before = lens.store.state.map.block
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert (before, lens.store.state.map.block) == (1, 2)
    assert tree.hasFocus()
    frame = lens.store.state.frame
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    assert lens.store.state.frame == frame + 1
    settle(qtbot, lens)


def test_controls_reached_by_tab_keep_their_arrows_and_space(lens, qtbot):
    front(lens, "heads")
    strip = lens.panels.heads.grid
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    frame = lens.store.state.frame
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    assert lens.store.state.frame == frame
    assert isinstance(lens.store.state.map.head, int)
    front(lens, "display")
    box = lens.panels.display.ticks["smooth"]
    box.setFocus(Qt.FocusReason.TabFocusReason)
    smooth = lens.store.state.heat.smooth
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert lens.store.state.heat.smooth != smooth
    assert not lens.store.state.playing


def test_a_box_of_choices_searches_by_typing_and_a_click_on_it_takes_no_keys(lens, qtbot):
    front(lens, "display")
    policy = lens.panels.display.range.policy
    lens.stage.canvas.setFocus()
    qtbot.mouseClick(policy, Qt.MouseButton.LeftButton)
    qtbot.keyClick(policy.view(), Qt.Key.Key_Escape)
    lens.activateWindow()
    overlay = lens.store.state.overlay
    key(qtbot, lens, Qt.Key.Key_T)
    assert lens.store.state.overlay != overlay
    policy.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClicks(policy, "Each")
    assert policy.currentText() == "Each map"
    assert lens.store.state.overlay != overlay


def test_no_other_control_keeps_letters():
    for _, keys in KEPT:
        assert not any(Qt.Key.Key_A <= each <= Qt.Key.Key_Z for each in keys)


def test_b_hides_the_heat_while_it_is_held_on_a_list_too(lens, qtbot):
    front(lens, "layers")
    tree = lens.panels.layers.findChild(QTreeWidget)
    tree.setFocus()
    qtbot.keyPress(tree, Qt.Key.Key_B)
    assert lens.store.state.hold_to_hide
    qtbot.keyRelease(tree, Qt.Key.Key_B)
    assert not lens.store.state.hold_to_hide


def test_keys_that_the_tour_does_not_use_go_through_it(lens, qtbot):
    qtbot.keyClick(lens, Qt.Key.Key_F1, SHIFT)
    tour = lens.help.running_tour
    overlay = lens.store.state.overlay
    qtbot.keyClick(tour.next, Qt.Key.Key_T)
    assert lens.store.state.overlay != overlay
    assert lens.help.running_tour is tour
    frame = lens.store.state.frame
    qtbot.keyClick(tour.next, Qt.Key.Key_Right)
    assert lens.store.state.frame == frame
    qtbot.keyClick(tour.next, Qt.Key.Key_Escape)
    assert lens.help.running_tour is None


def test_i_and_o_set_a_loop_that_is_on(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Right)
    at_rest(qtbot, lens, 1)
    press(qtbot, lens, Qt.Key.Key_I)
    lens.store.update(frame=9)
    press(qtbot, lens, Qt.Key.Key_O)
    loop = lens.store.state.loop
    assert (loop.mode, loop.first, loop.last) == ("range", 1, 9)
    press(qtbot, lens, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lens.store.state.loop.last is None


def test_the_hover_picture_goes_when_the_timeline_is_zoomed(lens, qtbot):
    track = lens.panels.timeline.track
    qtbot.mouseMove(track, track.rect().center())
    qtbot.waitUntil(track.hover_picture.isVisible)
    lens.zoom_timeline("in")
    assert not track.hover_picture.isVisible()


def test_the_query_is_called_key_where_it_is_one(lens, qtbot):
    queries = lens.panels.display.queries
    assert queries.query_label.text() == "Query"
    lens.controller.intents.choose_method(ATTENDED_BY)
    assert queries.query_label.text() == queries.query.accessibleName() == "Key"
    lens.controller.intents.choose_query("readout")
    assert queries.query_label.text() == "Query"
