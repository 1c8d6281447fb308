"""``mvit-lens export``: write a heatmap video, picture, arrays or a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.cli.change_options import changes_from, with_mean
from app.cli.class_options import classes_from
from app.cli.heat_options import add_heat_options, heat_from
from app.cli.map_options import add_map_options, listed, map_from
from app.cli.model_options import (
    CAPTURE_WORDS,
    add_clip_options,
    add_model_options,
    add_module_option,
    file_name,
)
from app.cli.models import check_model, explainer_of
from app.cli.printing import say, say_json, say_note
from app.cli.repeat_options import add_crate_option, inputs_of, save_crate
from app.cli.video_options import ProgressLine, add_video_options, encoding_from
from mvit_core.errors import ExportError

if TYPE_CHECKING:
    import argparse

    from mvit_core.export import ExportRequest, ExportSummary
    from mvit_core.repeating import Inputs


def add_options(export: argparse.ArgumentParser) -> None:
    """Give ``export`` its options; choices are the names in the core's tables."""
    from mvit_core.export import EXPORTERS, LAYOUTS, SIZES

    export.add_argument("clip", type=file_name, nargs="?", help=CAPTURE_WORDS)
    export.add_argument(
        "--request",
        metavar="F.json",
        type=file_name,
        help="make what this file describes (provenance --json); it holds all but the files",
    )
    add_clip_options(export)
    add_module_option(export, words="the model (a capture file needs none)")
    add_model_options(export)
    export.add_argument(
        "-o",
        "--output",
        metavar=f"OUT.{{{','.join(ending[1:] for ending in EXPORTERS)}}}",
        type=file_name,
        required=True,
        help="the file; its ending says what is written: a film, a picture, maps (npz) or "
        "predictions (csv)",
    )
    add_map_options(export)
    export.add_argument("--layout", default="single", help=f"{listed(LAYOUTS)} (single)")
    export.add_argument("--size", default="native", help=f"{listed(SIZES)} (native)")
    export.add_argument("--frame", type=int, metavar="N", help="frame of a PNG, from 0")
    add_heat_options(export)
    add_video_options(export)
    add_crate_option(export)
    export.add_argument("--json", action="store_true", help="print JSON")
    export.set_defaults(run=run, usage=export.error, parser=export)


def run(options: argparse.Namespace) -> int:
    """Write the export and print a summary; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.export import EXPORTERS, check_target, export
    from mvit_core.repeating import check_crate

    if options.request is not None:
        return _run_request(options)
    if options.clip is None:
        options.usage("the following arguments are required: clip")
    check_model(options)
    if options.crate is not None:
        if options.module is not None:
            options.usage(
                "--crate is made again by verify, which runs no code of yours: leave it out"
            )
        check_crate(options.crate)
    kind = EXPORTERS.get(options.output.suffix.lower())
    if options.frame is not None and kind is not None and kind.holds != "picture":
        raise ExportError("--frame picks the frame of a PNG; the other files hold every frame")
    request = request_from(options)
    check_target(options.output, request)  # before a model is loaded for nothing
    with open_video(options.clip, fps=options.fps, stream=options.stream) as video:
        explainer = explainer_of(options)
        target, against = classes_from(options, explainer.loaded)
        spec = replace(request.map, target=target, against=against)
        changes = with_mean(request.changes, options, explainer)
        request = replace(request, map=spec, changes=changes)
        progress = ProgressLine("frame", "fps")
        done = export(explainer, video, request, options.output, progress.show)
    if options.crate is not None:
        save_crate(options.crate, options.output, _inputs(options))
    for note in done.notes:
        say_note(note)
    _print_summary(done, as_json=options.json)
    return 0


_KEPT = (
    "clip",
    "checkpoint",
    "device",
    "output",
    "request",
    "crate",
    "mean_of",
    "json",
    "run",
    "usage",
    "words",
)
"""Options that mean something beside ``--request``."""


def _run_request(options: argparse.Namespace) -> int:
    """Write what a request says; returns the exit code."""
    from mvit_core.export.request import ExportSummary
    from mvit_core.provenance import read_provenance
    from mvit_core.repeating import check_crate, repeat

    usual = options.parser.parse_args(["--request", "F", "-o", "OUT"])
    for name, value in vars(usual).items():
        if name not in _KEPT and getattr(options, name) != value:
            words = name.replace("_", "-")
            options.usage(f"--request says all of {words}: leave its option out")
    if options.crate is not None:
        check_crate(options.crate)
    carried, inputs = read_provenance(options.request), _inputs(options)
    progress = ProgressLine("frame", "fps").show
    notes = (*carried.notes, *repeat(carried.provenance, inputs, options.output, progress))
    if options.crate is not None:
        save_crate(options.crate, options.output, inputs)
    for note in notes:
        say_note(note)
    _print_summary(ExportSummary(str(options.output), 0, None, notes), as_json=options.json)
    return 0


def _inputs(options: argparse.Namespace) -> Inputs:
    """The files of an export: those named, or beside the request and the output."""
    named = (options.request, options.output, options.clip, options.config, options.labels)
    return inputs_of(options, *named)


def request_from(options: argparse.Namespace) -> ExportRequest:
    """Make the request of the options.

    Raises:
        MvitError: an option is none of those allowed.
    """
    from mvit_core.export import ExportRequest

    return ExportRequest(
        map_from(options),
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
