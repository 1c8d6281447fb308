"""Preferences: one table, kept between runs, and what each of them does at once."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QSettings, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QSpinBox

from app.dialogs.preferences import PreferencesDialog
from app.state import language
from app.state.preferences import SETTINGS, Preferences, PreferenceStore
from app.widgets import theme
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import at_rest, dialog_of, press


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "own.ini"), QSettings.Format.IniFormat)


def test_every_preference_has_a_row_and_every_row_a_preference():
    assert [s.id for s in SETTINGS] == [field.name for field in fields(Preferences)]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.id)
def test_a_first_value_is_one_that_is_offered(setting):
    value = getattr(Preferences(), setting.id)
    assert setting.kind.read(str(value)) == value


def test_a_change_is_announced_once_and_kept(qapp, settings):
    store, heard = PreferenceStore(settings), []
    store.changed.connect(lambda old, new: heard.append((old.theme, new.theme)))
    store.update(theme="light", auto_run=False, big_step_frames=25)
    store.update(theme="light")
    assert heard == [("system", "light")]
    again = PreferenceStore(settings).values
    assert (again.theme, again.auto_run, again.big_step_frames) == ("light", False, 25)


@pytest.mark.parametrize(
    ("name", "kept"), [("theme", "pink"), ("big_step_frames", "0"), ("auto_run", "perhaps")]
)
def test_a_kept_value_that_is_not_offered_any_more_is_the_first_again(qapp, settings, name, kept):
    settings.setValue(f"preferences/{name}", kept)
    assert getattr(PreferenceStore(settings).values, name) == getattr(Preferences(), name)


def test_reset_gives_everything_its_first_value(qapp, settings):
    store = PreferenceStore(settings)
    store.update(theme="dark", big_step_frames=5)
    store.reset()
    assert store.values == Preferences()
    assert PreferenceStore(settings).values == Preferences()


# -- theme and language --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "scheme", "name"),
    [
        ("system", Qt.ColorScheme.Light, "light"),
        ("system", Qt.ColorScheme.Dark, "dark"),
        ("system", Qt.ColorScheme.Unknown, "dark"),  # no desktop tells
        ("light", Qt.ColorScheme.Dark, "light"),
        ("dark", Qt.ColorScheme.Light, "dark"),
    ],
)
def test_the_theme_follows_the_desktop_unless_it_is_chosen(choice, scheme, name):
    assert theme.named_by(choice, scheme) == name


def contrast(one, other):
    """The ratio of WCAG 2: 1 for equal colours, 21 for black on white."""

    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("high", [False, True])
@pytest.mark.parametrize("name", ["light", "dark"])
def test_all_text_can_be_read_on_all_its_grounds(name, high):
    colours = theme.contrasted(theme.THEMES[name]) if high else theme.THEMES[name]
    for text in (colours.text, colours.text_soft, colours.text_faint):
        for ground in (colours.window, colours.panel, colours.stage):
            assert contrast(text, ground) >= (7 if high else 4.5), (text, ground)


def test_the_theme_is_switched_live_and_kept(boot):
    window = boot()
    assert theme.current().name == "dark"
    window.actions_table.run("view.theme")
    assert theme.current().name == "light"
    ground = QApplication.palette().color(QPalette.ColorRole.Window).name()
    assert ground == theme.LIGHT.window
    window.close()
    boot()
    assert theme.current().name == "light"


def test_icons_take_the_colour_of_the_theme(boot):
    window = boot()
    icon = window.actions_table.by_id["file.open_video"].icon()

    def mean_light():
        image = icon.pixmap(24, 24).toImage()
        seen = [image.pixelColor(x, y) for x in range(24) for y in range(24)]
        solid = [colour.lightness() for colour in seen if colour.alpha() > 200]
        return sum(solid) / len(solid)

    dark = mean_light()
    window.actions_table.run("view.theme")
    assert mean_light() < 100 < dark


def test_only_languages_with_a_translation_are_offered(monkeypatch):
    monkeypatch.setattr(language, "translation_file", lambda code: None)
    assert [code for code, _ in language.languages()] == ["system", "en"]


@pytest.mark.parametrize(
    ("choice", "system", "code"),
    [
        ("system", "zh_CN", "zh_CN"),
        ("system", "zh_SG", "zh_CN"),
        ("system", "de_DE", "en"),
        ("en", "zh_CN", "en"),
    ],
)
def test_the_system_language_is_used_where_there_is_one(choice, system, code):
    assert language.language_code(choice, QLocale(system)) == code


# -- in the window -------------------------------------------------------------------------------


def test_the_dialog_opens_by_its_key_and_changes_the_theme_at_once(boot, qtbot):
    window = boot()
    qtbot.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(PreferencesDialog)
    combo = dialog.fields["theme"]
    assert isinstance(combo, QComboBox)
    qtbot.keyClick(combo, Qt.Key.Key_Down)
    combo.activated.emit(combo.currentIndex())
    assert theme.current().name == "light"
    dialog.reset_button.click()
    assert theme.current().name == "dark"
    assert combo.currentData() == "system"
    dialog.reject()


@pytest.mark.gui
def test_a_big_step_is_as_big_as_preferred(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.actions_table.run("edit.preferences")
    dialog = dialog_of(PreferencesDialog)
    number = dialog.fields["big_step_frames"]
    assert isinstance(number, QSpinBox)
    number.setValue(7)
    dialog.reject()
    press(qtbot, window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    at_rest(qtbot, window, 7)


@pytest.mark.gui
def test_without_running_by_itself_a_window_waits_for_ctrl_r(lens, qtbot):
    lens.preferences.update(auto_run=False)
    press(qtbot, lens, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: "Ctrl+R" in lens.controller.results.problem, timeout=WAIT_MS)
    assert not lens.controller.results.is_busy
    press(qtbot, lens, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, lens)
    assert lens.controller.results.shown.result.request.window.index == 1
    press(qtbot, lens, Qt.Key.Key_Up)  # another layer of a window that was asked for
    settle(qtbot, lens)


# -- colours and cores ---------------------------------------------------------------------------


def test_colours_that_are_preferred_are_those_of_a_start_and_of_reset_display(lens, boot, qtbot):
    lens.preferences.update(colormap="viridis")
    assert lens.store.state.heat.colormap == "viridis", "at once, too"
    lens.store.update(colormap="magma")
    lens.actions_table.run("view.reset_display")
    assert lens.store.state.heat.colormap == "viridis"
    lens.close()
    assert boot().store.state.heat.colormap == "viridis"


def test_the_model_gets_the_cores_that_are_preferred_at_once_and_at_the_next_start(lens, boot):
    assert lens.controller.workers.model_worker.cores == 0
    lens.preferences.update(threads=1)
    assert lens.controller.workers.model_worker.cores == 1
    lens.close()
    assert boot().controller.workers.model_worker.cores == 1


# -- the folder of exports -----------------------------------------------------------------------


@pytest.fixture
def homeless(monkeypatch, tmp_path):
    """Where no folder for films exists, exports are offered at home."""
    monkeypatch.setattr("app.state.preferences._films_folder", lambda: str(tmp_path / "none"))


def test_an_export_is_never_offered_beside_the_clip(homeless, lens):
    job = lens.controller.exports.job()
    assert job.target.parent == Path.home()
    assert job.target.parent != job.clip.parent


def test_the_next_export_is_offered_where_the_last_one_went(homeless, lens, qtbot, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    job = replace(lens.controller.exports.job(), target=folder / "map.png")
    lens.controller.export(job)
    qtbot.waitUntil((folder / "map.png").is_file, timeout=WAIT_MS)
    assert lens.controller.exports.job().target.parent == folder


def test_a_folder_that_is_preferred_goes_before_the_last_one(homeless, lens, tmp_path, monkeypatch):
    lens.preferences.exported_to(tmp_path)
    folder = tmp_path / "films"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    lens.actions_table.run("edit.preferences")
    field = dialog_of(PreferencesDialog).fields["export_folder"]
    field.browse.click()
    assert field.path.text() == str(folder)
    assert lens.controller.exports.job().target.parent == folder
    field.clear.click()
    assert lens.controller.exports.job().target.parent == tmp_path
    assert not field.clear.isEnabled()
    dialog_of(PreferencesDialog).reject()


def test_a_folder_that_is_gone_is_passed_over(homeless, qapp, settings, tmp_path):
    store = PreferenceStore(settings)
    store.update(export_folder=str(tmp_path / "gone"))
    assert store.export_folder == Path.home()
    settings.setValue("preferences/export_folder", "films/../..")
    assert PreferenceStore(settings).values.export_folder == "", "no whole path"
