"""A frame is the frame that was asked for, however it is reached."""

import random
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from mvit_core.errors import FileChangedError, FrameDecodeError, VideoError
from mvit_core.video import open_video
from mvit_core.video.decode import probe
from mvit_core.video.decode.packets import read_packets
from tests.fixtures_video import blank_packet, read_barcode, write_barcode_clip

KINDS = {
    "b-frames.mp4": {},
    "b-frames.mkv": {},
    "b-frames.ts": {},
    "raw.h264": {},
    "one-keyframe.mp4": {"gop": 250},
    "intra-refresh.mp4": {"options": {"x264-params": "intra-refresh=1:keyint=8"}, "b_frames": 0},
    "open-gop.mkv": {"options": {"x264-params": "open-gop=1:keyint=8:bframes=3"}},
    "pyramid.mp4": {"options": {"x264-params": "b-pyramid=normal:bframes=4:keyint=24"}},
    "hevc.mp4": {"codec": "libx265", "options": {"x265-params": "log-level=none:keyint=12"}},
    "hevc-layers.mp4": {
        "codec": "libx265",
        "options": {"x265-params": "log-level=none:keyint=24:temporal-layers=3:bframes=4"},
    },
    "mpeg4.avi": {"codec": "mpeg4", "b_frames": 2},
    "mjpeg.avi": {"codec": "mjpeg", "pixel_format": "yuvj420p"},
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"deadline": "realtime", "cpu-used": "8"}},
    "vp8.webm": {
        "codec": "libvpx",
        "options": {"auto-alt-ref": "1", "lag-in-frames": "16", "deadline": "good", "b": "300k"},
    },
    "lossless.mov": {"codec": "png", "pixel_format": "rgb24"},
}


