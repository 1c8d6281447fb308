"""The classes of the demo task, and what mirrors and a reversed clip make of them."""

__all__ = ["CLASSES", "TIME_REVERSED", "X_MIRRORED", "Y_MIRRORED"]

CLASSES = (
    "moves left",
    "moves right",
    "moves up",
    "moves down",
    "circles clockwise",
    "circles counter-clockwise",
    "grows",
    "shrinks",
    "bounces",
    "shakes",
    "spins",
)
"""Names in the order of the logits."""


def _swapped(*pairs: tuple[str, str]) -> tuple[int, ...]:
    """The class that each class becomes when the two of every pair change places."""
    partner = {a: b for pair in pairs for a, b in (pair, pair[::-1])}
    return tuple(CLASSES.index(partner.get(name, name)) for name in CLASSES)


_CIRCLES = ("circles clockwise", "circles counter-clockwise")

X_MIRRORED = _swapped(("moves left", "moves right"), _CIRCLES)
"""``X_MIRRORED[i]`` is the class of a clip of class i with left and right exchanged."""

Y_MIRRORED = _swapped(("moves up", "moves down"), _CIRCLES)
"""Likewise with top and bottom exchanged; what bounced on the floor bounces on the ceiling."""

TIME_REVERSED = _swapped(
    ("moves left", "moves right"), ("moves up", "moves down"), _CIRCLES, ("grows", "shrinks")
)
"""Likewise for a clip played backwards; bouncing, shaking and spinning stay what they are."""
