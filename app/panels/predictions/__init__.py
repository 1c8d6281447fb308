"""What the model says: of the window, and of the whole video."""

from app.panels.predictions.panel import PredictionsPanel

__all__ = ["PredictionsPanel"]
