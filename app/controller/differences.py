"""The signed difference of two panes, coloured in the paint worker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import TaskKey, heatmap_of
from app.workers.paint import to_argb
from mvit_core.render import Side, common_factors, difference_layer, difference_range

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.controller.workbench import Workbench
    from app.results import MapResult
    from app.workers.worker import TaskHandle
    from mvit_core.attribution import HeadChoice
    from mvit_core.render import HeatSettings, ValueRange

KEPT = 32
"""Number of pictures kept; a window has about eight token times."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("differences", text)


@dataclass(frozen=True)
class Term:
    """One side of a difference."""

    result: MapResult
    head: HeadChoice
    frame_index: int


@dataclass(frozen=True)
class DifferenceKey:
    """Everything that decides the colours of a difference."""

    sides: tuple[tuple[MapResult, HeadChoice, int], ...]
    """(result, head, token time) of each side."""
    size: tuple[int, int]
    heat: HeatSettings
    """At full opacity: the user's is applied when the picture is laid over the frame."""


@dataclass(frozen=True, eq=False)
class DifferencePicture:
    """A coloured difference."""

    key: DifferenceKey
    image: QImage
    range: ValueRange
    """Values at the ends of the colours, symmetrical around 0."""
    unit: str


def paint_difference(
    key: DifferenceKey, terms: tuple[Term, Term], task: TaskHandle
) -> DifferencePicture:
    """Colour the first side minus the second."""
    task.check()
    one, other = (term.result.maps.key_count for term in terms)
    factors = common_factors(one, other)
    first, second = (heatmap_of(term.result, term.head) for term in terms)
    ends = difference_range(first, second, factors)
    task.check()
    layer = difference_layer(
        Side(first, terms[0].frame_index, factors[0]),
        Side(second, terms[1].frame_index, factors[1]),
        key.heat.signed_style(ends),
        key.size,
    )
    unit = tr("probability") if one == other else tr("× uniform")
    return DifferencePicture(key, to_argb(layer), ends, unit)


class Differences:
    """Requests differences from the paint worker, and keeps some.

    Args:
        bench: shared by the controller's collaborators.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._asked: DifferenceKey | None = None
        self._kept: dict[DifferenceKey, DifferencePicture] = {}
        self._last: DifferencePicture | None = None

    def get(
        self, terms: tuple[Term, Term], size: tuple[int, int], heat: HeatSettings
    ) -> DifferencePicture | None:
        """The picture of a difference; while it is made, the one before of the same maps."""
        sides = tuple(
            (t.result, t.head, heatmap_of(t.result, t.head).token_time(t.frame_index))
            for t in terms
        )
        key = DifferenceKey(sides, size, replace(heat, opacity=1.0))
        known = self._kept.get(key)
        if known is not None:
            self._last = known
            return known
        if key != self._asked:
            self._asked = key
            self._bench.workers.paint.submit(
                TaskKey.DIFFERENCE,
                partial(paint_difference, key, terms),
                self._keep,
                self._bench.failed,
                on_late=self._keep,
            )
        return self._last if self._last is not None and _alike(self._last.key, key) else None

    def _keep(self, picture: DifferencePicture) -> None:
        self._kept[picture.key] = picture
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))

    def forget(self) -> None:
        """Drop all pictures, as another video or model is in use."""
        self._asked = self._last = None
        self._kept.clear()


def _alike(one: DifferenceKey, other: DifferenceKey) -> bool:
    return [side[:2] for side in one.sides] == [side[:2] for side in other.sides]
