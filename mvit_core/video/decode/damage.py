"""Finds what a file promises and does not hold, so that nobody takes a part for the whole."""

from contextlib import suppress
from struct import unpack_from
from typing import TYPE_CHECKING

import numpy as np

from mvit_core.video.decode.container import LIBRARY_ERRORS, packets_of, translated
from mvit_core.video.decode.probe import probe

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path
    from typing import BinaryIO

    from mvit_core.video.decode.container import OpenStream
    from mvit_core.video.decode.index import FrameIndex
    from mvit_core.video.decode.packets import PacketTable
    from mvit_core.video.decode.probe import Probe

_MATROSKA = "matroska,webm"
_MP4 = "mov,mp4,m4a,3gp,3g2,mj2"
_STATES_DURATION = frozenset((_MP4, _MATROSKA, "avi", "flv", "asf"))
"""Containers that write down how long they are; of others FFmpeg guesses by what is there."""
_AVI_HEADER = 52
"""Bytes of an AVI file up to the number of its frames."""
_TS_PACKETS = ((188, 0), (192, 4), (204, 0))
"""Bytes of a packet of a transport stream, and where in it the mark of its beginning stands."""
_TS_MARK = b"\x47"
_TAIL_PACKETS = 600
"""Packets decoded at most to count the frames of an end."""
_RUNS_NAMED = 8


def damage_notes(packets: "PacketTable", index: "FrameIndex", trial: "Probe") -> list[str]:
    """Sentences about frames that the packets promise and the decoder does not deliver."""
    notes = []
    missing = int(np.count_nonzero(packets.is_shown)) - index.frame_count
    if missing > 0:
        notes.append(f"{missing} frames at the end cannot be decoded and are left out")
    if trial.failures:
        notes.append(f"the decoder refused {trial.failures} of the first {trial.fed} packets")
    return notes


def break_notes(index: "FrameIndex") -> list[str]:
    """A sentence for each break: no frame for so long that the rate counts without it."""
    seconds = index.pts_seconds
    return [
        f"there is a break of {seconds[rank + 1] - seconds[rank]:.1f} s after frame {rank}; "
        f"windows are counted at {index.fps:.4g} frames per second without it"
        for rank in index.breaks
    ]


def missing_part(opened: "OpenStream", index: "FrameIndex") -> list[str]:
    """A sentence about what a file that was cut off has lost, by the length that it states.

    A transport stream states none: of it is told only that it was cut off, where that shows.

    Args:
        opened: the file.
        index: the frames that are there.
    """
    if opened.container.format.name == "mpegts":
        return _cut_transport(opened.path)
    listed = opened.stream.frames
    if listed and (listed <= len(index.packets) or _is_trimmed(opened, index)):
        return []  # all that its table lists is there; how long the last one stays is no loss
    stated = _avi_seconds(opened.path) or _stated_seconds(opened, index.start_seconds)
    there = float(index.pts_seconds[-1]) + 1 / index.fps
    tolerance = max(2.5 / index.fps, 0.1)
    if stated is None or stated - there <= tolerance:
        return []
    # The last frame may be meant to stay for long, as in a slide show.
    there = max(there, _packets_end(opened) - index.start_seconds)
    missing = stated - there
    if missing <= tolerance:
        return []
    frames = max(1, round(missing * index.fps))
    return [
        f"the file states {stated:.2f} s and holds {there:.2f} s: "
        f"about {frames} frames ({missing:.2f} s) are missing"
    ]


def _cut_transport(path: "Path") -> list[str]:
    """A transport stream states no length, but it ends with a whole packet unless it was cut."""
    size = path.stat().st_size
    with path.open("rb") as file:
        for length, place in _TS_PACKETS:
            left = size % length
            begins = (0, length, size - left - length)
            if min(begins) >= 0 and all(_mark_at(file, at + place) for at in begins):
                cut = "the file ends within a packet, so it was cut off; it does not state how much"
                return [f"{cut} is missing"] if left else []
    return []


def _mark_at(file: "BinaryIO", place: int) -> bool:
    file.seek(place)
    return file.read(1) == _TS_MARK


def _is_trimmed(opened: "OpenStream", index: "FrameIndex") -> bool:
    """Packets are left out by an edit list: a file that was cut off breaks within one."""
    return opened.container.format.name == _MP4 and not index.packets.damage


def lost_at_end(opened: "OpenStream", packets: "PacketTable") -> int:
    """Frames after the last keyframe that the decoder does not deliver; 0 if that costs too much.

    Decoding begins one keyframe earlier: frames that are stored behind the last one and shown
    before it need both.
    """
    keys = np.flatnonzero(packets.is_key)[-2:]
    if len(packets) - int(keys[0]) > _TAIL_PACKETS:
        return 0
    with opened.again(strict=False) as anew, translated(opened.path):
        tail = probe(anew, packets, start=int(keys[0]), limit=len(packets))
    last = int(keys[-1])
    delivered = sum(ordinal >= last for ordinal in tail.order)
    return max(0, int(np.count_nonzero(packets.is_shown[last:])) - delivered)


def _stated_seconds(opened: "OpenStream", start_seconds: float) -> float | None:
    """Length of the video as the container states it, None where nothing is stated."""
    container, stream = opened.container, opened.stream
    if container.format.name not in _STATES_DURATION:
        return None
    is_matroska = container.format.name == _MATROSKA
    if stream.duration and stream.time_base and not is_matroska:
        return float(stream.duration * stream.time_base)
    tag = _seconds(stream.metadata.get("DURATION", ""))
    whole = container.duration / 1e6 if container.duration else None
    if tag is None and len(container.streams) > 1:
        return None  # the length of the file may be that of its sound
    ends = [end for end in (tag, whole) if end]
    if not ends:
        return None
    # Matroska counts from 0, not from the first frame.
    return min(ends) - (start_seconds if is_matroska else 0.0)


def _avi_seconds(path: "Path") -> float | None:
    """Length that the header of an AVI states; FFmpeg corrects it by what is there."""
    with path.open("rb") as file:
        head = file.read(_AVI_HEADER)
    if len(head) < _AVI_HEADER or (head[:4], head[24:28]) != (b"RIFF", b"avih"):
        return None
    (microseconds,) = unpack_from("<I", head, 32)  # of one frame
    (frames,) = unpack_from("<I", head, 48)
    return float(frames * microseconds / 1e6) or None


def _packets_end(opened: "OpenStream") -> float:
    """End of the last packet, in seconds on the file's own clock."""
    end = 0
    with opened.again(strict=False) as anew:
        tick = float(anew.stream.time_base or 1)
        with suppress(*LIBRARY_ERRORS):  # a file that breaks off ends where it breaks
            for packet in packets_of(anew):
                if packet.pts is not None:
                    end = max(end, packet.pts + (packet.duration or 0))
    return end * tick


def _seconds(clock: str) -> float | None:
    """Seconds of a time such as 00:01:02.500, None where the text is none."""
    try:
        hours, minutes, seconds = clock.split(":")
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
    except ValueError:
        return None


def frame_runs(frames: "Collection[int]") -> str:
    """Numbers of frames as runs, the first of them: "3, 8 to 12, ..."."""
    numbers = sorted(frames)
    starts = [n for n in numbers if n - 1 not in frames]
    ends = [n for n in numbers if n + 1 not in frames]
    words = [str(a) if a == b else f"{a} to {b}" for a, b in zip(starts, ends, strict=True)]
    return ", ".join(words[:_RUNS_NAMED]) + (", ..." if len(words) > _RUNS_NAMED else "")
