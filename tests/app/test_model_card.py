"""The card of the model: what it was built from, and what helps where a load failed."""

from dataclasses import replace

import pytest
import yaml
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from app.dialogs.choose import ChooseDialog
from app.dialogs.preprocessing import PreprocessingDialog
from app.results import FailedLoad
from mvit_core.model import presets
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, dialog_of, messages, source
from tests.toys import toy_cfg, toy_config

pytestmark = pytest.mark.gui


@pytest.fixture
def bare(toy, tmp_path):
    """A checkpoint without a configuration, as researchers send it."""
    import torch

    path = tmp_path / "bare.pyth"
    torch.save({"model_state": toy.state_dict()}, path)
    return path


@pytest.fixture
def toy_preset(monkeypatch):
    """A preset that the toy was built from, beside the published ones."""
    known = {"mvit_toy": toy_config(), **presets.PRESETS}
    for module in ("mvit_core.model.presets", "mvit_core.checkpoint.architecture"):
        monkeypatch.setattr(f"{module}.PRESETS", known)


@pytest.fixture
def chosen(monkeypatch):
    """Answers the next file dialogs."""

    def choose(path):
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))

    return choose


def failed(window):
    return window.controller.results.failed_load


@pytest.fixture
def refused(lens, qtbot, bare):
    """The window whose model stays, as a checkpoint without a configuration was refused."""
    lens.controller.load_model(source(bare))
    qtbot.waitUntil(lambda: failed(lens) is not None, timeout=WAIT_MS)
    lens.docks.show("model")
    return lens


def test_a_load_that_failed_keeps_the_old_model_and_says_what_helps(refused):
    card = refused.panels.model.failure
    assert card.isVisible()
    assert "no configuration" in card.sentence.text()
    assert "config=" not in card.sentence.text() + messages(refused)
    shown = [name for name, button in card.buttons.items() if button.isVisible()]
    assert shown == ["config", "preset", "labels", "dismiss"]
    assert refused.controller.results.model.source.checkpoint.name == "toy.pyth"
    assert refused.panels.model.card.name.full_text() == "toy.pyth"
    toast = refused.messages.toasts[-1]
    assert list(toast.remedy_buttons) == ["config", "preset"]


def test_choosing_the_configuration_loads_what_was_refused(refused, qtbot, tmp_path, chosen):
    path = tmp_path / "toy.yaml"
    path.write_text(yaml.safe_dump(toy_cfg()), encoding="utf-8")
    chosen(path)
    click(qtbot, refused.panels.model.failure.buttons["config"])
    qtbot.waitUntil(lambda: failed(refused) is None, timeout=WAIT_MS)
    settle(qtbot, refused)
    assert refused.controller.results.model.source.checkpoint.name == "bare.pyth"
    assert refused.panels.model.card.config.currentText() == "toy.yaml"
    assert not refused.panels.model.failure.isVisible()
    assert not any("no configuration" in words for words in refused.messages.texts())


def test_a_wrong_configuration_leaves_the_old_model_and_the_card(refused, qtbot, tmp_path, chosen):
    path = tmp_path / "wrong.yaml"
    path.write_text("nothing: here\n", encoding="utf-8")
    chosen(path)
    before = failed(refused)
    click(qtbot, refused.messages.toasts[-1].remedy_buttons["config"])
    qtbot.waitUntil(lambda: failed(refused) is not before, timeout=WAIT_MS)
    assert refused.controller.results.model.source.checkpoint.name == "toy.pyth"
    assert failed(refused).source.config == path
    assert refused.panels.model.failure.isVisible()


def test_presets_that_fit_stand_first_and_enter_chooses(lens, qtbot, bare, toy_preset):
    lens.controller.load_model(replace(source(bare), preset="no such"))
    qtbot.waitUntil(lambda: failed(lens) is not None, timeout=WAIT_MS)
    lens.controller._bench.results = replace(
        lens.controller.results,
        failed_load=FailedLoad(source(bare), "fits", ("preset", "config"), ("mvit_toy",)),
    )
    lens.actions_table.run("model.preset")
    dialog = dialog_of(ChooseDialog)
    assert dialog.names()[0] == "mvit_toy"
    assert set(dialog.names()) == set(presets.PRESETS)
    assert dialog.list.item(0).text() == "mvit_toy - fits the weights"
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: failed(lens) is None, timeout=WAIT_MS)
    settle(qtbot, lens)
    assert lens.panels.model.card.config.currentText() == "preset mvit_toy"


