"""Runners of clips without a network, and a driver to be killed; imported by child processes."""

import os
import resource
import signal
import sys
import time
from pathlib import Path

from mvit_core.batch.engines import ENGINES
from mvit_core.batch.local import LocalEngine
from mvit_core.batch.shards import read_done, shards_of
from mvit_core.batch.unit import clip_row
from mvit_core.batch.work import Work
from mvit_core.clips import ListedClip
from mvit_core.errors import MvitError

TABLES = ("clips",)
MANY = 18


def listed(count):
    return tuple(ListedClip(f"{place:03}.mp4", Path("videos"), ("3",)) for place in range(count))


class Counted:
    """Its rows follow from the clip alone; every fifth clip is an error.

    Some clips end its process, by a signal: each time, or once where a folder is named.
    """

    tables = TABLES

    def __init__(self, spec, threads):
        self._seconds, self._how = spec

    def rows(self, clip_id, clip):
        time.sleep(self._seconds)
        how = self._how.get(clip.name)
        if isinstance(how, Path):
            if not how.exists():
                how.mkdir()
                os.kill(os.getpid(), signal.SIGKILL)
        elif how is not None:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.kill(os.getpid(), how)
        error = f"{clip.name} is damaged" if clip_id % 5 == 4 else None
        return {"clips": [clip_row(clip_id, clip, frames=clip_id * 7, error=error)]}


def counted(spec, threads):
    """In place of ``make_runner``, where only the way of the shards counts."""
    return Counted((0.0, {}), threads)


def refusing(spec, threads):
    raise MvitError("the model cannot be loaded; give another")


def dying(spec, threads):
    os.kill(os.getpid(), signal.SIGKILL)


def engine(folder, how=(), make=Counted, seconds=0.0, workers=2, many=MANY):
    return LocalEngine(folder, listed(many), (seconds, dict(how)), make, workers, 1)


def work_of(folder, how=(), make=Counted, seconds=0.0, workers=2, address=None):
    spec = (seconds, dict(how))
    return Work(folder, listed(MANY), spec, make, workers=workers, threads=1, address=address)


def left(folder, clips, size):
    return [each for each in shards_of(clips, size) if read_done(folder, each.number) is None]


def prepare(folder):
    for name in (*TABLES, "done"):
        (folder / name).mkdir(parents=True)
    return folder


if __name__ == "__main__":
    name, out, seconds, *address = sys.argv[1:]
    print("begun", flush=True)
    out = Path(out)
    given = {"address": address[0], "workers": 1} if address else {}
    work = work_of(out, seconds=float(seconds), **given)
    ENGINES[name].make(work).run(
        left(out, listed(MANY), 3), lambda counts: print(counts.clips, flush=True), lambda: False
    )
