"""Copies to the clipboard: the picture, its parameters, and the classes listed."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from app.results import Message, TaskKey
from app.text.class_list import listed_predictions, predictions_csv, predictions_text
from app.text.reports import parameters_of
from app.views.view_picture import picture_of_view
from app.workers.paint import paint_still
from app.workers.view_picture import paint_view_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage

    from app.controller.controller import Controller
    from app.views.stage import Stage
    from app.workers.worker import TaskHandle


class Clipboard(QObject):
    """Copies to the clipboard, and shows a message about it.

    Args:
        controller: has state and results.
        stage: has the places of cells and panes.
    """

    def __init__(self, controller: Controller, stage: Stage) -> None:
        super().__init__(controller)
        self._controller, self._stage = controller, stage

    def image(self) -> None:
        """Copy the picture of the view, at the frame's own size."""
        work, controller = self._work(), self._controller
        if work is not None:
            controller.workers.paint.submit(TaskKey.COPY, work, self._copied, controller.failed)

    def _work(self) -> Callable[[TaskHandle], QImage | None] | None:
        """Work that paints the picture of the view; None where nothing is shown."""
        results, state = self._controller.results, self._controller.store.state
        view_picture = picture_of_view(self._stage, results)
        if view_picture is not None:
            return partial(paint_view_picture, view_picture)
        if results.picture is None:
            return None
        shown = results.shown if state.overlay else None
        # As on the canvas, the lines stay where the overlay is off.
        lines = results.shown.heatmap if results.shown is not None and state.token_grid else None
        is_old = results.is_heat_old
        return partial(paint_still, results.picture, shown, state.heat, lines, is_old=is_old)

    def values(self) -> None:
        """Copy the values of the map, a line for each token, in columns for a spreadsheet."""
        shown = self._controller.results.shown
        if shown is None:
            return
        rows = ["t\ty\tx\tvalue"]
        rows += [f"{t}\t{y}\t{x}\t{v:.9g}" for (t, y, x), v in np.ndenumerate(shown.heatmap.values)]
        QGuiApplication.clipboard().setText("\n".join(rows))
        self._report(self.tr("{n} values copied").format(n=len(rows) - 1))

    def parameters(self) -> None:
        """Copy the parameters of the picture, as JSON."""
        words = parameters_of(self._controller.store.state, self._controller.results)
        QGuiApplication.clipboard().setText(json.dumps(words, indent=2))
        self._report(self.tr("Parameters copied"))

    def predictions(self, *, as_csv: bool) -> None:
        """Copy the classes listed, as lines or as CSV."""
        listed = listed_predictions(self._controller.store.state, self._controller.results)
        words = predictions_csv(listed) if as_csv else predictions_text(listed)
        QGuiApplication.clipboard().setText(words)
        self._report(self.tr("{n} classes copied").format(n=len(listed.rows)))

    def _copied(self, image: QImage | None) -> None:
        if image is not None:
            QGuiApplication.clipboard().setImage(image)
            size = f"{image.width()}×{image.height()}"
            self._report(self.tr("Image copied, {size}").format(size=size))

    def _report(self, words: str) -> None:
        self._controller.notify(Message("info", words))
