"""Workers: the latest task of a key wins, every task ends, cancel reaches the work."""

import threading
import time
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QThread, Slot
from PySide6.QtTest import QTest

from app.results import TaskKey
from app.workers.pool import WorkerPool
from app.workers.worker import Worker
from mvit_core.errors import Cancelled, ClipError
from mvit_core.system.cache import MemoryBudget
from tests.app.conftest import WAIT_MS


class Listener(QObject):
    def __init__(self):
        super().__init__()
        self.results, self.progress, self.threads = [], [], set()

    @Slot(object)
    def on_result(self, result):
        self.threads.add(QThread.currentThread() is self.thread())
        self.results.append(result)

    @Slot(object)
    def on_progress(self, progress):
        self.progress.append(progress)


@pytest.fixture
def listener(qapp):
    return Listener()


@pytest.fixture
def worker(qapp, listener):
    worker = Worker("test")
    worker.listen(listener.on_result, listener.on_progress)
    worker.start()
    yield worker
    worker.close()


def outcomes(listener):
    return [(a.key, a.generation, a.outcome, a.payload) for a in listener.results]


def test_a_result_comes_on_the_receivers_thread_never_within_the_call(qtbot, worker, listener):
    ran_on = []
    worker.submit(TaskKey.HEAT, lambda _: ran_on.append(threading.get_ident()) or 3)
    assert not listener.results
    qtbot.waitUntil(lambda: bool(listener.results), timeout=WAIT_MS)
    assert outcomes(listener) == [(TaskKey.HEAT, 1, "done", 3)]
    assert listener.threads == {True}
    assert ran_on != [threading.get_ident()]


def test_a_newer_task_replaces_the_one_that_waits(qtbot, worker, listener):
    gate = threading.Event()
    worker.submit(TaskKey.EXPLAIN, lambda _: gate.wait(5))
    for number in range(5):
        worker.submit(TaskKey.FRAME, lambda _, number=number: number)
    gate.set()
    qtbot.waitUntil(lambda: len(listener.results) == 6, timeout=WAIT_MS)
    done = [a for a in listener.results if a.key == TaskKey.FRAME and a.outcome == "done"]
    assert [(a.generation, a.payload) for a in done] == [(5, 4)]
    assert sum(a.outcome == "cancelled" for a in listener.results) == 4
    assert worker.is_latest(done[0])


def test_an_error_of_ours_is_one_line_and_the_worker_lives_on(qtbot, worker, listener):
    def fail(_):
        raise ClipError("too short")

    worker.submit(TaskKey.OPEN, fail)
    worker.submit(TaskKey.LOAD, lambda _: 1)
    qtbot.waitUntil(lambda: len(listener.results) == 2, timeout=WAIT_MS)
    assert (listener.results[0].outcome, listener.results[0].problem) == ("failed", "too short")
    assert "ClipError" in listener.results[0].trace
    assert listener.results[1].outcome == "done"


def test_any_other_error_is_named_and_logged(qtbot, worker, listener, caplog):
    worker.submit(TaskKey.COPY, lambda _: 1 / 0)
    qtbot.waitUntil(lambda: bool(listener.results), timeout=WAIT_MS)
    assert listener.results[0].problem == "ZeroDivisionError: division by zero"
    assert "copy failed" in caplog.text


def test_cancel_reaches_running_work_at_its_next_step(qtbot, worker, listener):
    def work(task):
        for step in range(1000):
            task.step(step, 1000)
            time.sleep(0.005)

    worker.submit(TaskKey.SERIES, work)
    qtbot.waitUntil(lambda: len(listener.progress) > 2, timeout=WAIT_MS)
    began = time.monotonic()
    worker.cancel(TaskKey.SERIES)
    assert time.monotonic() - began < 0.2
    qtbot.waitUntil(lambda: bool(listener.results), timeout=1000)
    assert listener.results[0].outcome == "cancelled"


def test_a_waiting_task_that_is_cancelled_never_runs(qtbot, worker, listener):
    gate, ran = threading.Event(), []
    worker.submit(TaskKey.EXPLAIN, lambda _: gate.wait(5))
    worker.submit(TaskKey.MAPS, lambda _: ran.append(1))
    worker.cancel(TaskKey.MAPS)
    gate.set()
    qtbot.waitUntil(lambda: len(listener.results) == 2, timeout=WAIT_MS)
    assert not ran


