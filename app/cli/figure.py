"""``mvit-lens figure``: write a figure for a paper, and say which rules it breaks."""

from __future__ import annotations

from argparse import Namespace
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from app.cli.change_options import changes_from, with_mean
from app.cli.class_options import classes_from
from app.cli.heat_options import add_heat_options, heat_from
from app.cli.map_options import add_map_options, listed, map_from
from app.cli.model_options import (
    CAPTURE_WORDS,
    add_clip_options,
    add_model_options,
    file_name,
)
from app.cli.models import check_model, explainer_of
from app.cli.printing import say, say_json, say_note
from app.cli.repeat_options import add_crate_option, inputs_of, save_crate
from mvit_core.errors import ExportError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from mvit_core.export import Source
    from mvit_core.figure import FigureRequest, FigureScene, Finding
    from mvit_core.video import Video


def add_options(figure: argparse.ArgumentParser) -> None:
    """Give ``figure`` its options; choices are the names in the core's tables."""
    from mvit_core.figure import WRITERS

    figure.add_argument("clip", type=file_name, help=CAPTURE_WORDS)
    add_clip_options(figure)
    figure.add_argument(
        "--checkpoint", metavar="F", type=file_name, help="the model (a capture file needs none)"
    )
    add_model_options(figure)
    figure.add_argument(
        "-o",
        "--output",
        metavar=f"OUT.{{{','.join(ending[1:] for ending in WRITERS)}}}",
        type=file_name,
        required=True,
        help="the figure; its ending says the format",
    )
    _add_contents(figure)
    add_map_options(figure)
    _add_page(figure)
    add_heat_options(figure, "map", cells_only=True)
    add_crate_option(figure)
    figure.add_argument("--json", action="store_true", help="print JSON")
    figure.set_defaults(run=run, usage=figure.error)


def _add_contents(figure: argparse.ArgumentParser) -> None:
    """Options for rows and columns."""
    from mvit_core.figure import ROWS, VIEWS
    from mvit_core.figure.request import FRAMES

    figure.add_argument("--view", default="maps", help=f"{listed(VIEWS)} (maps)")
    group = figure.add_argument_group("rows and columns of maps")
    group.add_argument("--rows", help=f"{listed(ROWS)} (stages; of evidence: map)")
    group.add_argument("--blocks", metavar="I,J", help="rows of these blocks, from 0 (all)")
    group.add_argument("--heads", metavar="I,J", help="rows of these heads, from 0 (all)")
    group.add_argument("--window", type=int, metavar="I", help="clip window, from 0 (0)")
    group.add_argument(
        "--frames",
        default=str(FRAMES),
        metavar="N|I,J",
        help="so many sampled frames, evenly spread, or these frames of the clip from 0; one "
        f"frame as I, ({FRAMES})",
    )
    group.add_argument(
        "--difference", metavar="I,J", help="a further row: row I minus row J, from 0 (none)"
    )
    group.add_argument(
        "--compare-clip",
        metavar="F",
        type=file_name,
        help="rows of panes: A, and the same map of another clip as B",
    )
    group.add_argument(
        "--compare-checkpoint",
        metavar="F",
        type=file_name,
        help="the same of another model, which is read by the same options",
    )
    group.add_argument(
        "--shared-range", action="store_true", help="one range of colours for all rows"
    )


def _add_page(figure: argparse.ArgumentParser) -> None:
    """Options for the page."""
    from mvit_core.figure import PRESETS, USUAL_DPI

    first = next(iter(PRESETS))
    group = figure.add_argument_group("page")
    group.add_argument(
        "--page",
        metavar="NAME",
        help=f"whose rules the figure is to keep: {listed(PRESETS)} ({first}; with --width: own)",
    )
    group.add_argument("--width", type=float, metavar="MM", help="of the page (as --page asks)")
    group.add_argument("--text-size", type=float, metavar="PT", help="of letters (as --page asks)")
    group.add_argument(
        "--no-labels",
        dest="labelled",
        action="store_false",
        help="no words but numbers of colour bars, and what a reader must know",
    )
    group.add_argument("--dpi", type=int, metavar="N", help=f"dots per inch of a PNG ({USUAL_DPI})")


