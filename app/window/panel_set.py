"""Every part of the window that shows something: made once, then shown things by the presenter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.panels.display import DisplayPanel
from app.panels.heads import HeadsPanel
from app.panels.layers import LayersPanel
from app.panels.log import LogPanel
from app.panels.model import ModelPanel
from app.panels.predictions import PredictionsPanel
from app.panels.status import StatusLine
from app.panels.timeline.panel import Timeline

if TYPE_CHECKING:
    from app.panels.messages import Messages
    from app.panels.welcome.panel import Welcome
    from app.views.canvas import Canvas
    from app.views.colour_bar import ColourBar
    from app.views.stage import Stage
    from app.widgets.basic import DockTitle, ElidedLabel
    from app.window.docks import Docks


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("panels", text)


@dataclass(frozen=True)
class Panels:
    """Every part of the window that shows something."""

    stage: Stage
    canvas: Canvas
    colourbar: ColourBar
    title: ElidedLabel
    timeline: Timeline
    layers: LayersPanel
    heads: HeadsPanel
    predictions: PredictionsPanel
    display: DisplayPanel
    model: ModelPanel
    welcome: Welcome
    messages: Messages
    log: LogPanel
    status: StatusLine
    dock_titles: dict[str, DockTitle]


def make_panels(stage: Stage, welcome: Welcome, messages: Messages, docks: Docks) -> Panels:
    """The panels of a window, each in a dock of its own but for those that come with the stage."""
    timeline, layers, heads = Timeline(), LayersPanel(), HeadsPanel()
    predictions, display = PredictionsPanel(), DisplayPanel()
    model, log = ModelPanel(), LogPanel()
    docks.add(
        (
            ("layers", tr("Layers"), layers),
            ("heads", tr("Heads"), heads),
            ("predictions", tr("Predictions"), predictions),
            ("display", tr("Display"), display),
            ("model", tr("Model"), model),
            ("timeline", tr("Timeline"), timeline),
            ("log", tr("Log"), log),
        )
    )
    return Panels(
        stage=stage,
        canvas=stage.canvas,
        colourbar=stage.colourbar,
        title=stage.title,
        timeline=timeline,
        layers=layers,
        heads=heads,
        predictions=predictions,
        display=display,
        model=model,
        welcome=welcome,
        messages=messages,
        log=log,
        status=StatusLine(),
        dock_titles=docks.titles,
    )
