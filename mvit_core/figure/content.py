"""What a figure shows, before it has a place on the page: rows of maps on columns of frames."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from mvit_core.attribution import FEATURES, METHODS
from mvit_core.errors import ExportError
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.export import Source
from mvit_core.export.box_labels import boxes_in
from mvit_core.export.caption import bar_of, head_text, unit_words
from mvit_core.export.comparison import Sources, panes_of
from mvit_core.export.layouts import LAYOUTS, Explain, Layout, Panel, fits
from mvit_core.export.remarks import DAMAGED, remarks_of
from mvit_core.export.scene import map_json, source_json
from mvit_core.export.styles import Styles, difference_ends
from mvit_core.figure.columns import Column, columns_of, frames_of, window_of_figure
from mvit_core.figure.request import FigureRequest
from mvit_core.pipeline import Explainer, Explanation, MapSpec
from mvit_core.render import HeatSettings, RenderStyle
from mvit_core.video import ClipWindow, Video
from mvit_core.video.boxes import Box

_LAYOUT_OF = {
    "stages": "stages",
    "blocks": "stages",
    "heads": "heads",
    "map": "single",
    "panes": "single",
}
"""The layout of exports that has the maps of some rows."""

OnPiece = Callable[[], None]
"""Called between two pieces of work; what it raises ends the work."""


@dataclass(frozen=True)
class Bar:
    """What stands at a colour bar."""

    style: RenderStyle
    low: str
    high: str
    words: str
    """What its ends are taken from, and its unit."""


@dataclass(frozen=True, eq=False)
class Row:
    """One map over all columns."""

    labels: tuple[str, ...]
    """Lines beside it; () where the words below say it all."""
    panel: Panel
    bar: Bar
    frames: tuple[Column, ...]
    """Its pictures, from left to right: those of the columns, or of a pane's own clip then."""
    display_size: tuple[int, int]
    """(width, height) of its frames, pixel aspect applied."""
    other_frames: tuple[int, ...] = ()
    """Of a difference: the frames at which the map subtracted is read, from left to right."""

    @property
    def explanation(self) -> Explanation:
        """The map."""
        return self.panel.explanation


@dataclass(frozen=True, eq=False)
class FigureContent:
    """All that a figure shows."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sources: tuple[Source, ...]
    """The figure's own clip and model, then those of panes."""
    remarks: tuple[str, ...]
    """What a reader must know, whatever else is left out."""
    notes: tuple[str, ...]
    provenance: str


def content_of(
    explainer: Explainer,
    video: Video,
    request: FigureRequest,
    on_piece: OnPiece,
    others: Sequence[Source] = (),
) -> FigureContent:
    """Run the window of a figure and pick what is shown of it.

    Raises:
        ClipError: the video has no such window or frame, or a capture file holds none of it.
        ExportError: a pane is of a clip and a model that are not among ``others``.
        MvitError: the model or the video does not give what is asked for.
    """
    shown = request.shown
    if request.rows != "panes":
        shown = replace(shown, comparison=None)
    check_rows(request.rows, shown.map.method)
    source = Source(explainer.with_changes(shown.changes), video)
    sources = Sources((source, *others), shown.tiling)
    window = window_of_figure(sources.windows[0], video, request)
    middle = (window.start + window.stop - 1) // 2
    windows = (window, *sources.windows_at(middle)[1:])
    boxes = boxes_in(shown, video, window)
    captured = source.explainer.capture(video, window, lambda *_: on_piece(), boxes=boxes)
    panels = _panels(sources, windows, request, boxes, on_piece)
    styles = Styles(sources, shown, on_piece).of(panels, windows)
    columns = tuple(columns_of(video, frames_of(captured.frame_indices, video, window, request)))
    rows = _rows(panels, styles, request, sources, columns)
    panels = [row.panel for row in rows]
    seen = {panel.source for panel in panels}
    damaged = any(_is_damaged(sources.each[place].video, windows[place]) for place in seen)
    said = [*((DAMAGED,) if damaged else ()), *(w for each in panels for w in remarks_of(each))]
    notes = [captured.note, *(each.explanation.maps.note for each in panels)]
    notes += [words for place in sorted(seen) for words in sources.each[place].video.damage]
    return FigureContent(
        columns,
        rows,
        sources.each,
        tuple(dict.fromkeys(said)),
        tuple(note for note in dict.fromkeys(notes) if note),
        _provenance(sources, request, window, panels, columns),
    )


