"""Export > Report: choices become the page, and the page opens the view again in the window."""

import json
import re
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

import mvit_core
from app.dialogs.report.dialog import ReportDialog
from app.results import TaskKey
from app.state.session_file import read_session
from app.window.launch import ViewOptions, _open_options
from mvit_core.attribution import MapSpec
from mvit_core.export import draw_still
from mvit_core.pipeline import Explainer
from mvit_core.provenance import read_provenance
from mvit_core.repeating import Inputs, repeat
from mvit_core.report import POSSIBLE
from mvit_core.video import open_video
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, dialog_of, drop, messages, press

pytestmark = pytest.mark.gui


@pytest.fixture
def dialog(lens, qtbot):
    lens.actions_table.run("export.report")
    dialog = dialog_of(ReportDialog)
    qtbot.waitUntil(lambda: dialog.preview.picture.image is not None, timeout=WAIT_MS)
    yield dialog
    if shiboken6.isValid(dialog):
        dialog.reject()


def choose(combo, data):
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    while combo.currentData() != data and combo.currentIndex() < combo.count() - 1:
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert combo.currentData() == data


def turn(tick):
    """Turn a box on or off by its key: it is wider than what a click meets."""
    tick.setFocus()
    QTest.keyClick(tick, Qt.Key.Key_Space)


def saved(qtbot, lens, dialog, target):
    """Write the report to a file, and wait for it."""
    dialog.target.setText(str(target))
    click(qtbot, dialog.accept_button)
    qtbot.waitUntil(
        lambda: not lens.controller.workers.export.is_pending(TaskKey.REPORT), timeout=WAIT_MS
    )
    settle(qtbot, lens)
    return target


def document(path):
    text = path.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="report-data">(.*?)</script>', text)[1])


def test_a_report_holds_what_was_chosen_and_opens_the_same_view_again(
    dialog, lens, qtbot, tmp_path, monkeypatch
):
    """The same block, head and frame, in a window that shows something else by then."""
    dialog.reject()
    press(qtbot, lens, Qt.Key.Key_Right)
    lens.controller.intents.choose_block(2)
    lens.controller.intents.choose_head(1)
    settle(qtbot, lens)
    before = lens.store.state
    lens.actions_table.run("export.report")
    dialog = dialog_of(ReportDialog)
    choose(dialog.why, "relevance")
    turn(dialog.faithfulness)
    for name, tick in dialog.maps.items():
        if tick.isChecked() != (name in ("row", "position")):
            turn(tick)
    target = saved(qtbot, lens, dialog, tmp_path / "r.html")
    assert f"Saved {target}" in messages(lens)
    made = document(target)
    assert [each["name"] for each in made["maps"]] == ["row", "position", "why"]
    assert (made["why"]["method"], made["faithfulness"]) == ("relevance", None)
    assert (made["first"]["block"], made["first"]["head"]) == (2, 1)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(target), ""))
    for opening in (
        lambda: drop(lens, target),
        lambda: lens.actions_table.run("file.open_session"),
        lambda: _open_options(lens, ViewOptions(clip=target)),
    ):
        lens.store.update(map=MapSpec(), frame=30)
        settle(qtbot, lens)
        opening()
        settle(qtbot, lens)
        now = lens.store.state
        assert (now.map, now.frame, now.clip) == (before.map, before.frame, before.clip)
        assert lens.sessions.path is None, "saving never writes over the report"


def test_a_report_of_a_script_and_one_made_again_open_their_view_in_the_window(
    lens, qtbot, tmp_path, barcode_clip, toy_checkpoint
):
    """As the window's own report does: the same block, head and frame."""
    made, again = tmp_path / "r.html", tmp_path / "again.html"
    with mvit_core.explain(barcode_clip, toy_checkpoint, window=1, device="cpu") as explained:
        shown = explained.maps(block=2, head=1, method="received")
        explained.report(made, of=shown, faithfulness=False)
        frames = explained.capture.frame_indices
    inputs = Inputs((barcode_clip.parent, toy_checkpoint.parent))
    repeat(read_provenance(made).provenance, inputs, again)
    for target in (made, again):
        lens.store.update(map=MapSpec(), frame=30)
        settle(qtbot, lens)
        drop(lens, target)
        settle(qtbot, lens)
        now = lens.store.state
        assert now.map == MapSpec(2, 1, "received")
        assert now.frame in frames
        assert lens.controller.results.shown.result.request.block == 2


def test_the_preview_is_the_picture_that_the_page_shows_first(dialog, explainer, barcode_clip):
    shown = dialog.preview.picture.image
    request = replace(dialog.job().request.shown, caption=False)
    with open_video(barcode_clip) as video:
        still = draw_still(Explainer(explainer.loaded), video, request).picture
    assert (shown.width(), shown.height()) == (still.shape[1], still.shape[0])
    assert bytes(shown.constBits())[: shown.width() * 3] == still.tobytes()[: shown.width() * 3]
    assert "What the page shows first" in dialog.preview.words.text()


def test_without_folders_nothing_tells_where_files_lie_and_it_reopens_beside_them(
    dialog, lens, qtbot, tmp_path, barcode_clip
):
    choose(dialog.why, None)
    turn(dialog.paths)
    target = saved(qtbot, lens, dialog, barcode_clip.with_name("r.html"))
    assert str(tmp_path) not in target.read_text(encoding="utf-8")
    assert read_session(target).files["clip"].absolute == ""
    drop(lens, target)
    settle(qtbot, lens)
    assert lens.store.state.clip == barcode_clip


def test_choices_that_fit_nothing_are_said_and_what_has_no_use_is_off(dialog, tmp_path):
    assert dialog.faithfulness.isEnabled()
    choose(dialog.why, None)
    assert not dialog.faithfulness.isEnabled()
    assert (dialog.job().request.why, dialog.job().request.faithfulness) == (None, False)
    for tick in dialog.maps.values():
        if tick.isChecked():
            turn(tick)
    assert dialog.problem.text() == "Choose one map or more"
    assert not dialog.accept_button.isEnabled()
    turn(dialog.maps["row"])
    dialog.target.setText(str(tmp_path / "r.pdf"))
    assert "should end in .html" in dialog.problem.text()
    dialog.target.setText(str(tmp_path / "no" / "r.html"))
    assert "does not exist" in dialog.problem.text()
    dialog.target.setText(str(tmp_path / "r.htm"))
    assert dialog.accept_button.isEnabled()
    assert set(dialog.maps) == set(POSSIBLE)


def test_a_report_can_be_stopped_and_leaves_nothing(dialog, lens, qtbot, tmp_path):
    dialog.target.setText(str(tmp_path / "r.html"))
    click(qtbot, dialog.accept_button)
    lens.controller.cancel(TaskKey.REPORT)
    qtbot.waitUntil(
        lambda: not lens.controller.workers.export.is_pending(TaskKey.REPORT), timeout=WAIT_MS
    )
    settle(qtbot, lens)
    assert list(tmp_path.glob("r.html*")) == []


def test_a_page_from_elsewhere_is_refused_in_words(lens, qtbot, tmp_path):
    before = lens.store.state
    page = tmp_path / "cats.html"
    page.write_text("<!doctype html><title>Cats</title>")
    drop(lens, page)
    settle(qtbot, lens)
    assert "cats.html is no report of MViT Lens" in messages(lens)
    assert lens.store.state.clip == before.clip
