"""Sessions as values: a view, its files by name and digest, and the place of the window.

Knows no Qt: a report that is written by command holds a session, too.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.state.json_codec import field_types
from app.state.view_state import ModelSource, ViewState
from mvit_core.system.session_form import FileRef, file_ref, session_json

if TYPE_CHECKING:
    from app.state.json_codec import Json
    from app.state.store import Values

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
        role: file_ref(path, folder, with_paths) for role, path in paths.items() if path is not None
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
    return session_json(session.files, session.model, session.view, session.place)


def model_types() -> dict[str, Any]:
    """Types of the fields of ``ModelSource`` that are kept and no files, by name."""
    types = field_types(ModelSource)
    return {name: kind for name, kind in types.items() if name not in {*MODEL_FILES, "is_allowed"}}
