"""Whatever clip is drawn and wherever someone goes in it, the frame shown is the one asked for.

The suite draws a fixed handful; ``MVIT_EXAMPLES=2000`` draws as many at random.
"""

import os
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mvit_core.video import open_video
from tests.fixtures_video import read_barcode, write_barcode_clip

os.environ.setdefault("SVT_LOG", "1")  # its encoder talks past every logger
EXAMPLES = int(os.environ.get("MVIT_EXAMPLES", "0"))

CODECS = {
    "libx264": ("mp4", "mkv", "avi", "ts", "mov"),
    "libx265": ("mp4", "mkv", "ts", "mov"),
    "mpeg4": ("mp4", "mkv", "avi", "ts", "mov"),
    "libvpx-vp9": ("mkv", "webm", "mp4"),
    "libsvtav1": ("mkv", "mp4", "webm"),
    "mjpeg": ("mkv", "avi", "mov"),
}
"""Encoders, and the containers that hold what they make."""
EVEN_RATE = {"avi"}
"""Containers without times of their own."""
TURNED = {"mp4", "mov"}
"""Containers in which a rotation and an edit list are written."""
COARSE_CLOCK = {"mpeg4"}
"""Codecs whose own clock is too coarse for the times drawn here."""


@dataclass(frozen=True)
class Recipe:
    """A clip to be made."""

    codec: str
    container: str
    frames: int
    gop: int
    b_frames: int
    fps: int
    style: str
    """Style of x264's references: plain, open-gop, pyramid or intra-refresh."""
    gaps: tuple[int, ...]
    """Distances between frames in milliseconds, repeated; empty for an even rate."""
    start_seconds: float
    rotation: int
    """Counterclockwise, in degrees."""
    cut: int
    """Frames that an edit list takes from the beginning."""

    @property
    def shown(self):
        """Numbers of the frames that are to be seen, in order."""
        return list(range(self.cut, self.frames))

    @property
    def times(self):
        """Seconds of every frame, None where the even rate from 0 on says it."""
        if not self.gaps and not self.start_seconds:
            return None
        steps = [gap / 1000 for gap in self.gaps] or [1 / self.fps]
        repeated = (steps * self.frames)[: self.frames - 1]
        return self.start_seconds + np.cumsum([0.0, *repeated])


