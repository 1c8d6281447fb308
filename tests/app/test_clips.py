"""The list of clips: opened, searched, stepped through, with what is known of its rows."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app.panels.clips.table import COLUMNS, ROWS_FETCHED
from app.results.clips import Verdict
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import drop, messages
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier
NAMES = ("one.mp4", "two.mp4", "three.mp4")


@pytest.fixture
def folder(tmp_path):
    """Three clips, and a list that names them, another that is gone, and many more."""
    for number, name in enumerate(NAMES):
        write_barcode_clip(tmp_path / name, frames=4, first=10 * number)
    rows = [f"{name},{number},val,{number}.5" for number, name in enumerate(NAMES)]
    rows += ["gone.mp4,7,val,0", *(f"more/{n:05}.mp4,{n % 9},train,1" for n in range(300))]
    (tmp_path / "val.csv").write_text("path,label,split,seconds\n" + "\n".join(rows) + "\n")
    return tmp_path


@pytest.fixture
def listed(boot, qtbot, folder):
    """The window with the list and its first clip."""
    window = boot()
    window.controller.intents.clips.open(folder / "val.csv")
    rows_shown(qtbot, window)
    return window


def rows_shown(qtbot, window):
    qtbot.waitUntil(lambda: panel(window).model.rowCount() > 0, timeout=WAIT_MS)


def panel(window):
    return window.panels.clips


def cell(window, line, column=0):
    return panel(window).model.index(line, column).data()


def wait_for_clip(qtbot, window, name):
    def is_open():
        video = window.controller.results.video
        return video is not None and video.path.name == name

    qtbot.waitUntil(is_open, timeout=WAIT_MS)


def test_a_list_takes_a_hundred_rows_at_a_time_and_goes_to_its_workspace(listed):
    window, model = listed, panel(listed).model
    assert window.store.state.workspace == "clips"
    assert panel(window).table.isVisible()
    assert (model.rowCount(), model.total) == (ROWS_FETCHED, 304)
    assert [cell(window, line) for line in range(3)] == list(NAMES)
    assert [cell(window, line, 1) for line in range(3)] == ["0", "1", "2"]
    panel(window).table.verticalScrollBar().setValue(10**6)
    panel(window).table.scrollToBottom()
    assert model.rowCount() >= ROWS_FETCHED


def test_up_and_down_open_a_clip_once_they_rest_on_it(listed, qtbot):
    table = panel(listed).table
    table.setFocus()
    for _ in range(3):
        QTest.keyClick(table, Qt.Key.Key_Down)
    assert listed.controller.results.video is None, "keys that go on open nothing yet"
    QTest.keyClick(table, Qt.Key.Key_Up)
    wait_for_clip(qtbot, listed, table.currentIndex().data())
    assert listed.store.state.clip_row == table.currentIndex().row()
    assert table.hasFocus()


def test_a_click_and_enter_open_at_once(listed, qtbot):
    table = panel(listed).table
    place = table.visualRect(panel(listed).model.index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_for_clip(qtbot, listed, "two.mp4")
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    wait_for_clip(qtbot, listed, "three.mp4")


def test_ctrl_page_keys_step_from_anywhere_and_say_where_the_list_ends(listed, qtbot):
    for name in NAMES:
        QTest.keyClick(listed, Qt.Key.Key_PageDown, CONTROL)
        wait_for_clip(qtbot, listed, name)
        assert cell(listed, panel(listed).table.currentIndex().row()) == name
    QTest.keyClick(listed, Qt.Key.Key_PageUp, CONTROL)
    wait_for_clip(qtbot, listed, "two.mp4")
    QTest.keyClick(listed, Qt.Key.Key_PageUp, CONTROL)
    wait_for_clip(qtbot, listed, "one.mp4")
    QTest.keyClick(listed, Qt.Key.Key_PageUp, CONTROL)
    qtbot.waitUntil(lambda: "first clip" in messages(listed), timeout=WAIT_MS)
    assert listed.store.state.clip_row == 0


def test_the_clip_that_is_open_is_opened_again_while_another_one_comes(listed, qtbot):
    listed.controller.clips.open_row(0)
    wait_for_clip(qtbot, listed, "one.mp4")
    listed.controller.clips.open_row(1)
    listed.controller.clips.open_row(0)
    qtbot.waitUntil(lambda: not listed.controller.results.is_busy, timeout=WAIT_MS)
    wait_for_clip(qtbot, listed, "one.mp4")
    assert listed.store.state.clip.name == "one.mp4"


def test_a_clip_that_cannot_be_opened_says_so_in_its_row_and_is_passed(listed, qtbot):
    listed.controller.clips.open_row(2)
    wait_for_clip(qtbot, listed, "three.mp4")
    listed.controller.clips.step(1)
    qtbot.waitUntil(lambda: "gone.mp4" in (cell(listed, 3, 1) or ""), timeout=WAIT_MS)
    assert "gone.mp4" in messages(listed)
    assert listed.controller.results.video.path.name == "three.mp4"
    listed.controller.clips.step(-1)
    assert listed.store.state.clip_row == 2


def test_the_search_finds_rows_by_name_label_and_cells_and_steps_within_them(listed, qtbot):
    field = panel(listed).search
    field.setFocus()
    QTest.keyClicks(field, "T val")
    qtbot.waitUntil(lambda: panel(listed).model.total == 2, timeout=WAIT_MS)
    assert [cell(listed, line) for line in range(2)] == ["two.mp4", "three.mp4"]
    listed.controller.clips.step(1)
    wait_for_clip(qtbot, listed, "two.mp4")
    listed.controller.clips.step(1)
    wait_for_clip(qtbot, listed, "three.mp4")
    listed.controller.clips.step(1)
    qtbot.waitUntil(lambda: "last clip" in messages(listed), timeout=WAIT_MS)
    QTest.keyClicks(field, " no such")
    qtbot.waitUntil(lambda: panel(listed).model.total == 0, timeout=WAIT_MS)
    listed.controller.clips.step(1)
    assert listed.store.state.clip_row == 2


def test_columns_of_the_list_are_shown_by_the_menu_of_the_head(listed, qtbot):
    table, menu = panel(listed).table, panel(listed).columns_menu
    places = {head: n for n, head in enumerate(panel(listed).model.heads())}
    assert table.isColumnHidden(places["split"])
    assert table.isColumnHidden(places["seconds"])
    header = table.horizontalHeader()
    header.customContextMenuRequested.emit(header.rect().center())
    qtbot.waitUntil(menu.isVisible, timeout=WAIT_MS)
    action = next(each for each in menu.actions() if each.text() == "seconds")
    action.trigger()
    menu.hide()
    assert not table.isColumnHidden(places["seconds"])
    assert cell(listed, 2, places["seconds"]) == "2.5"
    assert listed.store.state.clip_columns == ("seconds",)
    listed.store.update(clip_columns=())
    assert table.isColumnHidden(places["seconds"])


def test_what_a_model_said_of_rows_has_columns_once_it_is_known(listed):
    table, results = panel(listed).table, listed.controller.results
    of_model = [n for n, column in enumerate(COLUMNS) if column.of_predictions]
    assert all(table.isColumnHidden(n) for n in of_model)
    said = {0: Verdict("running", 0.981, is_correct=True), 1: Verdict("sitting", 0.4, False)}
    model = panel(listed).model
    model.show(replace(results.clips, verdicts=said), {})
    shown = [[cell(listed, line, n) for n in of_model] for line in range(3)]
    assert shown == [["✓", "running", "98.1 %"], ["✗", "sitting", "40.0 %"], ["", "", ""]]


def test_numbers_of_classes_are_named_once_the_model_is_known(boot, qtbot, folder, toy_checkpoint):
    window = boot(clip=folder / "one.mp4", checkpoint=toy_checkpoint)
    window.controller.intents.clips.open(folder / "val.csv")
    rows_shown(qtbot, window)
    names = window.controller.results.class_names
    assert cell(window, 1, 1) == f"1 · {names[1]}"
    QTest.keyClick(window, Qt.Key.Key_PageDown, CONTROL)
    settle(qtbot, window)
    assert window.store.state.clip_row == 0
    assert window.controller.results.video.path.name == "one.mp4", "it was open already"


@pytest.mark.parametrize("what", ["list", "folder"])
def test_a_list_or_folder_is_dropped_or_named_on_the_command_line(boot, qtbot, folder, what):
    path = folder / "val.csv" if what == "list" else folder
    window = boot()
    accepted, words = drop(window, path)
    assert accepted
    assert "list" in words
    rows_shown(qtbot, window)
    count = panel(window).model.total
    assert count == (304 if what == "list" else 3)
    window.close()
    from PySide6.QtWidgets import QApplication

    from app.window.launch import ViewOptions, open_window

    other = open_window(QApplication.instance(), ViewOptions(clip=path))
    try:
        rows_shown(qtbot, other)
        assert panel(other).model.total == count
    finally:
        other.close()
        other.deleteLater()


def test_a_folder_of_pictures_is_still_one_clip(boot, tmp_path):
    from app.window.file_kinds import sort_drop

    (tmp_path / "0001.png").touch()
    dropped = sort_drop((tmp_path,))
    assert (dropped.video, dropped.clips) == (tmp_path, None)


def test_a_list_that_cannot_be_read_says_why_and_the_next_one_opens(boot, qtbot, folder):
    bad = folder / "bad.csv"
    bad.write_text("when,label\n1,2\n")
    window = boot()
    window.controller.intents.clips.open(bad)
    qtbot.waitUntil(lambda: "must be called path" in messages(window), timeout=WAIT_MS)
    assert "must be called path" in panel(window).empty.sentence.text()
    assert not panel(window).table.isVisible()
    window.controller.intents.clips.open(folder / "val.csv")
    rows_shown(qtbot, window)
    window.actions_table.run("file.close_list")
    assert window.store.state.clips is None
    assert "Drop a list" in panel(window).empty.sentence.text()
    assert not window.actions_table.by_id["file.next_clip"].isEnabled()


def test_without_a_list_a_folder_of_clips_and_a_batch_result_are_offered_too(
    boot, qtbot, folder, monkeypatch
):
    window = boot()
    window.controller.intents.workspaces.go_to("clips", "single")
    empty = panel(window).empty
    asked = []
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda _, title, *__: asked.append(title) or ""
    )
    for button in empty.others:
        assert button.isVisible()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(set(asked)) == len(empty.others) == 2
    assert "Drop a list" in empty.sentence.text(), "a dialog that is left opens nothing"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    QTest.mouseClick(empty.others[0], Qt.MouseButton.LeftButton)
    rows_shown(qtbot, window)
    assert panel(window).model.total == len(NAMES)
