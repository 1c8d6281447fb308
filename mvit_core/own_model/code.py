"""Runs the user's own code that builds a model, once it was said which file that is.

``package.file:function`` is found without importing anything, not even the packages around it, so
that the question which file would be run comes before any of it runs.
"""

import importlib
import re
import sys
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

from torch import nn

from mvit_core.checkpoint import LoadedModel
from mvit_core.errors import MvitError, OwnCodeError
from mvit_core.own_model.loading import captured_module
from mvit_core.printable import word
from mvit_core.video.clip import ClipSpec

__all__ = ["OwnCode", "find_code", "load_code"]

_FORM = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


@dataclass(frozen=True)
class OwnCode:
    """A function of the user's own, and the file that defines it."""

    text: str
    """As it was given, ``package.file:function``."""
    file: Path
    """The file that would be run; packages around it have files of their own."""

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
    if origin is None or not Path(origin).is_file():
        raise OwnCodeError(f"{text}: {text.partition(':')[0]} is no file that could be run")
    return OwnCode(text, Path(origin))


def load_code(code: OwnCode, folder: Path) -> LoadedModel:
    """Import the user's own code, call its function and describe the model that it returns.

    This runs whatever the file says, with all that this process may do. The function takes nothing
    and returns a module of torch, or a module and the ``ClipSpec`` of its input.

    Args:
        code: as ``find_code`` gave it.
        folder: where modules are looked for behind Python's own folders.

    Raises:
        OwnCodeError: the code cannot be imported or called, or returns something else.
        CaptureError: the module cannot be heard.
        ArchitectureError: its parts are those of no network.
    """
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    try:
        function: Any = getattr(importlib.import_module(code.module), code.function, None)
    except Exception as error:  # whatever the user's code raises
        raise _failed(code, "cannot be imported", error) from error
    if not callable(function):
        there = "nothing" if function is None else type(function).__name__
        raise OwnCodeError(
            f"{code.text}: {code.function} of {code.file.name} is {there}, where a function is "
            f"wanted that returns the model"
        )
    try:
        made = function()
    except Exception as error:
        raise _failed(code, "failed", error) from error
    module, spec = _taken_apart(code, made)
    return captured_module(module, spec, name=code.text)


def _taken_apart(code: OwnCode, made: object) -> tuple[nn.Module, ClipSpec | None]:
    parts = made if isinstance(made, tuple) else (made,)
    if parts and isinstance(parts[0], nn.Module):
        if len(parts) == 1:
            return parts[0], None
        if len(parts) == 2 and isinstance(parts[1], ClipSpec):
            return parts[0], parts[1]
    kinds = ", ".join(type(part).__name__ for part in parts)
    raise OwnCodeError(
        f"{code.text} returns {kinds or 'nothing'}; allowed is a module of torch, alone or with "
        f"the ClipSpec of its input"
    )


def _failed(code: OwnCode, what: str, error: Exception) -> MvitError:
    said = str(error).strip().splitlines()
    words = f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
    return OwnCodeError(f"{code.text} {what}: {words}")
