"""Chooses the frames of a model's input, and reads them.

Axes: T sampled frames, H rows, W columns. A *window* is one input of the model: a stretch of the
video, the frames sampled from it, and the part of the video that its answer speaks for.
"""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import ceil, floor, isfinite
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from mvit_core.errors import ClipError, FrameDecodeError
from mvit_core.printable import brief
from mvit_core.video.linspace import linspace_float32

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from mvit_core.video.decode.reader import Video

Interpolation = Literal["bilinear", "bicubic"]
Sampling = Literal["linspace", "stride", "segments"]
Colour = tuple[float, float, float]

_HIGHEST = {"frames": 4096, "size": 4096, "short_side": 8192}
_MAX_SECONDS = 86_400.0
"""Frames of one window at most: more is a mistyped number."""


@dataclass(frozen=True)
class ClipSpec:
    """Preprocessing of a model's input: which frames, what size, what normalisation."""

    frames: int = 16
    """Sampled frames T of one input; 1 for an image model."""
    rate: float = 4.0
    """Frames from one sample to the next, counted at ``target_fps``."""
    target_fps: float = 30.0
    """Frames per second at which ``rate`` is meant; other videos are sampled in proportion."""
    size: int = 224
    """Side of the square centre crop, in pixels."""
    short_side: int = 256
    """Shorter side after the resize, in pixels, at least ``size``."""
    mean: Colour = (0.45, 0.45, 0.45)
    """Subtracted from values in 0..1, per channel in the order the model sees."""
    std: Colour = (0.225, 0.225, 0.225)
    """Divides after that, per channel in the order the model sees."""
    interpolation: Interpolation = "bilinear"
    """Interpolation of the resize."""
    antialias: bool = False
    """The resize smooths while it shrinks; PySlowFast's does not."""
    sampling: Sampling = "linspace"
    """linspace: spread over the window's ends, as PySlowFast. stride: exactly every ``rate``-th
    source frame, as mmaction2. segments: one per equal part of the whole video, as for SSv2."""
    reverse_channels: bool = False
    """The model was trained on BGR."""

    def __post_init__(self) -> None:
        for name, highest in _HIGHEST.items():
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise ClipError(f"{name} must be a whole number of at least 1, got {brief(value)}")
            if value > highest:
                raise ClipError(f"{name} must be at most {highest}, got {brief(value)}")
        for name in ("rate", "target_fps"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0):
                raise ClipError(f"{name} must be a number above 0, got {brief(value)}")
        self._check_span()
        for name in ("mean", "std"):
            value = getattr(self, name)
            if len(value) != 3 or not all(isfinite(v) for v in value):
                raise ClipError(
                    f"{name} must be three numbers, one per channel, got {brief(value)}"
                )
        if min(self.std) <= 0:
            raise ClipError(f"std divides, so it must lie above 0, got {brief(self.std)}")
        self._check_choice("interpolation", get_args(Interpolation))
        self._check_choice("sampling", get_args(Sampling))

    def _check_span(self) -> None:
        steps = {"rate": self.rate, "seconds per sample": self.rate / self.target_fps}
        for name, value in steps.items():
            if not 1e-6 <= value <= _MAX_SECONDS / self.frames:
                raise ClipError(
                    f"{self.frames} samples at rate {brief(self.rate)} and target_fps "
                    f"{brief(self.target_fps)} are no span of a video: {name} is {value:.3g}, "
                    f"allowed are 1e-06 to {_MAX_SECONDS / self.frames:.6g}"
                )

    def _check_choice(self, name: str, allowed: tuple[str, ...]) -> None:
        value = getattr(self, name)
        if value not in allowed:
            raise ClipError(f"{name} must be one of {', '.join(allowed)}, got {brief(value)}")

    def span(self, fps: float) -> float:
        """Source frames that one window covers in a video of ``fps``; need not be whole."""
        if self.sampling == "stride":
            return self.rate * self.frames
        return self.rate * self.frames / self.target_fps * fps


