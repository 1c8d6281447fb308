"""The model panel: properties of the model, and the report of its loading."""

from app.panels.model.panel import Fold, ModelPanel

__all__ = ["Fold", "ModelPanel"]
