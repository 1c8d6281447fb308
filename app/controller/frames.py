"""From the frame that is asked for to a picture of it: the decoder's, or a proxy meanwhile.

While the playhead is dragged every frame is a proxy at once, and the decoder is asked when the
pointer rests. A step is answered by the decoder; where that is late, a proxy stands in.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import FramePicture, Results
    from app.state.store import Store
    from app.workers.decode import Decoder
    from app.workers.proxies import Strip
    from app.workers.worker import Worker

REST_MS = 60
"""The pointer rests when it has not moved for so long."""

LATE_MS = 40
"""A frame that takes longer has a proxy shown in its place."""


class Frames(QObject):
    """Asks the decode worker for what the state wants.

    Args:
        worker: the decode worker.
        decoder: what decodes on it.
        strip: the proxies.
        store: what the user asks for.
        results: gives what is known now.
        parent: the owner.
    """

    due = Signal()
    """A stand-in is due: ask ``wanted`` again."""

    def __init__(
        self,
        worker: Worker,
        decoder: Decoder,
        strip: Strip,
        store: Store,
        results: Callable[[], Results],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._worker, self._decoder, self._strip = worker, decoder, strip
        self._store, self._results = store, results
        self._wanted: int | None = None
        self._asked: int | None = None
        self._may_stand_in = False
        self._rest = self._timer(REST_MS, self._ask)
        self._late = self._timer(LATE_MS, self._is_late)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def opened(self) -> None:
        """Another video, which the results knows by now, shows its first frame."""
        self._wanted = self._asked = 0
        self._look_ahead()

    def closed(self) -> None:
        """There is no video any more."""
        self._wanted = self._asked = None
        self.stop()
        for key in ("frame", "prefetch"):
            self._worker.cancel(key)

    def stop(self) -> None:
        """Ask for nothing more."""
        self._rest.stop()
        self._late.stop()

    def wanted(self) -> FramePicture | None:
        """Ask for the frame that the state wants; a stand-in, where one is to be shown now."""
        state, results = self._store.state, self._results()
        if results.video is None:
            return None
        if state.frame != self._wanted:
            self._wanted = state.frame
            # The worker has not even answered for the frame before: it will be late.
            self._may_stand_in = state.scrubbing or self._worker.is_pending("frame")
            self._late.start()
            if state.scrubbing and self._strip.nearest(state.frame) is not None:
                self._worker.cancel("frame")
                self._worker.cancel("prefetch")
                self._rest.start()
            else:
                self._ask()
        elif not state.scrubbing and self._asked != state.frame:
            self._ask()
        return self._stand_in()

    def shows(self, picture: FramePicture) -> bool:
        """A decoded frame came: whether it is to be shown, or something nearer is."""
        state, now = self._store.state, self._results().picture
        self._look_ahead()
        if picture.index == state.frame or now is None:
            return True
        if now.is_preview or state.scrubbing:
            return abs(picture.index - state.frame) < abs(now.index - state.frame)
        return True

    def _stand_in(self) -> FramePicture | None:
        state, now = self._store.state, self._results().picture
        if not self._may_stand_in or state.playing or (now and now.index == state.frame):
            return None
        nearest = self._strip.nearest(state.frame)
        if nearest is None:
            return None
        if now is not None and abs(now.index - state.frame) <= abs(nearest - state.frame):
            return None
        return self._strip.picture(state.frame)

    def _ask(self) -> None:
        self._rest.stop()
        video = self._results().video
        if self._wanted is not None and video is not None:
            self._asked = self._wanted
            self._worker.ask("frame", partial(self._decoder.frame, video.path, self._wanted))

    def _is_late(self) -> None:
        self._may_stand_in = True
        self.due.emit()

    def _look_ahead(self) -> None:
        video = self._results().video
        if video is not None:
            ahead = partial(self._decoder.prefetch, video.path)
            self._worker.ask("prefetch", ahead, background=True)
