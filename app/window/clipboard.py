"""What goes to the clipboard: the picture, what is shown, and the classes that are listed."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QGuiApplication, QImage

from app.results import Message
from app.text.class_list import listed_predictions, predictions_csv, predictions_text
from app.text.reports import parameters_of
from app.workers.paint import paint_still
from app.workers.view_picture import paint_view_picture

if TYPE_CHECKING:
    from app.controller.controller import Controller
    from app.workers.worker import TaskResult


class Clipboard(QObject):
    """Copies, and says that it did.

    Args:
        controller: knows what is shown.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__(controller)
        self._controller, self._paint = controller, controller.workers.paint
        self._paint.finished.connect(self._on_result, Qt.ConnectionType.QueuedConnection)

    def image(self) -> None:
        """Put what is shown, at the frame's own size, on the clipboard."""
        results, state = self._controller.results, self._controller.store.state
        view_picture = self._controller.view_picture()
        if view_picture is not None:
            self._paint.ask("copy", partial(paint_view_picture, view_picture))
        elif results.picture is not None:
            shown = results.shown if state.overlay else None
            # On the canvas, too, the lines stay where the overlay is off.
            lines = (
                results.shown.heatmap if results.shown is not None and state.token_grid else None
            )
            work = partial(paint_still, results.picture, shown, state.heat, lines)
            self._paint.ask("copy", work)

    def parameters(self) -> None:
        """Put what is shown on the clipboard, as JSON."""
        words = parameters_of(self._controller.store.state, self._controller.results)
        QGuiApplication.clipboard().setText(json.dumps(words, indent=2))
        self._report(self.tr("Parameters copied"))

    def predictions(self, *, as_csv: bool) -> None:
        """Put the classes that are listed on the clipboard."""
        listed = listed_predictions(self._controller.store.state, self._controller.results)
        words = predictions_csv(listed) if as_csv else predictions_text(listed)
        QGuiApplication.clipboard().setText(words)
        self._report(self.tr("{n} classes copied").format(n=len(listed.rows)))

    @Slot(object)
    def _on_result(self, result: TaskResult) -> None:
        image = result.payload
        if isinstance(image, QImage) and self._paint.is_latest(result):
            QGuiApplication.clipboard().setImage(image)
            size = f"{image.width()}×{image.height()}"
            self._report(self.tr("Image copied, {size}").format(size=size))

    def _report(self, words: str) -> None:
        self._controller.notify(Message("info", words))
