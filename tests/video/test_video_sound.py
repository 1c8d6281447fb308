"""Sound goes with the pictures: copied or encoded, cut to the range, in time."""

from fractions import Fraction

import av
import numpy as np
import pytest

from mvit_core.errors import ExportError, VideoOpenError
from mvit_core.video import open_video
from mvit_core.video.encode.encoders import CONTAINERS
from mvit_core.video.encode.sound import SoundSpan, has_sound
from mvit_core.video.encode.writer import VideoWriter
from tests.fixtures_video import barcode_picture, read_barcode, write_barcode_clip

SIZE, FPS, RATE = (192, 108), 20, 44_100
BURST = (1.0, 1.2)
"""Seconds of the source in which there is a tone; silence otherwise."""


def write_clip_with_sound(path, sound="aac", late=0.0, rate=RATE, early=0.0):
    """40 frames at 20 fps beside two seconds of sound that may begin later.

    Every fifth packet of sound is stamped ``early`` of its lengths too early.
    """
    times = np.arange(int((2 - late) * rate)) / rate + late
    tone = np.sin(2 * np.pi * 880 * times) * ((times >= BURST[0]) & (times < BURST[1]))
    samples = (tone * 20_000).astype(np.int16)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = container.add_stream(sound, rate=48_000 if sound == "libopus" else rate)
        audio.codec_context.layout = "mono"
        for number in range(40):
            frame = av.VideoFrame.from_ndarray(barcode_picture(number, SIZE), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for start in range(0, len(samples), 1000):
            frame = av.AudioFrame.from_ndarray(
                samples[None, start : start + 1000], format="s16", layout="mono"
            )
            frame.rate, frame.time_base = rate, Fraction(1, rate)
            is_early = start % 5000 == 4000
            frame.pts = start + round(late * rate) - round(early * 1000) * is_early
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return path


def export(source, target, start, stop):
    """Frames ``start`` to ``stop - 1`` with their sound."""
    with open_video(source) as video:
        zero, times = video.start_seconds, video.pts_seconds
        end = times[stop] if stop < video.frame_count else times[-1] + 1 / FPS
        span = SoundSpan(source, zero + times[start], zero + end)
        with VideoWriter(target, size=SIZE, fps=FPS, sound=span) as writer:
            for index in range(start, stop):
                writer.write(video.frame(index), times[index] - times[start])
    return target


def heard(path):
    """(codec, when it is loud, first and last time), in seconds of the file."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        loud, ends = [], []
        for frame in container.decode(stream):
            data = np.abs(frame.to_ndarray().astype(float).reshape(-1))
            limit = 0.1 if frame.format.name.startswith("flt") else 0.1 * 32767
            channels = 1 if frame.format.is_planar else frame.layout.nb_channels
            loud += list(frame.time + np.nonzero(data > limit)[0] / channels / frame.sample_rate)
            ends += [frame.time, frame.time + frame.samples / frame.sample_rate]
        return (
            stream.codec_context.codec.canonical_name,
            (min(loud), max(loud)),
            (ends[0], ends[-1]),
        )


@pytest.mark.parametrize(
    ("sound", "source", "target", "codec"),
    [
        ("aac", "a.mp4", "b.mp4", "aac"),
        ("aac", "a.ts", "b.mp4", "aac"),
        ("aac", "a.mp4", "b.mkv", "aac"),
        ("aac", "a.mp4", "b.webm", "opus"),
        ("mp3", "a.avi", "b.mov", "mp3"),
        ("pcm_s16le", "a.avi", "b.mp4", "aac"),
        ("pcm_s16le", "a.mkv", "b.mov", "pcm_s16le"),
        ("libopus", "a.mkv", "b.webm", "opus"),
    ],
)
def test_sound_is_kept_in_time_and_encoded_only_where_it_must(
    tmp_path, sound, source, target, codec
):
    clip = write_clip_with_sound(tmp_path / source, sound)
    name, loud, ends = heard(export(clip, tmp_path / target, 10, 30))
    assert name == codec
    assert loud == pytest.approx((BURST[0] - 0.5, BURST[1] - 0.5), abs=0.04)
    assert -0.03 <= ends[0] <= 0.05
    assert ends[1] == pytest.approx(1.0, abs=0.06)
    with open_video(tmp_path / target) as video:
        assert [read_barcode(frame) for frame in video.frames()] == list(range(10, 30))


@pytest.mark.parametrize("target", ["b.mp4", "b.webm"])
def test_sound_that_begins_late_stays_late(tmp_path, target):
    clip = write_clip_with_sound(tmp_path / "a.mkv", "aac", late=0.7)
    _, loud, ends = heard(export(clip, tmp_path / target, 0, 40))
    assert loud == pytest.approx(BURST, abs=0.04)
    assert ends[0] == pytest.approx(0.7, abs=0.05)


@pytest.mark.parametrize("target", ["b.mp4", "b.mkv", "b.webm"])
@pytest.mark.parametrize("early", [0.1, 1.0])
def test_sound_whose_stamps_overlap_is_written_all_the_same(tmp_path, early, target):
    clip = write_clip_with_sound(tmp_path / "a.mkv", "pcm_s16le", early=early)
    _, loud, ends = heard(export(clip, tmp_path / target, 0, 40))
    assert loud == pytest.approx(BURST, abs=0.08)
    assert ends[1] == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("target", ["b.mp4", "b.webm"])
def test_sound_of_a_rate_that_no_encoder_knows_is_resampled(tmp_path, target):
    clip = write_clip_with_sound(tmp_path / "a.mkv", "pcm_s16le", rate=11_000)
    _, loud, ends = heard(export(clip, tmp_path / target, 0, 40))
    assert loud == pytest.approx(BURST, abs=0.04)
    assert ends[1] == pytest.approx(2.0, abs=0.06)


def test_a_file_says_whether_it_has_sound(tmp_path):
    assert has_sound(write_clip_with_sound(tmp_path / "a.mp4"))
    assert not has_sound(write_barcode_clip(tmp_path / "b.mp4", frames=3))
    assert not has_sound(tmp_path)
    with pytest.raises(VideoOpenError, match="cannot be read"):
        has_sound(tmp_path / "none.mp4")


@pytest.mark.parametrize("target", ["b.gif", "b.mp4"])
def test_a_file_that_cannot_have_the_sound_is_refused_and_not_made(tmp_path, target):
    silent = write_barcode_clip(tmp_path / "a.mp4", frames=3)
    message = "holds no sound" if target.endswith("gif") else "a.mp4 has no sound"
    with pytest.raises(ExportError, match=message):
        export(silent, tmp_path / target, 0, 3)
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_every_kind_of_file_names_sound_that_ffmpeg_knows():
    for kind in CONTAINERS.values():
        assert not kind.sound_encoder or kind.sound_encoder in av.codec.codecs_available
        assert all(name in av.codec.codecs_available for name in kind.sounds)
