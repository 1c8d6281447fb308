"""The command line. Qt is imported by ``view`` alone; the other commands need no display."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

from typing_extensions import override

# Threads of OpenMP that spin while they wait starve the window; torch reads this at import.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from app.cli import (
    batch,
    capture,
    checks,
    demo,
    explain,
    export,
    figure,
    heads,
    inspect,
    predict,
    provenance,
    report,
    verify,
    view,
    what_if,
)
from app.cli.outcome import EXIT_INPUT, exit_code_of, stopped_by_signals
from app.cli.printing import Parser, complain, open_streams, say, say_note
from app.cli.surroundings import memory_problem, provide_home
from mvit_core.system.atomic_file import remove_leftovers
from mvit_core.system.versions import version_of

COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "view": ("open the window (the default)", view.add_options),
    "predict": ("print the most probable classes", predict.add_options),
    "export": ("write a heatmap video, picture, arrays or table", export.add_options),
    "figure": ("write a figure for a paper: maps over frames, in mm", figure.add_options),
    "report": ("write an HTML report of a window, to be read anywhere", report.add_options),
    "explain": ("what of a clip speaks for a class, and how far to trust it", explain.add_options),
    "heads": ("what each head does, and what the class loses without it", heads.add_options),
    "what-if": ("the classes of a clip with parts erased, or patched", what_if.add_options),
    "capture": ("run a clip and keep it in a file for the window", capture.add_options),
    "batch": ("run many clips, and write tables of all heads", batch.add_options),
    "inspect": ("what a checkpoint or a capture file holds", inspect.add_options),
    "provenance": ("say where a file comes from, and make it again", provenance.add_options),
    "verify": ("make a file or a crate again, and compare", verify.add_options),
    "checks": ("versions, devices, display and codecs", checks.add_options),
    "demo": ("train or measure the embedded demo model", demo.add_options),
}
"""Commands by name: (help text, function that adds the options)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 the input is at fault, 2 usage."""
    open_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    return exit_code_of(partial(_run, _with_command(words)))


def _run(words: list[str]) -> int:
    problem = memory_problem(words[0]) if words[0] in COMMANDS else None
    if problem:  # checked first: options already read the core's tables
        complain(problem)
        return EXIT_INPUT
    options = build_parser(words[0]).parse_args(words)
    run: Callable[[argparse.Namespace], int] = options.run
    homeless = provide_home()
    remove_leftovers()
    if run is view.run:
        # The window ends in its own way: an exception must not rise out of a painting widget.
        if homeless:
            say_note(homeless)
        return run(options)
    with stopped_by_signals():
        return run(options)


def _with_command(words: list[str]) -> list[str]:
    """Insert ``view`` where no command is named."""
    first = words[0] if words else ""
    if first in COMMANDS or first in ("-h", "--help", "--version"):
        return words
    return ["view", *words]


class _Version(argparse.Action):
    """Prints the version, which is looked up only then."""

    @override
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        say(f"mvit-lens {version_of('mvit-lens') or '(not installed)'}")
        parser.exit()


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """Make the parser of the command line; only the command named gets its options.

    Args:
        command: a key of ``COMMANDS``; its options may ask the core's tables for their names.
    """
    parser = Parser(
        prog="mvit-lens",
        description="See where a Multiscale Vision Transformer looks in a video.",
        epilog="A clip or option without a command opens the window: mvit-lens CLIP = "
        "mvit-lens view CLIP, and mvit-lens --demo a sample clip and model. A file whose name "
        "begins with a dash: mvit-lens view -- -CLIP",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(required=True, metavar="{" + ",".join(COMMANDS) + "}")
    for name, (words, add_options) in COMMANDS.items():
        added = commands.add_parser(name, help=words)
        if name == command:
            add_options(added)
    return parser


if __name__ == "__main__":
    sys.exit(main())
