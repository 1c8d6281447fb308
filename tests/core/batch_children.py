"""Runners of clips without a network, and a driver to be killed; imported by child processes."""

import os
import resource
import signal
import sys
import time
from pathlib import Path

from mvit_core.batch.local import LocalEngine
from mvit_core.batch.shards import read_done, shards_of
from mvit_core.batch.unit import clip_row
from mvit_core.clips import ListedClip
from mvit_core.errors import MvitError

TABLES = ("clips",)
MANY = 18


def listed(count):
    return tuple(ListedClip(f"{place:03}.mp4", Path("videos"), ("3",)) for place in range(count))


class Counted:
    """Its rows follow from the clip alone; every fifth clip is an error."""

    tables = TABLES

    def __init__(self, spec, threads):
        self._seconds, self._how = spec

    def rows(self, clip_id, clip):
        time.sleep(self._seconds)
        if clip.name in self._how:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.kill(os.getpid(), self._how[clip.name])
        error = f"{clip.name} is damaged" if clip_id % 5 == 4 else None
        return {"clips": [clip_row(clip_id, clip, frames=clip_id * 7, error=error)]}


def refusing(spec, threads):
    raise MvitError("the model cannot be loaded; give another")


def dying(spec, threads):
    os.kill(os.getpid(), signal.SIGKILL)


def engine(folder, how=(), make=Counted, seconds=0.0, workers=2, many=MANY):
    return LocalEngine(folder, listed(many), (seconds, dict(how)), make, workers, 1)


def left(folder, clips, size):
    return [each for each in shards_of(clips, size) if read_done(folder, each.number) is None]


def prepare(folder):
    for name in (*TABLES, "done"):
        (folder / name).mkdir(parents=True)
    return folder


if __name__ == "__main__":
    out, seconds = Path(sys.argv[1]), float(sys.argv[2])
    print("begun", flush=True)
    engine(out, seconds=seconds).run(
        left(out, listed(MANY), 3), lambda counts: print(counts.clips, flush=True)
    )
