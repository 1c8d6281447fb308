"""A loaded model, its layers and its predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.state.view_state import ModelSource
    from mvit_core.checkpoint import LoadReport
    from mvit_core.errors import Remedy
    from mvit_core.geometry import GridGeometry, Triple
    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video.boxes import Box
    from mvit_core.video.clip import ClipSpec


@dataclass(frozen=True)
class LayerInfo:
    """One attention layer."""

    block: int
    stage: int
    """Number of the stage, from 1."""
    heads: int
    name: str
    q_shape: Triple
    k_shape: Triple
    q_geometry: GridGeometry | None = None
    """Grid of the queries; None until a window was run."""
    k_geometry: GridGeometry | None = None
    dead_class: str = ""
    """Reason why the class token is a dead query here; empty when it is none, or not known."""
    dead_patch: str = ""
    """The same for a patch."""


@dataclass(frozen=True)
class HeadInfo:
    """A prediction head of a model."""

    name: str
    classes: int


@dataclass(frozen=True, eq=False)
class ModelInfo:
    """A loaded model."""

    source: ModelSource
    format: str
    device: str
    clip_spec: ClipSpec
    layers: tuple[LayerInfo, ...]
    """Layers as the configuration states them."""
    class_count: int
    has_class_token: bool
    parameters: int
    """Number of weights."""
    readout: str
    """Tokens that the classifier reads, as the configuration calls them."""
    report: LoadReport
    """Report of loading the checkpoint."""
    files: tuple[FileIdentity, ...] = ()
    """Identities of the source's files when they were read."""
    family: str = "classifier"
    """Title of the family of networks."""
    activation: str = "softmax"
    """Function from logits to probabilities: softmax, or sigmoid where classes are independent."""
    heads: tuple[HeadInfo, ...] = ()
    """Prediction heads, where the file has several or one of several layers."""
    head: str = ""
    """Name of the head that gives the logits."""
    captured_of: str = ""
    """Name of its checkpoint, where a capture file gave the model without weights; else empty."""
    is_own_code: bool = False
    """A module that the user's own code built: it is run as it is, and its weights are not ours."""

    def is_same_network(self, other: ModelInfo) -> bool:
        """The same file named again, perhaps on another device: a view of one fits the other."""
        mine, its = self.source, other.source
        return (mine.checkpoint, mine.config, mine.weights, mine.head, self.layers) == (
            its.checkpoint,
            its.config,
            its.weights,
            its.head,
            other.layers,
        )

    @property
    def has_weights(self) -> bool:
        """Its weights are there; those of a capture file and of one's own code are not."""
        return not (self.captured_of or self.is_own_code)

    @property
    def has_classes(self) -> bool:
        """False for an encoder of masked pre-training."""
        return self.class_count > 0

    @property
    def reads_boxes(self) -> bool:
        """True for a model of detection, which predicts for each box."""
        return self.readout == "boxes"


@dataclass(frozen=True)
class FailedLoad:
    """A load that failed; the model before stays in use."""

    source: ModelSource
    sentence: str
    """What is wrong, in one line."""
    remedies: tuple[Remedy, ...] = ()
    """What may help, the most promising first."""
    choices: tuple[str, ...] = ()
    """Names of which one must be chosen: networks of the file, or presets that fit."""

    @property
    def networks(self) -> tuple[str, ...]:
        """Networks of the file of which one must be chosen."""
        return self.choices if self.remedies[:1] == ("weights",) else ()

    @property
    def presets(self) -> tuple[str, ...]:
        """Presets that fit the shapes of the weights."""
        return self.choices if self.remedies[:1] == ("preset",) else ()


@dataclass(frozen=True)
class PredictionInfo:
    """One class and its probability."""

    index: int
    name: str
    probability: float


@dataclass(frozen=True)
class BoxPredictions:
    """Prediction of a detection model for one box."""

    box: Box
    """On the source frame."""
    predictions: tuple[PredictionInfo, ...]
    """Most probable first."""


@dataclass(frozen=True)
class HeadPredictions:
    """Prediction of one of several heads."""

    name: str
    predictions: tuple[PredictionInfo, ...]
    """Most probable first; classes of heads without known names are numbered."""
