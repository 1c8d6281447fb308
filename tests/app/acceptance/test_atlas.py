"""ui2.md 10, tests 9 and 10: heads compared by numbers, by mouse and by keys alone."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

from app.commands.segments import Segments
from app.dialogs.export.dialog import ExportDialog
from app.dialogs.export.kinds import KINDS
from app.text.atlas import COLUMNS
from mvit_core.attribution import HeadSet
from mvit_core.demo.samples import demo_checkpoint, demo_samples
from tests.app.acceptance.person import (
    CONTROL,
    SHIFT,
    Key,
    both_looks,
    click,
    dialog,
    file_dialog_takes,
    focus,
    keys,
    pixels_of,
    point,
    rest,
    scale,
    title,
)
from tests.app.conftest import WAIT_MS

pytestmark = pytest.mark.gui
ALT = Qt.KeyboardModifier.AltModifier
LAST = (4, 3)
"""The last head of the shipped model."""


@pytest.fixture
def demo(use):
    """``use`` with a shipped clip and the shipped model."""

    def use_both(act):
        return use(act, demo_samples()[0].clip, "--checkpoint", demo_checkpoint())

    return use_both


def at_the_atlas(qtbot, window):
    """Alt+3, and wait for the numbers."""
    keys((Key.Key_3, ALT))
    qtbot.waitUntil(lambda: window.controller.results.atlas is not None, timeout=WAIT_MS)
    rest(qtbot, window)


def dot(window, place):
    return window.atlas.scatter.point_of(place).toPoint()


def row_spot(window, place):
    """The middle of a head's row in the table, scrolled to."""
    table = window.atlas.table
    at = [(row.block, row.head) for row in table.heads.rows].index(place)
    table.scrollTo(table.heads.index(at, 0))
    return table.visualRect(table.heads.index(at, 1)).center()


def selected(window):
    """The heads that the table marks."""
    rows = window.atlas.table.selectionModel().selectedRows()
    return {window.atlas.table.heads.place_at(index.row()) for index in rows}


def written(window, place):
    """What the table says of a head, cell by cell."""
    heads = window.atlas.table.heads
    at = [(row.block, row.head) for row in heads.rows].index(place)
    return [heads.index(at, column).data() for column in range(len(COLUMNS))]


def menu_row(place):
    """The row of the open menu."""
    menu = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible())
    return menu, menu.actionGeometry(menu.actions()[place]).center()


@both_looks
def test_scatter_matrix_table_and_card_agree_and_enter_shows_the_head(demo, qtbot, looks):
    def act(window):
        at_the_atlas(qtbot, window)
        info = window.controller.results.atlas
        for row in info.rows:
            place = (row.block, row.head)
            click(window.atlas.scatter, dot(window, place))
            assert selected(window) == {place}
            assert (window.store.state.map.block, window.store.state.map.head) == place
            assert window.panels.layers.tree.currentItem() is not None
            assert window.atlas.matrix.info.profile == pytest.approx(row.profile)
            card, cells = window.panels.head.values, written(window, place)
            assert cells[1] == f"{row.block}/{row.head}"
            for name, cell in zip(COLUMNS[3:], cells[3:], strict=True):
                assert card[name].text() == cell
        rest(qtbot, window)
        click(window.atlas.table.viewport(), row_spot(window, (1, 0)))
        assert selected(window) == {(1, 0)}
        window.atlas.table.setFocus(Qt.FocusReason.TabFocusReason)
        keys(Key.Key_Return)
        rest(qtbot, window)
        state = window.store.state
        assert (state.workspace, state.view, state.map.block, state.map.head) == (
            "look",
            "single",
            1,
            0,
        )
        assert window.panels.heads.grid.meant == 0
        assert "1" in title(window)

    assert demo(act) == 0


