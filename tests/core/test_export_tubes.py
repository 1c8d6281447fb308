"""Tubes on exports: their outlines, in pictures and in films, and what tables say of them."""

import numpy as np
import pytest

from mvit_core import load_model, open_video
from mvit_core.explaining import Changes, Tube
from mvit_core.explaining.painting import tubes_within
from mvit_core.export import ExportRequest, export
from mvit_core.export.tube_drawing import draw_tubes
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.video.boxes import Box

GREY = 90


def drawn(*tubes, frame=3, size=(60, 40), source=(120, 80)):
    picture = np.full((size[1], size[0], 3), GREY, np.uint8)
    draw_tubes(picture, tubes, frame, source)
    return picture


def tube(*edges, first=0, last=9):
    return Tube("mean", Box(*edges), first, last)


def test_a_tube_is_white_dashes_on_black_around_its_box_and_leaves_the_inside():
    picture = drawn(tube(20, 20, 80, 60))
    assert (picture[12:28, 12:38] == GREY).all()
    assert (picture[:8] == GREY).all()
    for line in (picture[10, 10:40], picture[29, 10:40], picture[10:30, 10], picture[10:30, 39]):
        assert {tuple(pixel) for pixel in line.tolist()} == {(0, 0, 0), (255, 255, 255)}
        assert 0.4 < (line == 255).mean() < 0.8


def test_tubes_of_other_frames_are_not_drawn():
    late = tube(20, 20, 80, 60, first=5)
    assert (drawn(late, frame=4) == GREY).all()
    assert not (drawn(late, frame=5) == GREY).all()


@pytest.mark.parametrize("edges", [(0, 0, 120, 80), (0, 0, 1, 1), (119, 79, 120, 80)])
def test_a_tube_at_the_edges_of_the_frame_is_cut_off_there(edges):
    assert not (drawn(tube(*edges)) == GREY).all()


def test_tubes_that_reach_beyond_a_clip_are_left_out():
    fits, wide, long = tube(0, 0, 120, 80), tube(0, 0, 121, 80), tube(0, 0, 9, 9, last=10)
    assert tubes_within((wide, fits, long), (120, 80), 10) == (fits,)


def test_films_and_tables_of_a_painted_clip_show_and_name_its_tubes(
    toy_checkpoint, barcode_clip, tmp_path
):
    painted = Tube("blur", Box(40, 20, 120, 90), 2, 8)
    request = ExportRequest(
        map=MapSpec(block=3), changes=Changes(tubes=(painted,)), start=0, stop=12, caption=False
    )
    explainer = Explainer(load_model(toy_checkpoint, device="cpu"))
    with open_video(barcode_clip) as video:
        export(explainer, video, request, tmp_path / "film.mp4")
        export(explainer, video, request, tmp_path / "table.csv")
    with open_video(tmp_path / "film.mp4") as film:
        inside, after = (film.frame(index)[20, 42:118].astype(int) for index in (5, 10))
    assert np.ptp(inside) > 150  # dashes, as far as a codec leaves them
    assert np.abs(inside - after).max() > 100
    head, first, *_ = (tmp_path / "table.csv").read_text("utf-8").splitlines()
    assert head.endswith(",tubes")
    assert first.endswith('"blur:40,20,80,70@2-8"')