def _panels(
    sources: Sources,
    windows: Sequence[ClipWindow],
    request: FigureRequest,
    boxes: tuple[Box, ...],
    on_piece: OnPiece,
) -> list[Panel]:
    """The maps that rows show, one window of each source."""
    comparison = request.shown.comparison
    if request.rows == "panes":
        assert comparison is not None
        if request.difference is not None:
            comparison = replace(comparison, difference=request.difference)
        return panes_of(sources, windows, comparison, boxes)
    own = sources.each[0]

    def explain(spec: MapSpec) -> Explanation:
        on_piece()
        return own.explainer.explain(own.video, windows[0], spec, boxes=boxes)

    panels = list(layout_of(request).panels(explain, request.shown.map))
    if request.difference is not None:
        panels.append(_difference(panels, request))
    return panels


def _is_damaged(video: Video, window: ClipWindow) -> bool:
    return not video.damaged_frames.isdisjoint(window.frame_indices)


# -- rows ----------------------------------------------------------------------------------------


def _rows(
    panels: Sequence[Panel],
    styles: Sequence[RenderStyle],
    request: FigureRequest,
    sources: Sources,
    columns: tuple[Column, ...],
) -> tuple[Row, ...]:
    """Panels with their labels, colour bars and frames."""
    heat = replace(request.shown.heat, smooth=False)
    amounts = [panel for panel in panels if panel.minus is None]
    shared = _shared_bar(amounts, heat) if request.shared_range else None
    rows = []
    for panel, style in zip(panels, styles, strict=True):
        signed = style if panel.minus is None else heat.signed_style(difference_ends(panel))
        bar = shared if panel.minus is None else None
        minus = () if panel.minus is None else _frames_at(sources, panel.minus.source, columns)
        video = sources.each[panel.source].video
        frames = columns
        if panel.source:
            frames = tuple(columns_of(video, _frames_at(sources, panel.source, columns)))
        bar = bar or _own_bar(panel, signed, heat)
        labels = _labels(panel, request)
        rows.append(Row(labels, panel, bar, frames, video.display_size, minus))
    return tuple(rows)


def _frames_at(sources: Sources, place: int, columns: Sequence[Column]) -> tuple[int, ...]:
    """The frames of a source at the times of the columns."""
    return tuple(sources.frame_index(place, column.frame_index) for column in columns)


def layout_of(request: FigureRequest) -> Layout:
    """The layout that the rows of a figure are: its panels are rows."""
    if request.rows == "blocks":
        return replace(LAYOUTS["stages"], panels=partial(_blocks, request.blocks), where="Blocks")
    if request.rows == "heads" and request.heads:
        return replace(LAYOUTS["heads"], panels=partial(_chosen_heads, request.heads))
    return LAYOUTS[layout_name(request.rows)]


def layout_name(rows: str) -> str:
    """The name in ``LAYOUTS`` of the maps that some rows have."""
    return _LAYOUT_OF[rows]


def rows_fit(rows: str, method: str) -> bool:
    """A method has maps for the rows."""
    return fits(_LAYOUT_OF[rows], method)


def _chosen_heads(heads: tuple[int, ...], explain: Explain, spec: MapSpec) -> list[Panel]:
    return [Panel(explain(replace(spec, head=head))) for head in heads]


def _blocks(blocks: tuple[int, ...], explain: Explain, spec: MapSpec) -> list[Panel]:
    seen = explain(spec).capture
    layers = [seen.layer(block) for block in blocks] or seen.record.layers
    return [Panel(explain(spec.on_layer(seen.layer(spec.block), layer))) for layer in layers]