Stride = Literal["whole", "half", "quarter"] | int
"""Frames from the beginning of one window to that of the next: a share of a window, or a number."""

STRIDES: "tuple[Stride, ...]" = ("whole", "half", "quarter")
"""Strides that are shares of a window; a number of frames is one too."""


@dataclass(frozen=True)
class Tiling:
    """How windows are laid over a video."""

    stride: Stride = "whole"
    centre: int | None = None
    """Frame around which one more window lies; None for none."""

    def __post_init__(self) -> None:
        frames = self.stride if isinstance(self.stride, int) else 0
        if self.stride not in STRIDES and (isinstance(frames, bool) or frames < 1):
            raise ClipError(
                f"a stride is {', '.join(map(str, STRIDES))} or a number of frames from 1, got "
                f"{brief(self.stride)}"
            )

    def step(self, whole: int) -> int:
        """Frames from one window to the next, for windows of ``whole`` frames; at most those."""
        share = {"whole": 1, "half": 2, "quarter": 4}
        frames = self.stride if isinstance(self.stride, int) else whole // share[self.stride]
        return min(max(frames, 1), whole)


PLAIN = Tiling()
"""Windows side by side."""


@dataclass(frozen=True)
class ClipWindow:
    """One input of the model.

    Two are equal that sample the same frames, whatever others lie beside them: the model sees the
    same.
    """

    index: int = field(compare=False)
    """Its place among the windows of the video, from 0."""
    start: int = field(compare=False)
    """First frame that this window speaks for."""
    stop: int = field(compare=False)
    """One past the last frame that this window speaks for."""
    frame_indices: tuple[int, ...]
    """The T sampled frames; the last window may reach back before ``start``."""
    note: str = ""
    """Note for readers of the result; empty where nothing is unusual."""


@dataclass(frozen=True, eq=False)
class Clip:
    """The sampled frames of one window, read from the file."""

    frames: "NDArray[np.uint8]"
    """(T, H, W, 3) RGB, upright, stored pixels."""
    pts_seconds: "NDArray[np.float64]"
    """(T,) time of each frame after frame 0."""
    frame_indices: tuple[int, ...]
    """The frames really shown: a damaged one is replaced by a neighbour."""
    window: ClipWindow
    """Window that the frames are of; its note tells of replacements."""


def clip_windows(
    frame_count: int, fps: float, spec: ClipSpec, tiling: Tiling = PLAIN
) -> tuple[ClipWindow, ...]:
    """Windows over the whole video: every frame belongs to exactly one.

    Windows start at multiples of the whole part of the span. What remains at the end gets a
    window that is anchored there. A video shorter than one window repeats its last frame.
    Where windows overlap, a frame belongs to the one whose middle is nearest.

    Args:
        frame_count: frames of the video.
        fps: frames per second of the video.
        spec: how the model is fed.
        tiling: how windows lie.

    Raises:
        ClipError: no frames, or a frame rate that is no number above 0.
    """
    if frame_count < 1:
        raise ClipError(f"a clip needs a video of at least 1 frame, got {frame_count = }")
    if not (isfinite(fps) and fps > 0):
        raise ClipError(f"fps must be a number above 0, got {brief(fps)}")
    if spec.sampling == "segments":
        return (_whole_video(frame_count, spec),)
    whole = max(1, floor(spec.span(fps)))
    if (tiling.step(whole) < whole or tiling.centre is not None) and frame_count > whole:
        return _overlapping(frame_count, fps, spec, tiling)
    starts = range(0, frame_count, whole)
    return tuple(_window(i, start, frame_count, fps, spec) for i, start in enumerate(starts))


