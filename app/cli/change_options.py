"""Options of the command line that change the network before it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.cli.model_options import file_name
from app.cli.printing import say_note
from mvit_core.errors import CaptureError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from mvit_core.explaining import Changes
    from mvit_core.explaining.changes import BatchMean
    from mvit_core.pipeline import Explainer


def add_change_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options that switch heads off."""
    parser.add_argument(
        "--off",
        metavar="B/H,...",
        help="run without these heads, by block and head from 0: 2/1,3/0 (all are on)",
    )
    parser.add_argument(
        "--off-by",
        choices=("mean", "zero"),
        default="mean",
        help="what they give instead: their mean over the clip's windows, or zero (mean)",
    )
    add_mean_option(parser)


def add_mean_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the option that says what the mean of a head is over."""
    parser.add_argument(
        "--mean-of",
        metavar="OUT",
        type=file_name,
        help="the mean is over all windows of this batch result of the same checkpoint, the folder "
        "that mvit-lens batch wrote (the clip's windows)",
    )


def changes_from(options: argparse.Namespace) -> Changes:
    """What the options change; what means are over is added once the model is there.

    Raises:
        CaptureError: the heads are not written so, or ``--mean-of`` is of no mean.
    """
    from mvit_core.explaining.changes import UNCHANGED, Changes, parse_heads

    if options.mean_of is not None and options.off is None:
        raise CaptureError("--mean-of says what heads give that are off; give --off too")
    check_mean(options, options.off_by, "--off-by")
    return UNCHANGED if options.off is None else Changes(parse_heads(options.off), options.off_by)


def check_mean(options: argparse.Namespace, by: str, option: str) -> None:
    """See whether ``--mean-of`` is of a mean.

    Args:
        options: of the command.
        by: what a head gives that is off.
        option: that said so.

    Raises:
        CaptureError: it is not.
    """
    if options.mean_of is not None and by != "mean":
        raise CaptureError(f"--mean-of is of means; leave it or {option} {by} out")


def with_mean(changes: Changes, options: argparse.Namespace, explainer: Explainer) -> Changes:
    """The changes with the batch result of ``--mean-of``, whose means the explainer is given.

    Raises:
        MvitError: the folder is no batch result of this model, or cannot be read.
    """
    if options.mean_of is None:
        return changes
    return replace(changes, batch=given_mean(options, explainer))


def off_words(facts: Mapping[str, Any]) -> str:
    """The heads that are off and the batch result that their means are over, as one line.

    Args:
        facts: as of ``Changes``, with heads off.
    """
    of = facts.get("heads_off_mean_of")
    over = f" (mean over {over_words(of)})" if of else ""
    return f"heads off: {', '.join(facts['heads_off'])}{over}"


def over_words(of: Mapping[str, Any]) -> str:
    """What a mean is over, as of ``BatchMean.facts``."""
    count = of["windows"]
    return f"{count} window{'s' if count > 1 else ''} of the batch {of['batch']}"


def given_mean(options: argparse.Namespace, explainer: Explainer) -> BatchMean:
    """Give an explainer the means of ``--mean-of``, and print in what that was made otherwise.

    Raises:
        MvitError: the folder is no batch result of this model, or cannot be read.
    """
    from mvit_core.batch.result_means import read_means, used_model

    explainer.loaded.check_weights("the mean output of a head")
    found = read_means(options.mean_of, used_model(explainer.loaded))
    for note in found.notes:
        say_note(note)
    explainer.given.give(found.source, found.blocks)
    return found.source
