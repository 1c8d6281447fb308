"""Boxes from files: the rows that people have, on the frames and the crop of a window."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mvit_core.errors import ClipError
from mvit_core.geometry import PixelMap
from mvit_core.video.boxes import Box, boxes_of_window, on_model, read_boxes

SECONDS = np.arange(50) / 25


def written(folder: Path, text: str) -> Path:
    path = folder / "boxes.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "unit", "time", "share"),
    [
        ("frame,x1,y1,x2,y2\n10,1,2,30,40\n", "frame", 10, False),
        ("seconds,x1,y1,x2,y2\n0.4,1,2,30,40\n", "seconds", 0.4, False),
        ("x1,y1,x2,y2,timestamp\n1,2,30,40,0.4\n", "seconds", 0.4, False),
        ("10,1,2,30,40\n", "frame", 10, False),
        ("0.4, 1, 2, 30, 40\n", "seconds", 0.4, False),
        ("-5FkL,0902,0.077,0.151,0.283,0.811,80,1\n", "seconds", 902, True),
        ("-5FkL,0902,0.077,0.151,0.283,0.811,,0.995518\n", "seconds", 902, True),
    ],
)
def test_rows_are_read_with_a_header_or_without(text, unit, time, share, tmp_path: Path):
    (row,) = read_boxes(written(tmp_path, text))
    assert (row.unit, row.time, row.is_share) == (unit, time, share)


def test_a_box_of_several_actions_is_one(tmp_path: Path):
    rows = "v,902,0.1,0.1,0.5,0.5,12,0\nv,902,0.1,0.1,0.5,0.5,80,0\nv,902,0.2,0.1,0.5,0.5,80,1\n"
    assert len(read_boxes(written(tmp_path, rows))) == 2


def test_names_are_kept(tmp_path: Path):
    rows = read_boxes(written(tmp_path, "frame,x1,y1,x2,y2,name\n1,0,0,5,5,Anna\n"))
    assert rows[0].box.name == "Anna"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds 0 lines"),
        ("frame,x1,y1,x2,y2\n", "holds no box"),
        ("frame,x1,y1,x2\n1,2,3,4\n", "must name seconds or frame"),
        ("x1,y1,x2,y2\n1,2,3,4\n", "must name seconds or frame"),
        ("1,2,3\n", "no file of boxes"),
        ("frame,x1,y1,x2,y2\n1,a,2,3,4\n", "box 1 is '1, a, 2, 3, 4'"),
        ("frame,x1,y1,x2,y2\n1,30,2,3,4\n", "x1 lies left of x2"),
        ("frame,x1,y1,x2,y2\n1,-3,2,3,4\n", "none below 0"),
        ("frame,x1,y1,x2,y2\n1,0,2,inf,4\n", "box 1 has edges"),
    ],
)
def test_rows_that_make_no_sense_are_refused(text: str, words: str, tmp_path: Path):
    with pytest.raises(ClipError, match=words):
        read_boxes(written(tmp_path, text))


LINES = st.sampled_from(
    ["frame,x1,y1,x2,y2", "seconds", "1,2,3,4,5", "v,902,0.1,0.1,0.5,0.5", "1e400", "-1", "nan",
     '"', ",,,,", "9" * 400, "\0", "x" * 200_000, "name", "1,0,0,5e-324,5e-324"]
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=6), st.sampled_from(",\n;"))
def test_whatever_the_text_it_holds_boxes_or_is_refused_in_words(tmp_path: Path, lines, between):
    path = tmp_path / "boxes.csv"
    path.write_bytes(between.join(lines).encode("utf-8", "surrogatepass"))
    try:
        assert read_boxes(path)
    except ClipError:
        return


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ClipError, match="does not exist"):
        read_boxes(tmp_path / "none.csv")


def test_a_window_has_the_boxes_of_the_time_nearest_to_its_middle(tmp_path: Path):
    rows = read_boxes(
        written(tmp_path, "seconds,x1,y1,x2,y2\n" + "".join(
            f"{second},{left},0,{left + 5},9\n" for second, left in
            ((0.0, 1), (0.4, 2), (0.4, 3), (0.8, 4), (1.6, 5), (9.0, 6))
        ))
    )  # fmt: skip
    found = boxes_of_window(rows, tuple(range(0, 20, 2)), SECONDS, (100, 50))
    assert [box.left for box in found] == [2, 3]
    assert boxes_of_window(rows, (30, 31), SECONDS, (100, 50)) == ()
    assert boxes_of_window(rows, (39, 49), SECONDS, (100, 50))[0].left == 5


def test_shares_are_of_the_frame(tmp_path: Path):
    rows = read_boxes(written(tmp_path, "v,0,0.1,0.5,0.2,1.0,3\n"))
    (box,) = boxes_of_window(rows, (0, 9), SECONDS, (200, 100))
    assert box.corners == pytest.approx((20, 50, 40, 100))


def test_edges_on_the_crop_are_those_of_the_resized_frame_less_its_offset():
    pixel_map = PixelMap((200, 100), (400, 200), (100, 0), (200, 200))
    edges = on_model([Box(60, 10, 140, 90), Box(0, 0, 200, 100), Box(0, 0, 10, 10)], pixel_map)
    assert edges == [(20, 20, 180, 180), (0, 0, 200, 200), (0, 0, 0, 20)]
    left, top = pixel_map.to_model(59.5, 9.5)  # an edge lies between two pixels' centres
    assert (left + 0.5, top + 0.5) == (20, 20)
