"""Runs the windows that play will come to, and begins to play once it cannot overtake them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from typing_extensions import override

from app.controller.workbench import Collaborator
from app.results import PlayWait, TaskKey
from app.workers.survey import PieceByPiece

if TYPE_CHECKING:
    from app.controller.map_cache import MapCache
    from app.controller.survey import ClipSurvey
    from app.controller.workbench import Workbench
    from app.results import MapRequest, MapResult

CAUTION = 1.2
"""Factor on the seconds that a run is expected to take."""


class RunAhead(QObject, Collaborator):
    """Has the windows from the frame shown on run, and plays when they are far enough ahead.

    Args:
        bench: shared by the controller's collaborators.
        cache: maps made so far.
        survey: knows how long a run of this clip takes.
    """

    _made = Signal(object)
    _ready = Signal()

    def __init__(self, bench: Workbench, cache: MapCache, survey: ClipSurvey) -> None:
        super().__init__(bench)
        self._bench, self._cache, self._survey = bench, cache, survey
        self._worker, self._model_worker = bench.workers.infer, bench.workers.model_worker
        self._waits_for: MapRequest | None = None
        # Emitted on the worker's thread, received on the window's.
        self._made.connect(self._keep, Qt.ConnectionType.QueuedConnection)
        # Not within a refresh: playing is a change of the state, which leads to another.
        self._ready.connect(self._play, Qt.ConnectionType.QueuedConnection)

    def toggle(self) -> None:
        """Begin to run ahead; while play waits, play at once; while it plays, stop."""
        state, request = self._bench.state, self._bench.results.request
        if state.playing or self._waits_for is not None:
            self._waits_for = None
            self._bench.store.update(playing=not state.playing)
        elif request is not None:
            self._waits_for = request
            missing = self._missing(request)
            if missing:
                self._bench.jobs.begin(TaskKey.PLAY_AHEAD, self.tr("Running ahead of play"))
                task = PieceByPiece(missing, self._model_worker.explain, self._made.emit)
                self._worker.submit(
                    TaskKey.PLAY_AHEAD, task, None, self._bench.failed, background=True
                )

    @override
    def refresh(self) -> None:
        """Put the seconds until play begins into the results; begin where there are none."""
        results, request = self._bench.results, self._bench.results.request
        wait: PlayWait | None = None
        if self._waits_for is not None:
            if request is None or _purpose(request) != _purpose(self._waits_for):
                self.stop(TaskKey.PLAY_AHEAD)  # another map or clip: nobody waits for these runs
                self._worker.cancel(TaskKey.PLAY_AHEAD)
            else:
                wait = self._wait(request)
        if wait != results.play_wait:
            self._bench.results = replace(results, play_wait=wait)
        if wait is not None and wait.seconds is not None and wait.seconds <= 0:
            self._ready.emit()

    @override
    def forget(self) -> None:
        self._waits_for = None
        self._worker.cancel(TaskKey.PLAY_AHEAD)

    @override
    def stop(self, key: TaskKey | None = None) -> None:
        if key in (None, TaskKey.PLAY_AHEAD):
            self._waits_for = None

    @Slot()
    def _play(self) -> None:
        """Play, unless the wait was ended meanwhile."""
        if self._waits_for is not None:
            self._waits_for = None
            self._bench.store.update(playing=True)

    @Slot(object)
    def _keep(self, result: MapResult) -> None:
        self._cache.keep(result)
        self._bench.due.emit()

    def _missing(self, request: MapRequest) -> list[MapRequest]:
        """Requests of the windows from the frame shown on that have no map yet, in order."""
        results, frame = self._bench.results, self._bench.state.frame
        wanted = (replace(request, window=w) for w in results.windows if w.stop > frame)
        return [each for each in wanted if each not in self._cache]

    def _wait(self, request: MapRequest) -> PlayWait:
        """Seconds after which no window is reached before it was run; none while unknown."""
        video, state = self._bench.results.video, self._bench.state
        missing = self._missing(request)
        if not missing or video is None:
            return PlayWait(0.0)
        seconds = self._survey.seconds(request)
        if seconds is None:
            return PlayWait(None)
        here, speed = float(video.pts_seconds[state.frame]), max(abs(state.speed), 0.01)
        waits = []
        for count, each in enumerate(missing, start=1):
            begins = float(video.pts_seconds[max(each.window.start, state.frame)])
            waits.append(count * seconds * CAUTION - (begins - here) / speed)
        return PlayWait(max(waits))


def _purpose(request: MapRequest) -> object:
    return request.network, request.clip, request.clip_file, request.spec, request.map
