"""Writes and reads sessions: view and files by name, as small JSON without weights or maps.

A file is named three ways: by its path from the session's folder, by its whole path, and by a
digest of its content. So a folder that moved as a whole is found again, and another file of the
same name is recognised.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from dataclasses import dataclass, is_dataclass
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
from mvit_core.system.bounded_json import load_json
from mvit_core.system.ordinary_file import (
    check_ordinary,
    is_file,
    is_folder,
    is_there,
    read_bounded,
)
from mvit_core.system.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.state.store import Values

ENDING = ".mvitlens"
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

LARGEST_BYTES = 16 << 20
"""Largest session file that is read; a session has a few kilobytes."""

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


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("sessions", text)


@dataclass(frozen=True)
class FileRef:
    """A file that a session needs, as it was when the session was saved."""

    relative: str
    """Path from the session's folder; empty where there is none (another drive)."""
    absolute: str
    digest: str
    """Hash of size, first and last bytes."""

    @property
    def name(self) -> str:
        """Name without folder."""
        return Path(self.absolute).name


@dataclass(frozen=True)
class Place:
    """Layout of the window, and zoom of the canvas."""

    layout: str = ""
    """Docks and toolbars as Qt saves them, in base 64."""
    zoom: float = 0.0
    """View points per stored row; 0 fits the frame to the canvas."""
    centre: tuple[float, float] = (0.0, 0.0)


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


def session_of(state: ViewState, place: Place, folder: Path) -> Session:
    """Make the session of a view, to be saved in a folder.

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
    """The fields of a view that a session keeps, as JSON values."""
    return {name: getattr(state, name) for name in field_types(ViewState) if name not in NOT_KEPT}


def write_session(session: Session, target: Path) -> None:
    """Write a session, whole or not at all.

    Raises:
        ExportError: the file cannot be written.
    """
    page = {
        "kind": KIND,
        "version": VERSION,
        "written_by": version_of("mvit-lens") or "?",
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
    """The view of the file in form 3, without settings that no heat can be drawn with."""
    view = _object(page, "view")
    if page["version"] < 3:
        view = in_form_3(view)
    return with_usable_heat(view)


def _values(kept: dict[str, Any], group: str, kinds: dict[str, Any], unknown: list[str]) -> Values:
    """The fields of a group that this version has; names of others are appended to ``unknown``."""
    unknown += [f"{group}.{name}" for name in kept if name not in kinds]
    unknown += [f"{group}.{name}" for name in _unknown_within(kept, kinds)]
    return {
        name: decode(kept[name], kind, f"{group}.{name}")
        for name, kind in kinds.items()
        if name in kept
    }


def _unknown_within(kept: dict[str, Any], kinds: dict[str, Any]) -> list[str]:
    """Names of fields within nested parts that this version does not have."""
    return [
        f"{part}.{name}"
        for part, kind in kinds.items()
        if is_dataclass(kind) and isinstance(kind, type) and isinstance(kept.get(part), dict)
        for name in kept[part]
        if name not in field_types(kind)
    ]


def _model_types() -> dict[str, Any]:
    """Types of the fields of ``ModelSource`` that are no files, by name."""
    types = field_types(ModelSource)
    return {name: kind for name, kind in types.items() if name not in MODEL_FILES}


def _page(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise SessionError(tr("{name} is too large for a session").format(name=path.name))
        page = load_json(read_bounded(path, LARGEST_BYTES, SessionError).decode("utf-8"))
    except OSError as error:
        words = tr("{path} cannot be read: {why}")
        raise SessionError(words.format(path=path, why=error.strerror or error)) from error
    except ValueError as error:  # no UTF-8, no JSON
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
    """The present place of a file of a session."""

    path: Path | None
    """None where it is neither beside the session nor at its old place."""
    same: bool = True
    """Its content is as it was; False for another file of that name."""


def find(ref: FileRef, folder: Path) -> Found:
    """Find a file of a session that lies in ``folder``: beside it first, then at its whole path."""
    places = [folder / ref.relative] if ref.relative else []
    places = [place for place in (*places, Path(ref.absolute)) if _is_usable(place)]
    for place in places:
        if is_same(ref, place):
            return Found(Path(os.path.normpath(place)))
    return Found(Path(os.path.normpath(places[0])), same=False) if places else Found(None)


def _no_check() -> None:
    """Goes on."""


def _is_usable(path: Path) -> bool:
    """An ordinary file, or a folder of pictures; devices and pipes are never opened."""
    try:
        if not is_folder(path):
            check_ordinary(path, SessionError)
    except (MvitError, OSError, ValueError):
        return False
    return True


def is_same(ref: FileRef, path: Path, check: Callable[[], None] = _no_check) -> bool:
    """True where a file's digest is the one that the session saved; ``check`` raises to stop."""
    try:
        return _is_usable(path) and digest_of(path, check) == ref.digest
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class Relinked:
    """Files that were chosen for the missing ones of a session, and those found beside them."""

    paths: dict[str, Path]
    """By role; roles without a file are left out."""
    same: frozenset[str]
    """Roles whose file is the one that was saved."""


def relink(
    missing: dict[str, FileRef], chosen: dict[str, Path], check: Callable[[], None] = _no_check
) -> Relinked:
    """Compare chosen files with those that were saved, and search the others beside them.

    Args:
        missing: files of the session that are not where they were, by role.
        chosen: files for some of them, by role.
        check: called again and again; raises to stop.
    """
    paths, same = dict(chosen), set()
    folders = tuple(dict.fromkeys(path.parent for path in chosen.values()))
    for role, ref in missing.items():
        places = (chosen[role],) if role in chosen else [f / ref.name for f in folders]
        place = next((each for each in places if is_same(ref, each, check)), None)
        if place is not None:
            paths[role] = place
            same.add(role)
    return Relinked(paths, frozenset(same))


def model_source(session: Session, paths: dict[str, Path]) -> ModelSource | None:
    """Make the ``ModelSource`` of a session of the files found; None where one is missing.

    Args:
        session: as read.
        paths: files found, by role.
    """
    wanted = MODEL_FILES & set(session.files)
    if "checkpoint" not in wanted or not wanted <= set(paths):
        return None
    values: Values = {**session.model, **{role: paths[role] for role in wanted}}
    return ModelSource(**values)


def digest_of(path: Path, check: Callable[[], None] = _no_check) -> str:
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
