"""Writes and reads sessions: view and files by name, as small JSON without weights or maps.

A file is named three ways: by its path from the session's folder, by its whole path, and by a
digest of its content. So a folder that moved as a whole is found again, and another file of the
same name is recognised.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication

from app.state.json_codec import decode, field_types
from app.state.session import (
    MODEL_FILES,
    NOT_KEPT,
    ROLES,
    Place,
    Session,
    kept_view,
    make_session,
    model_types,
    session_page,
)
from app.state.session_forms import in_form_3, with_usable_heat
from app.state.view_state import ModelSource, ViewState
from mvit_core.errors import MvitError, SessionError
from mvit_core.printable import brief, word
from mvit_core.system.atomic_file import whole_file
from mvit_core.system.bounded_json import load_json
from mvit_core.system.ordinary_file import check_ordinary, is_folder, read_bounded
from mvit_core.system.report_session import REPORT_ENDINGS, embedded_session
from mvit_core.system.session_form import KIND, VERSION, FileRef, digest_of, no_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.state.store import Values

__all__ = [
    "ENDING",
    "SESSION_ENDINGS",
    "FileRef",
    "Found",
    "Place",
    "Relinked",
    "Session",
    "digest_of",
    "find",
    "is_report",
    "is_same",
    "kept_view",
    "model_source",
    "read_session",
    "relink",
    "session_of",
    "write_session",
]

ENDING = ".mvitlens"
SESSION_ENDINGS = (ENDING, *REPORT_ENDINGS)
"""Files that hold a session: its own, and reports."""

LARGEST_BYTES = 16 << 20
"""Largest session file that is read; a session has a few kilobytes."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("sessions", text)


def is_report(path: Path) -> bool:
    """The file is a report by its name, so that no session is ever written over it."""
    return path.suffix.lower() in REPORT_ENDINGS


def session_of(state: ViewState, place: Place, folder: Path) -> Session:
    """Make the session of a view, to be saved in a folder.

    Raises:
        SessionError: a file of the view cannot be read any more.
    """
    try:
        return make_session(state, place, folder)
    except OSError as error:
        words = tr("{path} cannot be read any more: {why}")
        why = error.strerror or error
        raise SessionError(words.format(path=error.filename or folder, why=why)) from error


def write_session(session: Session, target: Path) -> None:
    """Write a session, whole or not at all.

    Raises:
        ExportError: the file cannot be written.
    """
    page = json.dumps(session_page(session), indent=2, ensure_ascii=False)
    with whole_file(target) as partial:
        partial.write_text(page, encoding="utf-8")


def read_session(path: Path) -> Session:
    """Read a session, or that of a report.

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
        model=_values(_object(page, "model"), "model", model_types(), unknown),
        view=_without_code(_values(_view(page), "view", kinds, unknown)),
        place=decode(page.get("place", {}), Place, "place"),
        unknown=tuple(unknown),
    )


def _without_code(view: Values) -> Values:
    """A view whose panes run no code of their own, whatever the file says."""
    panes = (replace(p, model=replace(p.model, is_allowed=False)) for p in view.get("panes", ()))
    return {**view, "panes": tuple(panes)} if "panes" in view else view


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


def _content(path: Path) -> Any:  # noqa: ANN401 - JSON
    """The JSON value of a session file, or of the session in a report."""
    if is_report(path):
        return embedded_session(path)
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise SessionError(tr("{name} is too large for a session").format(name=path.name))
        return load_json(read_bounded(path, LARGEST_BYTES, SessionError).decode("utf-8"))
    except OSError as error:
        words = tr("{path} cannot be read: {why}")
        raise SessionError(words.format(path=path, why=error.strerror or error)) from error
    except ValueError as error:  # no UTF-8, no JSON
        words = tr("{name} is damaged or no session: {why}")
        raise SessionError(words.format(name=path.name, why=error)) from error


def _page(path: Path) -> dict[str, Any]:
    """The object that a session is, of a form that this version knows."""
    page = _content(path)
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
    places += [Path(ref.absolute)] if ref.absolute else []
    places = [place for place in places if _is_usable(place)]
    for place in places:
        if is_same(ref, place):
            return Found(Path(os.path.normpath(place)))
    return Found(Path(os.path.normpath(places[0])), same=False) if places else Found(None)


def _is_usable(path: Path) -> bool:
    """An ordinary file, or a folder of pictures; devices and pipes are never opened."""
    try:
        if not is_folder(path):
            check_ordinary(path, SessionError)
    except (MvitError, OSError, ValueError):
        return False
    return True


def is_same(ref: FileRef, path: Path, check: Callable[[], None] = no_check) -> bool:
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
    missing: dict[str, FileRef], chosen: dict[str, Path], check: Callable[[], None] = no_check
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
