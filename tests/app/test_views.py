"""GridMaps of maps: all heads of a block, all layers of the model, by mouse and keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QToolButton

from app.controller.map_cache import MapCache
from app.results import LayerInfo
from app.state.store import Store
from app.views.grid_layout import heads_layout, layers_layout
from mvit_core.system.cache import MemoryBudget
from tests.app.conftest import WAIT_MS, at_rest, settle
from tests.app.helpers import click, messages, press

pytestmark = pytest.mark.gui


def show(qtbot, window, name):
    action = window.actions_table.by_id[f"view.show_{name}"]
    buttons = window.findChildren(QToolButton)
    click(qtbot, next(button for button in buttons if button.defaultAction() is action))
    painted(qtbot, window)


def is_painted(window):
    """Every cell in sight shows the map of the frame on screen, and nothing is being asked."""
    results, grid = window.controller.results, window.stage.grid
    if results.grid is None or results.grid is not grid.scene.info or results.is_busy:
        return False
    seen = grid.blocks_in_sight()
    heat = replace(window.store.state.heat, opacity=1.0, units="probability")
    rows = [row for row in results.grid.rows if row.layer.block in seen]
    return bool(rows) and all(
        row.result is not None
        and row.result.request.window == results.request.window
        and row.picture is not None
        and row.picture.key.result is row.result
        and (row.picture.key.size, row.picture.key.heat) == (grid.cell_pixels(), heat)
        for row in rows
    )


def painted(qtbot, window):
    qtbot.waitUntil(lambda: is_painted(window), timeout=WAIT_MS)


def tap(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window.stage.front, key, modifier)


def click_cell(qtbot, window, block, head, modifier=Qt.KeyboardModifier.NoModifier):
    spot = window.stage.grid.scene.spot_rect(block, head).center()
    window.stage.grid_area.reveal(block, head)
    qtbot.mouseClick(window.stage.grid, Qt.MouseButton.LeftButton, modifier, spot)


# -- going from view to view ---------------------------------------------------------------------


def test_the_toolbar_and_v_go_through_the_views_and_the_keys_stay_on_the_stage(lens, qtbot):
    show(qtbot, lens, "heads")
    assert lens.store.state.view == "heads"
    assert lens.actions_table.by_id["view.show_heads"].isChecked()
    assert lens.stage.grid.isVisible()
    press(qtbot, lens, Qt.Key.Key_V)
    assert lens.store.state.view == "layers"
    assert lens.actions_table.by_id["view.show_layers"].isChecked()
    assert not lens.stage.canvas.isVisible()
    tap(qtbot, lens, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    assert lens.store.state.view == "heads"
    assert lens.stage.grid.hasFocus()
    tap(qtbot, lens, Qt.Key.Key_Right)
    assert lens.store.state.frame == 1


def test_only_the_single_map_has_an_actual_size(lens, qtbot):
    action = lens.actions_table.by_id["view.actual"]
    assert action.isEnabled()
    for view in ("heads", "layers", "compare"):
        lens.store.update(view=view)
        assert not action.isEnabled()
        assert "only the single map" in action.toolTip()


def test_without_a_video_there_is_no_view_to_choose(boot):
    window = boot()
    assert not window.actions_table.by_id["view.show_heads"].isEnabled()
    assert not window.actions_table.by_id["view.next_view"].isEnabled()


def test_without_a_model_a_grid_says_what_is_missing(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.stage.canvas.setFocus()
    press(qtbot, window, Qt.Key.Key_V)
    assert window.controller.results.grid.rows == ()
    window.stage.grid.grab()


def test_enter_shows_what_is_chosen_alone_and_esc_leads_back(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_V)
    tap(qtbot, lens, Qt.Key.Key_3)
    tap(qtbot, lens, Qt.Key.Key_Return)
    assert (lens.store.state.view, lens.store.state.map.head) == ("single", 2)
    press(qtbot, lens, Qt.Key.Key_Escape)
    assert lens.store.state.view == "heads"
    tap(qtbot, lens, Qt.Key.Key_Escape)
    assert lens.store.state.view == "single"
    press(qtbot, lens, Qt.Key.Key_Escape)
    assert lens.store.state.view == "single"


def test_undo_gives_the_view_back(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_V)
    tap(qtbot, lens, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert lens.store.state.view == "single"


# -- heads ---------------------------------------------------------------------------------------


def test_heads_are_painted_on_one_scale_and_each_on_its_own_when_asked(lens, qtbot):
    show(qtbot, lens, "heads")
    (row,) = lens.controller.results.grid.rows
    assert len(row.picture.images) == row.layer.heads == 4
    assert len(set(row.picture.ranges)) == 1
    assert lens.stage.scale_line.range.ends == (
        lens.stage.colourbar.ends()[1],
        lens.stage.colourbar.ends()[0],
    )
    lens.controller.intents.set_field("range_policy", "map")
    painted(qtbot, lens)
    (row,) = lens.controller.results.grid.rows
    assert len(set(row.picture.ranges)) == 4
    assert lens.stage.scale_line.policy.full_text() == "each map on its own range"
    assert lens.stage.scale_line.range.ends == ("", "")


def test_a_click_on_a_head_chooses_it_everywhere(lens, qtbot):
    show(qtbot, lens, "heads")
    before = lens.stage.grid.grab().toImage()
    click_cell(qtbot, lens, 3, 2)
    settle(qtbot, lens)
    assert lens.store.state.map.head == 2
    assert lens.stage.grid.scene.style.chosen_heads == (2,)
    assert lens.stage.grid.grab().toImage() != before
    lens.actions_table.run("view.show_single")
    settle(qtbot, lens)
    assert "head h2 of 4" in lens.stage.header.title.full_text()


def test_a_double_click_on_a_head_shows_it_alone(lens, qtbot):
    show(qtbot, lens, "heads")
    spot = lens.stage.grid.scene.spot_rect(3, 1).center()
    qtbot.mouseDClick(lens.stage.grid, Qt.MouseButton.LeftButton, pos=spot)
    assert (lens.store.state.view, lens.store.state.map.head) == ("single", 1)
    press(qtbot, lens, Qt.Key.Key_Escape)
    assert lens.store.state.view == "heads"


def test_the_pointer_reads_the_map_of_the_cell_below_it(lens, qtbot):
    show(qtbot, lens, "heads")
    grid = lens.stage.grid
    spot = grid.scene.spot_rect(3, 2).center() + QPoint(7, 5)
    qtbot.mouseMove(grid, spot)
    readout = grid.scene.readout_at(spot)
    values = lens.controller.results.shown.result.maps.values[2]
    assert readout.value == pytest.approx(float(values[readout.token]))
    assert readout.row_sum == pytest.approx(1, abs=1e-5)
    assert lens.status.readout.full_text().startswith(f"px ({readout.pixel[0]},")
    assert "row sums to 1.00" in lens.status.readout.full_text()
    assert grid.scene.readout_at(QPoint(0, 0)) is None


def test_stepping_changes_the_frame_below_and_the_heat_only_with_the_token_time(lens, qtbot):
    show(qtbot, lens, "heads")
    at_rest(qtbot, lens.stage.grid)
    pictures, frames = [], []
    for _ in range(12):
        tap(qtbot, lens, Qt.Key.Key_Right)
        settle(qtbot, lens)
        qtbot.waitUntil(
            lambda: (
                lens.controller.results.grid.rows[0].picture.key.token_time
                == lens.controller.results.heat.key.token_time
            ),
            timeout=WAIT_MS,
        )
        pictures.append(lens.controller.results.grid.rows[0].picture)
        frames.append(lens.stage.grid.scene.picture.index)
    assert frames == list(range(1, 13))
    times = [picture.key.token_time for picture in pictures]
    assert len({id(picture) for picture in pictures}) == len(set(times)) == 2


def test_a_grid_composes_what_the_single_view_composes(lens, qtbot):
    """One head in a cell is that head's heat at the size of the cell."""
    show(qtbot, lens, "heads")
    row = lens.controller.results.grid.rows[0]
    image = row.picture.images[1]
    click_cell(qtbot, lens, 3, 1)
    tap(qtbot, lens, Qt.Key.Key_Return)
    settle(qtbot, lens)
    single = lens.controller.results.heat.image.scaled(
        image.size(), mode=Qt.TransformationMode.SmoothTransformation
    )
    assert abs(pixels(image) - pixels(single)).mean() < 3


