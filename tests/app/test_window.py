"""The window as a person uses it: the real launch path, real keys and real clicks."""

import json
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog

from app.launch import ViewOptions, launch
from app.painting import look_of
from mvit_core.pipeline import Explainer
from mvit_core.render import overlay
from tests.app.conftest import WAIT_MS, is_settled, settle
from tests.app.helpers import at_rest, barcode_on_canvas, drop, messages, press, source
from tests.fixtures_video import blank_packet, write_barcode_clip

pytestmark = pytest.mark.gui


# -- start ---------------------------------------------------------------------------------------


def test_the_window_and_its_modules_do_not_import_torch():
    code = "import sys, app.launch; sys.exit('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


def test_launch_runs_until_the_window_is_closed_and_returns_0(qapp, barcode_clip):
    seen = []

    def close():
        window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main")
        if window.controller.world.video is None:
            return
        seen.append(window.windowTitle())
        timer.stop()
        window.close()

    timer = QTimer(interval=50)
    timer.timeout.connect(close)
    timer.start()
    assert launch(ViewOptions(clip=barcode_clip)) == 0
    assert seen == ["clip.mp4 – MViT Lens"]


def test_closing_while_a_model_loads_ends_well(qapp, boot, barcode_clip, toy_checkpoint):
    window = boot()
    window.controller.open_video(barcode_clip)
    window.controller.load_model(source(toy_checkpoint))
    window.close()
    assert window.controller.infer.isFinished()


def test_an_empty_window_welcomes_and_opens_by_its_button(boot, qtbot, monkeypatch, barcode_clip):
    window = boot()
    assert window.welcome.isVisible()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(barcode_clip), ""))
    window.actions_table.by_id["file.open_video"].trigger()
    qtbot.waitUntil(window.stage.isVisible, timeout=WAIT_MS)
    assert barcode_on_canvas(window) == 0
    assert "Load a model" in window.panels.predictions._note.text()


def test_a_dialog_that_is_cancelled_changes_nothing(boot, monkeypatch):
    window = boot()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    window.actions_table.by_id["file.open_video"].trigger()
    assert window.welcome.isVisible()


def test_the_command_line_opens_clip_and_model_and_shows_everything(lens):
    panels = lens.panels
    assert barcode_on_canvas(lens) == 0
    assert len(panels.predictions.bars.rows()) == 5
    assert panels.title.full_text() == "Stage 3 · Block 3 · mean of 4 heads · attends to (readout)"
    assert panels.layers.tree.currentItem().text(0) == "Block 3"
    assert panels.colourbar.isVisible()
    assert any("sink" in line for line in panels.colourbar.lines())
    assert panels.dock_titles["predictions"]._remark.full_text() == "window 1/3"
    assert "sampled frame 1/4" in panels.timeline._sampled.full_text()


# -- opening and refusing ------------------------------------------------------------------------


def test_a_video_and_a_checkpoint_are_dropped(boot, qtbot, barcode_clip, toy_checkpoint):
    window = boot()
    accepted, highlighted = drop(window, barcode_clip, toy_checkpoint)
    assert accepted
    assert highlighted == "Open this video with this model"
    assert not window.veil.isVisible()
    qtbot.waitUntil(lambda: window.controller.world.model is not None, timeout=WAIT_MS)
    settle(qtbot, window)


