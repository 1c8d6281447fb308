"""The benchmark of batches, small: each part runs, and tells what is wrong where something is."""

import sys
from copy import deepcopy
from dataclasses import replace

import pytest

pytest.importorskip("pyarrow.parquet", reason="tables of a batch need the extra 'batch'")
pytest.importorskip("duckdb", reason="queries need the extra 'batch'")

from benchmarks.batch import engines
from benchmarks.batch.captures import opening_rows
from benchmarks.batch.engines import missing_engines
from benchmarks.batch.kills import KINDS, Victim, killed_runs
from benchmarks.batch.loop import KEYS, differences, looped, rows_in
from benchmarks.batch.queries import query_rows
from benchmarks.batch.whole import DIFFERENT, LEFT, problem_of
from mvit_core.batch import BatchSpec
from mvit_core.batch.clip_runner import NetworkRunner
from mvit_core.batch.engines import ENGINES
from mvit_core.batch.shards import shards_of
from mvit_core.batch.unit import run_shard
from mvit_core.clips import read_clips
from mvit_core.errors import EngineError
from tests.core.batch_children import MANY, listed, prepare
from tests.core.test_batch_engine import files_of
from tests.core.test_batch_engine import rows_of as clips_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes as Linux tells of them")


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A batch of five clips, one of them damaged, and the rows of the loop."""
    from benchmarks.batch.clips import write_clips, write_toy

    folder = tmp_path_factory.mktemp("batch")
    source = write_toy(folder)
    clips = read_clips(write_clips(folder, 5, damaged=1)).clips
    out = folder / "out"
    for table in (*KEYS, "means", "done"):
        (out / table).mkdir(parents=True)
    runner = NetworkRunner(BatchSpec((source,), "all", "all"))
    for shard in shards_of(clips, 2):
        run_shard(runner, out, shard)
    return out, looped(clips, source.checkpoint.name, source.load())


def test_rows_of_a_batch_are_those_of_the_loop(done):
    out, expected = done
    assert sum(row["error"] is not None for row in expected["clips"]) == 1
    assert all(expected[table] for table in KEYS)
    assert problem_of(out, expected, set()) == ""


@pytest.mark.parametrize(
    ("table", "change", "words"),
    [
        ("clips", lambda rows: rows.pop(), "clips has 5 rows, not 4"),
        ("windows", lambda rows: rows[1].update(predicted_index=99), "predicted_index"),
        ("heads", lambda rows: rows[3].update(entropy=0.123), "entropy"),
        ("profiles", lambda rows: rows[0]["profile"].append(0.0), "profile"),
    ],
)
def test_rows_that_differ_are_told(done, table, change, words):
    out, expected = done
    other = deepcopy(expected)
    change(other[table])
    (told, *_) = differences(rows_in(out), other)
    assert words in told
    assert problem_of(out, other, set()).startswith(f"{DIFFERENT}: {table}")


def test_a_file_too_many_is_told(done, tmp_path):
    out, expected = done
    kept = set()
    assert problem_of(out, expected, kept) == ""
    stray = out / "windows" / ".mvit-lens-stray.parquet"
    stray.write_bytes(b"")
    try:
        assert problem_of(out, expected, kept) == f"{LEFT}: windows/{stray.name}"
    finally:
        stray.unlink()


def _victim(command, problem=lambda out: ""):
    return Victim(command, problem, {}, prepare)


_DRIVER = """
from pathlib import Path
from tests.core.batch_children import MANY, engine, left, listed
out = Path({!r})
engine(out, seconds=0.02).run(left(out, listed(MANY), 3))
"""


def _children(out):
    """A driver of clips that cost nothing, with two processes."""
    return [sys.executable, "-c", _DRIVER.format(str(out))]


def test_a_batch_that_is_killed_is_finished_by_the_same_command(tmp_path):
    names = set()

    def problem(out):
        rows, wanted = clips_of(out), [clip.name for clip in listed(MANY)]
        names.update(files_of(out))
        same = [row["path"] for row in rows] == wanted and files_of(out) == names
        return "" if same else f"{DIFFERENT}: {rows}"

    assert killed_runs(_victim(_children, problem), tmp_path, 1, 3, KINDS[2:]) == {}


_LIVES = "import pathlib, time; pathlib.Path({0!r}).touch(); time.sleep({1})"


@pytest.mark.parametrize("way", ["rows that differ", "run that does not go on"])
def test_a_run_that_does_not_end_well_is_counted(tmp_path, way):
    def command(out):
        mark = out.parent / f"{out.name}-mark"
        if way.startswith("run") and mark.exists():
            return [sys.executable, "-c", "raise SystemExit(7)"]
        return [sys.executable, "-c", _LIVES.format(str(mark), 0.1)]

    def problem(out):
        return "" if out.name == "whole" else f"{way}: all of them"

    found = killed_runs(_victim(command, problem), tmp_path, 1, seed=0, kinds=["driver"])
    assert found == {way: 1}


def test_runs_without_a_worker_to_kill_are_given_up(tmp_path):
    victim = _victim(lambda out: [sys.executable, "-c", ""])
    with pytest.raises(RuntimeError, match="end before they can be killed"):
        killed_runs(victim, tmp_path, 1, seed=0, kinds=["worker"])


def test_the_first_run_must_end_well(tmp_path):
    failing = _victim(lambda out: [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(RuntimeError, match="nobody killed failed: it ended with 3"):
        killed_runs(failing, tmp_path, 1, seed=0)


def test_queries_and_the_opening_of_capture_files_are_measured():
    size, question, page = query_rows(1, parts=2, windows=150)
    assert size.metric.startswith("19,500 rows of heads in 2 parts")
    cpu, *_ = opening_rows(1, is_toy=True)
    for row in (question, page, cpu):
        assert row.must.startswith("<= ")


def test_an_engine_that_is_not_there_is_told(monkeypatch):
    def refuse(address):
        raise EngineError("it is not installed")

    lacking = {name: replace(kind, check=refuse) for name, kind in ENGINES.items() if name == "ray"}
    monkeypatch.setattr(engines, "ENGINES", {**ENGINES, **lacking})
    assert missing_engines() == {"local": "", "ray": "not measured: it is not installed"}
