"""Work of the export worker, which has a model and a container of its own."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Literal

from app.state.view_state import settings_for
from app.text.phrases import frame_number
from app.workers.captures import CaptureFiles
from app.workers.export_sources import JobSource, compared
from app.workers.inference import keeping, prepare_torch, with_preprocessing
from app.workers.network import load_unchanged
from mvit_core.attribution import FEATURES, METHODS, head_indices
from mvit_core.errors import FileChangedError
from mvit_core.explaining.changes import UNCHANGED
from mvit_core.explaining.given_means import GivenMeans
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.system.ordinary_file import is_there
from mvit_core.video.decode.container import changed_words
from mvit_core.video.encode.encoders import CONTAINERS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.results import Results
    from app.results.maps import Network
    from app.state.view_state import ModelSource, ViewName, ViewState
    from app.workers.worker import TaskHandle
    from mvit_core.attribution import HeadChoice, MapSpec
    from mvit_core.capture_file import CaptureFile
    from mvit_core.explaining import Changes
    from mvit_core.export import Comparison, ExportRequest, Source
    from mvit_core.pipeline import Explainer
    from mvit_core.render import HeatSettings, RangePolicy
    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video import Video
    from mvit_core.video.clip import ClipSpec


Span = Literal["all", "window", "loop", "sampled"]
"""Names of ranges of frames; their bounds are those at the time of the export."""

VIEW_LAYOUTS: Mapping[ViewName, str] = {"heads": "heads", "layers": "stages"}
"""The export layout nearest to each view, by its name in ``LAYOUTS``; otherwise the map alone."""


@dataclass(frozen=True)
class ExportJob:
    """Everything that an export needs: clip, model, request and target."""

    clip: Path
    model: ModelSource
    clip_spec: ClipSpec
    """Sampling and preprocessing of the model's input."""
    target: Path
    """File to be written; its ending decides the kind of file."""
    request: ExportRequest
    """The core's request: map, frames, layout, heat and encoding."""
    picture_fps: float | None = None
    """Frames per second of a folder of pictures; None for a file."""
    span: Span = "all"
    """Name of the range that the frames of the request are."""
    clip_file: FileIdentity | None = None
    """Identity of the clip's file when it was opened; None for the file at its path."""
    model_files: tuple[FileIdentity, ...] = ()
    """The same of the model's files."""
    policy: RangePolicy | None = None
    """Range policy in place of that on screen; None takes it as it is there."""
    others: tuple[JobSource, ...] = ()
    """Clips and models of panes, beside its own."""

    @property
    def network(self) -> Network:
        """The model, as its files were when it was loaded."""
        return self.model, self.model_files or self.model.files()


@dataclass(frozen=True)
class Exported:
    """A file that was written."""

    target: Path
    notes: tuple[str, ...]
    """Remarks on the file, a sentence each."""


def job_for(state: ViewState, results: Results, folder: Path) -> ExportJob | None:
    """Make the job that exports the present view to a folder; None without video or model."""
    layer = results.layer(state.map.block)
    if results.video is None or results.model is None or layer is None:
        return None
    clip = results.video.path
    from mvit_core.export import ExportRequest  # the model is loaded, so torch is there

    clip_spec = state.clip_spec or results.model.clip_spec
    shown = _map_on_screen(state, results, layer.block)
    comparison: Comparison | None = None
    others: tuple[JobSource, ...] = ()
    if state.view == "compare":
        own = JobSource(clip, state.stream, results.model.source, clip_spec)
        comparison, others = compared(state, results, shown, own)
    job = ExportJob(
        clip=clip,
        model=results.model.source,
        clip_spec=clip_spec,
        target=folder / f"{clip.stem}.mp4",
        request=ExportRequest(
            map=shown,
            heat=settings_for(state.map.method, state.heat),
            layout=VIEW_LAYOUTS.get(state.view, "single"),
            frame_index=state.frame,
            boxes=state.boxes if results.model.reads_boxes else (),
            tiling=state.tiling,
            comparison=comparison,
            changes=_changes(results),
        ),
        picture_fps=state.picture_fps if results.video.is_folder else None,
        clip_file=results.video.file,
        model_files=results.model.files,
        others=others,
    )
    return replace(job, target=named(job))


def _map_on_screen(state: ViewState, results: Results, block: int) -> MapSpec:
    """The map of the canvas: of evidence the method and the classes that are on screen.

    Those are named, so that a film is of one class throughout.
    """
    shown = None if results.shown is None else results.shown.result.evidence
    if state.map.method not in EVIDENCE or shown is None:
        return replace(state.map, block=block)
    target = shown.target
    return replace(
        state.map,
        block=block,
        head="mean",
        query="readout",
        method=shown.method,
        target=target.index,
        against=target.against,
    )


