"""What an export says of where it comes from."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic

from mvit_core.export.command import words_of
from mvit_core.export.comparison import Source
from mvit_core.export.request import ExportRequest
from mvit_core.provenance import Origin, provenance_of

__all__ = ["origin_of"]


def origin_of(
    sources: Sequence[Source], request: ExportRequest, output: str, on_piece: Callable[[], None]
) -> Origin:
    """The origin of a file that is to be written, its clock started.

    Args:
        sources: clips and models; its own first.
        request: what is exported.
        output: name of the file.
        on_piece: called while files are read; what it raises ends the reading.
    """
    began = monotonic()
    explainer, video = sources[0].explainer, sources[0].video
    classes = explainer.loaded.classes
    words = words_of(request, Path(output).suffix, video.frame_count, classes)
    pairs = [(each.explainer, each.video) for each in sources]
    found = provenance_of("export", output, pairs, request, request, words, on_piece)
    if request.comparison is not None:
        names = ", ".join(pane.name for pane in request.comparison.panes)
        found = replace(found, shows=f"maps of panes {names} side by side")
    elif request.layout != "single":
        found = replace(found, shows=f"maps in the layout {request.layout}, after the map below")
    return Origin.begin(found, explainer.loaded.runs_on, began)
