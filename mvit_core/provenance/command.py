"""The command line that makes a result again, in the folder that holds its files."""

import shlex
from collections.abc import Sequence

from mvit_core.provenance.facts import ClipFacts, FileFacts, Provenance, SourceFacts

__all__ = ["PROGRAM", "SIDE_ENDING", "command_line", "option", "option_number", "source_words"]

SIDE_ENDING = ".provenance.json"
"""What the name of a file is followed by in that of its provenance."""

PROGRAM = "mvit-lens"


def command_line(provenance: Provenance, words: Sequence[str] | None) -> str:
    """One line for a shell, empty where a clip is in no file; others are named without folders.

    Args:
        provenance: of the result.
        words: options that say all of its request; None where there are none for a part of it, so
            that the command reads the request from a file.
    """
    source = provenance.source
    if any(each.clip.file.is_nowhere for each in provenance.sources):
        return ""
    is_whole = words is not None and len(provenance.sources) == 1
    if not is_whole or not source.model.is_named or source.model.stated_preprocessing is not None:
        request = option("--request", provenance.output + SIDE_ENDING)
        return shlex.join((PROGRAM, "export", *request, *option("-o", provenance.output)))
    assert words is not None
    name, *before = source.clip.file.name, *source_words(source)
    options = (*before, *words, *option("-o", provenance.output))
    last = ("--", name) if name.startswith("-") else ()
    first = () if last else (name,)
    return shlex.join((PROGRAM, provenance.kind, *first, *options, *last))


def option(name: str, value: str) -> tuple[str, ...]:
    """An option and its value; one word where the value would be taken for an option.

    Args:
        name: of the option.
        value: as it is typed.
    """
    if not value.startswith("-"):
        return name, value
    return (f"{name}={value}",) if name.startswith("--") else (f"{name}{value}",)


def option_number(name: str, value: float) -> tuple[str, ...]:
    """An option and a number, by the fewest digits that mean it exactly.

    Args:
        name: of the option.
        value: any finite number.
    """
    return option(name, repr(float(value)))


def source_words(source: SourceFacts) -> list[str]:
    """Options that name the model, and say how it and the clip are read."""
    clip, model, words = source.clip, source.model, list[str]()
    if isinstance(clip, ClipFacts) and clip.is_folder:
        words += option_number("--fps", clip.fps)
    if isinstance(clip, ClipFacts) and clip.stream and clip.captured is None:
        words += option("--stream", str(clip.stream))
    if model.has_weights:
        words += option("--checkpoint", model.file.name)
    files: tuple[tuple[str, FileFacts | None], ...] = (
        ("--config", model.config),
        ("--labels", model.labels),
    )
    for name, file in files:
        words += () if file is None else option(name, file.name)
    texts = (("--preset", model.preset), ("--weights", model.weights), ("--head-name", model.head))
    for name, text in texts:
        words += () if text is None else option(name, text)
    return words + (["--half"] if model.half and model.has_weights else [])
