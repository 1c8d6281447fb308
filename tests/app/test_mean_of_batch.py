"""Heads that are off give the mean over a batch: chosen, undone, kept, and told where not."""

import json
import shutil

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog

from app.results.snapshot import Snapshot
from app.text.effects import batch_choice_words, fallback_words, mean_words, off_words
from app.workers.export import job_for
from app.workers.worker import TaskHandle
from mvit_core import load_model, open_video
from mvit_core.batch.result_means import read_means, used_model
from mvit_core.explaining import HeadPlace
from mvit_core.explaining.ablation import Ablation
from mvit_core.model import MViT
from mvit_core.pipeline import Explainer
from mvit_core.provenance import read_provenance
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import messages, press
from tests.batch_results import run_result
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

pytest.importorskip("pyarrow", reason="tables of a batch need the extra 'batch'")
pytest.importorskip("duckdb", reason="a batch result needs the extra 'batch'")
pytestmark = pytest.mark.gui
Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
OFF = HeadPlace(3, 0)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A clip, a model, and a batch of two other clips that was run by it."""
    folder = tmp_path_factory.mktemp("batch-means")
    write_barcode_clip(folder / "clip.mp4", frames=20, size=(96, 54))
    for name, first in (("one.mp4", 60), ("two.mp4", 90)):
        write_barcode_clip(folder / name, frames=17, first=first, size=(96, 54))
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    (folder / "list.csv").write_text("path\none.mp4\ntwo.mp4")
    run_result(folder / "out", folder / "list.csv", folder / "toy.pyth")
    return folder


@pytest.fixture
def place(made, tmp_path):
    """The same in a folder that a test may spoil."""
    return shutil.copytree(made, tmp_path / "place")


@pytest.fixture
def window(boot, place):
    return boot(clip=place / "clip.mp4", checkpoint=place / "toy.pyth")


@pytest.fixture
def core(place):
    """The model by the core alone, and the means of the batch as it reads them."""
    explainer = Explainer(load_model(place / "toy.pyth"))
    found = read_means(place / "out", used_model(explainer.loaded))
    explainer.given.give(found.source, found.blocks)
    return explainer, found.source


def results(window):
    return window.controller.results


def snapshot(window):
    return Snapshot(window.store.state, results(window))


def effects(window):
    return results(window).effects


def filled(qtbot, window):
    qtbot.waitUntil(
        lambda: effects(window) is not None and effects(window).coming == "ready", timeout=WAIT_MS
    )
    settle(qtbot, window)


def read(qtbot, window):
    """The means of the batch result were read, or cannot be."""
    qtbot.waitUntil(
        lambda: results(window).batch_means and not results(window).batch_means.is_coming,
        timeout=WAIT_MS,
    )
    settle(qtbot, window)


def open_batch(qtbot, window, folder):
    window.controller.intents.clips.open(folder)
    read(qtbot, window)


def choose(qtbot, window, by):
    """By mouse: the button, and the row of its menu."""
    panel = window.panels.effects
    window.docks.show("effects")
    menu, action = panel.by.menu(), panel.choices[by]
    menu.popup(panel.by.mapToGlobal(QPoint(0, panel.by.height())))
    qtbot.waitUntil(menu.isVisible, timeout=WAIT_MS)
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    menu.hide()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)


def choice(window):
    return window.panels.effects.choices["batch"]


def logits_without(core, place, by_batch=True):
    """What the core says with the head off."""
    explainer, source = core
    with open_video(place / "clip.mp4") as video:
        subject = explainer.subject(video, explainer.capture(video, explainer.windows(video)[0]))
    means = explainer.given.of(source) if by_batch else None
    return Ablation(subject, means).logits([OFF])[0].softmax(0).tolist()


def scores(window):
    return [p.probability for p in sorted(results(window).shown.result.predictions_of(0, ""),
                                          key=lambda p: p.index)]  # fmt: skip


def test_the_mean_over_a_batch_stands_for_heads_in_effects_runs_and_exports(
    window, qtbot, place, core, tmp_path
):
    """The story by mouse and keys: open, choose, switch off, export, undo, save, open again."""
    explainer, source = core
    open_batch(qtbot, window, place / "out")
    press(qtbot, window, Key.Key_W)
    filled(qtbot, window)
    of_clip = dict(effects(window).values)
    choose(qtbot, window, "batch")
    filled(qtbot, window)
    with open_video(place / "clip.mp4") as video:
        subject = explainer.subject(video, explainer.capture(video, explainer.windows(video)[0]))
    ablation = Ablation(subject, explainer.given.of(source))
    expected = ablation.effects(effects(window).asked.target)
    assert effects(window).asked.batch == source
    found = effects(window).values
    assert found == {e.place: pytest.approx(e.value, abs=1e-4) for e in expected.effects}
    assert found != of_clip
    panel = window.panels.effects
    assert panel.by.text() == "Batch mean"
    assert panel.mean.text() == f"mean over out, windows: {source.windows}"
    assert "its mean over the batch" in panel.note.text()

    window.controller.intents.heads_off.toggle(OFF)
    settle(qtbot, window)
    assert scores(window) == pytest.approx(logits_without(core, place), abs=1e-5)
    assert results(window).request.changes.batch == source
    job = job_for(window.store.state, results(window), tmp_path)
    exporter = window.controller.workers.exporter  # nobody else has it do anything
    exporter.run(job, TaskHandle("export", 1, lambda _: None))
    window.controller.intents.panes.pin()
    (pane,) = window.store.state.panes
    assert pane.changes.batch == source
    assert off_words(pane.changes) == "heads off: 3/0, mean over out"
    press(qtbot, window, Key.Key_Z, CONTROL)  # the pin

    assert read_provenance(job.target).provenance.changes.batch == source

    for _ in range(2):
        press(qtbot, window, Key.Key_Z, CONTROL)
    filled(qtbot, window)
    assert (panel.by.text(), effects(window).asked.batch) == ("Its mean", None)
    assert effects(window).values == of_clip
    press(qtbot, window, Key.Key_Z, CONTROL | SHIFT)
    filled(qtbot, window)
    assert effects(window).asked.batch == source


def test_a_session_keeps_the_batch_by_its_path_and_a_missing_one_is_told_and_not_lost(
    window, boot, qtbot, place, core, monkeypatch
):
    window.controller.intents.heads_off.toggle(OFF)
    window.controller.intents.heads_off.choose_batch(place / "out")
    read(qtbot, window)
    target = place / "kept.mvitlens"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    assert window.sessions.save_as()
    assert json.loads(target.read_text())["view"]["mean_batch"] == str(place / "out")
    again = boot()
    again.sessions.open(target)
    qtbot.waitUntil(lambda: again.store.state.mean_batch == place / "out", timeout=WAIT_MS)
    read(qtbot, again)
    assert scores(again) == pytest.approx(logits_without(core, place), abs=1e-5)

    (place / "out").rename(place / "away")
    lost = boot()
    lost.sessions.open(target)
    qtbot.waitUntil(lambda: lost.store.state.mean_batch == place / "out", timeout=WAIT_MS)
    read(qtbot, lost)
    assert "Heads that are off give their mean over this clip: " in messages(lost)
    assert results(lost).request.changes.batch is None
    assert results(lost).request.changes.heads_off == (OFF,)
    assert lost.store.state.mean_batch == place / "out"
    assert "Not the mean of out: " in fallback_words(snapshot(lost))
    (place / "away").rename(place / "out")
    press(qtbot, lost, Key.Key_R, CONTROL)
    read(qtbot, lost)
    assert scores(lost) == pytest.approx(logits_without(core, place), abs=1e-5)


def other_checkpoint(folder):
    run = json.loads((folder / "run.json").read_text())
    run["models"][0]["sha256"] = "0" * 64
    (folder / "run.json").write_text(json.dumps(run))


def without_means(folder):
    shutil.rmtree(folder / "means")


def test_the_choice_is_off_with_its_reason_where_there_is_no_such_mean(window, qtbot, place):
    window.docks.show("effects")
    for spoil, words in (
        (None, "Open a batch result of this model first"),
        (other_checkpoint, "was made with another checkpoint"),
        (without_means, "made by an earlier version; run the same batch into another folder"),
    ):
        if spoil is not None:
            folder = shutil.copytree(place / "out", place / spoil.__name__)
            spoil(folder)
            open_batch(qtbot, window, folder)
            window.docks.show("effects")
        qtbot.waitUntil(lambda words=words: words in choice(window).toolTip(), timeout=WAIT_MS)
        assert not choice(window).isEnabled()
    choose(qtbot, window, "batch")
    settle(qtbot, window)
    assert window.store.state.mean_batch is None
    assert "give their mean over this clip" not in messages(window)


def test_a_batch_is_chosen_by_its_folder_and_what_cannot_be_used_is_told(
    window, qtbot, place, core, monkeypatch
):
    press(qtbot, window, Key.Key_W)
    filled(qtbot, window)
    window.docks.show("effects")
    chosen = [str(place), str(place / "out")]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chosen.pop(0))
    window.panels.effects.choose.trigger()
    read(qtbot, window)
    filled(qtbot, window)
    assert "Heads that are off give their mean over this clip: " in messages(window)
    assert effects(window).asked.batch is None
    window.actions_table.by_id["explain.mean_of_batch"].trigger()
    read(qtbot, window)
    filled(qtbot, window)
    assert effects(window).asked.batch == core[1]
    assert mean_words(effects(window))[0] == f"mean over out, windows: {core[1].windows}"
    choose(qtbot, window, "zero")
    filled(qtbot, window)
    assert (effects(window).asked.by, effects(window).asked.batch) == ("zero", None)
    choose(qtbot, window, "batch")
    filled(qtbot, window)
    assert effects(window).asked.batch == core[1]
    words, reason = batch_choice_words(snapshot(window))
    assert (words, reason) == (f"Its mean over out, windows: {core[1].windows}", "")
