"""Values of the path from video to heatmap: a window that was run, and the map of one request."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral
from typing import TYPE_CHECKING, TypeAlias

from mvit_core.attention.record import AttentionRecord, LayerAttention
from mvit_core.attribution import LAYER_MAPS, HeadMaps, MapSpec, Saliency
from mvit_core.errors import CaptureError, ClipError
from mvit_core.explaining.changes import UNCHANGED, Changes
from mvit_core.explaining.evidence import Evidence, Target
from mvit_core.explaining.methods import is_signed
from mvit_core.geometry import GridGeometry, PixelMap
from mvit_core.heatmap import Heatmap
from mvit_core.video import ClipWindow, Video
from mvit_core.video.boxes import Box
from mvit_core.video.transform import ModelInput

if TYPE_CHECKING:
    from mvit_core.system.ordinary_file import FileIdentity

__all__ = [
    "Explanation",
    "PickedToken",
    "Prediction",
    "RunKey",
    "WindowCapture",
    "check_finite",
    "class_index",
    "maps_of",
    "meant",
    "near",
    "predictions_of",
    "window_at",
]


@dataclass(frozen=True)
class Prediction:
    """One class and its probability."""

    index: int
    name: str
    """The class name, or ``class N`` where names are not known."""
    probability: float


def meant(spec: MapSpec, predictions: tuple[Prediction, ...]) -> Target:
    """The class that a request means: its own, or the most probable one.

    Args:
        spec: the request.
        predictions: of the window, most probable first.

    Raises:
        CaptureError: the network predicts no classes.
    """
    if spec.target is not None:
        return Target(spec.target, spec.against)
    best = [each.index for each in predictions if each.index != spec.against]
    if not best:
        raise CaptureError("this network predicts no classes, so there is none to explain")
    return Target(best[0], spec.against)


RunKey: TypeAlias = "tuple[FileIdentity, ClipWindow, tuple[Box, ...], Changes]"
"""Key of a run; attention is the same for all boxes, predictions are not."""


@dataclass(frozen=True)
class WindowCapture:
    """One clip window as the model saw it, and what it said and looked at."""

    window: ClipWindow
    pixel_map: PixelMap
    frame_indices: tuple[int, ...]
    """Source frame of each input frame."""
    record: AttentionRecord
    predictions: tuple[Prediction, ...]
    """All classes, most probable first."""
    note: str = ""
    """Note on the clip; empty where nothing is unusual."""
    boxes: tuple[Box, ...] = ()
    """Boxes of the predictions on the source; () for the whole frame."""
    changes: Changes = UNCHANGED
    """What was changed in the network."""

    @property
    def seen(self) -> tuple[ClipWindow, Changes]:
        """What its tokens depend on, among the windows of a clip: not on boxes."""
        return self.window, self.changes

    def name_of(self, index: int | None) -> str:
        """Name of a class; empty for None."""
        if index is None:
            return ""
        return next((p.name for p in self.predictions if p.index == index), f"class {index}")

    def layer(self, block: int | None) -> LayerAttention:
        """An attention layer by its index, or the last.

        Raises:
            CaptureError: there is no such block.
        """
        depth = self.record.depth
        wanted = depth - 1 if block is None else block
        if not 0 <= wanted < depth:
            raise CaptureError(f"the model has {depth} blocks, 0 to {depth - 1}; got block {block}")
        kept = {layer.block: layer for layer in self.record.layers}
        if wanted not in kept:
            raise CaptureError(
                f"block {wanted} was not captured; captured are {', '.join(map(str, kept))}"
            )
        return kept[wanted]


@dataclass(frozen=True)
class Explanation:
    """The map of one request: everything that the window or an exporter draws."""

    capture: WindowCapture
    spec: MapSpec
    maps: HeadMaps
    """All heads of the block."""
    saliency: Saliency
    """The head or reduction picked."""
    heatmap: Heatmap
    evidence: Evidence | None = None
    """What an evidence method found; None for attention."""

    @property
    def is_signed(self) -> bool:
        """Values lie on both sides of 0."""
        return is_signed(self.maps.method)

    @property
    def against(self) -> str:
        """Name of the class instead of which; empty where the class stands alone."""
        return "" if self.evidence is None else self.capture.name_of(self.evidence.target.against)

    @property
    def target(self) -> str:
        """Name of the class that is explained; empty where attention is shown."""
        return "" if self.evidence is None else self.capture.name_of(self.evidence.target.index)

    @property
    def picked(self) -> "PickedToken | None":
        """Place of the picked query (or, of a column, the picked key); None for no patch."""
        if isinstance(self.maps.query, str) or self.evidence is not None:
            return None
        layer = self.capture.layer(self.maps.block)
        of_keys = LAYER_MAPS[self.maps.method].query_is_key
        geometry, shape = (
            (layer.k_geometry, layer.k_shape) if of_keys else (layer.q_geometry, layer.q_shape)
        )
        _, y, x = geometry.centre(self.maps.query)
        return PickedToken(
            self.capture.pixel_map.to_source(x, y), self.maps.query[0], geometry, shape[0]
        )


@dataclass(frozen=True)
class PickedToken:
    """A picked token's place on the source video."""

    centre_px: tuple[float, float]
    """(x, y) of its centre on the source frame."""
    t: int
    """Its time on its own grid."""
    geometry: GridGeometry
    times: int
    """Times of its grid."""

    def is_at(self, heatmap: Heatmap, frame_index: int) -> bool:
        """The frame is nearest to the token's own time.

        Args:
            heatmap: the map that it is shown on.
            frame_index: a source frame.
        """
        place = heatmap.sampled_position(frame_index)
        return self.geometry.nearest(0, place, self.times) == self.t


