"""Housekeeping: freed memory goes back to the system, and one thread collects garbage."""

import gc
import platform
import threading
import time
import weakref

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.panels.workspaces import WORKSPACES
from app.results import TaskKey
from app.window import housekeeping
from app.window.housekeeping import Upkeep, resident_bytes
from app.window.launch import ViewOptions, open_window
from mvit_core.system.malloc import return_freed_blocks
from tests.app.conftest import WAIT_MS, delete_deferred, settle

BLOCK_BYTES, BLOCKS = 64 << 10, 2000

needs_glibc = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only glibc keeps freed blocks and gives them back"
)


@pytest.fixture
def upkeep(qapp, monkeypatch):
    """Memory that housekeeping shows, every 20 ms."""
    monkeypatch.setattr(housekeeping, "COLLECT_MS", 20)
    shown = []
    keeper = Upkeep(shown.append, QObject(qapp))
    yield shown
    keeper.stop()


@needs_glibc
def test_memory_freed_between_blocks_in_use_goes_back_to_the_system(upkeep, qtbot):
    gc.collect()
    return_freed_blocks()  # the process must grow by what follows
    qtbot.waitUntil(lambda: len(upkeep) > 2, timeout=WAIT_MS)
    blocks = [bytearray(b"x" * BLOCK_BYTES) for _ in range(BLOCKS)]
    full = resident_bytes()
    kept = blocks[::50]
    del blocks
    qtbot.waitUntil(lambda: full - resident_bytes() > BLOCK_BYTES * BLOCKS * 0.8, timeout=WAIT_MS)
    assert len(kept) == BLOCKS // 50


@needs_glibc
def test_memory_in_use_is_left_alone(upkeep, qtbot):
    qtbot.waitUntil(lambda: len(upkeep) > 2, timeout=WAIT_MS)
    gc.collect()
    return_freed_blocks()  # what tests before left is not this one's
    blocks = [bytearray(b"x" * BLOCK_BYTES) for _ in range(BLOCKS)]
    full, seen = resident_bytes(), len(upkeep)
    qtbot.waitUntil(lambda: len(upkeep) > seen + 5, timeout=WAIT_MS)
    assert full - resident_bytes() < BLOCK_BYTES * BLOCKS * 0.2
    assert all(block.count(b"x") == BLOCK_BYTES for block in blocks[::100])


def test_a_window_leaves_no_widget_behind(qapp):
    gc.collect()
    before = set(QApplication.allWidgets())
    for _ in range(2):
        window = open_window(qapp, ViewOptions())
        window.close()
        window.deleteLater()
        delete_deferred()
        vars(window).clear()
        del window
        gc.collect()
    assert [repr(widget) for widget in set(QApplication.allWidgets()) - before] == []


def test_modules_are_set_apart_and_what_came_later_is_still_collected(upkeep, qtbot, monkeypatch):
    frozen = gc.get_freeze_count()
    monkeypatch.setattr(Upkeep, "_modules", 0)
    qtbot.waitUntil(lambda: gc.get_freeze_count() > frozen)

    class Loop:
        pass

    died = []
    ring = Loop()
    ring.itself = ring
    weakref.finalize(ring, died.append, True)
    del ring
    qtbot.waitUntil(lambda: bool(died))


@pytest.fixture
def collecting():
    """Python's own collector, switched on as in a program that just starts."""
    gc.enable()
    yield
    gc.disable()


@pytest.mark.gui
def test_no_worker_collects_garbage_until_it_has_ended(collecting, boot):
    """On a worker's thread it would destroy widgets outside theirs."""
    window, seen, began = boot(), [], threading.Event()

    def work(task):
        began.set()
        while not task.is_cancelled:
            time.sleep(0.005)
        seen.append(gc.isenabled())

    window.controller.workers.files.submit(TaskKey.SESSION, work)
    assert began.wait(20)
    window.close()
    assert seen == [False]
    assert gc.isenabled()


@pytest.mark.gui
def test_where_a_worker_does_not_end_its_thread_collects_nothing(collecting, boot, monkeypatch):
    monkeypatch.setattr("app.workers.pool.CLOSE_SECONDS", 0.05)
    window, release = boot(), threading.Event()
    files, began = window.controller.workers.files, threading.Event()
    files.submit(TaskKey.SESSION, lambda _: (began.set(), release.wait(60)))
    assert began.wait(20)
    window.close()
    assert not window.has_ended
    assert not gc.isenabled()
    release.set()
    assert files.has_ended(20)


def test_a_window_that_was_closed_leaves_nothing_behind(qapp, qtbot, barcode_clip, toy_checkpoint):
    # What a signal is connected to lives as long as its sender: one without an owner would keep the
    # controller, and with it all that was cached.
    window = open_window(qapp, ViewOptions(clip=barcode_clip, checkpoint=toy_checkpoint))
    settle(qtbot, window)
    for workspace in WORKSPACES:
        window.store.update(workspace=workspace.name)
        settle(qtbot, window)
    budget = weakref.ref(window.controller.budget)
    window.close()
    window.deleteLater()
    delete_deferred()
    vars(window).clear()
    del window
    gc.unfreeze()
    gc.collect()
    assert budget() is None
