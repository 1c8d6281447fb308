"""The way of a key press and of a click: through how many files it goes until the pixels."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

import app
import app.workers.paint
from app.results import TaskKey
from app.views.canvas import Canvas
from app.workers.worker import Worker
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import barcode_on_canvas, press
from tests.app.test_heads import tile

pytestmark = pytest.mark.gui

ROOT = Path(app.__file__).parent


class Way:
    """Notes the files of ``app/`` on the call stacks that lead to some functions, and their own."""

    def __init__(self, monkeypatch):
        self.stacks = []
        self._patch = monkeypatch

    def watch(self, owner, name, counts=lambda *_: True):
        real = getattr(owner, name)

        def noted(*args, **options):
            if counts(*args):
                self.stacks.append([*files_on_the_stack(), file_of(real.__code__)])
            return real(*args, **options)

        self._patch.setattr(owner, name, noted)

    @property
    def files(self):
        return {name for stack in self.stacks for name in stack} - {""}


def file_of(code):
    path = Path(code.co_filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""


def files_on_the_stack():
    frame, files = sys._getframe(2), []
    while frame is not None:
        files.append(file_of(frame.f_code))
        frame = frame.f_back
    return files[::-1]


def test_a_step_to_a_decoded_frame_passes_eight_files_and_the_controller_once(
    lens, qtbot, monkeypatch
):
    qtbot.waitUntil(lambda: lens.controller._frames.has_beside(1), timeout=WAIT_MS)
    way = Way(monkeypatch)
    way.watch(Canvas, "show_frame")
    press(qtbot, lens, Qt.Key.Key_Right)
    assert lens.stage.canvas.picture.index == 1, "within the key press"
    assert barcode_on_canvas(lens) == 1
    assert len(way.stacks) == 1
    assert len(way.files) <= 8, way.files
    assert "controller/controller.py" in way.files


def test_a_click_on_a_head_passes_nine_files_until_its_map_is_shown(lens, qtbot, monkeypatch):
    way = Way(monkeypatch)
    way.watch(Worker, "submit", lambda _, key, *rest: key == TaskKey.HEAT)
    way.watch(app.workers.paint, "bounded")  # within the work of the worker
    way.watch(Canvas, "show_heat")
    tile(qtbot, lens, 1)
    settle(qtbot, lens)
    assert lens.store.state.map.head == 1
    assert len(way.files) <= 9, way.files
