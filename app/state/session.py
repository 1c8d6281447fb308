"""Sessions as values: a view, its files by name and digest, and the place of the window.

Knows no Qt: a report that is written by command holds a session, too.
"""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.state.json_codec import encode, field_types
from app.state.view_state import ModelSource, ViewState
from mvit_core.system.ordinary_file import is_file, is_folder, is_there
from mvit_core.system.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.state.json_codec import Json
    from app.state.store import Values

KIND = "MViT Lens session"
VERSION = 3
"""Version of the form; increased only when an older reader would misunderstand the file.

Forms 1 and 2 held the fields of the map and of the heat beside the others; form 2 added averaged
heads. Both are read as form 3 (``session_forms.py``).
"""

MOST_PICTURES = 100_000
"""Entries of a folder that its digest is of."""

EDGE_BYTES = 1 << 16
"""Bytes hashed at each end of a file; checkpoints are too large to read whole."""

NOT_KEPT = frozenset(
    {
        "clip",
        "model",
        "playing",
        "scrubbing",
        "picking",
        "drawing",
        "tube",
        "removed",
        "hold_to_hide",
    }
)
"""Fields of ``ViewState`` that are left out: files, and states that last for a moment."""


MODEL_FILES = frozenset({"checkpoint", "config", "labels"})
"""Fields of ``ModelSource`` that are files; each is also the role of its file in a session."""


ROLES = ("clip", *sorted(MODEL_FILES))
"""Files that a session may name."""


@dataclass(frozen=True)
class FileRef:
    """A file that a session needs, as it was when the session was saved."""

    relative: str
    """Path from the session's folder; empty where there is none (another drive)."""
    absolute: str
    """Whole path; empty in a session that is given away."""
    digest: str
    """Hash of size, first and last bytes."""

    @property
    def name(self) -> str:
        """Name without folder."""
        return Path(self.absolute or self.relative).name


@dataclass(frozen=True)
class Place:
    """Layout of the window, and zoom of the canvas."""

    layout: str = ""
    """Docks and toolbars as Qt saves them, in base 64."""
    zoom: float = 0.0
    """View points per stored row; 0 fits the frame to the canvas."""
    centre: tuple[float, float] = (0.0, 0.0)
    width: str = ""
    """``Width`` of the window that the layout is of; empty in older sessions."""


@dataclass(frozen=True)
class Session:
    """The content of a session file."""

    files: dict[str, FileRef]
    """Files by role (clip, checkpoint, config, labels); unused roles are left out."""
    model: Values
    """Fields of ``ModelSource`` that are no files; empty without a model."""
    view: Values
    """Fields of ``ViewState``."""
    place: Place
    unknown: tuple[str, ...] = ()
    """Names of fields in the file that this version does not have."""


def make_session(
    state: ViewState, place: Place, folder: Path, *, with_paths: bool = True
) -> Session:
    """Make the session of a view, to be saved in a folder.

    Args:
        state: the view.
        place: layout and zoom of the window.
        folder: where the file will lie.
        with_paths: False names files without their folders, as if they lay beside the session, and
            leaves out what is of further files: panes, patches, a list of clips.

    Raises:
        OSError: a file of the view cannot be read any more.
    """
    model = state.model
    paths = {"clip": state.clip}
    if model is not None:
        paths |= {role: getattr(model, role) for role in sorted(MODEL_FILES)}
    files = {
        role: _ref(path, folder, with_paths) for role, path in paths.items() if path is not None
    }
    asked = {} if model is None else {name: getattr(model, name) for name in model_types()}
    return Session(files, asked, kept_view(state if with_paths else _without_paths(state)), place)


def kept_view(state: ViewState) -> Values:
    """The fields of a view that a session keeps, as JSON values."""
    return {name: getattr(state, name) for name in field_types(ViewState) if name not in NOT_KEPT}


def _without_paths(state: ViewState) -> ViewState:
    """The view without what names a file; clip and model are named beside it."""
    first = ViewState()
    named = [name for name, value in kept_view(state).items() if _names_a_file(value)]
    if "panes" in named:
        named += ["pane", "difference"]
    return replace(state, **{name: getattr(first, name) for name in named})


def _names_a_file(value: object) -> bool:
    if is_dataclass(value):
        return any(_names_a_file(getattr(value, field.name)) for field in fields(value))
    return isinstance(value, Path) or (
        isinstance(value, tuple) and any(_names_a_file(each) for each in value)
    )


def session_page(session: Session) -> dict[str, Json]:
    """The JSON object that a session is written as."""
    return {
        "kind": KIND,
        "version": VERSION,
        "written_by": version_of("mvit-lens") or "?",
        "files": {role: encode(ref) for role, ref in session.files.items()},
        "model": {name: encode(value) for name, value in session.model.items()},
        "view": {name: encode(value) for name, value in session.view.items()},
        "place": encode(session.place),
    }


def model_types() -> dict[str, Any]:
    """Types of the fields of ``ModelSource`` that are kept and no files, by name."""
    types = field_types(ModelSource)
    return {name: kind for name, kind in types.items() if name not in {*MODEL_FILES, "is_allowed"}}


def no_check() -> None:
    """Goes on."""


def digest_of(path: Path, check: Callable[[], None] = no_check) -> str:
    """Hash a file or a folder of pictures by size and both ends, without reading all of it.

    Args:
        path: the file or the folder.
        check: called before each look at the drive; raises to stop.

    Raises:
        OSError: it cannot be read, or is a pipe, a device or a socket.
    """
    digest = hashlib.sha256()
    check()
    if is_folder(path):
        for each in sorted(islice(path.iterdir(), MOST_PICTURES)):
            check()
            digest.update(f"{each.name} {each.stat().st_size}\n".encode())
        return digest.hexdigest()
    if is_there(path) and not is_file(path):
        raise OSError(errno.EINVAL, "no ordinary file")  # opening a pipe would wait for ever
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        digest.update(str(size).encode())
        for start in (0, max(size - EDGE_BYTES, 0)):
            file.seek(start)
            digest.update(file.read(EDGE_BYTES))
    return digest.hexdigest()


def _ref(path: Path, folder: Path, with_paths: bool) -> FileRef:
    try:
        digest = digest_of(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    if not with_paths:
        return FileRef(path.name, "", digest)
    try:
        relative = Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        relative = ""
    return FileRef(relative, str(path.absolute()), digest)
