"""Numbers on screen are those of the files, and colours are those of the numbers."""

import json
import re

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from app.dialogs.export.dialog import ExportDialog
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
        assert "locked" not in " ".join(scale(window)[1])

    assert both(act) == 0


READOUT = re.compile(
    r"px \((\d+),(\d+)\) · token t(\d+) y(\d+) x(\d+) · (\S+) = (\S+) mean · rank (\d+) of (\d+)"
)


def exported(qtbot, window, target):
    """The arrays that Ctrl+E writes."""
    keys((Key.Key_E, CONTROL))
    dialog(qtbot, ExportDialog).target.setFocus()
    keys((Key.Key_A, CONTROL))
    write(str(target))
    keys(Key.Key_Return)
    qtbot.waitUntil(lambda: f"Saved {target}" in messages(window), timeout=WAIT_MS)
    dismiss_messages(window)
    return np.load(target)


def test_12_the_pointer_reads_what_the_exported_arrays_hold(both, qtbot, tmp_path):
    def act(window):
        canvas, held = window.stage.canvas, exported(qtbot, window, tmp_path / "maps.npz")
        saved = held["selected"][0]
        box = canvas.frame_box()
        middle = box.center().toPoint()
        corner = middle - QPoint(1, 1) * round(0.37 * box.height())  # of the square it saw
        for spot in (corner, middle):
            point(canvas, spot)
            found = READOUT.search(window.status.readout.full_text())
            assert found, window.status.readout.full_text()
            token = tuple(map(int, found.group(3, 4, 5)))
            assert token[0] == 0, "of the first frame"
            assert (token[1:] == (0, 0)) == (spot == corner)
            for axis, at in (("y_px", int(found[2])), ("x_px", int(found[1]))):
                size, first = held[axis]
                place = token[1 if axis == "y_px" else 2]
                assert abs((at - first) / size - place) <= 0.5 + 1 / abs(size)
            value = float(saved[token])
            digit = 0.001 if value >= 0.01 else 0.01 * value  # the last that is shown
            assert float(found[6]) == pytest.approx(value, abs=0.51 * digit)
            assert float(found[7].rstrip("×")) == pytest.approx(value / saved.mean(), abs=0.0051)
            assert int(found[8]) == int((saved > value).sum()) + 1
            assert int(found[9]) == saved.size

    assert both(act) == 0


def ring(picture):
    """Middle (x, y) and radius of the white ring on a picture, in its pixels."""
    rows, columns = np.nonzero((picture == 255).all(axis=2))
    assert len(rows) > 50, "there is none"
    middle = np.array([columns.min() + columns.max() + 1, rows.min() + rows.max() + 1]) / 2
    distances = np.hypot(columns + 0.5 - middle[0], rows + 0.5 - middle[1])
    assert distances.std() < 1.5, "not all that is white lies on a circle"
    return middle, distances.mean()


def test_13_a_picked_token_is_ringed_its_row_sums_to_1_and_esc_restores(both, qtbot, tmp_path):
    def act(window):
        canvas, status = window.stage.canvas, window.status.readout
        keys(Key.Key_Up)  # in the last block only the class token's row is used
        rest(qtbot, window)
        before = frame_seen(window)
        keys(Key.Key_Q)
        box = canvas.frame_box()
        spot = box.center().toPoint() + QPoint(3, 3)
        click(canvas, spot)
        rest(qtbot, window)
        token = re.search(r"token t(\d+) y(\d+) x(\d+)", title(window))
        assert token, title(window)
        point(canvas, spot + QPoint(1, 0))
        found = READOUT.search(status.full_text())
        assert "row sums to 1.00" in status.full_text()
        keys(Key.Key_Q)
        point(canvas, QPoint(1, 1))
        ringed = frame_seen(window)
        held = exported(qtbot, window, tmp_path / "row.npz")
        picked = [int(each) for each in token.groups()]
        assert json.loads(str(held["facts"]))["query"] == picked
        row = held["selected"][0]
        assert row.sum() + held["sinks"][0].mean() == pytest.approx(1, abs=1e-3)
        assert float(found[6]) == pytest.approx(
            row[tuple(map(int, found.group(3, 4, 5)))], abs=1e-3
        )
        keys(Key.Key_Escape)
        rest(qtbot, window)
        assert "readout" in title(window)
        assert np.array_equal(frame_seen(window), before)
        middle, radius = ring(ringed)
        clicked = spot.x() - box.x(), spot.y() - box.y()
        assert np.abs(middle * box.width() / ringed.shape[1] - clicked).max() < 1.5 * radius
        with pytest.raises(AssertionError, match="there is none"):
            ring(before)

    assert both(act) == 0
