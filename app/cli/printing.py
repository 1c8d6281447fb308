"""Prints on standard output and standard error; nothing else in the program does.

Names of files, weights and classes come from outside: control characters in them are escaped, and
so is what the encoding of the output lacks.
"""

import argparse
import io
import json
import os
import sys
from typing import Any, NoReturn

from typing_extensions import override

from mvit_core.printable import MESSAGE_LIMIT, printable


def open_streams() -> None:
    """Make the standard streams safe to print to, whatever the caller handed over.

    Closed ones become the null device, or the next file that is opened would take their place.
    Characters that their encoding lacks are escaped instead of raised.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(*lines: str, limit: int = MESSAGE_LIMIT) -> None:
    """Print lines; a line break inside one is escaped, and one longer than ``limit`` is cut."""
    for line in lines:
        print(printable(line, limit))


def say_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print a value as one line of JSON, in ASCII."""
    print(json.dumps(value))


def say_note(text: str) -> None:
    """Print a remark on standard error."""
    print(f"note: {printable(text)}", file=sys.stderr)


def complain(text: str) -> None:
    """Print an error on standard error."""
    print(f"mvit-lens: {printable(text)}", file=sys.stderr)


def say_progress(line: str, end: str = "\n") -> None:
    """Print a line of progress on standard error; one that begins with a return replaces itself."""
    print(line, end=end, file=sys.stderr, flush=True)


class Parser(argparse.ArgumentParser):
    """A parser whose errors show the words typed escaped."""

    @override
    def error(self, message: str) -> NoReturn:
        super().error(printable(message))
