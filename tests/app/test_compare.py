"""Panes side by side: pinned, linked, swapped, subtracted and closed, by mouse and keys."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt

from app.results import DIFFERENCE_PLACE
from app.state.json_codec import decode, encode, field_types
from app.state.view_state import Pane, ViewState
from mvit_core.attribution import MapSpec
from mvit_core.explaining import UNCHANGED, Tube
from mvit_core.model import MViT
from mvit_core.video.boxes import Box
from mvit_core.video.clip import ClipSpec
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, press, source
from tests.fixtures_video import read_barcode, write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

pytestmark = pytest.mark.gui

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def tap(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    target = window.stage.compare.panes[0] if window.store.state.view == "compare" else None
    qtbot.keyClick(target or window.stage.front, key, modifier)


def pane(window, place):
    return window.stage.compare.panes[place]


def compare(qtbot, window):
    window.actions_table.by_id["view.show_compare"].trigger()
    painted(qtbot, window)


def is_painted(window):
    panes = window.controller.results.panes
    return bool(panes) and all(pane.heat is not None and not pane.remark for pane in panes)


def painted(qtbot, window):
    qtbot.waitUntil(lambda: is_painted(window), timeout=WAIT_MS)


def info(window, place):
    return next(pane for pane in window.controller.results.panes if pane.place == place)


@pytest.fixture
def pinned(lens, qtbot):
    """Head 1 of the last block is pinned, and head 0 of block 2 is shown beside it."""
    press(qtbot, lens, Qt.Key.Key_2)
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_P)
    press(qtbot, lens, Qt.Key.Key_Up)
    press(qtbot, lens, Qt.Key.Key_1)
    settle(qtbot, lens)
    compare(qtbot, lens)
    return lens


def test_p_pins_what_is_shown_and_it_stays_while_the_selection_moves(pinned, qtbot):
    (kept,) = pinned.store.state.panes
    assert kept.map == MapSpec(3, 1, "row", "readout")
    assert pane(pinned, 0).title.full_text().startswith("Block 2 · head h0 of 2")
    assert pane(pinned, 1).title.full_text().startswith("Block 3 · head h1 of 4")
    values = info(pinned, 1).heatmap.values
    tap(qtbot, pinned, Qt.Key.Key_Up)
    settle(qtbot, pinned)
    painted(qtbot, pinned)
    assert info(pinned, 0).title.startswith("Block 1")
    assert np.array_equal(info(pinned, 1).heatmap.values, values)


def test_panes_with_other_ranges_say_so_and_those_of_one_layer_do_not(pinned, qtbot):
    ends = {pane.scale.ends for pane in pinned.controller.results.panes}
    assert len(ends) == 2
    assert "Ranges differ" in pinned.stage.header.remark.full_text()
    tap(qtbot, pinned, Qt.Key.Key_Down)  # the layer of the pinned map: one range for its heads
    settle(qtbot, pinned)
    painted(qtbot, pinned)
    assert "Ranges differ" not in pinned.stage.header.remark.full_text()


def test_a_pane_without_a_map_says_why_below_its_picture(pinned, qtbot):
    waiting = replace(info(pinned, 1), heat=None, remark="This model has no such block")
    before = pane(pinned, 1).body.grab().toImage()
    pane(pinned, 1).show_pane(replace(waiting, remark=""))
    bare = pane(pinned, 1).body.grab().toImage()
    pane(pinned, 1).show_pane(waiting)
    assert pane(pinned, 1).remark.full_text() == "This model has no such block"
    assert pane(pinned, 1).body.grab().toImage() == bare != before, "nothing lies on the picture"


def test_without_pins_the_view_says_how_to_pin(lens, qtbot):
    compare(qtbot, lens)
    assert lens.stage.compare.hint.isVisible()
    assert "Press P" in lens.stage.compare.hint.text()
    assert not lens.actions_table.by_id["view.close_pane"].isEnabled()
    tap(qtbot, lens, Qt.Key.Key_P)
    assert not lens.stage.compare.hint.isVisible()
    assert pane(lens, 1).isVisible()


def test_a_fourth_pin_and_a_second_of_the_same_are_refused_in_words(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_P)
    press(qtbot, lens, Qt.Key.Key_P)
    assert "Pinned already, as A" in messages(lens)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3):
        press(qtbot, lens, key)
        press(qtbot, lens, Qt.Key.Key_P)
    assert len(lens.store.state.panes) == 3
    assert "3 panes are pinned already" in messages(lens)


def test_nothing_can_be_pinned_before_a_map_is_there(boot, barcode_clip):
    window = boot(clip=barcode_clip)
    assert not window.actions_table.by_id["view.pin"].isEnabled()


def ringed(window, place):
    """True where the picture of a pane differs at the place of its ring."""
    body = pane(window, place).body
    image, mark = body.grab().toImage(), info(window, place).mark
    kept, body.info = body.info, replace(body.info, mark=None)
    bare = body.grab().toImage()
    body.info = kept
    return mark is not None and image != bare


def test_the_picked_token_is_ringed_in_each_pane_at_its_own_place(lens, qtbot):
    lens.store.update(block=1, query=(1, 0, 1))
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_P)
    lens.store.update(block=0, query=(1, 5, 6))
    settle(qtbot, lens)
    compare(qtbot, lens)
    assert [info(lens, place).mark.token for place in (0, 1)] == [(1, 5, 6), (1, 0, 1)]
    assert ringed(lens, 0)
    assert ringed(lens, 1)
    lens.store.update(query="readout")
    settle(qtbot, lens)
    painted(qtbot, lens)
    assert info(lens, 0).mark is None
    assert pane(lens, 0).body.info.mark is None
    assert ringed(lens, 1)


def test_a_difference_rings_the_token_that_both_maps_are_of(lens, qtbot):
    lens.store.update(block=1, head=0, query=(1, 0, 1))
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_P)
    lens.store.update(head=1)
    settle(qtbot, lens)
    compare(qtbot, lens)
    lens.store.update(difference=(0, 1))
    painted(qtbot, lens)
    assert info(lens, DIFFERENCE_PLACE).mark.token == (1, 0, 1)
    assert ringed(lens, DIFFERENCE_PLACE)
    lens.store.update(query=(1, 2, 2))
    settle(qtbot, lens)
    painted(qtbot, lens)
    assert info(lens, DIFFERENCE_PLACE).mark is None


def test_stepping_moves_all_panes_and_each_shows_the_map_of_its_time(pinned, qtbot):
    for _ in range(9):
        tap(qtbot, pinned, Qt.Key.Key_Right)
    settle(qtbot, pinned)
    painted(qtbot, pinned)
    for place in (0, 1):
        assert read_barcode(pane(pinned, place).body.info.picture.pixels) == 9


def test_tubes_are_outlined_in_the_pane_that_was_run_with_them_while_they_last(lens, qtbot):
    tube = Tube("mean", Box(4.0, 4.0, 40.0, 30.0), 0, 3)
    lens.store.update(changes=replace(lens.store.state.changes, tubes=(tube,)))
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_P)
    lens.store.update(changes=UNCHANGED)
    compare(qtbot, lens)
    assert [info(lens, place).tubes for place in (0, 1)] == [(), (tube.box,)]
    body = pane(lens, 1).body
    edge = body.view().box(*tube.box.corners).left()
    with_tube = body.grab().copy(int(edge) - 1, 0, 3, body.height()).toImage()
    for frame in (4, 0):
        lens.controller.intents.go_to(frame)
        qtbot.waitUntil(lambda frame=frame: info(lens, 1).picture.index == frame, timeout=WAIT_MS)
        assert info(lens, 1).tubes == (() if frame == 4 else (tube.box,))
    body.show_pane(replace(body.info, tubes=()))
    assert body.grab().copy(int(edge) - 1, 0, 3, body.height()).toImage() != with_tube


def test_panes_share_zoom_and_place(pinned, qtbot):
    first, second = pane(pinned, 0).body, pane(pinned, 1).body
    spot = first.view().frame_box.center() + QPointF(20, 10)
    first._report(first.view().zoomed(first.view().scale * 3, spot))
    for one, other in zip(first.view().looking_at, second.view().looking_at, strict=True):
        assert one == pytest.approx(other)
    ratio = [body.view().scale / body.view().fit_scale for body in (first, second)]
    assert ratio == pytest.approx([3, 3])
    before = second.view().looking_at
    qtbot.mousePress(first, Qt.MouseButton.LeftButton, pos=QPoint(60, 60))
    qtbot.mouseMove(first, QPoint(80, 70))
    qtbot.mouseRelease(first, Qt.MouseButton.LeftButton, pos=QPoint(80, 70))
    assert second.view().looking_at[0] < before[0]
    tap(qtbot, pinned, Qt.Key.Key_F)
    assert second.view().scale == pytest.approx(second.view().fit_scale)


def test_the_pointer_reads_the_pane_below_it(pinned, qtbot):
    body = pane(pinned, 1).body
    qtbot.mouseMove(body, body.view().frame_box.center().toPoint())
    readout = body.readout_at(body.view().frame_box.center())
    assert readout.value == pytest.approx(float(info(pinned, 1).heatmap.values[readout.token]))
    assert "token t0" in pinned.status.readout.full_text()
    assert body.readout_at(QPointF(-5, -5)) is None


def test_a_difference_is_signed_symmetrical_and_follows_the_frames(pinned, qtbot):
    click(qtbot, pane(pinned, 1).subtract)
    painted(qtbot, pinned)
    shown = info(pinned, DIFFERENCE_PLACE)
    assert shown.name == "Now − A"
    ends = shown.scale.style.range
    assert ends.low == -ends.high < 0
    low, high = pane(pinned, DIFFERENCE_PLACE).range.ends
    assert (low[0], high[0], low[1:]) == ("\N{MINUS SIGN}", "+", high[1:])
    image = shown.heat
    tap(qtbot, pinned, Qt.Key.Key_X, SHIFT)
    assert pinned.store.state.difference is None
    pinned.store.update(difference=(1, 0))
    painted(qtbot, pinned)
    assert info(pinned, DIFFERENCE_PLACE).name == "A − Now"
    assert info(pinned, DIFFERENCE_PLACE).heat != image
    click(qtbot, pane(pinned, DIFFERENCE_PLACE).close_button)
    assert not pane(pinned, DIFFERENCE_PLACE).isVisible()


def test_a_map_minus_itself_is_nothing_anywhere(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_P)
    compare(qtbot, lens)
    tap(qtbot, lens, Qt.Key.Key_X, SHIFT)
    painted(qtbot, lens)
    image = info(lens, DIFFERENCE_PLACE).heat
    middle = image.pixelColor(image.rect().center())
    colours = {
        image.pixelColor(image.width() // 2 + dx, image.height() // 2 + dy).name()
        for dx in (-9, 0, 9)
        for dy in (-9, 0, 9)
    }
    assert colours == {middle.name()}
    assert middle.alpha() == 0  # the frame is seen as it is


def test_the_difference_of_two_pins_needs_two_clicks(pinned, qtbot):
    tap(qtbot, pinned, Qt.Key.Key_P)
    click(qtbot, pane(pinned, 1).subtract)
    click(qtbot, pane(pinned, 2).subtract)
    assert pinned.store.state.difference == (1, 2)
    painted(qtbot, pinned)
    assert info(pinned, DIFFERENCE_PLACE).name == "A − B"
    click(qtbot, pane(pinned, 1).close_button)
    assert pinned.store.state.difference is None
    assert len(pinned.store.state.panes) == 1


def test_swapping_with_the_selection_exchanges_the_two(pinned, qtbot):
    click(qtbot, pane(pinned, 1).swap)
    state = pinned.store.state
    assert (state.map.block, state.map.head) == (3, 1)
    assert (state.panes[0].map.block, state.panes[0].map.head) == (2, 0)
    tap(qtbot, pinned, Qt.Key.Key_Z, CONTROL)
    assert (pinned.store.state.map.block, pinned.store.state.panes[0].map.block) == (2, 3)


def test_closing_the_chosen_pane_by_key_and_taking_it_back(pinned, qtbot):
    qtbot.mouseClick(pane(pinned, 1).body, Qt.MouseButton.LeftButton)
    assert pinned.store.state.pane == 1
    qtbot.keyClick(pane(pinned, 1), Qt.Key.Key_P, SHIFT)
    assert pinned.store.state.panes == ()
    assert not pane(pinned, 1).isVisible()
    tap(qtbot, pinned, Qt.Key.Key_Z, CONTROL)
    assert len(pinned.store.state.panes) == 1


def test_enter_or_a_double_click_shows_a_pane_alone_and_esc_leads_back(pinned, qtbot):
    qtbot.mouseDClick(pane(pinned, 1).body, Qt.MouseButton.LeftButton)
    state = pinned.store.state
    assert (state.view, state.map.block, state.map.head) == ("single", 3, 1)
    settle(qtbot, pinned)
    press(qtbot, pinned, Qt.Key.Key_Escape)
    assert pinned.store.state.view == "compare"


def test_a_pane_of_another_clip_follows_by_time(pinned, qtbot, tmp_path):
    other = write_barcode_clip(tmp_path / "other.mp4", frames=60, fps=60)
    pinned.controller.open_video(other)
    qtbot.waitUntil(lambda: pinned.controller.results.video.path == other, timeout=WAIT_MS)
    settle(qtbot, pinned)
    painted(qtbot, pinned)
    pinned.controller.intents.go_to(20)
    qtbot.waitUntil(
        lambda: info(pinned, 1).picture.index == 10 and info(pinned, 0).picture.index == 20,
        timeout=WAIT_MS,
    )
    assert read_barcode(info(pinned, 1).picture.pixels) == 10
    assert info(pinned, 1).title.endswith("clip.mp4")
    click(qtbot, pane(pinned, 1).swap)
    assert "open both to make it the map in use" in messages(pinned)


def test_a_pane_of_another_checkpoint_keeps_its_own_map(pinned, qtbot, tmp_path):
    values = info(pinned, 1).heatmap.values.copy()
    predicted = pinned.panels.predictions.bars.rows()[:3]
    assert pinned.panels.predictions.pinned.rows() == (), "it is the model in use"
    torch.manual_seed(5)
    checkpoint = write_toy_checkpoint(tmp_path / "second.pyth", MViT(toy_config()).eval())
    pinned.controller.load_model(source(checkpoint))
    qtbot.waitUntil(
        lambda: pinned.controller.results.model.source.checkpoint == checkpoint, timeout=WAIT_MS
    )
    settle(qtbot, pinned)
    painted(qtbot, pinned)
    assert np.allclose(info(pinned, 1).heatmap.values, values)
    assert info(pinned, 1).title.endswith("toy.pyth")
    predictions = pinned.panels.predictions
    assert predictions.pinned.rows() == (("A · toy.pyth", predicted),)
    assert predictions.bars.rows()[:3] != predicted
    press(qtbot, pinned, Qt.Key.Key_P, SHIFT)
    assert predictions.pinned.rows() == ()
    press(qtbot, pinned, Qt.Key.Key_Z, CONTROL)
    painted(qtbot, pinned)
    tap(qtbot, pinned, Qt.Key.Key_X, SHIFT)
    painted(qtbot, pinned)


def test_a_pane_that_cannot_be_had_says_why(lens, qtbot, tmp_path):
    request = lens.controller.results.request
    gone = Pane(tmp_path / "gone.mp4", request.model, request.spec, MapSpec(0))
    worse = Pane(request.clip, source(tmp_path / "gone.pyth"), request.spec, MapSpec(0))
    lens.store.update(panes=(gone, worse), view="compare")
    qtbot.waitUntil(
        lambda: (
            len(lens.controller.results.panes) == 3
            and "gone.mp4" in info(lens, 1).remark
            and "gone.pyth" in info(lens, 2).remark
            and info(lens, 0).heat is not None
        ),
        timeout=WAIT_MS,
    )
    assert info(lens, 1).heat is info(lens, 2).heat is None


def test_a_state_with_places_that_no_pane_has_is_shown_all_the_same(lens, qtbot):
    lens.store.update(view="compare", pane=7, difference=(0, 3))
    painted(qtbot, lens)
    assert [pane.place for pane in lens.controller.results.panes] == [0]
    tap(qtbot, lens, Qt.Key.Key_X)
    tap(qtbot, lens, Qt.Key.Key_Return)
    assert lens.store.state.view == "single"


def test_panes_are_kept_in_a_session_as_they_are():
    kept = Pane(
        Path("/a.mp4"), source(Path("/m.pyth")), ClipSpec(), MapSpec(3, 1, "row", (0, 1, 2))
    )
    types = field_types(ViewState)
    for name, value in (("panes", (kept,)), ("difference", (0, 1)), ("view", "compare")):
        assert decode(encode(value), types[name], name) == value