def test_escape_chooses_no_preset(refused):
    before = failed(refused)
    refused.actions_table.run("model.preset")
    dialog_of(ChooseDialog).reject()
    assert failed(refused) is before


def test_dismiss_leaves_the_old_model_to_be_told_more_of(refused, qtbot, tmp_path, chosen):
    click(qtbot, refused.panels.model.failure.buttons["dismiss"])
    assert failed(refused) is None
    assert not refused.panels.model.failure.isVisible()
    assert not refused.actions_table.by_id["model.dismiss"].isEnabled()
    names = tmp_path / "names.txt"
    names.write_text("\n".join(f"action {n}" for n in range(7)), encoding="utf-8")
    chosen(names)
    refused.actions_table.run("model.labels")
    results = refused.controller
    qtbot.waitUntil(lambda: results.results.model.source.labels == names, timeout=WAIT_MS)
    settle(qtbot, refused)
    assert results.results.model.source.checkpoint.name == "toy.pyth"
    assert results.results.shown.result.predictions[0].name.startswith("action ")
    assert refused.panels.model.card.labels.currentText() == "names.txt"
    refused.actions_table.run("model.as_stated")
    qtbot.waitUntil(lambda: results.results.model.source.labels is None, timeout=WAIT_MS)


def test_class_names_that_cannot_be_read_are_what_helps(lens, qtbot, tmp_path, chosen):
    names = tmp_path / "names.json"
    names.write_text("{", encoding="utf-8")
    chosen(names)
    lens.actions_table.run("model.labels")
    qtbot.waitUntil(lambda: failed(lens) is not None, timeout=WAIT_MS)
    assert failed(lens).remedies == ("labels",)
    lens.docks.show("model")
    assert lens.panels.model.failure.buttons["labels"].objectName() == "primary"


def test_what_is_no_mvit_is_told_without_ways_that_do_not_help(lens, qtbot, tmp_path):
    import torch

    path = tmp_path / "other.pth"
    torch.save({"fc.weight": torch.zeros(2, 2)}, path)
    lens.controller.load_model(source(path))
    qtbot.waitUntil(lambda: failed(lens) is not None, timeout=WAIT_MS)
    lens.docks.show("model")
    buttons = lens.panels.model.failure.findChildren(QPushButton)
    assert [b.text() for b in buttons if b.isVisible()] == ["Dismiss"]


def test_a_network_of_several_is_chosen_by_the_card(lens, qtbot, toy, tmp_path):
    import torch

    path = tmp_path / "two.pyth"
    cfg = yaml.safe_dump(toy_cfg())
    state = toy.state_dict()
    torch.save({"teacher_net": dict(state), "student_net": dict(state), "cfg": cfg}, path)
    lens.controller.load_model(source(path))
    qtbot.waitUntil(lambda: failed(lens) is not None, timeout=WAIT_MS)
    lens.docks.show("model")
    assert "--weights" not in messages(lens)
    click(qtbot, lens.panels.model.failure.buttons["weights"])
    dialog = dialog_of(ChooseDialog)
    assert set(dialog.names()) == set(failed(lens).networks)
    name = dialog.names()[0]
    dialog.accept()
    qtbot.waitUntil(lambda: failed(lens) is None, timeout=WAIT_MS)
    assert lens.controller.results.model.source.weights == name


def test_the_card_says_what_was_loaded_and_leads_to_its_feeding(lens, qtbot):
    card = lens.panels.model.card
    lens.docks.show("model")
    qtbot.waitUntil(lambda: card.isVisible(), timeout=WAIT_MS)
    assert card.config.currentText() == "in the file"
    assert card.labels.currentText() == "numbers alone"
    assert "7 classes" in card.extent.text()
    assert lens.panels.model.report_line.text().startswith("Load report: 0 missing")
    click(qtbot, card.change)
    dialog_of(PreprocessingDialog).reject()


def test_opening_a_checkpoint_as_a_video_loads_it(lens, qtbot, bare, chosen):
    chosen(bare)
    lens.actions_table.run("file.open_video")
    qtbot.waitUntil(lambda: failed(lens) is not None, timeout=WAIT_MS)
    assert failed(lens).source.checkpoint == bare


def test_without_a_model_nothing_of_it_can_be_chosen(boot):
    window = boot()
    for name in ("config", "preset", "weights", "labels", "as_stated", "dismiss"):
        assert not window.actions_table.by_id[f"model.{name}"].isEnabled(), name
