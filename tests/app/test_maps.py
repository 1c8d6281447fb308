"""Layers, heads, queries and colours: what is asked for is what is shown."""

import json
from fractions import Fraction

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage

from mvit_core.render import overlay
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import messages, press
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui


# -- layers and heads ----------------------------------------------------------------------------


def test_up_and_down_go_through_all_layers_and_everything_agrees(lens, qtbot):
    pictures = []
    for block in (2, 1, 0):
        press(qtbot, lens, Qt.Key.Key_Up)
        settle(qtbot, lens)
        assert f"Block {block}" in lens.stage.header.title.full_text()
        assert lens.panels.layers.tree.currentItem().text(0) == f"Block {block}"
        assert lens.controller.results.shown.result.maps.block == block
        heads = lens.controller.results.layers[block].heads
        assert len(lens.controller.results.strip.images) == heads
        pictures.append(lens.stage.canvas.heat.image.copy())
    assert pictures[0] != pictures[1] != pictures[2]
    press(qtbot, lens, Qt.Key.Key_Up)
    assert lens.store.state.map.block == 0


def test_a_click_in_the_tree_chooses_a_block_and_only_up_and_down_stay_with_it(lens, qtbot):
    tree = lens.panels.layers.tree
    row = tree.topLevelItem(1).child(0)
    qtbot.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(row).center()
    )
    assert lens.store.state.map.block == 1
    frame = lens.store.state.frame
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert lens.store.state.map.block == 2
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    assert lens.store.state.frame == frame + 1
    assert lens.store.state.map.block == 2


def test_head_keys_solo_and_a_gives_mean_then_max(lens, qtbot):
    words, pictures = [], []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_A, Qt.Key.Key_A):
        press(qtbot, lens, key)
        settle(qtbot, lens)
        words.append(lens.stage.header.title.full_text().split(" · ")[2])
        pictures.append(lens.stage.canvas.heat.image.copy())
    assert words == ["head h0 of 4", "head h1 of 4", "mean of 4 heads", "maximum of 4 heads"]
    assert len({bytes(image.constBits()) for image in pictures}) == 4
    assert lens.panels.heads.buttons["max"].isChecked()


def test_a_head_that_the_block_does_not_have_is_refused_in_words(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_9)
    assert lens.store.state.map.head == "mean"
    assert "there is no head 8" in messages(lens)


def test_a_head_that_the_next_block_lacks_becomes_the_mean_and_says_so(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_4)
    press(qtbot, lens, Qt.Key.Key_Up)
    assert lens.store.state.map.head == "mean"
    assert "has no head 3" in messages(lens)


def test_a_click_on_a_thumbnail_shows_that_head(lens, qtbot):
    grid = lens.panels.heads.grid
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.thumb_box(2).center())
    settle(qtbot, lens)
    assert lens.store.state.map.head == 2
    assert "head h2 of 4" in lens.stage.header.title.full_text()


# -- maps and queries ----------------------------------------------------------------------------


def pick(qtbot, window, modifier=Qt.KeyboardModifier.NoModifier):
    canvas = window.stage.canvas
    spot = canvas.frame_box().center().toPoint() + QPoint(3, 3)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, modifier, spot)


