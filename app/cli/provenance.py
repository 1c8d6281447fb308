"""``mvit-lens provenance``: say where a file comes from, and make it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.cli.model_options import file_name
from app.cli.printing import say, say_json, say_note
from app.cli.repeat_options import (
    add_crate_option,
    add_input_options,
    free_name,
    inputs_of,
    save_crate,
)
from app.cli.video_options import ProgressLine

if TYPE_CHECKING:
    import argparse

    from mvit_core.provenance import Provenance, SourceFacts

_LONGEST = 50_000
"""Characters of a line: a command or a methods paragraph is of no use without its middle."""


def add_options(provenance: argparse.ArgumentParser) -> None:
    """Give ``provenance`` its options."""
    provenance.add_argument(
        "file", metavar="FILE", type=file_name, help="a file that mvit-lens wrote"
    )
    provenance.add_argument("--repeat", action="store_true", help="make the file again")
    provenance.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=file_name,
        help="what --repeat writes (a free name beside FILE)",
    )
    add_crate_option(provenance)
    add_input_options(provenance)
    provenance.add_argument("--json", action="store_true", help="print JSON")
    provenance.set_defaults(run=run, usage=provenance.error)


def run(options: argparse.Namespace) -> int:
    """Print the provenance, or make the file again; returns the exit code."""
    from mvit_core.provenance import read_provenance
    from mvit_core.repeating import check_crate

    if options.output is not None and not options.repeat:
        options.usage("-o names what --repeat writes: give --repeat too")
    if options.crate is not None:
        check_crate(options.crate)
    carried = read_provenance(options.file)
    for note in carried.notes:
        say_note(note)
    if options.repeat:
        _repeat(options, carried.provenance)
    elif options.json:
        say_json(_facts(carried.provenance))
    else:
        say(*lines_of(carried.provenance), limit=_LONGEST)
    if options.crate is not None:
        save_crate(options.crate, options.file, inputs_of(options, options.file))
        say_note(f"wrote the crate {options.crate}")
    return 0


def _repeat(options: argparse.Namespace, provenance: Provenance) -> None:
    from mvit_core.repeating import repeat

    target = options.output or free_name(provenance, options.file.parent)
    inputs = inputs_of(options, options.file, target)
    for note in repeat(provenance, inputs, target, ProgressLine("frame", "fps").show):
        say_note(note)
    if options.json:
        say_json({"path": str(target), "notes": list(inputs.notes)})
    else:
        say(f"wrote {target} (again, as {provenance.output} was made)")


def _facts(provenance: Provenance) -> dict[str, Any]:
    """The document as ``export --request`` reads it, and its paragraph."""
    from mvit_core.provenance import as_json, methods_paragraph

    return {"methods": methods_paragraph(provenance), "provenance": as_json(provenance)}


def lines_of(provenance: Provenance) -> list[str]:
    """A provenance as lines for a terminal: facts, then the methods paragraph."""
    from mvit_core.provenance import compute_words, methods_paragraph

    rows = [("file", f"{provenance.output}, made by {provenance.kind}")]
    for source in provenance.sources:
        rows += _source_rows(source)
    rows += [
        ("windows", _windows(provenance)),
        ("shows", provenance.shows or _map(provenance)),
        ("changes", provenance.changes.words or "none"),
        ("versions", ", ".join(" ".join(pair) for pair in provenance.versions)),
        ("computed on", compute_words(provenance.run)),
        ("again", provenance.command or provenance.no_command),
    ]
    lines = [f"{name:<13} {value}" for name, value in rows]
    return [*lines, "", methods_paragraph(provenance)]


def _source_rows(source: SourceFacts) -> list[tuple[str, str]]:
    from mvit_core.provenance import ListFacts

    clip, model, spec = source.clip, source.model, source.preprocessing
    if isinstance(clip, ListFacts):
        rows = [("clips", f"{clip.clips}, of {clip.file.words}")]
    else:
        rows = [("clip", f"{clip.file.words}, {clip.frame_count} frames at {clip.fps:.6g} fps")]
        if clip.captured is not None:
            rows.append(("capture of", clip.captured.words))
    of_file = ("checkpoint", f"{model.file.words}, {model.format}")
    rows.append(of_file if model.module is None else ("module", f"{model.module}, {model.format}"))
    rows += [
        (name, file.words)
        for name, file in (
            ("code", model.code),
            ("configuration", model.config),
            ("class names", model.labels),
        )
        if file is not None
    ]
    fed = (
        f"{spec.frames} frames, one in {spec.rate:g}, {spec.size}x{spec.size} of {spec.short_side}"
    )
    return [*rows, ("preprocessing", fed)]


def _windows(provenance: Provenance) -> str:
    seen = provenance.windows
    if not seen:
        return "not kept"
    if len(seen) == 1:
        return f"{seen[0].index}: frames {' '.join(map(str, seen[0].frames))}"
    frames = [frame for each in seen for frame in each.frames]
    return f"{len(seen)}, of frames {min(frames)} to {max(frames)}"


def _map(provenance: Provenance) -> str:
    from mvit_core.attribution import head_json

    spec = provenance.map
    if spec is None:
        return "tables"
    block = "" if spec.block is None else f", block {spec.block}, head {head_json(spec.head)}"
    target = f", for {provenance.class_name}" if provenance.class_name else ""
    return f"{spec.method}{block}{target}"
