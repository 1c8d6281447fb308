"""Recent files, and the place where each clip was left."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage

from app.state.recent_files import RecentFiles
from app.window.places import AT_MOST, LastPlace, PlaceBook, stamp_of
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import at_rest, messages, press
from tests.fixtures_video import write_barcode_clip

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "own.ini"), QSettings.Format.IniFormat)


def test_the_newest_is_first_and_no_file_is_there_twice(qapp, settings, tmp_path):
    files = RecentFiles(settings)
    for name in ("a.mp4", "b.mp4", "a.mp4"):
        files.add("clip", tmp_path / name)
    assert [entry.path.name for entry in files.entries] == ["a.mp4", "b.mp4"]
    assert RecentFiles(settings).entries == files.entries


def test_nine_are_kept_and_shipped_samples_are_not(qapp, settings, tmp_path):
    from mvit_core.demo import samples

    files = RecentFiles(settings)
    for number in range(12):
        files.add("clip", tmp_path / f"{number}.mp4")
    files.add("clip", samples.demo_samples()[0].clip)
    assert len(files.entries) == 9
    assert files.entries[0].path.name == "11.mp4"


@pytest.mark.parametrize("kept", ["{", "[1, 2]", '[["clip"]]', "null", '[["song", "x"]]'])
def test_a_list_that_cannot_be_read_is_empty(qapp, settings, kept):
    settings.setValue("recent/files", kept)
    assert RecentFiles(settings).entries == ()


# -- places --------------------------------------------------------------------------------------


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"clip")
    return path


def place_of(clip, frame=5):
    return LastPlace(frame, 2, "max", "m.pyth", stamp_of(clip))


def test_a_place_is_kept_in_the_cache_and_not_beside_the_clip(qapp, clip, tmp_path):
    folder = tmp_path / "cache"
    PlaceBook(folder).keep(clip, place_of(clip))
    assert PlaceBook(folder).last(clip) == place_of(clip)
    assert sorted(each.name for each in clip.parent.iterdir()) == ["a.mp4", "cache"]


def test_another_file_of_the_same_name_has_no_place(qapp, clip, tmp_path):
    book = PlaceBook(tmp_path / "cache")
    book.keep(clip, place_of(clip))
    clip.write_bytes(b"another clip")
    assert book.last(clip) is None


def test_a_cache_that_cannot_be_written_or_read_stops_nobody(qapp, clip, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    book = PlaceBook(blocked)
    book.keep(clip, place_of(clip))
    book.keep_picture(clip, QImage(10, 10, QImage.Format.Format_RGB32))
    assert book.last(clip) is None
    assert book.picture(clip) is None


def test_a_damaged_cache_is_as_an_empty_one(qapp, clip, tmp_path):
    book = PlaceBook(tmp_path)
    (tmp_path / "places.json").write_text(f'{{"{clip}": {{"frame": "x"}}}}')
    assert book.last(clip) is None
    (tmp_path / "places.json").write_text("[")
    assert book.last(clip) is None


def test_the_oldest_places_are_forgotten(qapp, tmp_path, clip):
    book = PlaceBook(tmp_path / "cache")
    book.keep(clip, place_of(clip))
    for number in range(AT_MOST):
        book.keep(tmp_path / f"{number}.mp4", place_of(clip))
    assert book.last(clip) is None


# -- in the window -------------------------------------------------------------------------------


@pytest.mark.gui
def test_what_was_opened_is_offered_again_by_key_menu_and_page(lens, boot, qtbot, barcode_clip):
    press(qtbot, lens, Qt.Key.Key_Right)
    at_rest(qtbot, lens, 1)
    lens.close()
    window = boot()
    kinds = [entry.kind for entry in window.controller.results.recent]
    assert sorted(kinds) == ["clip", "model"]
    number = kinds.index("clip") + 1
    assert window.welcome.recent.isVisible()
    assert window.actions_table.by_id[f"file.recent_{number}"].text() == barcode_clip.name
    assert not window.actions_table.by_id["file.recent_3"].isVisible()
    qtbot.keyClick(window, Qt.Key.Key_0 + number, CONTROL)
    qtbot.waitUntil(window.stage.isVisible, timeout=WAIT_MS)
    at_rest(qtbot, window, 1)


@pytest.mark.gui
def test_a_click_on_a_recent_file_opens_it_and_one_that_is_gone_leaves_the_list(
    lens, boot, qtbot, barcode_clip
):
    lens.close()
    window = boot()
    barcode_clip.unlink()
    row = [entry.kind for entry in window.controller.results.recent].index("clip")
    tiles = window.welcome.recent
    place = tiles.visualItemRect(tiles.item(row)).center()
    qtbot.mouseClick(tiles.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert "not there any more" in messages(window)
    assert [entry.kind for entry in window.controller.results.recent] == ["model"]
    window.actions_table.run("file.clear_recent")
    assert not window.welcome.recent.isVisible()


@pytest.mark.gui
def test_a_clip_opens_where_it_was_left_with_the_layer_of_its_model(lens, qtbot, tmp_path):
    clip = lens.controller.results.video.path
    press(qtbot, lens, Qt.Key.Key_End)
    press(qtbot, lens, Qt.Key.Key_Up)
    settle(qtbot, lens)
    block = lens.store.state.map.block
    other = write_barcode_clip(tmp_path / "other.mp4", frames=20, size=(144, 96))
    lens.controller.open_video(other)
    qtbot.waitUntil(lambda: lens.store.state.clip == other, timeout=WAIT_MS)
    assert lens.store.state.frame == 0
    press(qtbot, lens, Qt.Key.Key_Down)
    lens.controller.open_video(clip)
    qtbot.waitUntil(lambda: lens.store.state.clip == clip, timeout=WAIT_MS)
    assert lens.store.state.frame == 39
    assert lens.store.state.map.block == block
    settle(qtbot, lens)
