"""``mvit-lens batch``: run many clips, and write tables of what networks said and looked at."""

from __future__ import annotations

from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING

from app.cli.model_options import add_model_options, file_name, model_source, positive
from app.cli.outcome import EXIT_DONE, EXIT_INPUT
from app.cli.printing import complain, say, say_json, say_progress

if TYPE_CHECKING:
    import argparse

    from mvit_core.batch import BatchResult, Progress

_EVERY_SECONDS = 1.0
"""Between two lines of progress."""


def add_options(batch: argparse.ArgumentParser) -> None:
    """Give ``batch`` its options."""
    batch.add_argument(
        "clips", metavar="FOLDER|LIST", type=file_name, help="a folder of clips, or a list of them"
    )
    batch.add_argument(
        "--checkpoint",
        metavar="F",
        type=file_name,
        required=True,
        action="append",
        help="a model; several may be given",
    )
    add_model_options(batch)
    batch.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        type=file_name,
        required=True,
        help="the folder of the tables; the same command goes on in it",
    )
    batch.add_argument(
        "--root", metavar="DIR", type=file_name, help="the folder that paths of the list count from"
    )
    _add_window_options(batch)
    _add_file_options(batch)
    batch.add_argument(
        "--shard", type=positive, default=64, metavar="N", help="clips of a part file (64)"
    )
    _add_engine_options(batch)
    batch.add_argument("--part", default="1/1", metavar="I/N", help="part I of N, from 1/N to N/N")
    batch.add_argument(
        "--retry-errors", action="store_true", help="run shards anew that hold clips with errors"
    )
    batch.add_argument("--json", action="store_true", help="print progress and end as JSON lines")
    batch.set_defaults(run=run)


def _add_window_options(batch: argparse.ArgumentParser) -> None:
    batch.add_argument(
        "--windows",
        default="first",
        metavar="first|all|TxS",
        help="clip windows: the first, all, or T spread over the clip times S crops, averaged",
    )
    batch.add_argument(
        "--stats",
        choices=("readout", "all"),
        default="readout",
        help="statistics of heads: of the row that the prediction is read from, which costs next "
        "to nothing, or of all queries too (readout)",
    )


def _add_file_options(batch: argparse.ArgumentParser) -> None:
    batch.add_argument(
        "--maps",
        metavar="row,received",
        help="write the maps of these methods for every window, head and block, to maps.zarr",
    )
    for name, what in (("captures", "capture files"), ("videos", "heatmap videos")):
        batch.add_argument(
            f"--{name}",
            metavar="N|QUERY",
            help=f"make {what} of the first N windows, or of those that an SQL condition is true "
            'of, as in "not correct"',
        )


def _add_engine_options(batch: argparse.ArgumentParser) -> None:
    batch.add_argument(
        "--workers",
        type=positive,
        metavar="N",
        help="processes (one a core; where there are GPUs, one, or with Ray one each)",
    )
    batch.add_argument(
        "--engine",
        default="local",
        metavar="local|ray",
        help="what runs the clips: processes of this machine, or actors of Ray (local)",
    )
    batch.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="with --engine ray: a cluster that is there already, or auto for that of this "
        "machine; without it one is started and ended",
    )


def run(options: argparse.Namespace) -> int:
    """Run what is left of a batch; returns the exit code."""
    from mvit_core.batch import (
        KINDS,
        Batch,
        BatchSpec,
        parse_choice,
        parse_maps,
        parse_part,
        parse_windows,
        rooted,
        run_batch,
    )
    from mvit_core.clips import read_clips

    windows, part = parse_windows(options.windows), parse_part(options.part)
    maps = () if options.maps is None else parse_maps(options.maps)
    files = {name: getattr(options, name) for name in KINDS}
    clips = read_clips(options.clips)
    if options.root is not None:
        clips = rooted(clips, options.root)
    models = tuple(model_source(options, checkpoint) for checkpoint in options.checkpoint)
    result = run_batch(
        Batch(
            clips,
            BatchSpec(models, windows, options.stats, maps),
            options.output,
            shard=options.shard,
            part=part,
            retry_errors=options.retry_errors,
            workers=options.workers,
            threads=None,
            engine=options.engine,
            address=options.address,
            files={name: parse_choice(text) for name, text in files.items() if text is not None},
        ),
        _Lines(options.json).show,
    )
    _print_end(options, result)
    return EXIT_INPUT if result.is_stopped else EXIT_DONE


class _Lines:
    """Prints progress once a second, as a line on stderr or as JSON on stdout.

    Args:
        is_json: for machines.
    """

    def __init__(self, is_json: bool) -> None:
        self._is_json = is_json
        self._last = monotonic()

    def show(self, progress: Progress) -> None:
        """Print how far the batch has come."""
        now = monotonic()
        if now - self._last < _EVERY_SECONDS:
            return
        self._last = now
        if self._is_json:
            say_json(asdict(progress))
        else:
            say_progress(_words(progress))


def _words(progress: Progress) -> str:
    words = f"{progress.done} of {progress.total} clips"
    if progress.seconds_left is not None:
        left = round(progress.seconds_left)
        words += (
            f", {progress.clips_per_second:.2f} clips/s, "
            f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02} left"
        )
    if progress.files_wanted:
        words += f", {progress.files} of {progress.files_wanted} files"
    return f"{words}, {_errors(progress.errors)}"


def _errors(count: int) -> str:
    return "1 error" if count == 1 else f"{count} errors"


def _print_end(options: argparse.Namespace, result: BatchResult) -> None:
    end = result.progress
    if options.json:
        facts = {"run": result.run, "seconds": round(result.seconds, 3), **asdict(result.files)}
        say_json({**asdict(end), **facts, "stopped": result.is_stopped, "out": str(options.output)})
    else:
        say(
            f"{options.output}: {end.done} of {end.total} clips, {result.run} of them now, "
            f"{result.seconds:.1f} s ({end.clips_per_second:.2f} clips/s), {_errors(end.errors)}"
        )
        if end.errors:
            say("what could not be run stands in the column error of the table clips")
        if options.captures is not None or options.videos is not None:
            say(f"{result.files.made} files made, {result.files.kept} were there")
    for words in result.files.failures:
        complain(words)
    if result.is_stopped:
        complain("stopped after the shards in flight; the same command goes on")