def pixels(image):
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 4 * image.width()].astype(int)


def test_a_tooltip_names_the_cell_and_its_sink(lens, qtbot):
    show(qtbot, lens, "heads")
    spot = lens.stage.grid.scene.grid_layout.spots[2]
    assert lens.stage.grid._tip(spot).startswith("Block 3, head 2\n")
    assert "on the class key" in lens.stage.grid._tip(spot)


# -- layers --------------------------------------------------------------------------------------


def test_all_layers_are_shown_by_stage_with_their_own_numbers_of_heads(lens, qtbot):
    show(qtbot, lens, "layers")
    rows = lens.controller.results.grid.rows
    assert [row.layer.heads for row in rows] == [1, 2, 2, 4]
    assert [len(row.picture.images) for row in rows] == [1, 2, 2, 4]
    assert [row.result.request.block for row in rows] == [0, 1, 2, 3]
    headed = [
        row.layer.stage
        for row in lens.stage.grid.scene.grid_layout.rows
        if not row.heading.isEmpty()
    ]
    assert headed == sorted(set(headed))
    assert lens.stage.scale_line.policy.full_text() == "each layer on its own range"


def test_a_locked_range_links_all_layers(lens, qtbot):
    show(qtbot, lens, "layers")
    tap(qtbot, lens, Qt.Key.Key_Y)
    painted(qtbot, lens)
    ends = {ends for row in lens.controller.results.grid.rows for ends in row.picture.ranges}
    assert ends == {lens.store.state.heat.locked_range}
    assert "" not in lens.stage.scale_line.range.ends


