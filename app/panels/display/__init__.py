"""The display panel: choice of the map, and its colours."""

from app.panels.display.panel import DisplayPanel
from app.panels.display.query import QueryInfo

__all__ = ["DisplayPanel", "QueryInfo"]
