"""The command line that makes a result again, in the folder that holds its files."""

import shlex
from collections.abc import Sequence

from mvit_core.provenance.facts import ClipFacts, FileFacts, Provenance, SourceFacts

__all__ = [
    "CAPTURE",
    "PROGRAM",
    "SIDE_ENDING",
    "TAKE_CODE",
    "WINDOW",
    "command_line",
    "line_of",
    "option",
    "option_number",
    "source_words",
    "why_no_command",
]

SIDE_ENDING = ".provenance.json"
"""What the name of a file is followed by in that of its provenance."""

PROGRAM = "mvit-lens"

CAPTURE = "capture"
WINDOW = "window"
"""Kinds of results: capture files, and what no command writes."""

TAKE_CODE = frozenset((CAPTURE, "export", "heads"))
"""Commands that take ``--module``, of those that are told."""


def command_line(provenance: Provenance, words: Sequence[str] | None) -> str:
    """One line for a shell, empty where a clip is in no file; others are named without folders.

    Args:
        provenance: of the result.
        words: options that say all of its request; None where there are none for a part of it, so
            that the command reads the request from a file.
    """
    source = provenance.source
    is_nowhere = any(each.clip.file.is_nowhere for each in provenance.sources)
    is_of_code = any(each.model.module is not None for each in provenance.sources)
    if is_nowhere or provenance.kind == WINDOW:
        return ""
    if is_of_code and provenance.kind not in TAKE_CODE:
        return ""
    is_whole = words is not None and len(provenance.sources) == 1
    if not is_whole or not source.model.is_named or source.model.stated_preprocessing is not None:
        if provenance.kind == CAPTURE or is_of_code:  # one takes no request, the other is in none
            return ""
        request = option("--request", provenance.output + SIDE_ENDING)
        return shlex.join((PROGRAM, "export", *request, *option("-o", provenance.output)))
    assert words is not None
    options = (*words, *option("-o", provenance.output))
    return line_of(provenance.kind, source, options)


def line_of(command: str, source: SourceFacts, words: Sequence[str]) -> str:
    """One line for a shell of a command that takes a clip and a model.

    Args:
        command: its name.
        source: the clip and the model.
        words: further options.
    """
    name, options = source.clip.file.name, (*source_words(source), *words)
    last = ("--", name) if name.startswith("-") else ()
    first = () if last else (name,)
    return shlex.join((PROGRAM, command, *first, *options, *last))


def why_no_command(provenance: Provenance) -> str:
    """Why ``command_line`` has none to tell, as a sentence.

    Args:
        provenance: of the result.
    """
    if provenance.kind == WINDOW:
        return "the window wrote it from what it showed, and no command writes such a file"
    if any(each.clip.file.is_nowhere for each in provenance.sources):
        return "a script held the clip in memory, or its file is gone; run the script again"
    return (
        "no option of the command line says all of it, and no request holds a model that a script "
        "or code of your own made; make it as it was made, in the window or by the script"
    )


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
    if model.module is not None:
        words += option("--module", model.module)
    elif model.has_weights:
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
