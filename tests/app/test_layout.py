"""The layout between runs: restored, on a screen that is there, and put back when asked."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.panels.timeline.sampled import SampledLabel
from app.panels.workspaces import BY_NAME
from app.window import layouts
from tests.app.conftest import WAIT_MS, at_rest, settle
from tests.app.helpers import drop


@pytest.fixture
def kept():
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "mvit-lens", "window")


def test_a_dock_that_floats_is_where_it_was_after_a_restart(boot):
    window = boot()
    dock = window.docks.by_name["display"]
    dock.setFloating(True)
    dock.resize(333, 444)
    window.close()
    again = boot().docks.by_name["display"]
    assert again.isFloating()
    assert (again.width(), again.height()) == (333, 444)
    again.setFloating(False)


def test_a_window_whose_screen_is_gone_is_moved_to_one_that_is_there(boot):
    window = boot()
    window.move(90_000, 90_000)
    window.close()
    again = boot()
    assert QGuiApplication.screenAt(again.frameGeometry().center()) is not None


def test_a_window_and_a_floating_dock_come_back_when_their_screen_is_unplugged(boot, qapp, qtbot):
    window = boot()
    dock = window.docks.by_name["display"]
    dock.setFloating(True)
    for shown in (window, dock):
        shown.move(90_000, 90_000)
    qapp.screenRemoved.emit(QGuiApplication.primaryScreen())
    for shown in (window, dock):
        qtbot.waitUntil(
            lambda shown=shown: (
                QGuiApplication.screenAt(shown.frameGeometry().center()) is not None
            ),
            timeout=WAIT_MS,
        )
    dock.setFloating(False)


def test_a_window_on_a_screen_stays_where_it_is_when_another_screen_is_unplugged(boot, qapp, qtbot):
    window = boot()
    window.move(60, 40)
    place = window.pos()
    qapp.screenRemoved.emit(QGuiApplication.primaryScreen())
    qtbot.waitUntil(lambda: not window.layouts.is_returning, timeout=WAIT_MS)
    assert window.pos() == place


def test_a_layout_of_another_version_is_not_taken(boot, kept, monkeypatch):
    window = boot()
    window.actions_table.run("view.heads")
    window.close()
    monkeypatch.setattr(layouts, "LAYOUT_VERSION", layouts.LAYOUT_VERSION + 1)
    assert boot().docks.by_name["heads"].isVisible()


@pytest.mark.parametrize("name", ["geometry", "layout/look/wide", "workspace"])
def test_damaged_settings_open_the_first_layout(boot, kept, name):
    boot().close()
    kept.setValue(name, b"not what Qt wrote")
    kept.sync()
    again = boot()
    assert again.docks.by_name["layers"].isVisible()
    assert QGuiApplication.screenAt(again.frameGeometry().center()) is not None


def test_reset_puts_the_docks_of_the_workspace_back_and_others_away(boot):
    window = boot()
    shown = {name for name, dock in window.docks.by_name.items() if dock.isVisible()}
    window.docks.by_name["layers"].setFloating(True)
    for name in ("heads", "model", "log"):
        window.docks.toggle(name)
    window.actions_table.run("view.reset_layout")
    assert not window.docks.by_name["layers"].isFloating()
    again = {name for name, dock in window.docks.by_name.items() if not dock.isHidden()}
    assert again == set(BY_NAME["look"].wide.shown()) - {"timeline"}
    assert shown <= again


def test_reset_shares_the_room_of_a_low_window_as_at_first(boot, qtbot):
    window = boot()
    window.resize(1200, 700)
    height = {name: dock.height for name, dock in window.docks.by_name.items()}
    qtbot.waitUntil(lambda: window.height() == 700, timeout=WAIT_MS)
    window.resizeDocks(
        [window.docks.by_name[name] for name in ("predictions", "display")],
        [900, 1],
        Qt.Orientation.Vertical,
    )
    qtbot.waitUntil(lambda: height["predictions"]() > height["display"](), timeout=WAIT_MS)
    window.actions_table.run("view.reset_layout")
    qtbot.waitUntil(lambda: height["display"]() >= height["predictions"]() - 40, timeout=WAIT_MS)


# -- the timeline, which the empty page leaves out -----------------------------------------------


def test_the_empty_page_has_no_timeline_and_a_clip_brings_it_back_as_high(
    boot, qtbot, barcode_clip
):
    window = boot(clip=barcode_clip)
    timeline, page = window.docks.by_name["timeline"], window.centralWidget()
    window.resizeDocks([timeline], [200], Qt.Orientation.Vertical)
    qtbot.waitUntil(lambda: timeline.height() == 200, timeout=WAIT_MS)
    low = page.height()
    window.actions_table.run("file.close_clip")
    qtbot.waitUntil(lambda: page.height() >= low + 200, timeout=WAIT_MS)
    for command in ("view.hide_panels", "view.hide_panels", "workspace.explain", "workspace.look"):
        window.actions_table.run(command)
        assert timeline.isHidden(), command
    window.close()
    again = boot()
    timeline = again.docks.by_name["timeline"]
    assert timeline.isHidden()
    drop(again, barcode_clip)
    qtbot.waitUntil(lambda: timeline.isVisible() and timeline.height() == 200, timeout=WAIT_MS)


def test_a_timeline_hidden_by_the_user_stays_hidden_with_the_next_clip(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.actions_table.run("view.timeline")
    window.actions_table.run("file.close_clip")
    qtbot.waitUntil(lambda: window.controller.results.video is None, timeout=WAIT_MS)
    drop(window, barcode_clip)
    qtbot.waitUntil(lambda: window.controller.results.video is not None, timeout=WAIT_MS)
    assert window.docks.by_name["timeline"].isHidden()
    window.close()
    assert boot(clip=barcode_clip).docks.by_name["timeline"].isHidden()


def test_no_view_makes_the_window_wider_than_a_small_screen(lens, qtbot):
    lens.resize(1024, 700)
    for view in ("single", "heads", "layers", "compare"):
        lens.store.update(view=view)
        settle(qtbot, lens)
        assert lens.minimumSizeHint().width() <= 1024, view
        assert lens.width() == 1024, view


def test_where_there_is_little_room_the_sampled_frame_is_said_in_few_words(lens, qtbot):
    said = lens.panels.timeline.findChild(SampledLabel)
    lens.resize(1900, 900)
    at_rest(qtbot, said)
    assert said.text() == "sampled frame 1 of 4 · tubelet t=0 (frame 0)"
    lens.resize(1024, 700)
    at_rest(qtbot, said)
    assert said.text() == "sampled 1/4"
    assert "tubelet t=0" in said.toolTip()


def test_the_status_line_is_24_pixels_high(lens):
    bar = lens.statusBar()
    assert bar.height() == 24
    for part in lens.status.findChildren(QWidget):
        if part.isVisible():
            box = QRect(part.mapTo(bar, QPoint(0, 0)), part.size())
            assert bar.rect().contains(box), part
