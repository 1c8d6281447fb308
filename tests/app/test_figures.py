"""Export > Figure: choices become a page, its preview is what is written, findings are said."""

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.dialogs.figure.dialog import FigureDialog
from app.results import TaskKey
from mvit_core.figure import (
    PRESETS,
    ROWS,
    WRITERS,
    FigureFile,
    figure_picture,
    make_figure,
    write_figure,
)
from mvit_core.pipeline import Explainer
from mvit_core.provenance import read_provenance
from mvit_core.render import ValueRange
from mvit_core.repeating import compared
from mvit_core.repeating.kinds import request_of
from mvit_core.video import open_video
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, dialog_of, messages, press

pytestmark = pytest.mark.gui


@pytest.fixture
def dialog(lens, qtbot):
    lens.actions_table.run("export.figure")
    dialog = dialog_of(FigureDialog)
    drawn(qtbot, dialog)
    yield dialog
    if shiboken6.isValid(dialog):
        dialog.reject()


def drawn(qtbot, dialog):
    qtbot.waitUntil(lambda: not dialog.is_drawing, timeout=WAIT_MS)


def choose(combo, data):
    """Walk to an entry with the keys, as entries that are off are stepped over."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.count()):
        if combo.currentData() == data:
            return True
        QTest.keyClick(combo, Qt.Key.Key_Down)
    return combo.currentData() == data


def type_into(field, text):
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Tab)


def saved(qtbot, lens, dialog, target):
    dialog.target.setText(str(target))
    click(qtbot, dialog.accept_button)
    qtbot.waitUntil(
        lambda: not lens.controller.workers.infer.is_pending(TaskKey.FIGURE), timeout=WAIT_MS
    )
    settle(qtbot, lens)
    return target


def test_the_preview_is_the_page_that_is_written(
    dialog, lens, qtbot, tmp_path, barcode_clip, explainer
):
    fields = dialog.fields
    assert choose(fields.page, "conference-83")
    assert choose(fields.rows, "blocks")
    type_into(fields.which, "2, 0")
    type_into(fields.frames, "2")
    assert choose(fields.range, "shared")
    drawn(qtbot, dialog)
    shown, request = dialog.preview.picture.image, dialog.job().request
    assert (request.blocks, request.frames, request.shared_range) == ((2, 0), 2, True)
    with open_video(barcode_clip) as video:
        scene = make_figure(Explainer(explainer.loaded), video, request)
    picture = figure_picture(scene, 220)
    assert (shown.width(), shown.height()) == (picture.shape[1], picture.shape[0])
    assert bytes(shown.constBits())[: shown.width() * 3] == picture.tobytes()[: shown.width() * 3]
    target = saved(qtbot, lens, dialog, tmp_path / "out.svg")
    own = tmp_path / "own.svg"
    write_figure(scene, own)
    assert compared(target, own) == ""  # byte by byte, but for where it comes from
    told = read_provenance(target).provenance
    assert request_of(told) == FigureFile(request)
    assert told.source.clip.file.name == barcode_clip.name
    assert f"Saved {target}" in messages(lens)


def test_panes_of_compare_are_the_rows_that_are_offered_first(lens, qtbot, tmp_path):
    press(qtbot, lens, Qt.Key.Key_P)
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    lens.actions_table.by_id["view.show_compare"].trigger()
    lens.actions_table.run("export.figure")
    dialog = dialog_of(FigureDialog)
    drawn(qtbot, dialog)
    assert dialog.fields.rows.currentData() == "panes"
    assert dialog.preview.picture.image is not None
    compared = dialog.job().request.shown.comparison
    assert [pane.name for pane in compared.panes] == ["Now", "A"]
    target = saved(qtbot, lens, dialog, tmp_path / "panes.svg")
    assert b">Now<" in target.read_bytes()


def test_plots_are_figures_too_and_rows_have_a_difference(dialog, qtbot):
    fields = dialog.fields
    type_into(fields.difference, "0, 2")
    drawn(qtbot, dialog)
    with_difference = dialog.preview.picture.image.height()
    type_into(fields.difference, "1")
    assert "takes two rows" in dialog.problem.text()
    type_into(fields.difference, "0, 9")
    drawn(qtbot, dialog)
    assert "0 to 2" in dialog.preview.words.text()
    type_into(fields.difference, "")
    drawn(qtbot, dialog)
    assert dialog.preview.picture.image.height() < with_difference
    assert not choose(fields.view, "faithfulness"), "attention is no evidence"
    for view in ("series", "atlas"):
        assert choose(fields.view, view)
        assert not fields.rows.isEnabled()
        drawn(qtbot, dialog)
        assert dialog.job().request.view == view
        assert dialog.preview.picture.image is not None
    assert choose(fields.view, "maps")
    assert fields.rows.isEnabled()


def test_a_format_and_a_typed_ending_name_each_other_and_another_is_refused(
    dialog, lens, qtbot, tmp_path
):
    for ending, writer in WRITERS.items():
        assert choose(dialog.format, ending)
        assert dialog.target.text().endswith(ending)
        assert dialog.dpi.isEnabled() == writer.has_pixels
    dialog.target.setText(str(tmp_path / "a.mp4"))
    assert "should end in .png" in dialog.problem.text()
    assert not dialog.accept_button.isEnabled()
    dialog.target.setText(str(tmp_path / "no" / "a.svg"))
    assert "does not exist" in dialog.problem.text()
    dialog.target.setText(str(tmp_path / "a.pdf"))
    assert dialog.ending == ".pdf"
    assert saved(qtbot, lens, dialog, tmp_path / "a.png").read_bytes()[:4] == b"\x89PNG"


def test_findings_stand_beside_the_page_and_follow_it(dialog, qtbot):
    assert choose(dialog.fields.page, "nature-183")
    drawn(qtbot, dialog)
    assert "dpi; Nature, two columns (183 mm) asks for 300" in dialog.findings.text()
    type_into(dialog.fields.frames, "1")
    assert choose(dialog.fields.page, "own")
    type_into(dialog.fields.width, "30")
    drawn(qtbot, dialog)
    assert dialog.findings.text() == ""
    assert "keeps the rules of Own size" in dialog.preview.words.text()


def test_what_cannot_be_laid_out_is_said_in_place_of_the_page(dialog, qtbot):
    type_into(dialog.fields.frames, "16")
    assert choose(dialog.fields.rows, "heads")
    type_into(dialog.fields.which, "9")
    drawn(qtbot, dialog)
    assert "No preview" in dialog.preview.words.text()
    assert dialog.preview.picture.image is None


def test_fields_go_with_pages_and_rows_and_refuse_what_is_no_number(dialog):
    fields = dialog.fields
    for name, preset in PRESETS.items():
        assert choose(fields.page, name)
        assert fields.width.value() == pytest.approx(preset.width_mm, abs=0.1)
        assert fields.letters.value() == preset.usual_pt
        assert fields.width.isEnabled() != preset.fixed_width
    for rows in ROWS:
        assert choose(fields.rows, rows) == (rows != "panes"), "nothing is compared"
        assert fields.which.isEnabled() == (rows in ("blocks", "heads"))
    assert choose(fields.rows, "blocks")
    type_into(fields.which, "one")
    assert "takes numbers from 0" in dialog.problem.text()
    assert not dialog.accept_button.isEnabled()


def test_a_figure_is_of_the_window_at_the_playhead_and_of_the_range_that_is_locked(lens, qtbot):
    lens.store.update(frame=35, locked_range=ValueRange(0.0, 0.5))
    settle(qtbot, lens)
    lens.actions_table.run("export.figure")
    dialog = dialog_of(FigureDialog)
    request = dialog.job().request
    assert request.window == lens.controller.results.window(35).index > 0
    assert request.shown.heat.locked_range == ValueRange(0.0, 0.5)
    assert not dialog.fields.range.isEnabled()
    drawn(qtbot, dialog)
    assert dialog.preview.picture.image is not None
    dialog.reject()


def test_a_library_that_is_missing_turns_its_format_off_and_says_why(lens, qtbot, monkeypatch):
    monkeypatch.setattr("mvit_core.figure.pdf.find_spec", lambda _: None)
    lens.actions_table.run("export.figure")
    dialog = dialog_of(FigureDialog)
    assert not choose(dialog.format, ".pdf")
    row = dialog.format.findData(".pdf")
    assert "mvit-lens[figures]" in dialog.format.itemData(row, Qt.ItemDataRole.ToolTipRole)
    drawn(qtbot, dialog)
    dialog.reject()
