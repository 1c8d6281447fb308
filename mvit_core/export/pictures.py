"""Exporters that draw: a heatmap video, an animation, a still."""

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from math import ceil
from pathlib import Path

import cv2
import numpy as np

from mvit_core.errors import ClipError, ExportError, FrameDecodeError
from mvit_core.export.figure import Figure, draw, plan
from mvit_core.export.layouts import Panel, panels_of
from mvit_core.export.request import ExportRequest, ExportSummary
from mvit_core.pipeline import Explainer, Explanation
from mvit_core.pool import pooled_values
from mvit_core.render import ImageArray, ValueRange
from mvit_core.targets import whole_file
from mvit_core.video import ClipWindow, Video, window_of
from mvit_core.video.writer import VideoWriter

GIF_MAX_FPS = 50
"""Browsers slow faster animations down."""

OnProgress = Callable[[int, int], None]
"""Called with (done, in all); raising from it ends the export and leaves the target as it was."""


def export_video(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    path: Path,
    on_progress: OnProgress | None = None,
) -> ExportSummary:
    """Every frame with its heat, as many frames as the range has, at the video's own times.

    H.264 in yuv420p for ``.mp4``, an animation for ``.gif`` (every second frame or fewer where the
    video is faster than the format).

    Raises:
        ExportError: the target cannot be written, or the range is empty.
        MvitError: the model or the video does not give what is asked for.
    """
    start, stop = _range(video, request)
    is_gif = path.suffix.lower() == ".gif"
    step = ceil(video.fps / GIF_MAX_FPS) if is_gif else 1
    wanted = range(start, stop, step)
    scene = _Scene(explainer, video, request, _before(on_progress, len(wanted)))
    figure = scene.figure(start)
    with VideoWriter(
        path,
        size=figure.size,
        fps=video.fps / step,
        codec="gif" if is_gif else "h264",
        comment=scene.facts(start, stop),
    ) as writer:
        for done, (frame_index, frame) in enumerate(_frames(video, wanted), start=1):
            panels = scene.panels(frame_index)
            picture = draw(figure, frame, frame_index, panels, request)
            seconds = float(video.pts_seconds[frame_index] - video.pts_seconds[start])
            writer.write(picture, seconds)
            if on_progress is not None:
                on_progress(done, len(wanted))
    return ExportSummary(str(path), len(wanted), figure.size, scene.notes)


