"""Damaged files, and files of several pictures: what is shown, flagged, left out and said."""

import random
import shutil
import subprocess
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from mvit_core.errors import VideoError, VideoOpenError
from mvit_core.video import ClipSpec, clip_windows, open_video, read_clip
from mvit_core.video.decode.frame_decoder import FrameDecoder
from mvit_core.video.decode.matroska import _video_tracks
from tests.fixtures_video import SHARED, barcode_picture, read_barcode, write_barcode_clip
from tests.video.fuzz import mutated
from tests.video.ways import frames_that_depend_on_the_way

REPORTS, ATTACK = SHARED / "reports", SHARED / "attack"
reports = pytest.mark.skipif(
    not REPORTS.is_dir(), reason="no ../shared/reports beside the checkout"
)
attack = pytest.mark.skipif(not ATTACK.is_dir(), reason="no ../shared/attack beside the checkout")

HURT = (
    ("h264.mp4", {}),
    ("h264.ts", {}),
    ("mpeg4.avi", {"codec": "mpeg4"}),
    ("hevc.mkv", {"codec": "libx265", "options": {"x265-params": "log-level=none"}}),
)


def damaged_copies(tmp_path, count):
    """Small clips, each damaged in a way that its number decides."""
    for number in range(count):
        name, how = HURT[number % len(HURT)]
        clean = tmp_path / f"clean_{name}"
        if not clean.exists():
            write_barcode_clip(clean, frames=40, gop=10, **how)
        data, _ = mutated(clean.read_bytes(), random.Random(number))
        path = tmp_path / f"{number}_{name}"
        path.write_bytes(data)
        yield path


def test_no_frame_of_a_damaged_file_depends_on_the_way_to_it_unless_it_is_flagged(tmp_path):
    found = {
        path.name: frames_that_depend_on_the_way(path) for path in damaged_copies(tmp_path, 32)
    }
    assert {name: frames for name, frames in found.items() if frames} == {}
    assert sum(frames is not None for frames in found.values()) > 8, "too few could be opened"


def test_the_comparison_of_ways_notices_frames_that_nobody_flags(tmp_path, monkeypatch):
    monkeypatch.setattr(
        FrameDecoder, "_walk_carefully", lambda self, _, a, b: self._walk_once(a, b)
    )
    found = [frames_that_depend_on_the_way(path) for path in damaged_copies(tmp_path, 32)]
    assert any(found)


@pytest.mark.corpus
@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="no ../shared/corpus beside it")
def test_a_frame_that_a_decoder_marks_without_refusing_it_is_damaged(tmp_path):
    data = bytearray((SHARED / "corpus" / "wmv2.wmv").read_bytes())
    data[10_972:15_902] = bytes(4_930)  # within the last keyframe, which still decodes
    path = tmp_path / "zeroed.wmv"
    path.write_bytes(data)
    assert frames_that_depend_on_the_way(path, 1000) == []
    with open_video(path) as video:
        for index in (27, 24, 23):
            video.frame(index)
        assert {24, 27} <= set(video.damaged_frames)
        assert 23 not in video.damaged_frames


