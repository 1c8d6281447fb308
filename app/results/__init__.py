"""Frozen values that cross from the workers to the window.

Nothing here holds a tensor, a container or a widget.
"""

from app.results.captures import CaptureInfo, CaptureRead
from app.results.effects import EffectsComing, EffectsInfo, EffectsRequest
from app.results.maps import (
    HistogramInfo,
    MapRequest,
    MapResult,
    RangeInfo,
    RangePiece,
    Readout,
    ShownMap,
    TokenMark,
    heatmap_of,
)
from app.results.model import (
    BoxPredictions,
    FailedLoad,
    HeadInfo,
    HeadPredictions,
    LayerInfo,
    ModelInfo,
    PredictionInfo,
)
from app.results.pictures import CellsKey, CellsPicture, HeatKey, HeatPicture, StripPicture
from app.results.results import Results
from app.results.samples import Samples, Thumbnail
from app.results.survey import AverageInfo, SeriesInfo, SeriesLine, ViewSurvey, WindowSurvey
from app.results.video import FramePicture, FramePictures, ProxyImage, ProxyInfo, VideoInfo
from app.results.views import (
    DIFFERENCE_PLACE,
    PANE_NAMES,
    GridInfo,
    GridRow,
    PaneInfo,
    Scale,
    ViewSizes,
)
from app.results.why import (
    FaithfulnessInfo,
    RemovedInfo,
    SanityInfo,
    WhenInfo,
    WhyInfo,
)
from app.results.windows import WindowState, WindowStates
from app.results.work import (
    JobInfo,
    JobState,
    Level,
    MemoryInfo,
    Message,
    PlayWait,
    PlotFile,
    TaskKey,
    Way,
)

__all__ = [
    "DIFFERENCE_PLACE",
    "PANE_NAMES",
    "AverageInfo",
    "BoxPredictions",
    "CaptureInfo",
    "CaptureRead",
    "CellsKey",
    "CellsPicture",
    "EffectsComing",
    "EffectsInfo",
    "EffectsRequest",
    "FailedLoad",
    "FaithfulnessInfo",
    "FramePicture",
    "FramePictures",
    "GridInfo",
    "GridRow",
    "HeadInfo",
    "HeadPredictions",
    "HeatKey",
    "HeatPicture",
    "HistogramInfo",
    "JobInfo",
    "JobState",
    "LayerInfo",
    "Level",
    "MapRequest",
    "MapResult",
    "MemoryInfo",
    "Message",
    "ModelInfo",
    "PaneInfo",
    "PlayWait",
    "PlotFile",
    "PredictionInfo",
    "ProxyImage",
    "ProxyInfo",
    "RangeInfo",
    "RangePiece",
    "Readout",
    "RemovedInfo",
    "Results",
    "Samples",
    "SanityInfo",
    "Scale",
    "SeriesInfo",
    "SeriesLine",
    "ShownMap",
    "StripPicture",
    "TaskKey",
    "Thumbnail",
    "TokenMark",
    "VideoInfo",
    "ViewSizes",
    "ViewSurvey",
    "Way",
    "WhenInfo",
    "WhyInfo",
    "WindowState",
    "WindowStates",
    "WindowSurvey",
    "heatmap_of",
]
