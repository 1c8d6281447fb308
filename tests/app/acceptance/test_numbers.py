"""Numbers on screen are those of the files, and colours are those of the numbers."""

import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from app.dialogs import ExportDialog
from tests.app.acceptance.person import (
    CONTROL,
    Key,
    click,
    dialog,
    dismiss_messages,
    frame_seen,
    keys,
    point,
    rest,
    scale,
    title,
    write,
)
from tests.app.conftest import WAIT_MS
from tests.app.helpers import messages

pytestmark = pytest.mark.gui


def test_11_a_locked_range_keeps_its_numbers_and_each_map_has_its_own(both, qtbot):
    def act(window):
        policy = window.panels.display.range.policy
        assert policy.currentText() == "This layer"
        keys(Key.Key_Y)
        locked, _ = scale(window)
        for key in (Key.Key_PageDown, Key.Key_PageDown):
            keys(key)
            rest(qtbot, window)
            assert scale(window)[0] == locked
            assert "locked" in " ".join(scale(window)[1])
        keys(Key.Key_Y)
        policy.setFocus()
        write("Each")
        rest(qtbot, window)
        assert policy.currentText() == "Each map"
        assert scale(window)[0] != locked
        assert "each map" in scale(window)[1][0]

    assert both(act) == 0


READOUT = re.compile(
    r"px \((\d+),(\d+)\) · token t(\d+) y(\d+) x(\d+) · (\S+) = (\S+) mean · rank (\d+)/(\d+)"
)


def test_12_the_pointer_reads_what_the_exported_arrays_hold(both, qtbot, tmp_path):
    target = tmp_path / "maps.npz"

    def act(window):
        keys((Key.Key_E, CONTROL))
        dialog(qtbot, ExportDialog).target.setFocus()
        keys((Key.Key_A, CONTROL))
        write(str(target))
        keys(Key.Key_Return)
        qtbot.waitUntil(lambda: "Saved" in messages(window), timeout=WAIT_MS)
        dismiss_messages(window)
        canvas, saved = window.stage.canvas, np.load(target)["selected"][0]
        box = canvas.frame_box()
        middle = box.center().toPoint()
        corner = middle - QPoint(1, 1) * round(0.37 * box.height())  # of the square it saw
        for spot in (corner, middle):
            point(canvas, spot)
            found = READOUT.search(window.panels.status.readout.full_text())
            assert found, window.panels.status.readout.full_text()
            token = tuple(map(int, found.group(3, 4, 5)))
            value = float(saved[token])
            assert float(found[6]) == pytest.approx(value, rel=0.05)  # two digits are shown
            assert int(found[8]) == int((saved > value).sum()) + 1
            assert int(found[9]) == saved.size
            assert (token[1:] == (0, 0)) == (spot == corner)

    assert both(act) == 0


def test_13_a_picked_token_is_ringed_its_row_sums_to_1_and_esc_restores(both, qtbot):
    def act(window):
        canvas, status = window.stage.canvas, window.panels.status.readout
        keys(Key.Key_Up)  # in the last block only the class token's row is used
        rest(qtbot, window)
        before = frame_seen(window)
        keys(Key.Key_Q)
        spot = canvas.frame_box().center().toPoint() + QPoint(3, 3)
        click(canvas, spot)
        rest(qtbot, window)
        token = re.search(r"token (t\d+ y\d+ x\d+)", title(window))
        assert token, title(window)
        point(canvas, spot + QPoint(1, 0))
        assert "row sums to 1.000" in status.full_text()
        keys(Key.Key_Q)
        point(canvas, QPoint(1, 1))
        ringed = frame_seen(window)
        keys(Key.Key_Escape, Key.Key_Escape)
        rest(qtbot, window)
        assert "readout" in title(window)
        assert np.array_equal(frame_seen(window), before)
        assert not np.array_equal(ringed, before)

    assert both(act) == 0