def test_closing_stops_running_work_and_releases_what_the_worker_owns(qapp):
    released = []
    worker = Worker("closing", on_close=lambda: released.append(threading.get_ident()))
    worker.start()
    started = threading.Event()

    def work(task):
        started.set()
        while True:
            task.check()
            time.sleep(0.005)

    worker.submit(TaskKey.EXPORT, work)
    assert started.wait(5)
    worker.close()
    assert worker.isFinished()
    assert released
    assert released != [threading.get_ident()]


# -- callbacks -----------------------------------------------------------------------------------


class Caller(QObject):
    """Notes how its tasks ended."""

    def __init__(self, worker):
        super().__init__()
        self.worker, self.calls, self.threads = worker, [], set()

    def submit(self, key, work, **options):
        def note(kind):
            return lambda *told: self.record(kind, *told)

        names = {"on_cancel": note("cancelled"), "on_late": note("late")}
        self.worker.submit(key, work, note("result"), note("error"), **{**names, **options})

    def record(self, kind, told=None):
        self.threads.add(QThread.currentThread() is self.thread())
        self.calls.append((kind, getattr(told, "problem", told)))


@pytest.fixture
def caller(worker):
    return Caller(worker)


def test_a_result_goes_to_the_callback_it_was_submitted_with_on_its_thread(
    qtbot, caller, worker, listener
):
    caller.submit(TaskKey.HEAT, lambda _: "red")
    assert not caller.calls
    qtbot.waitUntil(lambda: bool(listener.results), timeout=WAIT_MS)
    assert caller.calls == [("result", "red")]
    assert caller.threads == {True}


class _LetGo:
    """Takes a result, and notes on which thread it is let go."""

    def __init__(self, threads: list[threading.Thread]) -> None:
        self._threads = threads

    def take(self, _: object) -> None:
        """A callback."""

    def __del__(self) -> None:
        self._threads.append(threading.current_thread())


@pytest.mark.parametrize("ends", ["done", "failed"])
def test_whoever_takes_a_result_is_let_go_on_the_windows_thread(
    qtbot, worker, listener, monkeypatch, ends
):
    """Qt crashes where a worker is the last to let go of a widget that it asks what it is."""
    result = worker._result

    def slowly(queued: object) -> None:
        result(queued)
        time.sleep(0.1)  # the window takes the result meanwhile

    monkeypatch.setattr(worker, "_result", slowly)

    def work(_: object) -> None:
        if ends == "failed":
            raise ClipError("no")

    threads: list[threading.Thread] = []
    worker.submit(TaskKey.HEAT, work, _LetGo(threads).take, _LetGo(threads).take)
    qtbot.waitUntil(lambda: bool(listener.results), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(threads) == 2, timeout=WAIT_MS)
    assert set(threads) == {threading.main_thread()}


def test_a_failure_goes_to_the_callback_for_errors_alone(qtbot, caller, listener):
    def fail(_):
        raise ClipError("too short")

    caller.submit(TaskKey.OPEN, fail)
    qtbot.waitUntil(lambda: bool(listener.results), timeout=WAIT_MS)
    assert caller.calls == [("error", "too short")]


@pytest.mark.parametrize("keeps_late", [True, False])
def test_a_stale_result_is_dropped_unless_it_is_worth_keeping(qtbot, caller, listener, keeps_late):
    gate = threading.Event()
    begun = threading.Event()
    options = {} if keeps_late else {"on_late": None}
    caller.submit(TaskKey.FRAME, lambda _: begun.set() or (gate.wait(5) and "old"), **options)
    assert begun.wait(5)
    caller.submit(TaskKey.FRAME, lambda _: "new", **options)
    gate.set()
    qtbot.waitUntil(lambda: len(listener.results) == 2, timeout=WAIT_MS)
    assert caller.calls == [("late", "old")] * keeps_late + [("result", "new")]


@pytest.mark.parametrize("ends_with", [ClipError("too late"), Cancelled()])
def test_a_stale_failure_and_a_stale_cancellation_are_told_to_nobody(
    qtbot, caller, listener, ends_with
):
    gate, begun = threading.Event(), threading.Event()

    def fail(_):
        begun.set()
        gate.wait(5)
        raise ends_with

    caller.submit(TaskKey.LOAD, fail)
    assert begun.wait(5)
    caller.submit(TaskKey.LOAD, lambda _: "new")
    gate.set()
    qtbot.waitUntil(lambda: len(listener.results) == 2, timeout=WAIT_MS)
    assert caller.calls == [("result", "new")]


def test_of_tasks_that_replace_each_other_only_the_last_is_told_that_it_was_cancelled(
    qtbot, caller, worker, listener
):
    gate = threading.Event()
    worker.submit(TaskKey.EXPLAIN, lambda _: gate.wait(5))
    for _ in range(3):
        caller.submit(TaskKey.MAPS, lambda _: 1)
    worker.cancel(TaskKey.MAPS)
    gate.set()
    qtbot.waitUntil(lambda: len(listener.results) == 4, timeout=WAIT_MS)
    assert caller.calls == [("cancelled", None)]


