"""A proxy is the very frame that it is filed under, only smaller."""

from fractions import Fraction

import cv2
import numpy as np
import pytest

from mvit_core.video import ProxyReader, open_video, plan_proxies
from tests.fixtures_video import blank_packet, read_barcode, write_barcode_clip

SIZE, LONG_SIDE_PX = (384, 216), 192
KINDS = {
    "b-frames.mp4": {},
    "long-gop.mp4": {"gop": 250, "b_frames": 3},
    "variable.mkv": {"pts_seconds": [Fraction(n * n, 300) for n in range(20)]},
    "hevc.mp4": {
        "codec": "libx265",
        "options": {"preset": "ultrafast", "x265-params": "log-level=none"},
    },
    "mpeg4.avi": {"codec": "mpeg4"},
    "intra.mov": {"codec": "png", "pixel_format": "rgb24"},
}


@pytest.fixture(autouse=True)
def _half_size(monkeypatch):
    """Small clips are reduced too."""
    monkeypatch.setattr("mvit_core.video.decode.proxy.LONG_SIDE_PX", LONG_SIDE_PX)


def pixels(jpeg):
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), -1), cv2.COLOR_BGR2RGB)


def all_proxies(video, most=12_000):
    plan = plan_proxies(video.opened_video, most)
    with ProxyReader(video.opened_video) as reader:
        return plan, [item for run in plan.runs() for item in reader.proxies(run)]


@pytest.mark.parametrize("name", KINDS)
def test_every_proxy_is_the_frame_it_claims_to_be(tmp_path, name):
    clip = write_barcode_clip(tmp_path / name, frames=20, size=SIZE, **KINDS[name])
    with open_video(clip) as video:
        plan, made = all_proxies(video)
    assert plan.total == 20 == len(dict(made))
    for number, jpeg in made:
        assert pixels(jpeg).shape[1] == LONG_SIDE_PX
        assert read_barcode(pixels(jpeg)) == number


def test_of_a_long_video_every_kth_frame_has_one_and_all_keyframes_too(tmp_path):
    clip = write_barcode_clip(tmp_path / "long.mp4", frames=90, size=SIZE, gop=20, b_frames=2)
    with open_video(clip) as video:
        plan, made = all_proxies(video, most=30)
    assert plan.frames == range(0, 90, 3)
    assert tuple(number for number, _ in made)[: len(plan.first)] == plan.first
    assert set(dict(made)) == {*range(0, 90, 3), *plan.first}
    assert plan.total == len(dict(made))
    assert all(read_barcode(pixels(jpeg)) == number for number, jpeg in made)


def test_keyframes_come_first_and_are_spread_evenly(tmp_path):
    clip = write_barcode_clip(tmp_path / "intra.mp4", frames=200, gop=1, b_frames=0)
    with open_video(clip) as video:
        first = plan_proxies(video.opened_video).first
    assert len(first) == 60
    assert (first[0], first[-1]) == (0, 199)
    assert max(np.diff(first)) <= 4


def test_a_turned_video_has_upright_proxies(tmp_path):
    clip = write_barcode_clip(tmp_path / "turned.mp4", frames=6, size=SIZE, rotation=90)
    with open_video(clip) as video:
        _, made = all_proxies(video)
        whole = video.frame(3)
    small = pixels(dict(made)[3])
    assert small.shape[0] == LONG_SIDE_PX
    reference = cv2.resize(whole, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - reference).mean() < 4


def test_a_small_video_is_not_enlarged(tmp_path):
    clip = write_barcode_clip(tmp_path / "small.mp4", frames=4)
    with open_video(clip) as video:
        _, made = all_proxies(video)
    assert pixels(made[0][1]).shape == (108, 192, 3)


def test_damaged_frames_have_none_and_the_rest_goes_on(tmp_path):
    clip = write_barcode_clip(tmp_path / "hole.mp4", frames=24, gop=1, b_frames=0)
    blank_packet(clip, 7)
    with open_video(clip) as video:
        _, made = all_proxies(video)
    assert set(dict(made)) == set(range(24)) - {7}


def test_reading_can_be_interrupted_before_any_packet(tmp_path):
    class Stop(Exception):
        pass

    def stop():
        raise Stop

    clip = write_barcode_clip(tmp_path / "a.mp4", frames=24)
    with open_video(clip) as video, ProxyReader(video.opened_video) as reader:
        with pytest.raises(Stop):
            list(reader.proxies(range(24), stop))
        assert len(list(reader.proxies(range(24), lambda: None))) == 24
