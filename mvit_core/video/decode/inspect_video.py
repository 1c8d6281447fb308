"""Inspects a file when it is opened: its frames, their orientation and its damage."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from mvit_core.errors import VideoOpenError
from mvit_core.system.ordinary_file import FileIdentity
from mvit_core.video.decode.clock import check_clock
from mvit_core.video.decode.container import open_stream, translated
from mvit_core.video.decode.damage import break_notes, damage_notes, lost_at_end, missing_part
from mvit_core.video.decode.frame_decoder import FrameDecoder
from mvit_core.video.decode.index import FrameIndex, index_by_output, index_by_pts
from mvit_core.video.decode.matroska import crop_of
from mvit_core.video.decode.packets import read_packets
from mvit_core.video.decode.probe import Probe, probe_repeatedly
from mvit_core.video.decode.rgb_frame import Painter
from mvit_core.video.decode.streams import StreamInfo, left_out, stream_infos

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    from mvit_core.video.decode.container import OpenStream
    from mvit_core.video.decode.packets import PacketTable, Progress

_MAX_DELAY = 32
"""Frames that a decoder may hold back before it delivers."""


class Times(Protocol):
    """Number and times of the frames: a ``FrameIndex``, or ``EvenTimes``."""

    @property
    def frame_count(self) -> int:
        """Frames shown."""

    @property
    def pts_seconds(self) -> "NDArray[np.float64]":
        """Time of each frame in seconds after the first, read-only."""

    @property
    def start_seconds(self) -> float:
        """Time of the first frame as the file states it."""

    @property
    def fps(self) -> float:
        """Mean frames per second."""

    @property
    def is_variable_rate(self) -> bool:
        """Frames do not follow at one even distance."""


class FrameSource(Protocol):
    """Source of decoded frames: the packets of a container, or the pictures of a folder."""

    check: "Callable[[], None]"
    """Called before each packet is decoded; what it raises ends the walk, which may be begun
    again and then goes on from there."""
    damaged: set[int]
    """Ranks of the frames that are painted from damaged data, as far as they were decoded."""

    def walk(self, start: int, stop: int) -> "Iterator[tuple[int, VideoFrame]]":
        """Frames of ranks ``start`` to ``stop - 1``, in order, without those that do not decode."""

    def twin(self) -> "FrameSource":
        """Another decoder of the same video, for another thread."""

    def keyframes(self) -> "NDArray[np.int64]":
        """Ranks that are reached without decoding others, ascending, as far as known."""

    def close(self) -> None:
        """Release what is open."""


@dataclass(frozen=True, eq=False)
class OpenedVideo:
    """A video that is open: everything about it, and the one who fetches its frames."""

    times: Times
    """Number and times of the frames."""
    painter: Painter
    """Turns decoded frames into upright RGB."""
    codec: str
    """FFmpeg's name of the format of the pictures."""
    damage: tuple[str, ...]
    """Sentences on what is wrong or unusual with the file, and on what was left out of it."""
    source: FrameSource
    """Fetches frames; whoever holds it closes it."""
    streams: tuple[StreamInfo, ...] = ()
    """Video streams that can be chosen."""
    stream: int = 0
    """Number of the stream that is shown."""
    held: frozenset[int] | None = None
    """Ranks of the frames that there is a picture of, where the others show the one before; None
    where every frame has its own."""
    identity: FileIdentity | None = None
    """Key of what is remembered of frames that lie in no file; None of a file, which has its own.
    """

    def twin(self) -> "OpenedVideo":
        """The same video with a source and a painter of its own, for another thread.

        Raises:
            FileChangedError: the file was written to, or another one took its place.
        """
        return replace(self, source=self.source.twin(), painter=self.painter.twin())


