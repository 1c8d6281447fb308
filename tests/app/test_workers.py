"""WorkerPool: latest question wins, every question ends, cancel reaches the work."""

import threading
import time

import pytest
from PySide6.QtCore import QObject, QThread, Slot

from app.workers.worker import Worker
from mvit_core.errors import ClipError


class Ear(QObject):
    def __init__(self):
        super().__init__()
        self.map_cache, self.progress, self.threads = [], [], set()

    @Slot(object)
    def on_result(self, result):
        self.threads.add(QThread.currentThread() is self.thread())
        self.map_cache.append(result)

    @Slot(object)
    def on_progress(self, progress):
        self.progress.append(progress)


@pytest.fixture
def ear(qapp):
    return Ear()


@pytest.fixture
def worker(qapp, ear):
    worker = Worker("test")
    worker.listen(ear.on_result, ear.on_progress)
    worker.start()
    yield worker
    worker.close()


def outcomes(ear):
    return [(a.key, a.generation, a.outcome, a.payload) for a in ear.map_cache]


def test_an_answer_comes_on_the_receivers_thread_never_within_the_call(qtbot, worker, ear):
    ran_on = []
    worker.ask("sum", lambda _: ran_on.append(threading.get_ident()) or 3)
    assert not ear.map_cache
    qtbot.waitUntil(lambda: bool(ear.map_cache))
    assert outcomes(ear) == [("sum", 1, "done", 3)]
    assert ear.threads == {True}
    assert ran_on != [threading.get_ident()]


def test_a_newer_question_replaces_the_one_that_waits(qtbot, worker, ear):
    gate = threading.Event()
    worker.ask("slow", lambda _: gate.wait(5))
    for number in range(5):
        worker.ask("frame", lambda _, number=number: number)
    gate.set()
    qtbot.waitUntil(lambda: len(ear.map_cache) == 6)
    done = [a for a in ear.map_cache if a.key == "frame" and a.outcome == "done"]
    assert [(a.generation, a.payload) for a in done] == [(5, 4)]
    assert sum(a.outcome == "cancelled" for a in ear.map_cache) == 4
    assert worker.is_latest(done[0])


def test_an_error_of_ours_is_one_line_and_the_lane_lives_on(qtbot, worker, ear):
    def fail(_):
        raise ClipError("too short")

    worker.ask("clip", fail)
    worker.ask("next", lambda _: 1)
    qtbot.waitUntil(lambda: len(ear.map_cache) == 2)
    assert (ear.map_cache[0].outcome, ear.map_cache[0].problem) == ("failed", "too short")
    assert "ClipError" in ear.map_cache[0].trace
    assert ear.map_cache[1].outcome == "done"


def test_any_other_error_is_named_and_logged(qtbot, worker, ear, caplog):
    worker.ask("bug", lambda _: 1 / 0)
    qtbot.waitUntil(lambda: bool(ear.map_cache))
    assert ear.map_cache[0].problem == "ZeroDivisionError: division by zero"
    assert "bug failed" in caplog.text


def test_cancel_reaches_running_work_at_its_next_step(qtbot, worker, ear):
    def work(task):
        for step in range(1000):
            task.step(step, 1000)
            time.sleep(0.005)

    worker.ask("run", work)
    qtbot.waitUntil(lambda: len(ear.progress) > 2)
    began = time.monotonic()
    worker.cancel("run")
    assert time.monotonic() - began < 0.2
    qtbot.waitUntil(lambda: bool(ear.map_cache), timeout=1000)
    assert ear.map_cache[0].outcome == "cancelled"


def test_a_waiting_question_that_is_cancelled_never_runs(qtbot, worker, ear):
    gate, ran = threading.Event(), []
    worker.ask("slow", lambda _: gate.wait(5))
    worker.ask("later", lambda _: ran.append(1))
    worker.cancel("later")
    gate.set()
    qtbot.waitUntil(lambda: len(ear.map_cache) == 2)
    assert not ran


def test_closing_stops_running_work_and_releases_what_the_lane_owns(qapp):
    released = []
    worker = Worker("closing", on_close=lambda: released.append(threading.get_ident()))
    worker.start()
    started = threading.Event()

    def work(task):
        started.set()
        while True:
            task.check()
            time.sleep(0.005)

    worker.ask("endless", work)
    assert started.wait(5)
    worker.close()
    assert worker.isFinished()
    assert released
    assert released != [threading.get_ident()]


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


def test_background_work_makes_way_at_its_next_step_and_is_put_again(qtbot, worker, ear):
    work = Slow()
    worker.ask("ahead", work, background=True)
    qtbot.waitUntil(lambda: work.done > 2)
    seen = []
    worker.ask("frame", lambda _: seen.append(work.done) or "picture")
    asked_at = work.done
    qtbot.waitUntil(lambda: bool(ear.map_cache))
    assert outcomes(ear) == [("frame", 1, "done", "picture")]
    assert seen[0] - asked_at <= 1
    qtbot.waitUntil(lambda: work.done > seen[0] + 2)
    assert work.begun == 2
    assert worker.is_pending("ahead")


def test_background_work_ends_in_one_answer_however_often_it_is_interrupted(qtbot, worker, ear):
    work = Slow(steps=60)
    worker.ask("ahead", work, background=True)
    for number in range(5):
        qtbot.wait(5)
        worker.ask("frame", lambda _, number=number: number)
    qtbot.waitUntil(lambda: any(a.key == "ahead" for a in ear.map_cache))
    assert [o for o in outcomes(ear) if o[0] == "ahead"] == [("ahead", 1, "done", 60)]


def test_what_the_user_waits_for_goes_first_whatever_was_asked_first(qtbot, worker, ear):
    gate, order = threading.Event(), []
    worker.ask("slow", lambda _: gate.wait(5))
    worker.ask("ahead", lambda _: order.append("ahead"), background=True)
    worker.ask("frame", lambda _: order.append("frame"))
    gate.set()
    qtbot.waitUntil(lambda: len(ear.map_cache) == 3)
    assert order == ["frame", "ahead"]


def test_newer_background_work_of_a_key_takes_the_place_of_the_one_that_runs(qtbot, worker, ear):
    old = Slow()
    worker.ask("ahead", old, background=True)
    qtbot.waitUntil(lambda: old.done > 2)
    worker.ask("ahead", lambda _: "new", background=True)
    qtbot.waitUntil(lambda: len(ear.map_cache) == 2)
    assert outcomes(ear) == [("ahead", 1, "cancelled", None), ("ahead", 2, "done", "new")]


@pytest.mark.parametrize("runs", [True, False])
def test_background_work_can_be_cancelled(qtbot, worker, ear, runs):
    gate, work = threading.Event(), Slow()
    if not runs:
        worker.ask("slow", lambda _: gate.wait(5))
    worker.ask("ahead", work, background=True)
    if runs:
        qtbot.waitUntil(lambda: work.done > 2)
    worker.cancel("ahead")
    gate.set()
    qtbot.waitUntil(lambda: any(a.key == "ahead" for a in ear.map_cache))
    assert next(a for a in ear.map_cache if a.key == "ahead").outcome == "cancelled"
    assert not worker.is_pending("ahead")


def test_closing_ends_background_work(qapp):
    worker, work = Worker("closing"), Slow()
    worker.start()
    worker.ask("ahead", work, background=True)
    while not work.done:
        time.sleep(0.001)
    worker.close()
    assert worker.isFinished()
