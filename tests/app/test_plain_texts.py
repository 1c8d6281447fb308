"""No text from outside is markup, wherever the window shows it, and none is without end."""

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex
from PySide6.QtGui import QAction, Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.results import Message
from app.state.view_state import Marker
from app.widgets.basic import PlainLabel, bounded, plain
from mvit_core.printable import MESSAGE_LIMIT
from tests.app.helpers import WAIT_MS
from tests.toys import toy_config

ROOT = Path(__file__).resolve().parents[2]
FACTORY = "app/widgets/basic.py"
HOSTILE = "<img src='nowhere.png'>"

FORBIDDEN_CALLS = {
    "QLabel",
    "QMessageBox",
    "QTextBrowser",
    "QTextEdit",
    "QErrorMessage",
    "setToolTip",
    "setStatusTip",
    "setWhatsThis",
    "setHtml",
    "appendHtml",
    "showText",
    "setTextFormat",
}
"""Whoever wants one of these asks the factory."""

EMPTIED = {"app/commands/actions.py": {"setStatusTip"}}
"""Calls that take a text of ours, or none."""


def calls_of(source):
    """The names that are called, and the bases of classes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield getattr(node.func, "attr", getattr(node.func, "id", ""))
        elif isinstance(node, ast.ClassDef):
            yield from (getattr(base, "id", getattr(base, "attr", "")) for base in node.bases)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "app").rglob("*.py")), ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_labels_tooltips_and_questions_are_made_by_the_factory_alone(path):
    name = path.relative_to(ROOT).as_posix()
    if name == FACTORY:
        return
    found = FORBIDDEN_CALLS & set(calls_of(path.read_text(encoding="utf-8")))
    assert found <= EMPTIED.get(name, set())


def test_a_label_made_by_hand_would_be_found():
    assert "QLabel" in set(calls_of("text = QLabel('x')"))
    assert "QLabel" in set(calls_of("class Mine(QLabel): pass"))
    assert "setToolTip" in set(calls_of("self.button.setToolTip(words)"))


@pytest.mark.parametrize(
    "text",
    [HOSTILE, "< b >x", "&lt;b&gt;", "<p>x</p>", "<!-- x -->", "a <a href='x'>b</a>"],
)
def test_a_text_that_qt_would_take_for_markup_is_taken_for_text(text):
    assert Qt.mightBeRichText(text) or text == "<!-- x -->"
    assert not Qt.mightBeRichText(plain(text))
    assert plain(text).replace("\u2060", "") == text


def test_a_text_without_markup_stays_as_it_is():
    assert plain("a < b & c") == "a < b & c"


def test_no_text_is_longer_than_a_message_may_be(qtbot):
    label = PlainLabel("x" * 10**6)
    qtbot.addWidget(label)
    assert len(label.text()) <= MESSAGE_LIMIT
    assert len(bounded("y" * 10**6)) <= MESSAGE_LIMIT
    assert bounded("short") == "short"


def _columns(model, parent):
    return 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)


def tips_of(model: QAbstractItemModel, parent=QModelIndex()):  # noqa: B008 - Qt's own default
    for row in range(model.rowCount(parent)):
        for column in range(_columns(model, parent)):
            index = model.index(row, column, parent)
            yield model.data(index, Qt.ItemDataRole.ToolTipRole)
            if column == 0:
                yield from tips_of(model, index)


def rich_texts(window):
    """Every text of the window that Qt would show as markup."""
    found = [
        label.text()
        for label in window.findChildren(QLabel)
        if label.textFormat() != Qt.TextFormat.PlainText
    ]
    things = [*window.findChildren(QWidget), *window.findChildren(QAction), window]
    tips = [thing.toolTip() for thing in things]
    for view in window.findChildren(QWidget):
        model = getattr(view, "model", None)
        found_model = model() if callable(model) else None
        if isinstance(found_model, QAbstractItemModel):
            tips += [tip for tip in tips_of(found_model) if isinstance(tip, str)]
    return found + [tip for tip in tips if tip and Qt.mightBeRichText(tip)]


def test_the_whole_window_with_hostile_names_shows_no_markup(
    boot, qtbot, tmp_path, barcode_clip, toy_checkpoint
):
    name = HOSTILE.replace("/", "_")
    clip = barcode_clip.rename(tmp_path / f"{name}.mp4")
    checkpoint = toy_checkpoint.rename(tmp_path / f"{name}.pyth")
    labels = tmp_path / f"{name}.txt"
    labels.write_text(
        "\n".join(f"{HOSTILE}{i}" for i in range(toy_config().num_classes)), encoding="utf-8"
    )
    window = boot(clip=clip, checkpoint=checkpoint, labels=labels)
    window.store.update(markers=(Marker(3, HOSTILE),))
    window.controller.notify(Message("error", f"{HOSTILE} and {'x' * 10**5}", HOSTILE))
    window.controller.notify(Message("warning", HOSTILE, remedies=("open_again",)))
    qtbot.waitUntil(lambda: len(window.messages.toasts) >= 2, timeout=WAIT_MS)
    assert name in window.windowTitle()
    assert rich_texts(window) == []
    assert all(len(label.text()) <= MESSAGE_LIMIT for label in window.findChildren(QLabel))
