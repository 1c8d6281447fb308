"""Remembers the last place of each clip and its picture, in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import logging
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QImage

from app.state.json_codec import decode
from mvit_core.attribution import head_within
from mvit_core.errors import MvitError, SessionError
from mvit_core.system.atomic_file import whole_file
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import FileIdentity, read_bounded

if TYPE_CHECKING:
    from pathlib import Path

    from app.controller.controller import Controller
    from app.state.view_state import ViewState
    from mvit_core.attribution import HeadChoice

logger = logging.getLogger(__name__)

AT_MOST = 200
LARGEST_BYTES = 4 << 20
"""Largest file of places that is read."""
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
    """Size, time and number of the clip's file: another file of its name is another clip."""


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
        try:  # Qt would wait for the writer of a pipe
            image = QImage.fromData(
                read_bounded(self._picture_path(clip), LARGEST_BYTES, SessionError)
            )
        except MvitError:
            return None
        return None if image.isNull() else image

    def keep_picture(self, clip: Path, image: QImage) -> None:
        """Save a small picture of a clip."""
        smooth = Qt.TransformationMode.SmoothTransformation
        path = self._picture_path(clip)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as partial:
                image.scaledToHeight(PICTURE_PX, smooth).save(str(partial))
            _drop_oldest(path.parent)
        except (OSError, MvitError) as error:
            logger.info("a picture is not kept: %s", error)

    def _picture_path(self, clip: Path) -> Path:
        # Another file of the name has another picture; a name need not be UTF-8.
        known = f"{clip.absolute()} {stamp_of(clip)}".encode(errors="surrogateescape")
        name = hashlib.sha256(known).hexdigest()[:24]
        return self._folder / "pictures" / f"{name}.png"

    def _read(self) -> dict[str, object]:
        try:
            text = read_bounded(self._folder / "places.json", LARGEST_BYTES, SessionError)
        except MvitError:
            return {}
        try:
            places = load_json(text)
        except BadJson:
            places = None
        if not isinstance(places, dict):
            self._set_aside()
            return {}
        return places

    def _set_aside(self) -> None:
        """Keep a damaged file under another name, and begin anew."""
        path = self._folder / "places.json"
        logger.warning("%s is damaged; it is kept as places.json.damaged", path)
        with suppress(OSError):
            path.replace(path.with_name("places.json.damaged"))


def stamp_of(path: Path) -> str:
    """Make a stamp of a file from size and time; empty where the file is gone."""
    file = FileIdentity.of(path)
    return "" if file.size < 0 else f"{file.size} {file.mtime_ns} {file.inode}"


def _drop_oldest(folder: Path) -> None:
    """Keep the newest pictures alone."""
    pictures = sorted(folder.glob("*.png"), key=lambda path: path.stat().st_mtime)
    for path in pictures[:-AT_MOST]:
        path.unlink(missing_ok=True)


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
