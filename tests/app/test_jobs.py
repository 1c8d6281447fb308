"""Jobs: begun, told how far, and ended; never left running."""

from app.controller.jobs import Jobs
from app.workers.worker import Progress, TaskResult


def test_a_job_tells_how_long_is_left():
    now = [0.0]
    jobs = Jobs(clock=lambda: now[0])
    jobs.begin("explain", "Running window 1")
    now[0] = 3.0
    assert jobs.advance(Progress("explain", 1, done=6, total=16))
    assert jobs.all[0].seconds_left == 5.0
    assert jobs.all[0].per_second == 2.0
    jobs.end(TaskResult("explain", 1, "done"))
    assert jobs.running == ()
    assert jobs.all[0].state == "done"


def test_progress_of_a_job_that_has_ended_or_never_began_is_dropped():
    jobs = Jobs()
    assert not jobs.advance(Progress("load", 1, 1, 2))
    jobs.begin("load", "Loading")
    jobs.end(TaskResult("load", 1, "failed"))
    assert not jobs.advance(Progress("load", 1, 1, 2))


def test_a_job_that_is_stopping_cannot_be_stopped_again():
    jobs = Jobs()
    jobs.begin("export", "Exporting")
    jobs.stopping("export")
    jobs.stopping("unknown")
    assert jobs.running == ()
    assert jobs.all[0].state == "stopping"
