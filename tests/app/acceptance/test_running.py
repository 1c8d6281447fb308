"""The model at work: stopping it, files that are no model, and too little memory."""

import pytest
from PySide6.QtGui import QGuiApplication

from mvit_core.errors import DeviceMemoryError
from mvit_core.pipeline import Explainer
from tests.app.acceptance.person import CONTROL, Key, arrive, click, keys, rest, title
from tests.app.conftest import WAIT_MS
from tests.app.helpers import drop, messages
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui


def test_15_a_run_is_stopped_what_was_captured_stays_and_it_runs_again(
    use, qtbot, gate, tmp_path, toy_checkpoint
):
    clip = write_barcode_clip(tmp_path / "long.mp4", frames=200)

    def act(window):
        before, job = title(window), window.status.job
        gate.clear()
        keys(Key.Key_PageDown)
        qtbot.waitUntil(lambda: "2 of 4" in job.title.text(), timeout=WAIT_MS)
        keys((Key.Key_Period, CONTROL))
        assert job.title.text().startswith("Stopping")
        qtbot.waitUntil(lambda: not window.controller.results.is_busy, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: "Cancelled" in told(window), timeout=WAIT_MS)
        assert title(window) == before, "the map that was there stays"
        keys(Key.Key_Up, Key.Key_Up)  # to the second layer, which the run had passed
        qtbot.waitUntil(lambda: "Block 1" in title(window), timeout=WAIT_MS)
        assert window.controller.results.shown.result.request.window.index == 1
        qtbot.waitUntil(lambda: not told(window), timeout=WAIT_MS)  # the frame may still come
        assert not window.controller.results.is_busy, "nothing runs behind the user's back"
        assert "Cancelled" in window.panels.predictions._note.text()
        keys(Key.Key_Down)
        qtbot.waitUntil(lambda: "Cancelled" in told(window), timeout=WAIT_MS)
        keys(Key.Key_Down, Key.Key_PageUp)
        rest(qtbot, window)  # of the window that was captured; nothing is run
        keys(Key.Key_Up)
        rest(qtbot, window)  # and all its layers
        keys(Key.Key_PageDown)
        gate.set()
        keys((Key.Key_R, CONTROL))
        rest(qtbot, window)
        assert not told(window)

    assert use(act, clip, "--checkpoint", toy_checkpoint) == 0


def told(window):
    """Remarks on the canvas about the map."""
    return " ".join(window.stage.header.remarks)


def test_15_running_again_while_it_still_stops_runs_it(
    use, qtbot, gate, barcode_clip, toy_checkpoint
):
    def act(window):
        job = window.status.job
        gate.clear()
        keys(Key.Key_PageDown)
        qtbot.waitUntil(lambda: "2 of 4" in job.title.text(), timeout=WAIT_MS)
        keys((Key.Key_Period, CONTROL), (Key.Key_R, CONTROL))
        gate.set()
        rest(qtbot, window)
        assert "Cancelled" not in told(window)
        assert window.controller.results.shown.result.request.window.index == 1

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


@pytest.mark.parametrize("kind", ["corrupt", "of-another-shape"])
def test_16_a_file_that_is_no_such_model_is_refused_and_the_old_one_stays(
    both, qtbot, tmp_path, toy_checkpoint, kind
):
    import torch

    bad = tmp_path / "bad.pyth"
    if kind == "corrupt":
        bad.write_bytes(toy_checkpoint.read_bytes()[:2000])
    else:
        content = torch.load(toy_checkpoint, weights_only=True)  # noqa: TID251 - our own file
        for name, weights in content["model_state"].items():
            if weights.ndim > 1:
                content["model_state"][name] = weights[..., :-1].clone()
        torch.save(content, bad)

    def act(window):
        before, model = title(window), words_of_model(window)
        drop(window, bad)
        qtbot.waitUntil(lambda: "bad.pyth" in messages(window), timeout=WAIT_MS)
        toast = window.messages.toasts[-1]
        assert "\n" not in toast.message.text
        click(toast.details_button)
        assert "Traceback" in toast.report.lines.toPlainText()
        click(toast.report.copy)
        toast.report.accept()
        report = QGuiApplication.clipboard().text()
        for part in ("PySide6-Essentials 6", "torch 2", "Python 3", "on cpu", "Traceback"):
            assert part in report
        assert words_of_model(window) == model
        keys(Key.Key_Right)
        rest(qtbot, window)
        assert title(window) == before

    assert both(act) == 0


def words_of_model(window):
    return window.docks.titles["layers"]._remark.full_text()


def test_17_lack_of_memory_offers_ways_out_and_the_cpu_completes(
    use, qtbot, monkeypatch, barcode_clip, toy_checkpoint
):
    plain, full = Explainer.capture, ["cuda:0"]

    def capture(self, video, window, on_layer=None, on_step=None, boxes=()):
        if window.index == 1 and full:
            remedies = ("cpu", "half", "fewer_layers")
            raise DeviceMemoryError(f"{full.pop()} has too little memory for this clip", remedies)
        return plain(self, video, window, on_layer, on_step)

    monkeypatch.setattr(Explainer, "capture", capture)

    def act(window):
        keys(Key.Key_PageDown)
        qtbot.waitUntil(lambda: "too little memory" in messages(window), timeout=WAIT_MS)
        ways = window.messages.toasts[-1].remedy_buttons.values()
        assert [way.text() for way in ways] == ["Retry on CPU", "Half precision", "Fewer layers"]
        click(next(iter(ways)))
        qtbot.waitUntil(lambda: window.store.state.model.device == "cpu", timeout=WAIT_MS)
        rest(qtbot, window)
        assert window.controller.results.shown.result.request.window.index == 1
        keys(Key.Key_T)
        arrive(qtbot, window, int(window.panels.timeline.field.text()))

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0
