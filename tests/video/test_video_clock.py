"""Frame rates and times beyond sense are refused in words, in whatever way a file states them."""

import shlex
import shutil
import struct
import subprocess
import zlib
from fractions import Fraction

import av
import numpy as np
import pytest

from mvit_core.errors import VideoOpenError
from mvit_core.video import open_video
from mvit_core.video.decode.clock import MOST_SECONDS
from mvit_core.video.decode.index import LEAST_FPS, MOST_FPS
from tests.fixtures_video import barcode_picture, read_barcode

FRAMES = 12
FINEST = Fraction(1, 1_000_000)
STEP = Fraction(20, 1_000_000)
"""Of 50,000 frames per second."""
DAY = Fraction(86_400)
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg command here")


def write_stamped(path, step, first=Fraction(0), clock=FINEST, codec="libx264"):
    """Encode barcodes whose stamps lie ``step`` seconds apart, on a clock of their own."""
    options = {"preset": "ultrafast"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=1 / step, options=options)
        stream.width, stream.height = 192, 108
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = stream.time_base = clock
        stream.codec_context.max_b_frames = 0
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(barcode_picture(number), format="rgb24")
            frame.pts, frame.time_base = round((first + number * step) / clock), clock
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def write_avi(path):
    """FFmpeg writes no AVI of such a rate, but reads one: its header says so."""
    write_stamped(path, Fraction(1, 600), clock=Fraction(1, 600), codec="mjpeg")
    stated, data = struct.pack("<II", 1, 600), path.read_bytes()
    assert data.count(stated) == 1
    path.write_bytes(data.replace(stated, struct.pack("<II", 1, 50_000)))
    return path


def write_apng(path, delay):
    """An animated PNG of two frames that are shown for ``delay`` (numerator, denominator)."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    def control(order):
        return chunk(b"fcTL", struct.pack(">IIIIIHHBB", order, 32, 32, 0, 0, *delay, 0, 0))

    rows = [zlib.compress((b"\0" + bytes([grey]) * 32) * 32) for grey in (40, 200)]
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 0, 0, 0, 0))
        + chunk(b"acTL", struct.pack(">II", 2, 0))
        + control(0)
        + chunk(b"IDAT", rows[0])
        + control(1)
        + chunk(b"fdAT", struct.pack(">I", 2) + rows[1])
        + chunk(b"IEND", b"")
    )
    return path


def write_y4m(path, rate):
    """Uncompressed pictures behind a line of text that states the rate."""
    picture = b"FRAME\n" + bytes(64 * 48 * 3 // 2)
    path.write_bytes(f"YUV4MPEG2 W64 H48 F{rate}:1 Ip A1:1 C420jpeg\n".encode() + FRAMES * picture)
    return path


FAST = {
    "mp4": write_stamped,
    "mov": write_stamped,
    "nut": write_stamped,
    "ts": lambda path, _: write_stamped(path, Fraction(2, 90_000), clock=Fraction(1, 90_000)),
    "avi": lambda path, _: write_avi(path),
    "ivf": lambda path, step: write_stamped(path, step, clock=step, codec="libvpx"),
    "y4m": lambda path, step: write_y4m(path, round(1 / step)),
    "apng": lambda path, _: write_apng(path, (1, 50_000)),
}
"""How a file of each ending states a rate of 45,000 or 50,000."""


def refusal(path):
    """Words of the refusal."""
    with pytest.raises(VideoOpenError, match=r"allowed are") as caught:
        open_video(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("ending", FAST)
def test_a_rate_beyond_sense_is_refused_with_what_is_allowed_and_a_way_out(tmp_path, ending):
    said = refusal(FAST[ending](tmp_path / f"fast.{ending}", STEP))
    assert f"fast.{ending} come at " in said
    assert "000 frames per second by its time stamps, allowed are 1,000 at most" in said


@pytest.mark.parametrize("ending", ["mp4", "mkv", "nut"])
def test_frames_that_are_days_apart_are_refused(tmp_path, ending):
    path = write_stamped(tmp_path / f"slow.{ending}", 3 * DAY / 2, clock=Fraction(1, 1000))
    assert "e-06 frames per second" in refusal(path)
    assert "one frame a day or more" in refusal(path)


@pytest.mark.parametrize("ending", ["mkv", "nut"])
def test_times_beyond_a_hundred_years_are_refused(tmp_path, ending):
    first = Fraction(2 * MOST_SECONDS)
    path = write_stamped(
        tmp_path / f"late.{ending}", Fraction(1, 25), first=first, clock=Fraction(1, 1000)
    )
    assert "times up to 200 years" in refusal(path)


def test_one_frame_far_beyond_all_others_is_refused(tmp_path):
    """Times that differ by more than a whole number of stamps can hold come out negative."""
    path = tmp_path / "far.nut"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuvj420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(barcode_picture(number), format="rgb24")
            frame.pts = 40 * number if number < FRAMES - 1 else 2**53
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert "years by its time stamps, allowed are 100 years" in refusal(path)


@pytest.mark.parametrize("rate", [MOST_FPS, 960.0, 240.0, 1.0, 2 * LEAST_FPS])
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_slow_motion_and_time_lapse_open(tmp_path, rate, ending):
    clock = Fraction(1, 96_000) if ending == "mp4" and rate >= 1 else Fraction(1, 1000)
    step = 1 / Fraction(rate).limit_denominator(10**6)
    path = write_stamped(tmp_path / f"clip.{ending}", step, clock=clock)
    with open_video(path) as video:
        assert video.fps == pytest.approx(rate, rel=0.05)
        assert [read_barcode(video.frame(i)) for i in (FRAMES - 1, 0, 5)] == [FRAMES - 1, 0, 5]


def test_the_time_of_day_is_a_time_that_a_recording_may_begin_at(tmp_path):
    first = Fraction(1_790_000_000)
    path = write_stamped(
        tmp_path / "day.mkv", Fraction(1, 25), first=first, clock=Fraction(1, 1000)
    )
    with open_video(path) as video:
        assert video.start_seconds == pytest.approx(float(first))
        np.testing.assert_allclose(video.pts_seconds, np.arange(FRAMES) / 25, atol=1e-3)


@needs_ffmpeg
@pytest.mark.parametrize("name", ["fast.mp4", "it's a: clip.mp4", "-dash.mp4"])
def test_the_printed_command_gives_the_frames_a_rate(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    write_stamped(tmp_path / name, STEP)
    command = refusal(name).split("open the copy: ")[1]
    subprocess.run(shlex.split(command), check=True, capture_output=True, timeout=60)
    with open_video("copy.mp4") as video:
        assert video.fps == pytest.approx(30)
        assert [read_barcode(frame) for frame in video.frames()] == list(range(FRAMES))
