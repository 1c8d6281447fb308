"""The one table of panels: docks, View menu, keys, order of Tab and first layout are made of it.

Rows are in the order of the menu; within an area panels are placed in this order too.
"""

from __future__ import annotations

from app.panels.display.panel import DisplayPanel
from app.panels.heads import HeadsPanel
from app.panels.layers import LayersPanel
from app.panels.log import LogPanel
from app.panels.model import ModelPanel
from app.panels.predictions.panel import PredictionsPanel
from app.panels.spec import PanelSpec
from app.panels.timeline.panel import Timeline
from app.state.language import N

PANELS = (
    PanelSpec(
        "layers", N("panels", "Layers"), N("commands", "Layers panel"), "F2", "left", LayersPanel
    ),
    PanelSpec(
        "display",
        N("panels", "Display"),
        N("commands", "Display panel"),
        "F3",
        "tabs",
        DisplayPanel,
        height=394,
        scrolls=True,
    ),
    PanelSpec(
        "predictions",
        N("panels", "Predictions"),
        N("commands", "Predictions panel"),
        "F4",
        "right",
        PredictionsPanel,
        height=256,
        scrolls=True,
        least=(276, 180),  # five bars and the title, and none of the numbers cut at the side
    ),
    PanelSpec(
        "heads", N("panels", "Heads"), N("commands", "Heads panel"), "F5", "left", HeadsPanel
    ),
    PanelSpec(
        "model",
        N("panels", "Model"),
        N("commands", "Model panel"),
        "F8",
        "tabs",
        ModelPanel,
        scrolls=True,
    ),
    PanelSpec(
        "timeline", N("panels", "Timeline"), N("commands", "Timeline"), "F7", "bottom", Timeline
    ),
    PanelSpec(
        "log",
        N("panels", "Log"),
        N("commands", "Activity and log"),
        "F9",
        "tabs",
        LogPanel,
        hidden=True,
    ),
)
