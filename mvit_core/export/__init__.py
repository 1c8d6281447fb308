"""Exporters: an explicit table by file ending; the window and the command line iterate it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Protocol

from mvit_core.errors import ExportError
from mvit_core.export.comparison import Comparison, PaneMap, Source
from mvit_core.export.figure import SIZES, Size
from mvit_core.export.film import export_video
from mvit_core.export.layouts import LAYOUTS
from mvit_core.export.numbers import (
    Sheet,
    arrays_sheet,
    export_arrays,
    export_table,
    table_sheet,
)
from mvit_core.export.pictures import Still, draw_still, export_still
from mvit_core.export.request import ExportRequest, ExportSummary, OnProgress
from mvit_core.pipeline import Explainer
from mvit_core.system.atomic_file import check_writable
from mvit_core.system.ordinary_file import is_there
from mvit_core.video import Video
from mvit_core.video.encode.encoders import CONTAINERS, Encoding, encoder_for

__all__ = [
    "EXPORTERS",
    "LAYOUTS",
    "SIZES",
    "Comparison",
    "ExportRequest",
    "ExportSummary",
    "Exporter",
    "PaneMap",
    "Sheet",
    "Size",
    "Source",
    "Still",
    "check_target",
    "draw_still",
    "export",
    "holds_pictures",
]


class _Run(Protocol):
    def __call__(
        self,
        explainer: Explainer,
        video: Video,
        request: ExportRequest,
        path: Path,
        on_progress: OnProgress | None = None,
    ) -> ExportSummary: ...


class _RunPanes(Protocol):
    def __call__(
        self,
        explainer: Explainer,
        video: Video,
        request: ExportRequest,
        path: Path,
        on_progress: OnProgress | None = None,
        others: Sequence[Source] = (),
    ) -> ExportSummary: ...


class _Begin(Protocol):
    def __call__(
        self,
        explainer: Explainer,
        video: Video,
        request: ExportRequest,
        on_piece: Callable[[], None] = ...,
    ) -> Sheet: ...


@dataclass(frozen=True)
class Exporter:
    """One kind of file."""

    title: str
    """Title in dialogs."""
    run: _Run
    holds: Literal["video", "picture", "numbers"] = "numbers"
    """A video is made by one of ``CONTAINERS``; a picture is of one frame. Both show maps on
    frames, so that layout and size mean something."""
    run_panes: _RunPanes | None = None
    """The same for a comparison, with further clips and models; None where it holds none."""
    sheet: _Begin | None = None
    """What a file of numbers begins with, to be seen beforehand; None where that is not told."""


EXPORTERS: Mapping[str, Exporter] = MappingProxyType(
    {
        ".mp4": Exporter("Heatmap video (MP4)", export_video, "video", export_video),
        ".mov": Exporter("Heatmap video (QuickTime MOV)", export_video, "video", export_video),
        ".mkv": Exporter("Heatmap video (Matroska MKV)", export_video, "video", export_video),
        ".webm": Exporter("Heatmap video (WebM)", export_video, "video", export_video),
        ".gif": Exporter("Animation (GIF)", export_video, "video", export_video),
        ".png": Exporter("Picture of one frame (PNG)", export_still, "picture", export_still),
        ".npz": Exporter("Maps as NumPy arrays (NPZ)", export_arrays, sheet=arrays_sheet),
        ".csv": Exporter("Predictions as a table (CSV)", export_table, sheet=table_sheet),
    }
)


def export(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    path: Path,
    on_progress: OnProgress | None = None,
    others: Sequence[Source] = (),
) -> ExportSummary:
    """Write the kind of file that the path's ending names, or nothing; returns what was written.

    Args:
        explainer: the model.
        video: the clip.
        request: what is exported.
        path: the file; its ending names its kind.
        on_progress: called with (done, in all); what it raises ends the export.
        others: further clips and models, of which a comparison shows maps.

    Raises:
        ExportError: the ending or the layout is unknown, or the target cannot be written.
        MvitError: the model or the video does not give what is asked for.
    """
    exporter = check_target(path, request)
    for each in (Source(explainer, video), *others):
        _check_source(path, each)
    if exporter.run_panes is not None:
        done = exporter.run_panes(explainer, video, request, path, on_progress, others)
    else:
        done = exporter.run(explainer, video, request, path, on_progress)
    # What is wrong with a file is known in full only once its frames were read.
    told = [*done.notes, *(note for note in video.damage if note not in done.notes)]
    return replace(done, notes=tuple(told))


def _check_source(path: Path, source: Source) -> None:
    """The target is none of the files that are read."""
    named = ((source.video.path, "video"), (source.explainer.loaded.path, "checkpoint"))
    for read, what in named:
        if is_there(path) and is_there(read) and path.samefile(read):
            raise ExportError(f"{path} is the {what} itself; give the export another name")


def check_target(path: Path, request: ExportRequest) -> Exporter:
    """The exporter for a path, before any work is done for it.

    Args:
        path: the file; its ending names its kind.
        request: what is exported.

    Raises:
        ExportError: the ending or the layout is unknown, the kind of file does not hold what is
            asked for, or no file can be written there.
    """
    ending = path.suffix.lower()
    exporter = EXPORTERS.get(ending)
    if exporter is None:
        raise ExportError(
            f"{path.name} ends in {path.suffix or 'nothing'}; allowed are {', '.join(EXPORTERS)}"
        )
    if request.layout not in LAYOUTS:
        raise ExportError(f"layout is {request.layout!r}; allowed are {', '.join(LAYOUTS)}")
    if ending in CONTAINERS:
        encoder_for(path, request.encoding)
    elif request.encoding != Encoding():
        raise ExportError(f"{path.name} is no video; leave codec and quality out")
    if request.sound and not (ending in CONTAINERS and CONTAINERS[ending].sound_encoder):
        raise ExportError(f"a {ending} file holds no sound; leave the sound out or write a video")
    if request.comparison is not None and exporter.run_panes is None:
        raise ExportError(f"{path.name} holds no panes side by side; write a picture or a video")
    _check_frames(path, request)
    check_writable(path)
    return exporter


def _check_frames(path: Path, request: ExportRequest) -> None:
    """Size, rate and choice of frames are such, and the kind of file has them."""
    ending, rate = path.suffix.lower(), request.rate
    if request.size not in SIZES:
        raise ExportError(f"size is {request.size!r}; allowed are {', '.join(SIZES)}")
    if rate is not None and not (isfinite(rate) and rate > 0):
        raise ExportError(f"rate is {rate:g}; it must be a number of frames per second above 0")
    if ending not in CONTAINERS and (rate is not None or request.sampled_only):
        raise ExportError(f"{path.name} is no video; leave the rate and the sampled frames out")
    size = SIZES[request.size]
    if size is not None and size.dpi and ending in CONTAINERS:
        raise ExportError(f"size {request.size} is for print; a video takes native or a height")
    if not holds_pictures(ending) and request.size != "native":
        raise ExportError(f"{path.name} holds no pictures; leave the size out")


def holds_pictures(ending: str) -> bool:
    """A kind of file shows maps on frames; the others hold numbers."""
    return ending in EXPORTERS and EXPORTERS[ending].holds != "numbers"
