"""The process that runs shards: what it is asked and what it says, and its loop."""

from __future__ import annotations

import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mvit_core.batch.shards import Shard
from mvit_core.batch.unit import run_shard
from mvit_core.errors import MvitError

if TYPE_CHECKING:
    from pathlib import Path

    from mvit_core.batch.shards import ShardDone
    from mvit_core.batch.unit import MakeRunner
    from mvit_core.clips import ListedClip

__all__ = ["AtClip", "Failed", "Finished", "Job", "Ready", "serve"]


@dataclass(frozen=True)
class Job:
    """A shard to run, by its place: a message so small that no pipe is ever full of them."""

    number: int
    first: int
    count: int
    culprits: tuple[tuple[int, str], ...] = ()
    """Clips that are not to be run, and the sentence that stands for each."""


@dataclass(frozen=True)
class Ready:
    """The networks are loaded."""


@dataclass(frozen=True)
class AtClip:
    """A clip begins."""

    clip_id: int | None
    """None while part files are written."""
    errors: int
    """Clips of this shard so far that could not be run."""


@dataclass(frozen=True)
class Finished:
    """The oldest job is done, and its files are in place."""

    done: ShardDone


@dataclass(frozen=True)
class Failed:
    """Nothing can go on: a model cannot be loaded, or a file cannot be written."""

    words: str


class Pipe(Protocol):
    """Its end of a pipe to the driver."""

    def send(self, said: object, /) -> None:
        """Say something; raises OSError where the driver is gone."""

    def recv(self) -> Any:  # noqa: ANN401
        """Wait for a job; raises EOFError where the driver is gone."""


def serve(
    pipe: Pipe,
    folder: Path,
    clips: tuple[ListedClip, ...],
    spec: object,
    threads: int,
    make: MakeRunner,
) -> None:
    """Run shards until the other side goes away; a clip begun then is dropped.

    Args:
        pipe: to the driver.
        folder: of the batch.
        clips: all of its list.
        spec: what is asked of every clip, for ``make``.
        threads: that a network may use.
        make: makes the runner.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it was not inherited, as on Windows

    def on_clip(clip_id: int | None, errors: int) -> None:
        pipe.send(AtClip(clip_id, errors))

    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        try:
            runner = make(spec, threads)
            pipe.send(Ready())
            while True:
                job: Job = pipe.recv()
                inside = clips[job.first : job.first + job.count]
                shard = Shard(job.number, job.first, inside)
                done = run_shard(runner, folder, shard, dict(job.culprits), on_clip)
                pipe.send(Finished(done))
        except MvitError as error:
            pipe.send(Failed(str(error)))
