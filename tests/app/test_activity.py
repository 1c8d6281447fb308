"""Jobs, errors and memory: the activity list, the log, reports, and ways out of lack of memory."""

import logging

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.results import Message
from app.state.view_state import ModelSource, mended
from mvit_core.errors import DeviceMemoryError
from mvit_core.pipeline import Explainer
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, press


def test_f9_shows_the_log_with_what_was_done(lens, qtbot):
    dock = lens.docks.by_name["log"]
    assert not dock.isVisible()
    qtbot.keyClick(lens, Qt.Key.Key_F9)
    assert dock.isVisible()
    text = lens.panels.log.lines.toPlainText()
    assert "Opening clip.mp4: done after" in text
    assert "Loading toy.pyth: done after" in text


def test_the_activity_list_names_every_job_and_its_end(lens):
    lens.docks.show("log")
    tree = lens.panels.log.tree
    rows = [tree.topLevelItem(i) for i in range(tree.topLevelItemCount())]
    words = {row.text(0): row.text(1) for row in rows}
    assert words["Opening clip.mp4"] == "done"
    assert not any(button.isVisible() for button in lens.panels.log.cancel_buttons.values())


def test_the_button_of_the_status_line_opens_and_closes_the_list(lens, qtbot):
    click(qtbot, lens.status.expand)
    assert lens.docks.by_name["log"].isVisible()
    click(qtbot, lens.status.expand)
    assert not lens.docks.by_name["log"].isVisible()


def test_a_job_is_cancelled_from_the_list(lens, qtbot, monkeypatch):
    def endless(self, video, window, on_layer=None, on_step=None, boxes=()):
        while True:
            on_step()

    monkeypatch.setattr(Explainer, "capture", endless)
    lens.docks.show("log")
    press(qtbot, lens, Qt.Key.Key_PageDown)
    button = lens.panels.log.cancel_buttons["explain"]
    qtbot.waitUntil(button.isVisible, timeout=WAIT_MS)
    click(qtbot, button)
    qtbot.waitUntil(lambda: "Cancelled" in lens.controller.results.problem, timeout=WAIT_MS)


def test_a_report_has_versions_clip_trace_and_the_end_of_the_log(lens, qtbot, tmp_path):
    bad = tmp_path / "bad.pyth"
    bad.write_bytes(b"PK no checkpoint")
    lens.controller.load_model(ModelSource(bad))
    qtbot.waitUntil(lambda: "bad.pyth" in messages(lens), timeout=WAIT_MS)
    toast = lens.messages.toasts[-1]
    click(qtbot, toast.details_button)
    click(qtbot, toast.report.copy)
    report = QGuiApplication.clipboard().text()
    for part in (
        "torch 2",
        "clip.mp4: 40 frames",
        "toy.pyth",
        "Traceback",
        "Loading bad.pyth: failed",
    ):
        assert part in report
    click(qtbot, toast.report.log)
    assert lens.docks.by_name["log"].isVisible()


def test_success_goes_by_itself_unless_the_pointer_rests_on_it_and_errors_stay(boot, qtbot):
    window = boot()
    window.controller.notify(Message("info", "good"))
    window.controller.notify(Message("error", "bad"))
    good, bad = window.messages.toasts
    assert good._timer.isActive()
    assert good._timer.interval() == 4000
    assert not bad._timer.isActive()
    QApplication.sendEvent(good, QEvent(QEvent.Type.Enter))  # QEnterEvent needs three points
    good.enterEvent(None)
    assert not good._timer.isActive()
    good.leaveEvent(QEvent(QEvent.Type.Leave))
    assert good._timer.isActive()


def test_the_log_ends_with_its_window(boot, qtbot):
    window = boot()
    window.close()
    handlers = [h for h in logging.getLogger("app").handlers if type(h).__name__ == "_Handler"]
    assert not handlers


# -- memory --------------------------------------------------------------------------------------


@pytest.fixture
def no_memory(monkeypatch):
    """A device without room for more than one layer of float32 weights."""
    real = Explainer.capture
    seen = []

    def capture(self, video, window, on_layer=None, on_step=None, boxes=()):
        seen.append((self.loaded.half, self.keep.blocks))
        if not self.loaded.half and self.keep.blocks is None:
            remedies = ("cpu", "half", "fewer_layers")
            raise DeviceMemoryError("cuda:0 has too little memory for this clip", remedies)
        return real(self, video, window, on_layer, on_step)

    monkeypatch.setattr(Explainer, "capture", capture)
    return seen


def toast_about_memory(window, qtbot):
    qtbot.waitUntil(lambda: "too little memory" in messages(window), timeout=WAIT_MS)
    return window.messages.toasts[-1]


def test_lack_of_memory_offers_ways_out_and_the_old_map_stays(lens, qtbot, no_memory):
    before = lens.controller.results.shown
    press(qtbot, lens, Qt.Key.Key_PageDown)
    toast = toast_about_memory(lens, qtbot)
    names = [button.text() for button in toast.remedy_buttons.values()]
    assert names == ["Retry on CPU", "Half precision", "Fewer layers"]
    assert lens.controller.results.shown is before


def test_half_precision_completes_and_the_view_stays(lens, qtbot, no_memory):
    press(qtbot, lens, Qt.Key.Key_Up)
    press(qtbot, lens, Qt.Key.Key_PageDown)
    toast = toast_about_memory(lens, qtbot)
    block = lens.store.state.map.block
    click(qtbot, toast.remedy_buttons["half"])
    settle(qtbot, lens)
    assert lens.store.state.model.half
    assert lens.store.state.map.block == block
    assert no_memory[-1] == (True, None)


def test_fewer_layers_keeps_the_layer_that_is_looked_at_and_runs_again_for_another(
    lens, qtbot, no_memory
):
    press(qtbot, lens, Qt.Key.Key_PageDown)
    click(qtbot, toast_about_memory(lens, qtbot).remedy_buttons["fewer_layers"])
    settle(qtbot, lens)
    assert no_memory[-1] == (False, frozenset({3}))
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    assert no_memory[-1] == (False, frozenset({2}))
    assert len(lens.controller.results.layers) == 4


def test_the_cpu_is_asked_for_where_a_device_has_no_room(tmp_path):
    source = ModelSource(tmp_path / "m.pyth", device="cuda")
    assert mended(source, "cpu").device == "cpu"
    assert mended(mended(source, "cpu"), "half") == ModelSource(
        tmp_path / "m.pyth", device="cpu", half=True
    )


def test_loading_a_checkpoint_is_no_remedy_of_memory(tmp_path):
    with pytest.raises(ValueError, match="allowed are cpu, half and fewer_layers"):
        mended(ModelSource(tmp_path / "m.pyth"), "checkpoint")


def test_a_model_that_does_not_fit_while_loading_offers_the_same(
    boot, qtbot, monkeypatch, toy_checkpoint
):
    import mvit_core.checkpoint

    real, devices = mvit_core.checkpoint.load_model, []

    def load_model(path, **options):
        devices.append(options["device"])
        if options["device"] != "cpu":
            raise DeviceMemoryError("cuda:0 has too little memory for this model", ("cpu", "half"))
        return real(path, **options)

    monkeypatch.setattr(mvit_core.checkpoint, "load_model", load_model)
    window = boot()
    window.controller.load_model(ModelSource(toy_checkpoint))
    click(qtbot, toast_about_memory(window, qtbot).remedy_buttons["cpu"])
    qtbot.waitUntil(lambda: window.controller.results.model is not None, timeout=WAIT_MS)
    assert devices == ["auto", "cpu"]
