"""The export dialog and what becomes of a wish: codecs, sound, progress, cancelling."""

import time
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.dialogs import ExportDialog
from app.exporting import ExportHost, repeated, spans_of, wish_for
from app.facts import JobFacts
from app.panels.status import JobWidget
from app.state import Loop
from app.text import clock_words, rate_words
from app.workers import Ticket
from mvit_core.errors import Cancelled
from mvit_core.export import EXPORTERS
from mvit_core.video import open_video
from mvit_core.video.encoders import CONTAINERS, ENCODERS, Encoding, codecs_for
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import dialog_of, messages, press

pytestmark = pytest.mark.gui


@pytest.fixture
def dialog(lens, qtbot):
    lens.stage.canvas.setFocus()
    press(qtbot, lens, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(ExportDialog)
    yield dialog
    if shiboken6.isValid(dialog):
        dialog.reject()


def choose(combo, data):
    """Walk to an entry with the keys, as entries that are off are stepped over."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.count()):
        if combo.currentData() == data:
            return True
        QTest.keyClick(combo, Qt.Key.Key_Down)
    return combo.currentData() == data


@pytest.mark.parametrize("ending", CONTAINERS)
def test_only_codecs_that_fit_the_kind_of_file_can_be_chosen(dialog, ending):
    assert choose(dialog.kind, ending)
    fields = dialog.fields
    assert fields.codec.currentData() in codecs_for(ending)
    fields.codec.setEnabled(True)
    for row in range(fields.codec.count()):
        name = fields.codec.itemData(row)
        fits = ending in ENCODERS[name].endings
        reason = fields.codec.itemData(row, Qt.ItemDataRole.ToolTipRole)
        assert choose(fields.codec, name) == fits
        assert bool(reason) != fits
        if not fits:
            assert f"a {name} file must end in" in reason


@pytest.mark.parametrize("ending", [e for e in EXPORTERS if e not in CONTAINERS])
def test_what_is_no_video_has_no_codec_no_quality_and_no_sound(dialog, ending):
    assert choose(dialog.kind, ending)
    fields = dialog.fields
    for field in (fields.codec, fields.quality, fields.sound):
        assert not field.isEnabled()
        assert field.toolTip()
    assert dialog.wish().encoding == Encoding()
    assert not dialog.wish().sound


def test_a_typed_ending_changes_what_is_offered_too(dialog, tmp_path):
    dialog.target.setText(str(tmp_path / "a.webm"))
    assert dialog.wish().encoding == Encoding("vp9", "good")
    dialog.target.setText(str(tmp_path / "a.png"))
    assert not dialog.span.isEnabled()
    dialog.target.setText(str(tmp_path / "a.gif"))
    assert dialog.span.isEnabled()
    assert not dialog.fields.quality.isEnabled()
    assert not dialog.fields.sound.isEnabled()


def test_codec_quality_and_sound_of_the_dialog_reach_the_file(lens, qtbot, dialog, tmp_path):
    target = tmp_path / "out.mkv"
    dialog.target.setText(str(target))
    assert choose(dialog.fields.codec, "vp9")
    assert choose(dialog.fields.quality, "small")
    QTest.keyClick(dialog.fields.sound, Qt.Key.Key_Space)
    dialog.span.setCurrentIndex(1)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Saved" in messages(lens), timeout=WAIT_MS)
    with open_video(target) as video:
        assert video.codec == "vp9"
    assert "has no sound" in messages(lens)


def test_the_lists_of_the_dialog_show_all_their_rows(lens, qtbot, dialog):
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT_MS)
    fields = dialog.fields
    for combo in (dialog.kind, fields.codec, fields.quality, dialog.layouts, dialog.span):
        combo.showPopup()
        view = combo.view()
        qtbot.waitUntil(view.isVisible, timeout=WAIT_MS)
        last = view.visualRect(combo.model().index(combo.count() - 1, 0))
        assert view.visualRect(combo.model().index(0, 0)).top() >= 0
        assert last.bottom() <= view.viewport().height()
        combo.hidePopup()


def exported(qtbot, window, path):
    qtbot.waitUntil(lambda: path.exists(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window.controller.world.is_busy, timeout=WAIT_MS)


def test_the_last_export_is_repeated_for_what_is_shown_now(lens, qtbot, dialog, tmp_path):
    """The same kind of file, layout, range and quality, of another head and window."""
    repeat = lens.actions_table.by_id["export.repeat"]
    assert not repeat.isEnabled()
    assert "export something first" in repeat.toolTip()
    dialog.target.setText(str(tmp_path / "first.mkv"))
    assert choose(dialog.fields.quality, "small")
    assert choose(dialog.layouts, "side-by-side")
    assert choose(dialog.span, "window")
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "first.mkv")
    first = lens.controller.world.window(lens.store.state.frame)
    lens.activateWindow()
    qtbot.waitUntil(lens.isActiveWindow, timeout=WAIT_MS)
    lens.stage.canvas.setFocus()
    press(qtbot, lens, Qt.Key.Key_2)
    press(qtbot, lens, Qt.Key.Key_PageDown)
    settle(qtbot, lens)
    window = lens.controller.world.window(lens.store.state.frame)
    assert window != first
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for name in ("clip-b3-h1.mkv", "clip-b3-h1-2.mkv"):
        press(qtbot, lens, Qt.Key.Key_E, both)
        exported(qtbot, lens, tmp_path / name)
        with open_video(tmp_path / name) as video:
            assert video.frame_count == window.stop - window.start
            assert video.size[0] > 2 * lens.controller.world.video.size[0]  # frame and map


def test_a_saved_file_leads_to_its_folder(lens, qtbot, dialog, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("app.folders.QDesktopServices.openUrl", opened.append)
    dialog.target.setText(str(tmp_path / "a.png"))
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "a.png")
    qtbot.waitUntil(lambda: "Saved" in messages(lens), timeout=WAIT_MS)
    toast = next(t for t in lens.panels.messages.toasts if t.message.text.startswith("Saved"))
    assert toast.way_button.text() == "Show in folder"
    qtbot.mouseClick(toast.way_button, Qt.MouseButton.LeftButton)
    assert [url.toLocalFile() for url in opened] == [str(tmp_path)]
    assert "Saved" not in messages(lens)


def test_pictures_can_be_written_without_the_caption(lens, qtbot, dialog, tmp_path):
    dialog.target.setText(str(tmp_path / "bare.png"))
    QTest.keyClick(dialog.caption, Qt.Key.Key_Space)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "bare.png")
    assert QImage(str(tmp_path / "bare.png")).size().toTuple() == lens.controller.world.video.size


def test_numbers_have_neither_caption_nor_layout(dialog, tmp_path):
    for ending, shows in ((".npz", False), (".png", True), (".csv", False), (".mp4", True)):
        assert choose(dialog.kind, ending)
        assert dialog.caption.isEnabled() == dialog.layouts.isEnabled() == shows
        assert bool(dialog.caption.toolTip()) != shows


def test_a_repeated_export_without_its_loop_takes_the_whole_video(lens, tmp_path):
    state, world = lens.store.state, lens.controller.world
    looped = replace(state, loop=Loop("range", 3, 7))
    assert spans_of(looped, world)["loop"] == (3, 8)
    last = replace(wish_for(looped, world), target=tmp_path / "a.gif", span="loop", start=3, stop=8)
    assert (repeated(last, looped, world).start, repeated(last, looped, world).stop) == (3, 8)
    wish = repeated(last, state, world)
    assert (wish.span, wish.start, wish.stop) == ("all", 0, world.video.frame_count)
    assert wish.target.parent == tmp_path
    assert wish.target.suffix == ".gif"
    assert repeated(last, state, replace(world, video=None)) is None


def test_a_loop_can_be_exported_alone(lens, qtbot, tmp_path):
    for key, frame in ((Qt.Key.Key_I, 2), (Qt.Key.Key_O, 6)):
        lens.controller.intents.go_to(frame)
        press(qtbot, lens, key)
    press(qtbot, lens, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(ExportDialog)
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT_MS)
    assert choose(dialog.span, "loop")
    assert dialog.span.currentText() == "Loop (frames 2–6)"
    dialog.target.setText(str(tmp_path / "loop.mp4"))
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "loop.mp4")
    with open_video(tmp_path / "loop.mp4") as video:
        assert video.frame_count == 5


def test_the_layout_offered_first_is_that_of_the_view_and_its_maps_are_named(lens, qtbot):
    layouts = {"single": "single", "heads": "heads", "layers": "stages"}
    said = []
    for view, layout in layouts.items():
        lens.store.update(view=view)
        lens.actions_table.run("export.export")
        dialog = dialog_of(ExportDialog)
        assert dialog.wish().layout == layout
        said.append(dialog.content.text())
        dialog.reject()
    assert "mean of 4 heads" in said[0]
    assert "each head alone" in said[1]
    assert "Last block of each stage" in said[2]


def test_panes_side_by_side_are_not_exported_and_the_command_says_why(lens, qtbot):
    lens.store.update(view="compare")
    for command in ("export.export", "export.repeat"):
        action = lens.actions_table.by_id[command]
        assert not action.isEnabled()
        assert "panes side by side are not exported" in action.toolTip()
    lens.store.update(view="single")
    assert lens.actions_table.by_id["export.export"].isEnabled()


def test_an_export_stops_while_the_model_runs(lens, tmp_path):
    wish = lens.controller.export_wish()
    target = tmp_path / "out.mp4"
    host = ExportHost()
    ticket = Ticket("export", 1, lambda progress: ticket.cancel())  # at the first layer
    began = time.monotonic()
    with pytest.raises(Cancelled):
        host.run(replace(wish, target=target), ticket)
    assert time.monotonic() - began < WAIT_MS / 1000
    assert list(tmp_path.glob("*out*")) == []
    host.close()


def test_an_export_stops_after_its_last_frame_while_the_file_is_ended(lens, tmp_path):
    told = []

    def hear(progress):
        told.append(progress)
        if progress.done == progress.total:
            ticket.cancel()

    wish = replace(lens.controller.export_wish(), target=tmp_path / "out.mp4", stop=12)
    host, ticket = ExportHost(), Ticket("export", 1, hear)
    with pytest.raises(Cancelled):
        host.run(wish, ticket)
    assert told[-1].done == told[-1].total == 12
    assert list(tmp_path.glob("*out*")) == []
    host.close()


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (
            JobFacts("export", "Exporting a.mp4", "running", 30, 534, 42.3, 12.0),
            "42 fps, 0:12 left",
        ),
        (
            JobFacts("export", "Exporting a.mp4", "running", 3, 534, 2.34, 3700.0),
            "2.3 fps, 1:01:40",
        ),
        (JobFacts("explain", "Running", "running", 3, 16, 2.0, 6.5), "3/16 · 0:06 left"),
        (JobFacts("export", "Exporting a.mp4", "running", 0, 534), "0/534"),
        (JobFacts("export", "Exporting a.mp4", "stopping", 3, 534, 2.0, 9.0), "Stopping: "),
    ],
)
def test_the_status_line_tells_rate_and_time_left(qtbot, job, words):
    widget = JobWidget()
    qtbot.addWidget(widget)
    widget.show_job(job)
    assert words in widget.title.text()


def test_durations_and_rates_in_words():
    assert [clock_words(s) for s in (0.4, 59.6, 61, 3600)] == ["0:00", "1:00", "1:01", "1:00:00"]
    assert [rate_words(r) for r in (0.04, 9.94, 9.95, 120.4)] == ["0.0", "9.9", "10", "120"]
