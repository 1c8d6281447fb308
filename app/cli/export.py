"""``mvit-lens export``: write a heatmap video, picture, arrays or a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.cli.change_options import add_change_options, changes_from
from app.cli.class_options import add_class_options, classes_from
from app.cli.heat_options import add_heat_options, heat_from
from app.cli.model_options import add_clip_options, add_model_options, file_name
from app.cli.models import check_model, explainer_of
from app.cli.printing import say, say_json, say_note
from app.cli.video_options import ProgressLine, add_video_options, encoding_from
from mvit_core.errors import CaptureError, ExportError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from mvit_core.attribution import Query
    from mvit_core.export import ExportRequest, ExportSummary


def add_options(export: argparse.ArgumentParser) -> None:
    """Give ``export`` its options; choices are the names in the core's tables."""
    from mvit_core.attribution import FEATURES, METHODS
    from mvit_core.explaining import EVIDENCE
    from mvit_core.export import EXPORTERS, LAYOUTS, SIZES

    export.add_argument("clip", type=file_name)
    add_clip_options(export)
    export.add_argument(
        "--checkpoint", metavar="F", type=file_name, help="the model (a capture file needs none)"
    )
    add_model_options(export)
    export.add_argument(
        "-o",
        "--output",
        metavar=f"OUT.{{{','.join(ending[1:] for ending in EXPORTERS)}}}",
        type=file_name,
        required=True,
    )
    methods = _listed((*METHODS, *EVIDENCE, *FEATURES))
    export.add_argument("--method", default="row", help=f"{methods} (row)")
    add_class_options(export)
    add_change_options(export)
    export.add_argument("--block", type=int, metavar="N", help="attention layer from 0 (the last)")
    export.add_argument(
        "--head",
        default="mean",
        metavar="HEAD",
        help="a number from 0, several as 0,2 averaged, mean, max or min (mean)",
    )
    export.add_argument(
        "--query",
        default="readout",
        metavar="class|T,Y,X",
        help="whose attention (the tokens that the prediction reads)",
    )
    export.add_argument("--layout", default="single", help=f"{_listed(LAYOUTS)} (single)")
    export.add_argument("--size", default="native", help=f"{_listed(SIZES)} (native)")
    export.add_argument("--frame", type=int, metavar="N", help="frame of a PNG, from 0")
    add_heat_options(export)
    add_video_options(export)
    export.add_argument("--json", action="store_true", help="print JSON")
    export.set_defaults(run=run, usage=export.error)


def _listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them."""
    *first, last = names
    return f"{', '.join(first)} or {last}"


def run(options: argparse.Namespace) -> int:
    """Write the export and print a summary; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.export import EXPORTERS, check_target, export

    check_model(options)
    kind = EXPORTERS.get(options.output.suffix.lower())
    if options.frame is not None and kind is not None and kind.holds != "picture":
        raise ExportError("--frame picks the frame of a PNG; the other files hold every frame")
    request = request_from(options)
    check_target(options.output, request)  # before a model is loaded for nothing
    with open_video(options.clip, fps=options.fps, stream=options.stream) as video:
        explainer = explainer_of(options)
        target, against = classes_from(options, explainer.loaded)
        request = replace(request, map=replace(request.map, target=target, against=against))
        progress = ProgressLine("frame", "fps")
        done = export(explainer, video, request, options.output, progress.show)
    for note in done.notes:
        say_note(note)
    _print_summary(done, as_json=options.json)
    return 0


def request_from(options: argparse.Namespace) -> ExportRequest:
    """Make the request of the options.

    Raises:
        MvitError: an option is none of those allowed.
    """
    from mvit_core.attribution import parse_head
    from mvit_core.export import ExportRequest
    from mvit_core.pipeline import MapSpec

    spec = MapSpec(
        block=options.block,
        head=parse_head(options.head),
        method=options.method,
        query=parse_query(options.query),
    )
    return ExportRequest(
        spec,
        heat_from(options),
        options.layout,
        options.frame,
        encoding=encoding_from(options),
        sound=options.audio,
        sampled_only=options.sampled,
        rate=options.rate,
        size=options.size,
        changes=changes_from(options),
    )


def parse_query(text: str) -> Query:
    """Parse a query: ``readout``, ``class`` or ``T,Y,X``.

    Raises:
        CaptureError: the text is none of these.
    """
    named: dict[str, Query] = {"readout": "readout", "class": "class"}
    if text in named:
        return named[text]
    numbers = text.split(",")
    if len(numbers) == 3 and all(n.strip().isdecimal() for n in numbers):
        t, y, x = (int(n) for n in numbers)
        return t, y, x
    raise CaptureError(f"query is {text!r}; allowed are class, readout and T,Y,X from 0")


def _print_summary(done: ExportSummary, *, as_json: bool) -> None:
    if as_json:
        info = {
            "path": done.path,
            "frames": done.frame_count,
            "size": done.size,
            "notes": done.notes,
        }
        say_json(info)
        return
    size = "{}x{}, ".format(*done.size) if done.size else ""
    frames = f"{done.frame_count} frames" if done.frame_count else "data"
    say(f"wrote {done.path} ({size}{frames})")
