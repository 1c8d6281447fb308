"""Proxies: small pictures of frames, for dragging, hovering and the timeline.

Each is exactly the frame that it is filed under. They are kept as JPEG, a twentieth of their
pixels: a minute of video takes some fifteen megabytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from mvit_core.video.decode.closing import Closing
from mvit_core.video.decode.container import LIBRARY_ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from mvit_core.video.decode.inspect_video import OpenedVideo

LONG_SIDE_PX = 320
MOST_PROXIES = 12_000
"""Proxies of one video at most, some 120 MB: every frame of six minutes, every tenth of an hour."""
_MOST_FIRST = 60
"""Keyframes taken ahead of all others, so that no part of the video is long without a picture."""
_RUN = 64
"""Frames walked at a time: where some are damaged, only so many are tried again."""
_QUALITY = 85


@dataclass(frozen=True)
class ProxyPlan:
    """Frames that get a proxy, in the order of making them."""

    first: tuple[int, ...]
    """Keyframes spread over the video; they are quick to reach."""
    frames: range
    """All of them, every ``frames.step``-th of the video."""

    @property
    def total(self) -> int:
        """Proxies when all is done."""
        return len(self.frames) + sum(frame not in self.frames for frame in self.first)

    def runs(self) -> Iterator[range]:
        """Frames to decode together, in order; those of ``first`` come once more."""
        for frame in self.first:
            yield range(frame, frame + 1)
        for start in range(0, len(self.frames), _RUN):
            yield self.frames[start : start + _RUN]


def plan_proxies(opened_video: "OpenedVideo", most: int = MOST_PROXIES) -> ProxyPlan:
    """Every frame of a short video, every k-th of one with more than ``most`` frames.

    Args:
        opened_video: the video.
        most: proxies at most.
    """
    count = opened_video.times.frame_count
    step = -(-count // most)
    keys = opened_video.source.keyframes()
    if len(keys) > _MOST_FIRST:
        keys = keys[np.linspace(0, len(keys) - 1, _MOST_FIRST).round().astype(int)]
    return ProxyPlan(tuple(keys.tolist()), range(0, count, step))


class ProxyReader(Closing):
    """A second decoder of a video that makes proxies; a context manager, of one thread.

    Args:
        opened_video: of a ``Video``, so that its file is not indexed again.
    """

    def __init__(self, opened_video: "OpenedVideo") -> None:
        self._painter = opened_video.painter.reduced(LONG_SIDE_PX)
        self._source = opened_video.source.twin()

    def close(self) -> None:
        """Release the file; a second call does nothing."""
        self._source.close()

    def proxies(
        self, frames: range, check: "Callable[[], None] | None" = None
    ) -> Iterator[tuple[int, bytes]]:
        """The frame number and JPEG of each frame of a range, without those that are damaged.

        Args:
            frames: ascending frame numbers.
            check: called before each packet is decoded; what it raises ends the reading.
        """
        if check is not None:
            self._source.check = check
        spans = [frames] if frames.step == 1 else [range(f, f + 1) for f in frames]
        for span in spans:
            try:
                for rank, frame in self._source.walk(span.start, span.stop):
                    yield rank, _jpeg(self._painter.paint(frame))
            except LIBRARY_ERRORS:
                continue


def _jpeg(rgb: "NDArray[np.uint8]") -> bytes:
    flags = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    encoded = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), flags)[1]
    return encoded.tobytes()
