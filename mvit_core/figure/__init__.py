"""Figures for papers: a frozen scene in millimetres, checked by rules, written as SVG, PDF or PNG.

::

    FigureRequest -content_of-> rows, columns -lay_out-> FigureScene -lint-> findings
                                                          -WRITERS[ending]-> bytes
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mvit_core.errors import ExportError
from mvit_core.export import Source
from mvit_core.figure.content import OnPiece, check_rows, content_of, default_rows
from mvit_core.figure.layout import lay_out
from mvit_core.figure.linter import RULES, Finding, lint
from mvit_core.figure.origin import FigureFile, figure_origin, figure_words, with_origin
from mvit_core.figure.pdf import check_pdf, pdf_bytes
from mvit_core.figure.plots import lay_out_plots
from mvit_core.figure.png import USUAL_DPI, figure_picture, figure_png_bytes
from mvit_core.figure.presets import PRESETS, Preset
from mvit_core.figure.request import OWN_RANGES, ROWS, VIEWS, FigureRequest, preset_for
from mvit_core.figure.scene import FigureScene
from mvit_core.figure.svg import svg_bytes
from mvit_core.figure.views import PLOTS
from mvit_core.pipeline import Explainer
from mvit_core.provenance import Origin
from mvit_core.system.atomic_file import check_writable, whole_file
from mvit_core.system.ordinary_file import is_there
from mvit_core.video import Video

__all__ = [
    "OWN_RANGES",
    "PRESETS",
    "ROWS",
    "RULES",
    "USUAL_DPI",
    "VIEWS",
    "WRITERS",
    "FigureFile",
    "FigureRequest",
    "FigureScene",
    "Finding",
    "Preset",
    "Writer",
    "check_figure_target",
    "check_rows",
    "default_rows",
    "figure_origin",
    "figure_picture",
    "figure_words",
    "lint",
    "make_figure",
    "preset_for",
    "write_figure",
]


def _nothing() -> None:
    """Ask for nothing beyond what is installed in any case."""


@dataclass(frozen=True)
class Writer:
    """One kind of file."""

    title: str
    """Title in dialogs."""
    write: Callable[[FigureScene, int], bytes]
    """The file of a scene, and the dots per inch of one that has pixels."""
    has_pixels: bool = False
    """Its dots per inch count, and its letters are no text."""
    check: Callable[[], None] = _nothing
    """Raises ``ExportError`` where what it needs is not installed."""


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        ".svg": Writer("Drawing (SVG)", lambda scene, _: svg_bytes(scene)),
        ".pdf": Writer("Page (PDF)", lambda scene, _: pdf_bytes(scene), check=check_pdf),
        ".png": Writer("Picture (PNG)", figure_png_bytes, has_pixels=True),
    }
)
"""By the ending of the file."""


def make_figure(
    explainer: Explainer,
    video: Video,
    request: FigureRequest,
    on_piece: OnPiece = _nothing,
    others: Sequence[Source] = (),
) -> FigureScene:
    """The figure of one window of a clip.

    Args:
        explainer: the model.
        video: the clip.
        request: what is shown, and how large.
        on_piece: called between two pieces of work; what it raises ends the work.
        others: further clips and models, of which panes show maps.

    Raises:
        ExportError: the rows do not suit the method, or there is no room for so many frames.
        ClipError: the clip has no such window or frame.
        MvitError: the model or the video does not give what is asked for.
    """
    if request.view in PLOTS:
        changed = explainer.with_changes(request.shown.changes)
        return lay_out_plots(PLOTS[request.view](changed, video, request, on_piece), request)
    return lay_out(content_of(explainer, video, request, on_piece, others), request)


def check_figure_target(path: Path) -> Writer:
    """The writer for a path, before any work is done for it.

    Raises:
        ExportError: the ending is unknown, a library is missing, or no file can be written there.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise ExportError(
            f"{path.name} ends in {path.suffix or 'nothing'}; a figure is one of "
            f"{', '.join(WRITERS)}"
        )
    writer.check()
    check_writable(path)
    return writer


def write_figure(
    scene: FigureScene,
    path: Path,
    dpi: int = USUAL_DPI,
    read: tuple[Path, ...] = (),
    origin: Origin | None = None,
) -> int:
    """Write a figure, whole or not at all; returns its bytes.

    Args:
        scene: the figure.
        path: the file; its ending names its kind.
        dpi: of a PNG.
        read: files that it was made of, none of which may be overwritten.
        origin: where it comes from, kept in the file; None where nobody knows.

    Raises:
        ExportError: the target cannot be written, or is one of the files read.
    """
    writer = check_figure_target(path)
    for each in read:
        if is_there(path) and is_there(each) and path.samefile(each):
            raise ExportError(f"{path} was read for the figure; give the figure another name")
    made = writer.write(scene if origin is None else with_origin(scene, origin), dpi)
    with whole_file(path) as partial:
        partial.write_bytes(made)
    return len(made)
