import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QLibraryInfo, QModelIndex, QSettings, Qt, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QTreeView,
    QWidget,
)

from app.commands import COMMANDS, MENUS
from app.commands.actions import menu_title
from app.commands.shortcuts import ShortcutsDialog
from app.dialogs.export.dialog import ExportDialog
from app.dialogs.figure.dialog import FigureDialog
from app.dialogs.guide import GuideWindow
from app.dialogs.preferences import PreferencesDialog
from app.dialogs.preprocessing import PreprocessingDialog
from app.panels.welcome.gallery import Tiles
from app.state import language
from app.text.terms import core_titles, origin_words, term
from mvit_core.attribution import METHODS
from mvit_core.demo.samples import demo_samples
from mvit_core.export import EXPORTERS, LAYOUTS
from mvit_core.render import MODES, colormaps
from mvit_core.video.encode.encoders import CONTAINERS, ENCODERS, QUALITIES
from resources.translations.update import LANGUAGES, UnmarkableError, marked, read, texts
from tests.app.conftest import WAIT_MS, at_rest, settle
from tests.app.helpers import dialog_of

HOLE = re.compile(r"\{[^{}]*\}")
WORD = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[一-鿿]")

NAMES = frozenset(
    WORD.findall("""
    MViT Lens Transformer Apache PySlowFast torchvision pytorchvideo timm mmaction facebook SSv
    inferno viridis magma cividis batlow lime gray turbo signed NumPy Matroska QuickTime
    ProRes HEVC VP AV
    logit Grad CAM MLP Chefer
    Nature SVG PDF GIF PNG NPZ CSV JSON YAML pbtxt MP MOV MKV WebM GB cpu CPU RGB BGR English top ln
    Ctrl Shift Alt Esc Home End PgUp PgDown Meta Del Tab
""")
)
"""Words that are the same in every language: names, units and keys."""


# -- the files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_text_of_the_code_is_translated_and_nothing_else(code):
    keys, known = set(texts()), set(read(code))
    assert not keys - known, "run `make translations`, translate what is unfinished, run it again"
    assert not known - keys, "run `make translations`: these are gone from the code"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_fills_the_same_holes(code):
    for (context, text), words in read(code).items():
        assert sorted(HOLE.findall(text)) == sorted(HOLE.findall(words)), (context, text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_ends_like_its_text(code):
    for (context, text), words in read(code).items():
        assert text.endswith("…") == words.endswith("…"), (context, text)
        assert text.count("\n") == words.count("\n"), (context, text)
        assert words == words.strip() or text != text.strip(), (context, text)


@pytest.mark.parametrize("code", LANGUAGES)
def test_each_menu_has_an_access_key_of_its_own(code):
    known = read(code)
    letters = [re.findall(r"&(\w)", known["commands", title]) for _, title in MENUS]
    assert all(len(found) == 1 for found in letters)
    assert len({found[0] for found in letters}) == len(MENUS)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_compiled_file_says_what_the_written_one_says(qapp, code):
    compiled = QTranslator()
    assert compiled.load(str(language.translation_file(code)))
    for (context, text), words in read(code).items():
        assert compiled.translate(context, text) == words, "run `make translations`"


@pytest.mark.parametrize("code", LANGUAGES)
def test_qt_has_its_own_texts_in_the_language(code):
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    assert QTranslator().load(f"{folder}/{language.OF_QT}_{code}.qm")


def test_every_title_of_the_core_is_among_the_texts():
    titles = [each for m in METHODS.values() for each in (m.title, m.description)]
    titles += [each.title for each in (*EXPORTERS.values(), *ENCODERS.values(), *demo_samples())]
    titles += [*QUALITIES.values(), *MODES.values(), *(each.title for each in LAYOUTS.values())]
    assert not {("terms", title) for title in titles} - set(texts())


def test_a_row_that_is_added_to_a_table_of_the_core_is_among_the_texts(monkeypatch):
    row = replace(METHODS["row"], title="Sideways", description="Across all tokens.")
    monkeypatch.setattr("mvit_core.attribution.METHODS", {**METHODS, "sideways": row})
    assert {"Sideways", "Across all tokens."} <= core_titles()
    assert not {("terms", each) for each in core_titles()} - set(texts())


# -- finding texts -------------------------------------------------------------------------------


def found_in(folder, code):
    (folder / "module.py").write_text(code)
    return marked(folder)


def test_texts_are_found_in_the_context_that_is_asked_for_them(tmp_path):
    code = """
def tr(text):
    return QCoreApplication.translate("of the module", text)

ROW = N("of a table", "row")

class Panel(QWidget):
    def show(self):
        self.tr("of the " "class")
        tr("deep").format(n=1)
        tr(ROW)
"""
    assert found_in(tmp_path, code) == [
        ("Panel", "of the class"),
        ("of a table", "row"),
        ("of the module", "deep"),
    ]


@pytest.mark.parametrize("text", ['f"{n} heads"', '"head " + n', '"one" if n == 1 else "many"'])
def test_a_text_put_together_before_its_translation_is_refused(tmp_path, text):
    with pytest.raises(UnmarkableError, match="write the text out"):
        found_in(tmp_path, f"class Panel:\n    def show(self):\n        self.tr({text})\n")


def test_a_tr_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnmarkableError, match="no tr of its own"):
        found_in(tmp_path, 'def show():\n    tr("text")\n')


