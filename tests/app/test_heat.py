"""Heat at the window: the frame stays visible, old heat is faint, outlines, the choice of tints."""

import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage

from app.text.phrases import clock
from app.widgets import theme
from mvit_core.render import OPACITIES, ValueRange
from mvit_core.video import Video
from tests.app.conftest import WAIT_MS, at_rest, settle
from tests.app.contrast import faint_texts, texts_of
from tests.app.helpers import click, press
from tests.app.test_colour import screen_pixels
from tests.app.test_compare import info, pinned
from tests.app.test_views import show

__all__ = ["pinned"]

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
STRONGEST = 255 * OPACITIES["tint"]
"""Most levels by which a tint at its own opacity changes a pixel."""


def pixels_of(image):
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def changed(window, qtbot):
    """Levels by which heat changes each pixel of the frame's upper half, (H, W)."""
    canvas = window.stage.canvas
    box = canvas.frame_box().toAlignedRect().adjusted(2, 2, -2, -2)
    box.setHeight(box.height() // 2)  # remarks lie below
    with_heat = pixels_of(canvas.grab(box).toImage())
    press(qtbot, window, Qt.Key.Key_T)
    bare = pixels_of(canvas.grab(box).toImage())
    press(qtbot, window, Qt.Key.Key_T)
    return np.abs(with_heat - bare).max(axis=-1)


def copied(window, qtbot):
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    press(qtbot, window, Qt.Key.Key_C, CONTROL)
    qtbot.waitUntil(lambda: not clipboard.image().isNull(), timeout=WAIT_MS)
    return pixels_of(clipboard.image())


@pytest.fixture
def plain_clip(request, tmp_path):
    """A folder of pictures that are black, white or noise."""
    folder = tmp_path / request.param
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(20):
        picture = np.full((96, 128, 3), 255 * (request.param == "white"), np.uint8)
        if request.param == "noise":
            picture = rng.integers(0, 256, picture.shape, dtype=np.uint8)
        cv2.imwrite(str(folder / f"{number:03}.png"), picture)
    return folder


@pytest.mark.parametrize("plain_clip", ["black", "white", "noise"], indirect=True)
def test_on_any_clip_the_frame_is_bare_at_0_and_the_peak_is_seen(
    boot, qtbot, plain_clip, toy_checkpoint
):
    lens = boot(clip=plain_clip, checkpoint=toy_checkpoint)
    results = lens.controller.results
    values = results.shown.heatmap.values[results.shown.heatmap.token_time(0)]
    ends = ValueRange(float(np.median(values)), float(values.max()))
    lens.controller.intents.set_field("manual_range", ends)
    settle(qtbot, lens)
    frame = lens.controller.results.picture.pixels.astype(int)
    alpha = lens.controller.results.heat.image
    opacity = np.array([[alpha.pixelColor(x, y).alpha() for x in range(128)] for y in range(96)])
    pictures = [screen_pixels(lens).astype(int), copied(lens, qtbot)]
    lens.actions_table.by_id["view.theme"].trigger()  # the other one
    pictures.append(screen_pixels(lens).astype(int))
    inner = (slice(12, -2), slice(12, -2))  # title and focus ring lie above
    frame, opacity = frame[inner], opacity[inner]
    peak = np.unravel_index(opacity.argmax(), opacity.shape)
    for picture in (picture[inner] for picture in pictures):
        assert (picture[opacity == 0] == frame[opacity == 0]).all()
        assert (opacity == 0).mean() > 0.1
        assert np.abs(picture[peak] - frame[peak]).max() > 60


def test_a_mode_brings_its_opacity_but_keeps_one_that_was_chosen(lens, qtbot):
    modes = lens.panels.display.colours.modes
    for mode in ("even", "spotlight", "tint", "even", "tint"):
        click(qtbot, modes[mode])
        assert lens.store.state.heat.opacity == OPACITIES[mode]
    press(qtbot, lens, Qt.Key.Key_Down, CONTROL)
    chosen = lens.store.state.heat.opacity
    click(qtbot, modes["even"])
    assert lens.store.state.heat.opacity == chosen != OPACITIES["even"]
    press(qtbot, lens, Qt.Key.Key_Z, CONTROL)
    assert lens.store.state.heat.mode == "tint"


def test_an_even_tint_is_found_as_a_command_and_leads_back(lens):
    command = lens.actions_table.by_id["view.even_tint"]
    command.trigger()
    assert lens.store.state.heat.mode == "even"
    assert command.isChecked()
    command.trigger()
    assert lens.store.state.heat.mode == "tint"


@pytest.mark.parametrize("view", ["single", "heads"])
def test_shift_t_draws_outlines_and_takes_them_away(lens, qtbot, view):
    if view == "heads":
        show(qtbot, lens, view)
    area = lens.stage.canvas if view == "single" else lens.stage.grid
    at_rest(qtbot, area)
    before = pixels_of(area.grab().toImage())
    qtbot.keyClick(area, Qt.Key.Key_T, SHIFT)
    assert lens.store.state.heat.outline
    assert lens.panels.display.ticks["outline"].isChecked()

    def is_lined():
        return np.abs(pixels_of(area.grab().toImage()) - before).max() > 150

    qtbot.waitUntil(is_lined, timeout=WAIT_MS)
    qtbot.keyClick(area, Qt.Key.Key_T, SHIFT)
    qtbot.waitUntil(lambda: (pixels_of(area.grab().toImage()) == before).all(), timeout=WAIT_MS)


def test_without_a_map_there_is_nothing_to_outline(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.stage.canvas.setFocus()
    before = window.stage.canvas.grab().toImage()
    press(qtbot, window, Qt.Key.Key_T, SHIFT)
    assert window.store.state.heat.outline
    assert window.stage.canvas.grab().toImage() == before


# -- old heat ------------------------------------------------------------------------------------


@pytest.fixture
def waiting(lens, qtbot, monkeypatch):
    """The window with heat of window 1, while window 2 is run up to its third of 16 steps."""
    gate, worker = threading.Event(), lens.controller.workers.model_worker
    plain = worker.explain

    def explain(request, task):
        task.step(3, 16)
        gate.wait(WAIT_MS / 1000)
        return plain(request, task)

    lens.store.update(colormap="lime", coverage=False)
    settle(qtbot, lens)
    monkeypatch.setattr(worker, "explain", explain)
    yield lens, gate
    gate.set()


def next_window(qtbot, window):
    press(qtbot, window, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: window.controller.results.is_heat_old, timeout=WAIT_MS)
    index = window.store.state.frame
    qtbot.waitUntil(lambda: window.stage.canvas.picture.index == index, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window.stage.canvas.picture.is_preview, timeout=WAIT_MS)


def test_heat_of_another_window_is_faint_and_hatched_until_its_own_is_there(waiting, qtbot):
    lens, gate = waiting
    fresh = changed(lens, qtbot)
    assert fresh.max() > 0.4 * STRONGEST
    next_window(qtbot, lens)
    old = changed(lens, qtbot)
    assert 0 < old.max() <= 0.36 * STRONGEST
    drawn = old > 0
    assert drawn.any()
    hatched = [
        not old[np.add.outer(*map(np.arange, old.shape)) % 8 == phase].any() for phase in range(8)
    ]
    assert sum(hatched) == 1
    bare = replace(lens.controller.results.picture).pixels.astype(int)
    assert np.abs(copied(lens, qtbot) - bare).max() <= 0.36 * STRONGEST
    gate.set()
    settle(qtbot, lens)
    assert not lens.controller.results.is_heat_old
    assert changed(lens, qtbot).max() > 0.4 * STRONGEST


def test_words_say_whose_map_it_is_and_how_far_its_own_has_come(waiting, qtbot):
    lens, gate = waiting
    next_window(qtbot, lens)
    words = "Map of window 1; window 2 is running, 3 of 16"
    qtbot.waitUntil(lambda: words in lens.stage.header.remarks, timeout=WAIT_MS)
    gate.set()
    settle(qtbot, lens)
    assert not any("Map of window" in badge for badge in lens.stage.header.remarks)


def test_predictions_of_another_window_are_faint_but_can_be_read(waiting, qtbot):
    lens, gate = waiting
    next_window(qtbot, lens)
    bars = lens.panels.predictions.bars
    names = {seen.colour.name() for seen in texts_of(bars)}
    assert names == {theme.current().text_faint}
    assert faint_texts(bars) == []
    gate.set()
    settle(qtbot, lens)
    assert theme.current().text in {seen.colour.name() for seen in texts_of(bars)}


def test_a_way_back_to_the_window_shown_makes_its_heat_fresh_again(waiting, qtbot):
    lens, gate = waiting
    next_window(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: not lens.controller.results.is_heat_old, timeout=WAIT_MS)
    gate.set()


def test_heat_of_damaged_frames_is_hatched_and_words_say_why(
    boot, qtbot, barcode_clip, toy_checkpoint, monkeypatch
):
    monkeypatch.setattr(Video, "damaged_frames", property(lambda _: frozenset({0})))
    lens = boot(clip=barcode_clip, checkpoint=toy_checkpoint)
    lens.store.update(colormap="lime", coverage=False)
    settle(qtbot, lens)
    assert any("damaged frames" in badge for badge in lens.stage.header.remarks)
    drawn = changed(lens, qtbot)
    assert drawn.max() > 0.4 * STRONGEST
    phases = np.add.outer(*map(np.arange, drawn.shape)) % 8
    assert sum(not drawn[phases == phase].any() for phase in range(8)) == 1


def test_cells_and_panes_of_another_window_are_faint_too(pinned, qtbot, monkeypatch):
    lens = pinned
    show(qtbot, lens, "heads")
    gate, worker = threading.Event(), lens.controller.workers.model_worker
    plain = worker.explain
    monkeypatch.setattr(
        worker, "explain", lambda *given: (gate.wait(WAIT_MS / 1000), plain(*given))[1]
    )
    assert not any(looks(lens))
    qtbot.keyClick(lens.stage.grid, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: all(looks(lens)), timeout=WAIT_MS)
    lens.actions_table.by_id["view.show_compare"].trigger()
    qtbot.waitUntil(lambda: info(lens, 0).is_heat_old, timeout=WAIT_MS)
    assert not info(lens, 1).is_heat_old
    gate.set()
    qtbot.waitUntil(lambda: not info(lens, 0).is_heat_old, timeout=WAIT_MS)


def looks(window):
    """Whether the heat of each row of the grid is drawn as old."""
    scene = window.stage.grid.scene
    return [scene.style.look(row.result).is_old for row in scene.info.rows if row.result]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "0:00.000"),
        (1.9, "0:01.900"),
        (59.9996, "1:00.000"),
        (754.25, "12:34.250"),
        (3599.9996, "1:00:00"),
        (3723.9, "1:02:03"),
    ],
)
def test_a_time_counts_minutes_and_from_an_hour_on_hours(seconds, words):
    assert clock(seconds) == words
