"""The controller: has the workers make what the state asks for and the results lack.

A change of the store, or the end of a worker's task, leads to ``_refresh``: each collaborator
compares the state with the results and submits tasks for the rest. State and results are then
shown as a snapshot. Every step may be repeated without harm. The controller knows no widget.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from app.controller.ahead import RunAhead
from app.controller.batch_means import BatchMeans
from app.controller.batch_opening import RowWays
from app.controller.checks import Checks
from app.controller.clip_lists import ClipLists
from app.controller.compare import ComparePanes
from app.controller.effects import EffectsScheduler
from app.controller.evidence import EvidenceScheduler
from app.controller.exports import Exports
from app.controller.file_watch import FileWatch
from app.controller.frames import Frames
from app.controller.grid import GridMaps
from app.controller.head_card import comparing_heads
from app.controller.heat import HeatScheduler
from app.controller.jobs import AHEAD, JOB_ORDER, LONG
from app.controller.map_cache import MapCache
from app.controller.maps import MapScheduler
from app.controller.open_files import OpenFiles
from app.controller.opening import tiled_by
from app.controller.patches import Patches
from app.controller.player import Player
from app.controller.ranges import ColourRanges
from app.controller.survey import ClipSurvey
from app.controller.window_states import WindowWatch
from app.controller.workbench import Workbench
from app.intents.intents import Intents
from app.results import Results, TaskKey
from app.results.snapshot import Snapshot
from app.text.phrases import count_frames_from
from app.workers.thumbnails import find_samples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.controller.workbench import Collaborator
    from app.results import JobInfo, ViewSizes
    from app.state.preferences import Preferences, PreferenceStore
    from app.state.recent_files import Recent
    from app.state.store import Store
    from app.state.view_state import ModelSource, ViewState
    from app.workers.export import ExportJob
    from app.workers.worker import Progress, TaskResult
    from mvit_core.errors import Remedy


Show: TypeAlias = "Callable[[Snapshot | None, Snapshot], object]"
"""Shows the differences of two snapshots."""

logger = logging.getLogger(__name__)


class Controller(QObject):
    """Owns the workers and the results; follows the store.

    Args:
        store: holds the state.
        preferences: holds the user's preferences.
        parent: the owner.
    """

    message = Signal(object)
    """Emitted with a ``Message`` to be shown."""
    opened = Signal(str)
    """Emitted with the name of a file that was opened; earlier errors about it are out of date."""
    succeeded = Signal(object)
    """Emitted with the ``TaskKey`` of a task that is done; earlier errors of it are out of date."""

    def __init__(self, store: Store, preferences: PreferenceStore, parent: QObject) -> None:
        super().__init__(parent)
        self.store = store
        count_frames_from(preferences.values.first_index)
        self._bench = bench = Workbench(store, preferences, Results(samples=find_samples()), self)
        self.budget, self.workers, self._jobs = bench.budget, bench.workers, bench.jobs
        self.notify, self.failed = bench.notify, bench.failed
        self._snapshot: Snapshot | None = None
        self._followers: list[Show] = []
        self.survey = survey = ClipSurvey(bench)
        self.effects = EffectsScheduler(bench, survey)
        map_cache = MapCache(bench.budget, self.survey.record_map)
        self._watch, self._frames, self.exports = FileWatch(bench), Frames(bench), Exports(bench)
        self._maps, self._grid_maps = MapScheduler(bench, map_cache), GridMaps(bench, map_cache)
        self._ranges, self.patches = ColourRanges(bench), Patches(bench)
        self.clips = ClipLists(bench, self._row_ways())
        self._colours = HeatScheduler(bench, self._maps, self._ranges)
        self.checks, self._ahead = Checks(bench, survey), RunAhead(bench, map_cache, survey)
        self._collaborators: tuple[Collaborator, ...] = (
            self._frames,
            self._watch,
            self.effects.means,
            BatchMeans(bench),
            self._maps,
            self._colours,
            self._ranges,
            self.survey,
            self.checks,
            EvidenceScheduler(bench, map_cache, self.checks),
            self.effects,
            self.patches,
            *comparing_heads(bench, self.survey),
            self._ahead,
            WindowWatch(bench, self._maps, self.survey),
            self._grid_maps,
            ComparePanes(bench, map_cache),
            self.exports,
            self.clips,
        )
        self._files = OpenFiles(bench, self._frames, self._collaborators, self.opened.emit)
        self.player = Player(store, lambda: bench.results.video, self._frames, self)
        self.intents = Intents(store, lambda: bench.results, bench.notify, preferences)
        self._listen(preferences)

    def _listen(self, preferences: PreferenceStore) -> None:
        bench = self._bench
        bench.message.connect(self.message)
        bench.due.connect(self._refresh)
        bench.workers.start(self._on_finished, self._on_progress)
        self.store.changed.connect(self._on_changed)
        preferences.changed.connect(self._preferred)

    def _row_ways(self) -> RowWays:
        """What rows of a list are opened by; the intents are made later."""
        return RowWays(
            self.open_video, self.load_model, lambda *place: self.intents.choose_block(*place)
        )

    @property
    def results(self) -> Results:
        """The results now."""
        return self._bench.results

    def follow(self, show: Show) -> None:
        """Call a part of the window with (old, new) snapshot whenever anything has changed.

        ``old`` is None where everything is to be shown anew. Called directly: a slot would give the
        interpreter away to a worker, and wait for it.
        """
        self._followers.append(show)

    def unfollow(self) -> None:
        """Call nobody any more; other parts follow soon, perhaps in another language."""
        self._followers, self._snapshot = [], None
        self._jobs.forget_ended()

    def start(self) -> None:
        """Show the first snapshot; call it once the window's parts follow."""
        self._refresh()

    # -- asked by commands and the window ------------------------------------------------------

    def open_video(
        self,
        path: Path,
        stream: int | None = None,
        on_failed: Callable[[TaskResult], object] | None = None,
        *,
        keep_model: bool = False,
    ) -> None:
        """Open a video; the one before stays until this one is there.

        Args:
            path: a file, or a folder of pictures.
            stream: number of the video stream within the file; None for the film.
            on_failed: called where it cannot be opened, in place of the message.
            keep_model: the model stays, even where a capture file was made of another.
        """
        self._files.open_video(path, stream, on_failed, keep_model=keep_model)

    def choose_stream(self, place: int) -> None:
        """Open another video stream of the file that is open, by its place among them."""
        video = self.results.video
        if video is not None and place < len(video.streams):
            self.open_video(video.path, video.streams[place].index)

    def load_model(self, source: ModelSource) -> None:
        """Load a model; the one before stays until this one is loaded."""
        self._files.load_model(source)

    @Slot(str)
    def mend(self, remedy: Remedy) -> None:
        """Try again where memory ended, or read anew what changed on disk."""
        self._files.mend(remedy)

    # Any: the names and types are those of the fields of ModelSource.
    def load_with(self, **choices: Any) -> None:  # noqa: ANN401
        """Load the model that failed last, or the one in use, with other choices."""
        self._files.load_with(**choices)

    def dismiss_failure(self) -> None:
        """Forget the load that failed; choices are those of the model in use again."""
        self._files.dismiss_failure()

    def close_clip(self) -> None:
        """Close the video."""
        self._files.close_clip()

    def run_again(self) -> None:
        """Run the model on the window shown, even after a run failed or was cancelled."""
        for each in self._collaborators:
            each.resume()
        self._refresh()

    @Slot(str)
    def cancel(self, key: str = "") -> None:
        """Stop a job; without a key, the one that the user waits for most.

        Raises:
            ValueError: there is no such key.
        """
        running = self._jobs.running
        for task in (TaskKey(key),) if key else tuple(k for k in JOB_ORDER if k in running)[:1]:
            self._jobs.stopping(task)
            for each in self._collaborators:
                each.stop(task)
            self.workers.of(task).cancel(task)
        self._refresh()

    def export(self, job: ExportJob) -> None:
        """Write an export."""
        self._watch.check()
        self.exports.begin(job)
        self._refresh()

    def run_then_play(self) -> None:
        """Run the windows ahead, and play once it cannot overtake them; again, at once."""
        self._ahead.toggle()
        self._refresh()

    def compute_series(self) -> None:
        """Run the model on every window that the series lacks."""
        self.survey.compute_series()
        self._refresh()

    def compute_average(self) -> None:
        """Run the model on every view that the prediction of the whole video lacks."""
        self.store.update(whole_video=True)
        self.survey.compute_average()
        self._refresh()

    def set_recent(self, entries: tuple[Recent, ...]) -> None:
        """Set the list of files opened lately."""
        self._bench.results = replace(self.results, recent=entries)
        self._refresh()

    @Slot(object)
    def set_sizes(self, sizes: ViewSizes) -> None:
        """Set the sizes of maps on screen, and the blocks in sight."""
        if sizes != self._bench.sizes:
            self._bench.sizes = sizes
            self._refresh()

    def check_files(self) -> None:
        """Look whether the files in use have changed on disk."""
        self._watch.check()

    @property
    def unfinished(self) -> tuple[JobInfo, ...]:
        """Jobs whose result would be lost if the window closed now."""
        return tuple(job for job in self._jobs.all if job.key in LONG and job.state == "running")

    def close(self) -> bool:
        """Stop all workers and wait for them a moment; whether all have ended."""
        self.store.changed.disconnect(self._on_changed)
        for each in self._collaborators:
            each.stop()
        hung = self.workers.close()
        for worker in hung:
            logger.warning("the worker %s does not end; it is left behind", worker.objectName())
        return not hung

    # -- what changes --------------------------------------------------------------------------

    @Slot(object, object)
    def _preferred(self, old: Preferences, new: Preferences) -> None:
        """Apply changed preferences."""
        if old.first_index != new.first_index:
            count_frames_from(new.first_index)
            self._snapshot = None  # every number on screen changes
        self._refresh()

    @Slot(object, object)
    def _on_changed(self, old: ViewState, new: ViewState) -> None:
        if (old.playing, old.speed) != (new.playing, new.speed):
            self.player.follow()
        self.workers.model_worker.moving = new.playing or new.scrubbing
        video = self.results.video
        if old.picture_fps != new.picture_fps and video is not None:
            self._bench.results = replace(self.results, video=video.at_rate(new.picture_fps))
            self.player.follow()
        if tiled_by(old) != tiled_by(new):
            self._files.tile()
        self._refresh()

    @Slot(object)
    def _on_finished(self, result: TaskResult) -> None:
        """Update jobs and refresh after a task has ended and its callbacks were called."""
        if self.workers.of(result.key).is_latest(result):
            self._jobs.end(result)
            if result.outcome == "done":
                self.succeeded.emit(result.key)
        if result.key not in AHEAD:
            self._refresh()

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        worker = self.workers.of(progress.key)
        if progress.generation == worker.generation(progress.key) and self._jobs.advance(progress):
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        for each in self._collaborators:
            each.refresh()
        self._bench.results = replace(
            self.results,
            jobs=self._jobs.all,
            can_undo=self.store.can_undo,
            can_redo=self.store.can_redo,
            can_go_back=self.store.can_go_back,
            can_go_forward=self.store.can_go_forward,
        )
        old, self._snapshot = self._snapshot, Snapshot(self.store.state, self.results)
        for show in self._followers:
            show(old, self._snapshot)
