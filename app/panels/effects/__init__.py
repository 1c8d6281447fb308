"""The panel of head effects."""

from app.panels.effects.panel import EffectsPanel

__all__ = ["EffectsPanel"]