@pytest.fixture(scope="module", params=KINDS)
def kind(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("kinds") / request.param
    return write_barcode_clip(path, **KINDS[request.param])


def test_every_frame_carries_its_own_number_in_any_order(kind):
    order = list(range(48))
    random.Random(7).shuffle(order)
    with open_video(kind, cache_bytes=0) as video:
        assert video.frame_count == 48
        for number in [*order, *reversed(range(48)), 0, 47, 1]:
            assert read_barcode(video.frame(number)) == number


def test_a_trial_of_the_beginning_suffices(kind, monkeypatch):
    monkeypatch.setattr("mvit_core.video.decode.probe._PIXEL_BUDGET", 1)
    with open_video(kind, cache_bytes=0) as video:
        assert video.frame_count == 48
        for number in (47, 2, 30, 31, 29, 40, 11, 46, 0, 12):
            assert read_barcode(video.frame(number)) == number


def test_a_video_that_was_opened_before_is_not_listed_again(kind, monkeypatch):
    with open_video(kind) as first:
        expected = [first.frame(number) for number in (30, 2)]
        known = first.opened_video
    monkeypatch.setattr("mvit_core.video.decode.reader.inspect_path", None)
    with open_video(kind, known=known) as video:
        assert video.identity == first.identity
        for number, pixels in zip((30, 2), expected, strict=True):
            assert np.array_equal(video.frame(number), pixels)


def test_a_file_that_changed_is_not_what_was_known_of_it(tmp_path):
    path = write_barcode_clip(tmp_path / "clip.mp4", frames=8)
    with open_video(path) as video:
        known = video.opened_video
    write_barcode_clip(path, frames=9)
    with pytest.raises(FileChangedError, match="has changed on disk"):
        open_video(path, known=known)


def test_a_small_part_of_a_sound_file_is_decoded_again_and_all_of_a_damaged_one(
    tmp_path, monkeypatch
):
    fed = []
    real = probe._again
    monkeypatch.setattr(probe, "_again", lambda t, f, **k: fed.append(len(f)) or real(t, f, **k))
    monkeypatch.setattr(probe, "_PIXELS_AGAIN", 5 * 192 * 108)
    path = write_barcode_clip(tmp_path / "clip.mov", frames=20, codec="png", pixel_format="rgb24")
    with open_video(path) as video:
        assert video.size == (192, 108)
    assert max(fed) == 5
    fed.clear()
    blank_packet(path, 12)
    open_video(path).close()
    assert max(fed) == 20


def test_random_access_gives_the_same_pixels_as_reading_through(kind):
    with open_video(kind) as video:
        through = list(video.frames())
    with open_video(kind, cache_bytes=0) as video:
        for number in (31, 30, 29, 3, 47, 46, 11, 12, 13):
            np.testing.assert_array_equal(video.frame(number), through[number])


def test_frames_can_be_read_while_others_are_looked_at(clip_path):
    with open_video(clip_path, cache_bytes=0) as video:
        for number, frame in enumerate(video.frames(5, 20), start=5):
            assert read_barcode(frame) == number
            assert read_barcode(video.frame(40)) == 40


def test_a_frame_outside_the_video_is_refused(clip_path):
    with open_video(clip_path) as video:
        with pytest.raises(IndexError, match=r"frame 48 outside 0\.\.47"):
            video.frame(48)
        with pytest.raises(IndexError, match=r"frame -1 outside"):
            video.frame(-1)


def test_what_a_video_says_of_itself_is_what_was_written(clip_path):
    with open_video(clip_path) as video:
        assert (video.size, video.display_size, video.rotation) == ((192, 108), (192, 108), 0)
        assert (video.codec, video.fps, video.is_variable_rate) == ("h264", 30.0, False)
        assert video.pts_seconds.dtype == np.float64
        np.testing.assert_allclose(video.pts_seconds, np.arange(48) / 30, atol=1e-4)
        assert video.damage == ()
        assert "48 frames 192x108" in repr(video)


def test_times_of_a_variable_rate_are_kept(tmp_path):
    times = np.cumsum([0.0] + [0.02, 0.05, 0.11] * 8)
    path = write_barcode_clip(tmp_path / "vfr.mp4", frames=25, pts_seconds=times)
    with open_video(path) as video:
        assert video.is_variable_rate
        np.testing.assert_allclose(video.pts_seconds, times, atol=1e-4)
        assert video.fps == pytest.approx(24 / times[-1], rel=0.02)
        assert [read_barcode(video.frame(i)) for i in (24, 3, 17)] == [24, 3, 17]


def test_times_count_from_the_first_frame(tmp_path):
    times = 5.5 + np.arange(10) / 25
    path = write_barcode_clip(tmp_path / "late.mkv", frames=10, pts_seconds=times)
    with open_video(path) as video:
        assert video.pts_seconds[0] == 0.0
        assert video.start_seconds == pytest.approx(5.5, abs=2e-3)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_is_applied_once(tmp_path, rotation):
    path = write_barcode_clip(
        tmp_path / "turned.mp4", frames=3, rotation=rotation if rotation < 270 else -90
    )
    with open_video(path) as video:
        upright = video.frame(2)
        assert video.rotation == rotation
        assert video.size == (upright.shape[1], upright.shape[0])
        assert video.size == ((192, 108) if rotation == 180 else (108, 192))
        assert read_barcode(np.rot90(upright, k=-rotation // 90)) == 2


@pytest.mark.parametrize(
    ("turn", "flips", "undo", "rotation"),
    [
        (0, {"hflip": True}, np.fliplr, 0),
        (0, {"vflip": True}, np.flipud, 0),
        (180, {"hflip": True}, np.flipud, 0),
    ],
)
def test_a_mirrored_picture_is_put_right(tmp_path, turn, flips, undo, rotation):
    path = write_barcode_clip(tmp_path / "mirror.mp4", frames=2, rotation=turn, flips=flips)
    with open_video(path) as video:
        assert (video.rotation, video.size) == (rotation, (192, 108))
        assert read_barcode(undo(video.frame(1))) == 1


def test_pixel_aspect_changes_the_display_size_only(tmp_path):
    path = write_barcode_clip(tmp_path / "wide.mp4", frames=2, pixel_aspect=Fraction(4, 3))
    with open_video(path) as video:
        assert video.frame(0).shape == (108, 192, 3)
        assert (video.size, video.display_size) == ((192, 108), (256, 108))


def test_a_picture_file_is_a_video_of_one_frame(tmp_path):
    path = write_barcode_clip(
        tmp_path / "still_%d.png", frames=1, codec="png", pixel_format="rgb24", options={}
    )
    named = next(tmp_path.iterdir())
    with open_video(named.rename(path)) as video:
        assert (video.frame_count, video.pts_seconds.tolist()) == (1, [0.0])
        assert read_barcode(video.frame(0)) == 0


def test_a_frame_is_shared_and_therefore_read_only(clip_path):
    with open_video(clip_path) as video:
        with pytest.raises(ValueError, match="read-only"):
            video.frame(0)[:] = 0
        assert video.frame(0) is video.frame(0)


def test_the_cache_never_exceeds_its_bytes(clip_path):
    frame_bytes = 192 * 108 * 3
    with open_video(clip_path, cache_bytes=5 * frame_bytes) as video:
        for number in [*range(48), *reversed(range(48))]:
            assert read_barcode(video.frame(number)) == number
            assert video._cache.used_bytes <= 5 * frame_bytes


def test_stepping_back_decodes_a_group_once(clip_path):
    with open_video(clip_path) as video:
        video.frame(47)
        video.frame(46)
        assert all(number in video._cache for number in range(40, 47))


def test_a_damaged_frame_is_named_and_the_rest_goes_on(tmp_path):
    path = write_barcode_clip(tmp_path / "hurt.mov", frames=9, codec="png", pixel_format="rgb24")
    blank_packet(path, 4)
    with open_video(path) as video:
        with pytest.raises(FrameDecodeError, match=r"frame 4 of hurt\.mov is damaged"):
            video.frame(4)
        assert [read_barcode(video.frame(i)) for i in (3, 5, 8)] == [3, 5, 8]
        assert "cannot be decoded, as far as seen: 4" in video.damage[-1]
        with pytest.raises(FrameDecodeError, match="frame 4"):
            list(video.frames())


def test_a_damaged_end_is_left_out_and_told(tmp_path):
    path = write_barcode_clip(tmp_path / "end.mov", frames=9, codec="png", pixel_format="rgb24")
    blank_packet(path, 8)
    blank_packet(path, 7)
    with open_video(path) as video:
        assert video.frame_count == 7
        assert "2 frames at the end cannot be decoded" in " ".join(video.damage)


def test_a_damaged_end_is_found_without_decoding_everything(tmp_path, monkeypatch):
    path = write_barcode_clip(tmp_path / "end.mov", frames=20, codec="png", pixel_format="rgb24")
    for ordinal in (17, 18, 19):
        blank_packet(path, ordinal)
    monkeypatch.setattr("mvit_core.video.decode.probe._PIXEL_BUDGET", 1)
    with open_video(path) as video:
        assert video.frame_count == 20, "nothing but the frames themselves tells of the damage"
        with pytest.raises(FrameDecodeError, match="frame 18"):
            video.frame(18)
    monkeypatch.setattr(
        "mvit_core.video.decode.inspect_video.read_packets",
        lambda opened, progress: replace(
            read_packets(opened), damage=("1 packets are marked damaged",)
        ),
    )
    with open_video(path) as video:
        assert (video.frame_count, len(video.pts_seconds)) == (17, 17)
        assert "3 frames at the end cannot be decoded" in " ".join(video.damage)


def test_a_cut_file_plays_to_its_end(tmp_path):
    path = write_barcode_clip(tmp_path / "cut.mkv")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with open_video(path) as video:
        assert 10 < video.frame_count < 48
        numbers = [read_barcode(frame) for frame in video.frames()]
        # B-frames of the group that was cut may be missing; all that is there is in order.
        assert numbers[:24] == list(range(24))
        assert numbers == sorted(set(numbers))


def test_frames_cut_away_by_an_edit_list_are_not_shown(tmp_path):
    whole = write_barcode_clip(tmp_path / "whole.mp4", gop=24)
    cut = tmp_path / "cut.mp4"
    with av.open(str(whole)) as source, av.open(str(cut), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                earlier = round(Fraction(29, 30) / packet.time_base)
                packet.pts, packet.dts = packet.pts - earlier, packet.dts - earlier
                packet.stream = stream
                target.mux(packet)
    with open_video(cut, cache_bytes=0) as video:
        assert [read_barcode(frame) for frame in video.frames()] == list(range(29, 48))
        assert [read_barcode(video.frame(i)) for i in (7, 0, 3, 18)] == [36, 29, 32, 47]
        assert video.damage == ()


@pytest.mark.parametrize("seek", ["fails", "lands late", "leads astray"])
def test_a_seek_that_cannot_be_trusted_is_replaced_by_counting(clip_path, monkeypatch, seek):
    with open_video(clip_path, cache_bytes=0) as video:
        source = video._source._source
        if seek == "fails":
            monkeypatch.setattr(source, "_seek", lambda key, step: False)
        elif seek == "lands late":
            real = source._seek
            monkeypatch.setattr(
                source, "_seek", lambda key, step: real(replace(key, stamp=key.stamp + 9000), step)
            )
        else:
            monkeypatch.setattr(source, "_is_packet", lambda packet, n: n % 12 == 0)
        for number in (30, 2, 47, 13, 12):
            assert read_barcode(video.frame(number)) == number


def test_a_closed_video_says_so(clip_path):
    video = open_video(clip_path)
    video.close()
    video.close()
    with pytest.raises(VideoError, match="is closed; open it again"):
        video.frame(0)


def test_a_size_change_is_scaled_to_the_first_frame(tmp_path):
    small = write_barcode_clip(tmp_path / "a.h264", frames=6, size=(192, 108))
    large = write_barcode_clip(tmp_path / "b.h264", frames=6, size=(384, 216))
    both = tmp_path / "both.h264"
    both.write_bytes(small.read_bytes() + large.read_bytes())
    with open_video(both) as video:
        assert [frame.shape for frame in video.frames()] == [(108, 192, 3)] * 12
        assert [read_barcode(frame) for frame in video.frames()] == [*range(6), *range(6)]


def test_reading_video_does_not_import_torch():
    code = "import sys, mvit_core.video; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_video_opened_from_a_known_one_shares_no_converter_with_it(clip_path):
    with open_video(clip_path) as video:
        known = video.opened_video
        with open_video(clip_path, known=known) as other:
            assert other.opened_video.painter is not known.painter
            assert other._painter._reformatter is not video._painter._reformatter
            assert other.opened_video.source is not known.source
            np.testing.assert_array_equal(other.frame(7), video.frame(7))
