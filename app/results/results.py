"""All results at one moment."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.results.samples import Samples
from app.results.windows import WindowStates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.results.atlas import AtlasInfo, HeadCardInfo
    from app.results.batch import BatchInfo
    from app.results.batch_means import BatchMeansInfo
    from app.results.captures import CaptureInfo
    from app.results.clips import ClipsInfo
    from app.results.effects import EffectsInfo
    from app.results.maps import MapRequest, ShownMap
    from app.results.model import FailedLoad, LayerInfo, ModelInfo
    from app.results.patches import PatchOutcome
    from app.results.pictures import CellsPicture, HeatPicture, StripPicture
    from app.results.survey import AverageInfo, SeriesInfo
    from app.results.video import FramePicture, ProxyInfo, VideoInfo
    from app.results.views import GridInfo, PaneInfo
    from app.results.why import WhyInfo
    from app.results.work import JobInfo, PlayWait
    from app.state.recent_files import Recent
    from mvit_core.multiview import Scores
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True, eq=False)
class Results:
    """All that is known now; the controller replaces it as results come."""

    video: VideoInfo | None = None
    model: ModelInfo | None = None
    failed_load: FailedLoad | None = None
    """The last load, where it failed and was not dismissed."""
    capture: CaptureInfo | None = None
    """The capture file that the video is; None for any other video."""
    windows: tuple[ClipWindow, ...] = ()
    window_states: WindowStates = field(default_factory=WindowStates)
    """What is known of each window."""
    picture: FramePicture | None = None
    proxies: ProxyInfo | None = None
    shown: ShownMap | None = None
    heat: HeatPicture | None = None
    is_heat_old: bool = False
    """Another map than the shown one has been requested for so long that its heat is faded."""
    strip: StripPicture | None = None
    grid: GridInfo | None = None
    """Content of the heads view or the layers view."""
    panes: tuple[PaneInfo, ...] = ()
    """Content of the compare view."""
    minis: tuple[CellsPicture, ...] = ()
    """Small pictures of the blocks whose maps exist."""
    series: SeriesInfo | None = None
    average: AverageInfo | None = None
    """Prediction for the whole video, where it is requested."""
    mean_of: tuple[ClipWindow, ...] = ()
    """Windows whose mean heads give that are off; empty before any was run."""
    before: Scores | None = None
    """(classes,) of the window shown with nothing changed, where something is and that is known."""
    effects: EffectsInfo | None = None
    """What each head does for the class that is explained, or the most probable one."""
    patches: tuple[PatchOutcome, ...] = ()
    """What patches from other clips did to the window shown, the newest last."""
    why: WhyInfo | None = None
    """What is known beside the map shown, where it is of evidence."""
    atlas: AtlasInfo | None = None
    """Numbers of all heads, while the atlas is looked at."""
    card: HeadCardInfo | None = None
    """More of the chosen block's heads, while the atlas is looked at."""
    clips: ClipsInfo | None = None
    """The list of clips that is open."""
    batch: BatchInfo | None = None
    """The batch result that is open, in place of a list."""
    batch_means: BatchMeansInfo | None = None
    """Means of heads over the batch result that is chosen for them, or else over the one open."""
    request: MapRequest | None = None
    """Request of the map that the state asks for; the shown one may lag behind."""
    problem: str = ""
    """Reason why the requested map cannot be made; empty while it can."""
    samples: Samples = field(default_factory=Samples)
    recent: tuple[Recent, ...] = ()
    """Files opened lately, newest first."""
    jobs: tuple[JobInfo, ...] = ()
    play_wait: PlayWait | None = None
    """Where play waits for windows to be run."""
    has_exported: bool = False
    """A file was exported since the window opened; another with the same choices can follow."""
    can_undo: bool = False
    can_redo: bool = False
    can_go_back: bool = False
    can_go_forward: bool = False

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """Layers of the model: with the grids of a run where there was one, else as configured."""
        if self.model is None:
            return ()
        if self.shown is not None and len(self.shown.result.layers) == len(self.model.layers):
            return self.shown.result.layers
        return self.model.layers

    def layer(self, block: int | None) -> LayerInfo | None:
        """A layer by its number, the last for None; None without a model."""
        layers = self.layers
        if not layers:
            return None
        return layers[-1] if block is None else layers[min(max(block, 0), len(layers) - 1)]

    def window(self, frame: int) -> ClipWindow | None:
        """The clip window that a frame belongs to; None without windows."""
        place = bisect_right(self.windows, frame, key=lambda window: window.stop)
        here = self.windows[place : place + 1]
        return here[0] if here and here[0].start <= frame else None

    def placed(self, window: ClipWindow) -> ClipWindow:
        """A window where it stands now: the same frames may have been run for another tiling."""
        return next((each for each in self.windows if each == window), window)

    @property
    def class_names(self) -> Mapping[int, str]:
        """Class names by number; empty until a window was run."""
        return {} if self.shown is None else self.shown.result.class_names

    @property
    def is_stale(self) -> bool:
        """True where the map on screen is not the one requested."""
        shown, request = self.shown, self.request
        return shown is not None and request is not None and shown.result.request != request

    @property
    def has_picture(self) -> bool:
        """False where a capture file has no picture of the frame shown, and another stands in."""
        video, picture = self.video, self.picture
        return video is None or picture is None or video.has_picture(picture.index)

    @property
    def is_busy(self) -> bool:
        """True where some job can be cancelled."""
        return any(job.state == "running" for job in self.jobs)
