"""Figures of a script: a request by keywords, laid out, checked and saved."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from mvit_core.errors import ExportError
from mvit_core.export import Source
from mvit_core.figure import (
    USUAL_DPI,
    WRITERS,
    FigureFile,
    FigureRequest,
    FigureScene,
    Finding,
    figure_origin,
    lint,
    write_figure,
)
from mvit_core.figure.png import figure_png_bytes
from mvit_core.system.ordinary_file import user_path

__all__ = ["FigureChoices", "PaperFigure", "check_choices"]

_NOTEBOOK_DPI = 110


class FigureChoices(TypedDict, total=False):
    """What a figure may be asked for beyond rows, width and preset; see ``FigureRequest``."""

    view: str
    """"maps", or a plot: "faithfulness", "series" or "atlas"."""
    blocks: tuple[int, ...]
    """Blocks of the rows "blocks", from 0; () for all."""
    heads: tuple[int, ...]
    """Heads of the rows "heads", from 0; () for all."""
    frames: int | tuple[int, ...]
    """So many sampled frames, or these source frames."""
    text_pt: float
    """Size of letters in points."""
    labels: bool
    """Print rows, columns, map and classes."""
    difference: tuple[int, int]
    """Places of two rows, from 0, whose difference is a further row."""
    shared_range: bool
    """One range of colours for all rows."""


def check_choices(given: FigureChoices) -> None:
    """See whether a figure knows all that is asked for.

    Raises:
        ExportError: it does not.
    """
    known = [*FigureChoices.__annotations__]
    unknown = [name for name in given if name not in known]
    if unknown:
        raise ExportError(f"a figure has no {unknown[0]!r}; allowed are {', '.join(known)}")


@dataclass(frozen=True, eq=False, repr=False)
class PaperFigure:
    """A figure in millimetres, laid out and not yet written."""

    scene: FigureScene
    """All that lies on the page."""
    request: FigureRequest
    """What was asked for."""
    source: Source
    """The clip and the model, whose files are never overwritten."""

    @property
    def size_mm(self) -> tuple[float, float]:
        """(width, height) of the page in millimetres."""
        return self.scene.width, self.scene.height

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the figure breaks of its preset's rules, dots per inch of a PNG left aside."""
        return lint(self.scene, self.request.rules, None)

    def save(self, path: str | Path, dpi: int = USUAL_DPI) -> Path:
        """Write the figure, whole or not at all; the file says where it comes from.

        Args:
            path: ends in .svg, .pdf or .png, which says what is written.
            dpi: dots per inch of a PNG.

        Returns:
            The path.

        Raises:
            ExportError: the ending is unknown, what PDF needs is not installed, or the target
                cannot be written, or is one of the files that the figure was made of.
        """
        where = user_path(str(path))
        origin = figure_origin((self.source,), FigureFile(self.request, dpi), where.name)
        read = (self.source.video.path, self.source.model_path)
        write_figure(self.scene, where, dpi, read, origin)
        return where

    def __repr__(self) -> str:
        width, height = self.size_mm
        return f"<PaperFigure {width:g} x {height:.1f} mm; save as {', '.join(WRITERS)}>"

    def _repr_png_(self) -> bytes:
        """The figure in screen resolution, for notebooks."""
        return figure_png_bytes(self.scene, _NOTEBOOK_DPI)
