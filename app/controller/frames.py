"""Finds the picture of the requested frame: the decoder's, or a proxy meanwhile.

The frames beside the one shown are painted ahead, so that a step is answered within its key press.
While the playhead is dragged every frame is a proxy at once, and the decoder is asked when the
pointer rests. Other frames are answered by the decoder; where it is late, a proxy stands in.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import TaskKey
from app.workers.proxies import Strip
from mvit_core.system.cache import Cache

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.workbench import Workbench
    from app.results import FramePicture, ProxyInfo
    from app.workers.decode import Opened

REST_MS = 60
"""Milliseconds without movement after which the pointer rests."""

BESIDE_BYTES = 256 << 20
"""Bytes kept of the two frames beside the one shown, even of 8K."""

SECONDS_TO_REMAKE = 0.005
"""Seconds to paint a decoded frame again."""

LATE_MS = 40
"""Milliseconds after which a proxy stands in for a frame that is still decoded."""


class Frames(Collaborator):
    """Requests the frame of the state from the decode worker.

    Args:
        bench: shared by the controller's collaborators.
    """

    def __init__(self, bench: Workbench) -> None:
        workers = bench.workers
        self._bench = bench
        self._worker, self._decoder = workers.decode, workers.decoder
        self._strip = Strip(workers.proxies, workers.proxy_maker, bench.budget, bench)
        self._strip.grown.connect(self._strip_grew)
        self._strip.failed.connect(bench.failed)
        self._frame: int | None = None
        self._asked: int | None = None
        self._may_stand_in = False
        self._beside: Cache[int, FramePicture] = Cache(
            bench.budget,
            "frames beside",
            seconds_to_remake=SECONDS_TO_REMAKE,
            most_bytes=BESIDE_BYTES,
        )
        self._rest = self._timer(REST_MS, self._ask)
        self._late = self._timer(LATE_MS, self._is_late)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self._bench)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    @property
    def is_pending(self) -> bool:
        """True where the frame requested last is not decoded yet."""
        return self._worker.is_pending(TaskKey.FRAME)

    def has_beside(self, frame: int) -> bool:
        """True where a frame beside the one shown was painted ahead."""
        return frame in self._beside

    def opened(self, opened: Opened) -> None:
        """Show the first frame of another video, which the results hold already."""
        self._strip.begin(opened.video.path, opened.opened_video)
        self._frame = self._asked = 0
        self._beside.clear()
        self._look_ahead()

    def closed(self) -> None:
        """Stop requesting frames, as the video is closed."""
        self._frame = self._asked = None
        self.stop()
        self._beside.clear()
        for key in (TaskKey.FRAME, TaskKey.NEIGHBOURS, TaskKey.PREFETCH):
            self._worker.cancel(key)
        self._strip.end()

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key is None:
            self._rest.stop()
            self._late.stop()

    @override
    def refresh(self) -> None:
        """Request the frame of the state; show a stand-in where one is needed at once."""
        state = self._bench.state
        if self._bench.results.video is None:
            return
        if state.frame != self._frame:
            self._frame = state.frame
            # The frame before is not even decoded, so this one will be late.
            self._may_stand_in = state.scrubbing or self.is_pending
            if self._show_beside(state.frame):
                return
            self._late.start()
            if state.scrubbing and self._strip.nearest(state.frame) is not None:
                for key in (TaskKey.FRAME, TaskKey.NEIGHBOURS, TaskKey.PREFETCH):
                    self._worker.cancel(key)
                self._rest.start()
            else:
                self._ask()
        elif not state.scrubbing and self._asked != state.frame:
            self._ask()
        self._drop_changed()
        stand_in = self._stand_in()
        if stand_in is not None:
            self._show(stand_in)

    def _drop_changed(self) -> None:
        """Keep no picture of a file that is another by now."""
        picture = self._bench.results.picture
        if picture is not None and picture.is_changed and self._strip.is_on:
            self._beside.clear()
            self._strip.end()
            self._bench.results = replace(self._bench.results, proxies=None)

    def _show_beside(self, frame: int) -> bool:
        """Show a frame that was painted ahead; False where it was not."""
        picture = self._beside.get(frame)
        if picture is None:
            return False
        self._rest.stop()
        self._late.stop()
        self._worker.cancel(TaskKey.FRAME)  # of an earlier step
        self._asked = frame
        self._show(picture)
        self._look_ahead()
        return True

    def _on_beside(self, pictures: tuple[FramePicture, ...]) -> None:
        """Keep what was painted ahead, and nothing that was before."""
        video = self._bench.results.video
        self._beside.clear()
        for picture in pictures:
            if video is not None and picture.file == video.file and picture.image is not None:
                pixels = 0 if picture.pixels is None else picture.pixels.nbytes
                self._beside.put(picture.index, picture, picture.image.sizeInBytes() + pixels)

    def _on_result(self, picture: FramePicture | None) -> None:
        """Show a decoded frame, even a late one, unless a nearer one is shown already."""
        video = self._bench.results.video
        if picture is None or video is None or picture.file != video.file:
            return
        self._look_ahead()
        if self._is_nearer(picture):
            self._show(picture)

    def _show(self, picture: FramePicture) -> None:
        self._bench.results = replace(self._bench.results, picture=picture)

    def _strip_grew(self, proxies: ProxyInfo) -> None:
        self._bench.results = replace(self._bench.results, proxies=proxies)

    def _is_nearer(self, picture: FramePicture) -> bool:
        state, now = self._bench.state, self._bench.results.picture
        if picture.index == state.frame or now is None:
            return True
        if now.index == state.frame and not now.is_preview:
            return False
        if now.is_preview or state.scrubbing:
            return abs(picture.index - state.frame) < abs(now.index - state.frame)
        return True

    def _stand_in(self) -> FramePicture | None:
        state, now = self._bench.state, self._bench.results.picture
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
        video = self._bench.results.video
        if self._frame is not None and video is not None:
            self._asked = self._frame
            work = partial(self._decoder.frame, video.path, self._frame)
            self._worker.submit(
                TaskKey.FRAME, work, self._on_result, self._bench.failed, on_late=self._on_result
            )

    def _is_late(self) -> None:
        self._may_stand_in = True
        self._bench.due.emit()

    def _look_ahead(self) -> None:
        video = self._bench.results.video
        if video is not None:
            self._paint_beside()
            ahead, failed = partial(self._decoder.prefetch, video.path), self._bench.failed
            self._worker.submit(
                TaskKey.PREFETCH, ahead, self._decoded_ahead, failed, background=True
            )

    def _paint_beside(self) -> None:
        video = self._bench.results.video
        if video is not None:
            work = partial(self._decoder.neighbours, video.path, self._bench.state.frame)
            failed = self._bench.failed
            self._worker.submit(TaskKey.NEIGHBOURS, work, self._on_beside, failed, background=True)

    def _decoded_ahead(self, _: None) -> None:
        video, here = self._bench.results.video, self._bench.state.frame
        if video is None or (self._bench.state.playing and len(self._beside)):
            return
        sides = (each for each in (here - 1, here + 1) if 0 <= each < video.frame_count)
        if not all(map(self.has_beside, sides)):
            self._paint_beside()  # one had not been decoded yet
