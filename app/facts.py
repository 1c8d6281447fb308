"""What the lanes found out: frozen values that cross from a lane to the window.

Nothing here holds a tensor, a container or a widget.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from mvit_core.video.pictures import even_times

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

    from app.recent import Recent
    from app.state import ModelSource
    from app.survey.facts import AverageFacts, SeriesFacts
    from app.views.cells import CellsPicture
    from app.views.facts import GridFacts, PaneFacts
    from mvit_core.attribution import HeadChoice, HeadMaps, Query
    from mvit_core.attribution.maps import FloatArray
    from mvit_core.checkpoint import LoadReport
    from mvit_core.demo import DemoSample
    from mvit_core.errors import Remedy
    from mvit_core.geometry import GridGeometry, PixelMap, Triple
    from mvit_core.heatmap import Heatmap
    from mvit_core.render import RangePolicy, RenderStyle, ValueRange
    from mvit_core.video.clip import ClipSpec, ClipWindow


@dataclass(frozen=True, eq=False)
class VideoFacts:
    """An open video."""

    path: Path
    frame_count: int
    fps: float
    size: tuple[int, int]
    """(width, height) in stored pixels."""
    display_size: tuple[int, int]
    """(width, height) after pixel aspect."""
    is_variable_rate: bool
    pts_seconds: NDArray[np.float64]
    """Time of each frame after frame 0."""
    damage: tuple[str, ...]
    """What is wrong with the file, a sentence each."""
    is_folder: bool = False
    """The frames are pictures of a folder, shown at a rate that the user says."""

    @property
    def pixel_aspect(self) -> float:
        """Width of a stored pixel over its height when shown."""
        return (self.display_size[0] / self.size[0]) / (self.display_size[1] / self.size[1])

    def at_rate(self, fps: float) -> VideoFacts:
        """The same with the rate for pictures; a file keeps its own."""
        if not self.is_folder:
            return self
        return replace(self, fps=fps, pts_seconds=even_times(self.frame_count, fps))

    def frame_at(self, seconds: float) -> int:
        """The frame on screen at a time, clamped to the video."""
        place = int(np.searchsorted(self.pts_seconds, seconds + 1e-6, side="right")) - 1
        return min(max(place, 0), self.frame_count - 1)


@dataclass(frozen=True, eq=False)
class FramePicture:
    """One decoded frame, or the reason why there is none."""

    path: Path
    index: int
    image: QImage | None
    pixels: NDArray[np.uint8] | None
    """(H, W, 3) as the model would see it."""
    problem: str = ""
    """Why there is no picture."""
    is_preview: bool = False
    """A proxy, small and soft, until the frame itself is decoded."""


@dataclass(frozen=True, eq=False)
class ProxyImage:
    """A small picture of a frame."""

    index: int
    """The frame that it shows, which may be a neighbour of the one asked for."""
    image: QImage


class FramePictures(Protocol):
    """Where small pictures of frames are looked up."""

    def nearest(self, frame: int) -> int | None:
        """The nearest frame that has one; nothing is decoded for the answer."""

    def image(self, frame: int) -> ProxyImage | None:
        """The picture of the nearest frame that has one."""


@dataclass(frozen=True, eq=False)
class ProxyFacts:
    """The strip of small pictures, and how far it is; another value has more of them."""

    pictures: FramePictures
    done: int
    total: int


@dataclass(frozen=True)
class MemoryFacts:
    """What is held in memory."""

    cache_bytes: int
    """All caches together."""
    limit_bytes: int
    """What they never exceed."""
    process_bytes: int
    """The whole process; 0 where the system does not tell."""


@dataclass(frozen=True)
class LayerFacts:
    """One attention layer."""

    block: int
    stage: int
    """From 1."""
    heads: int
    name: str
    q_shape: Triple
    k_shape: Triple
    q_geometry: GridGeometry | None = None
    """Known once a window was run."""
    k_geometry: GridGeometry | None = None
    dead_class: str = ""
    """Why the class token is a dead query in this layer; empty when it is not, or not known."""
    dead_patch: str = ""
    """The same for a patch."""


@dataclass(frozen=True, eq=False)
class ModelFacts:
    """A loaded model."""

    source: ModelSource
    format: str
    device: str
    clip_spec: ClipSpec
    layers: tuple[LayerFacts, ...]
    """As the configuration states them."""
    class_count: int
    has_class_token: bool
    parameters: int
    """Numbers in its weights."""
    readout: str
    """What the classifier sees, as the configuration calls it."""
    report: LoadReport
    """What loading did."""

    def is_same_network(self, other: ModelFacts) -> bool:
        """The same file loaded again, perhaps on another device: a view of one fits the other."""
        mine, its = self.source, other.source
        return (mine.checkpoint, mine.config, self.layers) == (
            its.checkpoint,
            its.config,
            other.layers,
        )


@dataclass(frozen=True)
class MapWish:
    """A map that the inference lane is asked for."""

    model: ModelSource
    clip: Path
    spec: ClipSpec
    """How the model is fed."""
    window: ClipWindow
    block: int
    method: str
    query: Query


@dataclass(frozen=True)
class PredictionFacts:
    """One class and its probability."""

    index: int
    name: str
    probability: float


@dataclass(frozen=True, eq=False)
class MapAnswer:
    """The answer to a wish: the maps of all heads, and what the model said."""

    wish: MapWish
    maps: HeadMaps
    pixel_map: PixelMap
    frame_indices: tuple[int, ...]
    """Source frame of each input frame."""
    predictions: tuple[PredictionFacts, ...]
    """Most probable first."""
    layers: tuple[LayerFacts, ...]
    """As the run really had them."""
    note: str
    """What was unusual about the clip."""
    seconds: float = 0.0
    """So long the window took; next to nothing where it was remembered."""

    @property
    def layer(self) -> LayerFacts:
        """The layer that was asked for."""
        return self.layers[self.wish.block]


@dataclass(frozen=True, eq=False)
class RangePiece:
    """All values of one layer in one window, for ranges that look at more than one."""

    wish: MapWish
    values: FloatArray
    """(heads, T', Y', X')."""


@dataclass(frozen=True)
class HistogramFacts:
    """How often values occur."""

    counts: tuple[int, ...]
    """Of bins of one width; the last holds everything above too."""
    span: ValueRange
    """Where the first bin begins and the last one ends."""


@dataclass(frozen=True)
class RangeFacts:
    """The colour range in use."""

    range: ValueRange
    policy: RangePolicy
    locked: bool
    tails_percent: tuple[float, float]
    known: tuple[int, int] | None
    """Windows or layers looked at, and how many there are; None where one layer is enough."""
    automatic: ValueRange
    """What the policy gives where nothing is locked or set by hand."""
    histogram: HistogramFacts
    """Of the values that the policy looks at."""

    @property
    def is_complete(self) -> bool:
        """Everything that the policy looks at has been looked at."""
        return self.known is None or self.known[0] == self.known[1]


@dataclass(frozen=True, eq=False)
class ShownMap:
    """The map on the canvas."""

    answer: MapAnswer
    head: HeadChoice
    heatmap: Heatmap
    range: RangeFacts
    number: int
    """Another number is another map."""


@dataclass(frozen=True)
class HeatKey:
    """All that decides how a map is coloured; equal keys give equal pictures."""

    map_number: int
    token_time: int
    style: RenderStyle
    """At full opacity: the user's is applied when the heat is laid over the frame."""


@dataclass(frozen=True, eq=False)
class HeatPicture:
    """A coloured map, to be laid over the frame at the user's opacity."""

    key: HeatKey
    image: QImage
    """ARGB, opaque where the model looked."""
    window: ClipWindow


@dataclass(frozen=True, eq=False)
class StripPicture:
    """All heads of a block on one scale."""

    wish: MapWish
    """The map that the heads belong to."""
    images: tuple[QImage, ...]
    sinks: tuple[float, ...] | None
    """Share of each head on the class key."""


@dataclass(frozen=True)
class TokenMark:
    """A picked token, to be ringed on the frame."""

    centre_px: tuple[float, float]
    cell_px: tuple[float, float]
    token: Triple
    on_this_frame: bool
    """The frame shown is nearest to the token's time."""


@dataclass(frozen=True)
class Readout:
    """What lies under the pointer."""

    pixel: tuple[int, int]
    token: Triple | None = None
    value: float = 0.0
    times_mean: float = 0.0
    """Value over the mean of the map."""
    rank: int = 0
    """1 is the largest of the map."""
    count: int = 0
    row_sum: float | None = None
    """Sum of the row, the class key with it; None where the map is no row."""


JobState = Literal["running", "stopping", "done", "failed", "cancelled"]


@dataclass(frozen=True)
class JobFacts:
    """One piece of work that the user can wait for."""

    key: str
    title: str
    state: JobState = "running"
    done: int = 0
    total: int = 0
    """0 while the length is not known."""
    per_second: float | None = None
    """Steps done in a second, since the beginning."""
    seconds_left: float | None = None


Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class Message:
    """Something to tell the user, without stopping them."""

    level: Level
    text: str
    details: str = ""
    """For the Details button: a trace or a report."""
    dock: str = ""
    """The panel that tells more; a button leads there."""
    remedies: tuple[Remedy, ...] = ()
    """What may help, where memory ended; a button each."""


@dataclass(frozen=True)
class Samples:
    """The shipped clips, or why there are none."""

    clips: tuple[DemoSample, ...] = ()
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A small picture of a shipped clip."""

    index: int
    image: QImage | None
    """None where the clip is damaged; it says so itself once it is opened."""


@dataclass(frozen=True, eq=False)
class World:
    """All that is known now; the controller replaces it as answers come."""

    video: VideoFacts | None = None
    model: ModelFacts | None = None
    windows: tuple[ClipWindow, ...] = ()
    picture: FramePicture | None = None
    proxies: ProxyFacts | None = None
    shown: ShownMap | None = None
    heat: HeatPicture | None = None
    strip: StripPicture | None = None
    grid: GridFacts | None = None
    """What the heads view or the layers view shows."""
    panes: tuple[PaneFacts, ...] = ()
    """What the compare view shows."""
    minis: tuple[CellsPicture, ...] = ()
    """Small pictures of the blocks whose maps are there."""
    series: SeriesFacts | None = None
    average: AverageFacts | None = None
    """The prediction for the whole video, where it is asked for."""
    wish: MapWish | None = None
    """The map that belongs to what is asked for now; the shown one may lag behind."""
    problem: str = ""
    """Why the wished map does not come; empty while it may."""
    samples: Samples = Samples()
    recent: tuple[Recent, ...] = ()
    """Files opened lately, newest first."""
    jobs: tuple[JobFacts, ...] = ()
    can_undo: bool = False
    can_redo: bool = False
    can_go_back: bool = False
    can_go_forward: bool = False

    @property
    def layers(self) -> tuple[LayerFacts, ...]:
        """The layers of the model: as run where it has run, else as configured."""
        if self.model is None:
            return ()
        if self.shown is not None and len(self.shown.answer.layers) == len(self.model.layers):
            return self.shown.answer.layers
        return self.model.layers

    def layer(self, block: int | None) -> LayerFacts | None:
        """A layer by its number, the last for None; None without a model."""
        layers = self.layers
        if not layers:
            return None
        return layers[-1] if block is None else layers[min(max(block, 0), len(layers) - 1)]

    def window(self, frame: int) -> ClipWindow | None:
        """The model window that speaks for a frame."""
        place = bisect_right(self.windows, frame, key=lambda window: window.stop)
        here = self.windows[place : place + 1]
        return here[0] if here and here[0].start <= frame else None

    @property
    def is_busy(self) -> bool:
        """Some work can be cancelled."""
        return any(job.state == "running" for job in self.jobs)
