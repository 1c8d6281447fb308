"""What the lanes found out: frozen values that cross from a lane to the window.

Nothing here holds a tensor, a container or a widget.
"""

from app.facts.maps import (
    HistogramFacts,
    MapAnswer,
    MapWish,
    RangeFacts,
    RangePiece,
    Readout,
    ShownMap,
    TokenMark,
)
from app.facts.model import LayerFacts, ModelFacts, PredictionFacts
from app.facts.pictures import CellsKey, CellsPicture, HeatKey, HeatPicture, StripPicture
from app.facts.samples import Samples, Thumbnail
from app.facts.survey import AverageFacts, SeriesFacts, SeriesLine, ViewSurvey, WindowSurvey
from app.facts.video import FramePicture, FramePictures, ProxyFacts, ProxyImage, VideoFacts
from app.facts.views import DIFFERENCE_PLACE, GridFacts, GridRow, PaneFacts, Scale
from app.facts.work import JobFacts, JobState, Level, MemoryFacts, Message
from app.facts.world import World

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
