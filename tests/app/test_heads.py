"""Several heads averaged: chosen by mouse and keys, named everywhere, kept, undone."""

import json

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.state.session_file import Place, read_session, session_of, write_session
from app.state.view_state import ViewState
from mvit_core.attribution import HeadSet, MapSpec
from mvit_core.errors import SessionError
from tests.app.conftest import settle
from tests.app.helpers import messages, press

gui = pytest.mark.gui
Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def tile(qtbot, window, head, modifier=Qt.KeyboardModifier.NoModifier):
    grid = window.panels.heads.grid
    place = grid.thumb_box(head).center()
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, modifier, pos=place)
    settle(qtbot, window)


@gui
def test_heads_of_another_block_wear_no_pictures_of_the_one_before(lens, qtbot, monkeypatch):
    lens.docks.show("heads")
    settle(qtbot, lens)
    grid, seen = lens.panels.heads.grid, []
    plain = type(grid).show_strip

    def show_strip(self, strip):
        seen.append((self._heads, None if strip is None else len(strip.images)))
        plain(self, strip)

    monkeypatch.setattr(type(grid), "show_strip", show_strip)
    for block in (0, 3, 1, 0, 2):
        lens.controller.intents.choose_block(block)
        settle(qtbot, lens)
        grid.repaint()
    assert len({heads for heads, _ in seen}) > 1, "the blocks have as many heads as each other"
    assert all(pictures in (None, heads) for heads, pictures in seen)


def average(qtbot, window, *heads):
    tile(qtbot, window, heads[0])
    for head in heads[1:]:
        tile(qtbot, window, head, CONTROL)


@gui
def test_ctrl_clicks_on_heads_show_their_average(lens, qtbot):
    average(qtbot, lens, 2, 0)
    assert lens.store.state.map.head == HeadSet((0, 2))
    shown = lens.controller.results.shown
    maps = shown.result.maps
    expected = (maps.values[0] + maps.values[2]) / 2
    np.testing.assert_allclose(shown.heatmap.values, expected, atol=1e-7)
    assert "heads h0, h2 of 4 averaged" in lens.stage.header.title.full_text()
    picture = lens.stage.canvas.heat.image.copy()
    tile(qtbot, lens, 2, CONTROL)
    assert lens.store.state.map.head == 0
    assert "head h0 of 4" in lens.stage.header.title.full_text()
    assert lens.stage.canvas.heat.image != picture
    tile(qtbot, lens, 0, CONTROL)
    assert lens.store.state.map.head == "mean"


@gui
def test_a_ctrl_click_while_all_are_reduced_begins_with_that_head(lens, qtbot):
    press(qtbot, lens, Key.Key_A)
    tile(qtbot, lens, 3, CONTROL)
    assert lens.store.state.map.head == 3
    assert not any(button.isChecked() for button in lens.panels.heads.buttons.values())


@gui
def test_all_heads_together_are_the_picture_of_the_mean(lens, qtbot):
    mean = lens.controller.results.shown.heatmap.values
    average(qtbot, lens, 0, 1, 2, 3)
    np.testing.assert_array_equal(lens.controller.results.shown.heatmap.values, mean)


@gui
def test_the_strip_frames_the_heads_that_are_averaged_and_says_so(lens, qtbot):
    grid = lens.panels.heads.grid
    average(qtbot, lens, 0, 2)
    image, ratio = grid.grab().toImage(), grid.devicePixelRatioF()

    def frame(head):
        box = grid.thumb_box(head)
        return image.pixelColor(round(box.center().x() * ratio), round(box.top() * ratio)).rgb()

    assert frame(0) == frame(2)
    assert frame(1) == frame(3) != frame(0)
    assert "h0, h2" in grid.accessibleName()