def hurt_packet(path, ordinal, span=slice(20, 400)):
    """Overwrite bytes within one packet of an MP4."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        place, size = packets[ordinal].pos, packets[ordinal].size
    data = bytearray(path.read_bytes())
    within = range(place + span.start, place + min(span.stop, size))
    for at in within:
        data[at] ^= 0xFF
    path.write_bytes(bytes(data))


def test_frames_after_damage_are_flagged_up_to_the_next_keyframe(tmp_path):
    path = write_barcode_clip(tmp_path / "clip.mp4", frames=48, gop=12, b_frames=0)
    hurt_packet(path, 15)
    with open_video(path) as video:
        for index in range(48):
            video.frame(index)
        flagged = video.damaged_frames
        assert min(flagged) == 15
        assert max(flagged) < 24
        assert any("frames that are damaged" in sentence for sentence in video.damage)
        assert [read_barcode(video.frame(i)) for i in (0, 14, 24, 47)] == [0, 14, 24, 47]


def test_a_sound_file_flags_nothing(clip_path):
    with open_video(clip_path) as video:
        for index in range(video.frame_count):
            video.frame(index)
        assert video.damaged_frames == frozenset()
        assert video.damage == ()


def test_a_window_with_damaged_frames_says_which(tmp_path):
    path = write_barcode_clip(tmp_path / "clip.mp4", frames=48, gop=12, b_frames=0)
    hurt_packet(path, 15)
    spec = ClipSpec(frames=8, rate=2)
    with open_video(path) as video:
        windows = clip_windows(video.frame_count, video.fps, spec)
        notes = [read_clip(video, window).window.note for window in windows]
    assert "painted from damaged data: 16, 18" in notes[1]
    assert notes[2] == ""


@attack
@pytest.mark.corpus
def test_recordings_joined_with_restarting_stamps_show_each_frame(tmp_path):
    with av.open(str(ATTACK / "twin.ts")) as container:
        straight = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    order = list(range(len(straight)))
    random.Random(1).shuffle(order)
    with open_video(ATTACK / "twin.ts", cache_bytes=0) as video:
        assert video.frame_count == len(straight) == 100
        for index in order:
            np.testing.assert_array_equal(video.frame(index), straight[index])


@attack
@pytest.mark.corpus
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg command here")
def test_joined_recordings_agree_with_the_ffmpeg_command():
    words = ["ffmpeg", "-v", "quiet", "-i", str(ATTACK / "twin.ts"), "-vsync", "0"]
    words += ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    raw = subprocess.run(words, capture_output=True, check=True).stdout
    wanted = np.frombuffer(raw, np.uint8).reshape(-1, 96, 128)
    with open_video(ATTACK / "twin.ts") as video:
        seen = np.stack([video.frame(i).mean(axis=2) for i in range(video.frame_count)])
    assert np.abs(seen - wanted).mean(axis=(1, 2)).max() < 12  # grey by other weights


# -- which stream ----------------------------------------------------------------------------------


def write_two_streams(path, sizes, frames=(12, 12)):
    """A file of two video streams with barcodes that count from 0 and from 100."""
    with av.open(str(path), "w") as container:
        streams = []
        for number, (width, height) in enumerate(sizes):
            stream = container.add_stream("libx264", rate=Fraction(25))
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            streams.append((stream, number, (width, height)))
        for index in range(max(frames)):
            for stream, number, size in streams:
                if index < frames[number]:
                    picture = barcode_picture(100 * number + index, size)
                    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                    container.mux(stream.encode(frame))
        for stream, *_ in streams:
            container.mux(stream.encode(None))
    return path


def test_the_film_is_shown_and_not_the_preview_before_it(tmp_path):
    path = write_two_streams(tmp_path / "preview.mkv", [(96, 54), (192, 108)])
    with open_video(path) as video:
        assert (video.size, video.stream) == ((192, 108), 1)
        assert read_barcode(video.frame(3)) == 103
        (sentence,) = video.damage
        assert "stream 1 (192x108, h264) is shown, left out is stream 0 (96x54, h264)" in sentence


def test_a_stream_can_be_chosen_by_its_number(tmp_path):
    path = write_two_streams(tmp_path / "two.mkv", [(192, 108), (192, 108)])
    with open_video(path, stream=1, cache_bytes=0) as video:
        assert [read_barcode(video.frame(i)) for i in (7, 2)] == [107, 102]
        assert [info.index for info in video.streams] == [0, 1]


def test_a_stream_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    path = write_two_streams(tmp_path / "two.mkv", [(192, 108), (96, 54)])
    with pytest.raises(VideoOpenError, match=r"no video stream of number 7.*stream 0 \(192x108"):
        open_video(path, stream=7)


def test_a_break_does_not_change_the_rate_and_is_said(tmp_path):
    seconds = [i / 25 if i < 20 else 40 + i / 25 for i in range(40)]
    path = write_barcode_clip(tmp_path / "break.mp4", frames=40, pts_seconds=seconds)
    with open_video(path) as video:
        assert video.fps == pytest.approx(25, rel=0.01)
        assert video.is_variable_rate
        assert any("break of 40.0 s after frame 19" in sentence for sentence in video.damage)


def test_a_slide_show_has_no_breaks(tmp_path):
    path = write_barcode_clip(
        tmp_path / "slides.mp4", frames=10, pts_seconds=[4 * i for i in range(10)]
    )
    with open_video(path) as video:
        assert video.fps == pytest.approx(0.25, rel=0.01)
        assert not any("break" in sentence for sentence in video.damage)


REPORTED = {
    "05_thumbnail_track_first.mp4": ((192, 108), 60, "several video streams"),
    "14_preview_first.mkv": ((192, 108), 60, "several video streams"),
    "20_rawframes_rgb_flow_equal": ((64, 48), 20, "flow_x_00001.jpg, flow_y_00001.jpg"),
    "21_frames_and_masks": ((64, 48), 20, "frame_000001.png"),
    "07_break_of_55s.mp4": ((192, 108), 60, "break of 55.0 s"),
    "60_mkv_cropped.mkv": ((142, 84), 60, ""),
    "stack.tif": ((64, 48), 10, ""),
}


@reports
@pytest.mark.corpus
@pytest.mark.parametrize("name", REPORTED)
def test_a_reported_file_shows_what_its_owner_expects(name):
    size, count, said = REPORTED[name]
    with open_video(REPORTS / name) as video:
        assert (video.display_size, video.frame_count) == (size, count)
        assert said in " ".join(video.damage)
        assert video.fps == pytest.approx(
            25 if not name.endswith((".mp4", ".mkv")) else 30, rel=0.01
        )
        assert all(video.frame(i).shape == (*video.size[::-1], 3) for i in (0, count - 1))


@reports
@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "words"),
    [("46_encrypted.mp4", "is encrypted"), ("phone_tiles.heic", "6 tiles.*convert it to PNG")],
)
def test_a_reported_file_that_cannot_be_shown_says_why(name, words):
    with pytest.raises(VideoOpenError, match=words):
        open_video(REPORTS / name)


# -- Matroska's crop ---------------------------------------------------------------------------


def element(name, content):
    """One EBML element with a size of eight bytes."""
    size = (1 << 56) | len(content)
    return name.to_bytes((name.bit_length() + 7) // 8) + size.to_bytes(8) + content


def test_the_settings_of_video_tracks_are_read_and_those_of_sound_are_not():
    video = element(0xB0, b"\x01\x00") + element(0x54CC, b"\x07")
    tracks = element(0xAE, element(0x83, b"\x02")) + element(
        0xAE, element(0x83, b"\x01") + element(0xE0, video)
    )
    data = element(0x1A45DFA3, b"") + element(0x18538067, element(0x1654AE6B, tracks))
    assert list(_video_tracks(data)) == [{0xB0: 256, 0x54CC: 7}]


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_a_header_that_breaks_off_holds_no_settings(cut):
    whole = element(0x18538067, element(0x1654AE6B, element(0xAE, element(0x83, b"\x01"))))
    assert list(_video_tracks(whole[:cut])) in ([], [{}])


EDGES = {"bottom": 0x54AA, "top": 0x54BB, "left": 0x54CC, "right": 0x54DD}


@pytest.mark.parametrize("sides", [("bottom", "right"), ("top", "left"), ("left", "right")])
def test_the_crop_that_a_track_states_is_applied_to_every_frame(tmp_path, sides):
    """Two settings that FFmpeg writes and nobody needs are as long as two edges of a crop.

    The second one lies behind the settings of the video, which are made longer by it.
    """
    path = write_barcode_clip(tmp_path / "clip.mkv", frames=12)
    with open_video(path) as video:
        whole = [frame.copy() for frame in video.frames()]
    data, size = path.read_bytes(), bytes.fromhex("b081c0 ba816c")
    settings = b"\xe0\x8a" + size + bytes.fromhex("54b28104 55ee8100")
    assert data.count(settings) == 1
    edges = [
        EDGES[side].to_bytes(2) + bytes([0x81, pixels])
        for side, pixels in zip(sides, (12, 16), strict=True)
    ]
    path.write_bytes(data.replace(settings, b"\xe0\x8e" + size + b"".join(edges)))
    cut = dict.fromkeys(EDGES, 0) | dict(zip(sides, (12, 16), strict=True))
    with open_video(path, cache_bytes=0) as video:
        for index in (11, 0, 5):
            inside = whole[index][
                cut["top"] : 108 - cut["bottom"], cut["left"] : 192 - cut["right"]
            ]
            np.testing.assert_array_equal(video.frame(index), inside)


def test_an_encrypted_film_says_so_and_asks_for_no_key(tmp_path):
    path = tmp_path / "locked.mp4"
    options = {"encryption_scheme": "cenc-aes-ctr", "encryption_key": "76" * 16}
    with av.open(str(path), "w", options={**options, "encryption_kid": "a7" * 16}) as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        for index in range(12):
            frame = av.VideoFrame.from_ndarray(barcode_picture(index), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(VideoOpenError, match=r"locked\.mp4 is encrypted, and there is no key"):
        open_video(path)


# -- pictures ------------------------------------------------------------------------------------


def test_the_pages_of_a_tiff_are_frames_at_a_rate_that_can_be_said(tmp_path):
    pages = [barcode_picture(i)[..., ::-1].copy() for i in range(6)]
    assert cv2.imwritemulti(str(tmp_path / "stack.tif"), pages)
    with open_video(tmp_path / "stack.tif", fps=10) as video:
        assert (video.frame_count, video.fps, video.is_folder) == (6, 10, True)
        assert [read_barcode(video.frame(i)) for i in (5, 0, 3)] == [5, 0, 3]


def test_a_tiff_of_one_page_is_a_picture(tmp_path):
    assert cv2.imwrite(str(tmp_path / "one.tif"), barcode_picture(3))
    with open_video(tmp_path / "one.tif") as video:
        assert (video.frame_count, video.is_folder) == (1, False)
    with pytest.raises(VideoError, match="which has its own frame rate"):
        open_video(tmp_path / "one.tif", fps=10)


def test_a_stack_that_is_cut_off_ends_in_frames_or_in_words(tmp_path):
    assert cv2.imwritemulti(str(tmp_path / "s.tif"), [barcode_picture(i) for i in range(6)])
    data = (tmp_path / "s.tif").read_bytes()
    for cut in (9, len(data) // 2, len(data) - 3):
        (tmp_path / "cut.tif").write_bytes(data[:cut])
        message = ""
        try:
            with open_video(tmp_path / "cut.tif") as video:
                count = video.frame_count
        except VideoOpenError as error:
            count, message = 0, str(error)
        assert (count > 0) != ("cut.tif" in message)
        assert "\n" not in message


def write_pictures(folder, pattern, numbers, ending):
    for number in numbers:
        noise = np.random.default_rng(number).integers(0, 256, (48, 64, 3), dtype=np.uint8)
        flat = np.full((48, 64, 3), 200, np.uint8)
        picture = flat if "mask" in pattern or "depth" in pattern else noise
        cv2.imwrite(str(folder / f"{pattern.format(number)}{ending}"), picture)


def test_masks_of_the_same_numbers_are_left_out_and_named(tmp_path):
    write_pictures(tmp_path, "frame_{:04}", range(12), ".jpg")
    write_pictures(tmp_path, "depth_{:04}", range(14), ".png")
    with open_video(tmp_path) as video:
        assert video.frame_count == 12
        assert "14, such as depth_0000.png" in video.damage[-1]


def test_the_same_name_with_another_ending_is_another_series(tmp_path):
    write_pictures(tmp_path, "img{:03}", range(8), ".jpg")
    write_pictures(tmp_path, "img{:03}", range(8), ".png")
    with open_video(tmp_path) as video:
        assert video.frame_count == 8
        assert "such as img000.png" in video.damage[-1]


@pytest.mark.parametrize("kind", ["flow_x", "depth", "seg", "normals", "edges"])
def test_pictures_that_are_made_of_frames_are_none_however_many_they_are(tmp_path, kind):
    write_pictures(tmp_path, "img_{:05}", range(12), ".jpg")
    for number in range(15):
        noise = np.random.default_rng(number).integers(0, 256, (48, 64, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"{kind}_{number:05}.jpg"), noise)
    with open_video(tmp_path) as video:
        assert video.frame_count == 12
        assert f"15, such as {kind}_00000.jpg" in video.damage[-1]


def test_two_cameras_are_two_series(tmp_path):
    write_pictures(tmp_path, "cam1_{:04}", range(100, 110), ".jpg")
    write_pictures(tmp_path, "cam2_{:04}", range(100, 110), ".jpg")
    with open_video(tmp_path) as video:
        assert video.frame_count == 10
        assert "10, such as cam2_0100.jpg" in video.damage[-1]


def test_times_of_day_are_one_series(tmp_path):
    for minute in (10, 11):
        write_pictures(tmp_path, f"shot_{minute}-" + "{:02}", range(0, 50, 5), ".jpg")
    with open_video(tmp_path) as video:
        assert video.frame_count == 20
        assert not any("left out" in sentence for sentence in video.damage)