def _changes(results: Results) -> Changes:
    """What is changed in the network on screen, by the same means."""
    return UNCHANGED if results.request is None else results.request.changes


def named(job: ExportJob) -> Path:
    """The target renamed after clip, layer, head and range of frames."""
    wanted = job.request.map
    what = f"b{wanted.block}-{_short(wanted.head)}"
    if wanted.method in EVIDENCE:
        what = f"why{wanted.target}-{wanted.method}"
    elif wanted.method in FEATURES:
        what = f"b{wanted.block}-{wanted.method}"
    if job.request.comparison is not None:
        what = "compare"
    words = f"{job.clip.stem}-{what}-{_short_range(job)}"
    return job.target.with_name(words + job.target.suffix)


def of_frames(request: ExportRequest, span: Span, frames: tuple[int, int]) -> ExportRequest:
    """Limit a request to the frames of a span, given as (first, one past the last)."""
    return replace(request, start=frames[0], stop=frames[1], sampled_only=span == "sampled")


def with_policy(heat: HeatSettings, policy: RangePolicy | None) -> HeatSettings:
    """The heat with a range policy of the export's own, where there is one and none is locked."""
    return heat if policy is None or not heat.is_automatic else replace(heat, range_policy=policy)


def spans_of(state: ViewState, results: Results) -> dict[Span, tuple[int, int]]:
    """The spans that exist now, as (first frame, one past the last)."""
    if results.video is None:
        return {}
    frames = results.video.frame_count
    spans: dict[Span, tuple[int, int]] = {"all": (0, frames)}
    window = results.window(state.frame)
    if window is not None:
        spans["window"] = window.start, window.stop
    if state.loop.has_points:
        first, last = state.loop.points(frames)
        spans["loop"] = first, last + 1
    if results.windows:
        spans["sampled"] = 0, frames
    return spans


def repeated(last: ExportJob, state: ViewState, results: Results) -> ExportJob | None:
    """Make the job that exports the present view with the choices of the last one.

    Its target is a free name beside the last file. A window or a loop is the present one, or the
    whole video where there is none any more.
    """
    job = job_for(state, results, last.target.parent)
    if job is None:
        return None
    spans = spans_of(state, results)
    span = last.span if last.span in spans else "all"
    now = job.request
    as_last = replace(
        last.request,
        map=now.map,
        heat=with_policy(now.heat, last.policy),
        frame_index=now.frame_index,
        boxes=now.boxes,
        tiling=now.tiling,
        comparison=now.comparison,
        changes=now.changes,
    )
    if now.map.method not in METHODS:
        as_last = replace(as_last, layout=now.layout)  # evidence is one map: some have none of it
    request = of_frames(as_last, span, spans[span])
    job = replace(job, target=last.target, span=span, request=request, policy=last.policy)
    return replace(job, target=_free(named(job)))


def _free(target: Path) -> Path:
    """The path, or the path with the first number that makes it free."""
    wanted = target
    for number in count(2):
        if not is_there(target):
            break
        target = wanted.with_stem(f"{wanted.stem}-{number}")
    return target


def _short(head: HeadChoice) -> str:
    """A head or a reduction, for the name of a file."""
    return head if isinstance(head, str) else "h" + "+".join(map(str, head_indices(head)))


def _short_range(job: ExportJob) -> str:
    """The frames, for the name of a file; empty for tables and arrays, which hold all windows."""
    from mvit_core.export import EXPORTERS  # needs torch, which is there once a model is

    ending, request = job.target.suffix.lower(), job.request
    is_picture = ending in EXPORTERS and EXPORTERS[ending].holds == "picture"
    if is_picture and request.frame_index is not None:
        return f"f{frame_number(request.frame_index)}"
    if ending not in CONTAINERS or job.span == "all" or request.stop is None:
        return "all"
    if job.span == "sampled":
        return "sampled"
    return f"f{frame_number(request.start)}-{frame_number(request.stop - 1)}"


