"""ui2.md 10, test 13: every kind of export equals its preview, Compare too, by mouse and keys."""

import csv

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint

from app.dialogs.export.dialog import ExportDialog
from app.dialogs.export.kinds import KINDS
from mvit_core.video import open_video
from tests.app.acceptance.person import (
    CONTROL,
    LEFT,
    Key,
    both_looks,
    click,
    dialog,
    keys,
    pixels_of,
    rest,
    write,
)
from tests.app.conftest import WAIT_MS

pytestmark = pytest.mark.gui
CODEC_LEVELS = 4
"""What H.264 in 4:2:0 costs, in the mean of a picture."""


def hub(qtbot):
    """Ctrl+E opens it with the keys on the list of kinds."""
    keys((Key.Key_E, CONTROL))
    found = dialog(qtbot, ExportDialog)
    qtbot.waitUntil(found.kinds.hasFocus, timeout=WAIT_MS)
    return found


def take_kind(qtbot, found, kind, by_mouse):
    """Choose a kind, and wait for its preview and what it will cost."""
    row = [*KINDS].index(kind)
    if by_mouse:
        place = found.kinds.visualItemRect(found.kinds.item(row)).center()
        click(found.kinds.viewport(), place)
    else:
        keys(Key.Key_Home, *[Key.Key_Down] * row)
    assert found.kinds.kind == kind
    qtbot.waitUntil(lambda: not found.is_drawing, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "B" in found.preview.words.text(), timeout=WAIT_MS)


def write_to(qtbot, window, found, target):
    """Name the file, Enter, and wait until it is there."""
    found.target.setFocus()
    keys((Key.Key_A, CONTROL))
    write(str(target))
    keys(Key.Key_Return)
    control = window.controller
    qtbot.waitUntil(lambda: target.exists() and not control.results.is_busy, timeout=WAIT_MS)


def dtype_words(dtype):
    """A text's length is not known before it is written."""
    return "text" if dtype.kind == "U" and dtype.itemsize > 4000 else str(dtype)


def picture_of(target):
    return cv2.imread(str(target))[..., ::-1]


@pytest.mark.parametrize("view", ["single", "compare"])
@both_looks
def test_13_every_kind_of_export_equals_its_preview(
    use,
    qtbot,
    looks,
    view,
    barcode_clip,
    toy_checkpoint,
    tmp_path,
):
    by_mouse = looks == "en"

    def act(window):
        keys(Key.Key_Right, Key.Key_Right, Key.Key_Right)
        if view == "compare":
            keys(Key.Key_P, Key.Key_Up, Key.Key_2)
            rest(qtbot, window)
            window.store.update(view="compare", difference=(0, 1))
        rest(qtbot, window)
        frame = window.store.state.frame
        found = hub(qtbot)
        take_kind(qtbot, found, "picture", by_mouse)
        seen = pixels_of(found.preview.picture.image)
        ratio = found.devicePixelRatioF()
        assert found.preview.picture.size().toTuple() == (
            round(seen.shape[1] / ratio),
            round(seen.shape[0] / ratio),
        ), "in its true size"
        write_to(qtbot, window, found, tmp_path / "out.png")
        assert np.array_equal(picture_of(tmp_path / "out.png"), seen)

        found = hub(qtbot)
        assert found.kinds.kind == "picture", "the kind of last time"
        take_kind(qtbot, found, "film", by_mouse)
        seen = pixels_of(found.preview.picture.image)
        write_to(qtbot, window, found, tmp_path / "out.mp4")
        with open_video(tmp_path / "out.mp4") as film:
            assert film.frame_count == window.controller.results.video.frame_count
            written = film.frame(frame).astype(int)
        assert written.shape == seen.shape
        assert np.abs(written - seen).mean() < CODEC_LEVELS

        found = hub(qtbot)
        take_kind(qtbot, found, "data", by_mouse)
        table = found.preview.table
        told = [
            tuple(table.item(row, column).text() for column in range(table.columnCount()))
            for row in range(table.rowCount())
        ]
        write_to(qtbot, window, found, tmp_path / "out.npz")
        with np.load(tmp_path / "out.npz") as arrays:
            shapes = [
                (name, " × ".join(map(str, arrays[name].shape)), dtype_words(arrays[name].dtype))
                for name in arrays.files
            ]
        assert shapes == told

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


def test_13_the_rows_that_a_table_is_previewed_with_are_in_it(
    use, qtbot, barcode_clip, toy_checkpoint, tmp_path
):
    def act(window):
        found = hub(qtbot)
        take_kind(qtbot, found, "data", by_mouse=False)
        found.format.setFocus()
        keys(Key.Key_End)
        qtbot.waitUntil(lambda: found.preview.table.columnCount() == 6, timeout=WAIT_MS)
        table = found.preview.table
        told = [
            [table.item(row, column).text() for column in range(6)]
            for row in range(table.rowCount())
        ]
        write_to(qtbot, window, found, tmp_path / "out.csv")
        rows = list(csv.reader((tmp_path / "out.csv").read_text().splitlines()))
        start = rows.index(told[0])
        assert rows[start : start + len(told)] == told

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


def test_13_a_large_preview_is_dragged_to_and_shown_whole(use, qtbot, barcode_clip, toy_checkpoint):
    from PySide6.QtTest import QTest

    def act(window):
        found = hub(qtbot)
        found.preset.setFocus()
        keys(Key.Key_Home, Key.Key_Down)  # for a slide
        qtbot.waitUntil(lambda: not found.is_drawing, timeout=WAIT_MS)
        picture, area = found.preview.picture, found.preview.area
        assert picture.image.height() == 1080
        bar, middle = area.horizontalScrollBar(), area.viewport().rect().center()
        at, before = picture.mapFrom(area.viewport(), middle), bar.value()
        QTest.mousePress(picture, LEFT, pos=at)
        QTest.mouseMove(picture, at - QPoint(30, 0))
        QTest.mouseRelease(picture, LEFT, pos=at - QPoint(30, 0))
        assert bar.value() > before
        found.preview.whole.setFocus()
        keys(Key.Key_Space)
        qtbot.waitUntil(lambda: picture.width() <= area.viewport().width(), timeout=WAIT_MS)
        keys(Key.Key_Escape)

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0