def inspect_video(
    path: "Path", progress: "Progress | None" = None, stream: int | None = None
) -> OpenedVideo:
    """Index a file, and decode its beginning to see whether the index can be believed.

    Args:
        path: a file.
        progress: told the share of the file that was listed; may raise to stop.
        stream: number of the video stream within the file; None for the film.

    Raises:
        VideoOpenError: no video, no such stream, none of its frames can be decoded, or they come
            at a rate or at times that make no sense.
    """
    with ExitStack() as unless_inspected:
        opened = open_stream(path, stream=stream, strict=True)
        unless_inspected.enter_context(opened)
        with translated(path):
            opened_video = _inspect_opened(path, opened, progress)
        unless_inspected.pop_all()  # its source closes it
        return opened_video


def _inspect_opened(path: "Path", opened: "OpenStream", progress: "Progress | None") -> OpenedVideo:
    packets = read_packets(opened, progress)
    if not packets.is_shown.any():
        message = f"{path.name} holds no frame that is shown; it may be cut off"
        raise VideoOpenError(f"{message}: get another copy")
    trial = _try_out(opened, packets)
    if trial.first is None or not trial.order:
        if packets.is_encrypted:
            message = f"{path.name} is encrypted, and there is no key for it here"
            raise VideoOpenError(f"{message}; get a copy without protection")
        message = f"no frame of {path.name} can be decoded; it is damaged: get another copy"
        raise VideoOpenError(message)
    index = _make_index(opened, packets, trial)
    check_clock(path, index)
    crop = crop_of(opened)
    aspect = crop.pixel_aspect if crop else opened.stream.sample_aspect_ratio
    painter = Painter(trial.first, aspect, crop=crop)
    codec = opened.stream.codec_context.codec.canonical_name
    damage = (
        *packets.damage,
        *damage_notes(packets, index, trial),
        *missing_part(opened, index),
        *left_out(opened.container, opened.stream),
        *break_notes(index),
    )
    streams = stream_infos(opened.container)
    is_damaged = trial.is_damaged or bool(packets.is_corrupt.any())
    source = FrameDecoder(index, opened, is_damaged=is_damaged, unstable=trial.unstable)
    return OpenedVideo(index, painter, codec, damage, source, streams, opened.number)


def _make_index(opened: "OpenStream", packets: "PacketTable", trial: Probe) -> FrameIndex:
    """By pts if they can be believed; of a damaged file, up to the last frame that decodes."""
    if not (packets.has_honest_stamps and trial.confirms(packets)):
        lost = 0 if trial.is_complete else lost_at_end(opened, packets)
        return index_by_output(packets, opened.stream, trial, lost)
    index = index_by_pts(packets, opened.stream, trial)
    if trial.is_complete or not packets.damage:
        return index
    source = FrameDecoder(index, opened.again(strict=True), is_damaged=True)
    try:
        end = _readable_end(source, index.frame_count)
        return index_by_pts(packets, opened.stream, trial, end=end)
    finally:
        source.close()


def _try_out(opened: "OpenStream", packets: "PacketTable") -> Probe:
    """Decode the beginning; all of it where the count of packets says nothing of the frames."""
    trial = _probe_anew(opened, packets, None)
    delivered = len(trial.order) / max(trial.fed - _MAX_DELAY, 1)
    is_enough = delivered > 0.9 and not trial.is_damaged and not packets.is_corrupt.any()
    if trial.is_complete or packets.has_honest_stamps or is_enough:
        return trial
    # Fields stored as packets of their own, for instance: only the decoder can count.
    return _probe_anew(opened, packets, len(packets))


def _probe_anew(opened: "OpenStream", packets: "PacketTable", limit: int | None) -> Probe:
    with opened.again(strict=False) as anew, translated(opened.path):
        return probe_repeatedly(anew, packets, limit=limit)


def _readable_end(source: FrameDecoder, count: int) -> int:
    """One more than the last readable rank, searched backwards in growing strides."""
    stride = 1
    while stride < 2 * count:
        ranks = [rank for rank, _ in source.walk(max(0, count - stride), count)]
        if ranks:
            return ranks[-1] + 1
        stride *= 2
    return count
