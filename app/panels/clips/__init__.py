"""The clips panel: a list or a folder of clips to step through."""

from app.panels.clips.panel import ClipsPanel

__all__ = ["ClipsPanel"]
