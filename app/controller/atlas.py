"""Has the numbers of all heads made while the atlas is looked at: of a window, or of the clip."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from app.controller.pieces import Pieces
from app.results import TaskKey
from app.results.atlas import AtlasInfo
from mvit_core.attribution import HeadStatistics, MapSpec, Queries, mean_statistics

if TYPE_CHECKING:
    from app.controller.survey import ClipSurvey
    from app.controller.workbench import Workbench
    from app.results import MapRequest, Results
    from app.workers.worker import TaskHandle

Asked: TypeAlias = "tuple[MapRequest, Queries]"
"""A window, named by what its attention depends on, and whose attention."""

Rows: TypeAlias = "tuple[HeadStatistics, ...]"


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("atlas", text)


class HeadAtlas(Pieces[Asked, Rows]):
    """Compares heads while the workspace is the atlas.

    Args:
        bench: shared by the controller's collaborators.
        survey: knows which windows were run.
    """

    def __init__(self, bench: Workbench, survey: ClipSurvey) -> None:
        super().__init__(bench, TaskKey.ATLAS, lambda: tr("Numbers of all heads"))
        self._survey = survey
        self._told: tuple[object, AtlasInfo | None] = (None, None)
        self._ran: tuple[object, tuple[MapRequest, ...]] = (None, ())

    @override
    def refresh(self) -> None:
        """Put what is known into the results, and have the rest made."""
        results, state = self._bench.results, self._bench.state
        request, info = results.request, None
        if state.workspace == "atlas" and state.atlas.scope == "batch":
            self.leave()
            info = self._of_batch()
        elif state.workspace != "atlas" or request is None:
            self.leave()
        else:
            wanted = self._wanted(request)
            if not (state.playing or state.scrubbing):
                alone = state.atlas.scope == "window"
                self.ask(wanted, self._answer, background=not alone)
            info = self._info(wanted)
        if info is not results.atlas:
            self._bench.results = replace(results, atlas=info)

    @override
    def forget(self) -> None:
        super().forget()
        self._told, self._ran = (None, None), (None, ())

    def _answer(self, asked: Asked, task: TaskHandle) -> Rows:
        return self._bench.workers.atlas.statistics(*asked, task)

    def _wanted(self, request: MapRequest) -> tuple[Asked, ...]:
        """The windows that numbers are asked of: those that were run."""
        choices = self._bench.state.atlas
        windows: tuple[MapRequest, ...] = (request,) if has_run(self._bench.results) else ()
        if choices.scope == "clip":
            windows = self._run_windows(request)
        return tuple((attention_of(each), choices.queries) for each in windows)

    def _run_windows(self, request: MapRequest) -> tuple[MapRequest, ...]:
        """Requests of all windows of the clip that were run."""
        windows = self._bench.results.windows
        key = attention_of(request), id(windows), self._survey.version
        if self._ran[0] != key:
            asked = (replace(request, window=window) for window in windows)
            self._ran = key, tuple(each for each in asked if self._survey.was_run(each))
        return self._ran[1]

    def _of_batch(self) -> AtlasInfo | None:
        """The mean numbers over the rows of a batch result; None while none are known."""
        batch, queries = self._bench.results.batch, self._bench.state.atlas.queries
        if batch is None or not batch.means or batch.means_of is None:
            return None
        key = batch.means, batch.is_old or batch.means_of.queries != queries
        if self._told[0] != key:
            rows = batch.found
            self._told = key, AtlasInfo(batch.means, rows, rows, is_old=key[1])
        return self._told[1]

    def _info(self, wanted: tuple[Asked, ...]) -> AtlasInfo | None:
        """The numbers; of the windows before while those asked for are not known."""
        known = tuple(each for each in wanted if each in self.known)
        effects = self._bench.results.effects
        key = known, len(wanted), id(effects)
        if self._told[0] == key:
            return self._told[1]
        if known:
            rows = mean_statistics([self.known[each] for each in known])
            values = {} if effects is None else effects.values
            found = {(place.block, place.head): value for place, value in values.items()}
            info: AtlasInfo | None = AtlasInfo(rows, len(known), len(wanted), effects=found)
        else:
            last = self._told[1]
            info = None if last is None else replace(last, is_old=True)
        self._told = key, info
        return info


def attention_of(request: MapRequest) -> MapRequest:
    """The request without what a window's attention does not depend on."""
    return replace(request, map=MapSpec(block=0), boxes=(), box=0)


def has_run(results: Results) -> bool:
    """The window asked for was run to its end."""
    shown, request = results.shown, results.request
    return (
        shown is not None
        and request is not None
        and shown.result.is_complete
        and attention_of(shown.result.request) == attention_of(request)
    )