class Exporter:
    """Writes exports and keeps the model of the last one; lives on the export worker."""

    def __init__(self, given: GivenMeans | None = None) -> None:
        self._given = given or GivenMeans()
        self._explainer: Explainer | None = None
        self._network: Network | None = None
        self._captures = CaptureFiles()
        self._stored: CaptureFile | None = None
        """The capture file that the explainer reads windows of."""

    def run(self, job: ExportJob, task: TaskHandle) -> Exported:
        """Write the file, whole or not at all.

        Raises:
            MvitError: the target cannot be written, or the job does not fit the model.
        """
        with ExitStack() as opened:
            own = self.open(job, task, opened)
            from mvit_core.export import export

            explainer, video = own.explainer, own.video
            others = tuple(
                self._source(place, job, explainer, video, opened, task)
                for place in range(1, 1 + len(job.others))
            )
            given = (explainer, video, job.request, job.target, task.step)
            summary = export(*given, others) if others else export(*given)
        return Exported(job.target, summary.notes)

    def open(self, job: ExportJob, task: TaskHandle, opened: ExitStack) -> Source:
        """Load the model of a job unless it was that of the last one, and open its clip.

        Args:
            job: names them, and how the model is fed.
            task: may stop it, then and while frames are read.
            opened: closes the clip in the end.

        Raises:
            FileChangedError: another file lies there than the window showed.
            MvitError: the model cannot be loaded, or the clip cannot be opened.
        """
        prepare_torch()
        from mvit_core.export import Source
        from mvit_core.video import open_video

        task.check()
        explainer = explainer_for(self._explainer_of(job, task), job)
        stream = None if job.clip_file is None else job.clip_file.stream
        video = opened.enter_context(open_video(job.clip, fps=job.picture_fps, stream=stream))
        opened.enter_context(video.checked_by(task.check))
        if job.clip_file not in (None, video.identity):
            raise FileChangedError(changed_words(job.clip))
        return Source(explainer, video)

    def _source(
        self,
        place: int,
        job: ExportJob,
        explainer: Explainer,
        video: Video,
        opened: ExitStack,
        task: TaskHandle,
    ) -> Source:
        """Open a further source of a job; its clip is closed with the others, its model dropped."""
        from mvit_core.export import Source
        from mvit_core.pipeline import Explainer

        wanted = job.others[place - 1]
        loaded = explainer.loaded
        if wanted.model != job.model:
            loaded = load_unchanged(wanted.network, task.check)
        stored = self._captures.of(wanted.network, loaded, wanted.clip)
        fed = replace(loaded, clip_spec=wanted.clip_spec)
        made = Explainer(fed, remembered_windows=1, stored=stored, given=self._given)
        other = explainer_for(made, job, place)
        return Source(other, open_other(wanted, video, opened))

    def close(self) -> None:
        """Release the model."""
        self._explainer = None

    def _explainer_of(self, job: ExportJob, task: TaskHandle) -> Explainer:
        """The explainer of the last export where it is of the same model and capture file."""
        from mvit_core.pipeline import Explainer

        kept, network = self._explainer, job.network
        loaded = None if kept is None or self._network != network else kept.loaded
        if loaded is None:
            self._explainer = kept = None
            loaded = load_unchanged(network, task.check)
        stored = self._captures.of(network, loaded, job.clip)
        if kept is None or stored is not self._stored:
            kept = Explainer(loaded, remembered_windows=1, stored=stored, given=self._given)
        self._explainer, self._network, self._stored = kept, network, stored
        return kept


def open_other(wanted: JobSource, video: Video, opened: ExitStack) -> Video:
    """The clip of a further source: that of the export, or another that is closed in the end.

    Raises:
        FileChangedError: another file lies there than the pane showed.
        VideoError: it cannot be opened.
    """
    from mvit_core.video import open_video

    if wanted.is_own_clip:
        return video
    other = opened.enter_context(open_video(wanted.clip, stream=wanted.stream))
    if wanted.clip_file not in (None, other.identity):
        raise FileChangedError(changed_words(wanted.clip))
    return other


def explainer_for(explainer: Explainer, job: ExportJob, place: int = 0) -> Explainer:
    """An explainer of the same model with a source's preprocessing, keeping the layers it needs."""
    source = job if place == 0 else job.others[place - 1]
    blocks = _blocks_of(explainer, job, place) if source.model.one_layer else None
    return keeping(with_preprocessing(explainer, source.clip_spec), blocks)


def _blocks_of(explainer: Explainer, job: ExportJob, place: int) -> frozenset[int] | None:
    """The layers that a job needs of a source where memory does not suffice for all."""
    from mvit_core.export import LAYOUTS
    from mvit_core.model.cost import layer_costs

    request, heat = job.request, job.request.heat
    looks_at_all = heat.range_policy == "model" and heat.is_automatic
    if looks_at_all or request.map.block is None:
        return None
    if request.comparison is not None:
        panes = (pane for pane in request.comparison.panes if pane.source == place)
        return frozenset(pane.map.block for pane in panes if pane.map.block is not None)
    shown = {request.map.block}
    if LAYOUTS[request.layout].varies == "block":
        costs = layer_costs(explainer.loaded.config)
        shown |= set({cost.stage: cost.block for cost in costs}.values())  # the last of each stage
    return frozenset(shown)
