"""Exporters that keep numbers: all maps of a block as arrays, all predictions as a table."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mvit_core.attribution import HEAD_REDUCTIONS, head_json
from mvit_core.explaining.painting import Tube
from mvit_core.export.box_labels import boxes_in
from mvit_core.export.comparison import Source
from mvit_core.export.evidence_facts import evidence_json
from mvit_core.export.request import ExportRequest, ExportSummary, OnProgress
from mvit_core.pipeline import Explainer, Explanation, WindowCapture
from mvit_core.provenance import Origin, document_text
from mvit_core.spreadsheet import text_cell
from mvit_core.system.atomic_file import whole_file
from mvit_core.video import ClipWindow, Video, window_of

TABLE_ROWS_PER_WINDOW = 5

_BOX_COLUMNS = ("box", "x1", "y1", "x2", "y2")

_OF_WHOLE_FRAMES = "logits are of the whole frame; those of boxes are in the table (.csv)"


@dataclass(frozen=True)
class Sheet:
    """The beginning of a file of numbers, as cells of a table."""

    rows: tuple[tuple[str, ...], ...]
    """The first has the heads of the columns."""
    nbytes: int
    """About the size of the whole file in bytes."""


def export_arrays(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    path: Path,
    on_progress: OnProgress | None = None,
    others: Sequence[Source] = (),
    origin: Origin | None = None,
) -> ExportSummary:
    """The block's maps of every window as ``.npz``: raw values, and all that places them.

    ``maps`` (windows, heads, T', Y', X'), ``selected`` (windows, T', Y', X') the head picked,
    ``sinks`` (windows, heads), ``frame_indices`` (windows, T), ``logits`` (windows, classes),
    ``scale`` and ``offset`` (t, y, x) of the grid on the model's input, ``x_px`` and ``y_px`` on
    the source frame, ``box_px`` the seen part, ``facts`` what they are
    made of, as JSON, and ``provenance`` where they come from. PCA has ``colours`` (windows, T', Y',
    X', 3) too, red, green and blue from 0 to 1.

    Raises:
        ExportError: the target cannot be written.
        MvitError: the model or the video does not give what is asked for.
    """
    del others  # arrays are of no panes
    explainer = explainer.with_changes(request.changes)
    windows = explainer.windows(video, request.tiling)
    explanations = []
    for done, window in enumerate(windows, start=1):
        explanations.append(explainer.explain(video, window, request.map))
        if on_progress is not None:
            on_progress(done, len(windows))
    arrays = _arrays(explanations, _provenance(explainer, video, request, explanations[0]))
    if origin is not None:  # without what the run took: made again, the bytes are the same
        told = origin.of(windows, explanations[0].capture)
        arrays["provenance"] = np.array(document_text(told))
    with whole_file(path) as partial:
        _pack(partial, arrays)
    notes = (explanations[0].maps.note, _OF_WHOLE_FRAMES if request.boxes else "")
    return ExportSummary(str(path), 0, None, tuple(filter(None, notes)))


def arrays_sheet(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    on_piece: Callable[[], None] = lambda: None,
) -> Sheet:
    """Names, shapes and types of the arrays, from the window of the request's frame.

    Raises:
        MvitError: the model or the video does not give what is asked for.
    """
    explainer = explainer.with_changes(request.changes)
    windows, window = _windows_at(explainer, video, request)
    explainer.capture(video, window, on_step=on_piece)
    one = explainer.explain(video, window, request.map)
    arrays = _arrays([one], _provenance(explainer, video, request, one))
    rows = [("array", "shape", "type")]
    for name, values in arrays.items():
        shape = (len(windows), *values.shape[1:]) if name in _BY_WINDOW else values.shape
        rows.append((name, " × ".join(map(str, shape)), str(values.dtype)))
    rows.append(("provenance", "", "text"))
    packed = BytesIO()
    _pack(packed, arrays)
    return Sheet(tuple(rows), packed.tell() * len(windows))


def _pack(file: Path | BytesIO, arrays: dict[str, NDArray[Any]]) -> None:
    np.savez_compressed(file, allow_pickle=False, **arrays)


_BY_WINDOW = frozenset(("maps", "selected", "sinks", "frame_indices", "logits", "colours"))
"""Arrays whose first axis is the windows of the clip."""


def _arrays(
    explanations: Sequence[Explanation], facts: dict[str, object]
) -> dict[str, NDArray[Any]]:
    """All arrays by name, of the windows explained."""
    first = explanations[0]
    sinks = [a.maps.sinks for a in explanations if a.maps.sinks is not None]
    colours = [a.maps.colours.rgb for a in explanations if a.maps.colours is not None]
    return {
        "maps": np.stack([a.maps.values for a in explanations]),
        "selected": np.stack([a.saliency.values for a in explanations]),
        "sinks": np.stack(sinks) if sinks else np.zeros((len(explanations), 0), np.float32),
        "frame_indices": np.array([a.capture.frame_indices for a in explanations]),
        "logits": np.stack([a.capture.record.logits[0].float().numpy() for a in explanations]),
        "scale": np.array(first.maps.geometry.scale),
        "offset": np.array(first.maps.geometry.offset),
        "x_px": np.array(first.heatmap.x_px),
        "y_px": np.array(first.heatmap.y_px),
        "box_px": np.array(first.heatmap.box_px),
        "facts": np.array(json.dumps(facts)),
        **({"colours": np.stack(colours)} if colours else {}),
    }


def _windows_at(
    explainer: Explainer, video: Video, request: ExportRequest
) -> tuple[tuple[ClipWindow, ...], ClipWindow]:
    """All windows, and that of the request's frame."""
    windows = explainer.windows(video, request.tiling)
    return windows, window_of(windows, request.frame_index or 0)


def _provenance(
    explainer: Explainer, video: Video, request: ExportRequest, first: Explanation
) -> dict[str, object]:
    """Provenance of the maps, as JSON."""
    colours = first.maps.colours
    return {
        "made_by": "mvit-lens",
        "video": video.path.name,
        "block": first.maps.block,
        "stage": first.maps.stage,
        "method": first.maps.method,
        "query": first.maps.query,
        "head": head_json(request.map.head),
        "head_choices": [*range(first.maps.heads), *HEAD_REDUCTIONS],
        "model": explainer.loaded.path.name,
        "format": explainer.loaded.format,
        "preprocessing": asdict(explainer.loaded.clip_spec),
        "classes": explainer.loaded.classes,
        "note": first.maps.note,
        **first.capture.changes.facts,
        **({} if first.evidence is None else _lasting(evidence_json(first))),
        **({} if colours is None else {"variance": list(colours.variance)}),
        "damage": list(video.damage),
    }


def _lasting(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts without how long they took, so that the file made again is the same."""
    return {name: value for name, value in facts.items() if name != "cost"}


def export_table(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    path: Path,
    on_progress: OnProgress | None = None,
) -> ExportSummary:
    """The most probable classes of every window as CSV, with the frames each window saw.

    ``window_index`` counts from 0, as commands do; the window and captions count windows from 1.

    Of boxes every one has its rows, and five columns more: its name, or its number from 1, and
    its edges. With heads off a last column names them.

    Raises:
        ExportError: the target cannot be written.
        MvitError: the video does not make inputs of the model.
    """
    explainer = explainer.with_changes(request.changes)
    windows = explainer.windows(video, request.tiling)
    rows: list[tuple[str, ...]] = [_heads(request)]
    notes: dict[str, None] = {}
    for done, window in enumerate(windows, start=1):
        captured = explainer.capture(video, window, boxes=boxes_in(request, video, window))
        if captured.note:
            notes.setdefault(captured.note)
        rows += _rows(explainer, captured, request)
        if on_progress is not None:
            on_progress(done, len(windows))
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return ExportSummary(str(path), 0, None, tuple(notes))


def table_sheet(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    on_piece: Callable[[], None] = lambda: None,
) -> Sheet:
    """The rows of the window of the request's frame.

    Raises:
        MvitError: the video does not make inputs of the model.
    """
    explainer = explainer.with_changes(request.changes)
    windows, window = _windows_at(explainer, video, request)
    boxes = boxes_in(request, video, window)
    rows = _rows(explainer, explainer.capture(video, window, None, on_piece, boxes), request)
    written = StringIO()
    csv.writer(written).writerows(rows)
    return Sheet((_heads(request), *rows), len(written.getvalue().encode()) * len(windows))


def _heads(request: ExportRequest) -> tuple[str, ...]:
    """The heads of the columns."""
    heads = ("window_index", "rank", "class_index", "class", "probability", "frames")
    changes = request.changes
    changed = (("heads_off", changes.heads_off), ("tubes", changes.tubes))
    own = (name for name, what in changed if what)
    return (*heads, *(_BOX_COLUMNS if request.boxes else ()), *own)


def _rows(
    explainer: Explainer, captured: WindowCapture, request: ExportRequest
) -> list[tuple[str, ...]]:
    """The most probable classes of one window, and of each of its boxes."""
    rows = []
    frames = " ".join(str(frame) for frame in captured.frame_indices)
    for place in range(max(len(captured.boxes), 1)):
        own = _box_cells(captured, place) if request.boxes else []
        if request.changes.heads_off:
            own.append(" ".join(map(str, request.changes.heads_off)))
        if request.changes.tubes:
            own.append(" ".join(map(_tube_cell, request.changes.tubes)))
        predictions = explainer.predictions_of(captured.record, place)
        for rank, best in enumerate(predictions[:TABLE_ROWS_PER_WINDOW], start=1):
            cells = (str(captured.window.index), str(rank), str(best.index), text_cell(best.name))
            rows.append((*cells, f"{best.probability:.6f}", frames, *own))
    return rows


def _tube_cell(tube: Tube) -> str:
    """What becomes of a tube, and the tube as the command line takes it: x, y, width, height."""
    left, top, right, bottom = tube.box.corners
    edges = ",".join(f"{edge:g}" for edge in (left, top, right - left, bottom - top))
    return f"{tube.what}:{edges}@{tube.first}-{tube.last}"


def _box_cells(captured: WindowCapture, place: int) -> list[str]:
    """Name or number of a box, and its edges; the whole frame where a window has none."""
    if not captured.boxes:
        width, height = captured.pixel_map.source_size
        return ["whole frame", "0", "0", str(width), str(height)]
    box = captured.boxes[place]
    return [text_cell(box.name or str(place + 1)), *(f"{edge:g}" for edge in box.corners)]