def check_rows(rows: str, method: str) -> None:
    """See whether a method has maps for the rows.

    Raises:
        ExportError: evidence is one map, of no block and no head; features have no heads.
    """
    if rows_fit(rows, method):
        return
    allowed = [name for name in _LAYOUT_OF if rows_fit(name, method)]
    of = "no head" if "blocks" in allowed else "no block and no head"
    raise ExportError(
        f"{method} is one map, of {of}; rows of {rows} would show several: allowed are rows of "
        f"{', '.join(allowed)}"
    )


def _difference(panels: Sequence[Panel], request: FigureRequest) -> Panel:
    """The row that is one row minus another.

    Raises:
        ExportError: there are no such rows, or their maps have no amounts.
    """
    assert request.difference is not None
    if request.shown.map.method in FEATURES:
        raise ExportError("features have no difference; leave it out, or take another method")
    one, other = request.difference
    if one == other or not all(0 <= place < len(panels) for place in request.difference):
        raise ExportError(
            f"the difference is of rows {one} and {other}; allowed are two of those that the "
            f"figure has, 0 to {len(panels) - 1}"
        )
    return replace(panels[one], minus=panels[other])


def _labels(panel: Panel, request: FigureRequest) -> tuple[str, ...]:
    """Lines beside a row."""
    if request.rows == "panes":
        return (panel.name,)
    if panel.minus is not None:
        first, second = replace(panel, minus=None), panel.minus
        return f"{_labels(first, request)[0]} \u2212", _labels(second, request)[0]
    maps = panel.explanation.maps
    if request.rows == "stages":
        return f"Stage {maps.stage}", f"block {maps.block}"
    if request.rows == "blocks":
        return f"Block {maps.block}", f"stage {maps.stage}"
    head = panel.explanation.spec.head
    return (head_text(head).capitalize(),) if request.rows == "heads" else ()


# -- colour bars ---------------------------------------------------------------------------------


def _own_bar(panel: Panel, style: RenderStyle, heat: HeatSettings) -> Bar:
    bar, words = bar_of(panel, replace(style, smooth=False), heat)
    return Bar(bar.style, bar.low, bar.high, words)


def _shared_bar(panels: Sequence[Panel], heat: HeatSettings) -> Bar | None:
    """The bar of all maps shown; None where colours are of no amounts."""
    first = panels[0].explanation
    keys = {panel.explanation.maps.key_count for panel in panels}
    if len(keys) > 1:
        heat = replace(heat, units="probability")  # uniform differs between layers
    pool = np.concatenate([panel.explanation.saliency.values.ravel() for panel in panels])
    pooled = replace(heat, range_policy="model") if heat.is_automatic else heat
    ends = pooled.ends(first.maps, first.saliency, pool)
    made = _own_bar(panels[0], heat.style_of(first.maps.method, ends), heat)
    if not heat.is_automatic or first.maps.colours is not None:
        return made
    units = heat.units if first.maps.method in METHODS else "probability"
    return replace(made, words=f"one range for all rows · {unit_words(first, units)}")


# -- provenance ----------------------------------------------------------------------------------


def _provenance(
    sources: Sources,
    request: FigureRequest,
    window: ClipWindow,
    panels: Sequence[Panel],
    columns: Sequence[Column],
) -> str:
    def of_row(panel: Panel) -> dict[str, Any]:
        own = {"name": panel.name, **source_json(sources.each[panel.source])} if panel.name else {}
        return {**own, **map_json(panel, panel.explanation.spec)}

    told: dict[str, Any] = {
        "made_by": "mvit-lens",
        **source_json(sources.each[0]),
        "rows": [of_row(panel) for panel in panels],
        "columns": [column.frame_index for column in columns],
        "look": asdict(request.shown.heat),
        "shared_range": request.shared_range,
        "difference": request.difference,
        "damage": list(sources.each[0].video.damage),
        "window": {"index": window.index, "frames": list(window.frame_indices)},
    }
    return json.dumps(told)


def default_rows(method: str) -> str:
    """The rows of a method where none are asked for: stages, or one map of what has no stages."""
    return "map" if method in EVIDENCE else "stages"
