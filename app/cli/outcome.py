"""Turns the end of a command into an exit code, and errors that a user can mend into one line."""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.cli.printing import complain
from mvit_core.errors import MvitError

EXIT_DONE, EXIT_INPUT, EXIT_USAGE = 0, 1, 2

_WORDS_OF_NO_MEMORY = (
    "cannot allocate memory",
    "can't allocate memory",
    "failed to map segment",
    "std::bad_alloc",
)
"""Messages, in small letters, of libraries that raise something else than MemoryError."""


def exit_code_of(command: Callable[[], int]) -> int:
    """Run a command to its end.

    Returns:
        0 done, 1 the input or the machine is at fault and was named in one line.
    """
    try:
        return _flushed(command)
    except BrokenPipeError:  # the reader of our output went away, for example `| head`
        _drop_output()
        return EXIT_DONE
    except KeyboardInterrupt:
        complain("stopped")
    except MvitError as error:
        complain(" ".join(f"{error}{_options(error)}".split()))
    except (MemoryError, ImportError, OSError, RuntimeError) as error:
        problem = _problem_of_the_machine(error)
        if not problem:
            raise
        complain(problem)
    return EXIT_INPUT


_OPTIONS = {
    "checkpoint": "--checkpoint FILE",
    "config": "--config FILE",
    "preset": "--preset NAME",
    "weights": "--weights NAME",
    "labels": "--labels FILE",
}
"""Options by the remedy that each is; messages about memory name theirs themselves."""


def _options(error: MvitError) -> str:
    """The options that help, in brackets; nothing where none does."""
    found = [_OPTIONS[remedy] for remedy in error.remedies if remedy in _OPTIONS]
    return f" ({' or '.join(found)})" if found else ""


def _flushed(command: Callable[[], int]) -> int:
    """Run a command and flush its output: a full disk or pipe must fail here, not at exit."""
    try:
        return command()
    finally:
        sys.stdout.flush()


def _problem_of_the_machine(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _drop_output()
        return "the output cannot be written: the disk is full"
    told = str(error).casefold()
    out_of_memory = isinstance(error, MemoryError) or getattr(error, "errno", 0) == errno.ENOMEM
    if out_of_memory or any(words in told for words in _WORDS_OF_NO_MEMORY):
        return (
            "there is not enough memory; close other programs, raise the limit of this process "
            "(ulimit -v), or choose a smaller model or --half"
        )
    return ""


def _drop_output() -> None:
    """Send what is still buffered nowhere, so that Python does not complain of it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def stopped_by_signals() -> Iterator[None]:
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
