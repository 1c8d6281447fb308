"""Streams: every picture in order, and how their beginning is told."""

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from mvit_core.errors import Cancelled, FrameDecodeError
from mvit_core.video import open_video
from mvit_core.video.decode.rgb_frame import Painter
from tests.fixtures_video import blank_packet, read_barcode, write_barcode_clip

LARGE = (960, 540)
"""Enough pixels to be painted by several threads."""


@pytest.fixture
def large_clip(tmp_path):
    return write_barcode_clip(tmp_path / "large.mp4", size=LARGE, frames=30)


@pytest.mark.parametrize("size", [(192, 108), LARGE], ids=["small", "large"])
def test_a_stream_gives_the_frames_in_order(tmp_path, size):
    path = write_barcode_clip(tmp_path / "clip.mp4", size=size, frames=30)
    with open_video(path) as video:
        assert [read_barcode(picture) for picture in video.frames(5, 20)] == list(range(5, 20))


def test_a_stream_and_a_single_frame_show_the_same_pixels(large_clip):
    with open_video(large_clip) as video, open_video(large_clip) as other:
        for index, picture in enumerate(video.frames()):
            np.testing.assert_array_equal(picture, other.frame(index))


def test_another_frame_may_be_asked_for_amid_a_stream(large_clip):
    with open_video(large_clip) as video:
        seen = [(read_barcode(p), read_barcode(video.frame(3))) for p in video.frames(10, 16)]
    assert seen == [(number, 3) for number in range(10, 16)]


@pytest.mark.parametrize("size", [LARGE, (961, 539)], ids=["even", "odd"])
@pytest.mark.parametrize("form", ["yuv420p", "yuv422p10le", "yuvj444p", "gray", "bgr0", "rgb48le"])
def test_several_threads_paint_what_one_paints(form, size):
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format=form)
    alone = VideoReformatter().reformat(frame, format="rgb24", threads=1).to_ndarray()
    np.testing.assert_array_equal(Painter(frame, None).paint(frame), alone)


def test_a_damaged_frame_is_told_after_all_pictures_before_it(tmp_path):
    path = write_barcode_clip(
        tmp_path / "hurt.mov", size=LARGE, frames=9, codec="png", pixel_format="rgb24"
    )
    blank_packet(path, 4)
    with open_video(path) as video:
        stream = video.frames()
        assert [read_barcode(next(stream)) for _ in range(4)] == [0, 1, 2, 3]
        with pytest.raises(FrameDecodeError, match="frame 4"):
            next(stream)
        assert [read_barcode(picture) for picture in video.frames(5)] == [5, 6, 7, 8]


def test_a_transport_stream_is_sought_by_its_bytes(tmp_path, monkeypatch):
    path = write_barcode_clip(tmp_path / "clip.ts", frames=48)
    with open_video(path, cache_bytes=0) as video:
        monkeypatch.setattr(
            "mvit_core.video.decode.packet_reader.PacketReader._count_up_to", fail_to_count
        )
        assert [read_barcode(video.frame(i)) for i in (40, 3, 30, 15, 47)] == [40, 3, 30, 15, 47]


def fail_to_count(source, ordinal):
    pytest.fail(f"packets were counted from the beginning up to {ordinal}")


def test_the_listing_of_a_long_file_says_how_far_it_is(tmp_path):
    path = write_barcode_clip(tmp_path / "long.mp4", size=(48, 32), frames=1100)
    shares = []
    open_video(path, progress=shares.append).close()
    assert shares == sorted(shares)
    assert len(shares) > 1
    assert 0 < shares[-1] <= 1


def test_the_listing_of_a_file_can_be_stopped(tmp_path):
    path = write_barcode_clip(tmp_path / "long.mp4", size=(48, 32), frames=1100)

    def stop(share):
        raise Cancelled

    with pytest.raises(Cancelled):
        open_video(path, progress=stop)
