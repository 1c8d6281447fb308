"""Files as other programs make them, each with a habit that misled this reader once."""

import random
from fractions import Fraction

import av
import numpy as np
import pytest

from mvit_core.video import open_video
from tests.fixtures_video import barcode_picture, read_barcode, write_barcode_clip

PALETTE = np.array([[255, 200 - n, n, 255 - n] for n in range(200)] + [[0] * 4] * 56, np.uint8)
"""(256, 4) as the file has it: alpha, red, green, blue."""


def write_palette_clip(path, codec):
    """20 frames of 32x24 pixels, each of one colour of ``PALETTE``: frame n has number 9n."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "pal8"
        for number in range(20):
            pixels = np.full((24, 32), 9 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray((pixels, PALETTE), "pal8")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("codec", "ending"), [("rawvideo", "avi"), ("smc", "mov")])
def test_a_palette_that_the_file_brings_once_colours_every_frame(tmp_path, codec, ending):
    path = write_palette_clip(tmp_path / f"palette.{ending}", codec)
    order = list(range(20))
    random.Random(2).shuffle(order)
    with open_video(path, cache_bytes=0) as video:
        for number in order:
            assert video.frame(number)[12, 16].tolist() == PALETTE[9 * number, 1:].tolist(), number


def test_a_recording_glued_to_itself_is_read_to_its_end_from_anywhere(tmp_path):
    """Every stamp comes twice, so a seek finds a twin of the keyframe, and then too few packets."""
    once = write_barcode_clip(
        tmp_path / "once.mpg", frames=40, codec="mpeg2video", options={"g": "10", "bf": "2"}
    )
    path = tmp_path / "twice.mpg"
    path.write_bytes(once.read_bytes() * 2)
    with open_video(path) as video:
        assert video.frame_count == 80
        for number in reversed(range(80)):
            if number == 74:
                video.prefetch()
            assert read_barcode(video.frame(number)) == number % 40, number


def test_an_animated_avif_is_a_film_and_not_its_poster(tmp_path):
    path = tmp_path / "film.avif"
    with av.open(str(path), "w", format="avif") as container:
        stream = container.add_stream("libsvtav1", rate=25, options={"preset": "12"})
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        for number in range(12):
            frame = av.VideoFrame.from_ndarray(barcode_picture(number), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with open_video(path) as video:
        assert video.frame_count == 12
        assert [read_barcode(video.frame(n)) for n in reversed(range(12))] == list(range(12))[::-1]


def copied_to_avi(source, target):
    """The packets of a file in an AVI whose clock counts fields, as ffmpeg copies H.264."""
    with av.open(str(source)) as container, av.open(str(target), "w") as out:
        original = container.streams.video[0]
        stream = out.add_stream_from_template(original)
        stream.time_base = Fraction(1, 60)
        for ordinal, packet in enumerate(p for p in container.demux(original) if p.size):
            packet.stream, packet.time_base = stream, Fraction(1, 60)
            packet.pts = packet.dts = 2 * ordinal
            out.mux(packet)
    return target


def test_an_avi_that_counts_fields_plays_at_the_rate_of_its_frames(tmp_path):
    source = write_barcode_clip(tmp_path / "source.ts", frames=30, fps=30)
    with open_video(copied_to_avi(source, tmp_path / "copy.avi")) as video:
        assert [read_barcode(frame) for frame in video.frames()] == list(range(30))
        assert video.fps == pytest.approx(30)
        np.testing.assert_allclose(video.pts_seconds, np.arange(30) / 30, atol=1e-6)
        assert not video.is_variable_rate
