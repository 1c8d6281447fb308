"""The export dialog and what becomes of a wish: codecs, sound, progress, cancelling."""

import time
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.dialogs import ExportDialog
from app.exporting import ExportHost
from app.facts import JobFacts
from app.panels.status import JobWidget
from app.text import clock_words, rate_words
from app.workers import Ticket
from mvit_core.errors import Cancelled
from mvit_core.export import EXPORTERS
from mvit_core.video import open_video
from mvit_core.video.encoders import CONTAINERS, ENCODERS, Encoding, codecs_for
from tests.app.conftest import WAIT_MS
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