def run(options: argparse.Namespace) -> int:
    """Write the figure, print a summary and what it breaks of its rules; returns the exit code."""
    from mvit_core.export import Source
    from mvit_core.figure import (
        USUAL_DPI,
        FigureFile,
        check_figure_target,
        figure_origin,
        lint,
        make_figure,
        write_figure,
    )
    from mvit_core.repeating import check_crate

    check_model(options)
    if options.crate is not None:
        check_crate(options.crate)
    writer = check_figure_target(options.output)
    if options.dpi is not None and not writer.has_pixels:
        raise ExportError(f"--dpi is of a PNG; {options.output.name} has no dots")
    request = request_from(options)
    with ExitStack() as opened:
        video = opened.enter_context(_open(options, options.clip))
        explainer = explainer_of(options)
        target, against = classes_from(options, explainer.loaded)
        request = _of_classes(request, target, against)
        sources = (own := Source(explainer, video), *_others(options, own, opened))
        request = _of_means(request, options, sources)
        dpi, name = options.dpi or USUAL_DPI, options.output.name
        origin = figure_origin(sources, FigureFile(request, dpi), name)
        scene = make_figure(explainer, video, request, others=sources[1:])
        read = tuple(path for each in sources for path in (each.video.path, each.model_path))
        written = write_figure(scene, options.output, dpi, read, origin)
    if options.crate is not None:
        _save_crate(options)
    findings = lint(scene, request.rules, dpi if writer.has_pixels else None)
    for note in scene.notes:
        say_note(note)
    _print_summary(options, request, scene, findings, written)
    return 0


def _save_crate(options: argparse.Namespace) -> None:
    """Put the figure into a crate with all that it was made of."""
    named = (options.output, options.config, options.labels)
    compared = (options.compare_clip, options.compare_checkpoint)
    save_crate(options.crate, options.output, inputs_of(options, *named, *compared))


def _open(options: argparse.Namespace, clip: Path) -> Video:
    from mvit_core import open_video

    return open_video(clip, fps=options.fps, stream=options.stream)


def _is_comparison(options: argparse.Namespace) -> bool:
    return options.compare_clip is not None or options.compare_checkpoint is not None


def _others(options: argparse.Namespace, own: Source, opened: ExitStack) -> tuple[Source, ...]:
    """Clip and model of pane B, where a figure compares.

    Raises:
        MvitError: a file is missing or damaged.
    """
    from mvit_core.capture_file import is_capture
    from mvit_core.export import Source

    if not _is_comparison(options):
        return ()
    video, explainer = own.video, own.explainer
    if options.compare_clip is not None:
        video = opened.enter_context(_open(options, options.compare_clip))
    model = options.compare_checkpoint
    if model is not None or (video is not own.video and is_capture(video.path)):
        checkpoint = options.checkpoint if model is None else model
        wanted = {**vars(options), "clip": video.path, "checkpoint": checkpoint}
        explainer = explainer_of(Namespace(**wanted))
    return (Source(explainer, video),)


def _of_classes(request: FigureRequest, target: int | None, against: int | None) -> FigureRequest:
    """The request with the classes of its maps, in every pane."""
    spec = replace(request.shown.map, target=target, against=against)
    shown = replace(request.shown, map=spec)
    if shown.comparison is not None:
        panes = tuple(replace(pane, map=spec) for pane in shown.comparison.panes)
        shown = replace(shown, comparison=replace(shown.comparison, panes=panes))
    return replace(request, shown=shown)


