"""Sessions: what was looked at and how, in a small JSON file; no weights and no maps.

A file is named three ways: beside the session, by its whole path, and by what is in it, so that a
folder that moved as a whole is found again, and another file of the same name is told apart.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, is_dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from app.state.json_codec import decode, encode, field_types
from app.state.session_forms import in_form_3, with_usable_heat
from app.state.view_state import ModelSource, ViewState
from mvit_core.errors import MvitError, SessionError
from mvit_core.printable import brief, word
from mvit_core.system.atomic_file import whole_file
from mvit_core.system.ordinary_file import check_ordinary, read_bounded

if TYPE_CHECKING:
    from app.state.store import Values

ENDING = ".mvitlens"
KIND = "MViT Lens session"
VERSION = 3
"""Raised when an older reader would misunderstand the file; new fields alone do not raise it.

Forms 1 and 2 held the fields of the map and of the heat beside the others; form 2 had averaged
heads, which form 1 did not know. Both are read as form 3 (``session_forms.py``).
"""

MOST_PICTURES = 100_000
"""Entries of a folder that its digest is of."""

EDGE_BYTES = 1 << 16
"""Read from each end of a file to tell it from others; checkpoints are too large to read whole."""

LARGEST_BYTES = 16 << 20
"""A session is a few kilobytes; anything beyond this is another kind of file."""

NOT_KEPT = frozenset({"clip", "model", "playing", "scrubbing", "picking", "hold_to_hide"})
"""Fields of the view that are files, or that last for a moment only."""


MODEL_FILES = frozenset({"checkpoint", "config", "labels"})
"""Fields of ``ModelSource`` that are files, and their roles in a session."""


ROLES = ("clip", *sorted(MODEL_FILES))
"""Files that a session may name."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("sessions", text)


@dataclass(frozen=True)
class FileRef:
    """A file that a session needs, as it was when the session was saved."""

    relative: str
    """From the session's folder; empty where there is no such path."""
    absolute: str
    digest: str
    """Of size, head and tail."""

    @property
    def name(self) -> str:
        """The file's own name."""
        return Path(self.absolute).name


@dataclass(frozen=True)
class Place:
    """How the window stood."""

    layout: str = ""
    """Docks and toolbars as Qt saves them, in base 64."""
    zoom: float = 0.0
    """View points per stored row; 0 fits the frame to the canvas."""
    centre: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Session:
    """All that a session file says."""

    files: dict[str, FileRef]
    """By role: clip, checkpoint, config, labels; those that there are."""
    model: Values
    """Fields of ``ModelSource`` that are no files; empty without a model."""
    view: Values
    """Fields of ``ViewState``."""
    place: Place
    unknown: tuple[str, ...] = ()
    """What was in the file that this version does not know."""


def session_of(state: ViewState, place: Place, folder: Path) -> Session:
    """The session of a view, to be saved in a folder.

    Raises:
        SessionError: a file of the view cannot be read any more.
    """
    model = state.model
    paths = {"clip": state.clip}
    if model is not None:
        paths |= {role: getattr(model, role) for role in sorted(MODEL_FILES)}
    files = {role: _ref(path, folder) for role, path in paths.items() if path is not None}
    asked = {} if model is None else {name: getattr(model, name) for name in _model_types()}
    return Session(files, asked, kept_view(state), place)


def kept_view(state: ViewState) -> Values:
    """The part of a view that a session keeps."""
    return {name: getattr(state, name) for name in field_types(ViewState) if name not in NOT_KEPT}


def write_session(session: Session, target: Path) -> None:
    """Save a session, whole or not at all.

    Raises:
        ExportError: the file cannot be written.
    """
    page = {
        "kind": KIND,
        "version": VERSION,
        "written_by": _own_version(),
        "files": {role: encode(ref) for role, ref in session.files.items()},
        "model": {name: encode(value) for name, value in session.model.items()},
        "view": {name: encode(value) for name, value in session.view.items()},
        "place": encode(session.place),
    }
    with whole_file(target) as partial:
        partial.write_text(json.dumps(page, indent=2, ensure_ascii=False), encoding="utf-8")


def read_session(path: Path) -> Session:
    """Read a session.

    Raises:
        SessionError: the file is missing, damaged, no session, or of a later version.
    """
    page = _page(path)
    known = {"kind", "version", "written_by", "files", "model", "view", "place"}
    unknown = [name for name in page if name not in known]
    unknown += [f"files.{role}" for role in _object(page, "files") if role not in ROLES]
    kinds = {k: v for k, v in field_types(ViewState).items() if k not in NOT_KEPT}
    files = _object(page, "files")
    return Session(
        files={
            role: decode(files[role], FileRef, f"files.{role}") for role in ROLES if role in files
        },
        model=_values(_object(page, "model"), "model", _model_types(), unknown),
        view=_values(_view(page), "view", kinds, unknown),
        place=decode(page.get("place", {}), Place, "place"),
        unknown=tuple(unknown),
    )


