"""The bars of the heads, layers and compare views say what is drawn, whatever is switched."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.controller.scale import scale_of
from mvit_core.render import HeatSettings, ValueRange
from tests.app.conftest import WAIT_MS
from tests.app.helpers import press
from tests.app.test_compare import compare, info, pane, pinned
from tests.app.test_compare import painted as panes_painted
from tests.app.test_views import painted, show, tap

pytestmark = pytest.mark.gui

__all__ = ["pinned"]


def ramp(strip):
    """The colours of a bar as they are on screen, from left to right."""
    image = strip.grab().toImage()
    row = image.height() // 2
    pixels = [image.pixelColor(x, row) for x in range(image.width())]
    return np.array([(p.red(), p.green(), p.blue()) for p in pixels])


def switch(window, command):
    window.actions_table.by_id[command].trigger()


@pytest.mark.parametrize("view", ["heads", "layers"])
def test_the_bar_of_a_grid_is_a_spotlight_where_its_cells_are(lens, qtbot, view):
    show(qtbot, lens, view)
    strip = lens.stage.scale_line.range
    tinted = ramp(strip)
    assert np.ptp(tinted, axis=1).max() > 100  # inferno has colours
    switch(lens, "view.spotlight")
    painted(qtbot, lens)
    qtbot.waitUntil(lambda: strip.scale.style.mode == "spotlight", timeout=WAIT_MS)
    drawn = lens.controller.results.grid.rows[0].picture.key.heat
    assert strip.scale.style.mode == drawn.mode == "spotlight"
    x = ramp(strip)[-strip.width() // 2 :]
    assert np.ptp(x[:20], axis=1).max() == 0  # greys alone
    switch(lens, "view.spotlight")
    painted(qtbot, lens)
    qtbot.waitUntil(lambda: (ramp(strip) == tinted).all(), timeout=WAIT_MS)


def test_the_bar_of_a_grid_follows_colour_map_gamma_and_threshold(lens, qtbot):
    show(qtbot, lens, "heads")
    strip = lens.stage.scale_line.range
    for changes in ({"colormap": "gray"}, {"gamma": 2.0}, {"threshold": 0.3}):
        before = ramp(strip)
        lens.store.update(**changes)
        painted(qtbot, lens)
        qtbot.waitUntil(lambda b=before: (ramp(strip) != b).any(), timeout=WAIT_MS)


def test_the_numbers_of_all_heads_are_in_the_units_of_the_single_map(lens, qtbot):
    show(qtbot, lens, "heads")
    header, bar = lens.stage.scale_line, lens.stage.colourbar
    assert header.policy.full_text() == "one range for all heads · attention probability"
    before = header.range.ends
    switch(lens, "view.uniform_units")
    painted(qtbot, lens)
    assert header.range.ends == tuple(reversed(bar.ends())) != before
    assert header.range.ends[1].endswith("×")
    assert header.policy.full_text() == "one range for all heads · times uniform attention"


def test_layers_with_unequal_keys_keep_probabilities_and_say_so(lens, qtbot):
    """Once uniform attention is another number in each layer."""
    show(qtbot, lens, "layers")
    tap(qtbot, lens, Qt.Key.Key_Y)
    switch(lens, "view.uniform_units")
    painted(qtbot, lens)
    keys = {row.result.maps.key_count for row in lens.controller.results.grid.rows}
    assert len(keys) > 1
    assert lens.stage.scale_line.policy.full_text() == "locked range · attention probability"
    assert not any(end.endswith("×") for end in lens.stage.scale_line.range.ends)


def test_without_maps_a_grid_has_no_bar(boot, qtbot, barcode_clip):
    window = boot(clip=barcode_clip)
    window.stage.canvas.setFocus()
    press(qtbot, window, Qt.Key.Key_V)
    assert not window.stage.scale_line.range.isVisible()
    assert window.stage.scale_line.policy.full_text() == ""


def test_each_pane_says_its_mode_and_its_units(pinned, qtbot):
    strips = [pane(pinned, place).range for place in (0, 1)]
    switch(pinned, "view.spotlight")
    switch(pinned, "view.uniform_units")
    panes_painted(qtbot, pinned)
    qtbot.waitUntil(
        lambda: all(strip.scale.style.mode == "spotlight" for strip in strips), timeout=WAIT_MS
    )
    for place, strip in enumerate(strips):
        assert strip.ends[1].endswith("×")
        assert pane(pinned, place).unit.full_text() == "× uniform"
        assert info(pinned, place).scale == strip.scale


def test_a_difference_keeps_its_own_colours_in_any_mode(pinned, qtbot):
    compare(qtbot, pinned)
    switch(pinned, "view.difference")
    panes_painted(qtbot, pinned)
    before = ramp(pane(pinned, 9).range)
    switch(pinned, "view.spotlight")
    pinned.store.update(opacity=HeatSettings().opacity)  # a spotlight brings its own
    panes_painted(qtbot, pinned)
    assert (ramp(pane(pinned, 9).range) == before).all()


def test_the_ends_of_one_layer_count_its_keys():
    heat, ends = HeatSettings(units="uniform"), ValueRange(0.0, 0.5)
    assert scale_of(heat, ends, [4, 4]).ends == ("0×", "2.00×")
    assert scale_of(heat, ends, [4, 8]).ends == ("0", "0.500")
    assert scale_of(heat, None, [4]).ends == ("", "")
