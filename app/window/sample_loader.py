"""Opens shipped clips with their model, and fills the gallery of the welcome page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMenu

from app.results import Message, TaskKey
from app.state.view_state import ModelSource
from app.text.terms import term
from app.workers.thumbnails import make_thumbnail
from mvit_core.demo import samples as shipped
from mvit_core.errors import MvitError

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from app.controller.controller import Controller
    from app.panels.welcome.panel import Welcome
    from app.results import Thumbnail


class SampleLoader(QObject):
    """Opens samples, and shows their pictures on the welcome page.

    Args:
        controller: opens clips and models.
        welcome: the welcome page.
    """

    def __init__(self, controller: Controller, welcome: Welcome) -> None:
        super().__init__(controller)
        self._controller = controller
        self._welcome = welcome
        welcome.sample_chosen.connect(self.open)
        welcome.pictures_wanted.connect(self._request_picture)

    @Slot(int)
    def open(self, index: int = 0) -> None:
        """Open a shipped clip with the shipped model."""
        clip, model = self.clip(index), self.model()
        if clip is None or model is None:
            return
        loaded = self._controller.results.model
        if loaded is None or loaded.source != model:
            self._controller.load_model(model)
        self._controller.open_video(clip)

    def menu(self, window: QWidget) -> QMenu:
        """A menu of the samples."""
        menu = QMenu(window)
        for index, sample in enumerate(self._controller.results.samples.clips):
            action = menu.addAction(term(sample.title))
            action.triggered.connect(lambda _=False, index=index: self.open(index))
        return menu

    def clip(self, index: int = 0) -> Path | None:
        """Path of a shipped clip; None, with a message, where it is missing."""
        samples = self._controller.results.samples
        if index < len(samples.clips):
            return samples.clips[index].clip
        self._controller.notify(Message("error", samples.problem))
        return None

    def model(self, device: str = "auto", half: bool = False) -> ModelSource | None:
        """The shipped model; None, with a message, where it is missing."""
        try:
            return ModelSource(shipped.demo_checkpoint(), device=device, half=half)
        except MvitError as error:
            self._controller.notify(Message("error", str(error)))
            return None

    @Slot()
    def _request_picture(self, index: int = 0) -> None:
        """Request the pictures one after another, and only while nothing is open."""
        results = self._controller.results
        if results.video is None and index < len(results.samples.clips):
            work = partial(make_thumbnail, index, results.samples.clips[index])
            decode = self._controller.workers.decode
            decode.submit(TaskKey.THUMBNAIL, work, self._show_picture, background=True)

    def _show_picture(self, picture: Thumbnail) -> None:
        if picture.image is not None:
            self._welcome.show_picture(picture.index, picture.image)
        self._request_picture(picture.index + 1)
