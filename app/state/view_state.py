"""Everything that the user asks of the window, as one frozen value.

Widgets remember none of this. What the workers made of it (videos, models, maps) is in
``app.results``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal

from app.state.atlas_choices import AtlasChoices
from mvit_core.attribution import FEATURES, METHODS, MapSpec
from mvit_core.batch.result_query import ResultQuery
from mvit_core.explaining.changes import UNCHANGED, Changes
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.render import HeatSettings
from mvit_core.system.ordinary_file import FileIdentity
from mvit_core.video.clip import PLAIN, Tiling
from mvit_core.video.decode.image_folder import DEFAULT_PICTURE_FPS
from mvit_core.video.multi_view import ViewPlan

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.state.window_patch import WindowPatch
    from mvit_core.attribution import Query
    from mvit_core.checkpoint import LoadedModel
    from mvit_core.errors import Remedy
    from mvit_core.explaining import Removal, TubeWhat
    from mvit_core.video.boxes import TimedBox
    from mvit_core.video.clip import ClipSpec

PLAY_SPEEDS = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class ModelSource:
    """Files and options that a model is loaded from."""

    checkpoint: Path
    config: Path | None = None
    preset: str | None = None
    labels: Path | None = None
    device: str = "auto"
    half: bool = False
    """Weights and arithmetic in half precision."""
    one_layer: bool = False
    """Keep only the layer shown of a run, where memory does not suffice for all."""
    weights: str | None = None
    """Name of the network to read, of a file that holds several."""
    head: str | None = None
    """Name of the prediction head to read, of a file that has several."""
    module: str = ""
    """``package.file:function`` of the user's own code that builds the model; ``checkpoint`` is the
    file of that code then. Empty for a file of weights."""
    is_allowed: bool = False
    """The user said in this process that the code may run; no file can say so."""

    @property
    def name(self) -> str:
        """What it is called in messages: the name of the file, or the code."""
        return self.module or self.checkpoint.name

    @property
    def is_told(self) -> bool:
        """True where something beside the file says what the model is."""
        return (self.config, self.preset, self.labels) != (None, None, None)

    def files(self) -> tuple[FileIdentity, ...]:
        """Identities of the files that it names, read from the file system now."""
        named = (self.checkpoint, self.config, self.labels)
        return tuple(FileIdentity.of(path) for path in named if path is not None)

    def load(self, on_step: Callable[[], None] | None = None) -> LoadedModel:
        """Load the model, take it without weights from a capture file, or run code; imports torch.

        Args:
            on_step: called between the steps of loading; raising from it ends the load.

        Raises:
            CheckpointError: the file is no model that can be used.
            ArchitectureError: the architecture cannot be told, or contradicts the weights.
            CaptureFileError: the capture file is damaged.
            LabelsError: the class names cannot be understood.
            DeviceMemoryError: the weights do not fit into the device's memory.
            OwnCodeError: code of the user's own was not allowed, fails, or gives no network.
        """
        if self.module:
            from mvit_core.own_model import load_code

            return load_code(self.module, self.checkpoint, self.labels, self.is_allowed)
        from mvit_core.capture_file import CaptureFile, is_capture
        from mvit_core.checkpoint import load_model

        if is_capture(self.checkpoint):
            return CaptureFile(self.checkpoint).loaded()
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
    """The source with options that need less memory of its device, as a remedy says.

    Raises:
        ValueError: the remedy is none of memory.
    """
    if remedy == "cpu":
        return replace(source, device="cpu")
    if remedy == "half":
        return replace(source, half=True)
    if remedy == "fewer_layers":
        return replace(source, one_layer=True)
    raise ValueError(f"{remedy} needs no less memory; allowed are cpu, half and fewer_layers")


ViewName = Literal["single", "heads", "layers", "compare"]
VIEWS: tuple[ViewName, ...] = ("single", "heads", "layers", "compare")
"""Views in the order of the toolbar, which V goes through."""

VIEWS_OF_FEATURES: tuple[ViewName, ...] = ("single", "layers", "compare")
"""Views of features, which are of no one head."""

VIEWS_OF_EVIDENCE: tuple[ViewName, ...] = ("single", "compare")
"""Views of evidence, which is one map: of no one head and of no one layer."""


def kind_of(method: str) -> str:
    """What maps of a method are of; maps of one kind have one unit."""
    if method in EVIDENCE:
        return "evidence"
    return method if method in FEATURES else "attention"


def views_of(method: str) -> tuple[ViewName, ...]:
    """The views that maps of a method can be shown in."""
    if method in EVIDENCE:
        return VIEWS_OF_EVIDENCE
    return VIEWS_OF_FEATURES if method in FEATURES else VIEWS


WorkspaceName = Literal["look", "explain", "atlas", "clips"]

Drawing = Literal["", "box", "tube"]
"""What a drag on the canvas draws; empty for nothing."""

TubeSpan = Literal["window", "loop", "clip"]
TUBE_SPANS: tuple[TubeSpan, ...] = ("window", "loop", "clip")
"""Frames that a tube can be painted over: those of the window shown, of the loop, or all."""


@dataclass(frozen=True)
class LeftWorkspace:
    """What a workspace showed when it was left, and shows again."""

    workspace: WorkspaceName
    view: ViewName
    view_before: ViewName
    method: str
    query: Query
    block: int | None
    """Block that the query is a token of."""


MOST_TUBES = 32
"""Most tubes that are painted on a clip at once."""

PINS = 3
"""Most panes that can be pinned, beside the one that follows the selection."""


@dataclass(frozen=True)
class Pane:
    """A map pinned for comparison; it stays when clip, model or selection change."""

    clip: Path
    model: ModelSource
    clip_spec: ClipSpec
    """Sampling and preprocessing of the model's input."""
    map: MapSpec
    """The map; its block is a number, so another model or selection does not change the layer."""
    stream: int | None = None
    """Number of the clip's stream; None is the one that is the film."""
    changes: Changes = UNCHANGED
    """What is changed in its network."""

    def __post_init__(self) -> None:
        if self.map.block is None:
            raise ValueError("a pinned map has no block; allowed are numbers from 0")


