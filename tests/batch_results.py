"""Batch results without processes: made up, by the product's writer, or run in this process."""

import json

import numpy as np

from app.state.view_state import ModelSource
from mvit_core.batch import BatchSpec
from mvit_core.batch.clip_runner import NetworkRunner
from mvit_core.batch.run_file import begin, facts_of, make_folder
from mvit_core.batch.shards import shards_of
from mvit_core.batch.tables import tables_of, write_part
from mvit_core.batch.unit import run_shard
from mvit_core.clips import read_clips

CLASSES = ("jump", "run", "sit", "walk", "wave")
BLOCKS, HEADS = 4, 2
"""Of the toy network: heads of each block are set by ``heads``."""


def write_result(folder, clips, *, shard=64, stats="readout", heads=None, sha256="0" * 64, **facts):
    """A batch of clips that are named ``clip_00000.mp4``; each seventh is an error, from the third.

    Args:
        folder: made where it is not there.
        clips: how many.
        shard: clips of a part.
        stats: as of ``batch``.
        heads: heads of each block, by its number.
        sha256: of the checkpoint ``toy.pyth``.
        facts: of ``run.json``, in place of its own.
    """
    heads = heads or dict.fromkeys(range(BLOCKS), HEADS)
    random = np.random.default_rng(0)
    for table in tables_of(stats):
        (folder / table).mkdir(parents=True, exist_ok=True)
    run = {
        "form": 1, "list": "val.csv", "list_sha256": "", "clips": clips, "root": str(folder.parent),
        "shard": shard, "windows": "first", "stats": stats, "statistics_version": 1,
        "models": [{"name": "toy.pyth", "sha256": sha256, "weights": None, "head": None}],
        "sources": [{"checkpoint": str(folder.parent / "toy.pyth")}],
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(run | facts))
    for number, first in enumerate(range(0, clips, shard)):
        rows = [
            _rows(each, heads, stats, random) for each in range(first, min(first + shard, clips))
        ]
        for table in ("clips", "windows", "heads"):
            those = [row for clip in rows for row in clip.get(table, ())]
            write_part(folder, table, number, those)


def is_error(clip):
    return clip % 7 == 3


def is_correct(clip):
    return clip % 4 != 0


def spread_of(clip, block, head):
    """The temporal spread of a head, known without reading."""
    return ((clip * 37 + block * 11 + head * 5) % 101) / 10


def _rows(clip, heads, stats, random):
    name = f"clip_{clip:05}.mp4"
    own = {"clip_id": clip, "path": name, "label": str(clip % 5), "error": None}
    rest = dict.fromkeys(("frames", "fps", "width", "height", "seconds", "damage"))
    if is_error(clip):
        return {"clips": [{**own, **rest, "error": f"{name} is damaged: no frame can be decoded"}]}
    label = CLASSES[clip % 5]
    predicted = label if is_correct(clip) else CLASSES[(clip + 1) % 5]
    key = {"clip_id": clip, "window_index": 0, "checkpoint": "toy.pyth"}
    window = {
        **key, "frames": [0, 2, 4, 6], "predicted": predicted,
        "predicted_index": CLASSES.index(predicted), "probability": (clip % 97 + 1) / 100,
        "label": label, "correct": is_correct(clip), "top": [], "note": None,
    }  # fmt: skip
    stages = {block: 1 + block // 2 for block in heads}
    of_all = ("entropy", "distance_px", "distance_frames", "sink")
    numbers = [
        {
            **key, "block": block, "stage": stages[block], "head": head,
            **{n: float(random.random()) if stats == "all" else None for n in of_all},
            "readout_entropy": 0.5, "readout_sink": 0.25,
            "temporal_spread": spread_of(clip, block, head),
            "peak_t": 0, "peak_y": 0, "peak_x": 0,
        }
        for block, count in heads.items() for head in range(count)
    ]  # fmt: skip
    return {"clips": [{**own, **rest, "frames": 20}], "windows": [window], "heads": numbers}


def run_result(folder, clips, checkpoint, *, shard=2, windows="all", at_once=None):
    """A batch that is run here, shard by shard.

    Args:
        folder: of the batch, made.
        clips: the list.
        checkpoint: the model.
        shard: clips of a part.
        windows: as of ``batch``.
        at_once: windows that run in one pass.
    """
    spec = BatchSpec((ModelSource(checkpoint, device="cpu"),), windows)
    listed = read_clips(clips)
    make_folder(folder)
    begin(folder, facts_of(listed, spec, shard, folder.name), tables_of(spec.stats))
    runner = NetworkRunner(spec, at_once)
    for each in shards_of(listed.clips, shard):
        run_shard(runner, folder, each)
    return folder
