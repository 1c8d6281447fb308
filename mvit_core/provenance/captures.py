"""Where capture files come from: told of what they hold anyway, and the command that makes one."""

import json
from collections.abc import Sequence
from dataclasses import replace

from mvit_core.capture_file import CaptureFile
from mvit_core.pipeline import Explainer
from mvit_core.provenance.command import CAPTURE, command_line, option
from mvit_core.provenance.document import settled
from mvit_core.provenance.facts import (
    ClipFacts,
    FileFacts,
    ModelFacts,
    Provenance,
    SourceFacts,
    WindowFacts,
)
from mvit_core.provenance.making import source_facts
from mvit_core.video import Video

__all__ = ["capture_command", "capture_provenance"]

_BY_HAND = (
    "a script or the window wrote it, with what no option says; `mvit-lens capture` makes one of "
    "clip and checkpoint"
)


def capture_command(
    explainer: Explainer,
    video: Video,
    output: str,
    windows: Sequence[int] | None = None,
    *,
    half: bool = False,
) -> str:
    """The command that makes a capture file again; empty where no option says how it was made.

    Args:
        explainer: the model.
        video: the clip.
        output: name of the file.
        windows: their numbers; None for all.
        half: stored in float16.
    """
    words = () if windows is None else option("--windows", ",".join(map(str, windows)))
    found = Provenance(CAPTURE, output, (source_facts(explainer, video),), "{}", None)
    return command_line(found, (*words, *(["--half"] if half else [])))


def capture_provenance(file: CaptureFile) -> Provenance:
    """The provenance of a capture file, in the form that all other results have.

    Raises:
        ValueError: its document holds a name that is a path, or a digest that is none.
    """
    clip, model, made = file.clip, file.model, file.provenance
    seen = tuple(WindowFacts(each.window.index, each.frame_indices) for each in file.windows)
    asked = {"windows": [each.index for each in seen], "half": made.half}
    source = SourceFacts(
        ClipFacts(
            file=FileFacts(clip.name, clip.size, clip.sha256),
            frame_count=clip.frame_count,
            fps=float(clip.fps),
            size=clip.frame_size,
            stream=clip.stream,
        ),
        ModelFacts(
            file=FileFacts(model.name, model.size, model.sha256),
            format=model.format,
            family=model.family,
            blocks=len(file.config.blocks),
            classes=file.config.num_classes,
            decided_from=model.decided_from,
            half=model.half,
        ),
        model.clip_spec,
    )
    stored = ", in float16" if made.half else ""
    found = Provenance(
        kind=CAPTURE,
        output=file.path.name,
        sources=(source,),
        request=json.dumps(asked),
        map=None,
        shows=f"runs of the network and the frames that it saw{stored}",
        windows=seen,
        versions=made.versions,
    )
    told = made.command
    return settled(replace(found, command=told, no_command="" if told else _BY_HAND))
