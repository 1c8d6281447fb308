"""Places of stored pixels on the screen."""

import pytest
from PySide6.QtCore import QPointF

from app.widgets.viewport import Viewport

ROOMS = [(836, 499), (835, 498), (301, 200)]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("centre", [(96.0, 54.0), (95.3, 53.9), (20.25, 7.5)])
@pytest.mark.parametrize("times", [1, 3])
def test_whole_pixels_lie_on_whole_pixels_of_the_screen(room, ratio, centre, times):
    view = Viewport(room, (192, 108), zoom=times / ratio, centre=centre, ratio=ratio)
    for side in view.frame_box.getRect():
        assert side * ratio == pytest.approx(round(side * ratio), abs=1e-6)
    meant = QPointF(room[0] / 2 - centre[0] * view.scale, room[1] / 2 - centre[1] * view.scale)
    off = view.frame_box.topLeft() - meant
    assert max(abs(off.x()), abs(off.y())) * ratio <= 0.5 + 1e-6, "half a pixel at most"


@pytest.mark.parametrize("zoom", [0.0, 0.37, 1.0, 2.0, 5.3])
def test_the_pixel_under_a_point_is_drawn_there(zoom):
    view = Viewport((301, 200), (40, 30), aspect=1.25, zoom=zoom, centre=(11.3, 17.8), ratio=2.0)
    x, y = view.from_view(QPointF(71.5, 33.25))
    assert view.to_view(x, y).toTuple() == pytest.approx((71.5, 33.25))


def test_pixels_of_another_size_than_the_screens_are_not_shifted():
    view = Viewport((301, 200), (40, 30), zoom=2.5, centre=(20.0, 15.0))
    assert view.frame_box.topLeft().toTuple() == (100.5, 62.5)


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_frame_much_smaller_than_its_room_has_an_actual_size_too(ratio):
    view = Viewport((900, 700), (32, 24), ratio=ratio)
    assert view.fit_scale > 8
    actual = view.zoomed(view.actual_scale, QPointF(450, 350))
    assert actual.frame_box.width() * ratio == pytest.approx(32)
    assert view.zoomed(0.01, QPointF(450, 350)).scale == pytest.approx(1 / ratio)


def test_a_large_frame_is_made_no_smaller_than_a_quarter_of_what_fits():
    view = Viewport((200, 200), (4000, 4000))
    assert view.zoomed(0.0001, QPointF(100, 100)).scale == pytest.approx(view.fit_scale / 4)