def maps_of(evidence: Evidence, captured: WindowCapture) -> HeadMaps:
    """Evidence as the maps of a layer with one head, which whatever draws maps takes.

    Args:
        evidence: the map, with its figures.
        captured: the window that it is of.
    """
    block = captured.record.depth - 1 if evidence.block is None else evidence.block
    stages = {layer.block: layer.stage for layer in captured.record.layers}
    values = evidence.saliency.values[None]
    return HeadMaps(
        values=values,
        geometry=evidence.saliency.geometry,
        sinks=None,
        key_count=values.size,
        method=evidence.method,
        block=block,
        stage=stages.get(block, 1),
        query="readout",
        note=evidence.warning,
    )


def predictions_of(
    record: AttentionRecord, names: Sequence[str] | None, item: int = 0
) -> tuple[Prediction, ...]:
    """All classes, most probable first; none where the network predicts no classes.

    Args:
        record: of a run that came to its end.
        names: of the classes, in the order of the logits; None where they are not known.
        item: which of its boxes, where the network reads boxes.
    """
    probabilities = record.probabilities[item]
    return tuple(
        Prediction(
            index,
            names[index] if names else f"class {index}",
            float(probabilities[index]),
        )
        for index in probabilities.argsort(descending=True, stable=True).tolist()
    )


def run_key(video: Video, captured: WindowCapture) -> RunKey:
    """The key of a window that was run."""
    return video.identity, captured.window, captured.boxes, captured.changes


def window_capture(
    key: RunKey,
    given: ModelInput,
    note: str,
    names: Sequence[str] | None,
    record: AttentionRecord,
) -> WindowCapture:
    """A window that was run.

    Args:
        key: what was run.
        given: the input that the model saw.
        note: on the clip.
        names: of the classes.
        record: of the run; of one that was cancelled there are no predictions.
    """
    _, window, boxes, changes = key
    said = predictions_of(record, names) if len(record.logits) else ()
    made = given.pixel_map, given.frame_indices, record, said
    return WindowCapture(window, *made, note, boxes, changes)


def check_finite(record: AttentionRecord, window: ClipWindow) -> None:
    """See whether the scores of a run are numbers.

    Args:
        record: of the run.
        window: what it was a run of.

    Raises:
        CaptureError: one is not.
    """
    if not record.logits.isfinite().all():
        raise CaptureError(
            f"the scores of window {window.index} are NaN or infinite: the weights overflow; "
            f"use another checkpoint"
        )


def window_at(windows: Sequence[ClipWindow], index: int, clip: str) -> ClipWindow:
    """A window of a clip by its number.

    Args:
        windows: of the clip; a capture file may hold some of them.
        index: from 0.
        clip: its name, for the error.

    Raises:
        ClipError: the clip has no such window.
    """
    known = {window.index: window for window in windows}
    if index in known:
        return known[index]
    allowed = f"0 to {len(windows) - 1}"
    if list(known) != list(range(len(windows))):
        allowed = ", ".join(map(str, known))
    raise ClipError(f"window {index} does not exist; {clip} has windows {allowed}")


def class_index(
    choice: int | str, names: Sequence[str] | None, count: int, said: str = "class"
) -> int:
    """The number of a class that was given by its name or its number.

    Args:
        choice: a name as the model has it, or a number from 0, as text too.
        names: of the classes, in the order of the logits; None where they are not known.
        count: classes of the network.
        said: what it was given as, for the error.

    Raises:
        CaptureError: the network has no such class, or predicts none.
    """
    names = names or [f"class {index}" for index in range(count)]
    if isinstance(choice, str):
        if choice in names:
            return names.index(choice)
        is_number = choice.isascii() and choice.isdecimal() and len(choice) < 10
        number = int(choice) if is_number else -1
    else:
        given: object = -1 if isinstance(choice, bool) else choice
        number = int(given) if isinstance(given, Integral) else -1
    if 0 <= number < count:
        return number
    if not count:
        raise CaptureError("this network predicts no classes, so there is none to explain")
    raise CaptureError(
        f"{said} {choice!r} is no class of the model; allowed are names such as "
        f"{', '.join(names[:3])}, and numbers 0 to {count - 1}{near(choice, names)}"
    )


def near(wanted: object, names: Iterable[str]) -> str:
    """Words on the names nearest to one that does not exist; empty where none is near.

    Args:
        wanted: what was given; only text is near to a name.
        names: those that exist.
    """
    if not isinstance(wanted, str):
        return ""
    lower = {name.lower(): name for name in names}
    found = get_close_matches(wanted.lower(), lower, cutoff=0.7)
    return f" (near to it: {', '.join(lower[name] for name in found)})" if found else ""
