"""Checks of a copy in which the how-to pages were followed, run by ``test_extension_stories.py``.

It is no test of the project itself: here nothing of it is there yet.
"""

import json

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.cli.entry import main
from app.commands import BY_ID
from app.commands.palette import entries_of
from app.dialogs.export.dialog import ExportDialog
from app.dialogs.export.kinds import KINDS
from app.panels.timeline.rows import ROWS
from mvit_core.export import EXPORTERS
from tests.app.conftest import settle
from tests.app.helpers import click, dialog_of


def test_a_panel_is_in_docks_menu_keys_palette_and_order_of_tab(lens, qtbot):
    panel, dock = lens.panels.tokens, lens.docks.by_name["tokens"]
    assert dock.isVisible()
    assert dock.windowTitle() == "Tokens"
    assert lens.dockWidgetArea(dock) == Qt.DockWidgetArea.LeftDockWidgetArea
    action = lens.actions_table.by_id["view.tokens"]
    assert action.text() == "Tokens panel"
    assert action.shortcut().toString() == "F10"
    assert BY_ID["view.tokens"].submenu == "panels"
    assert "view.tokens" in [entry.id for entry in entries_of(lens.actions_table)]
    qtbot.keyClick(lens.stage.canvas, Qt.Key.Key_F10)
    assert not dock.isVisible()
    qtbot.keyClick(lens.stage.canvas, Qt.Key.Key_F10)
    assert dock.isVisible()
    seen = set()
    while QApplication.focusWidget() not in seen:
        seen.add(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert panel.first in seen
    lens.panels.heads.grid.setFocus()
    lens.actions_table.run("view.previous_pane")
    assert QApplication.focusWidget() is not lens.panels.heads.grid
    lens.stage.canvas.setFocus()
    stops = []
    for _ in range(8):
        lens.actions_table.run("view.next_pane")
        stops.append(QApplication.focusWidget())
    assert panel.first in stops


def test_a_panel_is_shown_snapshots_and_asks_by_intents(lens, qtbot):
    panel, before = lens.panels.tokens, lens.panels.tokens.words.text()
    assert before.startswith("Queries ")
    click(qtbot, panel.first)
    settle(qtbot, lens)
    assert lens.controller.results.shown.result.request.block == 0
    assert panel.words.text() != before


def test_a_row_stands_on_the_timeline_and_speaks(lens, qtbot):
    track = lens.panels.timeline.track
    names = [type(row).__name__ for row in track.rows]
    assert names == [row.__name__ for row in ROWS]
    assert names[:2] == ["Ruler", "Seconds"]
    top, row = track.rows[0].height, track.rows[1]
    image = track.grab().toImage()
    ratio = image.devicePixelRatio()
    line = round((top + row.height / 2) * ratio)
    at = [round((track.x_of(frame)) * ratio) for frame in (0, 30)]
    paper = image.pixelColor(round(track.x_of(15) * ratio), line)
    for x in at:
        assert any(image.pixelColor(x + by, line) != paper for by in (-1, 0, 1))
    assert row.words_at(track._scene(track._video), 30) == "1.00 s"


def test_a_method_is_offered_and_shown(lens, qtbot):
    box = lens.panels.display.method
    at = box.findData("strongest")
    assert box.itemText(at) == "Strongest"
    box.setCurrentIndex(at)
    box.activated.emit(at)
    settle(qtbot, lens)
    maps = lens.controller.results.shown.result.maps
    assert maps.method == "strongest"
    assert 0 < maps.values.max() <= 1
    assert "strongest" in lens.stage.header.title.full_text()


def test_an_exporter_is_offered_by_the_dialog(lens):
    lens.actions_table.run("export.export")
    dialog = dialog_of(ExportDialog)
    dialog.kinds.setCurrentRow([*KINDS].index("data"))
    assert dialog.format.findData(".jsonl") >= 0
    dialog.format.setCurrentIndex(dialog.format.findData(".jsonl"))
    assert dialog.target.text().endswith(".jsonl")
    dialog.close()


def test_method_and_exporter_work_on_the_command_line(
    barcode_clip, toy_checkpoint, tmp_path, capsys
):
    def run(*words):
        common = ["export", str(barcode_clip), "--checkpoint", str(toy_checkpoint)]
        assert main([*common, *words]) == 0, capsys.readouterr().err

    run("-o", str(tmp_path / "out.jsonl"))
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["window"] for line in lines] == [0, 1, 2]
    run("-o", str(tmp_path / "maps.npz"), "--method", "strongest")
    with np.load(tmp_path / "maps.npz") as arrays:
        assert json.loads(str(arrays["facts"]))["method"] == "strongest"
    assert ".jsonl" in EXPORTERS
    try:
        main(["export", "--help"])
    except SystemExit:
        words = capsys.readouterr().out
    assert "jsonl" in words
    assert "strongest" in words
