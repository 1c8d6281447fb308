"""A short trial decode at opening: what the frames look like, and whether pts tell the truth."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

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
_MOST_BYTES_AGAIN = 64 << 20
"""Packets kept in memory to be decoded again."""
_PIXELS_AGAIN = 2_500_000
"""Pixels of the beginning that are decoded again where nothing hints at damage: 28 frames of
340x256, about 0.1 s in all ways together."""
_FEWEST_AGAIN = 3
"""Frames; fewer, as of 1080p, tell nothing that is worth their time."""
_SKIPPING_CODECS = ("h264", "hevc")
"""Codecs of which frames that are no reference are left out on the way to another."""
_SKIP_PHASES = 3
_FRESH_STARTS = 4
"""Keyframes tried with decoders of their own, whose buffers hold nothing yet."""
_PLAIN_PLANES = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"})
"""Pixel formats with a byte for each sample, whose planes are ten times as fast to sum up as RGB
is to make."""
_MIN_PACKETS = 8
_MAX_PACKETS = 2_000


_Fed = tuple[int, "Packet[av.VideoStream]"]
"""Ordinal and packet."""


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
    concealed: int
    """Frames that the decoder marks as painted from damaged data."""
    unstable: frozenset[int] = frozenset()
    """Ordinals of frames that came out otherwise when they were decoded once more: parts of them
    are painted by nothing in the file, and the decoder does not say so."""

    @property
    def is_damaged(self) -> bool:
        """The decoder refused or concealed something."""
        return bool(self.failures or self.concealed or self.unstable)

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


def probe_repeatedly(
    opened: "OpenStream", packets: "PacketTable", *, limit: int | None = None
) -> Probe:
    """Decode the beginning, and again in the ways that lead to a frame: sound ones come out alike.

    Again means: from the beginning, from each keyframe on, and without some frames that are no
    reference. The decoder stays the same, so that its picture buffers hold other frames, which
    show through whatever damaged data leave unpainted. Of a file that looks sound, a small part
    is decoded again: all of it would take ten times as long as opening does otherwise.
    """
    trial = _Trial(opened, packets, None, limit)
    fed: list[_Fed] = []
    is_complete = True
    for ordinal, packet in trial.packets():
        fed.append((ordinal, packet))
        trial.feed(ordinal, packet)
        if trial.is_over():
            is_complete = False
            break
    trial.feed(len(packets), None, counts=is_complete)
    result = trial.result(is_complete=is_complete)
    if not (result.is_damaged or packets.damage or packets.is_corrupt.any()):
        fed = fed[: trial.worth_again()]
    if not fed or sum(packet.size for _, packet in fed) > _MOST_BYTES_AGAIN:
        return result
    unstable = trial.differing(_again(trial, fed)) | _other_from_keyframes(trial, fed)
    if opened.stream.codec_context.codec.canonical_name in _SKIPPING_CODECS:
        for phase in range(_SKIP_PHASES):
            unstable |= trial.differing(_again(trial, fed, phase=phase))
    return replace(result, unstable=frozenset(unstable))


def _other_from_keyframes(trial: "_Trial", fed: "list[_Fed]") -> set[int]:
    """Ordinals of frames that come out otherwise when decoding starts at the keyframe before."""
    starts = [place for place, (ordinal, _) in enumerate(fed) if trial.is_key(ordinal)]
    found: set[int] = set()
    fresh = starts[1 : 1 + _FRESH_STARTS]
    for start, stop in pairwise((*starts, len(fed))):
        parts = [_again(trial, fed[start:stop])]
        if start in fresh:
            parts.append(_afresh(trial, fed[start:stop]))
        for part in parts:
            if start == 0 or part.begins_with_whole_picture:  # else nobody starts to decode there
                ordinal = fed[start][0]
                found |= {each for each in trial.differing(part) if trial.follows(each, ordinal)}
    return found


def _afresh(trial: "_Trial", fed: "list[_Fed]") -> "_Trial":
    """Decode packets with a decoder of their own."""
    with trial.opened.again(strict=False) as opened:
        fresh = _Trial(opened, trial.table, None, None)
        fresh.feed_all(fed)
        return fresh


def _again(trial: "_Trial", fed: "list[_Fed]", *, phase: int | None = None) -> "_Trial":
    """Decode packets with a decoder that was emptied, and whose buffers were used otherwise.

    With a ``phase``, all packets that are no reference are left out but every third.
    """
    other = trial.anew()
    for ordinal, packet in fed[: 1 + len(fed) // 3]:
        other.feed(ordinal, packet)
    again = trial.anew()
    again.feed_all(fed, phase)
    return again


class _Trial:
    """The state of one trial decode."""

    def __init__(
        self,
        opened: "OpenStream",
        packets: "PacketTable",
        start: int | None,
        limit: int | None,
    ) -> None:
        self.opened = opened
        self.table = packets
        self._limit = limit
        self._start = int(np.argmax(packets.is_key)) if start is None else start
        self.first: VideoFrame | None = None
        self.order: list[int] = []
        self._checksums: dict[int, int] = {}
        self.fed = 0
        self.failures = self.concealed = 0

    def result(self, *, is_complete: bool) -> Probe:
        """The trial as a value."""
        return Probe(self.first, self.order, is_complete, self.fed, self.failures, self.concealed)

    def packets(self) -> "Iterator[tuple[int, Packet[av.VideoStream]]]":
        """Packets from the first keyframe on; a read error ends them, as it ended the index."""
        try:
            for ordinal, packet in enumerate(packets_of(self.opened)):
                if self._start <= ordinal < len(self.table):
                    yield ordinal, packet
        except (av.error.FFmpegError, OSError, EOFError):
            return

    @property
    def begins_with_whole_picture(self) -> bool:
        """The first frame that came out refers to no other."""
        return self.first is not None and bool(self.first.key_frame)

    def anew(self) -> "_Trial":
        """Another trial with the same decoder, emptied."""
        self.opened.stream.codec_context.flush_buffers()
        return _Trial(self.opened, self.table, None, None)

    def feed_all(self, fed: "list[_Fed]", phase: int | None = None) -> None:
        """Decode packets and drain the decoder.

        With a ``phase``, all packets that are no reference are left out but every third.
        """
        context = self.opened.stream.codec_context
        for place, (ordinal, packet) in enumerate(fed):
            is_skipped = phase is not None and place % _SKIP_PHASES != phase
            context.skip_frame = "NONREF" if is_skipped else "DEFAULT"
            self.feed(ordinal, packet)
        context.skip_frame = "DEFAULT"
        self.feed(-1, None)

    def is_key(self, ordinal: int) -> bool:
        """The container says that decoding may start at this packet."""
        return bool(self.table.is_key[ordinal])

    def follows(self, ordinal: int, key: int) -> bool:
        """The frame is reached from this keyframe, not from the one before."""
        if self.table.has_honest_stamps:
            return bool(self.table.pts[ordinal] >= self.table.pts[key])
        places = {place: i for i, place in enumerate(self._checksums)}
        return places.get(ordinal, -1) >= places.get(key, len(places))

    def differing(self, other: "_Trial") -> set[int]:
        """Ordinals of the frames that came out in both trials, and not alike."""
        ours, theirs = self._checksums, other._checksums
        return {
            ordinal for ordinal in ours.keys() & theirs.keys() if ours[ordinal] != theirs[ordinal]
        }

    def feed(
        self, ordinal: int, packet: "Packet[av.VideoStream] | None", *, counts: bool = True
    ) -> None:
        """Decode one packet, or drain the decoder; what does not count is compared alone."""
        if packet is not None:
            self.fed += 1
            packet.pts = ordinal
        try:
            frames = self.opened.stream.codec_context.decode(packet)
        except (av.error.FFmpegError, ValueError):
            self.failures += 1
            return
        for frame in frames:
            source = -1 if frame.pts is None else frame.pts
            self._checksums[source] = _checksum(frame)
            if not counts:
                continue
            self.first = self.first or frame
            self.concealed += frame.is_corrupt
            if 0 <= source < len(self.table) and self.table.is_shown[source]:
                self.order.append(source)

    def is_over(self) -> bool:
        """The limit is reached, or the budget is used up and something was seen."""
        if self._limit is not None:
            return self.fed > self._limit
        allowed = min(max(_PIXEL_BUDGET // self._pixels, _MIN_PACKETS), _MAX_PACKETS)
        return len(self.order) >= allowed

    def worth_again(self) -> int:
        """Frames of a file without a hint of damage that are decoded again; 0 of large ones."""
        frames = _PIXELS_AGAIN // self._pixels
        return frames if frames >= _FEWEST_AGAIN else 0

    @property
    def _pixels(self) -> int:
        context = self.opened.stream.codec_context
        return max(context.width * context.height, 1)


def _checksum(frame: "VideoFrame") -> int:
    """Checksum of all samples as they were decoded, without the padding of rows."""
    if frame.format.name not in _PLAIN_PLANES:
        return crc32(frame.to_ndarray(format="rgb24").tobytes())
    found = 0
    for plane in frame.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        samples = rows[: plane.height, : plane.width]
        found = crc32(samples.tobytes(), found)
    return found
