"""Exporters that keep numbers: all maps of a block as arrays, all predictions as a table."""

import csv
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from mvit_core.attribution import HEAD_REDUCTIONS, head_json
from mvit_core.export.request import ExportRequest, ExportSummary, OnProgress
from mvit_core.pipeline import Explainer, Explanation
from mvit_core.spreadsheet import text_cell
from mvit_core.system.atomic_file import whole_file
from mvit_core.video import Video

TABLE_ROWS_PER_WINDOW = 5


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
    return ExportSummary(str(path), 0, None, tuple(filter(None, [first.maps.note])))


def _explanations(
    explainer: Explainer, video: Video, request: ExportRequest, on_progress: OnProgress | None
) -> list[Explanation]:
    """The block's maps of every window."""
    windows = explainer.windows(video)
    explanations = []
    for done, window in enumerate(windows, start=1):
        explanations.append(explainer.explain(video, window, request.map))
        if on_progress is not None:
            on_progress(done, len(windows))
    return explanations


def _provenance(
    explainer: Explainer, video: Video, request: ExportRequest, first: Explanation
) -> dict[str, object]:
    """What the maps are of, and what made them."""
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

    Raises:
        ExportError: the target cannot be written.
        MvitError: the video does not make inputs of the model.
    """
    del request  # predictions do not depend on the map
    windows = explainer.windows(video)
    rows: list[list[str]] = []
    notes: dict[str, None] = {}
    for done, window in enumerate(windows, start=1):
        captured = explainer.capture(video, window)
        if captured.note:
            notes.setdefault(captured.note)
        frames = " ".join(str(frame) for frame in captured.frame_indices)
        for rank, best in enumerate(captured.predictions[:TABLE_ROWS_PER_WINDOW], start=1):
            name, share = text_cell(best.name), f"{best.probability:.6f}"
            rows.append([str(window.index), str(rank), str(best.index), name, share, frames])
        if on_progress is not None:
            on_progress(done, len(windows))
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["window", "rank", "class_index", "class", "probability", "frames"])
        writer.writerows(rows)
    return ExportSummary(str(path), 0, None, tuple(notes))