def test_a_text_file_that_is_dropped_is_refused_with_a_reason(lens, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    _, reason = drop(lens, text)
    assert "notes.txt cannot be opened" in reason
    assert "notes.txt cannot be opened" in messages(lens)
    assert lens.controller.world.video.path.name == "clip.mp4"


def test_a_corrupt_video_gives_a_message_with_a_report_and_the_old_clip_stays(
    lens, qtbot, tmp_path
):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video at all" * 100)
    lens.controller.open_video(bad)
    qtbot.waitUntil(lambda: "bad.mp4" in messages(lens), timeout=WAIT_MS)
    assert lens.controller.world.video.path.name == "clip.mp4"
    toast = lens.panels.messages.toasts[-1]
    qtbot.mouseClick(toast.details_button, Qt.MouseButton.LeftButton)
    assert "Traceback" in toast.details.toPlainText()
    qtbot.mouseClick(toast.copy_button, Qt.MouseButton.LeftButton)
    assert "PySide6-Essentials 6" in QGuiApplication.clipboard().text()
    press(qtbot, lens, Qt.Key.Key_Right)
    at_rest(qtbot, lens, 1)
    assert barcode_on_canvas(lens) == 1


def test_a_corrupt_checkpoint_gives_a_message_and_the_old_model_stays(lens, qtbot, tmp_path):
    bad = tmp_path / "bad.pyth"
    bad.write_bytes(b"PK no checkpoint")
    before = lens.controller.world.model
    drop(lens, bad)
    qtbot.waitUntil(lambda: "bad.pyth" in messages(lens), timeout=WAIT_MS)
    assert lens.controller.world.model is before
    assert is_settled(lens)


def test_another_clip_replaces_frames_and_maps(lens, qtbot, tmp_path):
    other = write_barcode_clip(tmp_path / "other.mp4", frames=20, size=(144, 96))
    drop(lens, other)
    qtbot.waitUntil(lambda: lens.controller.world.video.path.name == "other.mp4", timeout=WAIT_MS)
    assert lens.stage.canvas.picture.pixels.shape == (96, 144, 3)
    settle(qtbot, lens)
    assert lens.controller.world.shown.answer.wish.clip == other
    press(qtbot, lens, Qt.Key.Key_End)
    settle(qtbot, lens)
    assert barcode_on_canvas(lens) == 19


def test_closing_the_clip_returns_to_the_empty_page(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert lens.welcome.isVisible()
    assert "toy.pyth" in lens.welcome._model_line.text()
    assert not lens.actions_table.by_id["playback.play"].isEnabled()


# -- time ----------------------------------------------------------------------------------------


def test_step_keys_show_the_frame_that_the_field_names(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.stage.canvas.setFocus()
    for _ in range(25):
        press(qtbot, window, Qt.Key.Key_Right)
    for _ in range(10):
        press(qtbot, window, Qt.Key.Key_Left)
    at_rest(qtbot, window, 15)
    assert barcode_on_canvas(window) == 15 == window.panels.timeline.field.value()


def test_jumps_go_where_they_say(lens, qtbot):
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    shift = Qt.KeyboardModifier.ShiftModifier
    sampled = [f for w in lens.controller.world.windows for f in w.frame_indices]
    for key, modifier, frame in (
        (Qt.Key.Key_End, None, 39),
        (Qt.Key.Key_Home, None, 0),
        (Qt.Key.Key_Right, shift, 10),
        (Qt.Key.Key_Right, control, 39),
        (Qt.Key.Key_Left, control, 9),
        (Qt.Key.Key_Right, alt, min(f for f in sampled if f > 9)),
        (Qt.Key.Key_PageDown, None, lens.controller.world.windows[1].start),
        (Qt.Key.Key_PageUp, None, 0),
        (Qt.Key.Key_PageUp, None, 0),
    ):
        press(qtbot, lens, key, modifier or Qt.KeyboardModifier.NoModifier)
        assert lens.store.state.frame == frame, f"{key} led to {lens.store.state.frame}"
    settle(qtbot, lens)
    assert barcode_on_canvas(lens) == 0


def test_g_goes_to_the_frame_that_is_typed_and_gives_the_keys_back(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_G)
    field = lens.panels.timeline.field
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClicks(field, "27")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    at_rest(qtbot, lens, 27)
    assert barcode_on_canvas(lens) == 27
    assert lens.stage.canvas.hasFocus()


def test_scrubbing_follows_the_pointer_and_ends_on_the_exact_frame(lens, qtbot):
    track = lens.panels.timeline.track
    y = track.height() - 12

    def spot(frame):
        return QPoint(round((track.x_of(frame) + track.x_of(frame + 1)) / 2), y)

    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot(5))
    assert lens.store.state.scrubbing
    for frame in (30, 8, 22, 36):
        qtbot.mouseMove(track, spot(frame))
        qtbot.wait(5)
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot(36))
    settle(qtbot, lens)
    assert lens.store.state.frame == 36 == barcode_on_canvas(lens)
    assert not lens.store.state.scrubbing
    assert lens.controller.world.shown.answer.wish.window.index == 2


def test_nothing_is_run_while_the_playhead_is_held(lens, qtbot):
    track = lens.panels.timeline.track
    spot = QPoint(round((track.x_of(25) + track.x_of(26)) / 2), track.height() - 12)
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=spot)
    at_rest(qtbot, lens, 25)
    qtbot.wait(50)
    assert lens.controller.world.shown.answer.wish.window.index == 0
    assert any("Map of window 1" in badge for badge in lens.stage.canvas.badges)
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=spot)
    settle(qtbot, lens)


