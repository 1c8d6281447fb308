"""A model that the user's own code builds: asked first, run as it is, and never by a session."""

import json
import logging
import sys

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from app.state.session_file import read_session
from mvit_core.system.own_code import find_code
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import messages

LOOK_MS = 20

CODE = """
from pathlib import Path
from mvit_core.video.clip import ClipSpec
from tests.adapters.networks import SlowFastMViT
from tests.toys import toy_config

with Path(__file__).with_name("runs").open("a") as runs:
    runs.write("imported,")

def build():
    with Path(__file__).with_name("runs").open("a") as runs:
        runs.write("built,")
    return SlowFastMViT(toy_config()).eval(), ClipSpec(frames=4, rate=2.0, size=32, short_side=40)

def breaks():
    raise OSError("weights.pth is missing")

def fails_later():
    network = SlowFastMViT(toy_config()).eval()
    network.blocks[1].norm2.forward = lambda x: x.no_such_thing
    return network
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with ``their_code.py``, forgotten afterwards."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "their_code.py").write_text(CODE)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield folder
    sys.modules.pop("their_code", None)


def runs(folder):
    path = folder / "runs"
    return path.read_text() if path.exists() else ""


@pytest.fixture
def answer():
    """Answers the next question: by a click on a button, or by a key; says what was asked."""
    asked, timers = [], []

    def by(reply):
        def look():
            box = QApplication.activeModalWidget()
            if not isinstance(box, QMessageBox) or asked:
                return
            asked.append(box.text())
            if isinstance(reply, str):
                button = next(each for each in box.buttons() if each.text() == reply)
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            else:
                QTest.keyClick(box, reply)

        timer = QTimer(interval=LOOK_MS)
        timer.timeout.connect(look)
        timer.start()
        timers.append(timer)
        return asked

    yield by
    for timer in timers:
        timer.stop()


@pytest.fixture
def built(boot, qtbot, folder, barcode_clip, answer):
    """The window on a clip, with the model of the code."""
    asked = answer("Run it")
    window = boot(clip=barcode_clip, module=find_code("their_code:build", folder))
    qtbot.waitUntil(lambda: window.controller.results.model is not None, timeout=WAIT_MS)
    settle(qtbot, window)
    assert str(folder / "their_code.py") in asked[0]
    return window


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_code_is_not_run_unless_the_user_says_so(boot, qtbot, folder, answer, key):
    asked = answer(key)
    window = boot(module=find_code("their_code:build", folder))
    qtbot.waitUntil(lambda: "their_code:build was not run" in messages(window), timeout=WAIT_MS)
    assert "Run it?" in asked[0]
    assert str(folder / "their_code.py") in asked[0]
    assert window.controller.results.model is None
    assert runs(folder) == ""


def test_the_model_of_code_is_shown_and_says_what_it_lacks(built, qtbot, folder):
    window, results = built, built.controller.results
    assert runs(folder) == "imported,built,"
    assert (results.model.source.name, results.model.format) == ("their_code:build", "pyslowfast")
    assert results.shown is not None
    assert sum(p.probability for p in results.shown.result.predictions) == pytest.approx(1)
    window.docks.show("model")
    card = window.docks.panels["model"].card
    assert card.name.text() == "their_code:build"
    assert "your own code, run as it is" in card.origin.text()
    window.docks.show("why")
    qtbot.waitUntil(
        lambda: "only recorded" in window.docks.panels["why"].empty.sentence.text(), timeout=WAIT_MS
    )


def test_a_session_of_such_a_model_says_so_and_never_runs_the_code(
    built, boot, qtbot, folder, tmp_path, monkeypatch, caplog
):
    path = tmp_path / "x.mvitlens"
    built.store.update(block=1)
    settle(qtbot, built)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    assert built.sessions.save_as()
    page = json.loads(path.read_text())
    assert page["model"]["module"] == "their_code:build"
    assert "is_allowed" not in json.dumps(page)
    assert read_session(path).files["checkpoint"].name == "their_code.py"

    built.sessions.open(path)  # the model is in use: the view comes back, and nothing runs again
    settle(qtbot, built)
    assert built.store.state.map.block == 1
    assert runs(folder) == "imported,built,"

    page["model"]["is_allowed"] = True
    path.write_text(json.dumps(page))
    other = boot(session=path)
    qtbot.waitUntil(lambda: other.controller.results.failed_load is not None, timeout=WAIT_MS)
    failed = other.controller.results.failed_load
    assert "mvit-lens view --module their_code:build" in failed.sentence
    assert failed.remedies == ("checkpoint",)
    assert other.controller.results.model is None
    assert runs(folder) == "imported,built,"
    assert not [record for record in caplog.records if record.exc_info], "no code, no traceback"


FAILING = {
    "breaks": "their_code:breaks failed: OSError: weights.pth is missing",
    "fails_later": "the module's own forward failed on an input of (1, 3, 4, 32, 32): AttributeE",
}


@pytest.mark.parametrize("function", FAILING)
def test_code_that_fails_is_one_line_and_its_traceback_is_in_the_log(
    boot, qtbot, folder, answer, caplog, function
):
    answer("Run it")
    with caplog.at_level(logging.ERROR):
        window = boot(module=find_code(f"their_code:{function}", folder))
        qtbot.waitUntil(lambda: window.controller.results.failed_load is not None, timeout=WAIT_MS)
    sentence = window.controller.results.failed_load.sentence
    assert FAILING[function] in sentence
    assert "\n" not in sentence
    assert "their_code.py" in caplog.text
    caplog.clear()
