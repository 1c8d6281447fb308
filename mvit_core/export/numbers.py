"""Exporters that keep numbers: all maps of a block as arrays, all predictions as a table."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from mvit_core.attribution import HEAD_REDUCTIONS, head_json
from mvit_core.export.box_labels import boxes_in
from mvit_core.export.evidence_facts import evidence_json
from mvit_core.export.request import ExportRequest, ExportSummary, OnProgress
from mvit_core.pipeline import Explainer, Explanation, WindowCapture
from mvit_core.spreadsheet import text_cell
from mvit_core.system.atomic_file import whole_file
from mvit_core.video import Video

TABLE_ROWS_PER_WINDOW = 5

_BOX_COLUMNS = ("box", "x1", "y1", "x2", "y2")

_OF_WHOLE_FRAMES = "logits are of the whole frame; those of boxes are in the table (.csv)"


def export_arrays(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    path: Path,
    on_progress: OnProgress | None = None,
) -> ExportSummary:
    """The block's maps of every window as ``.npz``: raw values, and all that places them.

    ``maps`` (windows, heads, T', Y', X'), ``selected`` (windows, T', Y', X') the head picked,
    ``sinks`` (windows, heads), ``frame_indices`` (windows, T), ``logits`` (windows, classes),
    ``scale`` and ``offset`` (t, y, x) of the grid on the model's input, ``x_px`` and ``y_px`` on
    the source frame, ``box_px`` the seen part, ``facts`` what they are
    made of, as JSON.

    Raises:
        ExportError: the target cannot be written.
        MvitError: the model or the video does not give what is asked for.
    """
    explanations = _explanations(explainer, video, request, on_progress)
    first = explanations[0]
    sinks = [a.maps.sinks for a in explanations if a.maps.sinks is not None]
    with whole_file(path) as partial:
        np.savez_compressed(
            partial,
            maps=np.stack([a.maps.values for a in explanations]),
            selected=np.stack([a.saliency.values for a in explanations]),
            sinks=np.stack(sinks) if sinks else np.zeros((len(explanations), 0), np.float32),
            frame_indices=np.array([a.capture.frame_indices for a in explanations]),
            logits=np.stack([a.capture.record.logits[0].float().numpy() for a in explanations]),
            scale=np.array(first.maps.geometry.scale),
            offset=np.array(first.maps.geometry.offset),
            x_px=np.array(first.heatmap.x_px),
            y_px=np.array(first.heatmap.y_px),
            box_px=np.array(first.heatmap.box_px),
            facts=np.array(json.dumps(_provenance(explainer, video, request, first))),
        )
    notes = (first.maps.note, _OF_WHOLE_FRAMES if request.boxes else "")
    return ExportSummary(str(path), 0, None, tuple(filter(None, notes)))


def _explanations(
    explainer: Explainer, video: Video, request: ExportRequest, on_progress: OnProgress | None
) -> list[Explanation]:
    """The block's maps of every window."""
    windows = explainer.windows(video, request.tiling)
    explanations = []
    for done, window in enumerate(windows, start=1):
        explanations.append(explainer.explain(video, window, request.map))
        if on_progress is not None:
            on_progress(done, len(windows))
    return explanations


def _provenance(
    explainer: Explainer, video: Video, request: ExportRequest, first: Explanation
) -> dict[str, object]:
    """Provenance of the maps, as JSON."""
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
        **({} if first.evidence is None else evidence_json(first)),
        "damage": list(video.damage),
    }


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
    its edges.

    Raises:
        ExportError: the target cannot be written.
        MvitError: the video does not make inputs of the model.
    """
    windows = explainer.windows(video, request.tiling)
    rows: list[list[str]] = []
    notes: dict[str, None] = {}
    for done, window in enumerate(windows, start=1):
        captured = explainer.capture(video, window, boxes=boxes_in(request, video, window))
        if captured.note:
            notes.setdefault(captured.note)
        frames = " ".join(str(frame) for frame in captured.frame_indices)
        for place in range(max(len(captured.boxes), 1)):
            own = _box_cells(captured, place) if request.boxes else []
            predictions = explainer.predictions_of(captured.record, place)
            for rank, best in enumerate(predictions[:TABLE_ROWS_PER_WINDOW], start=1):
                cells = [str(window.index), str(rank), str(best.index), text_cell(best.name)]
                rows.append([*cells, f"{best.probability:.6f}", frames, *own])
        if on_progress is not None:
            on_progress(done, len(windows))
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        header = ["window_index", "rank", "class_index", "class", "probability", "frames"]
        writer.writerow([*header, *(_BOX_COLUMNS if request.boxes else ())])
        writer.writerows(rows)
    return ExportSummary(str(path), 0, None, tuple(notes))


def _box_cells(captured: WindowCapture, place: int) -> list[str]:
    """Name or number of a box, and its edges; the whole frame where a window has none."""
    if not captured.boxes:
        width, height = captured.pixel_map.source_size
        return ["whole frame", "0", "0", str(width), str(height)]
    box = captured.boxes[place]
    return [text_cell(box.name or str(place + 1)), *(f"{edge:g}" for edge in box.corners)]
