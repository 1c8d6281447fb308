"""What the user asks of the window, as one frozen value.

Widgets remember none of this. What was found out (videos, models, maps) lies in ``app.results``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from mvit_core.attribution import MapSpec
from mvit_core.render import HeatSettings
from mvit_core.system.ordinary_file import FileIdentity
from mvit_core.video.decode.image_folder import DEFAULT_PICTURE_FPS
from mvit_core.video.multi_view import ViewPlan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mvit_core.checkpoint import LoadedModel
    from mvit_core.errors import Remedy
    from mvit_core.video.clip import ClipSpec

PLAY_SPEEDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class ModelSource:
    """Where a model comes from, and how it is to be held."""

    checkpoint: Path
    config: Path | None = None
    preset: str | None = None
    labels: Path | None = None
    device: str = "auto"
    half: bool = False
    """Weights and arithmetic in half precision."""
    one_layer: bool = False
    """Only the layer looked at is kept of a run, where memory does not suffice for all."""
    weights: str | None = None
    """Which network of a file that holds several."""
    head: str | None = None
    """Which prediction head of a file that has several."""

    def files(self) -> tuple[FileIdentity, ...]:
        """Which files it names now; asks the file system."""
        named = (self.checkpoint, self.config, self.labels)
        return tuple(FileIdentity.of(path) for path in named if path is not None)

    def load(self, on_step: Callable[[], None] | None = None) -> LoadedModel:
        """Load the model; imports torch.

        Args:
            on_step: called between the steps of loading; raising from it ends the load.

        Raises:
            CheckpointError: the file is no model that can be used.
            ArchitectureError: the architecture cannot be told, or contradicts the weights.
            LabelsError: the class names cannot be understood.
            DeviceMemoryError: the weights do not fit into the device's memory.
        """
        from mvit_core.checkpoint import load_model

        return load_model(
            self.checkpoint,
            config=self.config,
            preset=self.preset,
            labels=self.labels,
            device=self.device,
            weights=self.weights,
            head=self.head,
            half=self.half,
            on_step=on_step,
        )


def mended(source: ModelSource, remedy: Remedy) -> ModelSource:
    """A model asked for in a way that needs less memory of its device."""
    if remedy == "cpu":
        return replace(source, device="cpu")
    return replace(source, half=True) if remedy == "half" else replace(source, one_layer=True)


ViewName = Literal["single", "heads", "layers", "compare"]
VIEWS: tuple[ViewName, ...] = ("single", "heads", "layers", "compare")
"""In the order of the toolbar; V goes through them."""

PINS = 3
"""Pinned panes beside the one that follows the selection."""


@dataclass(frozen=True)
class Pane:
    """A map pinned for comparison; it stays when clip, model or selection change."""

    clip: Path
    model: ModelSource
    clip_spec: ClipSpec
    """How the model is fed."""
    map: MapSpec
    """Its block is a number: another model or selection does not change which layer is meant."""
    stream: int | None = None
    """Of the clip; None is the one that is the film."""

    def __post_init__(self) -> None:
        if self.map.block is None:
            raise ValueError("a pinned map has no block; allowed are numbers from 0")


SeriesKind = Literal["off", "probability", "entropy", "kept"]
SERIES: tuple[SeriesKind, ...] = ("probability", "entropy", "kept", "off")

TOP_CHOICES = (5, 10, 0)
"""Classes listed; 0 is all."""

EVERY_WINDOW = ViewPlan()

MOST_PINNED = 6
"""Classes that can be told apart over time."""

LoopMode = Literal["off", "all", "range"]


@dataclass(frozen=True)
class Loop:
    """What playing repeats."""

    mode: LoopMode = "off"
    """``range`` repeats from ``first`` to ``last``; ``all`` the whole video."""
    first: int | None = None
    """Frame of the in point; None is the start of the video."""
    last: int | None = None
    """Frame of the out point, itself played; None is the end of the video."""

    @property
    def has_points(self) -> bool:
        """An in or an out point is set."""
        return self.first is not None or self.last is not None

    def points(self, frame_count: int) -> tuple[int, int]:
        """First and last frame between the points, within a video of so many frames."""
        end = max(frame_count - 1, 0)
        first = min(self.first or 0, end)
        return first, max(first, end if self.last is None else min(self.last, end))

    def bounds(self, frame_count: int) -> tuple[int, int]:
        """First and last frame that playing keeps to."""
        return self.points(frame_count) if self.mode == "range" else (0, max(frame_count - 1, 0))


@dataclass(frozen=True)
class Marker:
    """A frame that the user wants to find again."""

    frame: int
    name: str = ""


@dataclass(frozen=True)
class ViewState:
    """Everything that the user has asked for."""

    clip: Path | None = None
    """The video that is open."""
    stream: int | None = None
    """Number of the video stream within its file; None is the one that is the film."""
    model: ModelSource | None = None
    """The model that is loaded."""
    clip_spec: ClipSpec | None = None
    """How the model is fed; None is as its checkpoint states."""
    picture_fps: float = DEFAULT_PICTURE_FPS
    """Frames per second of a folder of pictures; files have their own."""
    frame: int = 0
    """Frame shown, counted from 0 in presentation order."""
    playing: bool = False
    speed: float = 1.0
    """Of playback; below 0 it runs backwards."""
    every_frame: bool = False
    """Playback shows every frame and may fall behind the clock; otherwise it skips."""
    loop: Loop = Loop()
    markers: tuple[Marker, ...] = ()
    """By frame, at most one on each."""
    series: SeriesKind = "probability"
    """What the timeline's header plots over the clip."""
    pinned_classes: tuple[int, ...] = ()
    """Always listed, and plotted over the clip; their places give their colours."""
    top_k: int = 5
    """Classes listed; 0 is all."""
    whole_video: bool = False
    """Predictions of the whole video are listed, not those of the window."""
    views: ViewPlan = EVERY_WINDOW
    """What a prediction of the whole video is averaged over."""
    scrubbing: bool = False
    """The pointer holds the playhead: nothing costly is started."""
    map: MapSpec = field(default_factory=MapSpec)
    """Which map is shown."""
    heat: HeatSettings = field(default_factory=HeatSettings)
    """How heat is drawn, on screen and in exports."""
    picking: bool = False
    """A click on the canvas picks the query."""
    overlay: bool = True
    hold_to_hide: bool = False
    """The overlay is hidden for as long as a key is held."""
    token_grid: bool = False
    coverage: bool = True
    """The part of the frame that the model saw is outlined."""
    view: ViewName = "single"
    view_before: ViewName = "single"
    """Where Esc leads back to, once a cell or a pane was opened alone."""
    panes: tuple[Pane, ...] = ()
    """Pinned, at most ``PINS``; places count from 1, for 0 is the selection itself."""
    pane: int = 0
    """Place of the pane that the commands for panes mean."""
    difference: tuple[int, int] | None = None
    """Places of the two panes whose signed difference is shown, the first minus the second."""


_PART_OF = {
    each.name: part
    for part, kind in (("map", MapSpec), ("heat", HeatSettings))
    for each in fields(kind)
}
"""Which part of the view a setting of its map or its heat lies in."""


def setting(state: ViewState, name: str) -> Any:  # noqa: ANN401 - of the field's type
    """The value of a field of the view, of its map or of its heat."""
    part = _PART_OF.get(name)
    return getattr(state if part is None else getattr(state, part), name)


# Any: the names and types are those of the fields, which replace() checks.
def with_settings(state: ViewState, **changes: Any) -> ViewState:  # noqa: ANN401
    """The view with other values of its own fields, of those of its map and of those of its heat.

    Raises:
        TypeError: there is no such field.
        ValueError: heat cannot be drawn so.
    """
    parts: dict[str, dict[str, Any]] = {"map": {}, "heat": {}}
    own: dict[str, Any] = {}
    for name, value in changes.items():
        parts.get(_PART_OF.get(name, ""), own)[name] = value
    for part, values in parts.items():
        if values:
            own[part] = replace(own.get(part, getattr(state, part)), **values)
    return replace(state, **own)
