"""The packets of a stream from any keyframe on, every one known by its ordinal."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import av

from mvit_core.video.decode.container import packets_of
from mvit_core.video.decode.index import FrameIndex
from mvit_core.video.decode.packets import NO_STAMP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.packet import Packet
    from av.video.stream import VideoStream

    from mvit_core.video.decode.container import OpenStream
    from mvit_core.video.decode.presentation_order import Keyframe


@dataclass(frozen=True)
class _Way:
    """One way of seeking to a keyframe; whether it led there is always verified."""

    by_bytes: bool = False
    """To its place in the file instead of its stamp."""
    seconds_before: float = 0.0
    """Seconds by which a seek aims earlier than the stamp."""


_WAYS = (_Way(), _Way(by_bytes=True), _Way(seconds_before=2.0))
"""Most containers know their stamps; transport streams guess them, and know bytes only."""


def go_on() -> None:
    """The check of a walk that nobody interrupts."""


class LostPositionError(Exception):
    """After a seek the packets are not those of the index; never leaves this package."""


class PacketReader:
    """Reads packets forward, and moves to a keyframe by a seek that is verified.

    ``opened`` is the file that ``index`` is of, from now on this source's to move and to close.
    """

    def __init__(self, index: FrameIndex, opened: "OpenStream") -> None:
        self._index = index
        self._opened = opened
        self._packets: Iterator[Packet[VideoStream]] = iter(())
        self._held: Packet[VideoStream] | None = None
        self._ways: tuple[_Way, ...] = _WAYS
        self._was_sought = False
        self._lacks_palette = False
        self.next_ordinal = 0

    @property
    def stream(self) -> "VideoStream":
        """The stream that decodes; another one after the file was opened anew."""
        return self._opened.stream

    def close(self) -> None:
        """Release the file."""
        self._packets = iter(())
        self._held = None
        self._opened.close()

    def distrust_seeks(self) -> None:
        """From now on count packets from the beginning of the file instead."""
        self._ways = ()

    def go_to(self, key: "Keyframe", *, afresh: bool = False) -> None:
        """Stand before ``key``: by a seek where one lands there, else by counting packets.

        Args:
            key: where to stand.
            afresh: open the file anew, so that nothing is left in the decoder of what came before.
        """
        if afresh:
            self._reopen(self._opened.is_strict)
        if not self._seek_any_way(key):
            self._count_up_to(key.ordinal)
        self._lacks_palette = bool(self._index.packets.palettes)

    def _seek_any_way(self, key: "Keyframe") -> bool:
        for way in self._ways:
            if self._seek(key, way):
                # What led there once is tried first from now on.
                self._ways = (way, *(other for other in self._ways if other is not way))
                return True
        return False

    def take(self) -> "tuple[int, Packet[VideoStream]] | None":
        """The next packet and its ordinal, None at the end of the file.

        Raises:
            LostPositionError: the packet is not the one that the index has at this place, or
                there is none.
        """
        packet, self._held = self._held or self._read(), None
        ordinal = self.next_ordinal
        if ordinal >= len(self._index.packets):
            return None
        # Where stamps repeat, a seek may land on a twin of the key, nearer to the file's end.
        if self._was_sought and (packet is None or not self._is_packet(packet, ordinal)):
            raise LostPositionError
        if packet is None:
            return None
        if self._lacks_palette:
            self._colour(packet, ordinal)
        self.next_ordinal += 1
        return ordinal, packet

    def _colour(self, packet: "Packet[VideoStream]", ordinal: int) -> None:
        """Give a packet, the first after a jump, the palette that is in force there."""
        self._lacks_palette = False
        in_force = [table for place, table in self._index.packets.palettes if place <= ordinal]
        if in_force and not packet.has_sidedata("palette"):
            packet.set_sidedata(in_force[-1])

    def conceal(self) -> None:
        """From now on decode damaged packets as well as the decoder can, instead of refusing."""
        self._reopen(strict=False)

    def _reopen(self, strict: bool) -> None:
        opened = self._opened.again(strict=strict)  # where it cannot be, the old one stays open
        self.close()
        self._opened = opened

    def _count_up_to(self, ordinal: int) -> None:
        self._reopen(self._opened.is_strict)
        self._packets = packets_of(self._opened)
        self.next_ordinal = 0
        self._was_sought = False
        while self.next_ordinal < ordinal and self.take() is not None:
            pass

    def _seek(self, key: "Keyframe", way: _Way) -> bool:
        """Seek to ``key`` and read until it comes; False where it does not."""
        if (key.position < 0) if way.by_bytes else (key.stamp == NO_STAMP):
            return False
        try:
            if way.by_bytes:
                self._opened.container.seek(key.position, unsupported_byte_offset=True)
            else:
                earlier = round(way.seconds_before / float(self.stream.time_base or 1))
                self._opened.container.seek(key.stamp - earlier, stream=self.stream)
        except (av.error.FFmpegError, OSError):
            return False
        self._packets = packets_of(self._opened)
        while (packet := self._read()) is not None:
            if self._is_packet(packet, key.ordinal):
                self._held, self.next_ordinal, self._was_sought = packet, key.ordinal, True
                return True
            if way.by_bytes or (packet.is_keyframe and self._stamp(packet) > key.stamp):
                return False
        return False

    def _read(self) -> "Packet[VideoStream] | None":
        try:
            return next(self._packets, None)
        except (av.error.FFmpegError, OSError, EOFError):
            return None

    def _is_packet(self, packet: "Packet[VideoStream]", ordinal: int) -> bool:
        packets = self._index.packets
        if (
            self._stamp(packet) != self._index.stamps[ordinal]
            or packet.size != packets.sizes[ordinal]
        ):
            return False
        # Where recordings were joined, stamps and sizes repeat; place and content do not.
        stands_elsewhere = packet.pos is not None and packets.positions[ordinal] not in (
            -1,
            packet.pos,
        )
        if stands_elsewhere or packets.checksums is None:
            return not stands_elsewhere
        return crc32(packet) == int(packets.checksums[ordinal])

    def _stamp(self, packet: "Packet[VideoStream]") -> int:
        stamp = packet.pts if self._index.by_pts else packet.dts
        return NO_STAMP if stamp is None else stamp
