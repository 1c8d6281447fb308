"""The video streams of the open file, in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.commands.file import MOST_STREAMS

if TYPE_CHECKING:
    from app.commands.actions import Actions
    from app.results.snapshot import Snapshot
    from mvit_core.video.decode.streams import StreamInfo


class StreamMenu(QObject):
    """Names the streams that can be chosen; of a file with one there is nothing to choose.

    Args:
        actions: one for each place of the menu.
    """

    def __init__(self, actions: Actions) -> None:
        super().__init__(actions.by_id["file.stream_1"])
        self._actions = actions
        self._shown: tuple[StreamInfo, ...] | None = None

    @Slot(object, object)
    def show_snapshot(self, _old: Snapshot | None, new: Snapshot) -> None:
        """Take the streams of the video that is open."""
        streams = () if new.results.video is None else new.results.video.streams
        if streams == self._shown:
            return
        self._shown = streams
        for place in range(MOST_STREAMS):
            action = self._actions.by_id[f"file.stream_{place + 1}"]
            action.setVisible(place < len(streams) or place == 0)
            action.setText(self._words(streams[place]) if place < len(streams) else self._none())

    def _words(self, stream: StreamInfo) -> str:
        width, height = stream.size
        words = self.tr("{n}: {w} × {h}, {codec}")
        return words.format(n=stream.index, w=width, h=height, codec=stream.codec)

    def _none(self) -> str:
        return self.tr("No choice of streams")
