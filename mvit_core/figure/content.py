"""What a figure shows, before it has a place on the page: rows of maps on columns of frames."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from mvit_core.attribution import FEATURES, METHODS
from mvit_core.errors import ClipError, ExportError
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.export import Source
from mvit_core.export.box_labels import boxes_in
from mvit_core.export.caption import bar_of, head_text, unit_words
from mvit_core.export.comparison import Sources
from mvit_core.export.layouts import LAYOUTS, Explain, Layout, Panel, fits
from mvit_core.export.remarks import DAMAGED, remarks_of
from mvit_core.export.scene import map_json, source_json
from mvit_core.export.styles import Styles, difference_ends
from mvit_core.figure.request import FigureRequest
from mvit_core.pipeline import Explainer, Explanation, MapSpec
from mvit_core.render import HeatSettings, ImageArray, RenderStyle
from mvit_core.video import ClipWindow, Video, window_of
from mvit_core.video.clip import check_held

_LAYOUT_OF = {"stages": "stages", "blocks": "stages", "heads": "heads", "map": "single"}
"""The layout of exports that has the maps of some rows."""

OnPiece = Callable[[], None]
"""Called between two pieces of work; what it raises ends the work."""


@dataclass(frozen=True, eq=False)
class Column:
    """One frame."""

    frame_index: int
    seconds: float
    pixels: ImageArray
    """(H, W, 3), in stored pixels."""

    @property
    def name(self) -> str:
        """What it is called beside the figure."""
        return f"frame {self.frame_index}"


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

    @property
    def explanation(self) -> Explanation:
        """The map."""
        return self.panel.explanation


@dataclass(frozen=True, eq=False)
class FigureContent:
    """All that a figure shows."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    display_size: tuple[int, int]
    """(width, height) of the frames, pixel aspect applied."""
    remarks: tuple[str, ...]
    """What a reader must know, whatever else is left out."""
    notes: tuple[str, ...]
    provenance: str


def content_of(
    explainer: Explainer, video: Video, request: FigureRequest, on_piece: OnPiece
) -> FigureContent:
    """Run the window of a figure and pick what is shown of it.

    Raises:
        ClipError: the video has no such window or frame, or a capture file holds none of it.
        MvitError: the model or the video does not give what is asked for.
    """
    shown = request.shown
    check_rows(request.rows, shown.map.method)
    explainer = explainer.with_changes(shown.changes)
    source = Source(explainer, video)
    sources = Sources((source,), shown.tiling)
    window = window_of_figure(sources.windows[0], video, request)
    boxes = boxes_in(shown, video, window)
    captured = explainer.capture(video, window, lambda *_: on_piece(), boxes=boxes)

    def explain(spec: MapSpec) -> Explanation:
        on_piece()
        return explainer.explain(video, window, spec, boxes=boxes)

    panels = layout_of(request).panels(explain, shown.map)
    styles = Styles(sources, shown, on_piece).of(panels, (window,))
    rows = _rows(panels, styles, request)
    panels = [row.panel for row in rows]
    damaged = not video.damaged_frames.isdisjoint(window.frame_indices)
    said = [*((DAMAGED,) if damaged else ()), *(w for each in panels for w in remarks_of(each))]
    notes = [captured.note, *(each.explanation.maps.note for each in panels), *video.damage]
    columns = tuple(columns_of(video, frames_of(captured.frame_indices, video, window, request)))
    return FigureContent(
        columns,
        rows,
        video.display_size,
        tuple(dict.fromkeys(said)),
        tuple(note for note in dict.fromkeys(notes) if note),
        _provenance(source, request, window, panels, columns),
    )


# -- rows ----------------------------------------------------------------------------------------


def _rows(
    panels: Sequence[Panel], styles: Sequence[RenderStyle], request: FigureRequest
) -> tuple[Row, ...]:
    """Panels with their labels and colour bars, and the difference of two of them."""
    heat = replace(request.shown.heat, smooth=False)
    bars = _shared_bars(panels, heat) if request.shared_range else None
    if bars is None:
        bars = [_own_bar(panel, style, heat) for panel, style in zip(panels, styles, strict=True)]
    labels = [_labels(panel, request) for panel in panels]
    rows = [Row(*each) for each in zip(labels, panels, bars, strict=True)]
    if request.difference is not None:
        panel = _difference(panels, request)
        first, second = (labels[place][0] for place in request.difference)
        style = heat.signed_style(difference_ends(panel))
        rows.append(Row((f"{first} \u2212", second), panel, _own_bar(panel, style, heat)))
    return tuple(rows)


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
    first, second = panels[one], panels[other]
    return replace(first, minus=second)


