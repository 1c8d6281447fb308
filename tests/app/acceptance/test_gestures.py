"""Colours that change while the video plays, one gesture at a time."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from tests.app.acceptance.person import CONTROL, LEFT, Key, focus, frame_seen, keys, rest, write
from tests.app.conftest import WAIT_MS

pytestmark = pytest.mark.gui


def drag(slider, by):
    """Take the handle and move it in small steps; the number of a slider follows all of them."""
    spot = QPoint(round(slider.width() * slider.value() / slider.maximum()), slider.height() // 2)
    if slider.minimum():
        spot = slider.rect().center()
    QTest.mousePress(slider, LEFT, Qt.KeyboardModifier.NoModifier, spot)
    for step in range(1, 6):
        QTest.mouseMove(slider, spot + QPoint(by * step, 0))
    QTest.mouseRelease(slider, LEFT, Qt.KeyboardModifier.NoModifier, spot + QPoint(by * 5, 0))


def test_14_colours_change_at_once_while_it_plays_and_ctrl_z_takes_back_one_gesture(both, qtbot):
    def act(window):
        colours, canvas = window.panels.display.colours, window.stage.canvas
        window.docks.show("display")
        rest(qtbot, window)
        keys(Key.Key_R)  # loops the whole clip, so that playing does not end
        keys(Key.Key_Space)

        def numbers():
            return colours.opacity.number.text(), colours.gamma.number.text(), map_name()

        def map_name():
            return colours.colormap.currentText()

        seen = [numbers()]
        for gesture in (
            lambda: drag(colours.opacity.slider, -6),
            lambda: drag(colours.gamma.slider, 6),
            lambda: keys(Key.Key_C),
        ):
            frame, heat = window.panels.timeline.field.text(), canvas.heat
            gesture()
            qtbot.waitUntil(lambda: numbers() != seen[-1], timeout=WAIT_MS)
            seen.append(numbers())
            assert window.store.state.playing
            qtbot.waitUntil(
                lambda frame=frame: window.panels.timeline.field.text() != frame, timeout=WAIT_MS
            )
            if len(seen) > 2:  # opacity is no new picture of the heat
                qtbot.waitUntil(lambda heat=heat: canvas.heat is not heat, timeout=WAIT_MS)
        assert focus() is canvas, "the pointer left the keys on the stage"
        for before in reversed(seen[:-1]):
            keys((Key.Key_Z, CONTROL))
            assert numbers() == before
            assert window.store.state.playing
        keys(Key.Key_K)
        rest(qtbot, window)
        plain = frame_seen(window)
        colours.opacity.number.setFocus()
        keys((Key.Key_A, CONTROL))
        write("100")
        keys(Key.Key_Return)
        rest(qtbot, window)
        assert not np.array_equal(frame_seen(window), plain)

    assert both(act) == 0
