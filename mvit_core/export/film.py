"""The exporter of moving pictures: a video, or an animation."""

import json
from collections.abc import Sequence
from functools import partial
from math import ceil
from pathlib import Path
from typing import Protocol

import numpy as np

from mvit_core.errors import ExportError, FrameDecodeError
from mvit_core.export.caption import planned
from mvit_core.export.comparison import Source, Sources
from mvit_core.export.drawing import Artist, PlaneArtist
from mvit_core.export.figure import Figure
from mvit_core.export.pane_drawing import PaneArtist
from mvit_core.export.request import ExportRequest, ExportSummary, OnProgress, Steps
from mvit_core.export.scene import Scene, Shot
from mvit_core.pipeline import Explainer
from mvit_core.provenance import Origin, RunFacts
from mvit_core.render import ImageArray
from mvit_core.video import Video
from mvit_core.video.decode.planes import FORMAT, planes_of
from mvit_core.video.encode.encoders import encoder_for
from mvit_core.video.encode.sound import SoundSpan, has_sound
from mvit_core.video.encode.writer import VideoWriter

GIF_MAX_FPS = 50
"""Browsers slow faster animations down."""

_TIME_SLACK = 1e-3
"""Tolerance of a stretch of time in seconds: files round the times of their frames."""


def export_video(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    path: Path,
    on_progress: OnProgress | None = None,
    others: Sequence[Source] = (),
    origin: Origin | None = None,
) -> ExportSummary:
    """Every frame with its heat, as many frames as the range has, at the video's own times.

    A lower ``rate`` leaves out frames, and ``sampled_only`` those that the model did not see, which
    a capture file does not hold; all others keep their times. ``origin`` is kept in the file's
    comment. An animation (``.gif``) has every
    second frame or fewer where the video is faster than the format.

    Raises:
        ExportError: the target cannot be written, or the range is empty.
        MvitError: the model or the video does not give what is asked for.
    """
    _, stop = _range(video, request)
    encoder = encoder_for(path, request.encoding)
    steps = Steps(on_progress, 0)
    scene = Scene(explainer, video, request, steps.again, others)
    wanted = frames_of(scene, video, request, path.suffix)
    steps.total, start = len(wanted), wanted[0]
    shot = scene.shot(start)
    figure = planned(video.display_size, shot, request)
    camera = _camera(scene, video, figure, request, encoder.pixel_format)
    with VideoWriter(
        path,
        size=figure.size,
        fps=min(video.fps / _step(video, path.suffix), request.rate or video.fps),
        encoding=request.encoding,
        comment=_comment(scene, start, stop, origin),
        sound=_sound(video, request, scene, (start, stop)),
        on_piece=steps.again,
        at_the_end=None if origin is None else partial(_took, origin),
    ) as writer:
        for frame_index in wanted:
            seconds = float(video.pts_seconds[frame_index] - video.pts_seconds[start])
            camera.shoot(writer, frame_index, scene.shot(frame_index), seconds)
            steps.step()
    return ExportSummary(str(path), len(wanted), figure.size, scene.notes)


_PENDING = '"seconds": null, "peak_bytes": null'
_ROOM = 16
"""Characters that a number has: JSON may have blanks behind it."""


def _comment(scene: Scene, start: int, stop: int, origin: Origin | None) -> str:
    """Where the film comes from; a container is told before its frames, so with room for more."""
    run = None if origin is None else RunFacts(origin.run().device)
    return scene.provenance(start, stop, origin, run).replace(_PENDING, _run_words(None, None))


def _took(origin: Origin) -> tuple[str, str]:
    """The room in the comment, and how long the film took."""
    run = origin.run()
    return _run_words(None, None), _run_words(run.seconds, run.peak_bytes)


def _run_words(seconds: float | None, peak_bytes: int | None) -> str:
    first, second = (json.dumps(each).ljust(_ROOM) for each in (seconds, peak_bytes))
    return f'"seconds": {first}, "peak_bytes": {second}'


def _camera(
    scene: Scene, video: Video, figure: Figure, request: ExportRequest, pixel_format: str
) -> "_AnyCamera":
    """What draws the pictures: on planes where nothing but one map lies on a whole frame."""
    if request.comparison is not None:
        return _PaneCamera(scene.sources, figure, request)
    is_plain = figure.columns * figure.rows == 1 and figure.panel_size == video.display_size
    if is_plain and pixel_format == FORMAT and not _has_outlines(request):
        return _PlaneCamera(video, figure, request)
    return _Camera(video, figure, request)


def _has_outlines(request: ExportRequest) -> bool:
    return bool(request.boxes or request.changes.tubes)


