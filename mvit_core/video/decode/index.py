"""Lists the frames of a file, by demuxing alone.

Two numbers name things here. A packet's *ordinal* is its place in the file (decode order); a
frame's *rank* is its place on screen, and the rank is the frame's identity everywhere else.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mvit_core.video.decode.packets import NO_STAMP

if TYPE_CHECKING:
    from fractions import Fraction

    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from mvit_core.video.decode.packets import PacketTable
    from mvit_core.video.decode.probe import Probe

_MILLISECOND = 1e-3
_FALLBACK_FPS = 25.0
_BREAK_SECONDS = 2.0
_BREAK_STEPS = 30.0
"""A break lasts so many usual steps, and so many seconds, at least."""
_MOST_BREAKS = 0.05
"""Share of the steps that are breaks at most: else the file has no rate of its own."""
_MIN_FRAMES_FOR_BREAKS = 8
MOST_FPS = 1000.0
"""A higher rate is the clock of the file, stated for want of another."""
LEAST_FPS = 1 / 86_400
"""A frame a day: slower than any time lapse."""


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """The frames of one video stream, in the order they are shown."""

    packets: "PacketTable"
    """Packets of the file."""
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
    breaks: tuple[int, ...] = ()
    """Ranks after which no frame comes for so long that ``fps`` counts without the break."""

    @property
    def stamps(self) -> "NDArray[np.int64]":
        """The stamp by which a packet is recognised after a seek."""
        return self.packets.pts if self.by_pts else self.packets.dts


def index_by_pts(
    packets: "PacketTable", stream: "VideoStream", trial: "Probe", *, end: int | None = None
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
        breaks=_breaks(seconds),
    )


def index_by_output(
    packets: "PacketTable", stream: "VideoStream", trial: "Probe", lost: int = 0
) -> FrameIndex:
    """Rank by the order in which the decoder delivers, known so far as the trial went.

    ``lost`` frames at the end are promised by their packets and never delivered. Frames show as far
    apart as their packets are decoded where the file says when that is, else at the stated rate.
    """
    shown = max(int(np.count_nonzero(packets.is_shown)) - lost, len(trial.order))
    frame_count = len(trial.order) if trial.is_complete else shown
    tick = float(stream.time_base or 1)
    fps = _stated_rate(stream) or _FALLBACK_FPS
    seconds = _decoding_seconds(packets, trial, frame_count, tick)
    if seconds is None:
        seconds = np.arange(frame_count) / fps
    return FrameIndex(
        packets=packets,
        by_pts=False,
        rank_of_packet=_inverse(np.array(trial.order), len(packets)),
        frame_count=frame_count,
        pts_seconds=_read_only(seconds),
        start_seconds=0.0,
        fps=_mean_rate(seconds, fps),
        is_variable_rate=_is_uneven(seconds, tick),
    )


def _decoding_seconds(
    packets: "PacketTable", trial: "Probe", frame_count: int, tick: float
) -> "NDArray[np.float64] | None":
    """Decoding times of the frames' packets, in seconds after the first; None if unknown."""
    shown = np.sort(trial.order) if trial.is_complete else np.flatnonzero(packets.is_shown)
    dts = packets.dts[shown[:frame_count]]
    if len(dts) < frame_count or np.any(dts == NO_STAMP) or np.any(np.diff(dts) <= 0):
        return None
    return np.asarray((dts - dts[0]) * tick, dtype=np.float64)


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
    return next((float(rate) for rate in rates if rate and LEAST_FPS <= rate <= MOST_FPS), None)


def _mean_rate(seconds: "NDArray[np.float64]", stated: float | None) -> float:
    """The stated rate where the time stamps agree with it, else what they say."""
    if len(seconds) < 2:
        return stated or _FALLBACK_FPS
    steps = np.diff(seconds)
    running = np.delete(steps, _breaks(seconds))
    measured = len(running) / float(running.sum())
    agrees = stated is not None and abs(stated - measured) <= 0.01 * measured
    return stated if agrees and stated is not None else measured


def _breaks(seconds: "NDArray[np.float64]") -> tuple[int, ...]:
    """Ranks after which there is a break: some few steps that are far longer than all others."""
    if len(seconds) < _MIN_FRAMES_FOR_BREAKS:
        return ()
    steps = np.diff(seconds)
    longest = max(_BREAK_SECONDS, _BREAK_STEPS * float(np.median(steps)))
    found = np.flatnonzero(steps > longest)
    return tuple(found.tolist()) if len(found) <= _MOST_BREAKS * len(steps) else ()


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