def _view(page: dict[str, Any]) -> dict[str, Any]:
    """The view in form 3, with heat that can be drawn."""
    view = _object(page, "view")
    if page["version"] < 3:
        view = in_form_3(view)
    return with_usable_heat(view)


def _values(kept: dict[str, Any], group: str, kinds: dict[str, Any], unknown: list[str]) -> Values:
    """The fields of a group that this version knows; the names of the others go to a list."""
    unknown += [f"{group}.{name}" for name in kept if name not in kinds]
    unknown += [f"{group}.{name}" for name in _unknown_within(kept, kinds)]
    return {
        name: decode(kept[name], kind, f"{group}.{name}")
        for name, kind in kinds.items()
        if name in kept
    }


def _unknown_within(kept: dict[str, Any], kinds: dict[str, Any]) -> list[str]:
    """The fields of parts of a group that this version does not know."""
    return [
        f"{part}.{name}"
        for part, kind in kinds.items()
        if is_dataclass(kind) and isinstance(kind, type) and isinstance(kept.get(part), dict)
        for name in kept[part]
        if name not in field_types(kind)
    ]


def _model_types() -> dict[str, Any]:
    """The fields of ``ModelSource`` that are no files."""
    types = field_types(ModelSource)
    return {name: kind for name, kind in types.items() if name not in MODEL_FILES}


def _page(path: Path) -> dict[str, Any]:
    try:
        page = json.loads(read_bounded(path, LARGEST_BYTES, SessionError).decode("utf-8"))
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON
        words = tr("{name} is damaged or no session: {why}")
        raise SessionError(words.format(name=path.name, why=error)) from error
    if not isinstance(page, dict) or page.get("kind") != KIND:
        words = tr("{name} is no session of MViT Lens; sessions end in .mvitlens")
        raise SessionError(words.format(name=path.name))
    number = decode(page.get("version"), int, "version")
    if number > VERSION:
        words = tr(
            "{name} was written by MViT Lens {by} in form {number}; this version reads up to form "
            "{own}. Update MViT Lens to open it"
        )
        by = word(page.get("written_by", "?"), 40)
        raise SessionError(words.format(name=path.name, by=by, number=number, own=VERSION))
    return page


def _object(page: dict[str, Any], name: str) -> dict[str, Any]:
    value = page.get(name, {})
    if not isinstance(value, dict):
        words = tr("the session is damaged: {name} is {value}, not a group of values")
        raise SessionError(words.format(name=name, value=brief(value)))
    return value


# -- files ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """Where a file of a session is now."""

    path: Path | None
    """None where it is neither beside the session nor at its old place."""
    same: bool = True
    """It holds what it held; False for another file of that name."""


def find(ref: FileRef, folder: Path) -> Found:
    """Look for a file of a session that lies in a folder."""
    places = [folder / ref.relative] if ref.relative else []
    places = [place for place in (*places, Path(ref.absolute)) if _is_usable(place)]
    for place in places:
        if is_same(ref, place):
            return Found(Path(os.path.normpath(place)))
    return Found(Path(os.path.normpath(places[0])), same=False) if places else Found(None)


def _is_usable(path: Path) -> bool:
    """An ordinary file, or a folder of pictures; devices and pipes are never opened."""
    try:
        if not path.is_dir():
            check_ordinary(path, SessionError)
    except (MvitError, OSError, ValueError):
        return False
    return True


def is_same(ref: FileRef, path: Path) -> bool:
    """A file holds what it held when the session was saved."""
    try:
        return _is_usable(path) and digest_of(path) == ref.digest
    except (OSError, ValueError):
        return False


def model_source(session: Session, paths: dict[str, Path]) -> ModelSource | None:
    """The model of a session whose files were found; None where one of them was not."""
    wanted = MODEL_FILES & set(session.files)
    if "checkpoint" not in wanted or not wanted <= set(paths):
        return None
    values: Values = {**session.model, **{role: paths[role] for role in wanted}}
    return ModelSource(**values)


def digest_of(path: Path) -> str:
    """Tells a file, or a folder of pictures, from another, without reading all of it.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    if path.is_dir():
        for each in sorted(islice(path.iterdir(), MOST_PICTURES)):
            digest.update(f"{each.name} {each.stat().st_size}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        digest.update(str(size).encode())
        for start in (0, max(size - EDGE_BYTES, 0)):
            file.seek(start)
            digest.update(file.read(EDGE_BYTES))
    return digest.hexdigest()


def _ref(path: Path, folder: Path) -> FileRef:
    try:
        relative = Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        relative = ""
    try:
        return FileRef(relative, str(path.absolute()), digest_of(path))
    except OSError as error:
        words = tr("{path} cannot be read any more: {why}")
        raise SessionError(words.format(path=path, why=error.strerror or error)) from error


def _own_version() -> str:
    try:
        return version("mvit-lens")
    except PackageNotFoundError:
        return "?"