def _overlapping(
    frame_count: int, fps: float, spec: ClipSpec, tiling: Tiling
) -> tuple[ClipWindow, ...]:
    """Windows that overlap, or lie where they were asked for; the last is anchored at the end."""
    span = spec.span(fps)
    whole = max(1, floor(span))
    last = max(0.0, frame_count - span)
    firsts = {float(start) for start in range(0, ceil(last), tiling.step(whole))} | {last}
    if tiling.centre is not None:
        firsts.add(min(max(float(tiling.centre - whole // 2), 0.0), last))
    ordered = sorted(firsts)
    # Two that begin within one frame would share their frames: the later one goes.
    kept = [each for i, each in enumerate(ordered) if i == 0 or each - ordered[i - 1] >= 1]
    edges = [0, *(ceil((a + b + span) / 2) for a, b in pairwise(kept)), frame_count]
    return tuple(
        ClipWindow(
            i,
            edges[i],
            edges[i + 1],
            _sampled(first, span, frame_count, spec),
            _note(frame_count, whole, spec),
        )
        for i, first in enumerate(kept)
    )


def window_from(index: int, first: int, frame_count: int, fps: float, spec: ClipSpec) -> ClipWindow:
    """A window that begins at a frame of its own, not at its place in the tiling.

    Raises:
        ClipError: fps is no number above 0.
    """
    if not (isfinite(fps) and fps > 0):
        raise ClipError(f"fps must be a number above 0, got {brief(fps)}")
    whole = max(1, floor(spec.span(fps)))
    sampled = _sampled(float(first), spec.span(fps), frame_count, spec)
    stop = min(first + whole, frame_count)
    return ClipWindow(index, first, stop, sampled, _note(frame_count, whole, spec))


def frame_at(pts_seconds: "NDArray[np.float64]", seconds: float) -> int:
    """Index of the frame on screen at a time, the first or the last beyond the ends.

    Args:
        pts_seconds: (frames,) times of all frames, rising.
        seconds: after frame 0.
    """
    place = int(np.searchsorted(pts_seconds, seconds + 1e-6, side="right")) - 1
    return min(max(place, 0), len(pts_seconds) - 1)


def window_of(windows: "Sequence[ClipWindow]", frame_index: int) -> ClipWindow:
    """The window that speaks for a frame.

    Args:
        windows: rising.
        frame_index: from 0.

    Raises:
        IndexError: no window holds the frame.
    """
    place = bisect_right(windows, frame_index, key=lambda window: window.start) - 1
    if place < 0 or frame_index >= windows[place].stop:
        last = windows[-1].stop - 1 if windows else -1
        raise IndexError(f"frame {frame_index} lies in no window; frames are 0..{last}")
    return windows[place]


def read_clip(video: "Video", window: ClipWindow) -> Clip:
    """Read a window's frames; a damaged one is replaced by its nearest neighbour in the clip.

    Args:
        video: the clip.
        window: of it.

    Returns:
        Frames (T, H, W, 3) with their times.

    Raises:
        ClipError: none of the frames can be decoded, or a capture file does not hold them.
        FileChangedError: the file is another by now, or was written to while it was read.
    """
    check_held(video, window.frame_indices)
    readable: dict[int, NDArray[np.uint8]] = {}
    for index in sorted(set(window.frame_indices)):
        try:
            readable[index] = video.frame(index)
        except FrameDecodeError:
            continue
    video.check_unchanged()
    if not readable:
        first, last = window.frame_indices[0], window.frame_indices[-1]
        message = f"none of the {len(window.frame_indices)} sampled frames {first}..{last} can be"
        raise ClipError(f"{message} decoded; choose another part of {video.path.name}")
    shown = tuple(_nearest(index, readable) for index in window.frame_indices)
    return Clip(
        frames=np.stack([readable[index] for index in shown]),
        pts_seconds=video.pts_seconds[list(shown)],
        frame_indices=shown,
        window=_with_damage(_with_replacements(window, shown), shown, video),
    )


def check_held(video: "Video", frame_indices: "Sequence[int]") -> None:
    """See whether the video has a picture of each of some frames.

    Raises:
        ClipError: it is a capture file, which holds the frames that the model saw, and not these.
    """
    held = video.opened_video.held
    missing = [] if held is None else sorted(set(frame_indices) - held)
    if missing:
        raise ClipError(
            f"{video.path.name} is a capture file and holds no picture of frame {missing[0]}, only "
            "those that the model saw; put the clip beside it, or open the clip"
        )


def read_note(video: "Video", window: ClipWindow) -> str:
    """Notes on a window whose frames were read: damaged frames among them."""
    return _with_damage(window, window.frame_indices, video).note


def _nearest(index: int, readable: "dict[int, NDArray[np.uint8]]") -> int:
    """The readable frame nearest to ``index``, the earlier one on a tie."""
    return min(readable, key=lambda other: (abs(other - index), other))


def _with_replacements(window: ClipWindow, shown: tuple[int, ...]) -> ClipWindow:
    """The window with a note that says which frames stand in for damaged ones."""
    pairs = zip(window.frame_indices, shown, strict=True)
    swaps = [f"{wanted} by {used}" for wanted, used in dict(pairs).items() if wanted != used]
    return _noted(window, f"damaged frames replaced: {', '.join(swaps)}" if swaps else "")


def _with_damage(window: ClipWindow, shown: tuple[int, ...], video: "Video") -> ClipWindow:
    """The window with a note that names the frames that are painted from damaged data."""
    damaged = [str(index) for index in sorted(set(shown) & video.damaged_frames)]
    return _noted(
        window, f"frames painted from damaged data: {', '.join(damaged)}" if damaged else ""
    )


def _noted(window: ClipWindow, note: str) -> ClipWindow:
    if not note:
        return window
    return replace(window, note=f"{window.note}; {note}" if window.note else note)


def _window(i: int, start: int, frame_count: int, fps: float, spec: ClipSpec) -> ClipWindow:
    """Window ``i``, which speaks for the frames from ``start`` on."""
    span = spec.span(fps)
    whole = max(1, floor(span))
    stop = min(start + whole, frame_count)
    overhangs = start + whole > frame_count
    first = max(0.0, frame_count - span) if overhangs and spec.frames > 1 else float(start)
    sampled = _sampled(first, span, frame_count, spec)
    return ClipWindow(i, start, stop, sampled, _note(frame_count, whole, spec))


def _note(frame_count: int, whole: int, spec: ClipSpec) -> str:
    """Why frames are repeated in a window of ``whole`` frames, if they are."""
    if spec.frames == 1:
        return ""
    if frame_count < whole:
        return (
            f"the video has {frame_count} of the {whole} frames of a window: the last is repeated"
        )
    if whole < spec.frames:
        return f"a window has {whole} frames for {spec.frames} samples: some are repeated"
    return ""


def _sampled(first: float, span: float, frame_count: int, spec: ClipSpec) -> tuple[int, ...]:
    """Indices from ``first`` on, held within the video."""
    if spec.sampling == "stride":
        wanted = floor(first) + np.floor(np.arange(spec.frames) * spec.rate)
    else:
        wanted = linspace_float32(first, first + max(span - 1, 0.0), spec.frames)
    clamped = np.clip(wanted, 0, frame_count - 1)
    return tuple(int(index) for index in clamped)


def _whole_video(frame_count: int, spec: ClipSpec) -> ClipWindow:
    """One window over everything: the middle frame of each of T equal parts."""
    part = (frame_count - 1) / spec.frames
    edges = [round(part * i) for i in range(spec.frames + 1)]
    indices = tuple((a + b) // 2 for a, b in pairwise(edges))
    note = ""
    if frame_count < spec.frames:
        note = f"the video has {frame_count} frames for {spec.frames} samples: some are repeated"
    return ClipWindow(0, 0, frame_count, indices, note)
