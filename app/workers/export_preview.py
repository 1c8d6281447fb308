"""What the export dialog shows before anything is written: the frame at the play head.

The inference lane draws it, with the renderer of the export: the window at the play head has been
run there, so that a choice is seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.workers.export import request_of
from mvit_core.video import open_video

if TYPE_CHECKING:
    from app.results import MapWish
    from app.workers.export import ExportWish
    from app.workers.inference import ModelHost
    from app.workers.worker import Answer, Lane, Ticket

PREVIEW = "export.preview"
"""The key of the questions."""


@dataclass(frozen=True, eq=False)
class Preview:
    """What an export would show at the play head."""

    image: QImage | None
    """None where it cannot be drawn."""
    problem: str = ""
    """Why there is none."""


class Previews(QObject):
    """Asks for the preview of what is chosen; an older answer is dropped.

    Args:
        lane: of the model.
        host: lives there.
        parent: the owner.
    """

    came = Signal(object)
    """A ``Preview``."""

    def __init__(self, lane: Lane, host: ModelHost, parent: QObject) -> None:
        super().__init__(parent)
        self._lane, self._host = lane, host

    def ask(self, wish: ExportWish, shown: MapWish) -> None:
        """Draw what a wish would show; ``shown`` is the map at its frame."""
        self._lane.cancel(PREVIEW)
        self._lane.ask(PREVIEW, partial(draw_preview, self._host, shown, wish))

    def stop(self) -> None:
        """The dialog is closed; what is still drawn is not wanted."""
        self._lane.cancel(PREVIEW)

    def take(self, answer: Answer) -> bool:
        """Tell what came; True for an answer that was asked for here."""
        if answer.key != PREVIEW:
            return False
        if self._lane.is_latest(answer):
            if isinstance(answer.payload, QImage):
                self.came.emit(Preview(answer.payload))
            elif answer.outcome == "failed":
                self.came.emit(Preview(None, answer.problem))
        return True


def draw_preview(host: ModelHost, shown: MapWish, wish: ExportWish, ticket: Ticket) -> QImage:
    """The picture of one frame, drawn as the file would show it; runs on the inference lane.

    Raises:
        MvitError: the frame or its maps cannot be had.
    """
    from mvit_core.export import draw_still

    explainer = host.lend(shown, ticket)
    with open_video(wish.clip, fps=wish.picture_fps) as video, video.checked_by(ticket.check):
        picture = draw_still(explainer, video, request_of(wish), ticket.check).picture
    height, width = picture.shape[:2]
    image = QImage(picture.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    return image.copy()
