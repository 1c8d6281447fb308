"""Toasts: few, small, merged, never over buttons; and the list of jobs."""

import time

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication

from app.panels.messages import kind_of
from app.results import JobInfo, Message
from mvit_core.pipeline import Explainer
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, drop, messages, press


@pytest.fixture
def window(boot):
    return boot()


def box_of(window, widget):
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def shown(window):
    return [toast for toast in window.messages.toasts if toast.isVisible()]


def fail(window, *texts):
    for text in texts:
        window.controller.notify(Message("error", text))


def six_bad_files(folder):
    paths = [folder / f"bad_{name}.mp4" for name in "abcdef"]
    for path in paths:
        path.write_bytes(b"no video " + path.name.encode())
    return paths


def test_six_bad_files_are_three_toasts_and_a_count_and_a_good_one_clears_them(
    lens, qtbot, tmp_path, barcode_clip
):
    for toast in tuple(lens.messages.toasts):
        toast.dismiss()  # what the model said when it was loaded
    for path in six_bad_files(tmp_path):
        drop(lens, path)
        qtbot.waitUntil(lambda name=path.name: name in messages(lens), timeout=WAIT_MS)
    count = len(shown(lens))
    assert len(lens.messages.toasts) == 6
    assert count <= 3
    assert lens.messages.more.isVisible()
    assert lens.messages.more.text() == f"+{6 - count} in Activity"
    click(qtbot, lens.messages.more)
    assert lens.docks.by_name["log"].isVisible()
    log = lens.panels.log.lines.toPlainText()
    assert all(f"bad_{name}.mp4" in log for name in "abcdef")
    drop(lens, barcode_clip)
    qtbot.waitUntil(
        lambda: not [t for t in lens.messages.toasts if t.message.level == "error"],
        timeout=WAIT_MS,
    )
    assert not lens.messages.more.isVisible()


def test_three_short_toasts_stand_above_each_other_and_a_fourth_waits(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.resize(1400, 1400)
    fail(window, "one", "two", "three", "four")
    texts = [toast.message.text for toast in shown(window)]
    assert texts == ["two", "three", "four"]
    shown(window)[-1].dismiss()
    assert [toast.message.text for toast in shown(window)] == ["one", "two", "three"]
    assert not window.messages.more.isVisible()


@pytest.mark.parametrize(("size", "width"), [((1400, 860), 320), ((1024, 700), 280)])
def test_toasts_lie_at_the_lower_right_of_the_canvas_on_two_fifths_of_its_height(
    boot, size, width, barcode_clip
):
    window = boot(clip=barcode_clip)
    window.resize(*size)
    QApplication.processEvents()
    fail(window, *(f"{name}: " + "a long sentence that needs some lines " * 6 for name in "abcde"))
    canvas = box_of(window, window.stage.canvas)
    boxes = [box_of(window, toast) for toast in (*shown(window), window.messages.more)]
    assert {box.width() for box in boxes} == {width}
    assert all(canvas.contains(box) for box in boxes)
    assert all(box.right() == canvas.right() - 12 for box in boxes)
    top = min(box.top() for box in boxes)
    assert canvas.bottom() - top <= 0.4 * canvas.height() + 12
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)


def test_messages_of_one_kind_merge_and_count_and_others_do_not(window):
    fail(window, "Window 3 failed", "Window 4 failed", "Window 4 failed")
    window.controller.notify(Message("warning", "Window 4 failed"))
    error, warning = window.messages.toasts
    assert (error.count, error.message.text) == (3, "Window 4 failed")
    assert error._times.text() == "×3"
    assert error._times.isVisible()
    assert error.accessibleName().endswith("×3")
    assert (warning.count, warning._times.isVisible()) == (1, False)


def test_messages_that_merge_open_no_window_and_leave_the_keys_where_they_are(lens, qtbot):
    canvas = lens.stage.canvas
    canvas.setFocus()
    for _ in range(3):
        lens.controller.notify(Message("info", "Image copied"))
        qtbot.wait(50)
    assert lens.messages.toasts[-1].count == 3
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [lens]
    assert QApplication.activeWindow() is lens
    assert QApplication.focusWidget() is canvas


