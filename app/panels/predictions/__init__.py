"""The predictions panel: classes of the window or of the whole video."""

from app.panels.predictions.panel import PredictionsPanel

__all__ = ["PredictionsPanel"]