# -- in the window -------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _english_again(qapp):
    """The windows of other tests are English."""
    font = qapp.font()
    yield
    language.install_language(qapp, "en")
    qapp.setFont(font)


@pytest.fixture
def chinese(_own_settings):
    """The next windows are Chinese."""
    settings = QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "mvit-lens", "window"
    )
    settings.setValue("preferences/language", "zh_CN")
    settings.sync()


def cells_of(model, columns, parent=QModelIndex()):  # noqa: B008 - the root, which never changes
    """Heads, texts and tips of a list or a tree."""
    yield from (model.headerData(column, Qt.Orientation.Horizontal) for column in columns)
    for row in range(model.rowCount(parent)):
        for column in columns:
            index = model.index(row, column, parent)
            yield model.data(index) or ""
            yield model.data(index, Qt.ItemDataRole.ToolTipRole) or ""
        yield from cells_of(model, columns, model.index(row, 0, parent))


def texts_of(widget):
    """All that a widget says, with where it says it."""
    for part in (widget, *widget.findChildren(QWidget)):
        name = type(part).__name__
        yield name, part.windowTitle()
        yield name, part.toolTip()
        yield name, part.accessibleName()
        if isinstance(part, QLabel | QAbstractButton):
            yield name, part.text()
        if isinstance(part, QGroupBox):
            yield name, part.title()
        if isinstance(part, QLineEdit):
            yield name, part.placeholderText()
        if isinstance(part, QComboBox):
            yield from ((name, part.itemText(row)) for row in range(part.count()))
        if isinstance(part, Tiles):  # a narrow one leaves out the middle of its words
            yield from ((name, part.words(row)) for row in range(part.count()))
            yield from ((name, part.item(row).toolTip()) for row in range(part.count()))
        elif isinstance(part, QAbstractItemView) and part.model() is not None:
            columns = part.header().count() if isinstance(part, QTreeView) else 1
            yield from ((name, str(text)) for text in cells_of(part.model(), range(columns)))
    for action in widget.findChildren(QAction):
        yield action.objectName() or "QAction", action.text().partition("\t")[0]
        yield action.objectName() or "QAction", action.toolTip()


def left_in_english(widget, *names):
    """Texts with a word that is neither Chinese nor a name."""
    known = NAMES.union(*(WORD.findall(name) for name in names))
    return sorted(
        {(where, text) for where, text in texts_of(widget) if set(WORD.findall(text)) - known}
    )


def test_the_empty_page_is_chinese(chinese, boot):
    window = boot()
    classes = [sample.class_name for sample in demo_samples()]
    assert left_in_english(window, *classes) == []
    tiles = window.welcome.findChildren(Tiles)
    said = [part.item(row).text() for part in tiles for row in range(part.count())]
    assert all(CHINESE.search(text) for text in said)


