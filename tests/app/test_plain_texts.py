"""No text from outside is markup, wherever the window shows it, and none is without end."""

import ast
import logging
import os
import sys
import unicodedata
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex
from PySide6.QtGui import QAccessible, QAction, QGuiApplication, Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.results import Message
from app.state.view_state import Marker
from app.widgets.basic import PlainLabel, PlainLines, bounded, plain
from mvit_core.printable import LINES_LIMIT, MESSAGE_LIMIT
from tests.app.helpers import WAIT_MS, click
from tests.toys import toy_config

ROOT = Path(__file__).resolve().parents[2]
FACTORY = "app/widgets/basic.py"
HOSTILE = "<img src='nowhere.png'>"

FORBIDDEN_CALLS = {
    "QLabel",
    "QMessageBox",
    "QPlainTextEdit",
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


SPOKEN = {"setAccessibleName", "setAccessibleDescription"}


def spoken_calls(source):
    """Calls that have a widget say more than a text that stands in the source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in SPOKEN:
            given = node.args[0]
            if isinstance(given, ast.Call) and getattr(given.func, "attr", "") == "tr":
                given = given.args[0]
            if not isinstance(given, ast.Constant):
                yield ast.unparse(node)


def test_what_a_screen_reader_says_is_bounded_by_the_factory_alone():
    for path in sorted((ROOT / "app").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        found = [] if name == FACTORY else list(spoken_calls(path.read_text(encoding="utf-8")))
        assert found == [], name


def test_a_spoken_name_set_by_hand_would_be_found():
    assert list(spoken_calls("self.setAccessibleName(self.tr('Frame'))")) == []
    assert list(spoken_calls("self.setAccessibleName('Frame')")) == []
    assert list(spoken_calls("self.setAccessibleName(message.text)"))
    assert list(spoken_calls("x.setAccessibleDescription(self.tr('{n}').format(n=name))"))


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


ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


def texts_of_items(model, parent=QModelIndex()):  # noqa: B008 - Qt's own default
    """What a list or a tree shows and says."""
    for row in range(model.rowCount(parent)):
        for column in range(_columns(model, parent)):
            index = model.index(row, column, parent)
            yield from (model.data(index, role) for role in ROLES)
            if column == 0 and not isinstance(model, QAbstractListModel):
                yield from texts_of_items(model, index)


def texts_of(window):
    """(Where, text) of all that the window shows, and says to those who hear it."""
    things = [window, *window.findChildren(QWidget), *window.findChildren(QAction)]
    for thing in things:
        where = f"{type(thing).__name__} {thing.objectName()}"
        for name in ("text", "toolTip", "windowTitle", "placeholderText", "title"):
            read = getattr(thing, name, None)
            found = read() if callable(read) else None
            if isinstance(found, str):
                yield f"{where}.{name}", found
        interface = QAccessible.queryAccessibleInterface(thing)
        if interface is not None:
            for part in (QAccessible.Text.Name, QAccessible.Text.Description):
                yield f"{where}: {part}", interface.text(part)
        model = getattr(thing, "model", None)
        model = model() if callable(model) else None
        if isinstance(model, QAbstractItemModel):
            yield from ((where, each) for each in texts_of_items(model) if isinstance(each, str))


@pytest.fixture
def endless(boot, qtbot, tmp_path, barcode_clip, toy_checkpoint):
    """A window with texts from outside that have no end, all panels and details open."""
    window = boot(clip=barcode_clip, checkpoint=toy_checkpoint)
    word = "x" * 10**5
    window.store.update(markers=tuple(Marker(i, f"{i} {word}") for i in range(3)))
    window.controller.notify(Message("error", f"{word} failed", "\n".join([word] * 3000)))
    window.controller.notify(Message("error", "choose", choices=(word, "b")))
    window.controller.notify(Message("info", f"Saved {word}", file=tmp_path / "film.mp4"))
    logging.getLogger("app").warning("%s\n%s", word, "line\n" * 3000)
    qtbot.waitUntil(lambda: len(window.messages.toasts) >= 3, timeout=WAIT_MS)
    for name in window.docks.by_name:
        window.docks.show(name)
    for toast in window.messages.toasts:
        if toast.message.level == "error":
            click(qtbot, toast.details_button)
    return window


def test_nothing_that_the_window_shows_or_says_is_longer_than_a_message(endless, qtbot):
    endless.help.palette()
    too_long = {where: len(text) for where, text in texts_of(endless) if len(text) > MESSAGE_LIMIT}
    assert too_long == {}


def test_texts_of_several_lines_are_bounded_in_lines_and_in_each_line(endless, qtbot):
    boxes = endless.findChildren(PlainLines)
    assert any(len(box.toPlainText()) > MESSAGE_LIMIT for box in boxes)
    for box in boxes:
        lines = box.toPlainText().split("\n")
        assert len(lines) <= 2 * LINES_LIMIT
        assert max(map(len, lines)) <= MESSAGE_LIMIT
    toast = next(t for t in endless.messages.toasts if "failed" in t.message.text)
    click(qtbot, toast.report.copy)
    report = QGuiApplication.clipboard().text()
    assert "Traceback" in report or "lines) ..." in report
    assert len(report) <= LINES_LIMIT * (MESSAGE_LIMIT + 1)


ESCAPES = "evil\x1b]0;title\x07\u202e\udcff\x9b2J"


def acted_on(text):
    """Characters of a text that a terminal or a reader's eyes would be led astray by."""
    kinds = ("Cc", "Cs")
    return {each for each in text if unicodedata.category(each) in kinds or each == "\u202e"} - {
        "\n",
        "\t",
    }


def test_escapes_are_shown_escaped_in_the_log_and_in_reports(boot, qtbot):
    window = boot()
    window.controller.notify(Message("error", f"{ESCAPES} failed", f"first\n{ESCAPES}"))
    logging.getLogger("app").warning("%s is damaged", ESCAPES)
    qtbot.waitUntil(lambda: bool(window.messages.toasts), timeout=WAIT_MS)
    for name in window.docks.by_name:
        window.docks.show(name)
    (toast,) = (each for each in window.messages.toasts if "failed" in each.message.text)
    click(qtbot, toast.details_button)
    click(qtbot, toast.report.copy)
    boxes = [box.toPlainText() for box in window.findChildren(PlainLines)]
    shown = [QGuiApplication.clipboard().text(), *boxes]
    assert {text: acted_on(text) for text in shown if acted_on(text)} == {}
    assert sum(r"evil\x1b]0;title\x07" in text for text in shown) >= 3
    assert any("is damaged" in box for box in boxes), "the log"


@pytest.mark.skipif(sys.platform == "win32", reason="names of bytes")
def test_the_window_shows_the_names_of_files_escaped(boot, tmp_path, barcode_clip, toy_checkpoint):
    names = [tmp_path / f"{ESCAPES}.{ending}" for ending in ("mp4", "pyth", "txt")]
    classes = [f"{ESCAPES}{i}" for i in range(toy_config().num_classes)]
    names[2].write_bytes(os.fsencode("\n".join(classes).replace("\udcff", "")))
    window = boot(
        clip=barcode_clip.rename(names[0]),
        checkpoint=toy_checkpoint.rename(names[1]),
        labels=names[2],
    )
    found = {where: text for where, text in texts_of(window) if acted_on(text)}
    assert found == {}
    assert any(r"evil\x1b]0;title" in text for _, text in texts_of(window))


def test_a_text_without_bounds_would_be_found(endless, qtbot):
    endless.status.setAccessibleDescription("y" * 3000)
    assert any(len(text) > MESSAGE_LIMIT for _, text in texts_of(endless))
