"""Capture files in the window: what was run is shown as a run, and what needs the model says so."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.dialogs.export.dialog import ExportDialog
from mvit_core import load_model, open_video, write_capture
from mvit_core.explaining import EVIDENCE
from mvit_core.pipeline import Explainer
from tests.app.acceptance.person import (
    CONTROL,
    SHIFT,
    Key,
    both_looks,
    choose,
    click,
    dialog,
    dismiss_messages,
    file_dialog_takes,
    frame_seen,
    go,
    keys,
    number_seen,
    rest,
    title,
    words_on,
)
from tests.app.conftest import WAIT_MS
from tests.app.helpers import drop, messages

pytestmark = pytest.mark.gui

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def keep(barcode_clip, toy_checkpoint, tmp_path):
    """Writes windows of the clip as a capture file, in a folder of its own or beside the clip."""

    def call(name="away/x.mvitcap", numbers=(0, 2), checkpoint=toy_checkpoint):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        explainer = Explainer(load_model(checkpoint, device="cpu"))
        with open_video(barcode_clip) as video:
            windows = explainer.windows(video)
            runs = [explainer.capture(video, windows[number]) for number in numbers]
            write_capture(path, video, explainer.loaded, iter(runs))
        return path

    return call


@pytest.fixture
def never_runs(monkeypatch):
    """From now on the model must not run."""

    def begin():
        def refuse(*_, **__):
            raise AssertionError("the model was run")

        monkeypatch.setattr("mvit_core.pipeline.capture", refuse)

    return begin


def loaded(window, qtbot):
    """Wait until windows of a model are shown as asked for."""
    qtbot.waitUntil(lambda: window.controller.results.shown is not None, timeout=WAIT_MS)
    rest(qtbot, window)


def card_words(window):
    card = window.panels.model.card
    return card.name.full_text(), words_on(card)


@both_looks
def test_a_capture_shows_its_windows_without_a_model_and_says_what_needs_it(
    use, looks, qtbot, keep, never_runs, toy_checkpoint
):
    path = keep()
    never_runs()
    needs = "Needs the model" if looks == "en" else "需要模型"
    loads = "Load toy.pyth…" if looks == "en" else "加载 toy.pyth…"
    without = "without weights" if looks == "en" else "不含权重"

    def act(window):
        loaded(window, qtbot)
        assert window.panels.predictions.bars.rows()
        assert title(window)
        name, words = card_words(window)
        assert name == "toy.pyth"
        assert without in words
        assert window.controller.results.video.frame_count > 16, "places of all frames are known"
        for key in (Key.Key_Down, Key.Key_H, Key.Key_V, Key.Key_V, Key.Key_V, Key.Key_V):
            keys(key)
            rest(qtbot, window)
        assert not window.messages.toasts or needs not in messages(window)
        keys((Key.Key_2, ALT))
        rest(qtbot, window)
        for panel in (window.panels.why, window.panels.effects):
            assert needs in panel.empty.sentence.text()
            assert panel.empty.button.text() == loads
            assert panel.empty.button.isVisible()
        for command in ("explain.why", "explain.paint", "attention.preprocessing", "model.config"):
            assert not window.actions_table.by_id[command].isEnabled()
            assert needs in window.actions_table.by_id[command].toolTip().replace("needs", "Needs")
        keys(Key.Key_W)
        assert window.store.state.map.method not in EVIDENCE

    assert use(act, path) == 0


def test_loading_the_checkpoint_of_a_capture_keeps_the_view_and_enables_what_was_off(
    use, qtbot, keep, toy_checkpoint
):
    path = keep()

    def act(window):
        loaded(window, qtbot)
        keys(Key.Key_Up)
        rest(qtbot, window)
        before, picture = title(window), frame_seen(window)
        keys((Key.Key_2, ALT))
        with file_dialog_takes(toy_checkpoint):
            click(window.panels.why.empty.button)
        qtbot.waitUntil(lambda: window.controller.results.model.has_weights, timeout=WAIT_MS)
        loaded(window, qtbot)
        assert "without weights" not in card_words(window)[1]
        assert "is not the checkpoint" not in messages(window)
        assert not window.panels.why.empty.isVisible()
        keys((Key.Key_1, ALT))
        loaded(window, qtbot)
        assert title(window) == before
        dismiss_messages(window)
        assert (frame_seen(window) == picture).all()
        window.stage.canvas.setFocus()
        keys(Key.Key_W)
        qtbot.waitUntil(lambda: window.controller.results.why is not None, timeout=WAIT_MS)
        rest(qtbot, window)
        assert "Why" in title(window)

    assert use(act, path) == 0


def test_a_checkpoint_of_another_model_is_told_and_runs_what_has_pictures(
    use, qtbot, keep, toy_checkpoint, tmp_path
):
    path, other = keep(), tmp_path / "other.pyth"
    other.write_bytes(toy_checkpoint.read_bytes() + b" ")

    def act(window):
        loaded(window, qtbot)
        drop(window, other)
        qtbot.waitUntil(lambda: "is not the checkpoint of x.mvitcap" in messages(window))
        loaded(window, qtbot)
        assert window.controller.results.model.has_weights
        assert window.panels.predictions.bars.rows(), "the first window has all its pictures"

    assert use(act, path) == 0


def test_a_frame_without_a_picture_says_so_and_the_clip_beside_the_file_shows_all(use, qtbot, keep):
    def told(window):
        return " ".join(window.stage.header.remarks)

    def alone(window):
        loaded(window, qtbot)
        assert "No picture of this frame" not in told(window)
        keys(Key.Key_Right)
        rest(qtbot, window)
        assert "No picture of this frame" in told(window)

    def beside(window):
        loaded(window, qtbot)
        keys(Key.Key_T)
        keys(Key.Key_Right)
        rest(qtbot, window)
        assert "No picture of this frame" not in told(window)
        assert number_seen(window) == 1

    assert use(alone, keep()) == 0
    assert use(beside, keep("x.mvitcap")) == 0


def test_a_window_that_was_not_captured_names_the_checkpoint_that_runs_it(use, qtbot, keep):
    path = keep(numbers=(0,))

    def act(window):
        loaded(window, qtbot)
        go(qtbot, window, str(window.controller.results.video.frame_count - 1))
        words = "This window was not captured; load toy.pyth to run it"
        qtbot.waitUntil(lambda: words in " ".join(window.stage.header.remarks), timeout=WAIT_MS)
        assert not window.controller.results.is_busy

    assert use(act, path) == 0


def test_a_damaged_capture_is_told_and_what_was_open_stays(both, qtbot, keep, tmp_path):
    path = keep()
    content = bytearray(path.read_bytes())
    torn, bent = tmp_path / "torn.mvitcap", tmp_path / "bent.mvitcap"
    torn.write_bytes(content[: len(content) // 2])
    content[200] ^= 1
    bent.write_bytes(content)

    def act(window):
        before = title(window), frame_seen(window)
        for each in (torn, bent):
            assert drop(window, each) == (True, "Open this video")
            qtbot.waitUntil(lambda each=each: f"{each.name} is a" in messages(window))
            rest(qtbot, window)
            dismiss_messages(window)
            assert (title(window), window.store.state.clip.name) == (before[0], "clip.mp4")
            assert (frame_seen(window) == before[1]).all()
            assert window.controller.results.model.has_weights

    assert both(act) == 0


def test_a_session_of_a_capture_opens_it_again_and_it_is_among_the_recent_files(
    use, qtbot, keep, never_runs, tmp_path
):
    path, session, before = keep(), tmp_path / "kept.mvitlens", []
    never_runs()

    def save(window):
        loaded(window, qtbot)
        keys(Key.Key_Up, Key.Key_H)
        rest(qtbot, window)
        before.append((title(window), window.panels.predictions.bars.rows()))
        with file_dialog_takes(session):
            keys((Key.Key_S, CONTROL))
        assert [
            (e.kind, e.path) for e in window.controller.results.recent if e.kind != "session"
        ] == [("clip", path)]

    def again(window):
        loaded(window, qtbot)
        assert (title(window), window.panels.predictions.bars.rows()) == before[0]
        assert card_words(window)[0] == "toy.pyth"

    assert use(save, path) == 0
    assert use(again, "--session", session, wait=False) == 0


@pytest.mark.parametrize("ending", [".png", ".npz"])
def test_a_capture_exports_what_its_run_exports(use, both, qtbot, keep, tmp_path, ending):
    written = tmp_path / f"run{ending}", tmp_path / f"capture{ending}"

    def export(target):
        def act(window):
            loaded(window, qtbot)
            keys((Key.Key_E, CONTROL))
            asked = dialog(qtbot, ExportDialog)
            asked.target.selectAll()
            QTest.keyClicks(asked.target, str(target))
            click(asked.accept_button)
            qtbot.waitUntil(target.exists, timeout=WAIT_MS)
            rest(qtbot, window)

        return act

    path = keep("x.mvitcap", (0, 1, 2))
    assert both(export(written[0])) == 0
    assert use(export(written[1]), path) == 0
    if ending == ".png":
        assert QImage(str(written[0])).size() == QImage(str(written[1])).size()
    else:
        run, capture = (np.load(each) for each in written)
        name = next(each for each in run.files if run[each].ndim >= 4)
        assert (run[name] == capture[name]).all()


def test_a_capture_saved_from_the_window_opens_as_it_was_and_is_refused_with_heads_off(
    both, use, qtbot, tmp_path
):
    (tmp_path / "away").mkdir()
    target, seen = tmp_path / "away" / "mine.mvitcap", []

    def save(window):
        save_it = window.actions_table.by_id["export.capture"]
        keys(Key.Key_PageDown)
        loaded(window, qtbot)
        keys(Key.Key_Home)
        loaded(window, qtbot)
        keys(Key.Key_1, (Key.Key_O, SHIFT))
        assert not save_it.isEnabled()
        assert "switch all heads on" in save_it.toolTip()
        keys((Key.Key_A, SHIFT), Key.Key_A)
        loaded(window, qtbot)
        with file_dialog_takes(target):
            choose(qtbot, window, "Export", "Save capture…")
        qtbot.waitUntil(lambda: f"Saved {target}" in messages(window), timeout=WAIT_MS)
        seen.append((title(window), window.panels.predictions.bars.rows()))

    def again(window):
        loaded(window, qtbot)
        assert [w.index for w in window.controller.results.windows] == [0, 1]
        assert (title(window), window.panels.predictions.bars.rows()) == seen[0]
        assert "already" in window.actions_table.by_id["export.capture"].toolTip()

    assert both(save) == 0
    assert use(again, target) == 0


def test_a_capture_that_cannot_be_written_is_told_and_leaves_no_file(both, qtbot, tmp_path):
    target = tmp_path / "mine.mp4"

    def act(window):
        with file_dialog_takes(target):
            choose(qtbot, window, "Export", "Save capture…")
        words = "a capture file ends in .mvitcap"
        qtbot.waitUntil(lambda: words in messages(window), timeout=WAIT_MS)
        assert not target.exists()

    assert both(act) == 0
