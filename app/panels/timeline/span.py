"""The part of a video that the timeline shows, and where each frame of it lies."""

from __future__ import annotations

from dataclasses import dataclass, replace

LEAST_FRAMES = 8.0
"""It zooms in no further."""


@dataclass(frozen=True)
class Span:
    """Frames ``start`` to ``start + length`` of a video, drawn from ``left`` over ``width``."""

    count: int = 0
    """Frames of the video."""
    left: float = 0.0
    width: float = 1.0
    """In points of the widget."""
    start: float = 0.0
    length: float = 0.0
    """In frames; 0 is all of them."""

    @property
    def frames(self) -> float:
        """How many frames are seen."""
        return self.length or max(self.count, 1)

    @property
    def stop(self) -> float:
        """Where it ends, in frames."""
        return self.start + self.frames

    @property
    def is_whole(self) -> bool:
        """All of the video is seen."""
        return self.frames >= self.count

    def x_of(self, frame: float) -> float:
        """The place of a frame's left edge."""
        return self.left + (frame - self.start) / self.frames * self.width

    def frame_at(self, x: float) -> int:
        """The frame at a place, clamped to what is seen."""
        frame = int(self.start + (x - self.left) / max(self.width, 1) * self.frames)
        first, last = int(self.start), int(-(-self.stop // 1)) - 1
        return min(max(frame, first, 0), last, max(self.count - 1, 0))

    def zoomed(self, factor: float, about_x: float) -> Span:
        """Nearer by a factor; the frame under ``about_x`` stays there."""
        share = min(max((about_x - self.left) / max(self.width, 1), 0.0), 1.0)
        least = min(LEAST_FRAMES, max(self.count, 1))
        length = min(max(self.frames / factor, least), max(self.count, 1))
        anchor = self.start + share * self.frames
        return replace(self, length=length).starting_at(anchor - share * length)

    def starting_at(self, start: float) -> Span:
        """Moved to begin at a frame, as far as the video goes."""
        return replace(self, start=min(max(start, 0.0), max(self.count - self.frames, 0.0)))

    def showing(self, frame: int) -> Span:
        """This span, or the next one like it in which a frame is seen."""
        if self.start <= frame and frame + 1 <= self.stop:
            return self
        if frame >= self.stop - 1:
            return self.starting_at(frame - 0.1 * self.frames)
        return self.starting_at(frame + 1 - 0.9 * self.frames)

    def seen(self) -> range:
        """The frames of which something is seen."""
        return range(max(int(self.start), 0), min(int(-(-self.stop // 1)), self.count))
