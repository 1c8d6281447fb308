"""The packets of a stream from any keyframe on, every one known by its ordinal."""

from typing import TYPE_CHECKING

import av

from mvit_core.video.container import open_stream
from mvit_core.video.index import FrameIndex
from mvit_core.video.packets import NO_STAMP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.packet import Packet
    from av.video.stream import VideoStream

    from mvit_core.video.ranks import Keyframe

_STEPS_BACK_SECONDS = (0.0, 2.0)
"""Seek targets before the keyframe: some containers overshoot the exact stamp."""


def go_on() -> None:
    """The check of a walk that nobody interrupts."""


class LostPositionError(Exception):
    """After a seek the packets are not those of the index; never leaves this package."""


class PacketSource:
    """Reads packets forward, and moves to a keyframe by a seek that is verified."""

    def __init__(self, path: "Path", index: FrameIndex) -> None:
        self._path = path
        self._index = index
        self._opened = open_stream(path)
        self._packets: Iterator[Packet[VideoStream]] = iter(())
        self._held: Packet[VideoStream] | None = None
        self._trusts_seeks = True
        self._was_sought = False
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
        self._trusts_seeks = False

    def go_to(self, key: "Keyframe") -> None:
        """Stand before ``key``: by a seek where that lands, else by counting packets."""
        can_seek = self._trusts_seeks and key.stamp != NO_STAMP
        if not (can_seek and any(self._seek(key, step) for step in _STEPS_BACK_SECONDS)):
            self._count_up_to(key.ordinal)

    def take(self) -> "tuple[int, Packet[VideoStream]] | None":
        """The next packet and its ordinal, None at the end of the file.

        Raises:
            LostPositionError: the packet is not the one that the index has at this place.
        """
        packet, self._held = self._held or self._read(), None
        if packet is None or self.next_ordinal >= len(self._index.packets):
            return None
        ordinal = self.next_ordinal
        if self._was_sought and not self._is_packet(packet, ordinal):
            raise LostPositionError
        self.next_ordinal += 1
        return ordinal, packet

    def _count_up_to(self, ordinal: int) -> None:
        self.close()
        self._opened = open_stream(self._path)
        self._packets = self._opened.container.demux(self._opened.stream)
        self.next_ordinal = 0
        self._was_sought = False
        while self.next_ordinal < ordinal and self.take() is not None:
            pass

    def _seek(self, key: "Keyframe", seconds_before: float) -> bool:
        """Seek to ``key`` and read until it comes; False where it does not."""
        target = key.stamp - round(seconds_before / float(self.stream.time_base or 1))
        try:
            self._opened.container.seek(target, stream=self.stream)
        except (av.error.FFmpegError, OSError):
            return False
        self._packets = self._opened.container.demux(self.stream)
        while (packet := self._read()) is not None:
            if self._is_packet(packet, key.ordinal):
                self._held, self.next_ordinal, self._was_sought = packet, key.ordinal, True
                return True
            if packet.is_keyframe and self._stamp(packet) > key.stamp:
                return False
        return False

    def _read(self) -> "Packet[VideoStream] | None":
        try:
            return next((packet for packet in self._packets if packet.size), None)
        except (av.error.FFmpegError, OSError, EOFError):
            return None

    def _is_packet(self, packet: "Packet[VideoStream]", ordinal: int) -> bool:
        same_stamp = self._stamp(packet) == self._index.stamps[ordinal]
        return bool(same_stamp and packet.size == self._index.packets.sizes[ordinal])

    def _stamp(self, packet: "Packet[VideoStream]") -> int:
        stamp = packet.pts if self._index.by_pts else packet.dts
        return NO_STAMP if stamp is None else stamp
