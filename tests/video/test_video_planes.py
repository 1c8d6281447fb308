"""Luma and chroma for encoders show the same picture as RGB does."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from mvit_core.errors import FrameDecodeError, MvitError
from mvit_core.video import open_video
from mvit_core.video.decode.matrices import BT601, BT709, MATRICES
from mvit_core.video.decode.planes import PlaneCanvas, planes_in, planes_of
from tests.fixtures_video import SHARED, barcode_picture, blank_packet, write_barcode_clip

CORPUS = sorted(SHARED.glob("corpus/*")) + sorted(SHARED.glob("clips/*"))


def rgb_of(planes, matrix):
    height, width = planes.y.shape
    frame = av.VideoFrame(width, height, "yuv420p")
    planes_in(frame).take(planes)
    code = matrix.colorspace
    return frame.reformat(format="rgb24", src_colorspace=code, dst_colorspace=code).to_ndarray()


def assert_alike(video, index, mean=2.0):
    width, height = video.display_size
    planes = video.planes(index)
    assert planes.y.shape == (height, width)
    assert planes.u.shape == planes.v.shape == ((height + 1) // 2, (width + 1) // 2)
    wanted = cv2.resize(video.frame(index), (width, height))
    found = rgb_of(planes, video.matrix)
    assert np.abs(found.astype(int) - wanted).mean() <= mean


@pytest.mark.parametrize("matrix", MATRICES.values(), ids=str)
def test_white_black_and_the_primaries_have_their_levels(matrix):
    colours = np.array([[(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255)]], np.uint8)
    planes = planes_of(colours.repeat(2, axis=0).repeat(2, axis=1), matrix)
    red, blue = 16 + 219 * matrix.red, 16 + 219 * matrix.blue
    np.testing.assert_allclose(planes.y[0, ::2], [235, 16, red, blue], atol=0.51)
    np.testing.assert_allclose(planes.u[0], [128, 128, planes.u[0, 2], 240], atol=1)
    np.testing.assert_allclose(planes.v[0], [128, 128, 240, planes.v[0, 3]], atol=1)


@pytest.mark.parametrize("size", [(192, 108), (193, 109), (1, 1)])
@pytest.mark.parametrize("matrix", [BT601, BT709], ids=["601", "709"])
def test_smooth_pictures_survive_the_way_through_planes(size, matrix):
    x, y = np.meshgrid(np.linspace(0, 200, size[0]), np.linspace(30, 250, size[1]))
    picture = np.stack([x, y, 255 - x], axis=-1).astype(np.uint8)
    found = rgb_of(planes_of(picture, matrix), matrix)
    assert np.abs(found.astype(int) - picture).mean() < 2


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rotation": 90},
        {"rotation": 180},
        {"rotation": 270, "size": (160, 98)},
        {"flips": {"hflip": True}},
        {"pixel_aspect": Fraction(4, 3)},
        {"pixel_format": "yuv420p10le", "codec": "libx265"},
        {"pixel_format": "yuv444p", "size": (193, 109)},
        {"pixel_format": "yuvj420p", "codec": "mjpeg", "b_frames": 0},
        {"pixel_format": "bgr0", "codec": "ffv1", "b_frames": 0},
    ],
    ids=str,
)
def test_planes_show_what_frames_show(tmp_path, options):
    path = write_barcode_clip(
        tmp_path / "clip.mkv" if "codec" in options else tmp_path / "c.mp4", frames=4, **options
    )
    with open_video(path) as video:
        assert_alike(video, 2)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS, reason="../shared is not there")
def test_planes_of_the_corpus_show_what_frames_show():
    for path in CORPUS:
        try:
            video = open_video(path)
        except MvitError:
            continue
        with video:
            # A dithered GIF has more detail in colour than half-size chroma can hold.
            assert_alike(video, min(3, video.frame_count - 1), 3 if path.suffix == ".gif" else 2)


def test_planes_in_order_need_no_seek_and_any_order_gives_the_same(barcode_clip):
    with open_video(barcode_clip) as video:
        forward = [video.planes(index).y.copy() for index in range(video.frame_count)]
        for index in (30, 3, 39, 0):
            np.testing.assert_array_equal(video.planes(index).y, forward[index])
    with pytest.raises(IndexError, match="frame 40 outside"), open_video(barcode_clip) as video:
        video.planes(40)


def test_a_damaged_frame_is_told_and_the_next_one_comes(tmp_path):
    path = write_barcode_clip(
        tmp_path / "hole.avi", frames=20, codec="mjpeg", pixel_format="yuvj420p", b_frames=0
    )
    blank_packet(path, 7)
    with open_video(path) as video:
        failed = []
        for index in range(video.frame_count):
            try:
                video.planes(index)
            except FrameDecodeError:
                failed.append(index)
        assert len(failed) <= 1
        assert any(str(index) in " ".join(video.damage) for index in failed) or not failed


def test_a_canvas_keeps_what_was_drawn_and_leaves_the_encoders_picture_alone():
    canvas = PlaneCanvas((64, 48), BT709)
    canvas.planes().take(planes_of(barcode_picture(5, (64, 48)), BT709))
    held = canvas.frame.reformat(format="yuv420p")  # the same picture, held by someone else
    before = canvas.planes().y.copy()
    canvas.planes().y[:8] = 99
    np.testing.assert_array_equal(canvas.planes().y[8:], before[8:])
    assert held.width == 64


def test_a_part_is_a_view_on_the_same_square_of_every_plane():
    planes = planes_of(np.zeros((20, 30, 3), np.uint8), BT709)
    part = planes.part(4, 6, 9, 7)
    for plane in part.each:
        plane[:] = 200
    assert (planes.y == 200).sum() == 9 * 7
    assert (planes.u == 200).sum() == 5 * 4
    assert (planes.u[3:7, 2:7] == 200).all()