SeriesKind = Literal["off", "probability", "entropy", "kept"]
SERIES: tuple[SeriesKind, ...] = ("probability", "entropy", "kept", "off")

TOP_CHOICES = (5, 10, 0)
"""Numbers of classes that can be listed; 0 is all."""

EVERY_WINDOW = ViewPlan()

MOST_PINNED = 6
"""Most classes that can be pinned, as many as their lines can be told apart."""

LoopMode = Literal["off", "all", "range"]


@dataclass(frozen=True)
class Loop:
    """The part of the video that playing repeats."""

    mode: LoopMode = "off"
    """``range`` repeats from ``first`` to ``last``; ``all`` the whole video."""
    first: int | None = None
    """Frame of the in point; None is the start of the video."""
    last: int | None = None
    """Frame of the out point, itself played; None is the end of the video."""

    @property
    def has_points(self) -> bool:
        """True where an in or an out point is set."""
        return self.first is not None or self.last is not None

    def points(self, frame_count: int) -> tuple[int, int]:
        """First and last frame between the points, in a video of ``frame_count`` frames."""
        end = max(frame_count - 1, 0)
        first = min(self.first or 0, end)
        return first, max(first, end if self.last is None else min(self.last, end))

    def bounds(self, frame_count: int) -> tuple[int, int]:
        """First and last frame that are played, in a video of ``frame_count`` frames."""
        return self.points(frame_count) if self.mode == "range" else (0, max(frame_count - 1, 0))


@dataclass(frozen=True)
class Marker:
    """A frame marked to be found again."""

    frame: int
    name: str = ""


