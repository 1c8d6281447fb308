"""One unit of work, the same whatever runs it: the clips of a shard become its part files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from mvit_core.batch.kept_provenance import kept_provenance
from mvit_core.batch.maps import MAPS, write_maps
from mvit_core.batch.mean_rows import MEANS, joined_rows
from mvit_core.batch.shards import Shard, ShardDone, note_done
from mvit_core.batch.tables import Rows, write_part
from mvit_core.clips import ListedClip

__all__ = ["ClipRunner", "MakeRunner", "clip_row", "run_shard"]


class ClipRunner(Protocol):
    """Runs clips."""

    tables: tuple[str, ...]
    """Names of the tables that it gives rows for."""

    def rows(self, clip_id: int, clip: ListedClip) -> Rows:
        """The rows of a clip; one that cannot be run has one row in ``clips``, with its error."""


MakeRunner = Callable[[Any, int], ClipRunner]
"""Makes a runner of a ``BatchSpec`` and the threads it may use; known by name in a module."""


def run_shard(
    runner: ClipRunner,
    folder: Path,
    shard: Shard,
    culprits: Mapping[int, str] | None = None,
    on_clip: Callable[[int | None, int], None] = lambda _clip, _errors: None,
) -> ShardDone:
    """Run the clips of a shard and write its part files, the note that it is done last.

    Args:
        runner: of clips.
        folder: of the batch, with the folders of its tables.
        shard: the clips.
        culprits: clips that are not to be run, and the sentence that stands for each.
        on_clip: called with each clip and the errors before it, and with None before writing;
            raising from it ends the work, and nothing is written.

    Raises:
        ExportError: a file cannot be written.
    """
    culprits, errors = culprits or {}, 0
    found: dict[str, list[Mapping[str, Any]]] = {table: [] for table in runner.tables}
    for clip_id, clip in enumerate(shard.clips, start=shard.first):
        on_clip(clip_id, errors)
        if clip_id in culprits:
            rows: Rows = {"clips": [clip_row(clip_id, clip, error=culprits[clip_id])]}
        else:
            rows = runner.rows(clip_id, clip)
        errors += sum(row["error"] is not None for row in rows["clips"])
        for table, those in rows.items():
            found[table] += those
    on_clip(None, errors)
    if MEANS in found:
        found[MEANS] = [*joined_rows(found[MEANS])]
    told = kept_provenance(folder)
    for table, those in found.items():
        if table == MAPS:
            write_maps(folder, shard, those)
        else:
            write_part(folder, table, shard.number, those, told)
    done = ShardDone(len(shard.clips), errors)
    note_done(folder, shard.number, done)
    return done


def clip_row(clip_id: int, clip: ListedClip, **facts: object) -> dict[str, Any]:
    """A row of ``clips``; what is not given is None.

    Args:
        clip_id: its place in the list.
        clip: as the list has it.
        facts: further columns.
    """
    unknown = ("frames", "fps", "width", "height", "seconds", "damage", "error")
    label = ", ".join(clip.labels) or None
    row = {"clip_id": clip_id, "path": clip.name, "label": label}
    return row | dict.fromkeys(unknown) | facts