def test_a_click_in_the_matrix_chooses_block_and_head_in_one_step_of_undo(lens, qtbot):
    show(qtbot, lens, "layers")
    click_cell(qtbot, lens, 1, 1)
    settle(qtbot, lens)
    assert (lens.store.state.map.block, lens.store.state.map.head) == (1, 1)
    assert lens.panels.layers.tree.currentItem().text(0) == "Block 1"
    assert "head h1 of 2" in lens.stage.header.title.full_text()
    tap(qtbot, lens, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (lens.store.state.map.block, lens.store.state.map.head) == (None, "mean")
    assert messages(lens).count("has no head") == 0


def test_up_and_down_walk_the_rows_and_keep_them_in_sight(lens, qtbot):
    show(qtbot, lens, "layers")
    for _ in range(12):
        lens.stage.grid.zoom_by(1)
    for block in (2, 1, 0):
        tap(qtbot, lens, Qt.Key.Key_Up)
        assert lens.store.state.map.block == block
        qtbot.waitUntil(lambda b=block: b in lens.stage.grid.blocks_in_sight(), timeout=WAIT_MS)
    lens.stage.zoom("fit")


def test_a_picked_token_is_the_same_place_in_every_layer(lens, qtbot):
    lens.controller.intents.choose_block(0)
    settle(qtbot, lens)
    lens.controller.intents.choose_query((1, 6, 2))
    show(qtbot, lens, "layers")
    rows = lens.controller.results.grid.rows
    queries = [row.result.request.map.query for row in rows]
    for row, query in zip(rows, queries, strict=True):
        here = row.layer.q_geometry.centre(query)
        assert abs(here[1] - rows[0].layer.q_geometry.centre((1, 6, 2))[1]) <= 8
    assert lens.stage.grid.scene.mark is not None
    assert len({query[1:] for query in queries}) > 1


def test_a_click_picks_a_token_of_the_cell_it_lands_on(lens, qtbot):
    show(qtbot, lens, "layers")
    lens.controller.intents.choose_block(0)
    settle(qtbot, lens)
    tap(qtbot, lens, Qt.Key.Key_Q)
    click_cell(qtbot, lens, 1, 0)
    settle(qtbot, lens)
    state, layer = lens.store.state, lens.controller.results.layer(1)
    assert (state.map.block, state.map.head) == (1, 0)
    assert isinstance(state.map.query, tuple)
    assert all(i < n for i, n in zip(state.map.query, layer.q_shape, strict=True))


def test_a_picked_token_of_the_last_block_is_refused_in_words(lens, qtbot):
    show(qtbot, lens, "layers")
    lens.controller.intents.choose_block(0)
    settle(qtbot, lens)
    tap(qtbot, lens, Qt.Key.Key_Q)
    click_cell(qtbot, lens, 3, 0)
    assert not isinstance(lens.store.state.map.query, tuple)
    assert "reads only the class token" in messages(lens)


def test_cancelling_leaves_the_maps_that_are_there_and_run_goes_on(lens, qtbot):
    grid_maps = lens.controller._grid_maps
    qtbot.waitUntil(lambda: grid_maps._asked is None, timeout=WAIT_MS)
    lens.controller.intents.choose_method("received")
    settle(qtbot, lens)
    lens.store.update(view="layers")
    lens.controller.cancel("maps")
    qtbot.waitUntil(lambda: not lens.controller.results.is_busy, timeout=WAIT_MS)
    assert lens.controller.results.grid.missing < 4
    tap(qtbot, lens, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    painted(qtbot, lens)
    assert lens.controller.results.grid.missing == 0


# -- going among layers --------------------------------------------------------------------------


def test_the_maps_of_the_other_layers_are_made_ahead_and_need_no_worker(lens, qtbot):
    results = lens.controller.results
    qtbot.waitUntil(lambda: len(lens.controller.results.minis) == 4, timeout=WAIT_MS)
    asked = lens.controller.workers.infer.generation("explain")
    press(qtbot, lens, Qt.Key.Key_Up)
    assert lens.controller.results.shown.result.request.block == 2
    assert lens.controller.workers.infer.generation("explain") == asked
    assert lens.controller.results.request != results.request


def test_the_tree_of_layers_shows_a_small_map_of_each_block(lens, qtbot):
    qtbot.waitUntil(lambda: len(lens.controller.results.minis) == 4, timeout=WAIT_MS)
    tree = lens.panels.layers.tree
    icons = [tree.topLevelItem(0).child(0).icon(0), tree.topLevelItem(1).child(0).icon(0)]
    images = [icon.pixmap(tree.iconSize()).toImage() for icon in icons]
    assert images[0] != images[1]
    width, height = images[0].size().toTuple()
    assert abs(width - height) <= 1  # what the model saw of the frame: a square


def test_a_stepped_frame_leaves_the_tree_alone(lens, qtbot):
    qtbot.waitUntil(lambda: len(lens.controller.results.minis) == 4, timeout=WAIT_MS)
    minis = lens.controller.results.minis
    for _ in range(9):
        press(qtbot, lens, Qt.Key.Key_Right)
    settle(qtbot, lens)
    assert lens.controller.results.minis == minis


# -- what the model saw, and queries -------------------------------------------------------------


def test_what_the_model_did_not_see_is_dimmed_in_every_view_until_it_is_switched_off(lens, qtbot):
    """The clip is wider than the square that the model sees."""
    for name in ("single", "heads", "layers", "compare"):
        lens.store.update(view=name, coverage=True)
        if name in ("heads", "layers"):
            painted(qtbot, lens)
        elif name == "compare":
            body = lens.stage.compare.panes[0].body
            qtbot.waitUntil(
                lambda b=body: b.info is not None and b.info.heat is not None, timeout=WAIT_MS
            )
        dimmed = lens.stage.front.grab().toImage()
        lens.actions_table.by_id["view.coverage"].trigger()
        assert lens.stage.front.grab().toImage() != dimmed, name


def test_the_class_token_can_be_asked_for_where_it_is_read(lens, qtbot):
    action = lens.actions_table.by_id["attention.class_token"]
    assert action.isEnabled()
    action.trigger()
    settle(qtbot, lens)
    assert lens.store.state.map.query == "class"
    assert "(class token)" in lens.stage.header.title.full_text()
    tap(qtbot, lens, Qt.Key.Key_Q, Qt.KeyboardModifier.ShiftModifier)
    assert lens.store.state.map.query == "readout"


def test_the_layers_view_begins_with_the_chosen_block_in_sight(lens, qtbot):
    for _ in range(12):
        lens.stage.grid.zoom_by(1)
    show(qtbot, lens, "layers")
    qtbot.waitUntil(lambda: 3 in lens.stage.grid.blocks_in_sight(), timeout=WAIT_MS)
    lens.stage.zoom("fit")


# -- geometry and memory -------------------------------------------------------------------------


def layer(block, stage, heads):
    return LayerInfo(block, stage, heads, f"blocks.{block}", (8, 7, 7), (8, 7, 7))


@pytest.mark.parametrize("heads", [1, 2, 3, 4, 8, 12, 16])
@pytest.mark.parametrize("aspect", [9 / 16, 1.0, 16 / 9])
def test_all_heads_fit_the_room_side_by_side(heads, aspect):
    room = QSize(850, 580)
    grid_layout = heads_layout(room, layer(0, 1, heads), aspect)
    boxes = [spot.box.united(spot.caption) for spot in grid_layout.spots]
    assert len(boxes) == heads
    assert grid_layout.size.height() <= room.height()
    for i, box in enumerate(boxes):
        assert box.left() >= 0
        assert box.right() < room.width()
        assert not any(box.intersects(other) for other in boxes[i + 1 :])
        assert grid_layout.at(box.center()).cell.head == i


def test_a_matrix_has_a_row_for_each_block_and_scrolls_rather_than_vanish():
    layers = [
        layer(b, 1 + (b > 0) + (b > 2) + (b > 13), h)
        for b, h in enumerate([1, 2, 2, *[4] * 11, 8, 8])
    ]
    grid_layout = layers_layout(QSize(640, 500), layers, 16 / 9)
    assert len(grid_layout.rows) == 16
    assert len(grid_layout.spots) == sum(x.heads for x in layers)
    assert grid_layout.cell_size.width() >= 36
    assert grid_layout.size.height() > 500
    assert grid_layout.size.width() == 640
    wide = layers_layout(QSize(1700, 500), layers, 16 / 9)
    assert wide.cell_size.width() == 160
    assert wide.size.height() > 500
    tall = layers_layout(QSize(640, 500), layers[:3], 16 / 9)
    assert tall.size.height() <= 500


def test_kept_maps_stay_within_the_bytes_of_all_caches(lens):
    result = lens.controller.results.shown.result
    budget = MemoryBudget(2 * result.maps.values.nbytes)
    map_cache = MapCache(budget)
    several = [
        replace(
            result,
            request=replace(result.request, map=replace(result.request.map, query=(0, 0, n))),
        )
        for n in range(5)
    ]
    for each in several:
        map_cache.keep(each)
        map_cache.keep(each)
    assert budget.used_bytes == budget.limit_bytes
    assert [(each.name, each.count) for each in budget.usage] == [("maps", 2)]
    assert map_cache.get(several[-1].request) is several[-1]
    assert map_cache.get(several[0].request) is None


def test_views_are_part_of_undo_but_not_of_history():
    store = Store()
    store.update(view="heads")
    assert store.can_undo
    assert not store.can_go_back


def test_a_grid_laid_out_anew_while_it_is_hidden_is_not_scrolled_out_of_sight(lens, qtbot):
    lens.resize(1024, 700)
    lens.store.update(view="layers")
    settle(qtbot, lens)
    area = lens.stage.grid_area
    area.grid.zoom_by(6)
    bar = area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > area.viewport().height(), timeout=WAIT_MS)
    bar.setValue(bar.maximum())
    lens.stage.show_view("single")
    qtbot.waitUntil(lambda: not area.isVisible(), timeout=WAIT_MS)
    area.grid.fit()
    lens.stage.show_view("heads")
    room = area.viewport().height()
    assert bar.maximum() == max(0, area.grid.minimumHeight() - room)
    assert area.grid.visibleRegion().boundingRect().top() <= bar.maximum()


# -- the line above every view -------------------------------------------------------------------


@pytest.mark.parametrize("view", ["single", "heads", "layers", "compare"])
def test_every_view_has_one_line_above_it_with_what_is_shown(lens, qtbot, view):
    lens.actions_table.run(f"view.show_{view}")
    settle(qtbot, lens)
    header = lens.stage.header
    assert header.isVisible()
    assert header.height() == 28
    assert header.mapTo(lens.stage, QPoint(0, 0)).y() == 0
    assert header.title.full_text()
    assert header.geometry().bottom() < lens.stage.front.mapTo(lens.stage, QPoint(0, 0)).y()


def test_remarks_stand_at_the_right_of_the_line_and_none_lies_on_the_picture(lens, qtbot):
    canvas, header = lens.stage.canvas, lens.stage.header
    bare = canvas.grab().toImage()
    header.show_remarks(("one to know", "the most important one"))
    assert canvas.grab().toImage() == bare
    assert header.remark.full_text() == "the most important one · one to know"
    assert header.remark.toolTip().splitlines() == ["the most important one", "one to know"]
    needs = header.remark.fontMetrics().horizontalAdvance("the most important one · one to know")
    assert header.remark.shortened(needs) == header.remark.full_text()
    assert header.remark.shortened(needs - 1) == "the most important one"
    assert header.remark.shortened(20) == "…"
    header.show_remarks(())
    assert header.remark.full_text() == ""
