"""The command line. Qt is imported by ``view`` alone; the other commands need no display."""

import argparse
import errno
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Threads of OpenMP that spin while they wait starve the window; torch reads this at import.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from app.cli.demo import add_demo_commands
from app.cli.heat_options import add_heat_options, heat_from
from app.cli.video_options import ProgressLine, add_video_options, encoding_from
from mvit_core.errors import ArchitectureError, CaptureError, LabelsError, MvitError

if TYPE_CHECKING:
    from mvit_core.attribution import Query
    from mvit_core.checkpoint import LoadedModel

EXIT_DONE, EXIT_INPUT, EXIT_USAGE = 0, 1, 2

COMMANDS = ("view", "predict", "export", "inspect", "checks", "demo")

Json = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 the input is at fault, 2 usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = build_parser()
    options = parser.parse_args(_with_command(words))
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        # The window ends in its own way: an exception must not rise out of a painting widget.
        with nullcontext() if run is _run_view else _stopped_by_signals():
            code = run(options)
            sys.stdout.flush()  # a full disk must be heard of here, not at exit
        return code
    except MvitError as error:
        print(f"mvit-lens: {_one_line(error)}", file=sys.stderr)
        return EXIT_INPUT
    except KeyboardInterrupt:
        print("mvit-lens: stopped", file=sys.stderr)
        return EXIT_INPUT
    except BrokenPipeError:  # the reader of our output went away, for example `| head`
        _drop_output()
        return EXIT_DONE
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _drop_output()
        print("mvit-lens: the output cannot be written: the disk is full", file=sys.stderr)
        return EXIT_INPUT


def _drop_output() -> None:
    """Send what is still buffered nowhere, so that Python does not complain of it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """A request to end, or a closed terminal, unwinds like Ctrl-C: no torn file is left."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    asked = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, stop) for number in asked}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _with_command(words: list[str]) -> list[str]:
    """``view`` is the command where none is named."""
    first = words[0] if words else ""
    if first in COMMANDS or first in ("-h", "--help", "--version"):
        return words
    return ["view", *words]


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="mvit-lens",
        description="See where a Multiscale Vision Transformer looks in a video.",
        epilog="A clip or option without a command opens the window: mvit-lens CLIP = "
        "mvit-lens view CLIP. A file whose name begins with a dash: mvit-lens view -- -CLIP",
    )
    parser.add_argument("--version", action="version", version=f"mvit-lens {_version()}")
    commands = parser.add_subparsers(required=True, metavar="{" + ",".join(COMMANDS) + "}")
    _add_view(commands)
    _add_predict(commands)
    _add_export(commands)
    _add_inspect(commands)
    checks = commands.add_parser("checks", help="versions, devices, display and codecs")
    checks.add_argument("--json", action="store_true", help="print JSON")
    checks.set_defaults(run=_run_checks)
    add_demo_commands(commands)
    return parser


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mvit-lens")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "(not installed)"


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--config", metavar="F.yaml", type=_named, help="the model's configuration")
    choice.add_argument("--preset", metavar="NAME", help="a published architecture by name")
    parser.add_argument("--labels", metavar="F", type=_named, help="class names: text, JSON or CSV")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument(
        "--half", action="store_true", help="half precision: half the memory; fast on a GPU only"
    )


def _add_fps(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fps", type=float, metavar="N", help="frames per second of a folder of pictures (25)"
    )


def _add_view(commands: Any) -> None:  # noqa: ANN401 - argparse does not export its type
    view = commands.add_parser("view", help="open the window (the default)")
    view.add_argument("clip", nargs="?", type=_named, help="a video, or a folder of pictures")
    _add_fps(view)
    view.add_argument("--checkpoint", metavar="F", type=_named)
    _add_model_options(view)
    view.add_argument("--session", metavar="F", type=_named, help="a saved .mvitlens session")
    view.add_argument("--demo", action="store_true", help="open the sample clip and model")
    view.set_defaults(run=_run_view)


def _add_predict(commands: Any) -> None:  # noqa: ANN401
    predict = commands.add_parser("predict", help="print the most probable classes")
    predict.add_argument("clip", type=_named)
    _add_fps(predict)
    predict.add_argument("--checkpoint", metavar="F", type=_named, required=True)
    _add_model_options(predict)
    predict.add_argument("--top", type=_positive, default=5, help="classes to print (5)")
    which = predict.add_mutually_exclusive_group()
    which.add_argument("--window", type=int, metavar="I", help="one clip window, from 0 (0)")
    which.add_argument("--all", action="store_true", help="every window, and their average")
    which.add_argument(
        "--views",
        metavar="TxS",
        help="the average of T clips evenly spaced in time and S crops (1 or 3), as published "
        "results are measured: 5x1 for MViTv2 on Kinetics",
    )
    predict.add_argument("--json", action="store_true", help="print JSON")
    predict.set_defaults(run=_run_predict)


def _add_export(commands: Any) -> None:  # noqa: ANN401
    export = commands.add_parser("export", help="write a heatmap video, picture, arrays or table")
    export.add_argument("clip", type=_named)
    _add_fps(export)
    export.add_argument("--checkpoint", metavar="F", type=_named, required=True)
    _add_model_options(export)
    export.add_argument(
        "-o",
        "--output",
        metavar="OUT.{mp4,mov,mkv,webm,gif,png,npz,csv}",
        type=_named,
        required=True,
    )
    export.add_argument("--method", default="row", help="row, column or received (row)")
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
    export.add_argument(
        "--layout", default="single", help="single, heads, stages or side-by-side (single)"
    )
    export.add_argument(
        "--size", default="native", help="fit into 2160p, 1080p, 720p or 480p (native)"
    )
    export.add_argument("--frame", type=int, metavar="N", help="frame of a PNG, from 0")
    add_heat_options(export)
    add_video_options(export)
    export.add_argument("--json", action="store_true", help="print JSON")
    export.set_defaults(run=_run_export)


