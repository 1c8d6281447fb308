"""Intents in time: stepping, jumping, playing."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import partial
from typing import TYPE_CHECKING

from app.intents.markers import Marking
from app.state.view_state import PLAY_SPEEDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import Message, Results
    from app.state.preferences import PreferenceStore
    from app.state.store import Store
    from app.state.view_state import ViewState

SHUTTLE = (1.0, 2.0, 4.0, 8.0)


class Timing:
    """Intents in time.

    Args:
        store: holds the state.
        results: returns the results now.
        notify: shows a message.
        preferences: for the length of a big step.
    """

    def __init__(
        self,
        store: Store,
        results: Callable[[], Results],
        notify: Callable[[Message], None],
        preferences: PreferenceStore,
    ) -> None:
        self._preferences = preferences
        self._store = store
        self._results = results
        self._report = notify
        self.marks = Marking(partial(self.go_to, jump=True), store, results, notify)

    @property
    def _state(self) -> ViewState:
        return self._store.state

    def go_to(self, frame: int, *, jump: bool = False) -> None:
        """Show a frame, clamped to the video, and stop playing."""
        video = self._results().video
        if video is not None:
            frame = min(max(frame, 0), video.frame_count - 1)
            self._store.update(frame=frame, playing=False, jump=jump and frame != self._state.frame)

    def step(self, by: int) -> None:
        """Go ``by`` frames on, or back below 0."""
        self.go_to(self._state.frame + by)

    def big_step(self, by: int) -> None:
        """Go ``by`` of the user's big steps on, or back below 0."""
        self.step(by * self._preferences.values.big_step_frames)

    def seconds(self, by: float) -> None:
        """Go ``by`` seconds on, or back below 0, by the file's own times."""
        video = self._results().video
        if video is not None:
            now = float(video.pts_seconds[self._state.frame])
            target = video.frame_at(now + by)
            if target == self._state.frame:  # a slow video: at least one frame
                target += 1 if by > 0 else -1
            self.go_to(target)

    def sampled(self, by: int) -> None:
        """Go to the next or previous sampled frame."""
        windows, here = self._results().windows, self._results().window(self._state.frame)
        if here is None:
            return
        # The last window may reach back over those before it, so more than its neighbours count.
        near = (*windows[max(here.index - 2, 0) : here.index + 3], windows[-1])
        sampled = sorted({f for window in near for f in window.frame_indices})
        if by > 0:
            place = bisect_right(sampled, self._state.frame)
            self.go_to(sampled[min(place, len(sampled) - 1)])
        else:
            place = bisect_left(sampled, self._state.frame) - 1
            self.go_to(sampled[max(place, 0)])

    def window(self, by: int) -> None:
        """Go to the first frame of another clip window."""
        results = self._results()
        here = results.window(self._state.frame)
        if here is not None:
            target = min(max(here.index + by, 0), len(results.windows) - 1)
            self.go_to(results.windows[target].start, jump=True)

    def first(self) -> None:
        """Go to the first frame of the video, or of the part that is looped."""
        self.go_to(self._bounds()[0], jump=True)

    def last(self) -> None:
        """Go to the last frame of the video, or of the part that is looped."""
        self.go_to(self._bounds()[1], jump=True)

    def play(self) -> None:
        """Play or pause; at the end or outside the loop, play from its beginning."""
        state = self._state
        if self._results().video is None:
            return
        if state.playing:
            self.pause()
            return
        first, last = self._bounds()
        begin, end = (first, last) if state.speed > 0 else (last, first)
        inside = first <= state.frame <= last and state.frame != end
        self._store.update(playing=True, frame=state.frame if inside else begin)

    def pause(self) -> None:
        """Stop playing."""
        self._store.update(playing=False)

    def shuttle(self, direction: int) -> None:
        """Play forwards or backwards, faster with each call."""
        state = self._state
        same = state.playing and (state.speed > 0) == (direction > 0)
        faster = (speed for speed in SHUTTLE if speed > abs(state.speed))
        speed = next(faster, SHUTTLE[-1]) if same else SHUTTLE[0]
        self._store.update(playing=True, speed=direction * speed)

    def faster(self, by: int) -> None:
        """Choose the next faster or slower speed."""
        speed = self._state.speed
        place = bisect_left(PLAY_SPEEDS, abs(speed))
        size = PLAY_SPEEDS[min(max(place + by, 0), len(PLAY_SPEEDS) - 1)]
        self._store.update(speed=size if speed > 0 else -size)

    def normal_speed(self) -> None:
        """Play at the video's own speed."""
        self._store.update(speed=1.0)

    def scrub(self, frame: int) -> None:
        """Follow the pointer along the timeline."""
        video = self._results().video
        if video is not None:
            self._store.update(frame=min(max(frame, 0), video.frame_count - 1))

    def _bounds(self) -> tuple[int, int]:
        """First and last frame that are played."""
        video = self._results().video
        return self._state.loop.bounds(video.frame_count if video is not None else 1)
