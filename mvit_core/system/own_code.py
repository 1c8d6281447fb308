"""Finds and runs the user's own code that builds a model, once it was said which file that is.

``package.file:function`` is found without importing anything, not even the packages around it, so
that the question which file would be run comes before any of it runs. What was not allowed in this
process is not run, whoever asks: a session or a list of clips may name code, and runs none.
"""

import importlib
import re
import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

from mvit_core.errors import OwnCodeError
from mvit_core.printable import word
from mvit_core.system.ordinary_file import is_file

__all__ = ["OwnCode", "allow", "call_code", "failure_words", "find_code", "not_allowed"]

_FORM = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")

_ALLOWED: dict[tuple[str, Path], "OwnCode"] = {}
"""Code that the user of this process allowed, by its text and file."""


@dataclass(frozen=True)
class OwnCode:
    """A function of the user's own, and the file that defines it."""

    text: str
    """As it was given, ``package.file:function``."""
    file: Path
    """The file that would be run; packages around it have files of their own."""
    folder: Path
    """Where modules are looked for behind Python's own folders."""

    @property
    def module(self) -> str:
        """Dotted name of the module."""
        return self.text.partition(":")[0]

    @property
    def function(self) -> str:
        """Name of the function."""
        return self.text.partition(":")[2]


def find_code(text: str, folder: Path) -> OwnCode:
    """Find the file of ``package.file:function`` where Python would, else within a folder.

    Nothing is imported and nothing is run.

    Raises:
        OwnCodeError: the text has another form, or there is no such file.
    """
    if not _FORM.fullmatch(text):
        raise OwnCodeError(f"{word(text)} is no function; give it as package.file:function")
    places: list[str] | None = [*sys.path, str(folder)]
    spec: ModuleSpec | None = None
    for name in text.partition(":")[0].split("."):
        spec = None if places is None else PathFinder.find_spec(name, places)
        if spec is None:
            raise OwnCodeError(
                f"{text}: there is no module {name} in Python's folders or in {folder}; run this "
                f"where the code lies, or set PYTHONPATH"
            )
        found = spec.submodule_search_locations
        places = None if found is None else [*found]
    origin = None if spec is None else spec.origin
    if origin is None or not is_file(Path(origin)):
        raise OwnCodeError(f"{text}: {text.partition(':')[0]} is no file that could be run")
    return OwnCode(text, Path(origin), folder)


def allow(code: OwnCode) -> None:
    """Let code run in this process; only after the user said so, of this very file."""
    _ALLOWED[code.text, code.file] = code


def call_code(text: str, file: Path) -> object:
    """Import code that was allowed, and call its function without arguments.

    This runs whatever the file says, with all that this process may do.

    Args:
        text: ``package.file:function``.
        file: the file that was allowed.

    Returns:
        whatever the function returns.

    Raises:
        OwnCodeError: it was not allowed, cannot be imported or called, or fails.
    """
    code = _ALLOWED.get((text, file))
    if code is None:
        raise not_allowed(text)
    if str(code.folder) not in sys.path:
        sys.path.append(str(code.folder))  # behind all others, whose names stay what they were
    try:
        function: Any = getattr(importlib.import_module(code.module), code.function, None)
    except (Exception, SystemExit) as error:  # whatever the user's code raises
        raise OwnCodeError(f"{text} cannot be imported: {failure_words(error)}") from error
    if not callable(function):
        there = "nothing" if function is None else type(function).__name__
        raise OwnCodeError(
            f"{text}: {code.function} of {file.name} is {there}, where a function is wanted that "
            f"returns the model"
        )
    try:
        return function()
    except (Exception, SystemExit) as error:
        raise OwnCodeError(f"{text} failed: {failure_words(error)}") from error


def failure_words(error: BaseException) -> str:
    """What the user's code raised, in one line."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__


def not_allowed(text: str) -> OwnCodeError:
    """The refusal to run code that nobody allowed, with the way out."""
    error = OwnCodeError(
        f"{text} is code, which nothing but `mvit-lens view --module {text}` runs, after a "
        f"question; start that, or load a checkpoint"
    )
    error.remedies = ("checkpoint",)
    return error
