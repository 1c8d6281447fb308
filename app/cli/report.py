"""``mvit-lens report``: write one HTML file of a window, to be looked at without network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.cli.change_options import add_change_options, changes_from, with_mean
from app.cli.class_options import add_class_options, classes_from
from app.cli.heat_options import add_heat_options, heat_from
from app.cli.map_options import listed, parse_query
from app.cli.model_options import (
    CAPTURE_WORDS,
    add_clip_options,
    add_model_options,
    file_name,
    positive,
)
from app.cli.models import check_model, explainer_of
from app.cli.printing import say, say_json, say_note
from app.cli.repeat_options import add_crate_option, inputs_of, save_crate
from app.cli.video_options import ProgressLine

if TYPE_CHECKING:
    import argparse

    from mvit_core.pipeline import Explainer
    from mvit_core.report import ReportContent, ReportRequest


def add_options(report: argparse.ArgumentParser) -> None:
    """Give ``report`` its options; choices are the names in the core's tables."""
    report.add_argument("clip", type=file_name, help=CAPTURE_WORDS)
    add_clip_options(report)
    report.add_argument(
        "--checkpoint", metavar="F", type=file_name, help="the model (a capture file needs none)"
    )
    add_model_options(report)
    report.add_argument(
        "-o", "--output", metavar="R.html", type=file_name, required=True, help="the page"
    )
    report.add_argument("--window", type=int, metavar="I", help="clip window, from 0 (0)")
    add_change_options(report)
    _add_explanation(report)
    _add_first(report)
    add_heat_options(report)
    report.add_argument(
        "--without-paths",
        dest="with_paths",
        action="store_false",
        help="name files without their folders, to give the report away: it reopens where clip "
        "and checkpoint lie beside it, else asks for them",
    )
    add_crate_option(report)
    report.add_argument("--json", action="store_true", help="print JSON")
    report.set_defaults(run=run, usage=report.error)


def _add_explanation(report: argparse.ArgumentParser) -> None:
    """Options of the explanation, named as those of ``explain``."""
    from mvit_core.explaining import BASELINES, DEFAULT_METHOD, EVIDENCE

    group = report.add_argument_group("explanation")
    group.add_argument(
        "--method",
        default=DEFAULT_METHOD,
        metavar="M",
        help=f"{listed((*EVIDENCE, 'none'))} ({DEFAULT_METHOD})",
    )
    add_class_options(report)
    group.add_argument(
        "--baseline", default="mean", metavar="B", help=f"{listed(BASELINES)} (mean)"
    )
    group.add_argument(
        "--no-faithfulness",
        dest="faithfulness",
        action="store_false",
        help="do not remove what the map shows: saves two dozen runs of the model",
    )


def _add_first(report: argparse.ArgumentParser) -> None:
    """Options for what the page holds, and what it shows before anything is chosen."""
    from mvit_core.report import ATTENTION, MOST_HEIGHT, POSSIBLE, WHY

    group = report.add_argument_group("what the page holds, and shows first")
    group.add_argument(
        "--maps",
        default=",".join(ATTENTION),
        metavar="M,M",
        help=f"maps of every head: {listed(POSSIBLE)} ({','.join(ATTENTION)})",
    )
    group.add_argument(
        "--first",
        metavar="M",
        help=f"that is shown first, {WHY} for the explanation (the first of --maps)",
    )
    group.add_argument("--block", type=int, metavar="N", help="attention layer from 0 (the last)")
    group.add_argument(
        "--head", default="mean", metavar="HEAD", help="a number from 0, mean, max or min (mean)"
    )
    group.add_argument("--frame", type=int, metavar="N", help="frame of the clip (the middle one)")
    group.add_argument(
        "--query",
        default="readout",
        metavar="class|T,Y,X",
        help="whose attention (the tokens that the prediction reads)",
    )
    group.add_argument(
        "--height",
        type=positive,
        default=MOST_HEIGHT,
        metavar="N",
        help=f"lines of a frame at most ({MOST_HEIGHT})",
    )


def run(options: argparse.Namespace) -> int:
    """Write the report and print a summary; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.repeating import check_crate
    from mvit_core.report import Reopening, check_report_target, save_report, with_statistics

    check_model(options)
    check_report_target(options.output)
    if options.crate is not None:
        check_crate(options.crate)
    request, folder = request_from(options), options.output.absolute().parent
    reopening = Reopening(folder, options.with_paths, options.device, options.mean_of)
    with open_video(options.clip, fps=options.fps, stream=options.stream) as video:
        explainer = with_statistics(explainer_of(options))
        request = _of_classes(request, options, explainer)
        progress = ProgressLine("report, part").show
        given = explainer, video, request, options.output, reopening
        made = save_report(*given, on_progress=progress)
    if options.crate is not None:
        named = (options.output, options.config, options.labels)
        save_crate(options.crate, options.output, inputs_of(options, *named))
    for note in made.content.notes:
        say_note(note)
    _print_summary(options, made.content, made.nbytes)
    return 0


def request_from(options: argparse.Namespace) -> ReportRequest:
    """Make the request of the options, without classes and session.

    Raises:
        MvitError: an option is none of those allowed.
    """
    from mvit_core.attribution import MapSpec, parse_head
    from mvit_core.errors import ExportError
    from mvit_core.export import ExportRequest
    from mvit_core.report import WHY, ReportRequest

    maps = tuple(part.strip() for part in options.maps.split(","))
    why = None if options.method == "none" else MapSpec(method=options.method)
    first = maps[0] if options.first is None else options.first
    if first not in (*maps, *(() if why is None else (WHY,))):
        raise ExportError(f"--first is {first!r}; allowed are {listed((*maps, WHY))}")
    view = MapSpec(
        block=options.block,
        head=parse_head(options.head),
        method=options.method if first == WHY else first,
        query=parse_query(options.query),
    )
    return ReportRequest(
        ExportRequest(
            view, heat_from(options), frame_index=options.frame, changes=changes_from(options)
        ),
        window=_window(options),
        attention=maps,
        why=why,
        baseline=options.baseline,
        faithfulness=options.faithfulness,
        height=options.height,
    )


def _window(options: argparse.Namespace) -> int | None:
    """The window asked for; that of ``--frame`` where none is, else the first."""
    if options.window is None and options.frame is None:
        return 0
    return int(options.window) if options.window is not None else None


def _of_classes(
    request: ReportRequest, options: argparse.Namespace, explainer: Explainer
) -> ReportRequest:
    """The request with the classes of its explanation, and what means of heads are over."""
    target, against = classes_from(options, explainer.loaded)
    why = None if request.why is None else replace(request.why, target=target, against=against)
    changes = with_mean(request.shown.changes, options, explainer)
    return replace(request, why=why, shown=replace(request.shown, changes=changes))


def _print_summary(options: argparse.Namespace, content: ReportContent, written: int) -> None:
    if options.json:
        info = {
            "path": str(options.output),
            "bytes": written,
            "frames": [frame.index for frame in content.frames],
            "maps": [each["name"] for each in content.document["maps"]],
            "heads": len(content.document["heads"]),
            "notes": content.notes,
        }
        say_json(info)
        return
    say(f"wrote {options.output} ({len(content.frames)} frames, {written / 1000:.0f} kB)")
