"""Plots and tables that the window writes itself say beside them where they come from."""

import hashlib
import json
import shlex
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.cli.entry import build_parser
from app.results import PlotFile, TaskKey
from app.workers.plot_origins import PLOT_KINDS, origin_job, write_origins
from mvit_core.provenance import read_provenance, side_of
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import messages, press

pytestmark = pytest.mark.gui


def is_told(lens, qtbot):
    """Wait until all that was written is told."""
    worker = lens.controller.workers.infer
    qtbot.waitUntil(lambda: not worker.is_pending(TaskKey.ORIGINS), timeout=WAIT_MS)
    settle(qtbot, lens)


def test_each_kind_says_clip_model_windows_and_why_no_command_makes_it(
    lens, qtbot, tmp_path, barcode_clip, toy_checkpoint, command_line
):
    for what in PLOT_KINDS:
        path = tmp_path / f"{what}.csv"
        path.write_text("x,y\n")
        lens.controller.exports.say_origin(PlotFile(path, what))
    is_told(lens, qtbot)
    for what, kind in PLOT_KINDS.items():
        carried = read_provenance(tmp_path / f"{what}.csv")
        told, source = carried.provenance, carried.provenance.source
        assert (carried.notes, told.kind, told.shows) == ((), "window", kind.shows)
        for file, given in ((source.clip.file, barcode_clip), (source.model.file, toy_checkpoint)):
            assert file.name == given.name
            assert file.sha256 == hashlib.sha256(given.read_bytes()).hexdigest()
        assert [each.index for each in told.windows] == [0]
        assert json.loads(told.request)["map"]["method"] == "row"
        assert told.command == ""
        assert told.no_command.startswith("the window wrote it from what it showed")
        text = side_of(tmp_path / f"{what}.csv").read_text()
        assert str(barcode_clip.parent) not in text
        if kind.nearest and kind.nearest != "figure faithfulness":  # which is of evidence
            program, command, *words = shlex.split(told.no_command.split(": ")[-1])
            assert (program, command) == ("mvit-lens", kind.nearest.split()[0])
            assert build_parser(command).parse_args([command, *words]).clip.name == "clip.mp4"
    code, printed, _ = command_line("provenance", tmp_path / "heads.csv")
    assert code == 0
    assert "again         the window wrote it from what it showed" in printed
    code, _, complaint = command_line("provenance", tmp_path / "heads.csv", "--repeat")
    assert code == 1
    assert "heads.csv is made by window, which cannot be made again (the window wrote" in complaint


@pytest.fixture
def command_line(capsys):
    from app.cli.entry import main

    def call(*words):
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_what_is_saved_from_menus_is_told_one_after_another(lens, qtbot, tmp_path, monkeypatch):
    page, display = lens.atlas, lens.docks.panels["display"]
    menus = display.range.export, page.scatter.export, page.matrix.export
    lens.docks.show("display")
    lens.controller.intents.set_field("workspace", "atlas")
    qtbot.waitUntil(lambda: lens.atlas.matrix.info is not None, timeout=WAIT_MS)
    for place, menu in enumerate(menus):
        for ending, save in ((".png", menu.save_image), (".csv", menu.save_values)):
            path = tmp_path / f"{place}{ending}"
            monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, p=path: (str(p), ""))
            save()
    table = tmp_path / "table.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(table), ""))
    lens.atlas.save_table()
    is_told(lens, qtbot)
    for place, what in enumerate(("histogram", "heads", "time-to-time")):
        for ending in (".png", ".csv"):
            told = read_provenance(tmp_path / f"{place}{ending}").provenance
            assert told.shows == PLOT_KINDS[what].shows
    assert read_provenance(table).provenance.shows == PLOT_KINDS["head-table"].shows


def test_evidence_is_told_with_its_class_and_the_figure_of_its_faithfulness(lens, qtbot, tmp_path):
    press(qtbot, lens, Qt.Key.Key_W)
    qtbot.waitUntil(
        lambda: lens.controller.results.shown.result.evidence is not None, timeout=WAIT_MS
    )
    settle(qtbot, lens)
    path = tmp_path / "faithfulness.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n")
    lens.controller.exports.say_origin(PlotFile(path, "faithfulness"))
    is_told(lens, qtbot)
    told = read_provenance(path).provenance
    evidence = lens.controller.results.shown.result.evidence
    assert told.map.target == evidence.target.index
    assert told.class_name
    words = shlex.split(told.no_command.split(": ")[-1])
    assert words[1] == "figure"
    options = build_parser("figure").parse_args(words[1:])
    assert (options.view, options.method) == ("faithfulness", evidence.method)


def test_a_place_that_cannot_be_written_is_a_message_and_is_not_tried_again(lens, qtbot, tmp_path):
    gone = tmp_path / "gone" / "series.csv"
    lens.controller.exports.say_origin(PlotFile(gone, "series"))
    is_told(lens, qtbot)
    assert "series.csv is written, and not where it comes from" in messages(lens)
    path = tmp_path / "series.csv"
    path.write_text("x\n")
    before = messages(lens)
    lens.controller.exports.say_origin(PlotFile(path, "series"))
    is_told(lens, qtbot)
    assert side_of(path).is_file()
    assert messages(lens) == before


def test_without_a_clip_there_is_nothing_to_tell(boot, toy_checkpoint, tmp_path):
    window = boot(checkpoint=toy_checkpoint)
    file = PlotFile(tmp_path / "x.csv", "series")
    assert origin_job(file, window.store.state, window.controller.results) is None
    window.controller.exports.say_origin(file)
    assert not window.controller.workers.infer.is_pending(TaskKey.ORIGINS)


def test_heads_compared_over_a_batch_have_the_provenance_of_the_batch(lens, tmp_path):
    folder, path = tmp_path / "rows", tmp_path / "heads.csv"
    folder.mkdir()
    path.write_text("block\n")
    state = replace(
        lens.store.state,
        clips=folder,
        atlas=replace(lens.store.state.atlas, scope="batch"),
    )
    job = origin_job(PlotFile(path, "heads"), state, lens.controller.results)
    assert (job.batch, job.export) == (folder, None)
    told = write_origins(lens.controller.workers.model_worker, (job,), None)
    assert "rows is a folder without run.json" in told.notes[0]


def test_what_lies_beside_a_plot_and_is_no_provenance_stays(lens, qtbot, tmp_path):
    path = tmp_path / "series.csv"
    path.write_text("x\n")
    side_of(path).write_text("my own notes")
    lens.controller.exports.say_origin(PlotFile(path, "series"))
    is_told(lens, qtbot)
    assert "is no provenance that could be replaced" in messages(lens)
    assert side_of(path).read_text() == "my own notes"