def _labels(panel: Panel, request: FigureRequest) -> tuple[str, ...]:
    """Lines beside a row."""
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


def _shared_bars(panels: Sequence[Panel], heat: HeatSettings) -> list[Bar] | None:
    """The bar of all maps shown, for each of them; None where their ends are given anyway."""
    first = panels[0].explanation
    keys = {panel.explanation.maps.key_count for panel in panels}
    if len(keys) > 1:
        heat = replace(heat, units="probability")  # uniform differs between layers
    pool = np.concatenate([panel.explanation.saliency.values.ravel() for panel in panels])
    pooled = replace(heat, range_policy="model") if heat.is_automatic else heat
    ends = pooled.ends(first.maps, first.saliency, pool)
    made = _own_bar(panels[0], heat.style_of(first.maps.method, ends), heat)
    if not heat.is_automatic or first.maps.colours is not None:
        return [made] * len(panels)
    units = heat.units if first.maps.method in METHODS else "probability"
    words = f"one range for all rows · {unit_words(first, units)}"
    return [replace(made, words=words)] * len(panels)


# -- columns -------------------------------------------------------------------------------------


def window_of_figure(
    windows: Sequence[ClipWindow], video: Video, request: FigureRequest
) -> ClipWindow:
    """The clip window that a figure is of.

    Raises:
        ClipError: there is none such.
    """
    if request.window is not None:
        known = {window.index: window for window in windows}
        if request.window in known:
            return known[request.window]
        allowed = f"0 to {len(windows) - 1}"
        if list(known) != list(range(len(windows))):  # those that a capture file holds
            allowed = ", ".join(map(str, known))
        raise ClipError(
            f"window {request.window} does not exist; {video.path.name} has windows {allowed}"
        )
    if isinstance(request.frames, int):
        return windows[0]
    first = request.frames[0]
    if not 0 <= first < video.frame_count:
        raise _no_such_frame(first, video)
    return window_of(windows, first)


def frames_of(
    sampled: Sequence[int], video: Video, window: ClipWindow, request: FigureRequest
) -> tuple[int, ...]:
    """The frames of the columns: those named, or so many of the sampled ones, evenly spread.

    Raises:
        ClipError: the video has no such frame, the window does not speak for it, or a capture file
            holds no picture of it.
    """
    if isinstance(request.frames, int):
        each = tuple(dict.fromkeys(sampled))
        count = min(request.frames, len(each))
        return tuple(each[int((place + 0.5) * len(each) / count)] for place in range(count))
    for frame in request.frames:
        if not 0 <= frame < video.frame_count:
            raise _no_such_frame(frame, video)
        if not window.start <= frame < window.stop:
            raise ClipError(
                f"frame {frame} lies in another window than the figure is of: window "
                f"{window.index} has frames {window.start} to {window.stop - 1}; a figure is of one"
            )
    check_held(video, request.frames)
    return request.frames


def columns_of(video: Video, frames: Sequence[int]) -> list[Column]:
    """Decode the frames of the columns."""
    times = video.pts_seconds
    return [Column(frame, float(times[frame]), video.frame(frame)) for frame in frames]


def _no_such_frame(frame: int, video: Video) -> ClipError:
    return ClipError(
        f"frame {frame} does not exist; the video has frames 0 to {video.frame_count - 1}"
    )


# -- provenance ----------------------------------------------------------------------------------


def _provenance(
    source: Source,
    request: FigureRequest,
    window: ClipWindow,
    panels: Sequence[Panel],
    columns: Sequence[Column],
) -> str:
    told: dict[str, Any] = {
        "made_by": "mvit-lens",
        **source_json(source),
        "rows": [map_json(panel, panel.explanation.spec) for panel in panels],
        "columns": [column.frame_index for column in columns],
        "look": asdict(request.shown.heat),
        "shared_range": request.shared_range,
        "difference": request.difference,
        "damage": list(source.video.damage),
        "window": {"index": window.index, "frames": list(window.frame_indices)},
    }
    return json.dumps(told)


def default_rows(method: str) -> str:
    """The rows of a method where none are asked for: stages, or one map of what has no stages."""
    return "map" if method in EVIDENCE else "stages"
