"""Preprocessing: changed in a dialog, shown in the panel, used by the run and the export."""

import json
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.dialogs.preprocessing import PreprocessingDialog
from app.workers.export import Exporter
from app.workers.worker import TaskHandle
from mvit_core.export import ExportSummary
from tests.app.conftest import WAIT_MS, at_rest, settle
from tests.app.helpers import click, dialog_of, press, source

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def dialog(lens, qtbot):
    """The dialog, opened from the panel."""
    lens.docks.show("model")
    click(qtbot, lens.panels.model.card.change)
    opened = dialog_of(PreprocessingDialog)
    yield opened
    if shiboken6.isValid(opened):
        opened.reject()


def press_in_window(qtbot, lens, key):
    """The dialog has the keys until the user goes back to the window."""
    lens.activateWindow()
    qtbot.waitUntil(lens.isActiveWindow, timeout=WAIT_MS)
    press(qtbot, lens, key, CONTROL)


def type_into(qtbot, field, text):
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_a_longer_stride_makes_other_windows_and_runs_the_one_shown(lens, qtbot, dialog):
    before = lens.controller.results.shown.result
    type_into(qtbot, dialog.fields["rate"], "8")
    click(qtbot, dialog.apply)
    settle(qtbot, lens)
    results = lens.controller.results
    assert len(results.windows) == 2
    assert results.shown.result.request.spec.rate == 8
    assert results.shown.result.predictions != before.predictions
    assert "sampling rate 8 instead of 4" in lens.panels.model.different.text()
    assert lens.panels.model.different.isVisible()
    assert dialog.isVisible()
    assert not dialog.apply.isEnabled()


