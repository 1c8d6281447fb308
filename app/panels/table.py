"""The one table of panels: docks, View menu, keys and order of Tab are made of it.

Rows are in the order of the menu. Which are shown, and where, is said by ``WORKSPACES``.
"""

from __future__ import annotations

from app.panels.clips import ClipsPanel
from app.panels.display.panel import DisplayPanel
from app.panels.effects import EffectsPanel
from app.panels.head import HeadCard
from app.panels.heads import HeadsPanel
from app.panels.layers import LayersPanel
from app.panels.log import LogPanel
from app.panels.model import ModelPanel
from app.panels.predictions.panel import PredictionsPanel
from app.panels.spec import PanelSpec
from app.panels.timeline.panel import Timeline
from app.panels.why import WhyPanel
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
        tab=N("panels", "Classes"),
        least=(276, 180),  # five bars and the title, and none of the numbers cut at the side
    ),
    PanelSpec(
        "heads",
        N("panels", "Heads"),
        N("commands", "Heads panel"),
        "F5",
        "left",
        HeadsPanel,
        guide="sink",
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
        "why",
        N("panels", "Why"),
        N("commands", "Why panel"),
        "F12",
        "tabs",
        WhyPanel,
        height=394,
        scrolls=True,
        menu="explain",
    ),
    PanelSpec(
        "effects",
        N("panels", "Head effects"),
        N("commands", "Head effects panel"),
        "Shift+F4",
        "left",
        EffectsPanel,
        guide="effect",
        menu="explain",
        tab=N("panels", "Heads"),
    ),
    PanelSpec(
        "head",
        N("panels", "Head card"),
        N("commands", "Head card panel"),
        "",
        "tabs",
        HeadCard,
        height=394,
        scrolls=True,
        menu="explain",
    ),
    PanelSpec(
        "clips",
        N("panels", "Clips"),
        N("commands", "Clips panel"),
        "Shift+F2",
        "left",
        ClipsPanel,
        height=200,
    ),
    PanelSpec(
        "timeline",
        N("panels", "Timeline"),
        N("commands", "Timeline"),
        "F7",
        "bottom",
        Timeline,
        height=144,
        fixed=True,
    ),
    PanelSpec("log", N("panels", "Log"), N("commands", "Activity and log"), "F9", "tabs", LogPanel),
)
