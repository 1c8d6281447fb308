"""Walking to a frame: from a keyframe forward, every frame known by its packet.

Each packet's pts is replaced by its ordinal before it is decoded, and the decoder passes that
number on to the frame. A frame is therefore never identified by what the file claims about it.

The decoder is strict until something damaged is met. From then on every frame is decoded alike,
whatever way leads to it: from the last whole keyframe before it, in order, by a fresh decoder
that conceals what is damaged.
"""

from collections import deque
from typing import TYPE_CHECKING

import av
import numpy as np

from mvit_core.video.decode.damage_map import DamageMap
from mvit_core.video.decode.packet_reader import LostPositionError, PacketReader, go_on
from mvit_core.video.decode.presentation_order import Keyframe, PresentationOrder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Literal

    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from mvit_core.video.decode.container import OpenStream
    from mvit_core.video.decode.index import FrameIndex

_NEAR_PACKETS = 8
"""A keyframe so few packets ahead is reached sooner by decoding on than by a seek."""


class _DamageMetError(Exception):
    """The strict decoder refuses a packet, or marks its frame; never leaves this module."""


class FrameDecoder:
    """One decoder that walks forward, and jumps to a keyframe when that is shorter.

    Args:
        index: the frames of the file.
        opened: the file, strictly decoded; it is taken over, and closed in the end.
        is_damaged: something damaged was met before.
        unstable: packets whose frames are known to be painted from damaged data.
    """

    def __init__(
        self,
        index: "FrameIndex",
        opened: "OpenStream",
        *,
        is_damaged: bool = False,
        unstable: "Iterable[int]" = (),
    ) -> None:
        self._index, self._opened = index, opened
        self._unstable = np.array(sorted(unstable), dtype=np.int64)
        self._ranks = PresentationOrder(index)
        self._source = PacketReader(index, opened)
        self._map: DamageMap | None = None
        self._segment: Keyframe | None = None
        """Keyframe at which the decoder was last started, once something damaged was met."""
        self.damaged: set[int] = set()
        self._pending: deque[tuple[int, VideoFrame]] = deque()
        self._last_rank: int | None = None
        self._is_started = False
        self._is_drained = False
        self._may_skip = index.by_pts and _skipping_is_exact(self._source.stream)
        self._skip = "DEFAULT"
        self.check: Callable[[], None] = go_on
        if is_damaged:
            self._be_careful()

    def twin(self) -> "FrameDecoder":
        """Another decoder of the same video, for another thread."""
        opened = self._opened.again(strict=True)
        is_damaged = self._map is not None
        return FrameDecoder(self._index, opened, is_damaged=is_damaged, unstable=self._unstable)

    def keyframes(self) -> "NDArray[np.int64]":
        """Ranks that are reached without decoding others, ascending, as far as known."""
        ranks = self._index.rank_of_packet[np.flatnonzero(self._index.packets.is_key)]
        return np.unique(ranks[(ranks >= 0) & (ranks < self._index.frame_count)])

    def close(self) -> None:
        """Release decoder and file."""
        self._pending.clear()
        self._is_started = False
        self._source.close()

    def walk(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        """Frames of ranks ``start`` to ``stop - 1``, in order, without those that do not decode."""
        reached = start
        if self._map is None:
            try:
                for item in self._walk_trusting(start, stop):
                    reached = item[0] + 1
                    yield item
            except _DamageMetError:
                self._be_careful()
        if self._map is None:
            return
        try:
            for item in self._walk_carefully(self._map, reached, stop):
                reached = item[0] + 1
                yield item
        except LostPositionError:
            self._source.distrust_seeks()
            self._segment = None
            yield from self._walk_carefully(self._map, reached, stop)

    def _walk_trusting(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        reached = start
        for item in self._walk_surely(start, stop):
            reached = item[0] + 1
            yield item
        if reached < stop and self._may_skip:
            # Perhaps a frame was left out that was needed after all: once more with everything.
            self._may_skip, self._is_started = False, False
            try:
                yield from self._walk_surely(reached, stop)
            finally:
                self._may_skip = True

    def _walk_surely(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        """Walk; where a seek proves to have led astray, count packets instead."""
        reached = start
        try:
            for item in self._walk_once(start, stop):
                reached = item[0] + 1
                yield item
        except LostPositionError:
            self._source.distrust_seeks()
            self._is_started = False
            yield from self._walk_once(reached, stop)

    def _walk_once(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        if not self._can_go_on(start):
            self._start_before(start)
        yield from self._walk_on(start, stop)

    def _be_careful(self) -> None:
        """From now on, decode every frame in the one way that does not depend on the way to it."""
        self._map = DamageMap(self._index, self._opened, lambda: self.check())
        self._source.conceal()
        self._may_skip, self._is_started = False, False
        if not self._ranks.is_complete:
            self._ranks.start_at_first_key()

    def _walk_carefully(
        self, damage: DamageMap, start: int, stop: int
    ) -> "Iterator[tuple[int, VideoFrame]]":
        while start < stop:
            key = self._whole_key_for(damage, start)
            if key != self._segment or not self._lies_ahead(start):
                self._segment = key
                self._jump(key, afresh=True)
            end = min(stop, self._ranks.end_of(key, start))
            for rank, frame in self._walk_on(start, end):
                ordinal = frame.pts or 0
                unstable = np.searchsorted(self._unstable, (key.ordinal, ordinal + 1))
                is_unstable = frame.is_corrupt or unstable[0] < unstable[1]
                if is_unstable or damage.is_damaged(key, ordinal):
                    self.damaged.add(rank)
                yield rank, frame
            start = end

    def _whole_key_for(self, damage: DamageMap, rank: int) -> Keyframe:
        while True:
            key = self._ranks.key_for(rank)
            if damage.is_whole(key) or not self._ranks.forget(key):
                return key

    def _lies_ahead(self, rank: int) -> bool:
        """The frame can be reached by going on within the segment."""
        if not self._is_started or (self._last_rank is not None and rank <= self._last_rank):
            return False
        return self._pending[0][0] <= rank if self._pending else not self._is_drained

    def _walk_on(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        while (item := self._next(start)) is not None:
            rank = item[0]
            if rank >= stop:
                self._pending.appendleft(item)
                return
            self._last_rank = rank
            if rank >= start:
                yield item
            if rank == stop - 1:
                return

    def _can_go_on(self, rank: int) -> bool:
        """The frame lies ahead, and no keyframe between here and there makes a jump shorter."""
        if not self._is_started or self._last_rank is None or rank <= self._last_rank:
            return False
        if self._pending:
            return self._pending[0][0] <= rank
        if self._is_drained:
            return False
        ahead = self._ranks.key_for(rank).ordinal - self._source.next_ordinal
        return rank == self._last_rank + 1 or ahead <= _NEAR_PACKETS

    def _start_before(self, rank: int) -> None:
        """Jump to the keyframe for ``rank``, stepping back over those that are none."""
        while True:
            key = self._ranks.key_for(rank)
            self._jump(key)
            if self._starts_cleanly(key, rank) or not self._ranks.forget(key):
                return

    def _jump(self, key: Keyframe, *, afresh: bool = False) -> None:
        self._pending.clear()
        self._last_rank = None
        self._is_started, self._is_drained = True, False
        self._source.go_to(key, afresh=afresh)
        context = self._source.stream.codec_context
        context.flush_buffers()
        context.skip_frame = self._skip = "DEFAULT"

    def _starts_cleanly(self, key: Keyframe, rank: int) -> bool:
        """The first frame out is a whole picture: otherwise the key was an intra refresh."""
        first = self._next(rank)
        if first is None:
            return False
        self._pending.appendleft(first)
        return bool(first[1].key_frame) or not key.is_shown

    def _next(self, skip_before: int) -> "tuple[int, VideoFrame] | None":
        """The next frame out of the decoder that has a rank; None at the end."""
        while not self._pending and self._is_started and not self._is_drained:
            self.check()
            for frame in self._decode(self._source.take(), skip_before):
                if frame.is_corrupt and self._map is None:
                    raise _DamageMetError  # a decoder that does not refuse what it marks
                self._accept(frame)
        return self._pending.popleft() if self._pending else None

    def _accept(self, frame: "VideoFrame") -> None:
        before = self._pending[-1][0] if self._pending else self._last_rank
        rank = None if frame.pts is None else self._ranks.of(frame.pts, before)
        if rank is not None:
            self._pending.append((rank, frame))

    def _decode(
        self, item: "tuple[int, Packet[VideoStream]] | None", skip_before: int
    ) -> "list[VideoFrame]":
        """The frames that a packet, or the end of the file, sets free; none if it is refused.

        Raises:
            _DamageMetError: it is damaged, and nothing damaged was met before.
        """
        context = self._source.stream.codec_context
        try:
            if item is None:
                self._is_drained = True
                return context.decode(None)
            ordinal, packet = item
            if self._map is None and self._index.packets.is_corrupt[ordinal]:
                raise _DamageMetError
            packet.pts = ordinal
            self._skip_if_unneeded(ordinal, skip_before)
            return context.decode(packet)
        except (av.error.FFmpegError, ValueError) as error:
            if self._map is None:
                raise _DamageMetError from error
            return []

    def _skip_if_unneeded(self, ordinal: int, skip_before: int) -> None:
        """On the way to a target, decode only frames that others refer to."""
        planned = self._ranks.planned(ordinal)
        unneeded = self._may_skip and planned is not None and planned < skip_before
        wanted: Literal["NONREF", "DEFAULT"] = "NONREF" if unneeded else "DEFAULT"
        if wanted != self._skip:
            self._source.stream.codec_context.skip_frame = self._skip = wanted


def _skipping_is_exact(stream: "VideoStream") -> bool:
    """Frames marked as no reference are truly needed by none.

    In H.264 always; in HEVC with one temporal layer, because a frame of a higher layer may refer
    to one that is no reference in its own. Other codecs mean other things by the mark.
    """
    context = stream.codec_context
    if context.codec.canonical_name == "h264":
        return True
    extradata = context.extradata or b""
    is_hvcc = len(extradata) > 21 and extradata[0] == 1
    return context.codec.canonical_name == "hevc" and is_hvcc and extradata[21] >> 3 & 7 == 1
