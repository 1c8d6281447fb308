"""The engine of one machine: deaths at any moment, clips that kill, stops; rows as of a loop."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mvit_core.batch.shards import read_done, shards_of
from mvit_core.batch.unit import run_shard
from mvit_core.errors import MvitError
from mvit_core.system.signals import first_signal_noted
from tests.core.batch_children import MANY, Counted, dying, engine, left, listed, prepare, refusing

pq = pytest.importorskip("pyarrow.parquet", reason="tables of a batch need the extra 'batch'")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

SIZE = 3
ROOT = Path(__file__).resolve().parents[2]


def rows_of(folder):
    parts = sorted((folder / "clips").iterdir())
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


def files_of(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path):
    return prepare(tmp_path / "out")


@pytest.fixture
def loop(tmp_path):
    """Rows and files of a plain loop in this process."""
    plain, runner = prepare(tmp_path / "plain"), Counted((0.0, {}), 1)
    for shard in shards_of(listed(MANY), SIZE):
        run_shard(runner, plain, shard)
    return rows_of(plain), files_of(plain)


def test_rows_and_files_are_those_of_a_plain_loop(folder, loop):
    heard = []
    counts = engine(folder).run(left(folder, listed(MANY), SIZE), heard.append)
    assert (rows_of(folder), files_of(folder)) == loop
    assert (counts.clips, counts.errors) == (MANY, 3)
    assert heard[-1] == counts
    assert [each.clips for each in heard] == sorted(each.clips for each in heard)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_worker_that_is_killed_is_replaced_and_nothing_is_lost_or_twice(folder, loop, seed):
    moments = sorted(random.Random(seed).sample(range(1, MANY - 4), 2))

    def kill(counts):
        if moments and counts.clips >= moments[0] and multiprocessing.active_children():
            moments.pop(0)
            os.kill(multiprocessing.active_children()[0].pid, signal.SIGKILL)

    counts = engine(folder, seconds=0.01).run(left(folder, listed(MANY), SIZE), kill)
    assert moments == []
    assert (rows_of(folder), files_of(folder)) == loop
    assert (counts.clips, counts.errors) == (MANY, 3)


@pytest.mark.parametrize("what", ["driver", "both"])
def test_what_a_killed_driver_left_is_finished_by_the_next_run(folder, loop, what):
    words = [sys.executable, "-m", "tests.core.batch_children", "local", folder, "0.05"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    ) as driver:
        assert driver.stdout.readline() == "begun\n"
        moment = random.Random(what).randrange(2, MANY - 6)
        while int(driver.stdout.readline() or MANY) < moment:
            pass
        kill = os.killpg if what == "both" else os.kill
        kill(driver.pid, signal.SIGKILL)
        driver.stdout.read()  # workers hold it too: none of them lives on
    before = len(left(folder, listed(MANY), SIZE))
    assert before > 0
    counts = engine(folder).run(left(folder, listed(MANY), SIZE))
    assert counts.clips == before * SIZE
    assert (rows_of(folder), files_of(folder)) == loop


def test_a_clip_that_kills_its_process_becomes_an_error_row_and_the_others_are_run(folder, loop):
    how = {"007.mp4": signal.SIGSEGV, "008.mp4": signal.SIGKILL}
    counts = engine(folder, how).run(left(folder, listed(MANY), SIZE))
    expected, found = loop[0], rows_of(folder)
    assert [row for row in found if row["clip_id"] not in (7, 8)] == [
        row for row in expected if row["clip_id"] not in (7, 8)
    ]
    assert "ended its process again and again (SIGSEGV)" in found[7]["error"]
    assert "ended its process again and again (SIGKILL)" in found[8]["error"]
    assert (counts.clips, counts.errors) == (MANY, 5)
    assert files_of(folder) == loop[1]


def test_shards_larger_than_any_pipe_are_given_out_ahead(folder):
    """Jobs and progress are small and few: none waits for room while the other side does, too."""
    many = 6000
    counts = engine(folder, workers=1, many=many).run(left(folder, listed(many), many // 3))
    assert counts.clips == many
    assert [row["clip_id"] for row in rows_of(folder)] == list(range(many))


def test_a_stop_ends_after_the_shards_in_flight_and_the_next_run_goes_on(folder, loop):
    seen = []
    counts = engine(folder, seconds=0.02, workers=1).run(
        left(folder, listed(MANY), SIZE), seen.append, lambda: seen and seen[-1].clips >= 1
    )
    assert SIZE <= counts.clips <= 2 * SIZE
    assert len(left(folder, listed(MANY), SIZE)) == (MANY - counts.clips) // SIZE
    engine(folder, workers=1).run(left(folder, listed(MANY), SIZE))
    assert (rows_of(folder), files_of(folder)) == loop


def test_a_signal_is_noted_once_and_the_second_interrupts():
    handler = signal.getsignal(signal.SIGTERM)
    with first_signal_noted() as is_noted:
        assert not is_noted()
        os.kill(os.getpid(), signal.SIGTERM)
        assert is_noted()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) is handler


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (refusing, "the model cannot be loaded; give another"),
        (dying, r"end while they load the model \(SIGKILL\)"),
    ],
)
def test_a_process_that_cannot_begin_ends_the_batch_in_words(folder, make, reason):
    with pytest.raises(MvitError, match=reason):
        engine(folder, make=make, workers=1).run(left(folder, listed(MANY), SIZE))
    assert files_of(folder) == set()
    assert multiprocessing.active_children() == []


def test_a_part_that_cannot_be_written_ends_the_batch_in_words(folder):
    (folder / "clips").rmdir()
    with pytest.raises(MvitError, match="clips does not exist; create it first"):
        engine(folder, workers=1).run(left(folder, listed(MANY), SIZE))
    assert read_done(folder, 0) is None
