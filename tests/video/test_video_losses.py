"""Frames that a file promises and does not hold are left out, and counted."""

from contextlib import suppress

import av
import numpy as np
import pytest

from mvit_core.errors import FrameDecodeError, VideoOpenError
from mvit_core.video import open_video
from tests.fixtures_video import blank_packet, read_barcode, write_barcode_clip


def readable(video):
    for index in range(video.frame_count):
        with suppress(FrameDecodeError):
            yield video.frame(index)


def cut_off(path, share):
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


@pytest.mark.parametrize("ending", ["mkv", "avi", "flv"])
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_file_that_was_cut_off_says_how_much_is_missing(tmp_path, ending, share):
    codec = {"flv": "flv", "avi": "mpeg4"}.get(ending, "libx264")
    path = write_barcode_clip(tmp_path / f"cut.{ending}", frames=90, codec=codec, b_frames=0)
    with open_video(cut_off(path, share)) as video:
        missing = 90 - video.frame_count
        numbers = [read_barcode(frame) for frame in video.frames()]
        assert numbers == list(range(video.frame_count))
        (sentence,) = (s for s in video.damage if s.startswith("the file states 3.00 s"))
        assert 20 < missing < 86
        told = int(sentence.split("about ")[1].split()[0])
        assert abs(told - missing) <= 1


def test_a_cut_mp4_with_its_table_in_front_says_how_much_is_missing(tmp_path):
    whole = write_barcode_clip(tmp_path / "whole.mp4", frames=90)
    path = tmp_path / "front.mp4"
    with (
        av.open(str(whole)) as source,
        av.open(str(path), "w", options={"movflags": "+faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    with open_video(cut_off(path, 0.6)) as video:
        words = " ".join(video.damage)
        assert "the file states 3.00 s and holds" in words
        numbers = [read_barcode(frame) for frame in readable(video)]
        assert numbers[:24] == list(range(24))
        assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("ending", ["ts", "m2ts"])
def test_a_transport_stream_that_ends_within_a_packet_says_that_it_was_cut(tmp_path, ending):
    path = write_barcode_clip(tmp_path / f"cut.{ending}", frames=60)
    length = {"ts": 188, "m2ts": 192}[ending]
    whole = path.stat().st_size // length * length
    path.write_bytes(path.read_bytes()[: whole * 6 // 10 // length * length + 100])
    with open_video(path) as video:
        assert any("cut off; it does not state how much is missing" in s for s in video.damage)
        assert video.frame_count < 60
        numbers = [read_barcode(frame) for frame in readable(video)]
        assert numbers[:24] == list(range(24))
        assert numbers == sorted(set(numbers))  # of the last group some may have come too late


@pytest.mark.parametrize("ending", ["mp4", "mkv", "avi", "ts", "m2ts", "mov"])
def test_a_whole_file_misses_nothing(tmp_path, ending):
    with open_video(write_barcode_clip(tmp_path / f"whole.{ending}")) as video:
        assert video.damage == ()


def test_a_last_picture_that_stays_for_long_is_no_loss(tmp_path):
    path = tmp_path / "slides.mp4"
    write_barcode_clip(tmp_path / "quick.mp4", frames=4, fps=1, b_frames=0)
    with av.open(str(tmp_path / "quick.mp4")) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.size:
                packet.duration = round(
                    (30 if packet.pts * packet.time_base == 3 else 1) / packet.time_base
                )
                packet.stream = stream
                target.mux(packet)
    with open_video(path) as video:
        assert (video.frame_count, video.damage) == (4, ())


def test_a_damaged_end_is_left_out_where_output_order_counts(tmp_path, monkeypatch):
    path = write_barcode_clip(tmp_path / "out.avi", frames=40, gop=8, b_frames=2)
    for ordinal in (37, 38, 39):
        blank_packet(path, ordinal)
    with open_video(path) as video:
        assert not video._times.by_pts
        whole = [read_barcode(frame) for frame in video.frames()]
    monkeypatch.setattr("mvit_core.video.decode.probe._PIXEL_BUDGET", 1)
    with open_video(path, cache_bytes=0) as video:
        assert video.frame_count == len(whole) < 40
        assert [read_barcode(video.frame(i)) for i in range(len(whole))] == whole
        assert f"{40 - len(whole)} frames at the end cannot be decoded" in " ".join(video.damage)
        assert len(video.pts_seconds) == len(whole)
        assert np.all(np.diff(video.pts_seconds) > 0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\0\0\0\x20ftypisom" + bytes(400), "its table of frames .moov. is missing"),
        (b"PK\x03\x04" + bytes(400), "it is an archive"),
        (b"%PDF-1.7\n" + bytes(400), "it is a PDF document"),
        (b"It was a dark and stormy night. " * 9, "it is text"),
        (b"\x1aE\xdf\xa3" + bytes(400), "the header of this Matroska file is damaged"),
        (bytes(range(256)), "it may be damaged or of another kind"),
    ],
)
def test_what_does_not_open_is_refused_by_its_cause(tmp_path, content, words):
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(VideoOpenError, match=words):
        open_video(path)


def test_a_single_late_frame_is_no_loss(tmp_path):
    path = write_barcode_clip(tmp_path / "late.mkv", frames=1, fps=1, pts_seconds=[1.5])
    with open_video(path) as video:
        assert (video.frame_count, video.fps, video.damage) == (1, 1.0, ())
