"""Stepping, dragging and the strip, at the core: from a request to its picture.

The clip is made of ../shared/clips/street_1080p.mp4 where that is there, else of moving gradients:
1080p30 H.264, a keyframe every 250 frames, three B-frames, 600 frames.
"""

import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

import av

from benchmarks.results import Row, Section
from mvit_core.system.cache import MemoryBudget, default_budget_bytes
from mvit_core.video import ProxyReader, Video, open_video, plan_proxies
from tests.fixtures_video import SHARED, barcode_picture, write_barcode_clip

FRAMES = 600
STEPS = 200
REPEAT_SECONDS = 1 / 30
"""Seconds between two steps of a held key."""
DRAG_SECONDS = 1 / 60


class _Interrupted(Exception):  # noqa: N818 - nothing went wrong
    """Raised when the idle time is over."""


def measure(rounds: int) -> Section:
    """The gates of scrubbing; ``rounds`` drags end in so many rests."""
    with tempfile.TemporaryDirectory() as folder:
        clip = write_clip(Path(folder) / "gop250.mp4")
        small = write_barcode_clip(Path(folder) / "360p.mp4", frames=300, size=(640, 360))
        budget = MemoryBudget(default_budget_bytes())
        with open_video(clip, cache_bytes=budget.limit_bytes // 2, budget=budget) as video:
            rows = [
                *step_rows(video, 1),
                *step_rows(video, -1),
                *drag_rows(video, rounds),
                budget_row(video, budget),
            ]
        rows.append(strip_row(small))
    note = "1080p30 H.264, GOP 250, 3 B-frames, 600 frames; wall time of one thread"
    return Section("Scrubbing", note, rows)


def write_clip(path: Path) -> Path:
    """Encode the clip."""
    parameters = "keyint=250:min-keyint=250:scenecut=0:bframes=3"
    options = {"preset": "veryfast", "crf": "23", "x264-params": parameters}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for number, frame in enumerate(islice(_pictures(), FRAMES)):
            frame.pts, frame.time_base, frame.pict_type = number, Fraction(1, 30), 0
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _pictures() -> Iterator[av.VideoFrame]:
    street = SHARED / "clips" / "street_1080p.mp4"
    if street.is_file():
        with av.open(str(street)) as source:
            frames = list(source.decode(video=0))
        yield from cycle([*frames, *frames[::-1]])
    for number in cycle(range(240)):
        picture = barcode_picture(number, (1920, 1080))
        yield av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")


def idle(video: Video, seconds: float) -> None:
    """Fetch ahead and wait until the next request, as the decode worker does."""
    until = perf_counter() + seconds

    def check() -> None:
        if perf_counter() > until:
            raise _Interrupted

    try:
        with video.checked_by(check):
            video.prefetch()
    except _Interrupted:
        return
    sleep(max(until - perf_counter(), 0))


def step_rows(video: Video, way: int) -> list[Row]:
    """A key held for 200 frames, over a keyframe."""
    start = 150 if way > 0 else 400
    video.frame(start)
    idle(video, 2.0)
    times = []
    for number in range(1, STEPS + 1):
        times.append(_seconds(lambda: video.frame(start + way * number)) * 1000)  # noqa: B023
        idle(video, REPEAT_SECONDS)
    words = "step forward" if way > 0 else "step back"
    middle, worst = median(times), max(times)
    return [
        Row(f"{words}, median of {STEPS}", f"{middle:.1f} ms", "<= 5 ms", middle <= 5),
        Row(f"{words}, worst of {STEPS}", f"{worst:.1f} ms", "<= 50 ms", worst <= 50),
    ]


def drag_rows(video: Video, rounds: int) -> list[Row]:
    """Drags across the whole video at 60 Hz, each with a rest where it hurts: late in a group."""
    strip: dict[int, bytes] = {}
    with ProxyReader(video.opened_video) as reader:
        for run in plan_proxies(video.opened_video).runs():
            strip.update(reader.proxies(run))
    asked = [round(step / 119 * (FRAMES - 1)) for step in range(120)]
    found = sum(frame in strip for frame in asked)
    rests = [int(FRAMES * share) for share in islice(cycle((0.35, 0.8, 0.12, 0.6, 0.99)), rounds)]
    times = []
    for frame in rests:
        video.frame((frame + 300) % FRAMES)  # where the drag began
        times.append(_seconds(lambda: video.frame(frame)))  # noqa: B023
        sleep(DRAG_SECONDS)
    worst = max(times) + 0.06  # the pointer counts as resting after so long
    return [
        Row(
            "frames of a drag with a picture of their own",
            f"{found / len(asked):.0%}",
            "100%",
            found == len(asked),
        ),
        Row("full resolution after rest, worst", f"{worst:.2f} s", "<= 0.6 s", worst <= 0.6),
    ]


def budget_row(video: Video, budget: MemoryBudget) -> Row:
    """Show frames everywhere in the video, back and forth, without rest."""
    most = 0
    for frame in [*range(0, FRAMES, 7), *range(FRAMES - 1, 0, -5)]:
        video.frame(frame)
        idle(video, 0.005)
        most = max(most, budget.used_bytes)
    share = most / budget.limit_bytes
    return Row("bytes of all caches / budget, most", f"{share:.2f}", "<= 1", share <= 1)


def strip_row(small: Path) -> Row:
    """The strip of a short clip, opened and indexed before."""

    def build() -> None:
        with ProxyReader(video.opened_video) as reader:
            for run in plan_proxies(video.opened_video).runs():
                list(reader.proxies(run))

    with open_video(small) as video:
        seconds = _seconds(build)
    return Row("proxies of 300 frames 360p", f"{seconds:.2f} s", "<= 1.5 s", seconds <= 1.5)


def _seconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start