def test_menus_panels_and_the_status_line_are_chinese(chinese, lens):
    assert lens.menuBar().actions()[0].text() == "文件(&F)"
    model, video = lens.controller.results.model, lens.controller.results.video
    given = (
        model.source.checkpoint.name,
        video.path.name,
        model.format,
        *model.report.warnings,
        str(model.report),
        str(video.path),
        *(each.name for each in lens.controller.results.shown.result.predictions),
        *(sample.class_name for sample in demo_samples()),
        *(layer.name for layer in lens.controller.results.shown.result.layers),
        "mvit-lens explain",
    )
    assert left_in_english(lens, *given) == []


@pytest.mark.parametrize("view", ["heads", "layers", "compare"])
def test_every_view_is_chinese(chinese, lens, qtbot, view):
    lens.actions_table.run("view.pin")
    lens.actions_table.run(f"view.show_{view}")
    settle(qtbot, lens)
    results = lens.controller.results
    given = (results.video.path.name, results.model.source.checkpoint.name)
    assert left_in_english(lens.stage, *given) == []


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("export.export", ExportDialog),
        ("export.figure", FigureDialog),
        ("edit.preferences", PreferencesDialog),
        ("help.help", GuideWindow),
        ("help.shortcuts", ShortcutsDialog),
        ("attention.preprocessing", PreprocessingDialog),
    ],
)
def test_dialogs_are_chinese(chinese, lens, command, kind):
    lens.actions_table.run(command)
    dialog = dialog_of(kind)
    assert left_in_english(dialog, *ENCODERS, *CONTAINERS) == []
    dialog.reject()


def test_buttons_of_qt_are_chinese(chinese, boot):
    window = boot()
    box = QMessageBox(window)
    box.setStandardButtons(box.StandardButton.Cancel | box.StandardButton.Discard)
    assert box.button(box.StandardButton.Cancel).text() == "取消"
    assert CHINESE.search(box.button(box.StandardButton.Discard).text())


def test_the_file_dialog_of_qt_is_chinese(chinese, boot):
    dialog = QFileDialog(boot(), "打开")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    labels = [part.text() for part in dialog.findChildren(QLabel) if part.text()]
    assert len(labels) >= 3
    assert all(CHINESE.search(text) for text in labels)


def test_a_menu_is_named_without_its_access_key(chinese, boot):
    boot()
    assert menu_title("file") == "文件"


def test_english_comes_back_where_it_is_chosen(chinese, qapp, boot):
    boot()
    assert term("Attends to") != "Attends to"
    assert language.install_language(qapp, "en") == "en"
    assert term("Attends to") == "Attends to"
    assert menu_title("file") == "File"


def choose_language(window, qtbot, title):
    """Chooses a language in the preferences, by keys; the window is built anew soon after."""
    if not window.findChildren(PreferencesDialog):
        window.actions_table.run("edit.preferences")
    before, field = window.stage, dialog_of(PreferencesDialog).fields["language"]
    field.setFocus()
    field.setCurrentIndex(field.findText(title))
    field.activated.emit(field.currentIndex())
    qtbot.waitUntil(lambda: window.stage is not before)
    return dialog_of(PreferencesDialog)


def test_the_window_speaks_another_language_at_once(lens, qtbot):
    dialog = choose_language(lens, qtbot, "简体中文")
    assert dialog.windowTitle() == "首选项"
    assert dialog.fields["language"].hasFocus()
    assert left_in_english(dialog, *colormaps("sequential")) == []
    dialog.reject()
    at_rest(qtbot, lens.stage)
    test_menus_panels_and_the_status_line_are_chinese(None, lens)
    choose_language(lens, qtbot, "English").reject()
    at_rest(qtbot, lens.stage)
    assert lens.menuBar().actions()[0].text() == "&File"
    said = {text for _, text in texts_of(lens) if CHINESE.search(text)}
    assert said <= {language.TITLES["zh_CN"]}  # of the preferences, which are about to go


