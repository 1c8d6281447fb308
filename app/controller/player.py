"""The player: sets the frame by the clock; frames that cannot be decoded in time are skipped.

Where every frame is to be seen, the clock waits for the frames instead.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.frames import Frames
    from app.results import VideoInfo
    from app.state.store import Store
    from app.state.view_state import ViewState

TICK_MS = 8


class Player(QObject):
    """Moves the frame while ``ViewState.playing`` is set.

    Args:
        store: holds the frame.
        video: returns the open video.
        frames: its ``is_pending`` says that the last frame is not decoded; none is requested then.
        parent: the owner.
    """

    def __init__(
        self,
        store: Store,
        video: Callable[[], VideoInfo | None],
        frames: Frames,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._video = video
        self._frames = frames
        self.is_painted: Callable[[], bool] = lambda: True
        """Returns True once the last frame shown was painted; the window sets it."""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._from_seconds = 0.0
        self._from_clock = 0.0
        self._resume = False

    def hold(self) -> None:
        """Pause while the pointer drags the playhead."""
        self._resume = self._store.state.playing
        self._store.update(scrubbing=True, playing=False, jump=True)

    def release(self) -> None:
        """Play on where ``hold`` paused."""
        self._store.update(scrubbing=False, playing=self._resume)
        self._resume = False

    def follow(self) -> None:
        """Start, stop or change the speed, as the state says."""
        if not self._store.state.playing:
            self._timer.stop()
            return
        self._anchor()
        self._timer.start()

    def _anchor(self, frame: int | None = None) -> None:
        """Measure time from a frame, or from the one shown now."""
        video = self._video()
        if video is not None:
            here = self._store.state.frame if frame is None else frame
            self._from_seconds = float(video.pts_seconds[here])
            self._from_clock = perf_counter()

    def _tick(self) -> None:
        video, state = self._video(), self._store.state
        if video is None or not state.playing:
            self._timer.stop()
            return
        if state.scrubbing:
            self._anchor()
            return
        if self._frames.is_pending or not self.is_painted():
            return
        seconds = self._from_seconds + (perf_counter() - self._from_clock) * state.speed
        frame = video.frame_at(seconds)
        if state.every_frame and abs(frame - state.frame) > 1:
            frame = state.frame + (1 if state.speed > 0 else -1)
            self._anchor(frame)  # the clock waits for the frames
            seconds = float(video.pts_seconds[frame])
        if state.loop.mode != "off":
            begin = begin_of_loop(video, state, seconds)
            if begin is not None:
                self._store.update(frame=begin)
                self._anchor()
                return
        elif seconds < 0 or (frame == video.frame_count - 1 and state.speed > 0):
            self._store.update(frame=frame, playing=False)
            return
        if frame != state.frame:
            self._store.update(frame=frame)


def begin_of_loop(video: VideoInfo, state: ViewState, seconds: float) -> int | None:
    """The frame that a loop restarts at once its last frame has had its time; None before that."""
    first, last = state.loop.bounds(video.frame_count)
    times = video.pts_seconds
    stop = times[last + 1] if last + 1 < len(times) else times[last] + 1 / video.fps
    if times[first] <= seconds < stop:
        return None
    return first if state.speed > 0 else last
