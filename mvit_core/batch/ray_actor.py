"""The process of a cluster that runs shards."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvit_core.batch.unit import run_shard
from mvit_core.batch.worker import Failed, Finished, Ready
from mvit_core.errors import EngineError, MvitError
from mvit_core.system.ordinary_file import is_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mvit_core.batch.shards import Shard
    from mvit_core.batch.unit import ClipRunner
    from mvit_core.batch.work import Work
    from mvit_core.clips import ListedClip

__all__ = ["At", "ShardActor"]


@dataclass(frozen=True)
class At:
    """How far the shard is that runs."""

    number: int
    """Of the shard; -1 before the first."""
    clips: int
    """Done of it."""
    errors: int
    """Of these, those that could not be run."""


class ShardActor:
    """Runs shards; its networks are loaded by the first task that needs them.

    Ray starts it anew where its process dies, and gives it the task once more.

    Args:
        work: the batch, without its clips: they come with the shards.
        place: the working folder of the driver: paths count from there.
        threads: that a network may use.
    """

    def __init__(self, work: Work, place: Path, threads: int) -> None:
        self._work, self._place, self._threads = work, place, threads
        self._runner: ClipRunner | None = None
        self._at = At(-1, 0, 0)

    def begin(self) -> Ready | Failed:
        """Load the networks."""
        try:
            self._loaded()
        except MvitError as error:
            return Failed(str(error))
        return Ready()

    def run(self, shard: Shard, culprits: Mapping[int, str]) -> Finished | Failed:
        """Run a shard.

        Args:
            shard: its clips.
            culprits: clips that are not to be run, and the sentence that stands for each.
        """

        def on_clip(clip_id: int | None, errors: int) -> None:
            done = len(shard.clips) if clip_id is None else clip_id - shard.first
            self._at = At(shard.number, done, errors)

        try:
            return Finished(run_shard(self._loaded(), self._work.folder, shard, culprits, on_clip))
        except MvitError as error:
            return Failed(str(error))

    def try_clip(self, clip_id: int, clip: ListedClip) -> Ready | Failed:
        """Run a clip and keep nothing of it: does it end the process?"""
        try:
            self._loaded().rows(clip_id, clip)
        except MvitError as error:
            return Failed(str(error))
        return Ready()

    def at(self) -> At:
        """How far it is; answered beside the work."""
        return self._at

    def _loaded(self) -> ClipRunner:
        if self._runner is None:
            try:
                os.chdir(self._place)
                sees = is_folder(self._work.folder / "done")
            except OSError:
                sees = False
            if not sees:
                raise EngineError(
                    f"the machine {os.uname().nodename} of the cluster does not have the folder "
                    f"{self._work.folder} of the batch, seen from {self._place}; all machines need "
                    f"clips, checkpoint and tables under the same names, on a shared disk"
                )
            self._runner = self._work.make(self._work.spec, self._threads)
        return self._runner