def test_space_plays_to_the_end_and_stops(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Space)
    assert lens.store.state.playing
    qtbot.waitUntil(lambda: not lens.store.state.playing, timeout=WAIT_MS)
    at_rest(qtbot, lens, 39)
    assert barcode_on_canvas(lens) == 39


def test_shuttle_pause_and_speed(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_L)
    press(qtbot, lens, Qt.Key.Key_L)
    assert (lens.store.state.playing, lens.store.state.speed) == (True, 2.0)
    press(qtbot, lens, Qt.Key.Key_K)
    assert not lens.store.state.playing
    press(qtbot, lens, Qt.Key.Key_Backspace)
    press(qtbot, lens, Qt.Key.Key_BracketLeft)
    assert lens.store.state.speed == 0.5
    assert lens.panels.timeline._speed.text() == "0.5×"


def test_a_variable_rate_has_a_badge(boot, tmp_path):
    times = [Fraction(n, 30) + (Fraction(1, 4) if n > 5 else 0) for n in range(12)]
    window = boot(clip=write_barcode_clip(tmp_path / "vfr.mkv", frames=12, pts_seconds=times))
    assert window.panels.timeline._badge.isVisible()


def test_an_unreadable_frame_has_a_placeholder_and_the_rest_goes_on(boot, qtbot, tmp_path):
    clip = write_barcode_clip(tmp_path / "hole.mp4", frames=24, gop=1, b_frames=0)
    blank_packet(clip, 3)
    window = boot(clip=clip)
    window.stage.canvas.setFocus()
    problems = {}
    for frame in range(1, 6):
        press(qtbot, window, Qt.Key.Key_Right)
        at_rest(qtbot, window, frame)
        problems[frame] = window.stage.canvas.picture.problem
    assert "frame 3" in problems[3]
    assert not problems[2]
    assert not problems[5]
    window.grab()  # the placeholder paints


def test_stepping_within_a_window_never_shows_the_map_of_another_time(lens, qtbot):
    times = lens.controller.world.shown.heatmap.shape[0]
    qtbot.waitUntil(lambda: lens.controller._colours.kept == times, timeout=WAIT_MS)
    window = lens.controller.world.windows[0]
    for _ in range(window.stop - 1):
        press(qtbot, lens, Qt.Key.Key_Right)
        at_rest(qtbot, lens, lens.store.state.frame)
        world = lens.controller.world
        assert world.heat.key.token_time == world.shown.heatmap.token_time(world.picture.index)


def test_the_side_buttons_of_a_mouse_go_back_and_forward(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_End)
    settle(qtbot, lens)
    canvas = lens.stage.canvas
    qtbot.mouseClick(canvas, Qt.MouseButton.BackButton)
    assert lens.store.state.frame == 0
    qtbot.mouseClick(canvas, Qt.MouseButton.ForwardButton)
    settle(qtbot, lens)
    assert barcode_on_canvas(lens) == 39


# -- layers and heads ----------------------------------------------------------------------------


def test_up_and_down_go_through_all_layers_and_everything_agrees(lens, qtbot):
    pictures = []
    for block in (2, 1, 0):
        press(qtbot, lens, Qt.Key.Key_Up)
        settle(qtbot, lens)
        assert f"Block {block}" in lens.panels.title.full_text()
        assert lens.panels.layers.tree.currentItem().text(0) == f"Block {block}"
        assert lens.controller.world.shown.answer.maps.block == block
        heads = lens.controller.world.layers[block].heads
        assert len(lens.controller.world.strip.images) == heads
        pictures.append(lens.stage.canvas.heat.image.copy())
    assert pictures[0] != pictures[1] != pictures[2]
    press(qtbot, lens, Qt.Key.Key_Up)
    assert lens.store.state.block == 0


def test_a_click_in_the_tree_chooses_a_block_and_the_arrows_stay_with_the_list(lens, qtbot):
    tree = lens.panels.layers.tree
    row = tree.topLevelItem(1).child(0)
    qtbot.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(row).center()
    )
    assert lens.store.state.block == 1
    frame = lens.store.state.frame
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert lens.store.state.block == 2
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    assert lens.store.state.frame == frame


