"""The packets of a stream, listed by demuxing alone."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING
from zlib import crc32

import av
import numpy as np

from mvit_core.video.decode.container import packets_of

if TYPE_CHECKING:
    from av.packet import Packet, PacketSideData
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from mvit_core.video.decode.container import OpenStream

_Row = tuple[int, int, int, int, bool, bool, bool]
Progress = Callable[[float], None]
"""Told how much is done, as a share of 1; what it raises stops the work."""

_PACKETS_PER_STEP = 512

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
    positions: "NDArray[np.int64]"
    """Offset of each in the file, in bytes; -1 where the container does not say."""
    is_key: "NDArray[np.bool_]"
    """Decoding may start here, or so the container says."""
    is_shown: "NDArray[np.bool_]"
    """False for packets that are decoded only because others need them."""
    is_corrupt: "NDArray[np.bool_]"
    """The container marks it damaged."""
    damage: tuple[str, ...]
    """Sentences on what went wrong while reading."""
    palettes: "tuple[tuple[int, PacketSideData], ...]" = ()
    """Tables of colours with the ordinal of the packet that brings each, ascending. AVI and MOV
    hand one out once per opening; whoever jumps over it has to give it to the decoder again."""
    is_encrypted: bool = False
    """The first packet can be decoded only with a key."""
    checksums: "NDArray[np.int64] | None" = None
    """CRC-32 of the content, where stamps do not tell packets apart: they and the sizes repeat
    where recordings were joined."""

    def __len__(self) -> int:
        return len(self.pts)

    @cached_property
    def has_honest_stamps(self) -> bool:
        """Every shown packet has its own pts, and dts never runs backwards."""
        shown = np.sort(self.pts[self.is_shown])
        known_dts = self.dts[self.dts != NO_STAMP]
        return bool(
            np.all(shown != NO_STAMP)
            and np.all(np.diff(shown) > 0)
            and np.all(np.diff(known_dts) >= 0)
        )

    @property
    def has_twins(self) -> bool:
        """Two packets may have the same stamp: only their content tells them apart."""
        known_dts = self.dts[self.dts != NO_STAMP]
        is_ascending = bool(np.all(np.diff(known_dts) > 0))
        return not (is_ascending and (self.has_honest_stamps or len(known_dts) == len(self)))


def read_packets(opened: "OpenStream", progress: Progress | None = None) -> PacketTable:
    """List every packet without decoding; a read error ends the list and is noted."""
    rows: list[_Row] = []
    damage: list[str] = []
    palettes: list[tuple[int, PacketSideData]] = []
    has_palette = _has_palette(opened.stream)
    is_encrypted = is_cut = False
    is_vp8 = opened.stream.codec_context.codec.canonical_name == "vp8"
    file_bytes = max(opened.container.size, 1)
    try:
        for packet in packets_of(opened):
            is_cut = packet.is_corrupt
            if not rows:
                is_encrypted = packet.has_sidedata("encryption_info")
            if has_palette and packet.has_sidedata("palette"):
                palettes.append((len(rows), packet.get_sidedata("palette")))
            pts, dts, position = packet.pts, packet.dts, packet.pos
            is_shown = not (packet.is_discard or (is_vp8 and _is_hidden_vp8(packet)))
            rows.append(
                (
                    NO_STAMP if pts is None else pts,
                    NO_STAMP if dts is None else dts,
                    packet.size,
                    -1 if position is None else position,
                    packet.is_keyframe,
                    is_shown,
                    is_cut,
                )
            )
            if progress is not None and len(rows) % _PACKETS_PER_STEP == 0:
                progress(min(max(position or 0, 0) / file_bytes, 1.0))
    except (av.error.FFmpegError, OSError, EOFError) as error:
        damage.append(f"reading stopped after {len(rows)} packets: {error}")
    corrupt = sum(row[6] for row in rows)
    if corrupt:
        damage.append(f"{corrupt} packets are marked damaged")
    if is_cut and len(rows) > 1:
        # What is missing of it would be painted with what was there before: a wrong frame.
        rows[-1] = (*rows[-1][:5], False, *rows[-1][6:])
        damage.append("the last packet is cut off and left out")
    table = _table(rows, tuple(damage))
    table = replace(table, palettes=tuple(palettes), is_encrypted=is_encrypted)
    return replace(table, checksums=_checksums(opened, len(table))) if table.has_twins else table


def _checksums(opened: "OpenStream", count: int) -> "NDArray[np.int64]":
    """CRC-32 of each packet, listed once more."""
    found = np.zeros(count, np.int64)
    with opened.again(strict=opened.is_strict) as anew, suppress(av.error.FFmpegError, OSError):
        for ordinal, packet in enumerate(islice(packets_of(anew), count)):
            found[ordinal] = crc32(packet)
    return found


def _has_palette(stream: "VideoStream") -> bool:
    pixels = stream.codec_context.format
    return pixels is not None and pixels.name == "pal8"


def _is_hidden_vp8(packet: "Packet[VideoStream]") -> bool:
    """VP8 stores reference pictures that are never shown as packets of their own."""
    return not memoryview(packet)[0] >> 4 & 1


def _table(rows: list[_Row], damage: tuple[str, ...]) -> PacketTable:
    """Columns of ``rows``; what precedes the first keyframe cannot be shown."""
    columns = np.array(rows, dtype=np.int64).reshape(-1, 7)
    pts, dts, sizes, positions = (columns[:, column].copy() for column in range(4))
    is_key, is_shown, is_corrupt = (columns[:, column] != 0 for column in (4, 5, 6))
    if not is_key.any():
        is_key[:1] = True  # nothing is marked: the only hope is the beginning
    if len(is_key):
        is_shown[: int(np.argmax(is_key))] = False
    return PacketTable(pts, dts, sizes, positions, is_key, is_shown, is_corrupt, damage)
