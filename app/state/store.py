"""The store of the one ``ViewState``: changes, undo, history."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.state.view_state import ViewState, setting, with_settings

if TYPE_CHECKING:
    from collections.abc import Callable

GESTURE_SECONDS = 1.0
"""Changes of one gesture that are less than this apart are one step of undo."""

UNDO_DEPTH = 200


UNDOABLE = (
    "map",
    "changes",
    "mean_batch",
    "patches",
    "heat",
    "overlay",
    "token_grid",
    "removed",
    "clip_spec",
    "tiling",
    "picture_fps",
    "coverage",
    "view",
    "view_before",
    "panes",
    "pane",
    "difference",
    "loop",
    "markers",
    "series",
    "pinned_classes",
    "top_k",
    "whole_video",
    "views",
    "boxes",
    "box",
    "listed_head",
    "atlas",
)
"""Fields that undo and redo restore: display, selection and marks, not the place in the video."""

OF_WORKSPACE = ("view", "view_before", "method", "query")
"""Fields that each workspace has values of its own for; a step taken in another keeps them."""

SELECTION = ("block", "head")
"""Fields of a place beside the frame: another layer or head is another place."""

PLACE = ("frame", *SELECTION)
"""Fields that back and forward restore."""

Values = dict[str, Any]


class Store(QObject):
    """Holds the one ``ViewState``; every change is announced as (old, new).

    A change made while another is being announced is announced after it, so that every listener
    sees the same order.

    Args:
        state: the first state.
        clock: returns seconds, by which gestures are separated.
        parent: the owner.
    """

    changed = Signal(object, object)
    """(old, new), both ``ViewState``."""

    def __init__(
        self,
        state: ViewState | None = None,
        *,
        clock: Callable[[], float] = monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state or ViewState()
        self._clock = clock
        self._undo: list[Values] = []
        self._redo: list[Values] = []
        self._gesture: tuple[str, float] = ("", 0.0)
        self._held = False
        self._back: list[Values] = []
        self._forward: list[Values] = []
        self._pending: list[tuple[ViewState, ViewState]] = []
        self._announcing = False

    @property
    def state(self) -> ViewState:
        """The state now."""
        return self._state

    @property
    def can_undo(self) -> bool:
        """True where there is a step to undo."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """True where there is a step to redo."""
        return bool(self._redo)

    @property
    def can_go_back(self) -> bool:
        """True where there is an earlier place."""
        return bool(self._back)

    @property
    def can_go_forward(self) -> bool:
        """True where there is a later place."""
        return bool(self._forward)

    # Any: the names and types are those of the fields, which ``with_settings`` checks.
    def update(self, *, gesture: str = "", jump: bool = False, **changes: Any) -> None:  # noqa: ANN401
        """Change some fields.

        Args:
            gesture: changes of the same gesture in quick succession are one step of undo.
            jump: the frame asked for is a new place, to which ``back`` should lead again.
            **changes: fields of ``ViewState``, of its map and of its heat, and their new values.

        Raises:
            TypeError: there is no such field.
            ValueError: heat cannot be drawn so.
        """
        new = with_settings(self._state, **changes)
        if new == self._state:
            return
        if new.workspace == self._state.workspace:
            self._remember_undo(new, gesture)
        else:
            self._gesture = ("", 0.0)  # going elsewhere is no step, and ends one
        self._remember_place(new, jump)
        self._set(new)

    def hold(self, on: bool) -> None:
        """Begin or end a drag on a control; all its changes are one step of undo."""
        self._held = on
        self._gesture = ("", 0.0)

    def undo(self) -> None:
        """Undo the last step of display or selection."""
        self._restore(self._undo, self._redo)

    def redo(self) -> None:
        """Redo the step that was undone last."""
        self._restore(self._redo, self._undo)

    def _restore(self, steps: list[Values], others: list[Values]) -> None:
        """Take the last step; those of another workspace that change nothing here are passed by."""
        while steps:
            self._gesture = ("", 0.0)  # what follows is a step of its own
            values = steps.pop()
            is_of_another = values.pop("workspace") != self._state.workspace
            if is_of_another:
                values |= _values(self._state, OF_WORKSPACE)
            new = with_settings(self._state, **values)
            if new != self._state or not is_of_another:
                others.append(_step(self._state))
                self._set(new)
                return

    def back(self) -> None:
        """Go to the place shown before."""
        if self._back:
            self._gesture = ("", 0.0)  # what follows is a step of its own
            self._forward.append(_values(self._state, PLACE))
            self._set(with_settings(self._state, playing=False, **self._back.pop()))

    def forward(self) -> None:
        """Go to the place that ``back`` left."""
        if self._forward:
            self._gesture = ("", 0.0)  # what follows is a step of its own
            self._back.append(_values(self._state, PLACE))
            self._set(with_settings(self._state, playing=False, **self._forward.pop()))

    def forget(self) -> None:
        """Drop undo and history, as another clip or model makes old steps meaningless."""
        for steps in (self._undo, self._redo, self._back, self._forward):
            steps.clear()
        self._gesture = ("", 0.0)

    def _remember_undo(self, new: ViewState, gesture: str) -> None:
        before = _step(self._state)
        if before == _step(new):
            return
        now = self._clock()
        last, then = self._gesture
        same = bool(gesture) and gesture == last and (self._held or now - then < GESTURE_SECONDS)
        self._gesture = (gesture, now)
        self._redo.clear()
        if not same:
            self._undo.append(before)
            del self._undo[:-UNDO_DEPTH]

    def _remember_place(self, new: ViewState, jump: bool) -> None:
        old = self._state
        if not jump and _values(old, SELECTION) == _values(new, SELECTION):
            return
        self._back.append(_values(old, PLACE))
        del self._back[:-UNDO_DEPTH]
        self._forward.clear()

    def _set(self, new: ViewState) -> None:
        self._pending.append((self._state, new))
        self._state = new
        if self._announcing:
            return
        self._announcing = True
        try:
            while self._pending:
                self.changed.emit(*self._pending.pop(0))
        finally:
            self._announcing = False


def _step(state: ViewState) -> Values:
    """What undo restores, and the workspace in which it was so."""
    return _values(state, (*UNDOABLE, "workspace"))


def _values(state: ViewState, names: tuple[str, ...]) -> Values:
    return {name: setting(state, name) for name in names}
