"""How large an export will be and how long it takes, from a small part of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import ceil
from pathlib import Path

from mvit_core.errors import ExportError
from mvit_core.export.comparison import Source
from mvit_core.export.film import export_video, frames_of
from mvit_core.export.pictures import draw_still
from mvit_core.export.request import ExportRequest
from mvit_core.export.scene import Scene
from mvit_core.pipeline import Explainer
from mvit_core.system.temporary_folder import temporary_folder
from mvit_core.video import Video, window_of

SAMPLE_FRAMES = 10
"""Frames of a film that are written to see how large they are."""

KEYFRAMES_EVERY = 250
"""Frames from one keyframe to the next, as encoders place them where a picture moves little."""

SOUND_BYTES_PER_SECOND = 16_000


@cache
def _folder() -> Path:
    """Where frames are tried; it goes with the process, however that ends."""
    return temporary_folder("sample")


_TOLD_BYTES = 2400
"""About what a file says of where it comes from; its digests would take longer than the picture."""


@dataclass(frozen=True)
class Estimate:
    """About how large a file will be, and what it costs to make."""

    nbytes: int
    seconds: float
    """Of drawing and writing, when every window is there."""
    runs: int
    """Runs of a model on a window."""


def estimate_film(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    ending: str,
    on_piece: Callable[[], None] = lambda: None,
    others: Sequence[Source] = (),
) -> Estimate:
    """Write some frames at the request's frame to a temporary file, and reckon from them.

    Args:
        explainer: the model.
        video: the clip.
        request: what will be exported.
        ending: of the file, with the dot.
        on_piece: called between two pieces of work; what it raises ends the work.
        others: further clips and models, of which a comparison shows maps.

    Raises:
        ExportError: the range is empty, or there is no place for a temporary file.
        MvitError: the model or the video does not give what is asked for.
    """
    scene = Scene(explainer, video, request, on_piece, others)
    frames = frames_of(scene, video, request, ending)
    first, count = _sample(scene, frames, request.frame_index)
    shown = frames[first : first + count]
    part = replace(request, start=shown[0], stop=shown[-1] + 1, sound=False)

    def write(wanted: ExportRequest, path: Path) -> None:
        export_video(explainer, video, wanted, path, lambda *_: on_piece(), others)

    one, whole = _tried(write, part, ending)
    more = max(count - 1, 1)
    step_bytes, step_seconds = (
        max(b - a, 0) / more if count > 1 else a for a, b in zip(one, whole, strict=True)
    )
    key_frames = ceil(len(frames) / KEYFRAMES_EVERY)
    length = float(video.pts_seconds[frames[-1]] - video.pts_seconds[frames[0]])
    sound = SOUND_BYTES_PER_SECOND * length if request.sound else 0.0
    return Estimate(
        round(key_frames * one[0] + (len(frames) - key_frames) * step_bytes + sound),
        one[1] + len(frames) * step_seconds,
        _runs(scene, frames, request),
    )


_Cost = tuple[int, float]
"""Bytes of a file, and seconds that it took."""


def _tried(
    write: Callable[[ExportRequest, Path], None], part: ExportRequest, ending: str
) -> tuple[_Cost, _Cost]:
    """What the first frame of a part costs alone, and what the whole part costs."""

    def cost(wanted: ExportRequest) -> _Cost:
        began = time.perf_counter()
        write(wanted, path)
        return path.stat().st_size, time.perf_counter() - began

    try:
        path = _folder() / f"sample{ending}"
        single = replace(part, stop=part.start + 1)
        cost(single)  # runs the model, and warms up what is kept
        costs = cost(single), cost(part)
        path.unlink()
    except OSError as error:
        raise ExportError(f"no frames could be written to try: {error.strerror}") from error
    return costs


def estimate_still(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    on_piece: Callable[[], None] = lambda: None,
    others: Sequence[Source] = (),
) -> Estimate:
    """Draw a picture and pack it: its size is exact.

    Raises:
        MvitError: the model or the video does not give what is asked for.
    """
    scene = Scene(explainer, video, request, on_piece, others)
    draw_still(explainer, video, request, on_piece, others)
    began = time.perf_counter()
    still = draw_still(explainer, video, request, on_piece, others)
    nbytes = len(still.png()) + _TOLD_BYTES
    seconds = time.perf_counter() - began
    return Estimate(nbytes, seconds, _runs(scene, (request.frame_index or 0,), request))


def _sample(scene: Scene, frames: Sequence[int], wanted: int | None) -> tuple[int, int]:
    """Place of the first frame to try among those that are written, and how many.

    They lie within one window of the model, at the frame that is wanted or the nearest of them.
    """
    here = min(frames, key=lambda frame: abs(frame - (wanted or 0)))
    window = window_of(scene.sources.windows[0], here)
    places = [place for place, frame in enumerate(frames) if window.start <= frame < window.stop]
    first = max(min(frames.index(here), places[-1] + 1 - SAMPLE_FRAMES), places[0])
    return first, min(SAMPLE_FRAMES, places[-1] + 1 - first)


def _runs(scene: Scene, frames: Sequence[int], request: ExportRequest) -> int:
    """Windows that must be run: those of the frames, and all that a range looks at before."""
    starts: tuple[set[int], ...] = tuple(set() for _ in scene.sources.windows)
    for frame in frames:
        for known, window in zip(starts, scene.sources.windows_at(frame), strict=True):
            known.add(window.start)
    heat = request.heat
    looks_at_all = heat.is_automatic and heat.range_policy == "clip"
    before = sum(map(len, scene.sources.windows)) if looks_at_all else 0
    return before + sum(map(len, starts))
