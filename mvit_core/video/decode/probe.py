"""A short trial decode at opening: what the frames look like, and whether pts tell the truth."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np

from mvit_core.video.decode.container import packets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.packet import Packet
    from av.video.frame import VideoFrame

    from mvit_core.video.decode.container import OpenStream
    from mvit_core.video.decode.packets import PacketTable

_PIXEL_BUDGET = 20_000_000
"""Pixels decoded in a trial: about 0.05 s, 9 frames at 1080p, all frames of a small clip."""
_MIN_PACKETS = 8
_MAX_PACKETS = 2_000


@dataclass(frozen=True, eq=False)
class Probe:
    """Result of the trial."""

    first: "VideoFrame | None"
    """The first frame that the decoder delivered, None where there was none."""
    order: list[int]
    """Ordinals of the packets whose frames came out, in the order they came."""
    is_complete: bool
    """The trial reached the end of the file, so ``order`` holds every frame there is."""
    fed: int
    """Packets given to the decoder."""
    failures: int
    """Packets refused by the decoder."""

    def confirms(self, packets: "PacketTable") -> bool:
        """The frames came out in the order of their pts."""
        return bool(np.all(np.diff(packets.pts[self.order]) > 0))


def probe(
    opened: "OpenStream",
    packets: "PacketTable",
    *,
    start: int | None = None,
    limit: int | None = None,
) -> Probe:
    """Decode from the first keyframe (or ``start``) until the budget (or ``limit``) is used up.

    ``start`` is the ordinal of a keyframe; ``limit`` counts packets.
    """
    trial = _Trial(opened, packets, start, limit)
    for ordinal, packet in trial.packets():
        trial.feed(ordinal, packet)
        if trial.is_over():
            return trial.result(is_complete=False)
    trial.feed(len(packets), None)
    return trial.result(is_complete=True)


class _Trial:
    """The state of one trial decode."""

    def __init__(
        self,
        opened: "OpenStream",
        packets: "PacketTable",
        start: int | None,
        limit: int | None,
    ) -> None:
        self._opened = opened
        self._packets = packets
        self._limit = limit
        self._start = int(np.argmax(packets.is_key)) if start is None else start
        self.first: VideoFrame | None = None
        self.order: list[int] = []
        self.fed = 0
        self.failures = 0

    def result(self, *, is_complete: bool) -> Probe:
        """The trial as a value."""
        return Probe(self.first, self.order, is_complete, self.fed, self.failures)

    def packets(self) -> "Iterator[tuple[int, Packet[av.VideoStream]]]":
        """Packets from the first keyframe on; a read error ends them, as it ended the index."""
        try:
            for ordinal, packet in enumerate(packets_of(self._opened)):
                if self._start <= ordinal < len(self._packets):
                    yield ordinal, packet
        except (av.error.FFmpegError, OSError, EOFError):
            return

    def feed(self, ordinal: int, packet: "Packet[av.VideoStream] | None") -> None:
        """Decode one packet, or drain the decoder."""
        if packet is not None:
            self.fed += 1
            packet.pts = ordinal
        try:
            frames = self._opened.stream.codec_context.decode(packet)
        except (av.error.FFmpegError, ValueError):
            self.failures += 1
            return
        for frame in frames:
            self.first = self.first or frame
            source = -1 if frame.pts is None else frame.pts
            if 0 <= source < len(self._packets) and self._packets.is_shown[source]:
                self.order.append(source)

    def is_over(self) -> bool:
        """The limit is reached, or the budget is used up and something was seen."""
        if self._limit is not None:
            return self.fed > self._limit
        context = self._opened.stream.codec_context
        pixels = max(context.width * context.height, 1)
        allowed = min(max(_PIXEL_BUDGET // pixels, _MIN_PACKETS), _MAX_PACKETS)
        return len(self.order) >= allowed
