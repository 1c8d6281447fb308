"""Small coloured maps from the paint worker, for grids, panes and the tree of layers.

Cells are coloured by ``mvit_core.render`` alone, at the size they have on screen, and kept by all
that decides how they heat: stepping through frames of one token time paints none anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from app.results import CellsKey, CellsPicture, TaskKey
from app.workers.paint import heat_image
from mvit_core.heatmap import project
from mvit_core.render import seen_box
from mvit_core.system.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QImage

    from app.controller.workbench import Workbench
    from app.workers.worker import TaskHandle
    from mvit_core.heatmap import Heatmap

SECONDS_TO_REMAKE = 0.01
"""Seconds to paint all cells of a block, some hundreds of kilobytes."""


@dataclass(frozen=True)
class CellsAsk:
    """A request for cells of one block."""

    key: CellsKey
    frame_index: int
    """Index of a frame of the token time."""


def paint_cells(asks: tuple[CellsAsk, ...], task: TaskHandle) -> tuple[CellsPicture, ...]:
    """Paint the requested cells, in their order."""
    return tuple(_paint(ask, task) for ask in asks)


def _paint(ask: CellsAsk, task: TaskHandle) -> CellsPicture:
    key = ask.key
    images, ranges = [], []
    for head in key.heads:
        task.check()
        saliency = key.result.maps.pick(head)
        if key.token_time < 0:
            saliency = replace(saliency, values=saliency.values.mean(axis=0, keepdims=True))
        style = key.heat.style(key.result.maps, saliency)
        if key.token_time < 0:
            style = style.without_frame
        heatmap = project(saliency, key.result.pixel_map, key.result.frame_indices)
        image = heat_image(heatmap, ask.frame_index, style, key.size)
        images.append(_seen(image, heatmap) if key.token_time < 0 else image)
        ranges.append(style.range)
    return CellsPicture(key, tuple(images), tuple(ranges))


def _seen(image: QImage, heatmap: Heatmap) -> QImage:
    """Cut a picture to the seen box, as small pictures have no room for the rest."""
    down, across = seen_box(heatmap, (image.width(), image.height()))
    return image.copy(across.start, down.start, across.stop - across.start, down.stop - down.start)


class Cells:
    """Requests cells from the paint worker, and caches them.

    Args:
        bench: shared by the controller's collaborators.
        key: key of its tasks.
        background: let all other tasks go first.
    """

    def __init__(self, bench: Workbench, key: TaskKey, *, background: bool = False) -> None:
        self._bench, self._key, self._background = bench, key, background
        self._asked: tuple[CellsAsk, ...] = ()
        self.version = 0
        """Changes whenever cells come, or all go."""
        self._cache: Cache[CellsKey, CellsPicture] = Cache(
            bench.budget, key, seconds_to_remake=SECONDS_TO_REMAKE
        )

    def get(self, key: CellsKey) -> CellsPicture | None:
        """The picture of a key; None where it is not cached."""
        return self._cache.get(key)

    def request(self, asks: Sequence[CellsAsk]) -> None:
        """Request cells that are not cached, unless they are requested already."""
        missing = tuple(ask for ask in asks if ask.key not in self._cache)
        if missing and missing != self._asked:
            self._asked = missing
            self._bench.workers.paint.submit(
                self._key,
                partial(paint_cells, missing),
                self._keep,
                self._bench.failed,
                background=self._background,
                on_late=self._keep,
            )

    def _keep(self, painted: tuple[CellsPicture, ...]) -> None:
        # Together: if one of a view went to make room for the next, both were asked for for ever.
        self.version += 1
        self._cache.put_together([(each.key, each, each.nbytes) for each in painted])

    def forget(self) -> None:
        """Drop all cells, as another video or model is in use."""
        self._asked = ()
        self.version += 1
        self._cache.clear()
