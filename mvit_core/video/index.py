"""Which frames a file has, learnt by demuxing alone.

Two numbers name things here. A packet's *ordinal* is its place in the file (decode order); a
frame's *rank* is its place on screen, and the rank is the frame's identity everywhere else.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from fractions import Fraction

    from av.packet import Packet
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from mvit_core.video.container import OpenStream
    from mvit_core.video.probe import Probe

NO_STAMP = np.iinfo(np.int64).min
"""Stands for a missing time stamp."""
_MILLISECOND = 1e-3
_FALLBACK_FPS = 25.0


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


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """The frames of one video stream, in the order they are shown."""

    packets: PacketTable
    """What the file holds."""
    by_pts: bool
    """True: rank is the order of pts. False: it is the order in which the decoder delivers."""
    rank_of_packet: "NDArray[np.int64]"
    """Rank per packet, -1 where there is none or where it is not yet known."""
    frame_count: int
    """Frames shown, by the packets' count."""
    pts_seconds: "NDArray[np.float64]"
    """Time of each frame in seconds after the first, ``frame_count`` values."""
    start_seconds: float
    """Time of the first frame as the file states it."""
    fps: float
    """Mean frames per second."""
    is_variable_rate: bool
    """Frames do not follow at one even distance."""

    @property
    def stamps(self) -> "NDArray[np.int64]":
        """The stamp by which a packet is recognised after a seek."""
        return self.packets.pts if self.by_pts else self.packets.dts


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
    is_shown[: int(np.argmax(is_key))] = False
    return PacketTable(pts, dts, sizes, is_key, is_shown, damage)


def index_by_pts(
    packets: PacketTable, stream: "VideoStream", trial: "Probe", *, end: int | None = None
) -> FrameIndex:
    """Rank by pts; without the frames from ``end`` on, or those a complete trial did not reach."""
    shown = np.flatnonzero(packets.is_shown)
    shown = shown[np.argsort(packets.pts[shown], kind="stable")][:end]
    if trial.is_complete:
        shown = shown[packets.pts[shown] <= packets.pts[trial.order].max()]
    tick = float(stream.time_base or 1)
    pts = packets.pts[shown]
    seconds = (pts - pts[0]) * tick
    return FrameIndex(
        packets=packets,
        by_pts=True,
        rank_of_packet=_inverse(shown, len(packets)),
        frame_count=len(shown),
        pts_seconds=_read_only(seconds),
        start_seconds=float(pts[0]) * tick,
        fps=_mean_rate(seconds, _stated_rate(stream)),
        is_variable_rate=_is_uneven(seconds, tick),
    )


def index_by_output(packets: PacketTable, stream: "VideoStream", trial: "Probe") -> FrameIndex:
    """Rank by the order in which the decoder delivers, known so far as the trial went."""
    shown = int(np.count_nonzero(packets.is_shown))
    frame_count = len(trial.order) if trial.is_complete else shown
    fps = _stated_rate(stream) or _FALLBACK_FPS
    return FrameIndex(
        packets=packets,
        by_pts=False,
        rank_of_packet=_inverse(np.array(trial.order), len(packets)),
        frame_count=frame_count,
        pts_seconds=_read_only(np.arange(frame_count) / fps),
        start_seconds=0.0,
        fps=fps,
        is_variable_rate=False,
    )


def _inverse(order: "NDArray[np.int64]", packet_count: int) -> "NDArray[np.int64]":
    """Rank of every packet, given the ordinals in rank order; -1 for all others."""
    ranks = np.full(packet_count, -1, dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _stated_rate(stream: "VideoStream") -> float | None:
    """Frames per second as the file states it; raw streams say it in their own headers."""
    has_clock = stream.start_time is not None
    codec_rate: Fraction | None = stream.codec_context.framerate
    average: Fraction | None = stream.average_rate
    rates = (average, codec_rate) if has_clock else (codec_rate, average)
    return next((float(rate) for rate in rates if rate), None)


def _mean_rate(seconds: "NDArray[np.float64]", stated: float | None) -> float:
    """The stated rate where the time stamps agree with it, else what they say."""
    if len(seconds) < 2:
        return stated or _FALLBACK_FPS
    measured = (len(seconds) - 1) / float(seconds[-1])
    agrees = stated is not None and abs(stated - measured) <= 0.01 * measured
    return stated if agrees and stated is not None else measured


def _is_uneven(seconds: "NDArray[np.float64]", tick: float) -> bool:
    """Distances differ by more than the rounding of stamps can explain."""
    if len(seconds) < 3:
        return False
    steps = np.diff(seconds)
    middle = float(np.median(steps))
    # Many files carry stamps that were once rounded to milliseconds.
    tolerance = max(1.01 * tick, 1.05 * _MILLISECOND, 0.02 * middle)
    return bool(np.any(np.abs(steps - middle) > tolerance))


def _read_only(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    values.flags.writeable = False
    return values
