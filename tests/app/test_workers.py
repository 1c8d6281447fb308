"""Lanes: latest question wins, every question ends, cancel reaches the work."""

import threading
import time

import pytest
from PySide6.QtCore import QObject, QThread, Slot

from app.workers.worker import Lane
from mvit_core.errors import ClipError


class Ear(QObject):
    def __init__(self):
        super().__init__()
        self.answers, self.progress, self.threads = [], [], set()

    @Slot(object)
    def on_answer(self, answer):
        self.threads.add(QThread.currentThread() is self.thread())
        self.answers.append(answer)

    @Slot(object)
    def on_progress(self, progress):
        self.progress.append(progress)


@pytest.fixture
def ear(qapp):
    return Ear()


@pytest.fixture
def lane(qapp, ear):
    lane = Lane("test")
    lane.listen(ear.on_answer, ear.on_progress)
    lane.start()
    yield lane
    lane.close()


def outcomes(ear):
    return [(a.key, a.generation, a.outcome, a.payload) for a in ear.answers]


def test_an_answer_comes_on_the_receivers_thread_never_within_the_call(qtbot, lane, ear):
    ran_on = []
    lane.ask("sum", lambda _: ran_on.append(threading.get_ident()) or 3)
    assert not ear.answers
    qtbot.waitUntil(lambda: bool(ear.answers))
    assert outcomes(ear) == [("sum", 1, "done", 3)]
    assert ear.threads == {True}
    assert ran_on != [threading.get_ident()]


def test_a_newer_question_replaces_the_one_that_waits(qtbot, lane, ear):
    gate = threading.Event()
    lane.ask("slow", lambda _: gate.wait(5))
    for number in range(5):
        lane.ask("frame", lambda _, number=number: number)
    gate.set()
    qtbot.waitUntil(lambda: len(ear.answers) == 6)
    done = [a for a in ear.answers if a.key == "frame" and a.outcome == "done"]
    assert [(a.generation, a.payload) for a in done] == [(5, 4)]
    assert sum(a.outcome == "cancelled" for a in ear.answers) == 4
    assert lane.is_latest(done[0])


def test_an_error_of_ours_is_one_line_and_the_lane_lives_on(qtbot, lane, ear):
    def fail(_):
        raise ClipError("too short")

    lane.ask("clip", fail)
    lane.ask("next", lambda _: 1)
    qtbot.waitUntil(lambda: len(ear.answers) == 2)
    assert (ear.answers[0].outcome, ear.answers[0].problem) == ("failed", "too short")
    assert "ClipError" in ear.answers[0].trace
    assert ear.answers[1].outcome == "done"


def test_any_other_error_is_named_and_logged(qtbot, lane, ear, caplog):
    lane.ask("bug", lambda _: 1 / 0)
    qtbot.waitUntil(lambda: bool(ear.answers))
    assert ear.answers[0].problem == "ZeroDivisionError: division by zero"
    assert "bug failed" in caplog.text


def test_cancel_reaches_running_work_at_its_next_step(qtbot, lane, ear):
    def work(ticket):
        for step in range(1000):
            ticket.step(step, 1000)
            time.sleep(0.005)

    lane.ask("run", work)
    qtbot.waitUntil(lambda: len(ear.progress) > 2)
    began = time.monotonic()
    lane.cancel("run")
    assert time.monotonic() - began < 0.2
    qtbot.waitUntil(lambda: bool(ear.answers), timeout=1000)
    assert ear.answers[0].outcome == "cancelled"


def test_a_waiting_question_that_is_cancelled_never_runs(qtbot, lane, ear):
    gate, ran = threading.Event(), []
    lane.ask("slow", lambda _: gate.wait(5))
    lane.ask("later", lambda _: ran.append(1))
    lane.cancel("later")
    gate.set()
    qtbot.waitUntil(lambda: len(ear.answers) == 2)
    assert not ran


