"""The tour, help, and the first start."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.commands.shortcuts import ShortcutsDialog
from app.dialogs.guide import GuideWindow
from app.window.launch import ViewOptions, launch
from app.window.tour import Tour
from tests.app.helpers import click, dialog_of

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(boot):
    return boot()


def begin(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1, SHIFT)
    return window.help.running_tour


def test_the_tour_points_at_parts_that_are_on_screen_and_ends(window, qtbot):
    tour, seen = begin(window, qtbot), []
    while window.help.running_tour is not None:
        assert tour.target.isVisible()
        assert tour._bubble.geometry().intersected(tour.rect()) == tour._bubble.geometry()
        seen.append(tour.title.text())
        click(qtbot, tour.next)
        assert len(seen) < 20, "it does not end"
    assert len(seen) == len(set(seen)) == 5, "the empty page has no timeline"


def test_escape_skips_the_tour_and_the_keys_go_with_it_until_then(window, qtbot):
    tour = begin(window, qtbot)
    qtbot.keyClick(tour.next, Qt.Key.Key_Right)
    assert tour._place == 1
    qtbot.keyClick(tour.back, Qt.Key.Key_Left)
    assert tour._place == 0
    qtbot.keyClick(tour.next, Qt.Key.Key_Escape)
    assert window.help.running_tour is None


def test_a_hidden_part_is_passed_over(window, qtbot):
    window.actions_table.run("view.heads")
    assert len(begin(window, qtbot)._steps) == 4
    window.help.running_tour.end()


def test_with_a_clip_the_tour_comes_to_the_timeline_too(lens, qtbot):
    assert len(begin(lens, qtbot)._steps) == 6
    lens.help.running_tour.end()


def test_the_tour_is_beside_what_it_points_at_also_after_the_window_changed(window, qtbot):
    tour = begin(window, qtbot)
    click(qtbot, tour.next)
    window.resize(1024, 700)
    assert tour.size() == window.size()
    assert not tour._bubble.geometry().intersects(tour._hole())
    tour.end()


def start_and_look(seconds=0.5):
    """Start the program as without arguments; tell whether it shows the tour, then end both."""
    seen = []

    def look():
        window = next(w for w in QApplication.topLevelWidgets() if w.objectName() == "main")
        seen.append(window.findChild(Tour) is not None)
        if window.help.running_tour is not None:
            window.help.running_tour.end()
        window.close()

    QTimer.singleShot(int(1000 * seconds), look)
    assert launch(ViewOptions()) == 0
    return seen[0]


def test_the_first_start_shows_the_tour_and_the_second_does_not(qapp):
    assert start_and_look()
    assert not start_and_look()


def test_f1_has_help_that_leads_on(window, qtbot):
    qtbot.keyClick(window, Qt.Key.Key_F1)
    dialog = dialog_of(GuideWindow)
    dialog.shortcuts_asked.emit()
    dialog_of(ShortcutsDialog).reject()
    dialog.reject()


def test_the_empty_page_leads_to_the_tour(window, qtbot):
    click(qtbot, window.welcome.buttons["help.tour"])
    window.help.running_tour.end()
