"""The part of a video that the timeline shows, and the places of its frames."""

from __future__ import annotations

from dataclasses import dataclass, replace

LEAST_FRAMES = 8.0
"""Fewest frames of a span, beyond which it zooms in no further."""


@dataclass(frozen=True)
class Span:
    """Frames ``start`` to ``start + length`` of a video, drawn from ``left`` over ``width``."""

    count: int = 0
    """Number of frames of the video."""
    left: float = 0.0
    width: float = 1.0
    """Width in points of the widget."""
    start: float = 0.0
    length: float = 0.0
    """Length in frames; 0 is the whole video."""

    @property
    def frames(self) -> float:
        """Number of frames in the span."""
        return self.length or max(self.count, 1)

    @property
    def stop(self) -> float:
        """End of the span in frames."""
        return self.start + self.frames

    @property
    def is_whole(self) -> bool:
        """True where the span is the whole video."""
        return self.frames >= self.count

    def x_of(self, frame: float) -> float:
        """The x of a frame's left edge, in points of the widget."""
        return self.left + (frame - self.start) / self.frames * self.width

    def frame_at(self, x: float) -> int:
        """The frame at an x, clamped to the span."""
        frame = int(self.start + (x - self.left) / max(self.width, 1) * self.frames)
        first, last = int(self.start), int(-(-self.stop // 1)) - 1
        return min(max(frame, first, 0), last, max(self.count - 1, 0))

    def zoomed(self, factor: float, about_x: float) -> Span:
        """Zoom in by a factor; the frame at ``about_x`` stays there."""
        share = min(max((about_x - self.left) / max(self.width, 1), 0.0), 1.0)
        least = min(LEAST_FRAMES, max(self.count, 1))
        length = min(max(self.frames / factor, least), max(self.count, 1))
        anchor = self.start + share * self.frames
        return replace(self, length=length).starting_at(anchor - share * length)

    def starting_at(self, start: float) -> Span:
        """Move the span to begin at a frame, clamped to the video."""
        return replace(self, start=min(max(start, 0.0), max(self.count - self.frames, 0.0)))

    def showing(self, frame: int) -> Span:
        """This span, or one of the same length that contains a frame."""
        if self.start <= frame and frame + 1 <= self.stop:
            return self
        if frame >= self.stop - 1:
            return self.starting_at(frame - 0.1 * self.frames)
        return self.starting_at(frame + 1 - 0.9 * self.frames)

    def seen(self) -> range:
        """Frames of which some part is in the span."""
        return range(max(int(self.start), 0), min(int(-(-self.stop // 1)), self.count))
