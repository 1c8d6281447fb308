"""Questions to the tables of twenty thousand clips: generated rows, in 200 parts."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.results import Row, gate
from mvit_core.batch.tables import schemas

__all__ = ["PAGE", "QUESTION", "query_rows", "write_tables"]

PARTS, WINDOWS = 200, 500
"""Part files, and windows of each."""

HEADS = ((0, 1), (1, 2), (2, 2), *((block, 4) for block in range(3, 14)), (14, 8), (15, 8))
"""(block, heads) of MViTv2-S: 65 heads."""

_KEY = "clip_id, window_index, checkpoint"

QUESTION = f"""
SELECT block, head, avg(distance_frames) AS frames
FROM '{{folder}}/heads/*.parquet' JOIN '{{folder}}/windows/*.parquet' USING ({_KEY})
WHERE NOT correct GROUP BY block, head ORDER BY frames DESC LIMIT 1
"""
"""The head with the largest temporal distance where the model is wrong."""

PAGE = f"""
SELECT clip_id, window_index, w.label, predicted, probability, distance_frames
FROM '{{folder}}/windows/*.parquet' w JOIN '{{folder}}/heads/*.parquet' h USING ({_KEY})
WHERE block = 15 AND head = 3 ORDER BY distance_frames DESC, clip_id LIMIT 100 OFFSET 200
"""
"""A page of the table in the window, sorted by the statistic of one head."""


def query_rows(
    rounds: int, parts: int = PARTS, windows: int = WINDOWS, seed: int = 0
) -> Iterator[Row]:
    """Processor seconds of the two, by one thread, with the files in memory of the system."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        count = write_tables(folder, parts, windows, seed)
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e6
        yield Row(f"{count:,} rows of heads in {parts} parts", f"{size:.0f} MB")
        for metric, query, must in (
            ("question: the head with the largest temporal distance where wrong", QUESTION, 2.0),
            ("page of 100 sorted by a statistic of one head", PAGE, 0.5),
        ):
            yield gate(metric, _seconds(query.format(folder=folder), rounds), must, unit=" s")


def _seconds(query: str, rounds: int) -> float:
    with duckdb.connect(config={"threads": "1"}) as connection:
        spent = []
        for _ in range(rounds + 1):
            began = time.process_time()
            rows = connection.execute(query).fetchall()
            spent.append(time.process_time() - began)
            assert rows, "a query that nothing answers"
    return median(spent[1:])


def write_tables(folder: Path, parts: int, windows: int, seed: int) -> int:
    """Write the tables ``windows`` and ``heads``; returns the rows of the second."""
    random, count = np.random.default_rng(seed), 0
    known = schemas()
    for table in ("windows", "heads"):
        (folder / table).mkdir()
    for part in range(parts):
        clips = np.arange(part * windows, (part + 1) * windows) // 5
        index = np.arange(windows) % 5
        for table, columns in (
            ("windows", _windows(random, clips, index)),
            ("heads", _heads(random, clips, index)),
        ):
            rows = len(columns["clip_id"])
            filled = [
                pa.array(columns[field.name]).cast(field.type)
                if field.name in columns
                else pa.nulls(rows, field.type)
                for field in known[table]
            ]
            made = pa.Table.from_arrays(filled, schema=known[table])
            pq.write_table(made, folder / table / f"part-{part:06}.parquet", compression="zstd")
        count += rows
    return count


def _windows(random: np.random.Generator, clips: np.ndarray, index: np.ndarray) -> dict:
    said = random.integers(0, 400, len(clips))
    labels = np.where(random.random(len(clips)) < 0.8, said, random.integers(0, 400, len(clips)))
    return {
        **_key(clips, index),
        "predicted": np.char.add("class ", said.astype(str)),
        "predicted_index": said,
        "probability": random.random(len(clips)),
        "label": np.char.add("class ", labels.astype(str)),
        "correct": said == labels,
    }


def _heads(random: np.random.Generator, clips: np.ndarray, index: np.ndarray) -> dict:
    blocks = np.concatenate([[block] * heads for block, heads in HEADS])
    heads = np.concatenate([np.arange(heads) for _, heads in HEADS])
    each, count = len(blocks), len(clips) * len(blocks)
    names = (
        "entropy", "distance_px", "distance_frames", "sink", "readout_entropy", "readout_sink",
        "temporal_spread",
    )  # fmt: skip
    return {
        **_key(np.repeat(clips, each), np.repeat(index, each)),
        "block": np.tile(blocks, len(clips)),
        "stage": np.tile(np.digitize(blocks, (1, 3, 14)) + 1, len(clips)),
        "head": np.tile(heads, len(clips)),
        **{name: random.random(count, np.float32) for name in names},
        **{name: random.integers(0, 8, count) for name in ("peak_t", "peak_y", "peak_x")},
    }


def _key(clips: np.ndarray, index: np.ndarray) -> dict:
    names = np.array(["MVITv2_S_16x4_k400.pyth"] * len(clips))
    return {"clip_id": clips, "window_index": index, "checkpoint": names}
