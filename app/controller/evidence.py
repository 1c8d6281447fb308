"""Has the map of evidence made that the quick answer stands for, and keeps what is known beside it.

The quick answer comes like any map, with the window (``MapScheduler``). The better one takes its
place in the cache of maps, so that whatever shows the map of a request shows the better one then.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QTimer
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import TaskKey, WhyInfo
from app.text.terms import term
from mvit_core.explaining.methods import EVIDENCE

if TYPE_CHECKING:
    from app.controller.checks import Checks
    from app.controller.map_cache import MapCache
    from app.controller.workbench import Workbench
    from app.results import MapRequest, MapResult
    from app.results.why import Coming
    from app.workers.worker import TaskResult

REST_MS = 600
"""Milliseconds of rest in another window after which the better map is made."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("why", text)


class EvidenceScheduler(Collaborator):
    """Submits each map of evidence once, and puts what is known of the one on screen together.

    Args:
        bench: shared by the controller's collaborators.
        cache: maps made so far.
        checks: what is found out beside a map.
    """

    def __init__(self, bench: Workbench, cache: MapCache, checks: Checks) -> None:
        self._bench, self._cache, self._checks = bench, cache, checks
        self._worker = bench.workers.infer
        self._asked: MapRequest | None = None
        self._barred: dict[MapRequest, tuple[Coming, str]] = {}
        """Requests that were stopped or failed, and the reason."""
        self._last: MapRequest | None = None
        self._done: MapRequest | None = None
        """Made last: not made again where the cache has no room for it."""
        self._rest = QTimer(bench)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._rested)

    @override
    def refresh(self) -> None:
        """Put what is known beside the map shown into the results; request the better map."""
        results = self._bench.results
        request = results.request
        if self._asked is not None and self._asked != request:
            self._worker.cancel(TaskKey.EVIDENCE)  # nobody waits for it any more
            self._asked = None
        shown = None if results.shown is None else results.shown.result
        if shown is None or shown.evidence is None:
            why = None
        else:
            if shown.is_quick and shown.request == request:
                self._improve(shown.request)
            why = self._known(shown)
        if not _same(why, results.why):
            self._bench.results = replace(results, why=why)

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key is TaskKey.EVIDENCE and self._asked is not None:
            self._barred[self._asked] = "stopped", ""
            self._asked = None
        if key is None:
            self._rest.stop()

    @override
    def resume(self) -> None:
        self._barred.clear()
        self._done = None

    @override
    def forget(self) -> None:
        self._worker.cancel(TaskKey.EVIDENCE)
        self._asked = self._last = self._done = None
        self._barred.clear()

    def _known(self, shown: MapResult) -> WhyInfo:
        coming, problem = self._barred.get(shown.request, ("waiting", ""))
        if not shown.is_quick:
            coming, problem = "ready", ""
        return self._checks.known(WhyInfo(coming, problem), shown)

    def _improve(self, request: MapRequest) -> None:
        state = self._bench.state
        if request in self._barred or request in (self._asked, self._done):
            return
        if state.playing or state.scrubbing:
            return
        before, self._last = self._last, request
        if before is not None and before.window != request.window:
            self._rest.start()  # the user goes through windows, perhaps
        if not self._rest.isActive():
            self._submit(request)

    def _rested(self) -> None:
        self._bench.due.emit()

    def _submit(self, request: MapRequest) -> None:
        self._asked = request
        title = term(EVIDENCE[request.map.method].title)
        words = tr("{method} of window {n}").format(method=title, n=request.window.index + 1)
        self._bench.jobs.begin(TaskKey.EVIDENCE, words)
        self._worker.submit(
            TaskKey.EVIDENCE,
            partial(self._bench.workers.explain.make, request),
            self._made,
            partial(self._failed, request),
            on_late=self._cache.keep,
        )

    def _made(self, result: MapResult) -> None:
        self._cache.keep(result)
        self._asked, self._done = None, result.request

    def _failed(self, request: MapRequest, result: TaskResult) -> None:
        """Leave the quick answer, and say why there is no other."""
        self._barred[request] = "failed", result.problem
        self._asked = None


def _same(one: WhyInfo | None, other: WhyInfo | None) -> bool:
    if one is None or other is None:
        return one is other
    return vars(one) == vars(other)
