"""A small model of the view: what undo, history and sessions must do, but not as the store does it.

The store keeps stacks of what was; the model keeps two lists of states with a cursor each.
"""

from dataclasses import dataclass, field, replace

DISPLAY = ("colormap", "opacity", "overlay", "token_grid", "block", "head", "markers")
"""What undo gives back."""
PLACE = ("frame", "block", "head")
"""What history gives back."""
GESTURE_SECONDS = 1.0
FRAMES, BLOCKS = 40, 4


@dataclass(frozen=True)
class View:
    """The fields that the actions change."""

    colormap: str = "inferno"
    opacity: float = 0.85
    overlay: bool = True
    token_grid: bool = False
    block: int | None = None
    head: str | int = "mean"
    frame: int = 0
    markers: tuple[int, ...] = ()


@dataclass
class Trail:
    """States in the order they came, and which of them is shown; what lies behind it is ahead."""

    names: tuple[str, ...]
    kept: list = field(default_factory=lambda: [None])
    at: int = 0

    def moves(self, old, *, joins=False):
        """Another state follows the one that is shown, or takes its place."""
        del self.kept[self.at + 1 :]
        if not joins:
            self.kept[self.at] = self._of(old)
            self.kept.append(None)
            self.at += 1

    def goes(self, view, by):
        """The view with what is kept so many places on; the same where there is no such place."""
        if not 0 <= self.at + by < len(self.kept):
            return view
        self.kept[self.at] = self._of(view)
        self.at += by
        return replace(view, **self.kept[self.at])

    def can_go(self, by):
        return 0 <= self.at + by < len(self.kept)

    def _of(self, view):
        return {name: getattr(view, name) for name in self.names}


class ViewModel:
    """The view after some actions."""

    def __init__(self, view=None):
        self.view = view or View()
        self.forget()

    def forget(self):
        self.undoing, self.places = Trail(DISPLAY), Trail(PLACE)
        self.gesture, self.now, self.then = "", 0.0, 0.0

    def change(self, *, gesture="", jump=False, **values):
        old, new = self.view, replace(self.view, **values)
        if new == old:
            return
        if any(getattr(old, name) != getattr(new, name) for name in DISPLAY):
            joins = bool(gesture) and gesture == self.gesture
            joins = joins and self.now - self.then < GESTURE_SECONDS
            self.undoing.moves(old, joins=joins)
            self.gesture, self.then = gesture, self.now
        if jump or (old.block, old.head) != (new.block, new.head):
            self.places.moves(old)
        self.view = new

    def undo(self, by=-1):
        self._ends_gesture(self.undoing, by)
        self.view = self.undoing.goes(self.view, by)

    def back(self, by=-1):
        self._ends_gesture(self.places, by)
        self.view = self.places.goes(self.view, by)

    def _ends_gesture(self, trail, by):
        if trail.can_go(by):
            self.gesture = ""

    def can(self):
        """Undo, redo, back, forward: which of them are possible."""
        return tuple(trail.can_go(by) for trail in (self.undoing, self.places) for by in (-1, 1))
