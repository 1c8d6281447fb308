"""The command line. Qt is imported by ``view`` alone; the other commands need no display."""

import argparse
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext

# Threads of OpenMP that spin while they wait starve the window; torch reads this at import.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from app.cli import checks, demo, export, inspect, predict, view
from mvit_core.errors import MvitError

EXIT_DONE, EXIT_INPUT, EXIT_USAGE = 0, 1, 2

COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "view": ("open the window (the default)", view.add_options),
    "predict": ("print the most probable classes", predict.add_options),
    "export": ("write a heatmap video, picture, arrays or table", export.add_options),
    "inspect": ("what a checkpoint holds, layer by layer", inspect.add_options),
    "checks": ("versions, devices, display and codecs", checks.add_options),
    "demo": ("train or measure the embedded demo model", demo.add_options),
}
"""Commands by name: (help text, function that adds the options)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 the input is at fault, 2 usage."""
    words = _with_command(list(sys.argv[1:] if argv is None else argv))
    options = build_parser(words[0]).parse_args(words)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        # The window ends in its own way: an exception must not rise out of a painting widget.
        with nullcontext() if run is view.run else _stopped_by_signals():
            code = run(options)
            sys.stdout.flush()  # a full disk must fail here, not at exit
        return code
    except MvitError as error:
        print(f"mvit-lens: {_one_line(error)}", file=sys.stderr)
        return EXIT_INPUT
    except KeyboardInterrupt:
        print("mvit-lens: stopped", file=sys.stderr)
        return EXIT_INPUT
    except BrokenPipeError:  # the reader of our output went away, for example `| head`
        _drop_output()
        return EXIT_DONE
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        print("mvit-lens: the output cannot be written: the disk is full", file=sys.stderr)
        return EXIT_INPUT


def _drop_output() -> None:
    """Send what is still buffered nowhere, so that Python does not complain of it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into ``KeyboardInterrupt``, so that no torn file is left."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    asked = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _with_command(words: list[str]) -> list[str]:
    """Insert ``view`` where no command is named."""
    first = words[0] if words else ""
    if first in COMMANDS or first in ("-h", "--help", "--version"):
        return words
    return ["view", *words]


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """Make the parser of the command line; only the command named gets its options.

    Args:
        command: a key of ``COMMANDS``; its options may ask the core's tables for their names.
    """
    parser = argparse.ArgumentParser(
        prog="mvit-lens",
        description="See where a Multiscale Vision Transformer looks in a video.",
        epilog="A clip or option without a command opens the window: mvit-lens CLIP = "
        "mvit-lens view CLIP. A file whose name begins with a dash: mvit-lens view -- -CLIP",
    )
    parser.add_argument("--version", action="version", version=f"mvit-lens {_version()}")
    commands = parser.add_subparsers(required=True, metavar="{" + ",".join(COMMANDS) + "}")
    for name, (words, add_options) in COMMANDS.items():
        added = commands.add_parser(name, help=words)
        if name == command:
            add_options(added)
    return parser


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mvit-lens")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
