"""The row of kills: a process that writes is killed at any moment; all is whole at the next start.

The victim is a fork of the child, which has loaded everything: what is killed is the writing, not the
start of Python.
"""

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from benchmarks.hardening.children import Broken, Case, Gates, Limits, Met
from benchmarks.hardening.written import KINDS, Work
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

__all__ = ["CASES", "GATES", "LIMITS", "TITLE", "cases", "meet"]

TITLE = "kills -9 (export, session, settings, demo training)"
CASES = 300
TORN, LEFT, RESUMES = "torn files", "leftovers after the next start", "runs that do not resume"
GATES = Gates(rules=(TORN, LEFT, RESUMES), cpu_seconds=60.0)
LIMITS = Limits(wall_seconds=300.0, cases=100)
_BEGINS_SECONDS = 120.0
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
    """Have a process write over and over, kill it, start anew, and look at what is there."""
    inputs, random = Path(case.path), Random(case.beside)
    work = _prepared(case.kind, inputs)
    folder = inputs / f"out-{case.kind}-{abs(hash(case.beside))}"
    folder.mkdir()
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    _kill_while(lambda told: work.write(folder, told), random)
    if problem := work.problem(folder):
        raise Broken(TORN, problem)
    _in_a_fork(lambda: work.start(folder))
    if left := sorted(set(_names(folder)) - work.expected):
        raise Broken(LEFT, ", ".join(left))
    if problem := _resumed(work, folder):
        raise Broken(RESUMES, problem)
    return Met()


_works: dict[str, Work] = {}


def _prepared(kind: str, inputs: Path) -> Work:
    """What is written, loaded and run once, so that its forks need not."""
    import torch

    torch.set_num_threads(1)  # a fork has none of the threads that were there
    if kind not in _works:
        _works[kind] = KINDS[kind](inputs)
    return _works[kind]


def _kill_while(write: Callable[[Callable[[], None]], None], random: Random) -> None:
    """Fork, wait for the first sign of life, and kill after a while that nobody knows.

    Raises:
        Broken: the process never began, or ended by itself.
    """
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _ends_with(lambda: write(lambda: os.write(theirs, b".") and None))
    os.close(theirs)
    try:
        has_begun = bool(select.select([ours], [], [], _BEGINS_SECONDS)[0]) and os.read(ours, 1)
        if has_begun:
            time.sleep(random.uniform(0, _LONGEST_SECONDS))
    finally:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(ours)
    if not has_begun or not os.WIFSIGNALED(status):
        raise Broken(TORN, f"the process that should be killed ended by itself, {status}")


def _in_a_fork(work: Callable[[], None]) -> None:
    """Do something as a process that starts anew does."""
    pid = os.fork()
    if pid == 0:
        _ends_with(work)
    _, status = os.waitpid(pid, 0)
    if status:
        raise Broken(RESUMES, f"the next start ended with {status}")


def _ends_with(work: Callable[[], None]) -> None:
    """Do the work of a fork, and end it: nothing of the child's goes on in it."""
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def _resumed(work: Work, folder: Path) -> str:
    """What is wrong with the work when it is begun again; nothing if it goes on."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _ends_with(lambda: _told(theirs, work.resume(folder)))
    os.close(theirs)
    _, status = os.waitpid(pid, 0)
    words = os.read(ours, 1_000).decode("utf-8", "replace")
    os.close(ours)
    return words.strip() or (f"beginning again ended with {status}" if status else "")


def _told(pipe: int, words: str) -> None:
    os.write(pipe, words[:900].encode())


def _names(folder: Path) -> list[str]:
    """Files below the folder, by their place in it."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
