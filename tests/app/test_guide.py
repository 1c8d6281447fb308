"""The guide, its pictures, and the question marks that lead to it."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication

from app.commands.finders import found_by_sign
from app.dialogs.guide import SIZE_PX, GuideWindow
from app.state.language import install_language
from app.text.guide import BY_NAME, ENTRIES, WORDS, matching_entries
from app.text.guide import tr as guide_tr
from app.text.guide_of_heads import HEAD_WORDS
from app.widgets.guide_pictures import PICTURES, GuidePicture
from app.widgets.help_mark import MARK_PX, HelpMark
from resources.translations import update
from tests.app.conftest import WAIT_MS

SPEC = {
    "sink",
    "readout",
    "received",
    "tubelet",
    "coverage",
    "mass_on_patches",
    "evidence",
    "baseline",
    "faithfulness",
    "sanity",
    "effect",
    "what_if",
    "patching",
    "time_to_time",
}
OF_HEADS = {entry.name for entry in HEAD_WORDS}


@pytest.fixture
def own_language(qapp, _own_settings):
    """Sets the language of the next window; English comes back after the test."""

    def choose(code):
        settings = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "mvit-lens", "window"
        )
        settings.setValue("preferences/language", code)
        settings.sync()

    font = qapp.font()
    yield choose
    install_language(qapp, "en")
    qapp.setFont(font)


def bring_to_front(window, mark, qtbot):
    """Show the dock of a question mark; some stand in a workspace, or beside a map of evidence."""
    is_of_heads = any(
        each.isAncestorOf(mark) for each in (window.atlas, window.docks.by_name["head"])
    )
    if is_of_heads:
        window.actions_table.run("workspace.atlas")
        qtbot.waitUntil(lambda: window.controller.results.atlas is not None, timeout=WAIT_MS)
    elif mark.entry == "effect":
        window.actions_table.run("workspace.explain")
    if mark.entry in ("faithfulness", "sanity", "when") and window.controller.results.why is None:
        window.actions_table.run("explain.why")
        qtbot.waitUntil(lambda: window.controller.results.why is not None, timeout=WAIT_MS)
    if window.atlas.isAncestorOf(mark):
        assert mark.isVisible()
        return
    name = next(name for name, dock in window.docks.by_name.items() if dock.isAncestorOf(mark))
    window.docks.show(name)
    QApplication.processEvents()
    window.activateWindow()
    assert mark.isVisible(), name


def marks(window):
    return window.findChildren(HelpMark)


def test_every_word_of_the_specification_has_an_entry_with_a_picture():
    assert SPEC | OF_HEADS | {"windows", "when"} == {entry.name for entry in WORDS} == set(PICTURES)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_says_it_in_two_sentences_or_three(entry):
    sentences = [s for s in entry.short.replace(": ", " ").split(". ") if s]
    assert 2 <= len(sentences) <= 3
    assert entry.more


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_picture_is_drawn_in_both_themes_and_an_entry_without_one_hides_it(boot, qtbot, theme):
    boot().preferences.update(theme=theme)
    picture = GuidePicture()
    qtbot.addWidget(picture)
    seen = set()
    for name in PICTURES:
        picture.show_entry(name, name)
        image = picture.grab().toImage()
        seen.add(bytes(image.constBits()))
    assert len(seen) == len(PICTURES)
    picture.show_entry("keep", "")
    assert picture.isHidden()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_question_mark_opens_its_entry_by_keys(
    boot, qtbot, language, barcode_clip, toy_checkpoint, own_language
):
    own_language(language)
    window = boot(clip=barcode_clip, checkpoint=toy_checkpoint)
    window.store.update(series="kept")
    words = update.read("zh_CN") if language != "en" else {}
    assert {mark.entry for mark in marks(window)} >= {
        "sink",
        "readout",
        "received",
        "tubelet",
        "coverage",
        "mass_on_patches",
        "effect",
        "faithfulness",
        "sanity",
        "time_to_time",
        *OF_HEADS - {"pca", "similarity"},
    }
    for mark in marks(window):
        bring_to_front(window, mark, qtbot)
        mark.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(mark, Qt.Key.Key_Space)
        popup, entry = mark.popup, BY_NAME[mark.entry]
        assert popup.words.text() == words.get(("guide", entry.short), entry.short)
        assert popup.picture.isVisible()
        qtbot.keyClick(popup.more, Qt.Key.Key_Space)
        guide = window.help.open_guide
        assert guide.entry == mark.entry
        assert guide.title.text() == words.get(("guide", entry.title), entry.title)
        guide.reject()
    assert window.help.open_guide is None


def test_marks_are_14_px_and_in_the_order_of_tab(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    assert {mark.size().toTuple() for mark in marks(window)} == {(MARK_PX, MARK_PX)}
    assert all(mark.focusPolicy() & Qt.FocusPolicy.TabFocus for mark in marks(window))
    query = window.panels.display.queries
    query.method.setFocus()
    seen = []
    for _ in range(8):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
    assert [each.entry for each in seen if isinstance(each, HelpMark)][:1] == ["readout"]


def test_f1_opens_one_window_with_contents_search_and_ways_on(boot, qtbot):
    window = boot()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    guide = window.help.open_guide
    assert guide.isWindow()
    assert not guide.isModal()
    assert guide.size().toTuple() == SIZE_PX
    assert guide.contents.count() == len(ENTRIES)
    qtbot.keyClicks(guide.search, "class token")
    assert 0 < guide.contents.count() < len(ENTRIES)
    assert guide.entry
    guide.search.clear()
    qtbot.keyClicks(guide.search, "no such word")
    assert guide.contents.count() == 0
    assert guide._empty.isVisible()
    window.help.guide("sink")
    assert window.help.open_guide is guide
    assert (guide.entry, guide.title.text()) == ("sink", "Sink")
    shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, GuideWindow)]
    assert len(shown) == 1
    guide.reject()


def test_the_search_of_the_window_finds_entries_by_a_question_sign(boot, qtbot):
    window = boot()
    entries = window.actions_table.ask(lambda context: found_by_sign("?sink", context))
    assert entries[0].title == guide_tr("Sink")
    window.actions_table.ask(entries[0].run)
    assert window.help.open_guide.entry == "sink"
    window.help.open_guide.reject()
    refused = window.actions_table.ask(lambda context: found_by_sign("?xyzzy", context))
    assert refused[0].reason


def test_words_in_the_title_come_before_words_in_the_text():
    assert matching_entries("sink")[0].name == "sink"
    assert len(matching_entries("sink")) > 1
    assert matching_entries("xyzzy") == ()