@st.composite
def recipes(draw):
    """Any clip of the table, with what its container and codec allow."""
    codec = draw(st.sampled_from(sorted(CODECS)))
    container = draw(st.sampled_from(CODECS[codec]))
    own_times = container not in EVEN_RATE and codec not in COARSE_CLOCK
    turned = container in TURNED
    # x265 leaves the last stamps of one or two frames out, and MP4 cannot do without.
    frames = draw(st.integers(3 if codec == "libx265" else 1, 40))
    styles = ("plain", "open-gop", "pyramid", "intra-refresh")
    style = draw(st.sampled_from(styles)) if codec == "libx264" else "plain"
    # Without the frames before the cut an intra refresh has no picture to begin with.
    cuts = turned and codec in ("libx264", "libx265", "mpeg4") and style != "intra-refresh"
    return Recipe(
        codec=codec,
        container=container,
        frames=frames,
        gop=draw(st.integers(1, 40)),
        b_frames=draw(st.integers(0, 4)),
        fps=draw(st.sampled_from((1, 10, 24, 25, 30, 60))),
        style=style,
        gaps=tuple(draw(st.lists(st.integers(10, 400), max_size=4))) if own_times else (),
        start_seconds=draw(st.sampled_from((0.0, 0.0, 1.5, 7.25))) if own_times else 0.0,
        rotation=draw(st.sampled_from((0, 0, 90, 180, -90))) if turned else 0,
        cut=draw(st.integers(0, frames // 2)) if cuts else 0,
    )


MOVES = st.one_of(
    st.tuples(st.just("seek"), st.integers(0, 10_000)),
    st.tuples(st.just("step"), st.integers(-12, 12)),
    st.tuples(st.just("drag"), st.lists(st.integers(0, 10_000), min_size=2, max_size=6)),
    st.tuples(st.just("play"), st.integers(1, 8)),
    st.tuples(st.just("end"), st.just(0)),
)
"""Steps of a user; numbers are wrapped around the length of the clip."""


def options_of(recipe):
    """Options of the encoder."""
    if recipe.codec == "libx264":
        parameters = [f"keyint={recipe.gop}", "min-keyint=1", "scenecut=0"]
        b_frames = 0 if recipe.style == "intra-refresh" else recipe.b_frames
        parameters.append(f"bframes={b_frames}")
        extra = {"open-gop": "open-gop=1", "pyramid": "b-pyramid=normal"}.get(recipe.style)
        extra = "intra-refresh=1" if recipe.style == "intra-refresh" else extra
        return {"x264-params": ":".join([*parameters, *([extra] if extra else [])])}
    if recipe.codec == "libx265":
        words = f"log-level=none:keyint={recipe.gop}:bframes={recipe.b_frames}:pools=1"
        return {"x265-params": words, "preset": "ultrafast", "crf": "20"}
    return {
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "10"},
        "libsvtav1": {
            "preset": "11",
            "crf": "8",
            "svtav1-params": f"lp=1:keyint={recipe.gop}",
        },
        "mpeg4": {"qscale": "3"},
    }.get(recipe.codec, {})


def write(recipe, folder):
    """Make the clip."""
    whole = write_barcode_clip(
        folder / f"whole.{recipe.container}",
        frames=recipe.frames,
        fps=recipe.fps,
        gop=recipe.gop,
        b_frames=recipe.b_frames,
        codec=recipe.codec,
        pixel_format="yuvj420p" if recipe.codec == "mjpeg" else "yuv420p",
        pts_seconds=recipe.times,
        rotation=recipe.rotation,
        options=options_of(recipe),
    )
    return cut_by_edit_list(whole, recipe) if recipe.cut else whole


def cut_by_edit_list(whole, recipe):
    """The clip without its first frames, which stay in the file because others need them."""
    path = whole.with_stem("cut")
    times = recipe.times
    first = Fraction(recipe.cut, recipe.fps) if times is None else Fraction(times[recipe.cut])
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        if recipe.rotation:
            stream.set_display_rotation(recipe.rotation)
        for packet in source.demux(video=0):
            if packet.size:
                earlier = round(first / packet.time_base)
                packet.pts, packet.dts = packet.pts - earlier, packet.dts - earlier
                packet.stream = stream
                target.mux(packet)
    return path


def places(moves, count):
    """The frames that someone comes to look at, one by one."""
    here = 0
    for kind, value in moves:
        if kind == "seek":
            path = [value % count]
        elif kind == "step":
            sign = 1 if value > 0 else -1
            path = [here + sign * by for by in range(1, abs(value) + 1)]
        elif kind == "drag":
            path = [place % count for place in value]
        elif kind == "play":
            path = range(here, here + value)
        else:
            path = [count - 1]
        for place in path:
            here = min(max(place, 0), count - 1)
            yield here


@settings(
    max_examples=EXAMPLES or 120,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
@given(recipes(), st.lists(MOVES, min_size=1, max_size=8), st.sampled_from((0, 3, 1000)))
def test_every_frame_anyone_comes_to_is_the_one_asked_for(tmp_path_factory, recipe, moves, kept):
    folder = tmp_path_factory.mktemp("drawn")
    path = write(recipe, folder)
    event(f"{recipe.codec} in {recipe.container}")
    upright = (192, 108) if recipe.rotation in (0, 180) else (108, 192)
    with open_video(path, cache_bytes=kept * 192 * 108 * 3) as video:
        assert video.size == upright
        assert video.frame_count == len(recipe.shown)
        assert video.damage == ()
        for place in places(moves, video.frame_count):
            stored = np.rot90(video.frame(place), k=-recipe.rotation // 90)
            assert read_barcode(stored) == recipe.shown[place]
        check_times(video, recipe)
    path.unlink()


def check_times(video, recipe):
    """Every frame shows when it was said to, as far as the container's clock can tell."""
    times = recipe.times
    if times is None:
        times = np.arange(recipe.frames) / recipe.fps
    wanted = times[recipe.cut :] - times[recipe.cut]
    np.testing.assert_allclose(video.pts_seconds, wanted, atol=2e-3)


def test_what_is_drawn_covers_the_table():
    drawn = {(codec, container) for codec, cs in CODECS.items() for container in cs}
    assert len(drawn) == sum(map(len, CODECS.values()))
    assert all(codec in av.codecs_available for codec in CODECS)


@pytest.mark.parametrize(
    "recipe",
    [pytest.param(Recipe("libx264", "mp4", 20, 8, 2, 25, "plain", (), 0.0, 0, 5), id="a cut clip")],
)
def test_the_reading_of_barcodes_would_notice_a_wrong_frame(tmp_path, recipe):
    with open_video(write(recipe, tmp_path)) as video:
        assert [read_barcode(video.frame(i)) for i in range(15)] == recipe.shown
        assert read_barcode(video.frame(3)) != recipe.shown[4]
