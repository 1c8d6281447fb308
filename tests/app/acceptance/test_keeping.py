"""Sessions and the layout of the window are kept between runs."""

import json
import shutil

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.dialogs.relink import RelinkDialog
from tests.app.acceptance.person import (
    CONTROL,
    LEFT,
    Key,
    choose,
    click,
    dialog,
    file_dialog_takes,
    go,
    keys,
    number_written,
    pixels_of,
    rest,
    title,
)
from tests.app.conftest import WAIT_MS
from tests.app.helpers import messages

pytestmark = pytest.mark.gui


def shown(window):
    """All that a session must bring back, as it can be read."""
    docks = {name: dock.isVisible() for name, dock in window.docks.by_name.items()}
    canvas, zoom = window.stage.canvas, window.status.zoom.text()
    pixels = canvas.picture.pixels.tobytes(), pixels_of(canvas.heat.image).tobytes()
    return number_written(window), title(window), zoom, canvas.place, docks, pixels


def test_20_a_session_finds_its_moved_video_again_and_a_later_version_is_refused(
    both, use, qtbot, tmp_path, barcode_clip
):
    session, moved, before = tmp_path / "kept.mvitlens", tmp_path / "moved.mp4", []

    def save(window):
        keys(Key.Key_Up, Key.Key_2, Key.Key_Plus, Key.Key_Plus, Key.Key_F4)
        go(qtbot, window, "13")
        rest(qtbot, window)
        with file_dialog_takes(session):
            keys((Key.Key_S, CONTROL))
        before.append(shown(window))

    def open_again(window):
        relink = dialog(qtbot, RelinkDialog)
        with file_dialog_takes(moved):
            click(relink.choose_buttons["clip"])
        qtbot.waitUntil(relink.open_button.isEnabled, timeout=WAIT_MS)
        assert relink.states["clip"].text() == f"found: {moved}"
        click(relink.open_button)
        qtbot.waitUntil(lambda: window.controller.results.shown is not None, timeout=WAIT_MS)
        rest(qtbot, window)
        qtbot.waitUntil(lambda: shown(window) == before[0], timeout=WAIT_MS)

    def refused(window):
        qtbot.waitUntil(lambda: "Update MViT Lens" in messages(window), timeout=WAIT_MS)
        assert window.welcome.isVisible()

    assert both(save) == 0
    shutil.move(barcode_clip, moved)
    assert use(open_again, "--session", session, wait=False) == 0
    session.write_text(json.dumps({**json.loads(session.read_text()), "version": 999}))
    assert use(refused, "--session", session, wait=False) == 0


def test_21_a_floated_dock_stays_where_it_was_put_and_reset_layout_puts_it_back(use, qtbot):
    places = []

    def float_it(window):
        keys(Key.Key_Escape)  # the tour
        dock = window.docks.by_name["heads"]
        QTest.mouseDClick(dock.titleBarWidget(), LEFT, pos=QPoint(40, 14))
        qtbot.waitUntil(dock.isFloating, timeout=WAIT_MS)
        dock.resize(333, 444)
        qtbot.waitUntil(lambda: dock.size().toTuple() == (333, 444), timeout=WAIT_MS)
        dock.move(210, 170)
        qtbot.waitUntil(lambda: dock.pos().toTuple() == (210, 170), timeout=WAIT_MS)
        places.append(dock.geometry())
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
        keys((Key.Key_Q, CONTROL))

    def find_it(window):
        dock = window.docks.by_name["heads"]
        assert dock.isFloating()
        assert dock.isVisible()
        assert dock.geometry() == places[0]
        choose(qtbot, window, "View", "Panels", "Reset layout")
        qtbot.waitUntil(lambda: not dock.isFloating(), timeout=WAIT_MS)
        assert dock.isVisible()

    assert use(float_it) == 0
    assert use(find_it) == 0


def test_21_a_window_that_was_left_on_a_screen_that_is_gone_comes_back_to_one_that_is(use, qtbot):
    def leave(window):
        keys(Key.Key_Escape)
        window.move(9000, 7000)
        keys((Key.Key_Q, CONTROL))

    def is_seen(window):
        screen = QGuiApplication.screenAt(window.frameGeometry().center())
        assert screen is not None
        bar = window.menuBar()
        place = QRect(bar.mapToGlobal(QPoint(0, 0)), bar.size())
        room = screen.availableGeometry()
        assert room.contains(window.frameGeometry().topLeft())
        assert room.intersected(place).height() == bar.height(), "it can be taken hold of"
        seen = room.intersected(window.frameGeometry()).width()
        assert seen > 0.9 * min(window.width(), room.width())

    assert use(leave) == 0
    assert use(is_seen) == 0
