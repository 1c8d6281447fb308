"""``mvit-lens demo``: train the embedded model, measure it, write its sample clips."""

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.printing import complain, say, say_json, say_progress

if TYPE_CHECKING:
    from mvit_core.training.evaluation import Evaluation
    from mvit_core.training.explained import Explained
    from mvit_core.training.loop import Progress

_DONE, _STOPPED = 0, 1
_LARGEST_BYTES = 1 << 20
"""Of figures that were measured earlier."""


def add_options(demo: argparse.ArgumentParser) -> None:
    """Add ``demo train``, ``demo evaluate`` and ``demo clips``."""
    parts = demo.add_subparsers(required=True, metavar="{train,evaluate,clips}")
    _add_train(parts)
    _add_evaluate(parts)
    clips = parts.add_parser("clips", help="write the sample clips and their truth")
    clips.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="the folder they are written to"
    )
    clips.set_defaults(run=_run_clips)


def _add_train(parts: Any) -> None:  # noqa: ANN401 - argparse does not export its type
    train = parts.add_parser(
        "train",
        help="train the demo model; the same command continues a run that was interrupted",
    )
    train.add_argument(
        "--out", metavar="DIR", type=Path, required=True, help="the folder of the run and the model"
    )
    train.add_argument(
        "--minutes",
        type=_positive,
        default=15.0,
        help="about how long it may take; scales the number of steps (15)",
    )
    train.add_argument("--seed", type=_seed, default=0, help="of weights and clips (0)")
    train.add_argument(
        "--clips",
        type=int,
        default=220,
        help="held-out clips measured for the card, 0 for no card (220)",
    )
    train.set_defaults(run=_run_train)


def _add_evaluate(parts: Any) -> None:  # noqa: ANN401
    evaluate = parts.add_parser("evaluate", help="measure a demo model on held-out clips")
    evaluate.add_argument("--checkpoint", metavar="F", type=Path, help="(the shipped one)")
    evaluate.add_argument(
        "--clips", type=int, help="held-out clips (1000; 110 with --explanations)"
    )
    evaluate.add_argument(
        "--explanations",
        action="store_true",
        help="measure what speaks for a class instead: every method of 'explain', and --when",
    )
    evaluate.add_argument(
        "--pairs", type=int, metavar="N", help="with --explanations: scenes of two actors (40)"
    )
    evaluate.add_argument(
        "--seed", type=_seed, help="with --explanations: which scenes; no two seeds share one (0)"
    )
    evaluate.add_argument("--card", metavar="F.md", type=Path, help="put the figures into a card")
    evaluate.add_argument(
        "--figures", metavar="F.json", type=Path, help="measured earlier by --json: measure nothing"
    )
    evaluate.add_argument("--json", action="store_true", help="print JSON")
    evaluate.set_defaults(run=_run_evaluate)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{value:g} is no length; give minutes above 0")
    return value


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{value} is below 0")
    return value


