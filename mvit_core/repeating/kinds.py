"""Kinds of results by the command that makes them: how each is made again from its request."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mvit_core.errors import ProvenanceError
from mvit_core.explaining.changes import BatchMean
from mvit_core.export import ExportRequest, Source, export
from mvit_core.export.request import OnProgress
from mvit_core.figure import FigureFile, figure_origin, make_figure, write_figure
from mvit_core.model.kernels import forced
from mvit_core.provenance import PRODUCTS, Provenance, decoded
from mvit_core.repeating.inputs import Inputs
from mvit_core.report import ReportRequest, save_report, with_statistics
from mvit_core.system.bounded_json import load_json

__all__ = ["KINDS", "Kind", "means_named", "repeat", "request_of"]


@dataclass(frozen=True)
class Kind:
    """One kind of result."""

    request: type
    """The frozen value that its request is."""
    make: Callable[[Sequence[Source], Any, Path, str, OnProgress | None], tuple[str, ...]]
    """Writes it: of sources, a request, a path, the name under which it says what it is; returns
    notes for readers."""


def _export(
    sources: Sequence[Source],
    request: ExportRequest,
    path: Path,
    output: str,
    on_progress: OnProgress | None,
) -> tuple[str, ...]:
    own, *others = sources
    given = own.explainer, own.video, request, path, on_progress, others
    return export(*given, output=output).notes


def _figure(
    sources: Sequence[Source],
    request: FigureFile,
    path: Path,
    output: str,
    on_progress: OnProgress | None,
) -> tuple[str, ...]:
    del on_progress  # one picture
    own, *others = sources
    origin = figure_origin(sources, request, output)
    scene = make_figure(own.explainer, own.video, request.figure, others=others)
    read = tuple(path for each in sources for path in (each.video.path, each.model_path))
    write_figure(scene, path, request.dpi, read, origin)
    return scene.notes


def _report(
    sources: Sequence[Source],
    request: ReportRequest,
    path: Path,
    output: str,
    on_progress: OnProgress | None,
) -> tuple[str, ...]:
    (own,) = sources
    given = with_statistics(own.explainer), own.video, request, path, None, output, on_progress
    made = save_report(*given)
    return made.content.notes


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "export": Kind(ExportRequest, _export),
        "figure": Kind(FigureFile, _figure),
        "report": Kind(ReportRequest, _report),
    }
)
"""By the command that makes them."""


def request_of(provenance: Provenance) -> Any:  # noqa: ANN401 - of the kind's own type
    """The request of a provenance, read strictly.

    Raises:
        ProvenanceError: nobody knows its kind, or it is no request of that kind.
    """
    kind = KINDS.get(provenance.kind)
    if kind is None:
        why = f" ({provenance.no_command})" if provenance.no_command else ""
        raise ProvenanceError(
            f"{provenance.output} is made by {provenance.kind}, which cannot be made again{why}; "
            f"allowed are {', '.join(KINDS)}"
        )
    return decoded(load_json(provenance.request), kind.request, "request")


def means_named(request: object) -> tuple[BatchMean, ...]:
    """Every mean over a batch result that a request names, in all of its panes, each once."""
    if isinstance(request, BatchMean):
        return (request,)
    inside: Iterable[object] = request if isinstance(request, tuple) else ()
    if is_dataclass(request):
        inside = (getattr(request, each.name) for each in fields(request))
    return tuple(dict.fromkeys(mean for each in inside for mean in means_named(each)))


@contextmanager
def _as_multiplied(provenance: Provenance) -> Iterator[None]:
    """The library that multiplied then multiplies again, where this build of torch has it."""
    name = dict(provenance.versions).get(PRODUCTS, "")
    with ExitStack() as stack:
        if name in ("onednn", "torch"):
            with suppress(RuntimeError):  # a build without oneDNN: last digits may differ
                stack.enter_context(forced(onednn=name == "onednn"))
        yield


def repeat(
    provenance: Provenance, inputs: Inputs, target: Path, on_progress: OnProgress | None = None
) -> tuple[str, ...]:
    """Make a result again; returns notes for readers.

    Args:
        provenance: of the result.
        inputs: where its files lie.
        target: the file to be written, of the same kind.
        on_progress: called with (done, in all); what it raises ends the work.

    Raises:
        ProvenanceError: a file of it is not there, or the target is of another kind.
        MvitError: the result cannot be made.
    """
    request = request_of(provenance)
    ending = Path(provenance.output).suffix
    if target.suffix.lower() != ending.lower():
        raise ProvenanceError(
            f"{target.name} ends in {target.suffix or 'nothing'}; {provenance.output} is made "
            f"again as a file that ends in {ending}"
        )
    make = KINDS[provenance.kind].make
    means = means_named(request)
    with _as_multiplied(provenance), inputs.opened(provenance, means) as sources:
        notes = make(sources, request, target, provenance.output, on_progress)
    return (*inputs.notes, *notes)
