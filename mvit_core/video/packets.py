"""The packets of a stream, listed by demuxing alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from mvit_core.video.container import OpenStream

NO_STAMP = np.iinfo(np.int64).min
"""Stands for a missing time stamp."""


@dataclass(frozen=True, eq=False)
class PacketTable:
    """Every packet of the shown stream in file order, one entry each."""

    pts: "NDArray[np.int64]"
    """Presentation stamps in units of the time base, ``NO_STAMP`` where missing."""
    dts: "NDArray[np.int64]"
    """Decoding stamps in units of the time base, ``NO_STAMP`` where missing."""
    sizes: "NDArray[np.int64]"
    """Bytes."""
    is_key: "NDArray[np.bool_]"
    """Decoding may start here, or so the container says."""
    is_shown: "NDArray[np.bool_]"
    """False for packets that are decoded only because others need them."""
    damage: tuple[str, ...]
    """What went wrong on the way, for people."""

    def __len__(self) -> int:
        return len(self.pts)

    @property
    def has_honest_stamps(self) -> bool:
        """Every shown packet has its own pts, and dts never runs backwards."""
        shown = self.pts[self.is_shown]
        known_dts = self.dts[self.dts != NO_STAMP]
        return bool(
            np.all(shown != NO_STAMP)
            and len(np.unique(shown)) == len(shown)
            and np.all(np.diff(known_dts) >= 0)
        )


def read_packets(opened: "OpenStream") -> PacketTable:
    """List every packet without decoding; a read error ends the list and is noted."""
    rows: list[tuple[int, int, int, bool, bool]] = []
    damage: list[str] = []
    corrupt = 0
    is_vp8 = opened.stream.codec_context.codec.canonical_name == "vp8"
    try:
        for packet in opened.container.demux(opened.stream):
            if packet.size:
                corrupt += packet.is_corrupt
                rows.append(_row(packet, hidden=is_vp8 and _is_hidden_vp8(packet)))
    except (av.error.FFmpegError, OSError, EOFError) as error:
        damage.append(f"reading stopped after {len(rows)} packets: {error}")
    if corrupt:
        damage.append(f"{corrupt} packets are marked damaged")
    return _table(rows, tuple(damage))


def _row(packet: "Packet[VideoStream]", *, hidden: bool) -> tuple[int, int, int, bool, bool]:
    """One packet as (pts, dts, size, key, shown)."""
    pts = NO_STAMP if packet.pts is None else packet.pts
    dts = NO_STAMP if packet.dts is None else packet.dts
    return pts, dts, packet.size, packet.is_keyframe, not (packet.is_discard or hidden)


def _is_hidden_vp8(packet: "Packet[VideoStream]") -> bool:
    """VP8 stores reference pictures that are never shown as packets of their own."""
    return not memoryview(packet)[0] >> 4 & 1


def _table(rows: list[tuple[int, int, int, bool, bool]], damage: tuple[str, ...]) -> PacketTable:
    """Columns of ``rows``; what precedes the first keyframe cannot be shown."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5)
    pts, dts, sizes = columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].copy()
    is_key, is_shown = columns[:, 3] != 0, columns[:, 4] != 0
    if not is_key.any():
        is_key[:1] = True  # nothing is marked: the only hope is the beginning
    if len(is_key):
        is_shown[: int(np.argmax(is_key))] = False
    return PacketTable(pts, dts, sizes, is_key, is_shown, damage)
