"""Short runs of the rows of the table of hostile cases, and that each notices what it looks for."""

import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.hardening import ROWS, actions, captures, changes, kills, sessions, videos
from benchmarks.hardening.children import Broken, Case, Gates, Limits, Outcome, met_by_children
from benchmarks.hardening.table import rows_of
from mvit_core.system.atomic_file import whole_file
from mvit_core.video import open_video
from tests.fixtures_video import write_barcode_clip

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits and forks as Linux has")

SHORT = {"sessions": 14, "videos": 6, "kills": 9, "actions": 2, "changes": 6, "captures": 12}
"""Cases of each row in the suite; a whole run has many more."""


@linux
@pytest.mark.parametrize("name", SHORT)
def test_a_short_run_of_a_row_is_as_it_must_be(name, tmp_path):
    row = {"sessions": sessions, "videos": videos, "kills": kills}.get(name)
    row = row or {"actions": actions, "changes": changes, "captures": captures}[name]
    limits = replace(row.LIMITS, wall_seconds=600.0)  # the machine may be busy
    made = row.cases(tmp_path, SHORT[name], seed=3)
    outcomes = list(met_by_children(ROWS[name], made, limits))
    assert len(outcomes) == SHORT[name]
    bad = [one for one in outcomes if one.kind not in ("opened", "refused")]
    assert not bad, "\n".join(map(repr, bad))
    assert any(one.kind == "opened" for one in outcomes)


def test_the_rows_say_how_often_each_rule_was_broken():
    gates = Gates(rules=("a", "b"), cpu_seconds=5.0)
    outcomes = [
        Outcome("1", "opened", cpu_seconds=1.0),
        Outcome("2", "foreign", rule="b"),
        Outcome("3", "foreign"),
        Outcome("4", "died", signal=9),
        Outcome("5", "refused", cpu_seconds=6.0),
    ]
    figures = {row.metric: (row.figure, row.met) for row in rows_of("t", outcomes, gates)}
    assert figures["t: a"] == ("0", True)
    for metric in ("t: b", "t: foreign exceptions", "t: signals", "t: hangs over 5 s"):
        assert figures[metric] == ("1", False)


def test_a_frame_of_another_file_is_noticed(tmp_path):
    write_barcode_clip(tmp_path / "clip.mp4", frames=8, first=1_000)
    with (
        open_video(tmp_path / "clip.mp4") as video,
        pytest.raises(Broken, match="frame 3 shows 1003, not 3"),
    ):
        changes._check_frame(video.frame(3), 3, 3)


class _Silent:
    """Starts anew, and never ends that."""

    expected = frozenset({"out"})

    def __init__(self, _):
        pass

    def write(self, folder, told):
        with whole_file(folder / "out") as partial:
            partial.write_bytes(b"b")
        told()
        time.sleep(600)

    def problem(self, folder):
        return ""

    def start(self, folder):
        time.sleep(600)

    def resume(self, folder):
        return ""


class _Torn:
    """Writes in place, and leaves files behind."""

    expected = frozenset({"out"})

    def __init__(self, _):
        pass

    def write(self, folder, told):
        content = b"a" * (1 << 20) + b"b"
        while True:
            (folder / "out").write_bytes(content[: 1 << 20])
            told()

    def problem(self, folder):
        return "" if (folder / "out").read_bytes()[-1:] == b"b" else "cut off"

    def start(self, folder):
        return None

    def resume(self, folder):
        return ""


class _Leaving(_Torn):
    def write(self, folder, told):
        with whole_file(folder / "out") as partial:
            partial.write_bytes(b"b")
            (folder / "out").write_bytes(b"b")
            told()
            time.sleep(600)


@linux
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
@pytest.mark.parametrize(("work", "rule"), [(_Torn, kills.TORN), (_Leaving, kills.LEFT)])
def test_a_kill_that_leaves_something_is_noticed(work, rule, tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "KINDS", {"planted": work})
    with pytest.raises(Broken) as caught:
        kills.meet(Case("planted 0", str(tmp_path), "planted", "1/0"))
    assert caught.value.rule == rule
    shutil.rmtree(tmp_path)


@linux
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_that_hangs_is_ended_and_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(kills, "KINDS", {"planted": _Silent})
    monkeypatch.setattr(kills, "_START_SECONDS", 0.2)
    with pytest.raises(Broken, match="a fork does not end"):
        kills.meet(Case("planted 0", str(tmp_path), "planted", "1/0"))


@linux
def test_a_child_that_is_ended_leaves_nothing_of_what_it_forked(tmp_path, monkeypatch):
    """It would hold the pipes of the child, and whoever reads them would wait for ever."""
    (tmp_path / "forking_row.py").write_text(FORKING, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    limits = Limits(wall_seconds=3.0)
    noted = tmp_path / "pid"
    met = met_by_children("forking_row", [Case("one", str(noted))], limits)
    assert [one.kind for one in met] == ["hung"]
    pid = int(noted.read_text())
    until = time.monotonic() + 60
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_alive(pid)


FORKING = """
import os, time
from pathlib import Path

def meet(case):
    if pid := os.fork():
        beside = Path(case.path).with_suffix(".new")
        beside.write_text(str(pid))
        beside.replace(case.path)
    time.sleep(600)
"""


def is_alive(pid):
    """True for a process that runs; one that has ended and that nobody asked after does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"
