"""``mvit-lens verify``: make a result again and say whether it is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.model_options import file_name
from app.cli.outcome import EXIT_DONE, EXIT_INPUT
from app.cli.printing import say, say_json
from app.cli.repeat_options import add_input_options, inputs_of
from app.cli.video_options import ProgressLine

if TYPE_CHECKING:
    import argparse


def add_options(verify: argparse.ArgumentParser) -> None:
    """Give ``verify`` its options."""
    verify.add_argument(
        "file", metavar="CRATE|FILE", type=file_name, help="a folder of --crate, or a file"
    )
    add_input_options(verify)
    verify.add_argument("--json", action="store_true", help="print JSON")
    verify.set_defaults(run=run, usage=verify.error)


def run(options: argparse.Namespace) -> int:
    """Print a verdict for each result; returns 0 where all are the same."""
    from dataclasses import asdict

    from mvit_core.repeating import verify

    inputs = inputs_of(options, options.file)
    verdicts = verify(options.file, inputs, ProgressLine("frame", "fps").show)
    if options.json:
        say_json([asdict(each) for each in verdicts])
    else:
        for each in verdicts:
            say(f"{each.name}: {each.outcome}{': ' if each.words else ''}{each.words}")
    is_same = all(each.outcome == "same" for each in verdicts)
    return EXIT_DONE if is_same else EXIT_INPUT
