"""What the tables of a batch say of where they come from."""

import json
import shlex
from pathlib import Path
from typing import Any

from mvit_core.batch.request import BatchSpec
from mvit_core.checkpoint import LoadedModel
from mvit_core.provenance import (
    PROGRAM,
    FileFacts,
    ListFacts,
    Provenance,
    SourceFacts,
    as_json,
    model_facts,
    option,
    settled,
    source_words,
    versions,
)

__all__ = ["batch_provenance", "name_of"]


def batch_provenance(
    spec: BatchSpec, models: list[LoadedModel], listed: ListFacts, output: str, shard: int
) -> dict[str, Any]:
    """The provenance of every table of a batch, as JSON values.

    Args:
        spec: what is asked of every clip.
        models: those of the spec, loaded.
        listed: the clips.
        output: name of its folder.
        shard: clips of a part file.
    """
    plan = spec.windows
    words = plan if isinstance(plan, str) else f"{plan.clips}x{plan.crops}"
    asked = {"windows": words, "stats": spec.stats, "maps": list(spec.maps), "shard": shard}
    sources = tuple(SourceFacts(listed, model_facts(each), each.clip_spec) for each in models)
    heads = "all queries" if spec.stats == "all" else "the row that the prediction is read from"
    return as_json(
        settled(
            Provenance(
                kind="batch",
                output=output,
                sources=sources,
                request=json.dumps(asked),
                map=None,
                shows=f"predictions and statistics of every head, of {heads}; windows: {words}",
                command=_command(sources, listed.file, asked, output),
                versions=versions(),
            )
        )
    )


def _command(
    sources: tuple[SourceFacts, ...], file: FileFacts, asked: dict[str, Any], output: str
) -> str:
    words = [*source_words(sources[0])]
    for each in sources[1:]:
        words += option("--checkpoint", each.model.file.name)
    words += [*option("--windows", asked["windows"]), *option("--stats", asked["stats"])]
    if asked["maps"]:
        words += option("--maps", ",".join(asked["maps"]))
    words += [*option("--shard", str(asked["shard"])), *option("-o", output)]
    last = ("--", file.name) if file.name.startswith("-") else ()
    first = () if last else (file.name,)
    return shlex.join((PROGRAM, "batch", *first, *words, *last))


def name_of(folder: Path) -> str:
    """Name of a folder; of the present one, too."""
    return folder.absolute().name or "batch"
