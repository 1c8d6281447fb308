"""What the lanes found out: frozen values that cross from a lane to the window.

Nothing here holds a tensor, a container or a widget.
"""

from app.results.maps import (
    HistogramFacts,
    MapAnswer,
    MapWish,
    RangeFacts,
    RangePiece,
    Readout,
    ShownMap,
    TokenMark,
)
from app.results.model import LayerFacts, ModelFacts, PredictionFacts
from app.results.pictures import CellsKey, CellsPicture, HeatKey, HeatPicture, StripPicture
from app.results.samples import Samples, Thumbnail
from app.results.survey import AverageFacts, SeriesFacts, SeriesLine, ViewSurvey, WindowSurvey
from app.results.video import FramePicture, FramePictures, ProxyFacts, ProxyImage, VideoFacts
from app.results.views import DIFFERENCE_PLACE, GridFacts, GridRow, PaneFacts, Scale
from app.results.work import JobFacts, JobState, Level, MemoryFacts, Message
from app.results.world import World

__all__ = [
    "DIFFERENCE_PLACE",
    "AverageFacts",
    "CellsKey",
    "CellsPicture",
    "FramePicture",
    "FramePictures",
    "GridFacts",
    "GridRow",
    "HeatKey",
    "HeatPicture",
    "HistogramFacts",
    "JobFacts",
    "JobState",
    "LayerFacts",
    "Level",
    "MapAnswer",
    "MapWish",
    "MemoryFacts",
    "Message",
    "ModelFacts",
    "PaneFacts",
    "PredictionFacts",
    "ProxyFacts",
    "ProxyImage",
    "RangeFacts",
    "RangePiece",
    "Readout",
    "Samples",
    "Scale",
    "SeriesFacts",
    "SeriesLine",
    "ShownMap",
    "StripPicture",
    "Thumbnail",
    "TokenMark",
    "VideoFacts",
    "ViewSurvey",
    "WindowSurvey",
    "World",
]