def test_head_keys_solo_and_a_gives_mean_then_max(lens, qtbot):
    words, pictures = [], []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_A, Qt.Key.Key_A):
        press(qtbot, lens, key)
        settle(qtbot, lens)
        words.append(lens.panels.title.full_text().split(" · ")[2])
        pictures.append(lens.stage.canvas.heat.image.copy())
    assert words == ["head 0 of 4", "head 1 of 4", "mean of 4 heads", "maximum of 4 heads"]
    assert len({bytes(image.constBits()) for image in pictures}) == 4
    assert lens.panels.heads.buttons["max"].isChecked()


def test_a_head_that_the_block_does_not_have_is_refused_in_words(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_9)
    assert lens.store.state.head == "mean"
    assert "there is no head 8" in messages(lens)


def test_a_head_that_the_next_block_lacks_becomes_the_mean_and_says_so(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_4)
    press(qtbot, lens, Qt.Key.Key_Up)
    assert lens.store.state.head == "mean"
    assert "has no head 3" in messages(lens)


def test_a_click_on_a_thumbnail_shows_that_head(lens, qtbot):
    grid = lens.panels.heads.grid
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.thumb_box(2).center())
    settle(qtbot, lens)
    assert lens.store.state.head == 2
    assert "head 2 of 4" in lens.panels.title.full_text()


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
    query = lens.store.state.query
    layer = lens.controller.world.shown.answer.layer
    assert query[1:] == (layer.q_shape[1] // 2, layer.q_shape[2] // 2)
    shown = lens.controller.world.shown
    total = shown.answer.maps.values[0].sum() + shown.answer.maps.sinks[0]
    assert total == pytest.approx(1, abs=1e-5)
    assert lens.stage.canvas._mark.token == query
    lens.grab()  # the ring paints
    press(qtbot, lens, Qt.Key.Key_Escape)
    press(qtbot, lens, Qt.Key.Key_Escape)
    assert (lens.store.state.picking, lens.store.state.query) == (False, "readout")


def test_shift_click_shows_who_looks_at_a_key(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_Q)
    pick(qtbot, lens, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, lens)
    assert lens.store.state.method == "column"
    assert "attended by" in lens.panels.title.full_text()


def test_a_picked_token_keeps_its_place_in_another_layer(lens, qtbot):
    lens.controller.intents.choose_block(0)
    settle(qtbot, lens)
    lens.controller.intents.choose_query((1, 7, 7))
    settle(qtbot, lens)
    lens.controller.intents.choose_block(1)
    settle(qtbot, lens)
    t, y, x = lens.store.state.query
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
    assert any("do not reach the prediction" in badge for badge in lens.stage.canvas.badges)
    assert lens.panels.display.note.isVisible()


def test_a_frame_between_samples_says_that_the_nearest_tubelet_is_shown(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Right)
    settle(qtbot, lens)
    assert any("nearest tubelet" in badge for badge in lens.stage.canvas.badges)
    assert lens.panels.timeline._sampled.full_text().startswith("not sampled")


def test_the_pointer_reads_what_the_map_holds(lens, qtbot):
    canvas = lens.stage.canvas
    qtbot.mouseMove(canvas, canvas.frame_box().center().toPoint())
    readout = canvas.readout_at(canvas.frame_box().center())
    shown = lens.controller.world.shown
    assert readout.value == pytest.approx(float(shown.heatmap.values[readout.token]))
    assert readout.times_uniform == pytest.approx(readout.value * shown.answer.maps.key_count)
    assert 1 <= readout.rank <= readout.count == shown.heatmap.values.size
    assert canvas.readout_at(QPointF(1, 1)) is None


# -- display -------------------------------------------------------------------------------------


def test_colours_change_at_once_and_undo_steps_back_one_gesture(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_C)
    settle(qtbot, lens)
    assert lens.controller.world.heat.key.colormap == "viridis"
    slider = lens.panels.display.opacity
    for value in (50, 40, 30):
        slider.setValue(value)
    assert lens.store.state.opacity == 0.3
    control = Qt.KeyboardModifier.ControlModifier
    press(qtbot, lens, Qt.Key.Key_Z, control)
    assert lens.store.state.opacity == 0.6 == slider.value() / 100
    press(qtbot, lens, Qt.Key.Key_Z, control)
    assert lens.store.state.colormap == "inferno"
    assert lens.panels.display.colormap.currentText() == "inferno"


def test_opacity_repaints_without_a_new_map(lens, qtbot):
    heat = lens.controller.world.heat
    press(qtbot, lens, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert lens.store.state.opacity == 0.65
    assert lens.controller.world.heat is heat


def test_a_locked_range_keeps_its_numbers(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Y)
    ends = lens.panels.colourbar.ends()
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    assert lens.panels.colourbar.ends() == ends
    assert "locked range" in lens.panels.colourbar.lines()
    press(qtbot, lens, Qt.Key.Key_Y)
    settle(qtbot, lens)
    assert lens.panels.colourbar.ends() != ends
    assert lens.panels.colourbar.lines()[0] == "this layer, 1–99.5 %"


def test_a_manual_range_is_typed_and_nonsense_is_refused(lens, qtbot):
    display = lens.panels.display
    lens.controller.intents.set_field("range_policy", "manual")
    display.low.setText("0.1")
    display.high.setText("0.2")
    display.high.editingFinished.emit()
    settle(qtbot, lens)
    assert lens.controller.world.shown.range.range.high == 0.2
    display.high.setText("much")
    display.high.editingFinished.emit()
    assert "two numbers" in display.note.text()
    assert lens.controller.world.shown.range.range.high == 0.2


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
    canvas, world = lens.stage.canvas, lens.controller.world
    canvas.actual_size()
    box = canvas.frame_box()
    canvas.show_map(None)  # lines lie on top of the picture
    canvas.show_badges(())
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    left, top = round(box.left()), round(box.top())
    width, height = world.video.size
    crop = image.copy(left, top, width, height)
    rows = np.frombuffer(crop.constBits(), np.uint8).reshape(height, crop.bytesPerLine())
    screen = rows[:, : 3 * width].reshape(height, width, 3)
    maps = world.shown.answer.maps
    style = look_of(lens.store.state).style(maps, maps.pick("mean"))
    blended = overlay(world.picture.pixels, world.shown.heatmap, world.picture.index, style)
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


def test_copy_image_gives_the_frame_at_its_own_size(lens, qtbot):
    QGuiApplication.clipboard().clear()
    press(qtbot, lens, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=WAIT_MS)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == lens.controller.world.video.size


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


# -- jobs ----------------------------------------------------------------------------------------


def test_cancel_stops_the_run_and_the_window_runs_again_when_asked(
    boot, qtbot, monkeypatch, barcode_clip, toy_checkpoint
):
    real = Explainer.capture

    def slow(self, video, window, on_layer=None):
        for layer in range(400):
            on_layer(layer, 400)
            time.sleep(0.01)
        return real(self, video, window, on_layer)

    monkeypatch.setattr(Explainer, "capture", slow)
    window = boot(clip=barcode_clip)
    window.controller.load_model(source(toy_checkpoint))
    status = window.panels.status.job
    qtbot.waitUntil(
        lambda: status.isVisible() and "Running window 1" in status.title.text(), timeout=WAIT_MS
    )
    window.stage.canvas.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    began = time.monotonic()
    press(qtbot, window, Qt.Key.Key_Period, control)
    assert status.title.text().startswith("Stopping")
    qtbot.waitUntil(lambda: not window.controller.infer.is_pending("explain"), timeout=2000)
    assert time.monotonic() - began < 2
    qtbot.waitUntil(lambda: bool(window.controller.world.problem), timeout=WAIT_MS)
    assert "Cancelled" in window.panels.predictions._note.text()
    monkeypatch.setattr(Explainer, "capture", real)
    press(qtbot, window, Qt.Key.Key_R, control)
    settle(qtbot, window)


def test_a_run_that_fails_says_so_once_and_does_not_try_for_ever(lens, qtbot, monkeypatch):
    tries = []

    def fail(self, video, window, on_layer=None):
        tries.append(window.index)
        raise RuntimeError("out of luck")

    monkeypatch.setattr(Explainer, "capture", fail)
    press(qtbot, lens, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: "out of luck" in messages(lens), timeout=WAIT_MS)
    qtbot.wait(100)
    assert tries == [1]
    assert any("out of luck" in badge for badge in lens.stage.canvas.badges)
    press(qtbot, lens, Qt.Key.Key_Home)
    settle(qtbot, lens)


def test_leaving_a_window_for_a_moment_does_not_lose_its_map(lens, qtbot):
    for _ in range(3):
        press(qtbot, lens, Qt.Key.Key_PageDown)
        press(qtbot, lens, Qt.Key.Key_PageUp)
    settle(qtbot, lens)
    assert lens.controller.world.shown.answer.wish.window.index == 0


# -- export --------------------------------------------------------------------------------------


def export_dialog(window, qtbot):
    window.stage.canvas.setFocus()
    press(qtbot, window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    return next(w for w in QApplication.topLevelWidgets() if type(w).__name__ == "ExportDialog")


def test_the_dialog_exports_what_is_shown(lens, qtbot, tmp_path):
    from mvit_core import open_video

    press(qtbot, lens, Qt.Key.Key_2)
    dialog = export_dialog(lens, qtbot)
    assert dialog.wish().head == 1
    target = tmp_path / "out.mp4"
    dialog.target.setText(str(target))
    dialog.span.setCurrentIndex(1)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Saved" in messages(lens), timeout=WAIT_MS)
    with open_video(target) as video:
        assert video.frame_count == lens.controller.world.windows[0].stop


def test_the_dialog_refuses_a_folder_that_does_not_exist(lens, qtbot, tmp_path):
    dialog = export_dialog(lens, qtbot)
    dialog.target.setText(str(tmp_path / "nowhere" / "out.mp4"))
    assert not dialog.accept_button.isEnabled()
    assert "does not exist" in dialog.problem.text()
    dialog.reject()


def test_a_cancelled_export_leaves_nothing(lens, qtbot, tmp_path, monkeypatch):
    import mvit_core.export

    def slow(explainer, video, request, path, on_progress=None):
        from mvit_core.targets import whole_file

        with whole_file(path) as partial:
            partial.write_bytes(b"half")
            for step in range(400):
                on_progress(step, 400)
                time.sleep(0.01)

    monkeypatch.setattr(mvit_core.export, "export", slow)
    folder = tmp_path / "exports"
    folder.mkdir()
    dialog = export_dialog(lens, qtbot)
    dialog.target.setText(str(folder / "out.mp4"))
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    job = lens.panels.status.job
    qtbot.waitUntil(lambda: job.isVisible() and job.bar.maximum() == 400, timeout=WAIT_MS)
    qtbot.mouseClick(job.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not job.isVisible(), timeout=WAIT_MS)
    assert list(folder.iterdir()) == []


# -- window --------------------------------------------------------------------------------------


def test_docks_are_toggled_kept_between_runs_and_reset(boot):
    window = boot()
    window.actions_table.run("view.predictions")
    assert not window.docks.by_name["predictions"].isVisible()
    window.close()
    again = boot()
    assert not again.docks.by_name["predictions"].isVisible()
    again.actions_table.run("view.reset_layout")
    assert again.docks.by_name["predictions"].isVisible()


def test_the_theme_is_switched_and_kept(boot):
    from app import theme

    window = boot()
    window.actions_table.run("view.theme")
    assert theme.current().name == "light"
    window.close()
    boot()
    assert theme.current().name == "light"
    settings = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "mvit-lens", "window"
    )
    assert settings.value("theme") == "light"


def test_f6_goes_round_the_panes(lens, qtbot):
    seen = []
    for _ in range(5):
        qtbot.keyClick(lens, Qt.Key.Key_F6)
        seen.append(lens.focusWidget())
    assert len(set(seen)) == 5
    assert lens.stage.canvas in seen


def test_space_presses_a_focused_button_instead_of_playing(lens, qtbot):
    button = lens.panels.heads.buttons["max"]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert lens.store.state.head == "max"
    assert not lens.store.state.playing


def test_every_button_has_a_name_and_a_tooltip(lens):
    from PySide6.QtWidgets import QToolButton

    of_qt = ("qt_", "Scroll")
    own = [b for b in lens.findChildren(QToolButton) if not b.objectName().startswith(of_qt)]
    assert own
    for button in own:
        assert button.accessibleName() or button.text(), button
        assert button.toolTip(), button.accessibleName()


def test_the_shortcut_sheet_finds_commands(boot):
    window = boot()
    window.actions_table.run("help.shortcuts")
    dialog = next(
        w for w in QApplication.topLevelWidgets() if type(w).__name__ == "ShortcutsDialog"
    )
    dialog._filter("colour map")
    shown = [r.text(0) for _, rows in dialog._groups for r in rows if not r.isHidden()]
    assert shown == ["Next colour map", "Previous colour map"]
    dialog.reject()
