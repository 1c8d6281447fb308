"""Requests for maps, their results, and the map on the canvas."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from typing_extensions import override

from mvit_core.attribution import METHODS
from mvit_core.explaining.changes import UNCHANGED
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.heatmap import project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.results.model import BoxPredictions, HeadPredictions, LayerInfo, PredictionInfo
    from app.state.view_state import ModelSource
    from mvit_core.attribution import HeadChoice, HeadMaps, MapSpec
    from mvit_core.attribution.maps import FloatArray
    from mvit_core.explaining import Changes, Evidence
    from mvit_core.geometry import PixelMap, Triple
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import RangePolicy, ValueRange
    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video.boxes import Box
    from mvit_core.video.clip import ClipSpec, ClipWindow


Network: TypeAlias = "tuple[ModelSource, tuple[FileIdentity, ...]]"
"""Source of a model, and identities of its files when it was loaded."""


@dataclass(frozen=True)
class MapRequest:
    """A request to the inference worker for one map."""

    model: ModelSource
    clip: Path
    spec: ClipSpec
    """Sampling and preprocessing of the model's input."""
    window: ClipWindow
    map: MapSpec
    """The map; its block is a number and its head ``mean``, for all heads are made together."""
    clip_file: FileIdentity | None = None
    """Identity of the clip's file when it was opened; None for the file at its path now."""
    model_files: tuple[FileIdentity, ...] = ()
    """The same of the model's files."""
    boxes: tuple[Box, ...] = ()
    """Boxes that a model of detection predicts for; () for the whole frame."""
    box: int = 0
    """Which of them evidence is for."""
    changes: Changes = UNCHANGED
    """What is changed in the network before it runs."""

    @override
    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Computed once: each refresh looks every block's request up."""
        fields = (self.model, self.clip, self.spec, self.window, self.map, self.boxes, self.box)
        return hash((*fields, self.clip_file, self.model_files, self.changes))

    @property
    def network(self) -> Network:
        """The model, as its files were when it was loaded."""
        return self.model, self.model_files

    @property
    def is_of_evidence(self) -> bool:
        """What is asked for speaks for a class; it is of no one layer, head or query."""
        return self.map.method in EVIDENCE

    @property
    def is_of_attention(self) -> bool:
        """What is asked for is attention; neither evidence nor features."""
        return self.map.method in METHODS

    @property
    def block(self) -> int:
        """Number of the attention layer."""
        assert self.map.block is not None
        return self.map.block

    def on_layer(self, here: LayerInfo, there: LayerInfo) -> MapRequest:
        """The same of another layer; ``here`` is the layer that this is of."""
        return replace(self, map=self.map.on_layer(here, there))


@dataclass(frozen=True, eq=False)
class MapResult:
    """The result of a request: the maps of all heads, and the model's predictions."""

    request: MapRequest
    maps: HeadMaps
    pixel_map: PixelMap
    frame_indices: tuple[int, ...]
    """Source frame of each input frame."""
    predictions: tuple[PredictionInfo, ...]
    """Most probable first, of the first box where there are several; empty for a run that was
    cancelled, and for an encoder without classes."""
    layers: tuple[LayerInfo, ...]
    """Layers with the grids that the run had."""
    note: str
    """Anything unusual about the clip, as a sentence; empty otherwise."""
    seconds: float = 0.0
    """Seconds the run took; near 0 where it was cached."""
    is_complete: bool = True
    """True where the run reached every layer."""
    is_damaged: bool = False
    """True where the model was fed frames that are painted from damaged data."""
    boxes: tuple[BoxPredictions, ...] = ()
    """Predictions for each box of the request."""
    heads: tuple[HeadPredictions, ...] = ()
    """Predictions of each head, of a model with several."""
    evidence: Evidence | None = None
    """What the map says for a class, and how far it can be trusted; None for attention."""

    @cached_property
    def class_names(self) -> Mapping[int, str]:
        """Class names by number."""
        return {each.index: each.name for each in self.predictions}

    @property
    def is_quick(self) -> bool:
        """The instant method's map, which stands for the one asked for until that is made."""
        return self.evidence is not None and self.evidence.method != self.request.map.method

    def predictions_of(self, box: int | None, head: str) -> tuple[PredictionInfo, ...]:
        """Predictions for a box or of a head; the model's own where there is no such."""
        if box is not None and 0 <= box < len(self.boxes):
            return self.boxes[box].predictions
        named = {each.name: each.predictions for each in self.heads}
        return named.get(head, self.predictions)

    @property
    def layer(self) -> LayerInfo:
        """The layer of the request."""
        return self.layers[self.request.block]


def heatmap_of(result: MapResult, head: HeadChoice) -> Heatmap:
    """Place one head, or a reduction over all, on the source frame."""
    return project(result.maps.pick(head), result.pixel_map, result.frame_indices)


@dataclass(frozen=True, eq=False)
class RangePiece:
    """All values of one layer in one window, for ranges that look at more than one."""

    request: MapRequest
    values: FloatArray
    """(heads, T', Y', X')."""


@dataclass(frozen=True)
class HistogramInfo:
    """Histogram of values."""

    counts: tuple[int, ...]
    """Counts of bins of equal width; the last also holds everything above."""
    span: ValueRange
    """Low end of the first bin and high end of the last."""


@dataclass(frozen=True)
class RangeInfo:
    """The colour range in use."""

    range: ValueRange
    policy: RangePolicy
    locked: bool
    tails_percent: tuple[float, float]
    known: tuple[int, int] | None
    """(done, all) windows or layers whose values are known; None where one layer is enough."""
    automatic: ValueRange
    """Range by the policy, before a lock or numbers set by hand."""
    histogram: HistogramInfo
    """Histogram of the values that the policy looks at."""
    is_around_zero: bool = False
    """Its ends lie as far below 0 as above, and hold nearly all values of this map."""
    is_fixed: bool = False
    """Its ends are the same for every map."""

    @property
    def is_complete(self) -> bool:
        """True where all windows or layers that the policy looks at are known."""
        return self.known is None or self.known[0] == self.known[1]


@dataclass(frozen=True, eq=False)
class ShownMap:
    """The map on the canvas."""

    result: MapResult
    head: HeadChoice
    heatmap: Heatmap
    range: RangeInfo
    number: int
    """Identifies the map: another number is another map."""


@dataclass(frozen=True)
class TokenMark:
    """A picked token, to be ringed on the frame."""

    centre_px: tuple[float, float]
    cell_px: tuple[float, float]
    token: Triple
    on_this_frame: bool
    """True where the frame shown is nearest to the token's time."""


@dataclass(frozen=True)
class Readout:
    """Pixel, token, value and rank under the pointer."""

    pixel: tuple[int, int]
    token: Triple | None = None
    value: float = 0.0
    times_mean: float = 0.0
    """Value over the mean of the map."""
    rank: int = 0
    """1 is the largest of the map."""
    count: int = 0
    unit: str = ""
    """Unit of the value, of evidence, as its table has it; empty for a share of the attention."""
    row_sum: float | None = None
    """Sum of the row with the class key; None where the map is no row."""
