"""The window as a person uses it: the real launch path, real keys and real clicks."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from app.window.launch import ViewOptions, launch
from mvit_core.pipeline import Explainer
from tests.app.conftest import WAIT_MS, is_settled, settle
from tests.app.helpers import at_rest, barcode_on_canvas, drop, messages, press, source
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui


# -- start ---------------------------------------------------------------------------------------


def test_the_window_and_its_modules_do_not_import_torch():
    code = "import sys, app.window.launch; sys.exit('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()


def test_launch_runs_until_the_window_is_closed_and_returns_0(qapp, barcode_clip):
    seen = []

    def close():
        window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main")
        if window.controller.results.video is None:
            return
        seen.append(window.windowTitle())
        timer.stop()
        window.close()

    timer = QTimer(interval=50)
    timer.timeout.connect(close)
    timer.start()
    assert launch(ViewOptions(clip=barcode_clip)) == 0
    assert seen == ["clip.mp4 – MViT Lens"]


def test_closing_while_a_model_loads_ends_well(qapp, boot, barcode_clip, toy_checkpoint):
    window = boot()
    window.controller.open_video(barcode_clip)
    window.controller.load_model(source(toy_checkpoint))
    window.close()
    assert window.controller.workers.infer.isFinished()


def test_an_empty_window_welcomes_and_opens_by_its_button(boot, qtbot, monkeypatch, barcode_clip):
    window = boot()
    assert window.welcome.isVisible()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(barcode_clip), ""))
    window.actions_table.by_id["file.open_video"].trigger()
    qtbot.waitUntil(window.stage.isVisible, timeout=WAIT_MS)
    assert barcode_on_canvas(window) == 0
    assert "Load a model" in window.panels.predictions._note.text()


def test_a_dialog_that_is_cancelled_changes_nothing(boot, monkeypatch):
    window = boot()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    window.actions_table.by_id["file.open_video"].trigger()
    assert window.welcome.isVisible()


def test_the_command_line_opens_clip_and_model_and_shows_everything(lens):
    panels, stage, docks = lens.panels, lens.stage, lens.docks
    assert barcode_on_canvas(lens) == 0
    assert len(panels.predictions.bars.rows()) == 5
    assert (
        stage.header.title.full_text()
        == "Stage 3 · Block 3 · mean of 4 heads · attends to (readout)"
    )
    assert panels.layers.tree.currentItem().text(0) == "Block 3"
    assert stage.colourbar.isVisible()
    assert any("sink" in line for line in stage.colourbar.lines())
    assert docks.titles["predictions"]._remark.full_text() == "window 1 of 3"
    assert "sampled frame 1 of 4" in panels.timeline._sampled.full_text()


# -- opening and refusing ------------------------------------------------------------------------


def test_a_video_and_a_checkpoint_are_dropped(boot, qtbot, barcode_clip, toy_checkpoint):
    window = boot()
    accepted, highlighted = drop(window, barcode_clip, toy_checkpoint)
    assert accepted
    assert highlighted == "Open this video with this model"
    assert not window.overlay.isVisible()
    qtbot.waitUntil(lambda: window.controller.results.model is not None, timeout=WAIT_MS)
    settle(qtbot, window)


def test_a_text_file_that_is_dropped_is_refused_with_a_reason(lens, tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    _, reason = drop(lens, text)
    assert "notes.txt cannot be opened" in reason
    assert "notes.txt cannot be opened" in messages(lens)
    assert lens.controller.results.video.path.name == "clip.mp4"


def test_a_corrupt_video_gives_a_message_with_a_report_and_the_old_clip_stays(
    lens, qtbot, tmp_path
):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video at all" * 100)
    lens.controller.open_video(bad)
    qtbot.waitUntil(lambda: "bad.mp4" in messages(lens), timeout=WAIT_MS)
    assert lens.controller.results.video.path.name == "clip.mp4"
    toast = lens.messages.toasts[-1]
    qtbot.mouseClick(toast.details_button, Qt.MouseButton.LeftButton)
    assert "Traceback" in toast.report.lines.toPlainText()
    qtbot.mouseClick(toast.report.copy, Qt.MouseButton.LeftButton)
    assert "PySide6-Essentials 6" in QGuiApplication.clipboard().text()
    press(qtbot, lens, Qt.Key.Key_Right)
    at_rest(qtbot, lens, 1)
    assert barcode_on_canvas(lens) == 1


def test_a_corrupt_checkpoint_gives_a_message_and_the_old_model_stays(lens, qtbot, tmp_path):
    bad = tmp_path / "bad.pyth"
    bad.write_bytes(b"PK no checkpoint")
    before = lens.controller.results.model
    drop(lens, bad)
    qtbot.waitUntil(lambda: "bad.pyth" in messages(lens), timeout=WAIT_MS)
    assert lens.controller.results.model is before
    assert is_settled(lens)


def test_another_clip_replaces_frames_and_maps(lens, qtbot, tmp_path):
    other = write_barcode_clip(tmp_path / "other.mp4", frames=20, size=(144, 96))
    drop(lens, other)
    qtbot.waitUntil(lambda: lens.controller.results.video.path.name == "other.mp4", timeout=WAIT_MS)
    assert lens.stage.canvas.picture.pixels.shape == (96, 144, 3)
    settle(qtbot, lens)
    assert lens.controller.results.shown.result.request.clip == other
    press(qtbot, lens, Qt.Key.Key_End)
    settle(qtbot, lens)
    assert barcode_on_canvas(lens) == 19


def test_closing_the_clip_returns_to_the_empty_page(lens, qtbot):
    press(qtbot, lens, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert lens.welcome.isVisible()
    assert "toy.pyth" in lens.welcome._model_line.text()
    assert not lens.actions_table.by_id["playback.play"].isEnabled()


# -- jobs ----------------------------------------------------------------------------------------


def test_cancel_stops_the_run_and_the_window_runs_again_when_asked(
    boot, qtbot, monkeypatch, barcode_clip, toy_checkpoint
):
    real = Explainer.capture

    def slow(self, video, window, on_layer=None, on_step=None, boxes=()):
        for layer in range(400):
            on_layer(layer, 400)
            time.sleep(0.01)
        return real(self, video, window, on_layer, on_step)

    monkeypatch.setattr(Explainer, "capture", slow)
    window = boot(clip=barcode_clip)
    window.controller.load_model(source(toy_checkpoint))
    status = window.status.job
    qtbot.waitUntil(
        lambda: status.isVisible() and "Running window 1" in status.title.text(), timeout=WAIT_MS
    )
    window.stage.canvas.setFocus()
    control = Qt.KeyboardModifier.ControlModifier
    began = time.monotonic()
    press(qtbot, window, Qt.Key.Key_Period, control)
    assert status.title.text().startswith("Stopping")
    qtbot.waitUntil(lambda: not window.controller.workers.infer.is_pending("explain"), timeout=2000)
    assert time.monotonic() - began < 2
    qtbot.waitUntil(lambda: bool(window.controller.results.problem), timeout=WAIT_MS)
    assert "Cancelled" in window.panels.predictions._note.text()
    monkeypatch.setattr(Explainer, "capture", real)
    press(qtbot, window, Qt.Key.Key_R, control)
    settle(qtbot, window)


def test_a_run_that_fails_says_so_once_and_does_not_try_for_ever(lens, qtbot, monkeypatch):
    tries = []

    def fail(self, video, window, on_layer=None, on_step=None, boxes=()):
        tries.append(window.index)
        raise RuntimeError("out of luck")

    monkeypatch.setattr(Explainer, "capture", fail)
    press(qtbot, lens, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: "out of luck" in messages(lens), timeout=WAIT_MS)
    qtbot.wait(100)
    assert tries == [1]
    assert any("out of luck" in badge for badge in lens.stage.header.remarks)
    press(qtbot, lens, Qt.Key.Key_Home)
    settle(qtbot, lens)


def test_leaving_a_window_for_a_moment_does_not_lose_its_map(lens, qtbot):
    for _ in range(3):
        press(qtbot, lens, Qt.Key.Key_PageDown)
        press(qtbot, lens, Qt.Key.Key_PageUp)
    settle(qtbot, lens)
    assert lens.controller.results.shown.result.request.window.index == 0


# -- export --------------------------------------------------------------------------------------


def export_dialog(window, qtbot):
    window.stage.canvas.setFocus()
    press(qtbot, window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    return next(w for w in QApplication.topLevelWidgets() if type(w).__name__ == "ExportDialog")


def test_the_dialog_exports_what_is_shown(lens, qtbot, tmp_path):
    from mvit_core import open_video

    press(qtbot, lens, Qt.Key.Key_2)
    dialog = export_dialog(lens, qtbot)
    assert dialog.job().request.map.head == 1
    target = tmp_path / "out.mp4"
    dialog.target.setText(str(target))
    dialog.span.setCurrentIndex(1)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Saved" in messages(lens), timeout=WAIT_MS)
    with open_video(target) as video:
        assert video.frame_count == lens.controller.results.windows[0].stop


def test_the_dialog_refuses_a_folder_that_does_not_exist(lens, qtbot, tmp_path):
    dialog = export_dialog(lens, qtbot)
    dialog.target.setText(str(tmp_path / "nowhere" / "out.mp4"))
    assert not dialog.accept_button.isEnabled()
    assert "does not exist" in dialog.problem.text()
    dialog.reject()


def test_a_cancelled_export_leaves_nothing(lens, qtbot, tmp_path, monkeypatch):
    import mvit_core.export

    def slow(explainer, video, request, path, on_progress=None):
        from mvit_core.system.atomic_file import whole_file

        with whole_file(path) as partial:
            partial.write_bytes(b"half")
            for step in range(400):
                on_progress(step, 400)
                time.sleep(0.01)

    monkeypatch.setattr(mvit_core.export, "export", slow)
    folder = tmp_path / "exports"
    folder.mkdir()
    dialog = export_dialog(lens, qtbot)
    dialog.target.setText(str(folder / "out.mp4"))
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    job = lens.status.job
    qtbot.waitUntil(lambda: job.isVisible() and job.bar.maximum() == 400, timeout=WAIT_MS)
    qtbot.mouseClick(job.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not job.isVisible(), timeout=WAIT_MS)
    assert list(folder.iterdir()) == []


# -- window --------------------------------------------------------------------------------------


def test_docks_are_toggled_kept_between_runs_and_reset(boot):
    window = boot()
    window.actions_table.run("view.predictions")
    assert not window.docks.by_name["predictions"].isVisible()
    window.close()
    again = boot()
    assert not again.docks.by_name["predictions"].isVisible()
    again.actions_table.run("view.reset_layout")
    assert again.docks.by_name["predictions"].isVisible()


def test_f6_goes_round_the_panes(lens, qtbot):
    seen = []
    for _ in range(5):
        qtbot.keyClick(lens, Qt.Key.Key_F6)
        seen.append(lens.focusWidget())
    assert len(set(seen)) == 5
    assert lens.stage.canvas in seen


def test_space_presses_a_focused_button_instead_of_playing(lens, qtbot):
    button = lens.panels.heads.buttons["max"]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert lens.store.state.map.head == "max"
    assert not lens.store.state.playing


def test_every_button_has_a_name_and_a_tooltip(lens):
    from PySide6.QtWidgets import QToolButton

    for name in lens.docks.by_name:  # a panel is filled once it is seen
        lens.docks.show(name)
    of_qt = ("qt_", "Scroll")
    own = [b for b in lens.findChildren(QToolButton) if not b.objectName().startswith(of_qt)]
    assert own
    for button in own:
        assert button.accessibleName() or button.text(), button
        assert button.toolTip(), button.accessibleName()