def _of_means(
    request: FigureRequest, options: argparse.Namespace, sources: tuple[Source, ...]
) -> FigureRequest:
    """The request with what means of heads are over; each pane has those of its own model.

    Raises:
        MvitError: the batch result is none of a model, or cannot be read.
    """
    if options.mean_of is None:
        return request
    of = {id(each): with_mean(request.shown.changes, options, each)
          for each in dict.fromkeys(source.explainer for source in sources)}  # fmt: skip
    changes = [of[id(source.explainer)] for source in sources]
    shown = replace(request.shown, changes=changes[0])
    if shown.comparison is not None:
        panes = (replace(p, changes=changes[p.source]) for p in shown.comparison.panes)
        shown = replace(shown, comparison=replace(shown.comparison, panes=tuple(panes)))
    return replace(request, shown=shown)


def request_from(options: argparse.Namespace) -> FigureRequest:
    """Make the request of the options, without the classes of its map.

    Raises:
        MvitError: an option is none of those allowed.
    """
    from mvit_core.export import Comparison, ExportRequest, PaneMap
    from mvit_core.figure import ROWS, FigureRequest, check_rows, default_rows, preset_for

    shown = ExportRequest(map_from(options), heat_from(options), changes=changes_from(options))
    rows = options.rows or default_rows(shown.map.method)
    if _is_comparison(options):
        rows = options.rows or "panes"
        if rows != "panes":
            raise ExportError(f"--compare-... makes rows of panes; leave --rows {rows} out")
        panes = (
            PaneMap("A", shown.map, changes=shown.changes),
            PaneMap("B", shown.map, 1, changes=shown.changes),
        )
        shown = replace(shown, comparison=Comparison(panes))
    if options.rows is None and (options.blocks or options.heads):
        rows = "blocks" if options.blocks else "heads"
    if rows in ROWS and options.view == "maps":
        check_rows(rows, shown.map.method)
    return FigureRequest(
        shown,
        view=options.view,
        rows=rows,
        blocks=_numbers("--blocks", options.blocks),
        heads=_numbers("--heads", options.heads),
        frames=_frames(options.frames),
        window=options.window,
        preset=preset_for(options.page, options.width),
        width_mm=options.width,
        text_pt=options.text_size,
        labels=options.labelled,
        difference=_pair_of_rows(options.difference),
        shared_range=options.shared_range,
    )


def _frames(text: str) -> int | tuple[int, ...]:
    """So many frames, or those that have commas between them."""
    numbers = _numbers("--frames", text.removesuffix(","))
    return numbers[0] if len(numbers) == 1 and not text.endswith(",") else numbers


def _pair_of_rows(text: str | None) -> tuple[int, int] | None:
    """Two rows of ``--difference``.

    Raises:
        ExportError: the text is not of two numbers.
    """
    if text is None:
        return None
    numbers = _numbers("--difference", text)
    if len(numbers) != 2:
        raise ExportError(f"--difference is {text!r}; allowed are two rows from 0, such as 0,1")
    return numbers[0], numbers[1]


def _numbers(option: str, text: str | None) -> tuple[int, ...]:
    """Numbers from 0 with commas between them.

    Raises:
        ExportError: the text is none.
    """
    if text is None:
        return ()
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        raise ExportError(f"{option} is {text!r}; allowed are numbers from 0 such as 0,3")
    return tuple(int(part) for part in parts)


def _print_summary(
    options: argparse.Namespace,
    request: FigureRequest,
    scene: FigureScene,
    findings: tuple[Finding, ...],
    written: int,
) -> None:
    size = round(scene.width, 2), round(scene.height, 2)
    if options.json:
        info = {
            "path": str(options.output),
            "size_mm": size,
            "bytes": written,
            "preset": request.preset,
            "findings": [asdict(finding) for finding in findings],
            "notes": scene.notes,
        }
        say_json(info)
        return
    say(f"wrote {options.output} ({size[0]:g} x {size[1]:g} mm, {written / 1000:.0f} kB)")
    for finding in findings:
        say(f"{finding.rule}: {finding.text}")
    if not findings:
        say(f"keeps the rules of {request.rules.title}")