def test_names_with_numbers_are_not_of_one_kind():
    for one, other in (("clip1.mp4", "clip2.mp4"), ("a 1.mp4", "a 2.mp4"), ("16x4", "32x3")):
        kinds = {kind_of(Message("error", f"{name}: no video")) for name in (one, other)}
        assert len(kinds) == 2


def test_an_error_stays_until_the_same_thing_succeeds_not_another(lens, qtbot, tmp_path):
    bad = tmp_path / "bad.pyth"
    bad.write_bytes(b"PK no checkpoint")
    drop(lens, bad)
    qtbot.waitUntil(lambda: "bad.pyth" in messages(lens), timeout=WAIT_MS)
    press(qtbot, lens, Qt.Key.Key_PageDown)
    settle(qtbot, lens)  # a window has run
    assert "bad.pyth" in messages(lens)
    lens.controller.load_model(lens.store.state.model)
    qtbot.waitUntil(lambda: "bad.pyth" not in messages(lens), timeout=WAIT_MS)


def test_toasts_never_lie_over_the_buttons_of_panes(lens, qtbot):
    for _ in range(2):
        press(qtbot, lens, Qt.Key.Key_P)
        press(qtbot, lens, Qt.Key.Key_H)
        settle(qtbot, lens)
    lens.actions_table.run("view.show_compare")
    for height in (700, 860):
        lens.resize(1200, height)
        QApplication.processEvents()
        fail(lens, *(f"{name}: " + "many words " * 40 for name in "abc"))
        toasts = [box_of(lens, toast) for toast in shown(lens)]
        panes = [pane for pane in lens.stage.compare.panes.values() if pane.isVisible()]
        buttons = [
            box_of(lens, button)
            for pane in panes
            for button in (pane.subtract, pane.swap, pane.close_button)
            if button.isVisible()
        ]
        assert buttons
        assert not any(box.intersects(each) for box in toasts for each in buttons)


def test_details_open_by_keys_and_have_the_report(window, qtbot):
    fail(window, "no such codec")
    toast = window.messages.toasts[0]
    toast.details_button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(toast.details_button, Qt.Key.Key_Space)
    report = toast.report
    assert report.isVisible()
    assert "no such codec" in report.lines.toPlainText()
    click(qtbot, report.log)
    assert window.docks.by_name["log"].isVisible()
    report.reject()
    assert toast.report is None


# -- jobs ----------------------------------------------------------------------------------------


@pytest.fixture
def slow(monkeypatch):
    real = Explainer.capture

    def capture(self, video, window, on_layer=None, on_step=None, boxes=()):
        for layer in range(400):
            on_layer(layer, 400)
            time.sleep(0.01)
        return real(self, video, window, on_layer, on_step)

    monkeypatch.setattr(Explainer, "capture", capture)


def test_the_status_item_opens_a_list_from_which_a_job_is_stopped_by_keys(lens, qtbot, slow):
    press(qtbot, lens, Qt.Key.Key_PageDown)
    job = lens.status.job
    qtbot.waitUntil(lambda: job.isVisible() and job.bar.maximum() == 400, timeout=WAIT_MS)
    job.more.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(job.more, Qt.Key.Key_Space)
    jobs = job.list
    row = jobs.rows["explain"]
    qtbot.waitUntil(lambda: "left" in row.words.text(), timeout=WAIT_MS)
    assert "Running window 2" in row.title.full_text()
    assert row.cancel.hasFocus()
    qtbot.keyClick(row.cancel, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Cancelled" in lens.controller.results.problem, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not jobs.rows, timeout=WAIT_MS)
    assert jobs._empty.isVisible()
    qtbot.keyClick(jobs, Qt.Key.Key_Escape)
    assert job.list is None


def test_the_item_counts_the_jobs_beside_the_foremost_one(window, qtbot):
    job = window.status.job
    job.show_jobs((JobInfo("series", "Series", done=1, total=9), JobInfo("export", "Exporting")))
    assert job.title.text().startswith("Exporting")
    assert job.more.text() == "+1"
    job.show_jobs((JobInfo("export", "Exporting", "done"),))
    assert not job.isVisible()
