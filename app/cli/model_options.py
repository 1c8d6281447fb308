"""Options of the command line that name a clip and a model, and loading of the model."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.printing import say_note
from mvit_core.errors import ArchitectureError, LabelsError, OwnCodeError
from mvit_core.system.ordinary_file import check_ordinary

if TYPE_CHECKING:
    from app.state.view_state import ModelSource
    from mvit_core.checkpoint import LoadedModel
    from mvit_core.system.own_code import OwnCode


CLIP_WORDS = "a video, or a folder of pictures"
CAPTURE_WORDS = "a video, a folder of pictures, or a capture file"
MODEL_WORDS = "the model: a file of its weights"
"""What options and arguments of several commands are for."""


def add_model_options(parser: argparse.ArgumentParser, *, half: bool = True) -> None:
    """Give a command the options for reading a checkpoint.

    Args:
        parser: of the command.
        half: the model may be read in half precision.
    """
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--config", metavar="F", type=file_name, help="the model's configuration: YAML, JSON or .py"
    )
    choice.add_argument("--preset", metavar="NAME", help="a published architecture by name")
    parser.add_argument(
        "--labels", metavar="F", type=file_name, help="class names: text, JSON, CSV, YAML or pbtxt"
    )
    parser.add_argument(
        "--weights", metavar="NAME", help="which network of a file that holds several"
    )
    parser.add_argument(
        "--head-name", metavar="NAME", help="which prediction head of a file that has several"
    )
    add_device_option(parser)
    parser.set_defaults(half=False)
    if half:
        words = "half precision: half the memory; fast on a GPU only"
        parser.add_argument("--half", action="store_true", help=words)


def add_device_option(parser: argparse.ArgumentParser) -> None:
    """Give a command the choice of what computes."""
    words = "what the model runs on (auto: a GPU where there is one)"
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help=words
    )


def add_clip_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the rate of a folder of pictures, and the stream of a file with several."""
    parser.add_argument(
        "--fps", type=float, metavar="N", help="frames per second of a folder of pictures (25)"
    )
    parser.add_argument(
        "--stream",
        type=stream_number,
        metavar="N",
        help="video stream of a file with several, as ffprobe counts them (the film)",
    )


def add_module_option(
    parser: argparse.ArgumentParser, *, required: bool = False, words: str = MODEL_WORDS
) -> None:
    """Give a command the two ways to name a model: a file of weights, or code that builds it.

    Args:
        parser: of the command.
        required: one of them must be given.
        words: help on the file of weights.
    """
    choice = parser.add_mutually_exclusive_group(required=required)
    choice.add_argument("--checkpoint", metavar="F", type=file_name, help=words)
    choice.add_argument(
        "--module",
        metavar="PACKAGE.FILE:FUNCTION",
        help="your own code, which is run: a function that returns the model, a module of torch",
    )


def names_model(options: argparse.Namespace) -> bool:
    """The options name a model: a file of weights, or code where the command takes it."""
    return options.checkpoint is not None or getattr(options, "module", None) is not None


def own_code(options: argparse.Namespace) -> OwnCode | None:
    """The code that the options name, found and not run; None where they name none.

    Raises:
        OwnCodeError: there is no such code, or an option beside it is of checkpoints.
    """
    if options.module is None:
        return None
    from mvit_core.system.own_code import find_code

    for name in ("config", "preset", "weights", "head_name", "half"):
        if getattr(options, name):
            raise OwnCodeError(
                f"--{name.replace('_', '-')} is of checkpoints; what --module builds is taken as "
                f"it is"
            )
    if options.device != "auto":
        raise OwnCodeError(
            f"--device {options.device} is of checkpoints; what --module builds stays where its "
            f"code puts it"
        )
    return find_code(options.module, Path.cwd())


def file_name(text: str) -> Path:
    """Parse a path.

    Raises:
        argparse.ArgumentTypeError: the text is empty.
    """
    if not text:
        raise argparse.ArgumentTypeError("an empty name is no file; name one")
    return Path(text)


def positive(text: str) -> int:
    """Parse a whole number from 1.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is below 1")
    return value


def stream_number(text: str) -> int:
    """A whole number from 0 as an argument.

    Raises:
        argparse.ArgumentTypeError: the text is none.
    """
    if not (text.isascii() and text.isdecimal() and len(text) < 10):  # int() takes more than digits
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a stream; they count from 0")
    return int(text)


def model_source(options: argparse.Namespace, checkpoint: Path) -> ModelSource:
    """What the options say of a checkpoint.

    Raises:
        MvitError: the configuration or the class names are no ordinary file, or not there.
    """
    from app.state.view_state import ModelSource

    for path, error in ((options.config, ArchitectureError), (options.labels, LabelsError)):
        if path is not None:
            check_ordinary(path, error)
    return ModelSource(
        checkpoint,
        config=options.config,
        preset=options.preset,
        labels=options.labels,
        device=options.device,
        weights=options.weights,
        head=options.head_name,
        half=options.half,
    )


def load(options: argparse.Namespace) -> LoadedModel:
    """Load the model that the options name, or run the code that builds it.

    Raises:
        MvitError: a file does not exist or cannot be read as what it should be, or code fails.
    """
    code = own_code(options) if "module" in options else None
    if code is not None:
        from mvit_core.own_model import load_code
        from mvit_core.system.own_code import allow

        say_note(f"running {code.file}")  # the command asks for it by its name
        allow(code)
        return load_code(code.text, code.file, options.labels)
    return model_source(options, options.checkpoint).load()


def load_and_report(options: argparse.Namespace) -> LoadedModel:
    """Load the model that the options name, and print the remarks of loading to stderr.

    Raises:
        MvitError: as for ``load``.
    """
    loaded = load(options)
    for warning in loaded.report.warnings:
        say_note(warning)
    return loaded