def test_closing_stops_running_work_and_releases_what_the_lane_owns(qapp):
    released = []
    lane = Lane("closing", on_close=lambda: released.append(threading.get_ident()))
    lane.start()
    started = threading.Event()

    def work(ticket):
        started.set()
        while True:
            ticket.check()
            time.sleep(0.005)

    lane.ask("endless", work)
    assert started.wait(5)
    lane.close()
    assert lane.isFinished()
    assert released
    assert released != [threading.get_ident()]


class Slow:
    """Background work of many small steps that remembers how far it came."""

    def __init__(self, steps=10**9):
        self.steps, self.done, self.begun = steps, 0, 0

    def __call__(self, ticket):
        self.begun += 1
        while self.done < self.steps:
            ticket.check()
            self.done += 1
            time.sleep(0.001)
        return self.done


def test_background_work_makes_way_at_its_next_step_and_is_put_again(qtbot, lane, ear):
    work = Slow()
    lane.ask("ahead", work, background=True)
    qtbot.waitUntil(lambda: work.done > 2)
    seen = []
    lane.ask("frame", lambda _: seen.append(work.done) or "picture")
    asked_at = work.done
    qtbot.waitUntil(lambda: bool(ear.answers))
    assert outcomes(ear) == [("frame", 1, "done", "picture")]
    assert seen[0] - asked_at <= 1
    qtbot.waitUntil(lambda: work.done > seen[0] + 2)
    assert work.begun == 2
    assert lane.is_pending("ahead")


def test_background_work_ends_in_one_answer_however_often_it_is_interrupted(qtbot, lane, ear):
    work = Slow(steps=60)
    lane.ask("ahead", work, background=True)
    for number in range(5):
        qtbot.wait(5)
        lane.ask("frame", lambda _, number=number: number)
    qtbot.waitUntil(lambda: any(a.key == "ahead" for a in ear.answers))
    assert [o for o in outcomes(ear) if o[0] == "ahead"] == [("ahead", 1, "done", 60)]


def test_what_the_user_waits_for_goes_first_whatever_was_asked_first(qtbot, lane, ear):
    gate, order = threading.Event(), []
    lane.ask("slow", lambda _: gate.wait(5))
    lane.ask("ahead", lambda _: order.append("ahead"), background=True)
    lane.ask("frame", lambda _: order.append("frame"))
    gate.set()
    qtbot.waitUntil(lambda: len(ear.answers) == 3)
    assert order == ["frame", "ahead"]


def test_newer_background_work_of_a_key_takes_the_place_of_the_one_that_runs(qtbot, lane, ear):
    old = Slow()
    lane.ask("ahead", old, background=True)
    qtbot.waitUntil(lambda: old.done > 2)
    lane.ask("ahead", lambda _: "new", background=True)
    qtbot.waitUntil(lambda: len(ear.answers) == 2)
    assert outcomes(ear) == [("ahead", 1, "cancelled", None), ("ahead", 2, "done", "new")]


@pytest.mark.parametrize("runs", [True, False])
def test_background_work_can_be_cancelled(qtbot, lane, ear, runs):
    gate, work = threading.Event(), Slow()
    if not runs:
        lane.ask("slow", lambda _: gate.wait(5))
    lane.ask("ahead", work, background=True)
    if runs:
        qtbot.waitUntil(lambda: work.done > 2)
    lane.cancel("ahead")
    gate.set()
    qtbot.waitUntil(lambda: any(a.key == "ahead" for a in ear.answers))
    assert next(a for a in ear.answers if a.key == "ahead").outcome == "cancelled"
    assert not lane.is_pending("ahead")


def test_closing_ends_background_work(qapp):
    lane, work = Lane("closing"), Slow()
    lane.start()
    lane.ask("ahead", work, background=True)
    while not work.done:
        time.sleep(0.001)
    lane.close()
    assert lane.isFinished()
