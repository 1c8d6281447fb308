"""The peer: a plain loop over clips, written without the batch, and rows held beside its rows."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from mvit_core import open_video
from mvit_core.attention.recorder import Keep
from mvit_core.attribution import METHODS, head_statistics
from mvit_core.checkpoint import LoadedModel
from mvit_core.clips import ListedClip
from mvit_core.errors import MvitError
from mvit_core.pipeline import Explainer

__all__ = ["KEYS", "Rows", "differences", "looped", "rows_in", "told"]

Rows = dict[str, list[dict[str, Any]]]

_KEY = ("clip_id", "window_index", "checkpoint")
_HEAD = (*_KEY, "block", "head")
KEYS = {"clips": ("clip_id",), "windows": _KEY, "heads": _HEAD, "profiles": _HEAD}
"""Columns that tell the rows of a table apart."""

_SAME = ("entropy", "distance_px", "distance_frames", "sink")
_TOLD = 3


def looped(clips: Sequence[ListedClip], name: str, loaded: LoadedModel) -> Rows:
    """Rows of all windows of all clips by one model, with statistics of all queries.

    Args:
        clips: of a list.
        name: of the model.
        loaded: the model.
    """
    explainer = Explainer(loaded, remembered_windows=1, keep=Keep(statistics=True))
    rows: Rows = {table: [] for table in KEYS}
    for clip_id, clip in enumerate(clips):
        try:
            with open_video(clip.path) as video:
                facts = {"frames": video.frame_count, "width": video.size[0], "error": None}
                for window in explainer.windows(video):
                    captured = explainer.capture(video, window)
                    best = captured.predictions[0]
                    key = dict(zip(_KEY, (clip_id, window.index, name), strict=True))
                    rows["windows"].append(
                        {
                            **key,
                            "frames": list(captured.frame_indices),
                            "predicted_index": best.index,
                            "probability": best.probability,
                            "correct": str(best.index) in clip.labels,
                        }
                    )
                    for head, profile in _heads(captured.record, key):
                        rows["heads"].append(head)
                        rows["profiles"].append(profile)
        except MvitError as error:
            facts = {"error": str(error)}
        rows["clips"].append({"clip_id": clip_id, "path": clip.name, **facts})
    return rows


def _heads(record: Any, key: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """A row of ``heads`` and one of ``profiles`` for each head."""
    readouts = {
        layer.block: METHODS["row"].maps(record, layer, "readout").values for layer in record.layers
    }
    for each in head_statistics(record):
        place = {**key, "block": each.block, "head": each.head}
        row = readouts[each.block][each.head]  # (T, Y, X)
        peak = zip(
            ("peak_t", "peak_y", "peak_x"), np.unravel_index(row.argmax(), row.shape), strict=True
        )
        peaks = {name: int(index) for name, index in peak}
        values = {name: getattr(each, name) for name in _SAME}
        profile = {**place, "profile": each.profile.ravel().tolist()}
        yield {**place, "stage": each.stage, **values, **peaks}, profile


def rows_in(folder: Path) -> Rows:
    """Rows of all tables of a batch, in the order of their keys."""
    found: Rows = {}
    for table, key in KEYS.items():
        parts = sorted((folder / table).glob("part-*.parquet"))
        rows = [row for part in parts for row in pq.read_table(part).to_pylist()]
        found[table] = sorted(rows, key=lambda row, key=key: [row[name] for name in key])
    return found


def differences(found: Rows, expected: Rows) -> list[str]:
    """What differs between rows of a batch and those of the loop, in words; nothing where none.

    Columns that the loop has are compared: numbers with a fraction to 1e-4, all others exactly.
    """
    words = []
    for table, key in KEYS.items():
        wanted = sorted(expected[table], key=lambda row, key=key: [row[name] for name in key])
        if len(found[table]) != len(wanted):
            words.append(f"{table} has {len(found[table])} rows, not {len(wanted)}")
            continue
        for row, those in zip(found[table], wanted, strict=True):
            wrong = [name for name in those if not _is_same(row[name], those[name])]
            words += [f"{table} {[row[part] for part in key]}: {', '.join(wrong)}"] if wrong else []
    return words


def _is_same(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, float) and isinstance(value, float):
        return math.isclose(value, wanted, rel_tol=1e-4, abs_tol=1e-6)
    if isinstance(wanted, list) and isinstance(value, list):
        same = (_is_same(one, other) for one, other in zip(value, wanted, strict=False))
        return len(value) == len(wanted) and all(same)
    return bool(value == wanted)


def told(words: Sequence[str]) -> None:
    """Print the first differences."""
    for sentence in words[:_TOLD]:
        print(f"  {sentence}", flush=True)
    if len(words) > _TOLD:
        print(f"  and {len(words) - _TOLD} more", flush=True)
