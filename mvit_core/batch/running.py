"""A batch from beginning to end: its folder, the shards that are left, an engine, the counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from mvit_core.batch.chosen import Choice, check_choice
from mvit_core.batch.engines import Engine, engine_kind
from mvit_core.batch.files import FilesMade, make_files
from mvit_core.batch.maps import begin_maps, check_zarr, grow_maps
from mvit_core.batch.request import BatchSpec
from mvit_core.batch.shards import Shard, forget_done, read_done, shards_of
from mvit_core.batch.tables import check_parquet, tables_of
from mvit_core.batch.work import Counts, Work
from mvit_core.clips import ClipList
from mvit_core.errors import ClipListError, ExportError
from mvit_core.system.ordinary_file import is_folder
from mvit_core.system.signals import first_signal_noted

__all__ = ["Batch", "BatchResult", "Progress", "rooted", "run_batch"]


@dataclass(frozen=True)
class Batch:
    """Clips, what is asked of each, and where the tables go."""

    clips: ClipList
    spec: BatchSpec
    folder: Path
    """Of the tables; made where it is not there."""
    shard: int = 64
    """Clips that are done together: what a death may cost, and the rows of a part file."""
    part: tuple[int, int] = (1, 1)
    """(I, N): every N-th shard, beginning with the I-th; I from 1."""
    retry_errors: bool = False
    """Do shards anew in which a clip could not be run."""
    workers: int | None = 1
    """Processes; None for as many as the engine finds cores or GPUs."""
    threads: int | None = 1
    """Of each process; None for its share of the cores."""
    engine: str = "local"
    """A key of ``ENGINES``."""
    address: str | None = None
    """Of a cluster that is there already; None for this machine alone."""
    files: Mapping[str, Choice] = field(default_factory=dict)
    """Which windows get files of their own, by a name in ``KINDS``."""


@dataclass(frozen=True)
class Progress:
    """How far a batch has come."""

    done: int
    """Clips of this part that are done, those of earlier runs among them."""
    total: int
    """Clips of this part."""
    errors: int
    """Clips among those done that could not be run."""
    clips_per_second: float
    """Of this run; 0 before its first clip is done."""
    seconds_left: float | None
    """None before that."""
    files: int = 0
    """Files of chosen windows that are there; they are made after the last clip."""
    files_wanted: int = 0
    """How many there will be."""


@dataclass(frozen=True)
class BatchResult:
    """The end of a run."""

    progress: Progress
    run: int
    """Clips that were run now; the others had been done before."""
    seconds: float
    is_stopped: bool
    """Somebody asked to stop; the same call goes on."""
    files: FilesMade = field(default_factory=FilesMade)
    """Files of chosen windows."""


def rooted(clips: ClipList, root: Path) -> ClipList:
    """A list whose paths count from another folder.

    Args:
        clips: the list.
        root: the folder.

    Raises:
        ClipListError: there is no such folder.
    """
    if not is_folder(root):
        raise ClipListError(f"{root} is no folder; give the one that the paths of the list are in")
    return replace(clips, clips=tuple(replace(clip, folder=root) for clip in clips.clips))


def run_batch(
    batch: Batch, on_progress: Callable[[Progress], None] = lambda _: None
) -> BatchResult:
    """Run what is left of a batch; returns what was done. Ctrl-C ends it after shards in flight.

    Args:
        batch: what is run, and where its tables lie.
        on_progress: told how many clips are done.

    Raises:
        MvitError: a model cannot be loaded, the folder cannot be written or was begun with
            something else, pyarrow is not installed, or the engine cannot be used.
        KeyboardInterrupt: Ctrl-C a second time.
    """
    engine = _engine(batch)
    _begin(batch)
    shards = shards_of(batch.clips.clips, batch.shard, batch.part)
    before, left = _looked_up(batch, shards)
    total, began, pace = sum(len(shard.clips) for shard in shards), monotonic(), _Pace()

    def progress(counts: Counts) -> Progress:
        done, rate = before.clips + counts.clips, pace.of(counts.clips)
        ahead = (total - done) / rate if rate else None
        return Progress(done, total, before.errors + counts.errors, rate, ahead)

    counts = Counts(0, 0)
    with first_signal_noted() as is_noted:
        if left:
            counts = engine.run(left, lambda now: on_progress(progress(now)), is_noted)
        last, files = progress(counts), FilesMade()
        if batch.spec.maps:
            grow_maps(batch.folder)
        if last.done == total:
            files = make_files(
                batch.folder,
                shards,
                batch.spec,
                batch.files,
                lambda there, wanted: on_progress(
                    replace(last, files=there, files_wanted=wanted, seconds_left=None)
                ),
                is_noted,
            )
        is_stopped = last.done < total or is_noted()
        return BatchResult(last, counts.clips, monotonic() - began, is_stopped, files)


class _Pace:
    """Clips a second since the first was done: loading models is no part of it."""

    def __init__(self) -> None:
        self._began = self._first = monotonic()
        self._clips = 0

    def of(self, clips: int) -> float:
        """The pace after so many clips; 0 before the first."""
        now = monotonic()
        if clips and not self._clips:
            self._first, self._clips = now, clips
        if clips > self._clips and now > self._first:
            return (clips - self._clips) / (now - self._first)
        return clips / (now - self._began) if now > self._began else 0.0


def _begin(batch: Batch) -> None:
    from mvit_core.batch.origin import name_of
    from mvit_core.batch.run_file import begin, facts_of, make_folder

    check_parquet()  # all that can be refused, before anything is loaded or made
    if batch.spec.maps:
        check_zarr()
    if batch.files and not isinstance(batch.spec.windows, str):
        raise ExportError(
            "files are made of windows that are run as they are; give --windows first or all, or "
            "leave out --captures and --videos"
        )
    for choice in batch.files.values():
        check_choice(choice)
    make_folder(batch.folder)
    begin(
        batch.folder,
        facts_of(batch.clips, batch.spec, batch.shard, name_of(batch.folder)),
        tables_of(batch.spec.stats),
    )
    if batch.spec.maps:
        begin_maps(batch.folder, batch.spec.names, len(batch.clips.clips), batch.shard)


def _engine(batch: Batch) -> Engine:
    """The engine, refused before anything is loaded or made for it."""
    from mvit_core.batch.clip_runner import make_runner

    kind = engine_kind(batch.engine, batch.address)
    wanted = [source.device for source in batch.spec.models if source.device != "cpu"]
    return kind.make(
        Work(
            batch.folder,
            batch.clips.clips,
            batch.spec,
            make_runner,
            workers=batch.workers,
            threads=batch.threads,
            device=wanted[0] if wanted else "cpu",
            address=batch.address,
        )
    )


def _looked_up(batch: Batch, shards: tuple[Shard, ...]) -> tuple[Counts, list[Shard]]:
    """What is done already, and the shards that are not."""
    counts, left = Counts(0, 0), []
    for shard in shards:
        done = read_done(batch.folder, shard.number)
        if done is not None and not (batch.retry_errors and done.errors):
            counts = Counts(counts.clips + done.clips, counts.errors + done.errors)
            continue
        forget_done(batch.folder, shard.number)
        left.append(shard)
    return counts, left