def test_keys_alone_reach_every_part_and_choose_in_each(demo, qtbot):
    def act(window):
        at_the_atlas(qtbot, window)
        page, stops = window.atlas, set()
        page.setFocus(Qt.FocusReason.TabFocusReason)
        for _ in range(60):
            keys(Key.Key_Tab)
            stops.add(focus())
            if stops >= {page.scatter, page.matrix, page.table}:
                break
        expected = {page.scatter, page.matrix, page.table, *page.axes.values()}
        expected |= {page.scope.buttons["clip"], page.queries.buttons["readout"]}
        assert expected <= stops
        page.scatter.setFocus(Qt.FocusReason.TabFocusReason)
        keys(Key.Key_Right)
        first = window.store.state.map
        keys(Key.Key_Right)
        assert window.store.state.map != first
        page.table.setFocus(Qt.FocusReason.TabFocusReason)
        keys((Key.Key_Home, CONTROL), Key.Key_Down, (Key.Key_Down, SHIFT))
        state = window.store.state.map
        assert (state.block, state.head) == (1, HeadSet((0, 1)))
        frames = page.matrix.info.query_frames
        page.matrix.setFocus(Qt.FocusReason.TabFocusReason)
        keys(Key.Key_Down, Key.Key_Down, Key.Key_Down, Key.Key_Return)
        rest(qtbot, window)
        assert window.store.state.frame == frames[2]
        assert page.matrix.framed == (2, -1)
        page.setFocus()
        keys(Key.Key_Up)  # the stage's keys work on the page: the layer before
        assert window.store.state.map.block == 0
        keys(Key.Key_1)
        assert selected(window) == {(0, 0)}  # and what is chosen elsewhere is chosen here
        keys(Key.Key_P)
        (pane,) = window.store.state.panes
        assert (pane.map.block, pane.map.head) == (0, 0)

    assert demo(act) == 0


def test_space_switches_a_head_off_and_all_numbers_are_of_the_changed_network(demo, qtbot):
    def act(window):
        at_the_atlas(qtbot, window)
        table, scatter = window.atlas.table, window.atlas.scatter
        click(table.viewport(), row_spot(window, (1, 1)))
        before = window.controller.results.atlas.row((4, 0)).entropy
        table.setFocus(Qt.FocusReason.TabFocusReason)
        keys(Key.Key_Space)
        assert [str(place) for place in window.store.state.changes.heads_off] == ["1/1"]
        rest(qtbot, window)
        qtbot.waitUntil(lambda: not window.controller.results.atlas.is_old, timeout=WAIT_MS)
        assert window.controller.results.atlas.row((4, 0)).entropy != before
        assert next(dot for dot in scatter.dots if dot.place == (1, 1)).is_off
        assert "1/1" in window.atlas.remark.full_text()
        keys((Key.Key_Z, CONTROL))
        rest(qtbot, window)
        qtbot.waitUntil(
            lambda: window.controller.results.atlas.row((4, 0)).entropy == before, timeout=WAIT_MS
        )

    assert demo(act) == 0


def test_ctrl_and_a_rubber_band_average_heads_of_a_block(demo, qtbot):
    def act(window):
        at_the_atlas(qtbot, window)
        scatter, map_of = window.atlas.scatter, lambda: window.store.state.map
        click(scatter, dot(window, (4, 0)))
        click(scatter, dot(window, (4, 2)), CONTROL)
        assert map_of().head == HeadSet((0, 2))
        assert selected(window) == {(4, 0), (4, 2)}
        profiles = [window.controller.results.atlas.row((4, head)).profile for head in (0, 2)]
        assert window.atlas.matrix.info.profile == pytest.approx(sum(profiles) / 2, abs=1e-6)
        click(scatter, dot(window, (4, 0)), CONTROL)
        assert map_of().head == 2
        box = scatter.rect().adjusted(2, 30, -2, -24)
        qtbot.mousePress(scatter, Qt.MouseButton.LeftButton, pos=box.topLeft())
        qtbot.mouseMove(scatter, box.bottomRight())
        qtbot.mouseRelease(scatter, Qt.MouseButton.LeftButton, pos=box.bottomRight())
        assert selected(window) == {(4, head) for head in range(4)}
        keys((Key.Key_Z, CONTROL))
        assert map_of().head == 2

    assert demo(act) == 0


