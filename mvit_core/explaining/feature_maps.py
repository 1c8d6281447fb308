"""Features as the maps of a layer with one head, which whatever draws maps takes."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from mvit_core.attention.record import LayerAttention
from mvit_core.attribution import PCA, SIMILARITY, HeadMaps, MapColours, MapSpec, Query
from mvit_core.attribution.maps import FloatArray
from mvit_core.errors import CaptureError
from mvit_core.explaining.features import FeatureBasis, Features, features
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.watching import OnStep
from mvit_core.system.cache import Cache, MemoryBudget

__all__ = ["LentWindow", "RememberedFeatures", "colour_maps", "similarity_maps"]

_SECONDS_TO_RUN = 1.0
_FEATURES_BYTES = 256 * 2**20


def colour_maps(found: Features, basis: FeatureBasis, stage: int) -> HeadMaps:
    """Tokens in colours; the values are the first component, from dark to full."""
    rgb = basis.colours(found)
    variance = basis.variance
    colours = MapColours(rgb, (variance[0], variance[1], variance[2]))
    return _maps(found, rgb[..., 0], PCA, "readout", stage, colours)


def similarity_maps(found: Features, query: Query, stage: int) -> HeadMaps:
    """How alike each token is to a picked one.

    Raises:
        CaptureError: no patch is picked, or it lies outside the grid.
    """
    if isinstance(query, str):
        raise CaptureError(
            f"similarity is to a patch t,y,x of the grid {found.grid}; got {query!r}, which is none"
        )
    return _maps(found, found.similarity(query).values, SIMILARITY, query, stage)


def _maps(
    found: Features,
    values: FloatArray,
    method: str,
    query: Query,
    stage: int,
    colours: MapColours | None = None,
) -> HeadMaps:
    values = np.ascontiguousarray(values, dtype=np.float32)[None]
    return HeadMaps(
        values=values,
        geometry=found.geometry,
        sinks=None,
        key_count=values.size,
        method=method,
        block=found.block,
        stage=stage,
        query=query,
        colours=colours,
    )


@dataclass(frozen=True)
class LentWindow:
    """A window of a clip, and the network before it."""

    clip: Hashable
    """Names the clip."""
    window: Hashable
    """Names the window among those of the clip."""
    subject: Callable[[], Subject]
    """Makes the subject, where it is needed."""


class RememberedFeatures:
    """Tokens of windows, and for each clip and block the directions that its colours stand for.

    Not thread-safe: it belongs to whom the network belongs to.

    Args:
        budget: counts what is remembered together with other caches.
    """

    def __init__(self, budget: MemoryBudget) -> None:
        self._features: Cache[Hashable, Features] = Cache(
            budget, "features", seconds_to_remake=_SECONDS_TO_RUN, most_bytes=_FEATURES_BYTES
        )
        self._bases: dict[Hashable, FeatureBasis] = {}

    def clear(self) -> None:
        """Forget everything."""
        self._features.clear()
        self._bases.clear()

    def has(self, clip: Hashable, window: Hashable, block: int) -> bool:
        """The tokens of a block are at hand: maps of it run nothing."""
        return ((clip, window), block) in self._features

    def maps(
        self,
        spec: MapSpec,
        layer: LayerAttention,
        here: LentWindow,
        first: LentWindow,
        on_step: OnStep | None = None,
    ) -> HeadMaps:
        """The map of a request.

        The directions of PCA are fitted once for each clip and block, on the clip's first window,
        and kept: whichever window is looked at first, a colour means the same along the clip, on
        screen and in every file.

        Args:
            spec: names a method of ``FEATURES``.
            layer: the block.
            here: the window that is shown.
            first: the first window of its clip.
            on_step: raising from it cancels.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: no patch is picked, or the tokens have fewer than three channels.
        """
        found = self._features_of(here, layer.block, on_step)
        if spec.method == SIMILARITY:
            return similarity_maps(found, spec.query, layer.stage)
        key = here.clip, layer.block
        if key not in self._bases:
            self._bases[key] = FeatureBasis.of(self._features_of(first, layer.block, on_step))
        return colour_maps(found, self._bases[key], layer.stage)

    def _features_of(self, lent: LentWindow, block: int, on_step: OnStep | None) -> Features:
        key = (lent.clip, lent.window), block
        known = self._features.get(key)
        if known is None:
            known = features(lent.subject(), block, on_step)
            self._features.put(key, known, known.tokens.nbytes)
        return known
