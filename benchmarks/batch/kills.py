"""Batches that are killed at random moments: the same command finishes them, rows as of the loop.

A victim is a command, run in a session of its own. Killed are a worker, the driver, or the driver
and everything that it started. A worker's death the driver survives; after the others the command
is given again, once no process runs clips any more. What else is left of a run is killed then.
"""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

__all__ = ["KINDS", "Victim", "descendants", "killed_runs"]

KINDS = ("worker", "driver", "both")
_ROOT = Path(__file__).resolve().parents[2]
_WORKERS = ("multiprocessing.spawn", "ray::ShardActor")
"""How the command line of a process that runs clips looks, by the local engine and by Ray."""
_PATIENCE_SECONDS = 600.0
_ORPHANS_SECONDS = 60.0
_TICK_SECONDS = 0.02
_MOST_TRIES = 5
"""Runs for each kill; some end before the moment that was drawn."""


@dataclass(frozen=True)
class Victim:
    """A command that writes a batch, and what its end must be."""

    command: Callable[[Path], Sequence[str]]
    """Of the folder that it writes to."""
    problem: Callable[[Path], str]
    """What is wrong with a folder that is done; nothing if all is well."""
    environment: Mapping[str, str]
    prepare: Callable[[Path], object] = lambda _: None
    """Called with the folder before the first run."""

    def undisturbed(self, out: Path) -> float:
        """Seconds of a run that nobody kills.

        Raises:
            RuntimeError: it fails.
        """
        began = time.monotonic()
        self.prepare(out)
        with self.started(out) as process:
            code = process.wait(_PATIENCE_SECONDS)
        seconds = time.monotonic() - began
        if problem := f"it ended with {code}" if code else self.problem(out):
            raise RuntimeError(f"the run that nobody killed failed: {problem}")
        return seconds

    def started(self, out: Path) -> "subprocess.Popen[bytes]":
        """The command, running in a session of its own."""
        return subprocess.Popen(
            self.command(out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={**os.environ, **self.environment},
            start_new_session=True,
        )


def killed_runs(
    victim: Victim, folder: Path, count: int, seed: int, kinds: Sequence[str] = KINDS
) -> dict[str, int]:
    """Kill as many runs, finish them, and count the problems.

    Args:
        victim: the command.
        folder: an empty one, where each run has its own.
        count: of kills that met a run.
        seed: of the moments, which lie anywhere in the time of an undisturbed run.
        kinds: what is killed, in turns.

    Returns:
        problems by name, with the numbers of runs that had them.

    Raises:
        RuntimeError: the undisturbed run fails, or runs end before they can be killed.
    """
    random, problems = Random(seed), Counter[str]()
    longest = victim.undisturbed(folder / "whole")
    number = met = 0
    while met < count:
        out, kind = folder / f"run-{number}", kinds[met % len(kinds)]
        problem = _killed(victim, out, kind, random.uniform(0, longest), random)
        number += 1
        if problem is None:
            if number > _MOST_TRIES * count:
                raise RuntimeError("runs end before they can be killed")
            continue
        met += 1
        if problem:
            print(f"  {kind} of run {number - 1}: {problem}", flush=True)
            problems[problem.partition(":")[0]] += 1
    return dict(problems)


def _killed(victim: Victim, out: Path, kind: str, seconds: float, random: Random) -> str | None:
    """Kill one run and finish it; the problem, if any. None where it ended before the moment."""
    victim.prepare(out)
    with victim.started(out) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        family = _to_kill(process, kind, random)
        if not family:
            return None
        below = descendants(process.pid)
        _kill(family)
        code = process.wait(_PATIENCE_SECONDS)
    left = _left_of({pid: words for pid, words in below.items() if _runs_clips(words)})
    _kill(pid for pid, words in below.items() if words and _words_of(pid) == words)
    if kind == "worker" and code:
        return f"driver that did not survive its worker: it ended with {code}"
    if left:
        return f"processes that outlive their driver: {left}"
    if kind != "worker":
        with victim.started(out) as process:
            if code := process.wait(_PATIENCE_SECONDS):
                return f"run that does not go on: it ended with {code}"
    return victim.problem(out)


def _to_kill(process: "subprocess.Popen[bytes]", kind: str, random: Random) -> list[int]:
    """Processes to kill; for a worker the moment is put off until there is one."""
    while process.poll() is None:
        family = descendants(process.pid)
        workers = sorted(pid for pid, words in family.items() if _runs_clips(words))
        if kind == "driver":
            return [process.pid]
        if kind == "both":
            return [process.pid, *family]
        if workers:
            return [random.choice(workers)]
        time.sleep(_TICK_SECONDS)
    return []


def _runs_clips(words: str) -> bool:
    return any(worker in words for worker in _WORKERS)


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> dict[int, str]:
    """Processes below one, with their command lines."""
    parents: dict[int, int] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            with suppress(OSError):
                state, parent = (place / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    parents[int(place.name)] = int(parent)
    found, ahead = {}, [pid]
    while ahead:
        above = ahead.pop()
        below = [child for child, parent in parents.items() if parent == above]
        found |= {child: _words_of(child) for child in below}
        ahead += below
    return found


def _words_of(pid: int) -> str:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b" ".join(words).decode("utf-8", "replace").strip()
    return ""


def _left_of(family: Mapping[int, str]) -> str:
    """Processes that run clips and live on although nobody asks them any more.

    Services of a cluster that was started for the run end later, by themselves.
    """
    until = time.monotonic() + _ORPHANS_SECONDS
    left = dict(family)
    while left and time.monotonic() < until:
        left = {pid: words for pid, words in left.items() if words and _words_of(pid) == words}
        time.sleep(_TICK_SECONDS)
    return ", ".join(f"{pid} {words[:60]}" for pid, words in left.items())
