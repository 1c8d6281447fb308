"""A widget that shows a plot and paints its own marks on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget
from typing_extensions import override

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QFocusEvent

    from app.widgets.plot_menu import PlotMenu


class PlotHost(QWidget):
    """Exports the plot from a context menu, and is painted anew with the focus."""

    export: PlotMenu
    """Made by each host, of its own plot."""

    @property
    def has_plot(self) -> bool:
        """There are values, which can be exported."""
        raise NotImplementedError

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.has_plot:
            self.export.menu().popup(event.globalPos())

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
