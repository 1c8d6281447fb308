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
from mvit_core.export.origin import origin_of
from mvit_core.export.pictures import Still, draw_still, export_still
from mvit_core.export.request import ExportRequest, ExportSummary, OnProgress, Steps
from mvit_core.export.scene import windows_between
from mvit_core.pipeline import Explainer
from mvit_core.provenance import Origin, check_side, write_side
from mvit_core.system.atomic_file import check_writable
from mvit_core.system.ordinary_file import is_there
from mvit_core.video import ClipWindow, Video
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


class _RunTold(Protocol):
    def __call__(
        self,
        explainer: Explainer,
        video: Video,
        request: ExportRequest,
        path: Path,
        on_progress: OnProgress | None = None,
        others: Sequence[Source] = (),
        origin: Origin | None = None,
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
    run_told: _RunTold | None = None
    """The same with further clips and models, keeping in the file where it comes from; None where
    neither has room."""
    holds_panes: bool = False
    """It shows a comparison."""
    beside: bool = True
    """Where it comes from is told in a second file, named after it with ``SIDE_ENDING``."""
    sheet: _Begin | None = None
    """What a file of numbers begins with, to be seen beforehand; None where that is not told."""


def _film(title: str) -> Exporter:
    told = export_video
    return Exporter(title, export_video, "video", told, holds_panes=True, beside=False)


EXPORTERS: Mapping[str, Exporter] = MappingProxyType(
    {
        ".mp4": _film("Heatmap video (MP4)"),
        ".mov": _film("Heatmap video (QuickTime MOV)"),
        ".mkv": _film("Heatmap video (Matroska MKV)"),
        ".webm": _film("Heatmap video (WebM)"),
        ".gif": replace(_film("Animation (GIF)"), beside=True),
        ".png": Exporter(
            "Picture of one frame (PNG)",
            export_still,
            "picture",
            export_still,
            holds_panes=True,
            beside=False,
        ),
        ".npz": Exporter(
            "Maps as NumPy arrays (NPZ)",
            export_arrays,
            run_told=export_arrays,
            beside=False,
            sheet=arrays_sheet,
        ),
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
    *,
    output: str = "",
) -> ExportSummary:
    """Write the kind of file that the path's ending names, or nothing; returns what was written.

    The file says where it comes from, or a second one beside it does.

    Args:
        explainer: the model.
        video: the clip.
        request: what is exported.
        path: the file; its ending names its kind.
        on_progress: called with (done, in all); what it raises ends the export.
        others: further clips and models, of which a comparison shows maps.
        output: name of the file that is made again, under which the new one says what it is; empty
            for its own.

    Raises:
        ExportError: the ending or the layout is unknown, or the target cannot be written.
        MvitError: the model or the video does not give what is asked for.
    """
    exporter = check_target(path, request)
    sources = Source(explainer, video), *others
    for each in sources:
        _check_source(path, each)
    origin = origin_of(sources, request, output or path.name, Steps(on_progress, 1).again)
    given = explainer, video, request, path, on_progress
    if exporter.run_told is not None:
        done = exporter.run_told(*given, others, origin)
    else:
        done = exporter.run(*given)
    beside = ""
    if exporter.beside:
        beside = write_side(origin, _windows(explainer, video, request, exporter), path)
    # What is wrong with a file is known in full only once its frames were read.
    told = dict.fromkeys((*done.notes, *video.damage, *filter(None, [beside])))
    return replace(done, notes=tuple(told))


def _windows(
    explainer: Explainer, video: Video, request: ExportRequest, exporter: Exporter
) -> Sequence[ClipWindow]:
    """The windows that a file is of: of a film those of its frames, else all."""
    windows = explainer.windows(video, request.tiling)
    if exporter.holds != "video":
        return windows
    return windows_between(windows, request.start, request.stop or video.frame_count)


def _check_source(path: Path, source: Source) -> None:
    """The target is none of the files that are read."""
    loaded = source.explainer.loaded
    named = (
        (source.video.path, "video"),
        (loaded.path, "checkpoint"),
        (loaded.choice.config_file, "configuration"),
        (loaded.choice.labels_file, "file of class names"),
    )
    for read, what in named:
        if read is not None and is_there(path) and is_there(read) and path.samefile(read):
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
    if request.comparison is not None and not exporter.holds_panes:
        raise ExportError(f"{path.name} holds no panes side by side; write a picture or a video")
    _check_frames(path, request)
    check_writable(path)
    if exporter.beside:
        check_side(path)
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