def _add_inspect(commands: Any) -> None:  # noqa: ANN401
    inspect = commands.add_parser("inspect", help="what a checkpoint holds, layer by layer")
    inspect.add_argument("checkpoint", type=_named)
    _add_model_options(inspect)
    inspect.add_argument("--json", action="store_true", help="print JSON")
    inspect.set_defaults(run=_run_inspect)


def _named(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("an empty name is no file; name one")
    return Path(text)


def _positive(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
    if value < 1:
        raise argparse.ArgumentTypeError(f"{value} is below 1")
    return value


def parse_query(text: str) -> "Query":
    """A query from its command-line form: ``readout``, ``class`` or ``T,Y,X``.

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


def _load(options: argparse.Namespace) -> "LoadedModel":
    from app.state.view_state import ModelSource

    for path, error in ((options.config, ArchitectureError), (options.labels, LabelsError)):
        if path is not None and not path.is_file():
            raise error(f"{path} does not exist; give the path of a file")
    source = ModelSource(
        options.checkpoint,
        options.config,
        options.preset,
        options.labels,
        options.device,
        options.half,
    )
    return source.load()


def _load_and_report(options: argparse.Namespace) -> "LoadedModel":
    """Load, and say what a user must know of how it went."""
    loaded = _load(options)
    for warning in loaded.report.warnings:
        print(f"note: {warning}", file=sys.stderr)
    return loaded


def _run_view(options: argparse.Namespace) -> int:
    from app.checks import display_problem

    problem = display_problem()
    if problem:
        print(f"mvit-lens: {problem}", file=sys.stderr)
        return EXIT_INPUT
    if sys.platform == "win32":
        import torch  # noqa: F401 - must come before Qt there (pytorch#166628)
    if options.fps is not None:
        from mvit_core.video.decode.image_folder import checked_fps

        checked_fps(options.fps, options.clip)
    from app.window.launch import ViewOptions, launch

    return launch(
        ViewOptions(
            clip=options.clip,
            checkpoint=options.checkpoint,
            config=options.config,
            preset=options.preset,
            labels=options.labels,
            device=options.device,
            half=options.half,
            session=options.session,
            fps=options.fps,
            demo=options.demo,
        )
    )


def _run_predict(options: argparse.Namespace) -> int:
    from app.cli.predict import predict, print_predictions
    from mvit_core import open_video
    from mvit_core.video import clip_windows
    from mvit_core.video.multi_view import parse_plan

    plan = None if options.views is None else parse_plan(options.views)
    with open_video(options.clip, fps=options.fps) as video:
        loaded = _load_and_report(options)
        info = predict(loaded, video, options, plan)
        windows = clip_windows(video.frame_count, video.fps, loaded.clip_spec)
    if options.json:
        print(json.dumps(info))
    else:
        print_predictions(info, len(windows))
    return EXIT_DONE


def _run_export(options: argparse.Namespace) -> int:
    from mvit_core import open_video
    from mvit_core.attribution import parse_head
    from mvit_core.errors import ExportError
    from mvit_core.export import ExportRequest, check_target, export
    from mvit_core.pipeline import Explainer, MapSpec

    if options.frame is not None and options.output.suffix.lower() != ".png":
        raise ExportError("--frame picks the frame of a PNG; the other files hold every frame")
    spec = MapSpec(
        block=options.block,
        head=parse_head(options.head),
        method=options.method,
        query=parse_query(options.query),
    )
    heat = heat_from(options)
    request = ExportRequest(
        spec,
        heat,
        options.layout,
        options.frame,
        encoding=encoding_from(options),
        sound=options.audio,
        sampled_only=options.sampled,
        rate=options.rate,
        size=options.size,
    )
    check_target(options.output, request)  # before a model is loaded for nothing
    with open_video(options.clip, fps=options.fps) as video:
        explainer = Explainer(_load_and_report(options), remembered_windows=1)
        progress = ProgressLine("frame", "fps")
        done = export(explainer, video, request, options.output, progress.show)
    for note in done.notes:
        print(f"note: {note}", file=sys.stderr)
    if options.json:
        print(
            json.dumps(
                {
                    "path": done.path,
                    "frames": done.frame_count,
                    "size": done.size,
                    "notes": done.notes,
                }
            )
        )
    else:
        size = "{}x{}, ".format(*done.size) if done.size else ""
        frames = f"{done.frame_count} frames" if done.frame_count else "data"
        print(f"wrote {done.path} ({size}{frames})")
    return EXIT_DONE


def _run_inspect(options: argparse.Namespace) -> int:
    from app.cli.inspect import inspection, inspection_text

    info = inspection(_load(options))
    print(json.dumps(info) if options.json else inspection_text(info))
    return EXIT_DONE


def _run_checks(options: argparse.Namespace) -> int:
    from app.checks import run_checks

    checks = run_checks()
    if options.json:
        print(json.dumps([vars(check) for check in checks]))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            mark = "ok     " if check.ok else "PROBLEM"
            print(f"{mark}  {check.name:<{width}}  {check.found}")
            if check.advice:
                print(f"{'':9}{'':<{width}}  -> {check.advice}")
    return EXIT_DONE if all(check.ok for check in checks) else EXIT_INPUT


if __name__ == "__main__":
    sys.exit(main())
