"""The panel that says what was loaded and how, and the message that leads to it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, press, source

pytestmark = pytest.mark.gui


@pytest.fixture
def without_classifier(toy, tmp_path):
    """A checkpoint whose head is gone, with one weight too many."""
    import torch
    import yaml

    from tests.toys import toy_cfg

    state = {k: v for k, v in toy.state_dict().items() if not k.startswith("head.")}
    state["extra.weight"] = torch.zeros(2)
    path = tmp_path / "headless.pyth"
    torch.save({"model_state": state, "cfg": yaml.safe_dump(toy_cfg())}, path)
    return path


def test_f8_shows_what_was_read_from_the_file_and_hides_it_again(lens, qtbot):
    panel = lens.panels.model
    press(qtbot, lens, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: not panel.visibleRegion().isEmpty(), timeout=WAIT_MS)
    told = {name: value.toolTip() for name, value in panel.values.items()}
    assert told["format"] == "pyslowfast"
    assert told["input"] == "4 frames of 32×32 px, every 4 at 30 fps"
    assert told["parameters"].endswith(" k")
    assert (told["classes"], told["readout"]) == ("7", "class token")
    assert panel.clean.isVisible()
    assert not panel.warnings.isVisible()
    press(qtbot, lens, Qt.Key.Key_F8)
    assert not lens.docks.by_name["model"].isVisible()
    assert lens.panels.display.isVisible()


def test_half_precision_is_told_wherever_the_device_is(boot, qtbot, barcode_clip, toy_checkpoint):
    window = boot(clip=barcode_clip)
    window.controller.load_model(replace(source(toy_checkpoint), device="cpu", half=True))
    settle(qtbot, window)
    assert window.status.device.text() == "cpu, half precision"
    assert window.panels.model.values["device"].toolTip() == "cpu, half precision"


def test_without_a_model_the_panel_says_what_to_do(boot):
    window = boot()
    window.docks.show("model")
    assert window.panels.model.empty.isVisible()
    assert not window.panels.model.copy.isVisible()


def test_a_model_that_lacks_something_says_so_at_once_and_leads_to_the_panel(
    boot, qtbot, barcode_clip, without_classifier
):
    window = boot(clip=barcode_clip)
    window.controller.load_model(source(without_classifier))
    settle(qtbot, window)
    assert "headless.pyth: no classifier in the file" in messages(window)
    assert len(window.messages.toasts) == 1
    click(qtbot, window.messages.toasts[0].way_button)
    panel = window.panels.model
    qtbot.waitUntil(panel.warnings.isVisible, timeout=WAIT_MS)
    assert "no classifier" in panel.warnings.text()
    assert "head.projection.weight" in panel.missing.lines.toPlainText()
    assert panel.missing.lines.isVisible()
    assert panel.unexpected.header.text() == "Unexpected (1)"
    assert not panel.unexpected.lines.isVisible()
    click(qtbot, panel.unexpected.header)
    assert panel.unexpected.lines.toPlainText() == "extra.weight"
    assert not panel.clean.isVisible()
    assert window.messages.toasts == []


def test_copy_gives_every_name_also_of_lists_that_scroll(lens, qtbot):
    model = lens.controller.results.model
    names = tuple(f"theirs.{n}.weight -> ours.{n}.weight" for n in range(300))
    report = replace(model.report, converted=names)
    panel = lens.panels.model
    panel.show_model(replace(model, report=report), None)
    lens.docks.show("model")
    click(qtbot, panel.converted.header)
    assert panel.converted.lines.height() < 200
    click(qtbot, panel.copy)
    copied = QGuiApplication.clipboard().text()
    assert "Format: pyslowfast" in copied
    assert "Converted: 300" in copied
    assert "theirs.299.weight -> ours.299.weight" in copied
    assert panel.copy.text() == "Copied"


def test_a_dock_behind_a_tab_comes_to_the_front_before_it_is_hidden(lens, qtbot):
    docks = lens.docks
    docks.show("model")
    qtbot.waitUntil(lambda: lens.panels.display.visibleRegion().isEmpty(), timeout=WAIT_MS)
    press(qtbot, lens, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: not lens.panels.display.visibleRegion().isEmpty(), timeout=WAIT_MS)
    press(qtbot, lens, Qt.Key.Key_F3)
    assert docks.by_name["display"].isHidden()
    qtbot.waitUntil(lambda: docks.titles["model"].sizeHint().height() > 20, timeout=WAIT_MS)
