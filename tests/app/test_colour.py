"""Drawing of heat: mode, gamma, threshold, and the range of the colours."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu

from app.controller.ranges import histogram
from app.results import HistogramInfo, RangeInfo
from app.text.phrases import policy_names, range_words, unit_names
from app.views.range_menu import range_menu
from mvit_core import load_model, open_video
from mvit_core.errors import VideoError
from mvit_core.export import ExportRequest, export
from mvit_core.pipeline import Explainer
from mvit_core.pool import pooled_values
from mvit_core.render import (
    RANGE_POLICIES,
    UNITS,
    HeatSettings,
    ValueRange,
    bar_number,
    overlay,
    range_text,
)
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, press

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton


def undo(qtbot, window):
    press(qtbot, window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def choose(window, policy):
    """A choice in the combo box, as a person makes it."""
    combo = window.panels.display.range.policy
    place = combo.findData(policy)
    combo.setCurrentIndex(place)
    combo.activated.emit(place)


def shown_range(window):
    return window.controller.results.shown.range


# -- mode, gamma and threshold -------------------------------------------------------------------


def screen_pixels(window):
    """The frame as the canvas shows it, one pixel for one."""
    canvas, results = window.stage.canvas, window.controller.results
    canvas.actual_size()
    box = canvas.frame_box()
    canvas.show_map(None)  # lines lie on top of the picture
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    width, height = results.video.size
    crop = image.copy(round(box.left()), round(box.top()), width, height)
    rows = np.frombuffer(crop.constBits(), np.uint8).reshape(height, crop.bytesPerLine())
    return rows[:, : 3 * width].reshape(height, width, 3)


@pytest.mark.parametrize(
    "changes",
    [
        {"mode": "spotlight"},
        {"mode": "spotlight", "opacity": 0.9, "gamma": 0.4},
        {"mode": "spotlight", "threshold": 0.3},
        {"gamma": 0.5, "opacity": 0.7},
        {"threshold": 0.4, "opacity": 1.0},
        {"smooth": False, "colormap": "cividis"},
        {"mode": "even", "opacity": 0.6},
        {"colormap": "lime"},
    ],
    ids=str,
)
def test_the_canvas_composes_every_mode_as_an_export_blends_it(lens, qtbot, changes):
    """The screen may differ from an export by two levels, no more."""
    lens.store.update(**changes)
    settle(qtbot, lens)
    results = lens.controller.results
    style = lens.store.state.heat.with_range(results.shown.range.range)
    blended = overlay(results.picture.pixels, results.shown.heatmap, results.picture.index, style)
    inner = (slice(2, -2), slice(2, -2))  # the focus ring
    assert abs(screen_pixels(lens)[inner].astype(int) - blended[inner]).max() <= 2


def test_a_click_on_spotlight_darkens_and_takes_the_colours_away(lens, qtbot):
    colours = lens.panels.display.colours
    before = lens.stage.canvas.grab().toImage()
    click(qtbot, colours.modes["spotlight"])
    settle(qtbot, lens)
    assert lens.store.state.heat.mode == "spotlight"
    assert lens.stage.canvas.grab().toImage() != before
    assert not colours.colormap.isEnabled()
    assert "no colours" in colours.colormap.toolTip()
    undo(qtbot, lens)
    assert colours.colormap.isEnabled()
    assert colours.modes["tint"].isChecked()


def test_the_heads_keep_their_colours_in_a_spotlight(lens, qtbot):
    before = lens.controller.results.strip.images
    lens.store.update(mode="spotlight")
    settle(qtbot, lens)
    assert lens.controller.results.strip.images == before


def test_opacity_of_a_spotlight_is_no_new_map(lens, qtbot):
    lens.store.update(mode="spotlight")
    settle(qtbot, lens)
    heat = lens.controller.results.heat
    press(qtbot, lens, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert lens.controller.results.heat is heat


def test_gamma_and_threshold_are_applied_while_the_video_plays(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Space)
    lens.panels.display.colours.gamma.slider.setValue(-25)
    lens.panels.display.colours.threshold.slider.setValue(20)
    state = lens.store.state
    assert (state.heat.gamma, state.heat.threshold) == (0.45, 0.2)
    qtbot.waitUntil(lambda: lens.controller.results.heat.key.style.gamma == 0.45, timeout=WAIT_MS)
    assert lens.store.state.playing
    press(qtbot, lens, Qt.Key.Key_Space)
    undo(qtbot, lens)
    assert (lens.store.state.heat.gamma, lens.store.state.heat.threshold) == (0.45, 0.0)
    undo(qtbot, lens)
    assert lens.store.state.heat.gamma == 1.0


def test_a_number_beside_a_slider_is_typed(lens, qtbot):
    number = lens.panels.display.colours.gamma.number
    number.setFocus()
    number.selectAll()
    qtbot.keyClicks(number, "2.5")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert lens.store.state.heat.gamma == 2.5
    assert lens.panels.display.colours.gamma.slider.value() == 28


def test_a_slow_drag_of_a_slider_is_one_step_of_undo(lens, qtbot, monkeypatch):
    slider = lens.panels.display.colours.opacity.slider
    now = [0.0]
    monkeypatch.setattr(lens.store, "_clock", lambda: now[0])
    start = QPoint(round(7 + 0.85 * (slider.width() - 14)), slider.height() // 2)
    qtbot.mousePress(slider, LEFT, pos=start)
    for step in range(1, 5):
        now[0] += 5.0  # seconds: far longer than any quick succession
        qtbot.mouseMove(slider, start - QPoint(4 * step, 0))
    qtbot.mouseRelease(slider, LEFT, pos=start - QPoint(16, 0))
    assert lens.store.state.heat.opacity < 0.85
    undo(qtbot, lens)
    assert lens.store.state.heat.opacity == 0.85
    assert not lens.store.can_undo


def test_the_wheel_over_a_slider_scrolls_the_panel_instead(lens, qtbot):
    slider = lens.panels.display.colours.opacity.slider
    down, spot = QPoint(0, -120), QPointF(5, 5)
    event = QWheelEvent(
        spot,
        spot,
        down,
        down,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider, event)
    assert lens.store.state.heat.opacity == 0.85


# -- the range by hand ---------------------------------------------------------------------------


def drag(qtbot, widget, start, end):
    y = widget.height() // 2
    qtbot.mousePress(widget, LEFT, pos=QPoint(round(start), y))
    for share in (0.3, 0.7, 1.0):
        qtbot.mouseMove(widget, QPoint(round(start + share * (end - start)), y))
    qtbot.mouseRelease(widget, LEFT, pos=QPoint(round(end), y))


def test_dragging_an_end_of_the_range_makes_it_manual_in_one_step(lens, qtbot):
    hist = lens.panels.display.range.histogram
    before = shown_range(lens).range
    start = hist.handle_x(1)
    drag(qtbot, hist, start, start - 40)
    settle(qtbot, lens)
    after = shown_range(lens)
    assert after.policy == lens.store.state.heat.range_policy == "manual"
    assert after.range.low == before.low
    assert after.range.high < before.high
    assert hist.handle_x(1) == pytest.approx(start - 40, abs=1.5)
    assert lens.stage.colourbar.lines()[0] == "manual range"
    undo(qtbot, lens)
    assert (lens.store.state.heat.range_policy, shown_range(lens).range) == ("layer", before)


def test_the_ends_of_the_range_never_cross(lens, qtbot):
    hist = lens.panels.display.range.histogram
    drag(qtbot, hist, hist.handle_x(0), hist.width() + 50)
    ends = lens.store.state.heat.manual_range
    assert ends.low < ends.high


def test_arrow_keys_move_the_ends_of_the_range(lens, qtbot):
    hist = lens.panels.display.range.histogram
    before = shown_range(lens).range
    hist.setFocus()
    qtbot.keyClick(hist, Qt.Key.Key_Left)
    assert lens.store.state.heat.manual_range.high < before.high
    qtbot.keyClick(hist, Qt.Key.Key_Down)
    qtbot.keyClick(hist, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert lens.store.state.heat.manual_range.low > before.low


def test_a_locked_range_cannot_be_dragged_or_typed_and_says_why(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Y)
    controls = lens.panels.display.range
    drag(qtbot, controls.histogram, controls.histogram.handle_x(1), 20)
    assert lens.store.state.heat.manual_range is None
    for control in (controls.policy, controls.low, controls.high):
        assert not control.isEnabled()
        assert "locked" in control.toolTip()
    assert "locked" in controls.histogram.toolTip()


def test_manual_begins_with_the_numbers_in_use(lens, qtbot):
    before = shown_range(lens).range
    choose(lens, "manual")
    assert shown_range(lens).range == before
    assert lens.store.state.heat.manual_range == before


def test_a_range_whose_ends_are_the_wrong_way_round_is_refused(lens, qtbot):
    controls = lens.panels.display.range
    controls.low.setText("0.5")
    controls.high.setText("0.1")
    controls.high.editingFinished.emit()
    assert "below the highest" in lens.panels.display.note.text()
    assert lens.store.state.heat.range_policy == "layer"


def test_u_fits_a_manual_range_once_and_tells_where_there_is_nothing_to_fit(lens, qtbot):
    automatic = shown_range(lens).range
    press(qtbot, lens, Qt.Key.Key_U)
    assert "follows what is shown" in messages(lens)
    lens.controller.intents.set_field("manual_range", ValueRange(0, 9))
    press(qtbot, lens, Qt.Key.Key_U)
    assert lens.store.state.heat.manual_range == automatic
    assert lens.store.state.heat.range_policy == "manual"
    press(qtbot, lens, Qt.Key.Key_Y)
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_U)
    assert lens.store.state.heat.locked_range == shown_range(lens).automatic != automatic


# -- policies ------------------------------------------------------------------------------------


def test_a_locked_range_stays_over_frames_and_each_map_changes_it(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Y)
    ends = lens.stage.colourbar.ends()
    press(qtbot, lens, Qt.Key.Key_PageDown)
    settle(qtbot, lens)
    assert lens.stage.colourbar.ends() == ends
    press(qtbot, lens, Qt.Key.Key_Y)
    choose(lens, "map")
    settle(qtbot, lens)
    assert lens.stage.colourbar.ends() != ends
    assert lens.stage.colourbar.lines()[0] == "each map, 1–99.5 %"


def expected_ends(window, barcode_clip, toy_checkpoint, policy):
    """The range as an export finds it, with a model of its own."""
    state = window.store.state
    explainer = Explainer(load_model(toy_checkpoint), remembered_windows=1)
    with open_video(barcode_clip) as video:
        window_of_state = window.controller.results.window(state.frame)
        spec = state.map
        chosen = explainer.explain(video, window_of_state, spec)
        pool = pooled_values(explainer, video, chosen, policy)
    return state.heat.ends(chosen.maps, chosen.saliency, pool)


@pytest.mark.parametrize("policy", ["clip", "model"])
def test_ranges_over_more_than_a_layer_are_collected_and_equal_those_of_exports(
    lens, qtbot, barcode_clip, toy_checkpoint, policy
):
    said = []
    lens.controller.follow(lambda *_: said.append(lens.stage.colourbar.lines()[0]))
    lens.store.update(block=1)
    choose(lens, policy)
    assert not shown_range(lens).is_complete
    qtbot.waitUntil(lambda: shown_range(lens).is_complete, timeout=WAIT_MS)
    settle(qtbot, lens)
    assert shown_range(lens).range == expected_ends(lens, barcode_clip, toy_checkpoint, policy)
    assert any(" of " in words for words in said)
    last = {"clip": "this layer, whole clip, 1–99.5 %", "model": "all layers, 1–99.5 %"}
    assert lens.stage.colourbar.lines()[0] == last[policy]


def test_the_range_of_a_clip_is_the_same_in_all_its_windows(lens, qtbot):
    choose(lens, "clip")
    qtbot.waitUntil(lambda: shown_range(lens).is_complete, timeout=WAIT_MS)
    settle(qtbot, lens)
    ends = shown_range(lens).range
    press(qtbot, lens, Qt.Key.Key_PageDown)
    settle(qtbot, lens)
    assert shown_range(lens).range == ends
    assert shown_range(lens).is_complete


def test_collecting_can_be_stopped_and_goes_on_when_asked(lens, qtbot):
    choose(lens, "clip")
    lens.controller.cancel("range")
    qtbot.waitUntil(lambda: not lens.controller.results.is_busy, timeout=WAIT_MS)
    known, there_are = shown_range(lens).known
    assert known < there_are
    assert f"{known} of {there_are} windows" in lens.stage.colourbar.lines()[0]
    lens.controller.run_again()
    qtbot.waitUntil(lambda: shown_range(lens).is_complete, timeout=WAIT_MS)


def test_a_window_that_cannot_be_run_is_left_out_and_not_tried_for_ever(lens, qtbot, monkeypatch):
    real, tried = lens.controller.workers.model_worker.values, []

    def values(request, task):
        tried.append(request.window.index)
        if request.window.index == 1:
            raise VideoError("window 1 is damaged")
        return real(request, task)

    monkeypatch.setattr(lens.controller._ranges, "_values", values)
    choose(lens, "clip")
    count = len(lens.controller.results.windows)
    qtbot.waitUntil(lambda: shown_range(lens).known == (count - 1, count), timeout=WAIT_MS)
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_D)
    press(qtbot, lens, Qt.Key.Key_D)
    assert tried == list(range(1, count))
    assert "window 1 is damaged" in messages(lens)
    assert f"{count - 1} of {count} windows" in lens.stage.colourbar.lines()[0]


def test_policies_nest_on_screen_too(lens, qtbot):
    lens.store.update(block=1, head=1, tails_percent=(0.0, 100.0))
    settle(qtbot, lens)
    ends = {}
    for policy in ("map", "layer", "clip", "model"):
        choose(lens, policy)
        qtbot.waitUntil(lambda: shown_range(lens).is_complete, timeout=WAIT_MS)
        settle(qtbot, lens)
        ends[policy] = shown_range(lens).range
    for inner, outer in (("map", "layer"), ("layer", "clip"), ("layer", "model")):
        assert ends[outer].low <= ends[inner].low < ends[inner].high <= ends[outer].high


# -- the colour bar ------------------------------------------------------------------------------


def test_the_bar_stands_below_the_picture_and_hides_none_of_it(lens, qtbot):
    for size in ((1400, 860), (1024, 700)):
        lens.resize(*size)
        QApplication.processEvents()
        bar, canvas = lens.stage.colourbar, lens.stage.canvas
        assert bar.isVisible()
        assert not bar.geometry().intersects(canvas.geometry())
        assert bar.height() >= bar.sizeHint().height()


def chosen_in_menu(words):
    """Trigger a row of the menu that is open."""
    menu = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible())
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()


def test_tails_and_units_are_behind_a_right_click_on_the_bar(lens, qtbot):
    bar = lens.stage.colourbar
    before = shown_range(lens).range
    for words in ("5–95 %", "times uniform attention"):
        at = bar.rect().center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, bar.mapToGlobal(at))
        QApplication.sendEvent(bar, event)
        chosen_in_menu(words)
    settle(qtbot, lens)
    after = shown_range(lens).range
    assert before.low < after.low < after.high < before.high
    assert bar.lines()[:2] == ("this layer, 5–95 %", "times uniform attention")
    keys = lens.controller.results.shown.result.maps.key_count
    assert bar.ends() == tuple(
        bar_number(value, "uniform", keys) for value in (after.high, after.low)
    )
    field = lens.panels.display.range.high
    assert float(field.text()) == pytest.approx(after.high * keys, rel=5e-3)
    assert lens.panels.display.range.unit.isVisibleTo(lens.panels.display)


def test_tails_of_a_locked_range_are_off_and_say_why(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_Y)
    menu = range_menu(lens, lens.store.state, lambda *_: None)
    rows = {action.text(): action.isEnabled() for action in menu.actions() if action.text()}
    assert "Percentiles at the ends: the range is locked" in rows
    assert not rows["5–95 %"]
    assert rows["times uniform attention"]
    menu.deleteLater()


def test_a_number_typed_in_multiples_of_uniform_is_taken_as_such(lens, qtbot):
    lens.store.update(units="uniform")
    controls = lens.panels.display.range
    controls.low.setText("0")
    controls.high.setText("2")
    controls.high.editingFinished.emit()
    keys = lens.controller.results.shown.result.maps.key_count
    assert lens.store.state.heat.manual_range == ValueRange(0.0, 2 / keys)


def test_leaving_a_number_as_it_was_keeps_the_policy(lens, qtbot):
    lens.panels.display.range.high.editingFinished.emit()
    assert lens.store.state.heat.range_policy == "layer"


HISTOGRAM = HistogramInfo((1,), ValueRange(0, 1))


@pytest.mark.parametrize(
    ("policy", "known", "locked"),
    [
        *product(RANGE_POLICIES, [None, (8, 8)], [False, True]),
        ("clip", (3, 8), False),
        ("model", (5, 16), False),
    ],
)
def test_the_screen_words_a_range_as_exports_do(qapp, policy, known, locked):
    ends = ValueRange(0, 1)
    heat = HeatSettings(
        range_policy=policy,
        manual_range=ends,
        locked_range=ends if locked else None,
        tails_percent=(2, 98),
    )
    info = RangeInfo(ends, policy, locked, (2, 98), known, ends, HISTOGRAM)
    assert range_words(info) == range_text(heat, known)


def test_every_policy_and_unit_of_the_core_has_words(qapp):
    assert tuple(policy_names()) == tuple(RANGE_POLICIES)
    assert unit_names() == dict(UNITS)


def test_the_histogram_counts_every_value_on_an_axis_of_its_own():
    values = np.random.default_rng(0).random(5000, dtype=np.float32) ** 4
    values[7] = 40.0
    info = histogram(values)
    assert sum(info.counts) == 5000
    assert info.span.low == values.min()
    assert np.percentile(values, 99.5) < info.span.high < 2.0
    flat = histogram(np.full(9, 0.25, np.float32))
    assert sum(flat.counts) == 9
    assert flat.span.low < 0.25 < flat.span.high


# -- the panel as a whole ------------------------------------------------------------------------


def test_the_panel_fits_the_width_of_a_small_window(lens):
    lens.resize(1024, 700)
    QApplication.processEvents()
    display = lens.panels.display
    assert display.minimumSizeHint().width() <= display.parentWidget().width()


def test_the_outline_of_what_the_model_saw_can_be_hidden(lens, qtbot):
    tick = lens.panels.display.ticks["coverage"]
    assert tick.isEnabled() != lens.controller.results.shown.heatmap.covers_frame
    with_outline = lens.stage.canvas.grab().toImage()
    lens.actions_table.run("view.coverage")
    assert not lens.store.state.coverage
    assert not tick.isChecked()
    assert lens.stage.canvas.grab().toImage() != with_outline


def test_without_a_map_the_controls_of_its_numbers_are_off_and_say_why(boot):
    controls = boot().panels.display.range
    assert not controls.low.isEnabled()
    assert not controls.lock.isEnabled()
    assert "Run a window" in controls.histogram.toolTip()


def test_reset_display_gives_every_colour_setting_back(lens, qtbot):
    lens.store.update(
        mode="spotlight",
        gamma=2.0,
        threshold=0.5,
        tails_percent=(5.0, 95.0),
        units="uniform",
        range_policy="map",
        opacity=0.1,
    )
    press(qtbot, lens, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert lens.store.state.heat == HeatSettings()


def test_commands_go_through_modes_units_and_policies(lens, qtbot):
    run = lens.actions_table.run
    run("view.spotlight")
    run("view.uniform_units")
    state = lens.store.state
    assert (state.heat.mode, state.heat.units) == ("spotlight", "uniform")
    assert lens.actions_table.by_id["view.spotlight"].isChecked()
    press(qtbot, lens, Qt.Key.Key_Y)
    run("view.next_policy")
    assert lens.store.state.heat.locked_range is None
    assert lens.store.state.heat.range_policy == "clip"


def test_the_pointer_reads_what_the_exported_arrays_hold(
    lens, qtbot, barcode_clip, toy_checkpoint, tmp_path
):
    state, target = lens.store.state, tmp_path / "maps.npz"
    spec = state.map
    with open_video(barcode_clip) as video:
        export(Explainer(load_model(toy_checkpoint)), video, ExportRequest(spec), target)
    canvas, arrays = lens.stage.canvas, np.load(target)
    box = canvas.frame_box()
    readouts = [canvas.readout_at(box.center()), canvas.readout_at(box.center() + QPointF(60, 30))]
    for readout in readouts:
        value = arrays["selected"][0][readout.token]
        assert readout.value == pytest.approx(float(value), rel=1e-5)
        assert readout.rank == int((arrays["selected"][0] > value).sum()) + 1


def test_settings_are_kept_apart_from_how_the_picture_was_made(lens):
    """Everything about colours is in the key of a coloured map, but not its opacity."""
    key = lens.controller.results.heat.key
    heat = replace(lens.store.state.heat, opacity=1.0)
    assert key.style == heat.with_range(shown_range(lens).range)
