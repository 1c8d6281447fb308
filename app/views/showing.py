"""Shows on the stage what differs between two snapshots."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer

from app.results import Results
from app.results.tokens import mark_of
from app.text.boxes import box_scene
from app.text.effects import changed_words
from app.text.phrases import head_words, map_words
from app.text.remarks import remarks, title_words
from app.text.tubes import tube_scene
from app.text.why import figures_words
from app.views.grid_scene import GridStyle
from app.widgets.overlays import HeatLook
from mvit_core.attribution import FEATURES, head_indices

if TYPE_CHECKING:
    from app.results import TokenMark
    from app.results.snapshot import Snapshot
    from app.views.stage import Stage


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("views", text)


def show_stage(stage: Stage, old: Snapshot | None, new: Snapshot) -> None:
    """Show the differences of two snapshots on the stage; None as ``old`` shows everything."""
    mark = mark_of(new)
    _show_canvas(stage, old, new)
    stage.header.show_title(header_title(new))
    stage.header.show_remarks(remarks(new))
    stage.canvas.show_mark(mark)
    stage.canvas.show_boxes(box_scene(new), tube_scene(new))
    state, results = new.state, new.results
    if old is None or old.results.video is not results.video:
        stage.grid.show_video(results.video)
    if state.view in ("heads", "layers"):
        _show_grid(stage, new, mark)
    elif state.view == "compare":
        _show_panes(stage, new)
    stage.show_view(state.view)  # last, so that the widget that gets the focus is filled
    layer = results.layer(state.map.block)
    if state.view == "layers" and layer is not None and old and old.state.view != "layers":
        head = next(iter(head_indices(state.map.head)), None)
        # Rows have their places once the page has been laid out.
        QTimer.singleShot(0, stage, partial(stage.grid_area.reveal, layer.block, head))


def _show_canvas(stage: Stage, old: Snapshot | None, new: Snapshot) -> None:
    was, now, state, canvas = (
        old.results if old else Results(),
        new.results,
        new.state,
        stage.canvas,
    )
    # Another rate for the same pictures leaves the picture that is shown.
    if old is None or (was.video is not now.video and was.picture is not now.picture):
        canvas.show_video(now.video)
        stage.forget_pointer()
    if was.picture is not now.picture and now.picture is not None:
        canvas.show_frame(now.picture)
    if was.heat is not now.heat:
        canvas.show_heat(now.heat)
    look = heat_look(new)
    if old is None or old.settings != new.settings or heat_look(old) != look:
        canvas.show_style(
            look,
            heat=state.overlay and not state.hold_to_hide,
            grid=state.token_grid,
            coverage=state.coverage,
            picking=state.picking,
        )
        stage.colourbar.show_state(state)
    if old is None or was.shown is not now.shown:
        canvas.show_map(now.shown)
        stage.colourbar.show_map(now.shown)
        figures = "" if now.shown is None else figures_words(now.shown.result)
        stage.figures.setText(figures)
        stage.figures.setVisible(bool(figures))
    removed = None if now.why is None else now.why.removed
    if removed is not canvas.removed:
        canvas.show_removed(removed)


def heat_look(snapshot: Snapshot) -> HeatLook:
    """Drawing of the heat of the map shown."""
    state, results = snapshot.state, snapshot.results
    is_damaged = results.shown is not None and results.shown.result.is_damaged
    return HeatLook(state.heat.opacity, results.is_heat_old, is_damaged)


def _show_panes(stage: Stage, new: Snapshot) -> None:
    state = new.state
    stage.compare.show_panes(new.results.panes)
    stage.compare.show_style(
        opacity=state.heat.opacity,
        heat=state.overlay and not state.hold_to_hide,
        coverage=state.coverage,
        lines=state.token_grid,
        chosen=state.pane,
    )


def _show_grid(stage: Stage, new: Snapshot, mark: TokenMark | None) -> None:
    state, results, grid = new.state, new.results, stage.grid
    if results.picture is not None and grid.scene.picture is not results.picture:
        grid.show_frame(results.picture)
    if grid.scene.info is not results.grid:
        grid.show_grid(results.grid)
    layer = results.layer(state.map.block)
    waits = results.is_stale and not results.is_heat_old
    style = GridStyle(
        opacity=state.heat.opacity,
        window=None if results.request is None or waits else results.request.window,
        heat=state.overlay and not state.hold_to_hide,
        coverage=state.coverage,
        lines=state.token_grid,
        picking=state.picking,
        chosen_block=layer.block if layer else None,
        chosen_heads=(0,) if state.map.method in FEATURES else head_indices(state.map.head),
    )
    moved = (style.chosen_block, style.chosen_heads) != (
        grid.scene.style.chosen_block,
        grid.scene.style.chosen_heads,
    )
    grid.show_style(style)
    if moved and style.chosen_block is not None:
        stage.grid_area.reveal(style.chosen_block, next(iter(style.chosen_heads), None))
    grid.show_mark(mark)
    if results.grid is not None and results.grid.rows:
        stage.scale_line.show_scale(results.grid.policy, results.grid.scale)
    else:
        stage.scale_line.show_scale("", None)


def header_title(snapshot: Snapshot) -> str:
    """What the view shows, in one line."""
    if snapshot.state.view == "single":
        return title_words(snapshot.results.shown)
    if snapshot.state.view == "compare":
        return tr("Compare · frames linked by time")
    return grid_title(snapshot)


def grid_title(snapshot: Snapshot) -> str:
    """Content and chosen cell of a grid, in one line."""
    state, results = snapshot.state, snapshot.results
    layer = results.layer(state.map.block)
    if layer is None:
        return ""
    words, off = map_words(state.map.method, state.map.query), changed_words(state.changes)
    chosen = tr("Block {b}, {head}").format(
        b=layer.block, head=head_words(state.map.head, layer.heads)
    )
    if state.map.method in FEATURES:
        chosen = tr("Block {b}").format(b=layer.block)
    if state.view == "layers":
        title = tr("All layers · {map} · {chosen}").format(map=words, chosen=chosen)
        return " · ".join(filter(None, (title, off)))
    what = tr("Stage {s} · Block {b} · all heads").format(s=layer.stage, b=layer.block)
    return " · ".join(filter(None, (what, words, off)))