def test_another_language_loses_nothing(lens, qtbot):
    state, results = lens.store.state, lens.controller.results
    lens.store.update(frame=3)
    lens.stage.zoom("in")
    lens.actions_table.run("view.next_colormap")
    settle(qtbot, lens)
    shown, place = lens.controller.results.shown, lens.stage.canvas.place
    qtbot.waitUntil(lambda: len(lens.controller.results.minis) == 4, timeout=WAIT_MS)
    thumbs = thumbs_of(lens)
    choose_language(lens, qtbot, "简体中文").reject()
    settle(qtbot, lens)
    assert lens.controller.results.shown is shown  # no map was made again, no window run again
    assert lens.controller.results.model is results.model
    assert thumbs_of(lens) == thumbs
    assert lens.stage.canvas.place == place
    qtbot.waitUntil(lens.stage.canvas.hasFocus)
    lens.actions_table.run("edit.undo")
    assert lens.store.state.heat == state.heat
    QTest.keyClick(lens.stage.canvas, Qt.Key.Key_Right)
    assert lens.store.state.frame == 4


def thumbs_of(window):
    """Pixels of the small pictures of heads, and whether each layer has one."""
    grid, tree = window.panels.heads.grid, window.panels.layers.tree
    for name in ("heads", "layers"):
        window.docks.show(name)
    image = grid.grab(grid.thumb_box(0).adjusted(3, 3, -3, -3)).toImage()
    rows = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    blocks = [row.child(place) for row in rows for place in range(row.childCount())]
    sizes = [block.icon(0).pixmap(16).toImage().pixelColor(8, 8).name() for block in blocks]
    return image.pixelColor(image.width() // 2, image.height() // 2).name(), sizes


def test_docks_stand_as_they_were_after_another_language(lens, qtbot):
    lens.store.update(workspace="explain")
    lens.docks.by_name["why"].raise_()
    lens.docks.toggle("log")
    settle(qtbot, lens)
    at_rest(qtbot, lens.stage)
    before = places_of(lens)
    choose_language(lens, qtbot, "简体中文").reject()
    settle(qtbot, lens)
    at_rest(qtbot, lens.stage)
    assert places_of(lens) == before
    lens.actions_table.run("view.hide_panels")
    choose_language(lens, qtbot, "English").reject()
    assert not any(dock.isVisible() for dock in lens.docks.by_name.values())
    lens.actions_table.run("view.hide_panels")
    at_rest(qtbot, lens.stage)
    assert places_of(lens) == before


def places_of(window):
    return {
        name: (dock.isVisible(), dock.geometry().getRect())
        for name, dock in window.docks.by_name.items()
        if not dock.visibleRegion().isEmpty()
    }


def test_a_session_goes_on_in_another_language(lens, qtbot, tmp_path, monkeypatch):
    target = tmp_path / "kept.mvitlens"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    lens.sessions.save_as()
    choose_language(lens, qtbot, "简体中文").reject()
    assert lens.sessions.path == target
    assert not lens.sessions.is_modified
    assert target.name in lens.windowTitle()


def test_a_choice_that_is_the_language_in_use_changes_nothing(boot, qtbot):
    window = boot()
    stage = window.stage
    window.preferences.update(language="en")
    qtbot.wait(50)
    assert window.stage is stage


def test_the_next_start_is_in_the_language_chosen(boot):
    first = boot()
    first.preferences.update(language="zh_CN")
    first.close()
    second = boot()
    assert CHINESE.search(second.actions_table.by_id[COMMANDS[0].id].text())


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("the configuration inside the file", "文件内的配置"),
        ("preset mvit_b", "预设 mvit_b"),
        ("the weights, which match preset mvit_b", "权重，与预设 mvit_b 相符"),
        ("another source", "another source"),
    ],
)
def test_what_a_model_was_built_from_is_told_in_the_language(qapp, origin, words):
    assert origin_words(origin) == origin
    language.install_language(qapp, "zh_CN")
    assert origin_words(origin) == words
