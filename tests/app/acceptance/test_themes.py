"""Light and dark, live and kept."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QToolButton

from app.dialogs.preferences import PreferencesDialog
from tests.app.acceptance.person import (
    CONTROL,
    Key,
    dialog,
    dismiss_messages,
    frame_seen,
    keys,
    pixels_of,
    rest,
    write,
)

pytestmark = pytest.mark.gui
READABLE = 4.5
"""Contrast of words, by the rules of the web (AA)."""


def theme_by_keys(qtbot, name):
    """Ctrl+, and a word typed on the first field; Esc closes."""
    keys((Key.Key_Comma, CONTROL))
    dialog(qtbot, PreferencesDialog).fields["theme"].setFocus()
    write(name)
    keys(Key.Key_Escape)


def contrasts(window):
    """The contrast of every label and icon button that is seen: (what, ratio, brightness below)."""
    picture, found = pixels_of(window.grab().toImage()) / 255.0, []
    for part in (*window.findChildren(QLabel), *window.findChildren(QToolButton)):
        if part.visibleRegion().isEmpty() or not part.isEnabled():
            continue
        what = part.text().strip() or part.toolTip()
        if not what:
            continue  # an arrow of Qt's own, which has no meaning while it is off
        seen = part.visibleRegion().boundingRect()
        if seen.size() != part.size():
            continue  # partly scrolled out of sight
        box = seen.translated(part.mapTo(window, QPoint(0, 0)))
        pixels = picture[box.top() : box.bottom() + 1, box.left() : box.right() + 1]
        if pixels.size:
            light = luminance(pixels)
            ground = float(np.median(light))
            ratio = max(
                (light.max() + 0.05) / (ground + 0.05), (ground + 0.05) / (light.min() + 0.05)
            )
            found.append((what, ratio, ground))
    return found


def luminance(rgb):
    """As the contrast rules of the web define it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def test_22_themes_are_switched_live_all_can_be_read_and_the_choice_stays(both, qtbot):
    grounds, frames = {}, {}

    def act(window):
        rest(qtbot, window)
        dismiss_messages(window)
        for name in ("Light", "Dark", "System"):
            theme_by_keys(qtbot, name)
            rest(qtbot, window)
            found = contrasts(window)
            assert len(found) > 30
            faint = [(words, ratio) for words, ratio, _ in found if ratio < READABLE]
            assert faint == [], name
            grounds[name] = np.median([ground for *_, ground in found])
            frames[name] = frame_seen(window)
        theme_by_keys(qtbot, "Light")

    def again(window):
        assert np.median([ground for *_, ground in contrasts(window)]) == grounds["Light"]

    assert both(act) == 0
    assert grounds["Light"] > 0.5 > grounds["Dark"]
    assert grounds["System"] == grounds["Dark"], "where no desktop tells"
    assert np.array_equal(frames["Light"], frames["Dark"])
    assert np.array_equal(frames["Light"], frames["System"])
    assert both(again) == 0