def export_still(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    path: Path,
    on_progress: OnProgress | None = None,
) -> ExportSummary:
    """One frame with its heat as PNG; the facts behind it are in its ``Comment`` text.

    Raises:
        ExportError: the target cannot be written.
        ClipError: the video has no such frame.
        MvitError: the model or the video does not give what is asked for.
    """
    before = _before(on_progress, 1)
    before()
    scene = _Scene(explainer, video, request, before)
    frame_index = request.frame_index
    if frame_index is None:
        sampled = explainer.windows(video)[0].frame_indices
        frame_index = sampled[len(sampled) // 2]
    if not 0 <= frame_index < video.frame_count:
        raise ClipError(
            f"frame {frame_index} does not exist; the video has frames 0 to {video.frame_count - 1}"
        )
    figure = scene.figure(frame_index)
    panels = scene.panels(frame_index)
    picture = draw(figure, video.frame(frame_index), frame_index, panels, request)
    with whole_file(path) as partial:
        partial.write_bytes(png_bytes(picture, scene.facts(frame_index, frame_index + 1)))
    if on_progress is not None:
        on_progress(1, 1)
    return ExportSummary(str(path), 1, figure.size, scene.notes)


class _Scene:
    """The panels of each frame, asked for once per window."""

    def __init__(
        self,
        explainer: Explainer,
        video: Video,
        request: ExportRequest,
        on_piece: Callable[[], None],
    ) -> None:
        self._explainer, self._video, self._request = explainer, video, request
        self._on_piece = on_piece
        self._clip_ends: dict[int, ValueRange] = {}  # by block
        self._windows = explainer.windows(video)
        self._window: ClipWindow | None = None
        self._panels: list[Panel] = []
        self._notes: dict[str, None] = {}

    def figure(self, frame_index: int) -> Figure:
        panels = self.panels(frame_index)
        return plan(self._video.display_size, panels, caption=self._request.caption)

    def panels(self, frame_index: int) -> list[Panel]:
        window = window_of(self._windows, frame_index)
        if window is not self._window:
            self._window = window
            panels = panels_of(
                self._explainer, self._video, window, self._request.layout, self._request.spec
            )
            self._panels = self._ranged(panels, window)
            for panel in self._panels:
                for note in (panel.explanation.maps.note, panel.explanation.capture.note):
                    self._notes.setdefault(note)
        return self._panels

    def _ranged(self, panels: list[Panel], window: ClipWindow) -> list[Panel]:
        """The panels with the ends of their colours, where other windows or layers decide them."""
        look = self._request.look
        if look.locked_range is not None or look.range_policy not in ("clip", "model"):
            return panels
        if look.range_policy == "model":  # looks at the same values from every panel
            chosen = self._explainer.explain(self._video, window, self._request.spec)
            ends = self._ends(chosen)
            return [replace(panel, ends=ends) for panel in panels]
        for panel in panels:
            block = panel.explanation.maps.block
            if block not in self._clip_ends:
                self._clip_ends[block] = self._ends(panel.explanation)
        return [replace(p, ends=self._clip_ends[p.explanation.maps.block]) for p in panels]

    def _ends(self, chosen: Explanation) -> ValueRange:
        look = self._request.look
        policy = look.range_policy
        pool = pooled_values(self._explainer, self._video, chosen, policy, self._on_piece)
        return look.ends(chosen.maps, chosen.saliency, pool)

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(note for note in self._notes if note)

    def facts(self, start: int, stop: int) -> str:
        """What a later reader needs to trace the numbers, as JSON."""
        spec, explanation = self._request.spec, self._panels[0].explanation
        windows = [w for w in self._windows if w.start < stop and w.stop > start]
        return json.dumps(
            {
                "made_by": "mvit-lens",
                "video": self._video.path.name,
                "model": self._explainer.loaded.path.name,
                "format": self._explainer.loaded.format,
                "preprocessing": asdict(self._explainer.loaded.clip_spec),
                "block": explanation.maps.block,
                "stage": explanation.maps.stage,
                "head": spec.head,
                "method": spec.method,
                "query": spec.query,
                "layout": self._request.layout,
                "look": asdict(self._request.look),
                "frames": [start, stop],
                "windows": [{"index": w.index, "frames": list(w.frame_indices)} for w in windows],
            }
        )


def _before(on_progress: OnProgress | None, total: int) -> Callable[[], None]:
    """What is called on the way to the first picture, so that it too can be stopped."""

    def tell() -> None:
        if on_progress is not None:
            on_progress(0, total)

    return tell


def _range(video: Video, request: ExportRequest) -> tuple[int, int]:
    stop = video.frame_count if request.stop is None else min(request.stop, video.frame_count)
    if not 0 <= request.start < stop:
        raise ExportError(
            f"frames {request.start} to {stop} are no range of a video with "
            f"{video.frame_count} frames"
        )
    return request.start, stop


def _frames(video: Video, wanted: range) -> Iterator[tuple[int, ImageArray]]:
    """The frames wanted; an unreadable one is a hatched placeholder, so none is lost."""
    width, height = video.size
    for frame_index in wanted:
        try:
            yield frame_index, video.frame(frame_index)
        except FrameDecodeError:
            yield frame_index, placeholder(width, height)


def placeholder(width: int, height: int) -> ImageArray:
    """Diagonal hatching that no camera records: this frame could not be decoded."""
    diagonal = np.add.outer(np.arange(height), np.arange(width)) // 8 % 2
    grey: ImageArray = np.where(diagonal[..., None] > 0, 70, 50).astype(np.uint8)
    return np.repeat(grey, 3, axis=2)


def png_bytes(picture: ImageArray, comment: str) -> bytes:
    """A PNG file with a ``Comment`` text chunk before its end.

    Raises:
        ExportError: the picture is too large to encode.
    """
    encoded, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if not encoded:
        raise ExportError(f"a picture of {picture.shape[1]}x{picture.shape[0]} cannot be a PNG")
    body = b"iTXt" + b"Comment\0\0\0\0\0" + comment.encode()
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    png = data.tobytes()
    return png[:-12] + chunk + png[-12:]  # before IEND, which is 12 bytes