class _Line:
    """A line of progress with rate and time left: rewritten for people, seldom in a file."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._start: tuple[float, float] | None = None
        self._printed = 0.0
        self._since_printed = 0

    def show(self, done: int, total: int, clips: int = 1, work: float = 0, more: str = "") -> None:
        """Print ``done`` of ``total``.

        Args:
            done: steps done.
            total: steps in all.
            clips: of one step.
            work: share of all work that is done, where steps are not alike.
            more: text at the end of the line.
        """
        live, now, work = sys.stderr.isatty(), time.monotonic(), work or done / total
        self._since_printed += clips
        if self._start is None:  # a run that continues did the steps before this one earlier
            self._start, self._printed, self._since_printed = (now, work), now, 0
            return
        if now - self._printed < (0.5 if live else 20) and done < total:
            return
        rate = self._since_printed / max(now - self._printed, 1e-6)
        started, had = self._start
        left = round((now - started) * (1 - work) / max(work - had, 1e-6))
        text = (
            f"{self._what} {done} of {total}, {rate:.1f} clips/s, {left // 60}:{left % 60:02} left"
        )
        self._printed, self._since_printed = now, 0
        end = "\n" if done == total or not live else ""
        line = f"\r{text + more:<78}" if live else text + more
        say_progress(line, end)


def _run_train(options: argparse.Namespace) -> int:
    from mvit_core.training.loop import TrainingStopped, train
    from mvit_core.training.recipe import recipe_for

    recipe = recipe_for(options.minutes, options.seed)
    line = _Line("step")

    def notify(progress: "Progress") -> None:
        more = f", stage {progress.stage.name}, right {progress.accuracy:.0%}"
        line.show(progress.step, progress.steps, progress.clips, progress.work_done, more)

    try:
        weights = train(recipe, options.out, notify)
    except TrainingStopped as stop:
        if sys.stderr.isatty():
            say_progress("")  # the line of progress has no end yet
        complain(str(stop))
        return _STOPPED
    say(f"wrote {weights} ({weights.stat().st_size / 1e6:.2f} MB)")
    if options.clips:
        _write_card(options, weights)
    return _DONE


def _write_card(options: argparse.Namespace, weights: Path) -> None:
    from app.state.view_state import ModelSource
    from mvit_core.training.card import CARD_NAME, card_text, write_card
    from mvit_core.training.evaluation import evaluate
    from mvit_core.training.recipe import recipe_for

    loaded = ModelSource(weights, device="cpu").load()
    line = _Line("measured clip")
    evaluation = evaluate(loaded, options.clips, line.show)
    command = f"mvit-lens demo train --out DIR --minutes {options.minutes:g} --seed {options.seed}"
    parameters = sum(p.numel() for p in loaded.model.parameters())
    recipe = recipe_for(options.minutes, options.seed)
    path = options.out / CARD_NAME
    write_card(path, card_text(recipe, command, parameters, evaluation))
    say(f"wrote {path} ({evaluation.accuracy:.1%} of {evaluation.clips} held-out clips)")


def _run_evaluate(options: argparse.Namespace) -> int:
    from mvit_core.errors import ClipError
    from mvit_core.training.card import figures_text, refresh_card

    for name in ("pairs", "seed"):
        if getattr(options, name) is not None and not options.explanations:
            raise ClipError(f"--{name} is of --explanations; give both, or neither")
    found = _measured_earlier(options) if options.figures else _measured(options)
    if options.json:
        say_json(found.to_json())
    else:
        say(*figures_text(found).splitlines())
    if options.card is not None:
        refresh_card(options.card, found)
    return _DONE


def _measured(options: argparse.Namespace) -> "Evaluation | Explained":
    from app.state.view_state import ModelSource
    from mvit_core.demo import demo_checkpoint
    from mvit_core.training import explanations
    from mvit_core.training.evaluation import evaluate

    loaded = ModelSource(options.checkpoint or demo_checkpoint(), device="cpu").load()
    if not options.explanations:
        clips = 1000 if options.clips is None else options.clips
        return evaluate(loaded, clips, _Line("clip").show)
    return explanations.evaluate_explanations(
        loaded,
        explanations.DEFAULT_CLIPS if options.clips is None else options.clips,
        explanations.DEFAULT_PAIRS if options.pairs is None else options.pairs,
        options.seed or 0,
        _Line("scene").show,
    )


def _measured_earlier(options: argparse.Namespace) -> "Evaluation | Explained":
    from mvit_core.errors import ClipError
    from mvit_core.system.ordinary_file import read_bounded
    from mvit_core.training.evaluation import Evaluation
    from mvit_core.training.explained import Explained

    path: Path = options.figures
    try:
        text = read_bounded(path, _LARGEST_BYTES, ClipError).decode("utf-8")
    except (ClipError, UnicodeDecodeError) as error:
        raise ClipError(
            f"{path} cannot be read; give a file that 'demo evaluate --json' wrote"
        ) from error
    return (Explained if options.explanations else Evaluation).from_json(text)


def _run_clips(options: argparse.Namespace) -> int:
    from mvit_core.training.clips import write_clips

    line = _Line("clip")
    truths = write_clips(options.out, on_clip=line.show)
    say(f"wrote {len(truths)} clips and their truth in {options.out}")
    return _DONE
