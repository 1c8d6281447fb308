"""What a figure says of where it comes from, and the options that give it again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mvit_core.export import Source
from mvit_core.export.command import change_words, heat_words, map_words
from mvit_core.figure.columns import window_of_figure
from mvit_core.figure.content import OnPiece
from mvit_core.figure.request import FRAMES, ROWS, VIEWS, FigureRequest
from mvit_core.figure.scene import FigureScene
from mvit_core.provenance import Origin, document_text, option, option_number, provenance_of
from mvit_core.system.bounded_json import load_json
from mvit_core.video.clip import PLAIN

__all__ = ["FigureFile", "figure_origin", "figure_words", "with_origin"]

_EVERY_WINDOW = ("series",)
"""Views of all windows of the clip."""


@dataclass(frozen=True)
class FigureFile:
    """The whole request of a file: the figure, and the dots per inch of one that has pixels."""

    figure: FigureRequest
    dpi: int = 300


def figure_origin(
    sources: Sequence[Source],
    wanted: FigureFile,
    output: str,
    on_piece: OnPiece = lambda: None,
) -> Origin:
    """The origin of a figure that is to be made, its clock started.

    Args:
        sources: clips and models; its own first.
        wanted: what is shown, and how finely.
        output: name of the file.
        on_piece: called while files are read; what it raises ends the reading.

    Raises:
        ClipError: the clip has no such window or frame.
    """
    explainer, video = sources[0].explainer, sources[0].video
    request, windows = wanted.figure, explainer.windows(video, wanted.figure.shown.tiling)
    if request.view not in _EVERY_WINDOW:
        windows = (window_of_figure(windows, video, request),)
    words = figure_words(wanted, Path(output).suffix, explainer.loaded.classes)
    pairs = [(each.explainer, each.video) for each in sources]
    found = provenance_of("figure", output, pairs, wanted, request.shown, words, on_piece)
    rows = f": {ROWS[request.rows].lower()}" if request.view == "maps" else ""
    found = replace(found, shows=f"a figure of {VIEWS[request.view].lower()}{rows}")
    origin = Origin.begin(found, explainer.loaded.runs_on)
    return replace(origin, provenance=origin.of(windows))


def with_origin(scene: FigureScene, origin: Origin) -> FigureScene:
    """The scene of a file, which says where it comes from."""
    told = replace(origin.provenance, run=origin.run())
    return replace(scene, provenance=document_text(told, load_json(scene.provenance)))


def figure_words(
    wanted: FigureFile, ending: str, classes: list[str] | None
) -> tuple[str, ...] | None:
    """Options of ``mvit-lens figure`` that give this again; None where they do not suffice.

    Args:
        wanted: the figure.
        ending: of its file.
        classes: names of the model's classes, for which numbers could be taken.
    """
    shown = wanted.figure.shown
    of_map, changed = map_words(shown.map, classes), change_words(shown.changes)
    drawn = heat_words(replace(shown.heat, smooth=True), "map")  # cells in any case
    if shown.boxes or shown.comparison or shown.tiling != PLAIN or None in (of_map, changed, drawn):
        return None
    assert of_map is not None
    assert changed is not None
    assert drawn is not None
    return (*of_map, *changed, *_content_words(wanted.figure), *_page_words(wanted, ending), *drawn)


def _content_words(request: FigureRequest) -> list[str]:
    words = [*option("--view", request.view), *option("--rows", request.rows)]
    for name, numbers in (("--blocks", request.blocks), ("--heads", request.heads)):
        words += option(name, _numbers(numbers)) if numbers else ()
    if request.window is not None:
        words += option("--window", str(request.window))
    if isinstance(request.frames, tuple):
        words += option("--frames", _numbers(request.frames) + "," * (len(request.frames) == 1))
    elif request.frames != FRAMES:
        words += option("--frames", str(request.frames))
    if request.difference is not None:
        words += option("--difference", _numbers(request.difference))
    return words + (["--shared-range"] if request.shared_range else [])


def _page_words(wanted: FigureFile, ending: str) -> list[str]:
    request = wanted.figure
    words = list(option("--page", request.preset))
    if request.width_mm is not None:
        words += option_number("--width", request.width_mm)
    if request.text_pt is not None:
        words += option_number("--text-size", request.text_pt)
    if ending.lower() == ".png":
        words += option("--dpi", str(wanted.dpi))
    return words + ([] if request.labels else ["--no-labels"])


def _numbers(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))
