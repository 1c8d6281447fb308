"""Which map, and how it is coloured."""

from app.panels.display.panel import DisplayPanel
from app.panels.display.query import QueryInfo

__all__ = ["DisplayPanel", "QueryInfo"]