def test_undo_feeds_the_model_as_before_and_the_fields_follow(lens, qtbot, dialog):
    before = lens.controller.results.shown.result
    dialog.fields["reverse_channels"].setCurrentIndex(1)
    dialog.fields["antialias"].setChecked(True)
    type_into(qtbot, dialog.fields["mean"], "0.5, 0.4, 0.3")
    click(qtbot, dialog.apply)
    settle(qtbot, lens)
    changed = lens.controller.results.shown.result
    assert changed.predictions != before.predictions
    press_in_window(qtbot, lens, Qt.Key.Key_Z)
    settle(qtbot, lens)
    again = lens.controller.results.shown.result
    assert again.predictions == before.predictions
    assert lens.store.state.clip_spec is None
    assert dialog.fields["mean"].text() == "0.45, 0.45, 0.45"
    assert not lens.panels.model.different.isVisible()
    press_in_window(qtbot, lens, Qt.Key.Key_Y)
    settle(qtbot, lens)
    assert lens.controller.results.shown.result.predictions == changed.predictions


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("rate", "0", "rate must be a number above 0, got 0.0"),
        ("rate", "often", "rate must be made of numbers, got 'often'"),
        ("target_fps", "-3", "target_fps must be a number above 0"),
        ("short_side", "4.5", "short_side must be a whole number of at least 1, got '4.5'"),
        ("short_side", "20", "the crop of 32 pixels exceeds the short side of 20"),
        ("mean", "0.5, 0.5", "mean must be three numbers, one per channel"),
        ("std", "0.2 0.2 0", "std divides, so it must lie above 0"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_words(lens, qtbot, dialog, field, text, words):
    type_into(qtbot, dialog.fields[field], text)
    assert words in dialog.problem.text()
    assert not dialog.apply.isEnabled()
    qtbot.keyClick(dialog.fields[field], Qt.Key.Key_Return)
    assert lens.store.state.clip_spec is None


def test_reset_gives_the_values_of_the_checkpoint_back(lens, qtbot, dialog):
    type_into(qtbot, dialog.fields["rate"], "2")
    qtbot.keyClick(dialog.fields["rate"], Qt.Key.Key_Return)
    assert lens.store.state.clip_spec.rate == 2
    click(qtbot, dialog.reset)
    assert lens.store.state.clip_spec.rate == 2  # not before it is applied
    click(qtbot, dialog.apply)
    assert lens.store.state.clip_spec is None
    settle(qtbot, lens)


def test_a_larger_crop_has_finer_grids_and_a_picked_token_is_let_go(lens, qtbot, dialog):
    lens.controller.intents.choose_block(0)
    lens.controller.intents.choose_query((1, 7, 7))
    settle(qtbot, lens)
    type_into(qtbot, dialog.fields["short_side"], "64")
    type_into(qtbot, dialog.fields["size"], "64")
    click(qtbot, dialog.apply)
    settle(qtbot, lens)
    assert lens.store.state.map.query == "readout"
    assert lens.controller.results.shown.result.layer.q_shape == (2, 16, 16)


def test_a_crop_too_small_for_the_model_is_told_and_can_be_undone(lens, qtbot, dialog):
    def fails(*_args, **_words):
        from mvit_core.errors import ClipError

        raise ClipError("4 frames of 1x1 are too small for patches")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mvit_core.pipeline.Explainer.capture", fails)
        type_into(qtbot, dialog.fields["size"], "1")
        click(qtbot, dialog.apply)
        qtbot.waitUntil(lambda: "too small" in lens.controller.results.problem, timeout=WAIT_MS)
    assert any("too small" in badge for badge in lens.stage.header.remarks)
    press_in_window(qtbot, lens, Qt.Key.Key_Z)
    settle(qtbot, lens)


def test_an_image_rule_makes_one_window_of_the_whole_video(lens, qtbot, dialog):
    combo = dialog.fields["sampling"]
    combo.setCurrentIndex(combo.findData("segments"))
    click(qtbot, dialog.apply)
    settle(qtbot, lens)
    assert len(lens.controller.results.windows) == 1


def test_a_change_that_leaves_the_windows_alone_leaves_the_timeline_alone(lens, qtbot, dialog):
    lens.store.update(series="off")  # its values are others where the model is fed otherwise
    track = lens.panels.timeline.track
    at_rest(qtbot, track)  # the row of the series has gone
    before = track.grab().toImage()
    dialog.fields["antialias"].setChecked(True)
    click(qtbot, dialog.apply)
    settle(qtbot, lens)
    assert lens.controller.results.shown.result.request.spec.antialias
    assert track.grab().toImage() == before


def test_another_model_closes_the_dialog_and_is_fed_as_it_states(
    lens, qtbot, dialog, toy_checkpoint, tmp_path
):
    type_into(qtbot, dialog.fields["rate"], "2")
    click(qtbot, dialog.apply)
    other = tmp_path / "other.pyth"
    other.write_bytes(toy_checkpoint.read_bytes())
    lens.controller.load_model(source(other))
    qtbot.waitUntil(lambda: lens.store.state.model == source(other), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not lens.findChildren(PreprocessingDialog), timeout=WAIT_MS)
    assert lens.store.state.clip_spec is None
    assert not lens.controller.results.can_undo
    settle(qtbot, lens)


def test_ctrl_p_opens_one_dialog_and_without_a_model_none(boot, lens, qtbot):
    for _ in range(2):
        press(qtbot, lens, Qt.Key.Key_P, CONTROL)
    dialogs = lens.findChildren(PreprocessingDialog)
    assert len(dialogs) == 1
    dialogs[0].reject()
    empty = boot()
    assert not empty.actions_table.by_id["attention.preprocessing"].isEnabled()


def test_copied_parameters_and_exports_say_and_use_what_is_in_use(lens, qtbot, tmp_path):
    spec = replace(lens.controller.results.model.clip_spec, rate=2.0, reverse_channels=True)
    lens.controller.intents.preprocess(spec)
    settle(qtbot, lens)
    press(qtbot, lens, Qt.Key.Key_C, CONTROL | Qt.KeyboardModifier.AltModifier)
    told = json.loads(QGuiApplication.clipboard().text())
    assert told["preprocessing"]["rate"] == 2.0
    request = replace(lens.controller.exports.job(), target=tmp_path / "out.npz")
    host = Exporter()
    used = []
    with pytest.MonkeyPatch.context() as patch:
        done = ExportSummary(str(request.target), 0, None)
        patch.setattr(
            "mvit_core.export.export", lambda explainer, *_: used.append(explainer) or done
        )
        host.run(request, TaskHandle("export", 1, lambda _: None))
        lens.controller.intents.preprocess(lens.controller.results.model.clip_spec)
        host.run(
            replace(lens.controller.exports.job(), target=request.target),
            TaskHandle("export", 2, lambda _: None),
        )
    assert [explainer.loaded.clip_spec.rate for explainer in used] == [2.0, 4.0]
    assert used[0].loaded.model is used[1].loaded.model
    settle(qtbot, lens)
