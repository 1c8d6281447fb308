"""Ctrl+C copies what the view shows, and lines between tokens are drawn in every view."""

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication

from app.views.view_picture import picture_of_view
from app.widgets.theme import current
from app.workers.view_picture import paint_view_picture
from app.workers.worker import TaskHandle
from mvit_core.errors import Cancelled
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import messages, press
from tests.app.test_compare import compare, info, pane, pinned
from tests.app.test_compare import painted as panes_painted
from tests.app.test_views import painted, show, tap
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui

__all__ = ["pinned"]

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def fine(boot, toy_checkpoint, tmp_path):
    """A video with more pixels than a cell has."""
    clip = write_barcode_clip(tmp_path / "fine.mp4", frames=20, size=(960, 540))
    return boot(clip=clip, checkpoint=toy_checkpoint)


def copied(qtbot, window):
    """The picture that Ctrl+C puts on the clipboard."""
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    target = window.stage.front
    if window.store.state.view == "compare":
        target = window.stage.compare.panes[0]
    qtbot.keyClick(target, Qt.Key.Key_C, CONTROL)
    qtbot.waitUntil(lambda: not clipboard.image().isNull(), timeout=WAIT_MS)
    return clipboard.image()


def rgb(image):
    image = image.convertToFormat(image.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def body_of(view_picture, picture):
    """The pixels below the header, and how many there are in a point."""
    factor = view_picture.factor
    top = picture.shape[0] - round(view_picture.size.height() * factor)
    left = (picture.shape[1] - round(view_picture.size.width() * factor)) // 2
    return picture[top:, left:], factor


def part(pixels, factor, box: QRect):
    x, y, w, h = (round(v * factor) for v in box.getRect())
    return pixels[y : y + h, x : x + w]


def picture_now(window):
    return picture_of_view(window.stage, window.controller.results)


# -- grids ---------------------------------------------------------------------------------------


def test_all_heads_are_copied_with_title_and_colour_bar_at_the_frames_own_size(fine, qtbot):
    lens = fine
    show(qtbot, lens, "heads")
    image = copied(qtbot, lens)
    view_picture = picture_now(lens)
    assert f"Image copied, {image.width()}×{image.height()}" in messages(lens)
    assert (view_picture.title, view_picture.scale) == (
        lens.stage.header.title.full_text(),
        lens.stage.scale_line.range.scale,
    )
    assert view_picture.policy == lens.stage.scale_line.policy.full_text()
    assert view_picture.source == "fine.mp4, frame 0"
    frame = lens.controller.results.picture.image
    box = view_picture.tiles[0].room
    assert box.width() * view_picture.factor == pytest.approx(
        frame.width(), abs=view_picture.factor
    )
    ground = np.array(current().stage.lstrip("#")).item()
    header = rgb(image)[: round(30 * view_picture.factor)]
    assert np.abs(header - [int(ground[i : i + 2], 16) for i in (0, 2, 4)]).max() > 100, "a title"


def test_a_copied_cell_is_the_single_map_of_its_head(fine, qtbot):
    lens = fine
    lens.store.update(coverage=False)
    show(qtbot, lens, "heads")
    view_picture = picture_now(lens)
    pixels, factor = body_of(view_picture, rgb(copied(qtbot, lens)))
    cells = [part(pixels, factor, tile.room) for tile in view_picture.tiles]
    assert len(cells) == 4
    for head in (0, 2):
        lens.store.update(view="single", head=head)
        settle(qtbot, lens)
        single = rgb(copied(qtbot, lens))
        cell = cv2.resize(cells[head].astype(np.uint8), single.shape[1::-1]).astype(int)
        difference = np.abs(cell - single)
        assert np.median(difference) <= 2
        assert difference.mean() < 4


def test_layers_out_of_sight_are_copied_too_and_rings_of_choice_are_not(lens, qtbot):
    show(qtbot, lens, "layers")
    for _ in range(12):
        lens.stage.grid.zoom_by(1)
    painted(qtbot, lens)
    assert len(lens.stage.grid.blocks_in_sight()) < 4
    view_picture = picture_now(lens)
    assert len(view_picture.tiles) == 1 + 2 + 2 + 4
    assert all(tile.heatmap is not None and tile.style is not None for tile in view_picture.tiles)
    image = copied(qtbot, lens)
    assert max(image.width(), image.height()) >= max(view_picture.size.toTuple())
    lens.stage.zoom("fit")


def test_a_picture_is_dropped_when_it_is_not_wanted_any_more(lens, qtbot):
    show(qtbot, lens, "heads")
    task = TaskHandle("copy", 1, lambda _: None)
    task.cancel()
    with pytest.raises(Cancelled):
        paint_view_picture(picture_now(lens), task)


def test_a_grid_without_a_model_copies_the_frame_alone(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.stage.canvas.setFocus()
    press(qtbot, window, Qt.Key.Key_V)
    assert copied(qtbot, window).size().toTuple() == window.controller.results.video.size


def test_without_the_overlay_cells_are_copied_bare(lens, qtbot):
    show(qtbot, lens, "heads")
    tap(qtbot, lens, Qt.Key.Key_T)
    pixels, factor = body_of(picture_now(lens), rgb(copied(qtbot, lens)))
    first, second = (part(pixels, factor, tile.room) for tile in picture_now(lens).tiles[:2])
    assert np.abs(first - second).max() == 0


# -- panes ---------------------------------------------------------------------------------------


def test_panes_are_copied_with_their_names_their_scales_and_the_difference(pinned, qtbot):
    pinned.store.update(difference=(0, 1))
    panes_painted(qtbot, pinned)
    view_picture = picture_now(pinned)
    assert [words.text.split(" · ")[0] for words in view_picture.words] == ["Now", "A", "Now − A"]
    assert [scale for _, scale in view_picture.bars] == [info(pinned, p).scale for p in (0, 1, 9)]
    pixels, factor = body_of(view_picture, rgb(copied(qtbot, pinned)))
    cells = [part(pixels, factor, tile.room) for tile in view_picture.tiles]
    assert len(cells) == 3
    assert all(np.ptp(cell) > 100 for cell in cells)
    assert (
        factor * view_picture.tiles[0].view.frame_box.width()
        >= pinned.controller.results.video.size[0]
    )


def test_the_zoom_of_panes_is_copied(pinned, qtbot):
    body = pane(pinned, 0).body
    whole = picture_now(pinned).tiles[0].view.frame_box
    body._report(body.view().zoomed(body.view().scale * 3, whole.center()))
    assert picture_now(pinned).tiles[0].view.frame_box.width() == pytest.approx(3 * whole.width())
    tap_target = pinned.stage.compare.panes[0]
    qtbot.keyClick(tap_target, Qt.Key.Key_F)


# -- lines between tokens ------------------------------------------------------------------------


@pytest.mark.parametrize("view", ["heads", "layers"])
def test_d_draws_lines_between_tokens_in_every_cell(lens, qtbot, view):
    show(qtbot, lens, view)
    grid = lens.stage.grid
    before = rgb(grid.grab().toImage())
    tap(qtbot, lens, Qt.Key.Key_D)
    after = rgb(grid.grab().toImage())
    for spot in grid.scene.grid_layout.spots:
        x, y, w, h = spot.box.getRect()
        assert (before[y : y + h, x : x + w] != after[y : y + h, x : x + w]).any(), spot.cell
    tap(qtbot, lens, Qt.Key.Key_D)
    assert (rgb(grid.grab().toImage()) == before).all()


def test_d_draws_lines_in_every_pane_and_in_what_is_copied(pinned, qtbot):
    pinned.store.update(difference=(0, 1))
    compare(qtbot, pinned)
    bodies = [pane(pinned, place).body for place in (0, 1, 9)]
    before = [rgb(body.grab().toImage()) for body in bodies]
    bare = rgb(copied(qtbot, pinned))
    qtbot.keyClick(pane(pinned, 0), Qt.Key.Key_D)
    after = [rgb(body.grab().toImage()) for body in bodies]
    assert (after[0] != before[0]).any()
    assert (after[1] != before[1]).any()
    assert (rgb(copied(qtbot, pinned)) != bare).any()


def test_a_copied_frame_has_the_lines_of_the_canvas_between_its_tokens(fine, qtbot):
    bare = rgb(copied(qtbot, fine))
    tap(qtbot, fine, Qt.Key.Key_D)
    lined = rgb(copied(qtbot, fine))
    changed = (lined != bare).any(axis=2)
    heatmap = fine.controller.results.shown.heatmap
    between = round(heatmap.x_px[0] * 0.5 + heatmap.x_px[1])  # of the first two columns
    middle = round(heatmap.y_px[1])  # of the first row
    assert changed[middle, between - 2 : between + 3].any()
    assert not changed[middle, between - 5 : between - 2].any()
    assert changed.mean() < 0.4
    tap(qtbot, fine, Qt.Key.Key_T)
    without = rgb(copied(qtbot, fine))
    tap(qtbot, fine, Qt.Key.Key_D)
    assert (rgb(copied(qtbot, fine)) != without).any()  # as on the canvas


def test_a_pane_is_copied_with_the_ring_of_its_token(lens, qtbot):
    lens.store.update(block=1, query=(1, 0, 1))
    settle(qtbot, lens)
    compare(qtbot, lens)
    ring = info(lens, 0).mark
    assert ring.token == (1, 0, 1)
    assert [tile.mark for tile in picture_now(lens).tiles] == [ring]


def test_tokens_that_are_too_small_get_no_lines(lens, qtbot):
    """They would hide the picture."""
    show(qtbot, lens, "layers")
    grid = lens.stage.grid
    lens.stage.grid._zoom = 0.5
    grid._reflow()
    painted(qtbot, lens)
    before = rgb(grid.grab().toImage())
    tap(qtbot, lens, Qt.Key.Key_D)
    after = rgb(grid.grab().toImage())
    x, y, w, h = grid.scene.spot_rect(0, 0).getRect()
    heatmap = lens.controller.results.grid.rows[0].result
    drawn = (before[y : y + h, x : x + w] != after[y : y + h, x : x + w]).any()
    assert drawn == (w / heatmap.maps.values.shape[-1] > 6)
    lens.stage.zoom("fit")
