"""The context menu, the strongest token, and picking that says what it will pick."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from app.commands import BY_ID
from app.commands.palette import entries_of
from app.commands.tokens import CONTEXT_MENU
from app.results.tokens import pickable_at
from mvit_core.attribution import ATTENDED_BY, ATTENDS_TO
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, press

SHIFT = Qt.KeyboardModifier.ShiftModifier
KEYBOARD, MOUSE = QContextMenuEvent.Reason.Keyboard, QContextMenuEvent.Reason.Mouse


def view(window, qtbot, name):
    window.actions_table.run(f"view.show_{name}")
    settle(qtbot, window)


def right_click(qtbot, widget, point):
    """What a desktop sends: the press, the menu, and the release."""
    qtbot.mousePress(widget, Qt.MouseButton.RightButton, pos=point)
    event = QContextMenuEvent(MOUSE, point, widget.mapToGlobal(point))
    QApplication.sendEvent(widget, event)
    qtbot.mouseRelease(widget, Qt.MouseButton.RightButton, pos=point)


def rows(window):
    menu = window.pointing.menu
    texts = ["" if each.isSeparator() else each.text() for each in menu.actions()]
    return texts[0], texts[2:]


def close_menu(window):
    window.pointing.menu.close()
    window.activateWindow()
    QApplication.processEvents()


def test_the_menu_has_the_same_rows_on_frame_cell_and_pane_by_mouse_and_keys(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_P)
    settle(qtbot, lens)
    seen = []
    for name in ("single", "heads", "layers", "compare"):
        view(lens, qtbot, name)
        front = lens.stage.front
        target = front.panes[1].body if name == "compare" else front
        point = target.rect().center() if name != "layers" else QPoint(150, 60)
        right_click(qtbot, target, point)
        seen.append(rows(lens)[1])
        close_menu(lens)
        front.setFocus()
        qtbot.keyClick(front.focusProxy() or front, Qt.Key.Key_F10, SHIFT)
        seen.append(rows(lens)[1])
        close_menu(lens)
    assert all(each == seen[0] for each in seen)
    wanted = [lens.actions_table.by_id[i].text() if i else "" for i in CONTEXT_MENU]
    assert seen[0] == wanted


def test_every_row_of_the_menu_is_in_the_palette(lens):
    listed = {entry.id for entry in entries_of(lens.actions_table)}
    assert {each for each in CONTEXT_MENU if each} <= listed & set(BY_ID)


def run_row(window, command_id):
    action = window.actions_table.by_id[command_id]
    assert action in window.pointing.menu.actions()
    close_menu(window)
    action.trigger()


def token_of(window, point):
    return window.stage.canvas.readout_at(point.toPointF()).token


def alive(window, qtbot):
    """A block in which a query can be picked."""
    press(qtbot, window, Qt.Key.Key_Up)
    settle(qtbot, window)


def test_look_from_and_look_at_pick_the_token_that_was_clicked(lens, qtbot):
    alive(lens, qtbot)
    point = lens.stage.canvas.frame_box().center().toPoint() + QPoint(40, -30)
    title = token_of(lens, point)
    right_click(qtbot, lens.stage.canvas, point)
    assert rows(lens)[0] == "Token t{} y{} x{}".format(*title)
    run_row(lens, "tokens.look_from")
    assert lens.store.state.map.method == ATTENDS_TO
    from_query = lens.store.state.map.query
    settle(qtbot, lens)
    right_click(qtbot, lens.stage.canvas, point)
    run_row(lens, "tokens.look_at")
    assert lens.store.state.map.method == ATTENDED_BY
    assert isinstance(from_query, tuple)
    assert lens.store.state.map.query == title


def test_a_click_beside_the_frame_is_at_no_token_and_says_so(lens, qtbot):
    right_click(qtbot, lens.stage.canvas, QPoint(2, lens.stage.canvas.height() // 2))
    assert rows(lens)[0] == "No token here"
    before = lens.store.state.map
    run_row(lens, "tokens.look_from")
    assert lens.store.state.map == before
    assert "Point at a token first" in messages(lens)


def test_a_right_click_on_a_cell_chooses_it_and_does_not_drag_a_pane(lens, qtbot):
    view(lens, qtbot, "layers")
    spot = lens.stage.grid.scene.grid_layout.spots[0]
    right_click(qtbot, lens.stage.grid, spot.box.center())
    close_menu(lens)
    chosen = (lens.store.state.map.block, lens.store.state.map.head)
    assert chosen == (spot.cell.block, spot.cell.head)


def test_the_strongest_token_frame_and_head_are_those_of_the_map(lens, qtbot):
    heatmap = lens.controller.results.shown.heatmap
    t, y, x = np.unravel_index(heatmap.values.argmax(), heatmap.shape)
    press(qtbot, lens, Qt.Key.Key_G, SHIFT)
    settle(qtbot, lens)
    assert heatmap.token_time(lens.store.state.frame) == t
    assert lens.stage.pointed.token == (t, y, x)
    assert lens.stage.pointed.rank == 1
    assert f"Strongest token t{t} y{y} x{x}" in messages(lens)
    lens.actions_table.run("tokens.strongest_frame")
    settle(qtbot, lens)
    assert heatmap.token_time(lens.store.state.frame) == heatmap.values.sum((1, 2)).argmax()
    maps = lens.controller.results.shown.result.maps.values
    lens.actions_table.run("tokens.strongest_head")
    assert lens.store.state.map.head == maps.max((1, 2, 3)).argmax()


def test_without_a_map_these_rows_are_off(boot, barcode_clip):
    window = boot(clip=barcode_clip)
    for command in ("tokens.strongest", "tokens.look_from", "edit.copy_values"):
        assert not window.actions_table.by_id[command].isEnabled()


def test_copied_values_are_those_of_the_map(lens):
    lens.actions_table.run("edit.copy_values")
    head, *lines = QGuiApplication.clipboard().text().split("\n")
    values = lens.controller.results.shown.heatmap.values
    assert head == "t\ty\tx\tvalue"
    assert len(lines) == values.size
    t, y, x, value = lines[-1].split("\t")
    assert float(value) == pytest.approx(values[int(t), int(y), int(x)], rel=1e-6)


# -- picking -------------------------------------------------------------------------------------


def test_while_picking_the_token_that_a_click_picks_is_outlined(lens, qtbot):
    alive(lens, qtbot)
    press(qtbot, lens, Qt.Key.Key_Q)
    canvas = lens.stage.canvas
    point = canvas.frame_box().center().toPoint() + QPoint(33, 21)
    shown, picture = lens.controller.results.shown, canvas.picture
    x, y = canvas.source_at(point.toPointF())
    wanted = pickable_at(shown.result, shown.heatmap, (x, y), picture.index, key=False)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=point)
    assert lens.store.state.map.query == wanted.token
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, SHIFT, pos=point)
    settle(qtbot, lens)
    key = pickable_at(shown.result, shown.heatmap, (x, y), picture.index, key=True)
    assert lens.store.state.map.query == key.token
    assert (key.cell_px == wanted.cell_px) == (key.token == wanted.token)


def test_in_the_last_block_q_offers_the_block_before(lens, qtbot):
    layer = lens.controller.results.layer(lens.store.state.map.block)
    assert layer.dead_patch
    last = layer.block
    press(qtbot, lens, Qt.Key.Key_Q)
    assert not lens.store.state.picking
    toast = lens.messages.toasts[-1]
    assert toast.way_button.text() == f"Go to block {last - 1}"
    click(qtbot, toast.way_button)
    assert (lens.store.state.map.block, lens.store.state.picking) == (last - 1, True)
    qtbot.waitUntil(lambda: not lens.messages.toasts, timeout=WAIT_MS)


def test_a_row_of_the_menu_explains_the_class_and_evidence_has_no_strongest_head(lens, qtbot):
    right_click(qtbot, lens.stage.front, lens.stage.front.rect().center())
    run_row(lens, "explain.why")
    qtbot.waitUntil(
        lambda: lens.controller.results.shown.result.evidence is not None, timeout=WAIT_MS
    )
    settle(qtbot, lens)
    assert lens.store.state.workspace == "explain"
    assert not lens.actions_table.by_id["tokens.strongest_head"].isEnabled()
    lens.actions_table.run("tokens.strongest")
    assert "Strongest token" in messages(lens)
    assert "the mean" not in messages(lens)
