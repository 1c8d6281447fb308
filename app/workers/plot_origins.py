"""Says beside the plots and tables that the window writes itself where they come from.

No command writes such a file. What is told is what was shown, as the request of an export, and the
command whose numbers come nearest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from app.workers.export import job_for
from mvit_core.errors import MvitError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.results import MapRequest, PlotFile, Results
    from app.state.view_state import ViewState
    from app.workers.export import ExportJob
    from app.workers.inference import ModelWorker
    from app.workers.worker import TaskHandle
    from mvit_core.export import ExportRequest, Source
    from mvit_core.provenance import Provenance
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True)
class PlotKind:
    """A kind of file that a part of the window writes."""

    shows: str
    """What it holds, in English as all that files say."""
    nearest: str = ""
    """The command that gives its numbers, ``figure`` followed by the view; empty for none."""
    is_of_clip: bool = False
    """It is of all windows that were run, not of the one shown."""
    compares_heads: bool = False
    """It is of what the atlas compares: the window, all that were run, or a batch result."""


PLOT_KINDS: Mapping[str, PlotKind] = MappingProxyType(
    {
        "series": PlotKind("values of every window that was run", "figure series", is_of_clip=True),
        "faithfulness": PlotKind(
            "the class while what the map shows is removed and restored", "figure faithfulness"
        ),
        "histogram": PlotKind("how often each value of the map comes", "export"),
        "distances": PlotKind("how far the chosen heads look"),
        "heads": PlotKind("all heads by their numbers, as points", "heads", compares_heads=True),
        "head-table": PlotKind("all heads by their numbers", "heads", compares_heads=True),
        "time-to-time": PlotKind("attention of the chosen heads from each time to each other"),
    }
)
"""Kinds by the name of their plot; ``PlotMenu`` and ``AtlasPage`` name them."""


@dataclass(frozen=True)
class OriginJob:
    """A file of the window, and what was shown when it was written."""

    file: PlotFile
    windows: tuple[ClipWindow, ...] = ()
    """Windows that it is of."""
    export: ExportJob | None = None
    """Clip, model, and what was shown; None of a batch result."""
    shown: MapRequest | None = None
    """The request of the map on screen; None of a batch result."""
    batch: Path | None = None
    """Folder of the batch result that it is of."""


@dataclass(frozen=True)
class ToldOrigins:
    """What became of some jobs."""

    jobs: tuple[OriginJob, ...]
    notes: tuple[str, ...]
    """What could not be told, a sentence each."""


def origin_job(file: PlotFile, state: ViewState, results: Results) -> OriginJob | None:
    """What must be known to tell where a file comes from; None while nothing is shown.

    Args:
        file: that was written.
        state: the view.
        results: what was shown.
    """
    kind = PLOT_KINDS[file.what]
    if kind.compares_heads and state.atlas.scope == "batch" and state.clips is not None:
        return OriginJob(file, batch=state.clips)
    job, shown = job_for(state, results, file.path.parent), results.request
    if job is None or shown is None:
        return None
    pairs = zip(results.windows, results.window_states.states, strict=False)
    run = tuple(window for window, of_window in pairs if of_window == "run")
    is_of_clip = kind.is_of_clip or (kind.compares_heads and state.atlas.scope == "clip")
    return OriginJob(file, run if is_of_clip else (shown.window,), job, shown)


def write_origins(
    model_worker: ModelWorker, jobs: tuple[OriginJob, ...], task: TaskHandle
) -> ToldOrigins:
    """Write where files come from beside each; runs on the inference worker.

    Args:
        model_worker: holds the models.
        jobs: the files.
        task: is asked whether to stop.
    """
    from mvit_core.provenance import check_side, write_beside

    notes = []
    for job in jobs:
        try:
            check_side(job.file.path)
            told = _batch_told(job) if job.batch else _told(model_worker, job, task)
            notes.append(write_beside(told, job.file.path))
        except MvitError as error:
            name = job.file.path.name
            notes.append(f"{name} is written, and not where it comes from: {error}")
    return ToldOrigins(jobs, tuple(filter(None, notes)))


def _batch_told(job: OriginJob) -> Provenance:
    """The provenance of a batch result for a file that compares its heads."""
    from mvit_core.provenance import WINDOW, read_provenance

    assert job.batch is not None
    kept, kind = read_provenance(job.batch).provenance, PLOT_KINDS[job.file.what]
    return replace(
        kept,
        kind=WINDOW,
        output=job.file.path.name,
        shows=f"{kind.shows}: means over the rows listed of a batch result",
        command="",
        no_command=_NONE_WRITES + _nearly(kept.command, "the batch is run by"),
    )


def _told(model_worker: ModelWorker, job: OriginJob, task: TaskHandle) -> Provenance:
    from mvit_core.export import Source
    from mvit_core.provenance import WINDOW, Origin, provenance_of, run_facts

    wanted, shown = job.export, job.shown
    assert wanted is not None
    assert shown is not None
    explainer = model_worker.lend(shown, task)
    video = model_worker.open(wanted.clip, wanted.picture_fps, file=wanted.clip_file)
    request = replace(wanted.request, comparison=None, layout="single")
    given = [(explainer, video)], request, request, None, task.check
    found, kind = provenance_of(WINDOW, job.file.path.name, *given), PLOT_KINDS[job.file.what]
    command = _nearest(kind.nearest, Source(explainer, video), request, job.windows, found)
    why = _NONE_WRITES + _nearly(command, "its numbers come of")
    found = replace(found, shows=kind.shows, no_command=why)
    captured, runs_on = explainer.recall(video, shown.window, shown.boxes), explainer.loaded.runs_on
    first = captured if captured is not None and captured.record.is_complete else None
    told = Origin.begin(found, runs_on).of(job.windows, first)
    return replace(told, run=run_facts(runs_on))


_NONE_WRITES = "the window wrote it from what it showed, and no command writes such a file"


def _nearly(command: str, words: str) -> str:
    return f"; {words}: {command}" if command else ""


def _nearest(
    command: str,
    source: Source,
    request: ExportRequest,
    windows: tuple[ClipWindow, ...],
    told: Provenance,
) -> str:
    """The command that gives the numbers of a file, for a shell; empty where options cannot say it.

    Args:
        command: of the kind.
        source: clip and model.
        request: what was shown.
        windows: that the file is of.
        told: its provenance, whose first source the command names.
    """
    from mvit_core.export.command import words_of
    from mvit_core.figure import OWN_RANGES, FigureFile, FigureRequest, figure_words
    from mvit_core.provenance import TAKE_CODE, line_of, option

    model, name = told.source.model, command.split(" ")[0]
    takes_it = model.module is None or name in TAKE_CODE
    if not (command and takes_it and model.is_named) or model.stated_preprocessing is not None:
        return ""
    classes, window = source.explainer.loaded.classes, windows[0].index if windows else 0
    words: tuple[str, ...] | None
    if name == "figure":
        shown = replace(request, heat=OWN_RANGES)
        view = FigureRequest(shown, view=command.split(" ")[1], window=window)
        words, ending = figure_words(FigureFile(view), ".svg", classes), ".svg"
    elif name == "export":
        frames, ending = source.video.frame_count, ".npz"
        words = words_of(request, ending, frames, classes)
    else:
        is_plain = model.has_weights and not request.changes
        words, ending = ((*option("--window", str(window)), "--json") if is_plain else None), ""
    if words is None:
        return ""
    output = option("-o", Path(told.output).stem + ending) if ending else ()
    return line_of(name, told.source, (*words, *output))
