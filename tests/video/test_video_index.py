"""The index: which frames a file has, told by its packets alone."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from mvit_core.errors import VideoOpenError
from mvit_core.video import open_video
from mvit_core.video.decode.container import open_stream
from mvit_core.video.decode.inspect_video import inspect_video
from mvit_core.video.decode.packets import NO_STAMP, PacketTable, read_packets
from tests.fixtures_video import write_barcode_clip


def table(pts, dts=None, *, shown=None):
    count = len(pts)
    return PacketTable(
        pts=np.array(pts),
        dts=np.array(range(count) if dts is None else dts),
        sizes=np.ones(count, np.int64),
        positions=np.arange(count),
        is_key=np.arange(count) == 0,
        is_shown=np.ones(count, bool) if shown is None else np.array(shown),
        is_corrupt=np.zeros(count, bool),
        damage=(),
    )


def test_packets_are_listed_in_file_order_with_their_keyframes(clip_path):
    with open_stream(clip_path) as opened:
        packets = read_packets(opened)
    assert len(packets) == 48
    assert np.flatnonzero(packets.is_key).tolist() == [0, 12, 24, 36]
    assert packets.is_shown.all()
    assert (np.diff(packets.pts) < 0).any(), "B-frames are stored out of order"


@pytest.mark.parametrize(
    ("pts", "dts", "twins"),
    [
        ([0, 2, 1, 3], None, False),
        ([NO_STAMP] * 4, None, False),  # AVI: its places are stamps enough
        ([0, 1, 0, 1], [0, 1, 0, 1], True),  # joined recordings
        ([NO_STAMP] * 4, [0, 0, 1, 1], True),
        ([NO_STAMP] * 4, [NO_STAMP] * 4, True),
    ],
)
def test_only_packets_whose_stamps_repeat_are_told_apart_by_content(pts, dts, twins):
    assert table(pts, dts).has_twins is twins


def test_a_plain_file_needs_no_checksums(clip_path):
    with open_stream(clip_path) as opened:
        assert read_packets(opened).checksums is None


def test_rank_is_the_order_of_pts(clip_path):
    index = inspect_video(clip_path).times
    assert index.by_pts
    in_order = np.argsort(index.rank_of_packet)
    assert (np.diff(index.packets.pts[in_order]) > 0).all()


def test_a_raw_stream_has_no_clock_and_counts_output(tmp_path):
    index = inspect_video(write_barcode_clip(tmp_path / "raw.h264", frames=20)).times
    assert not index.by_pts
    assert index.frame_count == 20
    np.testing.assert_allclose(index.pts_seconds, np.arange(20) / index.fps)


def test_an_index_cannot_be_changed(clip_path):
    index = inspect_video(clip_path).times
    with pytest.raises(FrozenInstanceError, match="frame_count"):
        index.frame_count = 3
    with pytest.raises(ValueError, match="read-only"):
        index.pts_seconds[0] = 1


@pytest.mark.parametrize(
    ("packets", "honest"),
    [
        (table([0, 2, 1, 3]), True),
        (table([0, 2, 2, 3]), False),
        (table([0, NO_STAMP, 2, 3]), False),
        (table([0, 2, NO_STAMP, 3], shown=[True, True, False, True]), True),
        (table([0, 2, 1, 3], [0, 1, 2, 1]), False),
        (table([0, 2, 1, 3], [NO_STAMP, 0, 1, 2]), True),
    ],
)
def test_stamps_are_believed_if_each_frame_has_its_own(packets, honest):
    assert packets.has_honest_stamps is honest


def test_packets_before_the_first_keyframe_are_not_shown(tmp_path, clip_path):
    raw = write_barcode_clip(tmp_path / "a.ts", frames=36, gop=12)
    data = raw.read_bytes()
    raw.write_bytes(data[188 * 12 :])  # the first keyframe is lost, the rest of its group is not
    with open_video(raw) as video:
        assert video.frame_count < 36
        assert not video._times.packets.is_shown[
            : int(np.argmax(video._times.packets.is_key))
        ].any()


def test_a_file_of_one_broken_frame_is_refused(tmp_path):
    path = write_barcode_clip(tmp_path / "one.mov", frames=1, codec="png", pixel_format="rgb24")
    path.write_bytes(path.read_bytes().replace(b"IHDR", b"XXXX"))
    with pytest.raises(VideoOpenError, match=r"no frame of one\.mov can be decoded; it is damaged"):
        open_video(path)