@gui
def test_ctrl_space_averages_the_head_that_ctrl_and_the_arrows_lead_to(lens, qtbot):
    grid = lens.panels.heads.grid
    tile(qtbot, lens, 0)
    grid.setFocus()
    for _ in range(2):
        qtbot.keyClick(grid, Key.Key_Right, CONTROL)
    assert lens.store.state.map.head == 0
    assert lens.store.state.frame == 0, "the keys stay with the strip"
    qtbot.keyClick(grid, Key.Key_Space, CONTROL)
    assert lens.store.state.map.head == HeadSet((0, 2))
    grid.grab()  # the mark of the place paints
    qtbot.keyClick(grid, Key.Key_Space, CONTROL)
    assert lens.store.state.map.head == 0
    qtbot.keyClick(grid, Key.Key_Space)
    assert lens.store.state.map.head == 2
    qtbot.keyClick(grid, Key.Key_Right)
    assert lens.store.state.map.head == 3
    assert not lens.store.state.playing


@gui
def test_undo_takes_back_one_head_at_a_time(lens, qtbot):
    average(qtbot, lens, 0, 1, 3)
    press(qtbot, lens, Key.Key_Z, CONTROL)
    assert lens.store.state.map.head == HeadSet((0, 1))
    press(qtbot, lens, Key.Key_Z, CONTROL)
    assert lens.store.state.map.head == 0
    lens.store.redo()
    assert lens.store.state.map.head == HeadSet((0, 1))


@gui
def test_heads_that_the_next_layer_lacks_are_left_out_and_it_says_so(lens, qtbot):
    average(qtbot, lens, 0, 1, 3)
    lens.stage.canvas.setFocus()
    press(qtbot, lens, Key.Key_Up)
    settle(qtbot, lens)
    assert lens.store.state.map.head == HeadSet((0, 1))
    assert "Block 2 has no head 3; without it: heads h0, h1 of 2 averaged" in messages(lens)


@gui
def test_where_the_next_layer_has_none_of_them_its_mean_is_shown(lens, qtbot):
    average(qtbot, lens, 2, 3)
    lens.stage.canvas.setFocus()
    press(qtbot, lens, Key.Key_Up)
    assert lens.store.state.map.head == "mean"
    assert "Block 2 has no head 2, 3; its mean is shown" in messages(lens)


@gui
def test_the_grid_of_heads_rings_all_that_are_averaged(lens, qtbot):
    average(qtbot, lens, 0, 2)
    lens.store.update(view="heads")
    settle(qtbot, lens)
    assert lens.stage.grid.scene.style.chosen_heads == (0, 2)
    lens.stage.grid.grab()


@gui
def test_parameters_and_the_name_of_an_export_hold_all_heads(lens, qtbot):
    average(qtbot, lens, 0, 2)
    lens.actions_table.run("edit.copy_parameters")
    assert json.loads(QGuiApplication.clipboard().text())["head"] == [0, 2]
    assert lens.controller.exports.job().target.name.endswith("-b3-h0+2-all.mp4")


@gui
def test_the_share_on_patches_is_plotted_and_the_spread_says_that_it_is_not_kept(lens, qtbot):
    average(qtbot, lens, 0, 2)
    lens.store.update(series="kept")
    settle(qtbot, lens)
    sink = lens.controller.results.shown.heatmap.sink
    assert lens.controller.results.series.lines[0].values[0] == pytest.approx(1 - sink, abs=1e-5)
    lens.store.update(series="entropy")
    settle(qtbot, lens)
    assert "not kept" in lens.panels.timeline.series_head.words.text()
    assert not lens.panels.timeline.series_head.run.isVisible()


@pytest.mark.parametrize("head", [HeadSet((0, 2)), 2, "max"])
def test_a_session_keeps_averaged_heads_like_any_others(tmp_path, head):
    path, shown = tmp_path / "s.mvitlens", MapSpec(head=head)
    write_session(session_of(ViewState(map=shown), Place(), tmp_path), path)
    assert read_session(path).view["map"] == shown


@pytest.mark.parametrize("indices", [[], [1], [3, 1], [0, 0], ["a", "b"], 3])
def test_a_session_with_heads_that_cannot_be_averaged_is_refused(tmp_path, indices):
    path = tmp_path / "s.mvitlens"
    write_session(session_of(ViewState(map=MapSpec(head=HeadSet((0, 2)))), Place(), tmp_path), path)
    page = json.loads(path.read_text())
    page["view"]["map"]["head"] = {"indices": indices}
    path.write_text(json.dumps(page))
    with pytest.raises(SessionError, match=r"view\.map\.head"):
        read_session(path)
