"""Exports a plot from its menu, as an image or as values, by pyqtgraph's exporters.

Those two need nothing beyond what is installed; the others (SVG, HDF5, Matplotlib, print) do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu

from app.results import Message, PlotFile
from mvit_core.errors import MvitError
from mvit_core.system.atomic_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from app.widgets.plots import Plot

FIGURE_SIZE = QSize(800, 320)
"""Size of an exported plot, in points."""


class PlotMenu(QObject):
    """Rows of a menu that export a plot and report success or failure.

    Args:
        figure: makes the plot that is exported, with axes that a reader needs.
        name: name of the file without ending, and a key of ``PLOT_KINDS``.
        owner: the widget that shows the plot.
        values: writes the values as CSV, of a plot that is no curves; None writes its curves.
    """

    reported = Signal(object)
    """A ``Message`` after each export."""
    wrote = Signal(object)
    """A ``PlotFile`` after each file: where it comes from is told beside it."""

    def __init__(
        self,
        figure: Callable[[], Plot],
        name: str,
        owner: QWidget,
        values: Callable[[Path], None] | None = None,
    ) -> None:
        super().__init__(owner)
        self._values = values
        self._figure, self._name, self._owner = figure, name, owner

    def add_to(self, menu: QMenu) -> None:
        """Add the rows at the end of a menu."""
        for words, run in (
            (self.tr("Copy the plot as an image"), self.copy_image),
            (self.tr("Save the plot as an image…"), self.save_image),
            (self.tr("Save the plot's values…"), self.save_values),
        ):
            menu.addAction(words).triggered.connect(run)

    def menu(self) -> QMenu:
        """Make a menu of these rows alone, which goes when it is closed."""
        menu = QMenu(self._owner)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.add_to(menu)
        return menu

    def copy_image(self) -> None:
        """Put the figure on the clipboard."""
        image = self._drawn().image()
        QGuiApplication.clipboard().setImage(image)
        size = f"{image.width()}×{image.height()}"
        self._report(self.tr("Plot copied, {size}").format(size=size))

    def save_image(self) -> None:
        """Ask for a file and write the figure as PNG."""
        path = self._asked_path(".png", self.tr("Pictures (*.png)"))
        if path is not None:
            self.write(path, self._write_image)

    def save_values(self) -> None:
        """Ask for a file and write the values as CSV."""
        path = self._asked_path(".csv", self.tr("Tables (*.csv)"))
        if path is not None:
            self.write(path, self._values or (lambda target: self._drawn().save_values(target)))

    def write(self, path: Path, how: Callable[[Path], None], what: str = "") -> None:
        """Write a file by ``how``, and report its path or the error.

        Args:
            path: the file.
            how: writes it.
            what: a key of ``PLOT_KINDS``; empty for the plot's own.
        """
        try:
            how(path)
        except MvitError as error:
            self.reported.emit(Message("error", str(error)))
        else:
            words = self.tr("Plot saved: {name}").format(name=path.name)
            self.reported.emit(Message("info", words, file=path))
            self.wrote.emit(PlotFile(path, what or self._name))

    def _write_image(self, path: Path) -> None:
        image = self._drawn().image()
        with whole_file(path) as partial:
            if not image.save(str(partial)):
                raise OSError(None, "the ending names no format of pictures, or the disk is full")

    def _drawn(self) -> Plot:
        figure = self._figure()
        figure.resize(FIGURE_SIZE)
        return figure

    def _asked_path(self, ending: str, filters: str) -> Path | None:
        title = self.tr("Save the plot")
        name, _ = QFileDialog.getSaveFileName(self._owner, title, self._name + ending, filters)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(ending)

    def _report(self, words: str) -> None:
        self.reported.emit(Message("info", words))