@both_looks
def test_the_head_with_the_largest_distance_in_time_is_found_and_its_picture_exported(
    demo, qtbot, looks, tmp_path
):
    def act(window):
        at_the_atlas(qtbot, window)
        rows = window.controller.results.atlas.rows
        far = max(rows, key=lambda row: row.distance_frames)
        header = window.atlas.table.horizontalHeader()
        column = COLUMNS.index("distance_frames")
        x = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
        click(header.viewport(), QPoint(x, header.height() // 2))
        first = window.atlas.table.heads.place_at(0)
        assert first == (far.block, far.head)
        click(window.atlas.table.viewport(), row_spot(window, first))
        rest(qtbot, window)
        picture, table, values = (tmp_path / name for name in ("far.png", "heads.csv", "times.csv"))
        for part, place, path in (
            (window.atlas.matrix, 1, picture),
            (window.atlas.matrix, 2, values),
            (window.atlas.table.viewport(), 0, table),
        ):
            qtbot.mouseClick(part, Qt.MouseButton.RightButton, pos=part.rect().center())
            ask(part)
            menu, spot = menu_row(place)
            with file_dialog_takes(path):
                qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=spot)
        assert not QImage(str(picture)).isNull()
        with table.open(newline="") as file:
            lines = list(csv.DictReader(file))
        assert [(int(x["block"]), int(x["head"])) for x in lines[:1]] == [first]
        for line in lines:
            row = window.controller.results.atlas.row((int(line["block"]), int(line["head"])))
            assert float(line["distance_frames"]) == pytest.approx(row.distance_frames)
        with values.open(newline="") as file:
            cells = list(csv.reader(file))[1:]
        found = [[float(cell) for cell in line[1 : 1 + far.profile.shape[1]]] for line in cells]
        assert np.array(found) == pytest.approx(far.profile, abs=1e-6)

    assert demo(act) == 0


def exported_picture(qtbot, window, path):
    """Export > Picture, by mouse but for the name; returns its pixels."""
    action = window.actions_table.by_id["export.export"]
    buttons = window.toolbar.findChildren(QToolButton)
    click(next(each for each in buttons if each.defaultAction() is action))
    found = dialog(qtbot, ExportDialog)
    at = found.kinds.visualItemRect(found.kinds.item([*KINDS].index("picture"))).center()
    click(found.kinds.viewport(), at)
    found.target.setText(str(path))
    qtbot.waitUntil(found.accept_button.isEnabled, timeout=WAIT_MS)
    click(found.accept_button)
    qtbot.waitUntil(path.is_file, timeout=WAIT_MS)
    rest(qtbot, window)
    return pixels_of(QImage(str(path)))


@both_looks
def test_a_person_finds_who_looks_farthest_in_time_what_is_said_without_it_and_pictures_of_both(
    demo, qtbot, looks, tmp_path
):
    def act(window):
        at_the_atlas(qtbot, window)
        table, heads = window.atlas.table, window.atlas.table.heads
        far = max(window.controller.results.atlas.rows, key=lambda row: row.distance_frames)
        header = table.horizontalHeader()
        x = header.sectionViewportPosition(COLUMNS.index("distance_frames")) + 20
        click(header.viewport(), QPoint(x, header.height() // 2))
        place = heads.place_at(0)
        assert place == (far.block, far.head)
        point(table.viewport(), row_spot(window, place))
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row_spot(window, place))
        rest(qtbot, window)  # on the frame
        assert f"{far.head}" in title(window)
        said = window.controller.results.shown.result.predictions
        with_it = exported_picture(qtbot, window, tmp_path / "with.png")
        at_the_atlas(qtbot, window)
        at = [heads.place_at(row) for row in range(heads.rowCount())].index(place)
        box = table.visualRect(heads.index(at, COLUMNS.index("on")))
        click(table.viewport(), QPoint(box.left() + 12, box.center().y()))
        assert [(each.block, each.head) for each in window.store.state.changes.heads_off] == [place]
        keys((Key.Key_2, ALT))
        rest(qtbot, window)
        without = window.controller.results.shown.result.predictions
        assert without != said
        assert window.panels.predictions.before.isVisible()
        assert f"{far.block}/{far.head}" in window.panels.predictions.before.words.text()
        without_it = exported_picture(qtbot, window, tmp_path / "without.png")
        assert with_it.shape[1] == without_it.shape[1]
        assert with_it.shape != without_it.shape or (with_it != without_it).any()

    assert demo(act) == 0


def ask(part):
    """The context menu of a part at its middle; the offscreen platform sends none by itself."""
    at = part.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, part.mapToGlobal(at))
    QApplication.sendEvent(part, event)


def test_numbers_of_the_clip_are_the_mean_of_windows_that_were_run_and_those_of_the_readout_its_row(
    both, qtbot
):
    def act(window):
        at_the_atlas(qtbot, window)
        page = window.atlas
        alone = window.controller.results.atlas
        click(page.scope.buttons["clip"])
        rest(qtbot, window)
        assert window.controller.results.atlas.windows == 1
        keys(Key.Key_PageDown)
        rest(qtbot, window)
        qtbot.waitUntil(lambda: window.controller.results.atlas.windows == 2, timeout=WAIT_MS)
        mean = window.controller.results.atlas
        click(page.scope.buttons["window"])
        rest(qtbot, window)
        here = window.controller.results.atlas
        for row, one, two in zip(mean.rows, alone.rows, here.rows, strict=True):
            assert row.entropy == pytest.approx((one.entropy + two.entropy) / 2)
        click(page.queries.buttons["readout"])
        qtbot.waitUntil(
            lambda: len(window.controller.results.atlas.rows[0].profile) == 1, timeout=WAIT_MS
        )
        assert page.matrix.info.is_of_readout
        keys((Key.Key_Z, CONTROL))
        assert window.store.state.atlas.queries == "all"

    assert both(act) == 0


# -- features -------------------------------------------------------------------------------------


def choose_map(window, title):
    """Choose an entry of Display > Map, by its words."""
    box = window.panels.display.method
    box.setFocus(Qt.FocusReason.TabFocusReason)
    at = next(row for row in range(box.count()) if box.itemText(row) == title)
    keys(Key.Key_End)
    while box.currentIndex() > at:
        keys(Key.Key_Up)
    assert box.currentIndex() == at, f"{title!r} cannot be chosen"


def on_canvas(window, t, y, x):
    """A view point on the centre of a token of the map shown."""
    column, row = window.controller.results.shown.heatmap.token_centre_px(y, x)
    return window.stage.canvas.point_of(column, row)


@both_looks
def test_similarity_follows_a_drag_and_a_token_is_like_itself(demo, qtbot, looks):
    title_of = {"en": "Similarity to a token", "zh_CN": "与词元的相似度"}[looks]

    def act(window):
        window.docks.show("display")
        choose_map(window, title_of)
        rest(qtbot, window)
        canvas, state = window.stage.canvas, window.store.state
        assert state.map.method == "similarity"
        canvas.setFocus()
        keys(Key.Key_Q)
        assert window.store.state.picking
        seen, spots = [], [(2, 2), (3, 4), (4, 5)]
        start = on_canvas(window, 0, *spots[0])
        qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
        place = canvas.place
        for spot in spots:
            point = on_canvas(window, 0, *spot)
            move(canvas, point)
            rest(qtbot, window)
            shown = window.controller.results.shown
            query = shown.result.request.map.query
            assert query[1:] == spot
            assert shown.heatmap.values[query] == pytest.approx(1.0, abs=1e-4)
            seen.append(shown.heatmap.values)
        qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=on_canvas(window, 0, *spots[-1]))
        assert canvas.place == place  # the frame was not moved
        assert not np.allclose(seen[0], seen[-1])
        canvas.aim(on_canvas(window, 0, *spots[-1]))
        assert window.stage.pointed.value == pytest.approx(1.0, abs=1e-4)
        assert scale(window)[0] == ("+1.00", "−1.00")
        keys((Key.Key_Z, CONTROL))  # the whole drag is one step
        rest(qtbot, window)
        assert window.store.state.map.query[1:] not in spots

    assert demo(act) == 0