def _step(video: Video, ending: str) -> int:
    """Frames from one picture to the next: more than one where a format is too slow for all."""
    return ceil(video.fps / GIF_MAX_FPS) if ending.lower() == ".gif" else 1


def frames_of(scene: Scene, video: Video, request: ExportRequest, ending: str) -> Sequence[int]:
    """The frames that are written of a range, rising.

    Raises:
        ExportError: the range is empty, or the model saw none of its frames.
    """
    every = range(*_range(video, request), _step(video, ending))
    frames = scene.within_windows(every)
    if request.sampled_only or video.opened_video.held is not None:
        sampled = scene.within_windows(scene.sampled_frames)
        frames = [i for i in sampled if every[0] <= i <= every[-1]]
    if not frames:
        raise ExportError(
            f"the model saw none of frames {every[0]} to {every[-1]}; take a longer range"
        )
    if request.rate is None or request.rate >= video.fps:
        return frames
    # The first of each equal stretch of time: right for a variable rate, too.
    seconds = video.pts_seconds[np.asarray(frames)]
    stretch = np.floor((seconds - seconds[0]) * request.rate + _TIME_SLACK)
    firsts = np.unique(stretch, return_index=True)[1]
    return [frames[place] for place in firsts]


class _AnyCamera(Protocol):
    def shoot(self, writer: VideoWriter, frame_index: int, shot: Shot, seconds: float) -> None:
        """Write the picture of one frame; an unreadable one is hatched, so none is lost."""


class _Camera:
    """Pictures in RGB, for panels of another size than the frame and for other encoders."""

    def __init__(self, video: Video, figure: Figure, request: ExportRequest) -> None:
        self._video, self._artist = video, Artist(figure, request)

    def shoot(self, writer: VideoWriter, frame_index: int, shot: Shot, seconds: float) -> None:
        try:
            frame = self._video.frame(frame_index)
        except FrameDecodeError:
            frame = placeholder(*self._video.size)
        writer.write(self._artist.draw(frame, frame_index, shot), seconds)


class _PaneCamera:
    """Pictures of panes, each with the frame of its own clip."""

    def __init__(self, sources: Sources, figure: Figure, request: ExportRequest) -> None:
        self._sources, self._artist = sources, PaneArtist(figure, request, sources)

    def shoot(self, writer: VideoWriter, frame_index: int, shot: Shot, seconds: float) -> None:
        frames = {}
        for place in {panel.source for panel in shot.panels}:
            video = self._sources.each[place].video
            try:
                frames[place] = video.frame(self._sources.frame_index(place, frame_index))
            except FrameDecodeError:
                frames[place] = placeholder(*video.size)
        writer.write(self._artist.draw(frames, frame_index, shot), seconds)


class _PlaneCamera:
    """Pictures on planes from the decoder to the encoder."""

    def __init__(self, video: Video, figure: Figure, request: ExportRequest) -> None:
        self._video, self._artist = video, PlaneArtist(figure, request, video.matrix)

    def shoot(self, writer: VideoWriter, frame_index: int, shot: Shot, seconds: float) -> None:
        try:
            frame = self._video.planes(frame_index)
        except FrameDecodeError:
            frame = planes_of(placeholder(*self._video.display_size), self._video.matrix)
        writer.write_canvas(self._artist.draw(frame, frame_index, shot), seconds)


def _sound(
    video: Video, request: ExportRequest, scene: Scene, frames: tuple[int, int]
) -> SoundSpan | None:
    """The sound that belongs to a range of frames, where it is wanted and there is any."""
    if not request.sound:
        return None
    if not has_sound(video.path):
        scene.note(f"{video.path.name} has no sound; the video was written without")
        return None
    start, stop = frames
    times = video.pts_seconds
    end = times[stop] if stop < video.frame_count else times[-1] + 1 / video.fps
    return SoundSpan(
        video.path, float(video.start_seconds + times[start]), float(video.start_seconds + end)
    )


def _range(video: Video, request: ExportRequest) -> tuple[int, int]:
    stop = video.frame_count if request.stop is None else min(request.stop, video.frame_count)
    if not 0 <= request.start < stop:
        raise ExportError(
            f"frames {request.start} to {stop} are no range of a video with "
            f"{video.frame_count} frames"
        )
    return request.start, stop


def placeholder(width: int, height: int) -> ImageArray:
    """Diagonal hatching that no camera records: this frame could not be decoded."""
    diagonal = np.add.outer(np.arange(height), np.arange(width)) // 8 % 2
    grey: ImageArray = np.where(diagonal[..., None] > 0, 70, 50).astype(np.uint8)
    return np.repeat(grey, 3, axis=2)
