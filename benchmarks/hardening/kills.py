"""The row of kills: a process that writes is killed at any moment; all is whole at the next start.

The victim is a fork of a process that has loaded everything: what is killed is the writing, not
the start of Python.
"""

import os
import select
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from benchmarks.hardening.children import Broken, Case, Gates, Limits, Met
from benchmarks.hardening.written import KINDS
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

__all__ = ["CASES", "GATES", "LIMITS", "TITLE", "cases", "meet"]

TITLE = "kills -9 (export, session, settings, demo training, batch, capture file)"
CASES = 300
TORN, LEFT, RESUMES = "torn files", "leftovers after the next start", "runs that do not resume"
GATES = Gates(rules=(TORN, LEFT, RESUMES), cpu_seconds=60.0)
LIMITS = Limits(wall_seconds=300.0, cases=100)
_BEGINS_SECONDS = 120.0
_CASE_SECONDS, _START_SECONDS = 280.0, 60.0
"""Seconds after which a whole case, or one start anew, is given up."""
_LONGEST_SECONDS = 0.5
"""A killed process lived at most so much longer than its first round of writing."""


def cases(folder: Path, count: int, seed: int) -> Iterator[Case]:
    """One case for each kill; what is written goes round the kinds."""
    import torch

    from mvit_core.model import MViT

    write_barcode_clip(folder / "clip.mp4", frames=12)
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    names = list(KINDS)
    for number in range(count):
        name = names[number % len(names)]
        yield Case(f"{name} {number}", str(folder), name, f"{seed}/{number}")


def meet(case: Case) -> Met:
    """Have a process write over and over, kill it, start anew, and look at what is there.

    All of it in a fork: the threads of one case are no part of the next.
    """
    rule, _, words = _forked(lambda: _found(case), _CASE_SECONDS).partition(": ")
    if rule:
        raise Broken(rule if rule in GATES.rules else RESUMES, words or rule)
    return Met()


def _found(case: Case) -> str:
    """The rule that does not hold, and why; nothing if all is well."""
    import torch

    torch.set_num_threads(1)  # a fork has none of the threads that were there
    inputs, random = Path(case.path), Random(case.beside)
    work = KINDS[case.kind](inputs)
    folder = inputs / case.name.replace(" ", "-")
    folder.mkdir()
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    if problem := _kill_while(lambda told: work.write(folder, told), random):
        return f"{TORN}: {problem}"
    if problem := work.problem(folder):
        return f"{TORN}: {problem}"
    if problem := _forked(lambda: work.start(folder) or "", _START_SECONDS):
        return f"{RESUMES}: {problem}"
    if left := sorted(set(_names(folder)) - work.expected):
        return f"{LEFT}: {', '.join(left)}"
    if problem := _forked(lambda: work.resume(folder), _START_SECONDS):
        return f"{RESUMES}: {problem}"
    shutil.rmtree(folder)
    return ""


def _kill_while(write: Callable[[Callable[[], None]], None], random: Random) -> str:
    """Fork, wait for the first sign of life, and kill after a while that nobody knows.

    Returns:
        why there was nothing to kill; nothing if there was.
    """
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _ends_with(lambda: write(lambda: _tell(theirs, ".")))
    os.close(theirs)
    try:
        has_begun = bool(select.select([ours], [], [], _BEGINS_SECONDS)[0] and os.read(ours, 1))
        if has_begun:
            time.sleep(random.uniform(0, _LONGEST_SECONDS))
    finally:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(ours)
    if not has_begun:
        return f"nothing was written in {_BEGINS_SECONDS:.0f} s"
    return "" if os.WIFSIGNALED(status) else f"the process ended by itself with {status}"


def _forked(work: Callable[[], str], seconds: float) -> str:
    """What the work says, done in a fork as a process that starts anew does it.

    A fork of a process with threads may wait for ever for a lock that one of them held; so it is
    killed after so many seconds.
    """
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _ends_with(lambda: _tell(theirs, work()))
    os.close(theirs)
    words, until = b"", time.monotonic() + seconds
    while select.select([ours], [], [], max(until - time.monotonic(), 0.0))[0]:
        if not (piece := os.read(ours, 4_096)):
            break
        words += piece
    else:
        os.kill(pid, signal.SIGKILL)
        words = b"a fork does not end"
    os.close(ours)
    _, status = os.waitpid(pid, 0)
    return words.decode("utf-8", "replace") or (f"a fork ended with {status}" if status else "")


def _tell(pipe: int, words: str) -> None:
    os.write(pipe, words[:900].encode())


def _ends_with(work: Callable[[], None]) -> None:
    """Do the work of a fork, and end it: nothing of the child's goes on in it."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _names(folder: Path) -> list[str]:
    """Files below the folder, by their place in it."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