@dataclass(frozen=True)
class ViewState:
    """Everything that the user has asked for."""

    clip: Path | None = None
    """Path of the open video."""
    stream: int | None = None
    """Number of the video stream within its file; None is the one that is the film."""
    model: ModelSource | None = None
    """The model that is loaded."""
    clip_spec: ClipSpec | None = None
    """Sampling and preprocessing; None is as the checkpoint states."""
    tiling: Tiling = PLAIN
    """How the model's windows lie over the video."""
    picture_fps: float = DEFAULT_PICTURE_FPS
    """Frames per second of a folder of pictures; files have their own."""
    clips: Path | None = None
    """List or folder of clips that is open, beside the video."""
    clip_row: int | None = None
    """Place in the list of the clip that was opened from it; None where none was."""
    clip_search: str = ""
    """Words that the rows listed have."""
    clip_columns: tuple[str, ...] = ()
    """Heads of the list's further columns that are shown."""
    batch: ResultQuery = field(default_factory=ResultQuery)
    """Rows that are listed where ``clips`` is a batch result; its text is ``clip_search``."""
    batch_root: Path | None = None
    """Folder in which the clips of a batch result lie now; None is where they were run."""
    frame: int = 0
    """Frame shown, counted from 0 in presentation order."""
    playing: bool = False
    speed: float = 1.0
    """Speed of playback as a factor; below 0 it runs backwards."""
    every_frame: bool = False
    """Show every frame in playback and fall behind the clock, rather than skip frames."""
    loop: Loop = Loop()
    markers: tuple[Marker, ...] = ()
    """Markers sorted by frame, at most one on each."""
    series: SeriesKind = "probability"
    """Values that the timeline's header plots over the clip."""
    pinned_classes: tuple[int, ...] = ()
    """Indices of classes that are always listed and plotted; their order gives their colours."""
    top_k: int = 5
    """Number of classes listed; 0 is all."""
    whole_video: bool = False
    """List predictions of the whole video, not those of the window."""
    views: ViewPlan = EVERY_WINDOW
    """Views that a prediction of the whole video is averaged over."""
    scrubbing: bool = False
    """The pointer drags the playhead: nothing costly is started."""
    map: MapSpec = field(default_factory=MapSpec)
    """The map that is shown."""
    changes: Changes = UNCHANGED
    """What is changed in the network before it runs; the windows of the mean are not said here."""
    mean_batch: Path | None = None
    """Batch result whose means heads give that are off; None for those of the clip."""
    patches: tuple[WindowPatch, ...] = ()
    """Patches from other clips, of any window."""
    heads_by_block: bool = False
    """List effects of heads block by block, not by their size."""
    heat: HeatSettings = field(default_factory=HeatSettings)
    """Drawing of the heat, on screen and in exports."""
    boxes: tuple[TimedBox, ...] = ()
    """Boxes of the clip that a model of detection predicts for."""
    box: int | None = None
    """Place of the chosen box among those of the window; None is no box."""
    drawing: Drawing = ""
    """What a drag on the canvas draws."""
    tube: int | None = None
    """Place of the chosen tube among those of the changes; None is no tube."""
    tube_what: TubeWhat = "mean"
    """What becomes of the tube that is painted next."""
    tube_span: TubeSpan = "window"
    """Frames that it spans."""
    listed_head: str = ""
    """Prediction head whose classes are listed, of a model with several; empty for its own."""
    picking: bool = False
    """True where a click on the canvas picks the query."""
    overlay: bool = True
    hold_to_hide: bool = False
    """True while a key is held that hides the overlay."""
    token_grid: bool = False
    removed: Removal | None = None
    """Point of a curve of faithfulness whose covered parts are shown in place of the heat."""
    coverage: bool = True
    """Outline the part of the frame that the model saw."""
    workspace: WorkspaceName = "look"
    """What the user is doing; it arranges panels, and has a map and a view of its own."""
    left: tuple[LeftWorkspace, ...] = ()
    """Workspaces that were left, at most one entry for each."""
    atlas: AtlasChoices = field(default_factory=AtlasChoices)
    """Numbers of heads that the atlas compares."""
    view: ViewName = "single"
    view_before: ViewName = "single"
    """View that Esc returns to, once a cell or a pane was opened alone."""
    panes: tuple[Pane, ...] = ()
    """Pinned panes, at most ``PINS``; their places count from 1, for 0 is the selection."""
    pane: int = 0
    """Place of the pane that commands for panes act on."""
    difference: tuple[int, int] | None = None
    """Places of two panes whose signed difference is shown, the first minus the second."""


_PART_OF = {
    each.name: part
    for part, kind in (("map", MapSpec), ("heat", HeatSettings))
    for each in fields(kind)
}
"""Part of the view (``map`` or ``heat``) that holds a field, by the field's name."""


def settings_for(method: str, heat: HeatSettings) -> HeatSettings:
    """The settings that maps of a method are drawn with: each map of evidence has its own range.

    Those of other windows would take seconds each, and there are none of other layers. The range of
    features is always the same.
    """
    alone = method not in METHODS and heat.range_policy != "manual"
    return replace(heat, range_policy="map") if alone else heat


def without_numbers(state: ViewState) -> ViewState:
    """The state without ends of the colours that were set by numbers: another unit follows."""
    heat = replace(state.heat, locked_range=None, manual_range=None)
    policy = "layer" if heat.range_policy == "manual" else heat.range_policy
    return replace(state, heat=replace(heat, range_policy=policy))


def setting(state: ViewState, name: str) -> Any:  # noqa: ANN401 - of the field's type
    """The value of a field of the view, its map or its heat, by name."""
    part = _PART_OF.get(name)
    return getattr(state if part is None else getattr(state, part), name)


# Any: the names and types are those of the fields, which replace() checks.
def with_settings(state: ViewState, **changes: Any) -> ViewState:  # noqa: ANN401
    """Replace fields of the view, its map and its heat, by name.

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