def move(canvas, point):
    """Move the pointer with the left button held, as a drag does."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(point),
        canvas.mapToGlobal(QPointF(point)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)


@both_looks
def test_colours_of_components_keep_their_signs_along_the_clip_in_every_view(use, qtbot, looks):
    clip = next(each for each in demo_samples() if each.truth.second is not None).clip
    title_of = {"en": "PCA colours", "zh_CN": "主成分颜色"}[looks]

    def act(window):
        window.docks.show("display")
        choose_map(window, title_of)
        rest(qtbot, window)
        state = window.store.state
        assert (state.map.method, state.heat.opacity) == ("pca", 0.7)
        first = window.controller.results.shown.result.maps.colours
        window.stage.canvas.setFocus()
        keys(Key.Key_PageDown)
        rest(qtbot, window)
        second = window.controller.results.shown.result.maps.colours
        keys(Key.Key_PageUp)
        rest(qtbot, window)
        again = window.controller.results.shown.result.maps.colours
        assert np.allclose(first.rgb, again.rgb)
        for channel in range(3):  # the scene stays much the same, and no sign turns
            one, other = (each.rgb[..., channel].mean(axis=0).ravel() for each in (first, second))
            assert np.corrcoef(one, other)[0, 1] > 0
        assert str(round(100 * sum(first.variance))) in scale(window)[1][1]
        toolbar = next(
            row.buttons
            for row in window.toolbar.findChildren(Segments)
            if "view.show_heads" in row.buttons
        )
        assert not toolbar["view.show_heads"].isEnabled()
        assert toolbar["view.show_heads"].toolTip().count("\n")  # and says why
        click(toolbar["view.show_layers"])
        qtbot.waitUntil(lambda: window.controller.results.grid is not None, timeout=WAIT_MS)
        rows = lambda: window.controller.results.grid.rows  # noqa: E731
        qtbot.waitUntil(
            lambda: all(row.picture is not None for row in rows() if row.layer.block < 2),
            timeout=WAIT_MS,
        )
        assert all(len(row.picture.images) == 1 for row in rows() if row.picture is not None)
        click(toolbar["view.show_compare"])
        window.stage.compare.setFocus()
        rest(qtbot, window)
        panes = lambda: window.controller.results.panes  # noqa: E731
        qtbot.waitUntil(lambda: panes() and panes()[0].heat is not None, timeout=WAIT_MS)

    assert use(act, clip, "--checkpoint", demo_checkpoint()) == 0
