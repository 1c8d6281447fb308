"""Finds which frames of a damaged video stand behind damage, whatever way leads to them.

A strict decoder refuses what the container or the codec marks as damaged. Whatever follows the
first refusal, up to the next keyframe that decodes whole, may be painted from damaged pictures.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np

from mvit_core.video.decode.packet_reader import LostPositionError, PacketReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from av.video.frame import VideoFrame

    from mvit_core.video.decode.container import OpenStream
    from mvit_core.video.decode.index import FrameIndex
    from mvit_core.video.decode.presentation_order import Keyframe

_MAX_DELAY = 32
"""Packets that a decoder may take before it delivers the first frame."""


@dataclass(frozen=True)
class _Stretch:
    """The packets behind a keyframe, as far as they were tried."""

    tried: int
    """One past the last packet tried."""
    damaged: int | None
    """The first packet that is damaged, None where none was found."""
    is_whole: bool
    """The keyframe itself decodes, and gives a whole picture."""


class DamageMap:
    """Tries packets with a strict decoder, from a keyframe on, each stretch once.

    Args:
        index: the frames of the file.
        opened: the file; it is opened anew for each trial, and stays its owner's.
        check: called before each packet; what it raises ends the trial.
    """

    def __init__(
        self, index: "FrameIndex", opened: "OpenStream", check: "Callable[[], None]"
    ) -> None:
        self._index, self._opened, self._check = index, opened, check
        self._keys = np.flatnonzero(index.packets.is_key)
        self._stretches: dict[int, _Stretch] = {}

    def is_whole(self, key: "Keyframe") -> bool:
        """Decoding may start at ``key``: it is undamaged, and a picture of its own."""
        return self._stretch(key, key.ordinal).is_whole

    def is_damaged(self, key: "Keyframe", ordinal: int) -> bool:
        """Something is damaged between ``key`` and the packet ``ordinal``, both included."""
        damaged = self._stretch(key, ordinal).damaged
        return damaged is not None and damaged <= ordinal

    def _stretch(self, key: "Keyframe", ordinal: int) -> _Stretch:
        known = self._stretches.get(key.ordinal)
        if known is None or (known.damaged is None and known.tried <= ordinal):
            known = self._stretches[key.ordinal] = self._try(key, self._end(ordinal))
        return known

    def _end(self, ordinal: int) -> int:
        """One past the packets worth trying at once: up to the keyframe behind ``ordinal``."""
        place = int(np.searchsorted(self._keys, ordinal, side="right"))
        packets = len(self._index.packets)
        return int(self._keys[place]) + 1 if place < len(self._keys) else packets

    def _try(self, key: "Keyframe", end: int) -> _Stretch:
        with self._opened.again(strict=True) as opened:
            trial = _Trial(PacketReader(self._index, opened), self._index, self._check)
            return trial.run(key, end)


class _Trial:
    """One strict decode from a keyframe on."""

    def __init__(
        self, packets: PacketReader, index: "FrameIndex", check: "Callable[[], None]"
    ) -> None:
        self._packets, self._index, self._check = packets, index, check
        self._first: VideoFrame | None = None
        self._marked = len(index.packets)
        """The first packet whose frame the decoder marks as painted from damaged data."""

    def run(self, key: "Keyframe", end: int) -> _Stretch:
        damaged = None
        try:
            self._packets.go_to(key)
            ordinal = key.ordinal
            while ordinal < end and self._feed(ordinal):
                ordinal += 1
            damaged = min(ordinal, self._marked) if ordinal < end else None
        except LostPositionError:
            damaged = self._packets.next_ordinal
        for ordinal in range(end, min(end + _MAX_DELAY, len(self._index.packets) + 1)):
            # The first picture may still be held back; what is wrong there is of no concern here.
            if damaged is not None or self._first is not None or not self._feed(ordinal):
                break
        is_key = self._first is not None and bool(self._first.key_frame)
        is_whole = damaged != key.ordinal and (is_key or not key.is_shown)
        return _Stretch(end, damaged, is_whole)

    def _feed(self, ordinal: int) -> bool:
        """Decode the next packet; False where it is damaged, or the file ends before it."""
        self._check()
        try:
            item = self._packets.take()
            if item is not None and self._index.packets.is_corrupt[ordinal]:
                return False
            if item is not None:
                item[1].pts = ordinal
            frames = self._packets.stream.codec_context.decode(None if item is None else item[1])
        except LostPositionError:
            return False
        except (av.error.FFmpegError, ValueError):
            return False
        self._first = self._first or next(iter(frames), None)
        marked = [ordinal if f.pts is None else f.pts for f in frames if f.is_corrupt]
        self._marked = min((self._marked, *marked))
        return item is not None and not marked