def test_a_click_picks_a_token_and_esc_gives_the_readout_back(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_Q)
    assert lens.stage.canvas.cursor().shape() == Qt.CursorShape.CrossCursor
    pick(qtbot, lens)
    settle(qtbot, lens)
    query = lens.store.state.map.query
    layer = lens.controller.results.shown.result.layer
    assert query[1:] == (layer.q_shape[1] // 2, layer.q_shape[2] // 2)
    shown = lens.controller.results.shown
    total = shown.result.maps.values[0].sum() + shown.result.maps.sinks[0]
    assert total == pytest.approx(1, abs=1e-5)
    assert lens.stage.canvas._mark.token == query
    lens.grab()  # the ring paints
    press(qtbot, lens, Qt.Key.Key_Escape)
    press(qtbot, lens, Qt.Key.Key_Escape)
    assert (lens.store.state.picking, lens.store.state.map.query) == (False, "readout")


def test_shift_click_shows_who_looks_at_a_key(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_Q)
    pick(qtbot, lens, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, lens)
    assert lens.store.state.map.method == "column"
    assert "attended by" in lens.stage.header.title.full_text()


def test_a_picked_token_keeps_its_place_in_another_layer(lens, qtbot):
    lens.controller.intents.choose_block(0)
    settle(qtbot, lens)
    lens.controller.intents.choose_query((1, 7, 7))
    settle(qtbot, lens)
    lens.controller.intents.choose_block(1)
    settle(qtbot, lens)
    t, y, x = lens.store.state.map.query
    assert (t, y, x) == (1, 3, 3) or (t, y, x) == (1, 4, 4)


def test_dead_queries_of_the_last_block_are_disabled_and_say_why(lens, qtbot):
    combo = lens.panels.display.query
    item = combo.model().item(2)
    assert not item.isEnabled()
    assert "only the class token" in item.toolTip()
    press(qtbot, lens, Qt.Key.Key_Q)
    assert not lens.store.state.picking
    assert "reads only the class token" in messages(lens)
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    assert item.isEnabled()


def test_a_map_with_a_caveat_prints_it_on_the_picture(lens, qtbot):
    lens.controller.intents.choose_method("column")
    settle(qtbot, lens)
    assert any("do not reach the prediction" in badge for badge in lens.stage.header.remarks)
    assert lens.panels.display.note.isVisible()


def test_a_frame_between_samples_says_that_the_nearest_tubelet_is_shown(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Right)
    settle(qtbot, lens)
    assert any("nearest tubelet" in badge for badge in lens.stage.header.remarks)
    assert lens.panels.timeline._sampled.full_text().startswith("not sampled")


def test_the_pointer_reads_what_the_map_holds(lens, qtbot):
    canvas = lens.stage.canvas
    qtbot.mouseMove(canvas, canvas.frame_box().center().toPoint())
    readout = canvas.readout_at(canvas.frame_box().center())
    shown = lens.controller.results.shown
    assert readout.value == pytest.approx(float(shown.heatmap.values[readout.token]))
    assert readout.times_mean == pytest.approx(readout.value / shown.heatmap.values.mean())
    assert readout.row_sum == pytest.approx(1, abs=1e-5)
    assert 1 <= readout.rank <= readout.count == shown.heatmap.values.size
    assert canvas.readout_at(QPointF(1, 1)) is None


# -- display -------------------------------------------------------------------------------------


def test_colours_change_at_once_and_undo_steps_back_one_gesture(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_C)
    settle(qtbot, lens)
    assert lens.controller.results.heat.key.style.colormap == "viridis"
    slider = lens.panels.display.colours.opacity.slider
    for value in (50, 40, 30):
        slider.setValue(value)
    assert lens.store.state.heat.opacity == 0.3
    control = Qt.KeyboardModifier.ControlModifier
    press(qtbot, lens, Qt.Key.Key_Z, control)
    assert lens.store.state.heat.opacity == 0.85 == slider.value() / 100
    press(qtbot, lens, Qt.Key.Key_Z, control)
    assert lens.store.state.heat.colormap == "inferno"
    assert lens.panels.display.colours.colormap.currentText() == "inferno"


def test_opacity_repaints_without_a_new_map(lens, qtbot):
    heat = lens.controller.results.heat
    press(qtbot, lens, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert lens.store.state.heat.opacity == 0.9
    assert lens.controller.results.heat is heat


def test_a_locked_range_keeps_its_numbers(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Y)
    ends = lens.stage.colourbar.ends()
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    assert lens.stage.colourbar.ends() == ends
    assert "locked range" in lens.stage.colourbar.lines()
    press(qtbot, lens, Qt.Key.Key_Y)
    settle(qtbot, lens)
    assert lens.stage.colourbar.ends() != ends
    assert lens.stage.colourbar.lines()[0] == "this layer, 1–99.5 %"


def test_a_manual_range_is_typed_and_nonsense_is_refused(lens, qtbot):
    display = lens.panels.display
    lens.controller.intents.set_field("range_policy", "manual")
    display.range.low.setText("0.1")
    display.range.high.setText("0.2")
    display.range.high.editingFinished.emit()
    settle(qtbot, lens)
    assert lens.controller.results.shown.range.range.high == 0.2
    display.range.high.setText("much")
    display.range.high.editingFinished.emit()
    assert "two numbers" in display.note.text()
    assert lens.controller.results.shown.range.range.high == 0.2


def test_b_hides_the_heat_only_while_it_is_held(lens, qtbot):
    canvas = lens.stage.canvas
    with_heat = canvas.grab().toImage()
    qtbot.keyPress(canvas, Qt.Key.Key_B)
    without = canvas.grab().toImage()
    qtbot.keyRelease(canvas, Qt.Key.Key_B)
    assert with_heat != without
    assert canvas.grab().toImage() == with_heat
    assert lens.store.state.overlay


def test_the_canvas_composes_what_the_renderer_blends(lens, qtbot):
    """The screen may differ from an export by two levels, no more."""
    canvas, results = lens.stage.canvas, lens.controller.results
    canvas.actual_size()
    box = canvas.frame_box()
    canvas.show_map(None)  # lines lie on top of the picture
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    left, top = round(box.left()), round(box.top())
    width, height = results.video.size
    crop = image.copy(left, top, width, height)
    rows = np.frombuffer(crop.constBits(), np.uint8).reshape(height, crop.bytesPerLine())
    screen = rows[:, : 3 * width].reshape(height, width, 3)
    maps = results.shown.result.maps
    style = lens.store.state.heat.style(maps, maps.pick("mean"))
    blended = overlay(results.picture.pixels, results.shown.heatmap, results.picture.index, style)
    inner = (slice(2, -2), slice(2, -2))  # the focus ring
    assert abs(screen[inner].astype(int) - blended[inner]).max() <= 2


def test_the_focus_ring_changes_nothing_but_the_edge(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Right)  # between samples: there is a badge to paint
    settle(qtbot, lens)
    canvas = lens.stage.canvas
    inner = canvas.rect().adjusted(4, 4, -4, -4)
    focused = canvas.grab(inner).toImage()
    lens.panels.layers.tree.setFocus()
    assert canvas.grab(inner).toImage() == focused
    without = canvas.grab().toImage()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    assert canvas.grab().toImage() != without
    assert canvas.grab(inner).toImage() == focused


def test_a_click_frames_no_picture_as_it_moves_the_focus(lens, qtbot):
    canvas = lens.stage.canvas
    lens.panels.layers.tree.setFocus()
    without = canvas.grab().toImage()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(canvas.hasFocus, timeout=WAIT_MS)
    assert not canvas.frames_focus
    lens.panels.layers.tree.setFocus()
    assert canvas.grab().toImage() == without


def test_copy_image_gives_the_frame_at_its_own_size(lens, qtbot):
    QGuiApplication.clipboard().clear()
    press(qtbot, lens, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=WAIT_MS)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == lens.controller.results.video.size


def test_copy_parameters_tells_what_is_shown(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_2)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    press(qtbot, lens, Qt.Key.Key_C, both)
    told = json.loads(QGuiApplication.clipboard().text())
    assert (told["block"], told["head"], told["frame"]) == (3, 1, 0)
    assert told["range"] == sorted(told["range"])
    assert told["clip"].endswith("clip.mp4")


def test_zoom_holds_the_point_under_the_pointer_and_f_fits_again(lens, qtbot):
    canvas = lens.stage.canvas
    spot = canvas.frame_box().center() + QPointF(40, 20)
    held = canvas.source_at(spot)
    canvas._zoom_to(canvas._scale() * 3, spot)
    assert canvas.source_at(spot) == pytest.approx(held)
    before = canvas.frame_box()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(130, 110))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(130, 110))
    moved = canvas.frame_box().topLeft() - before.topLeft()
    assert (round(moved.x()), round(moved.y())) == (30, 10)
    press(qtbot, lens, Qt.Key.Key_F)
    assert canvas.rect().contains(canvas.frame_box().toRect())


def test_a_wide_pixel_is_drawn_wide(boot, tmp_path):
    clip = write_barcode_clip(tmp_path / "wide.mp4", frames=3, pixel_aspect=Fraction(2, 1))
    window = boot(clip=clip)
    box = window.stage.canvas.frame_box()
    assert box.width() / box.height() == pytest.approx(2 * 192 / 108, rel=0.01)
