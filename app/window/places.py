"""Remembers the last place of each clip and its picture, in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QImage

from app.state.json_codec import decode
from mvit_core.attribution import head_within
from mvit_core.errors import MvitError
from mvit_core.system.atomic_file import whole_file

if TYPE_CHECKING:
    from pathlib import Path

    from app.controller.controller import Controller
    from app.state.view_state import ViewState
    from mvit_core.attribution import HeadChoice

logger = logging.getLogger(__name__)

AT_MOST = 200
PICTURE_PX = 112
"""Height of a picture in pixels, enough for a screen of double density."""


@dataclass(frozen=True)
class LastPlace:
    """Frame, layer and head at which a clip was left."""

    frame: int
    block: int | None
    head: HeadChoice
    checkpoint: str
    """Model that block and head belong to; empty without one."""
    stamp: str
    """Size and time of the clip's file, by which another file of its name is recognised."""


class PlaceBook:
    """The last places of all clips, in one file of a folder.

    Errors of reading and writing are ignored, as nothing here is worth a message.

    Args:
        folder: folder in the cache; made when a place is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last(self, clip: Path) -> LastPlace | None:
        """The last place of a clip; None where it is not known."""
        kept = self._read().get(str(clip.absolute()))
        try:
            place: LastPlace = decode(kept, LastPlace, "place")
        except MvitError:
            return None
        return place if place.stamp == stamp_of(clip) else None

    def keep(self, clip: Path, place: LastPlace) -> None:
        """Save the last place of a clip."""
        places = self._read()
        places.pop(str(clip.absolute()), None)
        places[str(clip.absolute())] = asdict(place)
        while len(places) > AT_MOST:
            del places[next(iter(places))]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with whole_file(self._folder / "places.json") as partial:
                partial.write_text(json.dumps(places), encoding="utf-8")
        except (OSError, MvitError) as error:
            logger.info("places are not kept: %s", error)

    def picture(self, clip: Path) -> QImage | None:
        """The small picture of a clip; None where there is none."""
        image = QImage(str(self._picture_path(clip)))
        return None if image.isNull() else image

    def keep_picture(self, clip: Path, image: QImage) -> None:
        """Save a small picture of a clip."""
        smooth = Qt.TransformationMode.SmoothTransformation
        path = self._picture_path(clip)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as partial:
                image.scaledToHeight(PICTURE_PX, smooth).save(str(partial))
        except (OSError, MvitError) as error:
            logger.info("a picture is not kept: %s", error)

    def _picture_path(self, clip: Path) -> Path:
        name = hashlib.sha256(str(clip.absolute()).encode()).hexdigest()[:24]
        return self._folder / "pictures" / f"{name}.png"

    def _read(self) -> dict[str, object]:
        try:
            places = json.loads((self._folder / "places.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return places if isinstance(places, dict) else {}


def stamp_of(path: Path) -> str:
    """Make a stamp of a file from size and time; empty where the file is gone."""
    try:
        info = path.stat()
    except OSError:
        return ""
    return f"{info.st_size} {info.st_mtime_ns}"


class PlaceKeeper(QObject):
    """Saves the place of a clip when it is left, and returns to it when it is opened again.

    Args:
        controller: opens the clips.
        book: holds the places.
    """

    def __init__(self, controller: Controller, book: PlaceBook) -> None:
        super().__init__(controller)
        self._controller = controller
        self._store = controller.store
        self._book = book
        self._store.changed.connect(self._on_changed)

    def keep(self) -> None:
        """Save the place of the open clip."""
        self._keep(self._store.state)

    def _keep(self, state: ViewState) -> None:
        if state.clip is not None:
            checkpoint = str(state.model.checkpoint) if state.model is not None else ""
            place = LastPlace(
                state.frame, state.map.block, state.map.head, checkpoint, stamp_of(state.clip)
            )
            self._book.keep(state.clip, place)

    @Slot(object, object)
    def _on_changed(self, old: ViewState, new: ViewState) -> None:
        if old.clip != new.clip:
            self._keep(old)
        if new.clip is None or (old.clip, old.model) == (new.clip, new.model):
            return
        place = self._book.last(new.clip)
        if old.clip != new.clip:
            self._picture(new.clip)
            if place is not None:
                self._return(place)
        if place is not None and new.model is not None:
            self._choose(place, str(new.model.checkpoint))

    def _picture(self, clip: Path) -> None:
        picture = self._controller.results.picture
        if picture is not None and picture.path == clip and picture.image is not None:
            self._book.keep_picture(clip, picture.image)

    def _return(self, place: LastPlace) -> None:
        video = self._controller.results.video
        if video is not None and 0 < place.frame < video.frame_count:
            self._store.update(frame=place.frame)

    def _choose(self, place: LastPlace, checkpoint: str) -> None:
        """Choose the layer and head again, if they were of the same model."""
        layers = self._controller.results.layers
        if place.checkpoint != checkpoint or place.block is None:
            return
        if 0 <= place.block < len(layers):
            head = head_within(place.head, layers[place.block].heads)
            self._store.update(block=place.block, head=head)