def test_whoever_listens_to_a_worker_hears_after_the_callbacks(qtbot, worker):
    order = []
    worker.finished.connect(lambda result: order.append(result.outcome))
    worker.submit(TaskKey.HEAT, lambda _: 1, lambda _: order.append("callback"))
    qtbot.waitUntil(lambda: len(order) == 2, timeout=WAIT_MS)
    assert order == ["callback", "done"]


def test_a_worker_that_is_closed_calls_nobody_back(qapp):
    worker, calls, done = Worker("closing"), [], threading.Event()
    worker.start()
    worker.submit(TaskKey.HEAT, lambda _: done.set(), calls.append)
    assert done.wait(5)
    worker.close()
    qapp.processEvents()
    assert calls == []


@pytest.mark.parametrize("call", ["submit", "cancel", "is_pending", "generation"])
def test_a_task_that_a_worker_does_not_know_is_an_error(qapp, call):
    worker = Worker("paint", (TaskKey.HEAT, TaskKey.STRIP))
    rest = (lambda _: 1,) if call == "submit" else ()
    with pytest.raises(ValueError, match="'paint' has no task 'load'; it has heat, strip"):
        getattr(worker, call)(TaskKey.LOAD, *rest)
    with pytest.raises(ValueError, match="no task 'lod'"):
        getattr(worker, call)("lod", *rest)


def test_every_task_has_one_worker(qapp):
    pool = WorkerPool(MemoryBudget(1 << 20), qapp)
    assert {key for key in TaskKey if key in pool.of(key).keys} == set(TaskKey)
    taken = [key for worker in pool.workers for key in worker.keys]
    assert sorted(taken) == sorted(TaskKey)
    for worker in pool.workers:
        worker.deleteLater()


class Slow:
    """Background work of many small steps that remembers how far it came."""

    def __init__(self, steps=10**9):
        self.steps, self.done, self.begun = steps, 0, 0

    def __call__(self, task):
        self.begun += 1
        while self.done < self.steps:
            task.check()
            self.done += 1
            time.sleep(0.001)
        return self.done


def test_background_work_makes_way_at_its_next_step_and_is_put_again(qtbot, worker, listener):
    work = Slow()
    worker.submit(TaskKey.AHEAD, work, background=True)
    qtbot.waitUntil(lambda: work.done > 2, timeout=WAIT_MS)
    seen = []
    worker.submit(TaskKey.FRAME, lambda _: seen.append(work.done) or "picture")
    asked_at = work.done
    qtbot.waitUntil(lambda: bool(listener.results), timeout=WAIT_MS)
    assert outcomes(listener) == [(TaskKey.FRAME, 1, "done", "picture")]
    assert seen[0] - asked_at <= 1
    qtbot.waitUntil(lambda: work.done > seen[0] + 2, timeout=WAIT_MS)
    assert work.begun == 2
    assert worker.is_pending(TaskKey.AHEAD)


def test_background_work_ends_in_one_result_however_often_it_is_interrupted(
    qtbot, worker, listener
):
    work = Slow(steps=60)
    worker.submit(TaskKey.AHEAD, work, background=True)
    for number in range(5):
        qtbot.wait(5)
        worker.submit(TaskKey.FRAME, lambda _, number=number: number)
    qtbot.waitUntil(lambda: any(a.key == TaskKey.AHEAD for a in listener.results), timeout=WAIT_MS)
    assert [o for o in outcomes(listener) if o[0] == TaskKey.AHEAD] == [
        (TaskKey.AHEAD, 1, "done", 60)
    ]


def test_what_the_user_waits_for_goes_first_whatever_was_asked_first(qtbot, worker, listener):
    gate, order = threading.Event(), []
    worker.submit(TaskKey.EXPLAIN, lambda _: gate.wait(5))
    worker.submit(TaskKey.AHEAD, lambda _: order.append("ahead"), background=True)
    worker.submit(TaskKey.FRAME, lambda _: order.append("frame"))
    gate.set()
    qtbot.waitUntil(lambda: len(listener.results) == 3, timeout=WAIT_MS)
    assert order == ["frame", "ahead"]


def test_newer_background_work_of_a_key_takes_the_place_of_the_one_that_runs(
    qtbot, worker, listener
):
    old = Slow()
    worker.submit(TaskKey.AHEAD, old, background=True)
    qtbot.waitUntil(lambda: old.done > 2, timeout=WAIT_MS)
    worker.submit(TaskKey.AHEAD, lambda _: "new", background=True)
    qtbot.waitUntil(lambda: len(listener.results) == 2, timeout=WAIT_MS)
    assert outcomes(listener) == [
        (TaskKey.AHEAD, 1, "cancelled", None),
        (TaskKey.AHEAD, 2, "done", "new"),
    ]


@pytest.mark.parametrize("runs", [True, False])
def test_background_work_can_be_cancelled(qtbot, worker, listener, runs):
    gate, work = threading.Event(), Slow()
    if not runs:
        worker.submit(TaskKey.EXPLAIN, lambda _: gate.wait(5))
    worker.submit(TaskKey.AHEAD, work, background=True)
    if runs:
        qtbot.waitUntil(lambda: work.done > 2, timeout=WAIT_MS)
    worker.cancel(TaskKey.AHEAD)
    gate.set()
    qtbot.waitUntil(lambda: any(a.key == TaskKey.AHEAD for a in listener.results), timeout=WAIT_MS)
    assert next(a for a in listener.results if a.key == TaskKey.AHEAD).outcome == "cancelled"
    assert not worker.is_pending(TaskKey.AHEAD)


def test_closing_ends_background_work(qapp):
    worker, work = Worker("closing"), Slow()
    worker.start()
    worker.submit(TaskKey.AHEAD, work, background=True)
    while not work.done:
        time.sleep(0.001)
    worker.close()
    assert worker.isFinished()


def test_work_knows_whether_the_user_waits_for_it(qtbot, worker, listener):
    worker.submit(TaskKey.EXPLAIN, lambda task: task.background)
    worker.submit(TaskKey.AHEAD, lambda task: task.background, background=True)
    qtbot.waitUntil(lambda: len(listener.results) == 2, timeout=WAIT_MS)
    expected = [(TaskKey.EXPLAIN, 1, "done", False), (TaskKey.AHEAD, 1, "done", True)]
    assert sorted(outcomes(listener)) == sorted(expected)


@pytest.mark.parametrize(
    ("cores", "background", "moving", "threads"),
    [
        (4, False, False, 4),
        (4, True, False, 3),
        (4, False, True, 3),
        (4, True, True, 3),
        (1, False, False, 1),
        (1, True, True, 1),
    ],
)
def test_background_work_and_moving_frames_leave_a_core_to_the_window(
    monkeypatch, cores, background, moving, threads
):
    import torch

    from app.workers import inference
    from app.workers.worker import TaskHandle

    asked = []
    monkeypatch.setattr(torch, "set_num_threads", asked.append)
    monkeypatch.setattr(inference, "core_count", lambda: cores)
    task = TaskHandle(TaskKey.EXPLAIN, 1, lambda _: None, background)
    inference.share_cores(task, moving=moving)
    assert asked == [threads]
    inference.share_cores(task, moving=moving, most=1)
    inference.share_cores(task, moving=moving, most=99)
    assert asked == [threads, 1, threads]


def test_a_map_that_the_user_waits_for_is_run_on_every_core(toy_checkpoint, monkeypatch):
    from app.state.view_state import ModelSource
    from app.workers import inference
    from app.workers.worker import TaskHandle
    from mvit_core.explaining.changes import UNCHANGED

    shared = []

    def share(task, moving, most):
        shared.append(task.background or moving)

    monkeypatch.setattr(inference, "share_cores", share)
    host = inference.ModelWorker(MemoryBudget(1 << 20))
    source = ModelSource(checkpoint=toy_checkpoint, device="cpu")
    info = host.load(source, TaskHandle(TaskKey.LOAD, 1, lambda _: None))
    request = SimpleNamespace(
        model=source,
        model_files=(),
        spec=info.clip_spec,
        block=0,
        clip=toy_checkpoint.with_name("clip.mp4"),
        changes=UNCHANGED,
    )
    for background in (False, True):
        host.lend(request, TaskHandle(TaskKey.EXPLAIN, 1, lambda _: None, background))
    host.close()
    assert shared == [False, True]


def test_playing_and_dragging_leave_a_core_until_they_end(lens, qtbot):
    worker = lens.controller.workers.model_worker
    assert not worker.moving
    QTest.keyClick(lens.stage.canvas, Qt.Key.Key_Space)
    assert worker.moving
    QTest.keyClick(lens.stage.canvas, Qt.Key.Key_Space)
    assert not worker.moving
    track = lens.panels.timeline.track
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(40, track.height() - 4))
    assert worker.moving
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(40, track.height() - 4))
    qtbot.waitUntil(lambda: not worker.moving)
