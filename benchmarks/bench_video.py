"""Frames: seeks and streams beside PyAV alone, OpenCV, torchcodec and decord.

Each peer does the same work in the same process, interleaved. A seek is measured against plain
decoding from the keyframe to the target, without any cache; every frame that is timed is compared.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from benchmarks.peers import peer_module
from benchmarks.results import Row, Section
from mvit_core.errors import FrameDecodeError
from mvit_core.video import open_video

SHARED = Path(__file__).resolve().parents[2] / "shared"
SEEKS = 100
SEEDS = (0, 1, 2)
SKIPPING = ("h264", "hevc")


@dataclass(frozen=True)
class Case:
    """One file to seek in."""

    path: Path
    has_b_frames: bool
    """The codec has frames that no other refers to, which a seek can leave out."""


def measure(rounds: int) -> Section:
    """The table of frames: seeks, streams, and the identity of every frame."""
    with tempfile.TemporaryDirectory() as folder:
        cases = made_clips(Path(folder)) + given_clips()
        rows = [*identity_rows([case.path for case in cases])]
        rows += [row for case in cases for row in seek_rows(case)]
        rows += stream_rows(cases[0].path, rounds)
    note = f"{SEEKS} seeks, {len(SEEDS)} seeds, median of the seeds' ratios of process time"
    return Section("Frames", note, rows)


# -- files ---------------------------------------------------------------------------------------


def made_clips(folder: Path) -> list[Case]:
    """Encode the same moving picture in the codecs that matter, 300 frames each."""
    wide, small = (1920, 1080), (640, 360)
    long_gop = {"g": "250", "bf": "3", "preset": "veryfast"}
    return [
        Case(encode(folder / "h264_1080p.mp4", "libx264", wide, long_gop), has_b_frames=True),
        Case(
            encode(
                folder / "hevc_360p.mp4",
                "libx265",
                small,
                {"preset": "fast", "x265-params": "keyint=250:bframes=3:log-level=none"},
            ),
            True,
        ),
        Case(encode(folder / "h264_360p.ts", "libx264", small, {"g": "50", "bf": "3"}), True),
        Case(
            encode(
                folder / "vp9_360p.webm",
                "libvpx-vp9",
                small,
                {"g": "60", "deadline": "realtime", "cpu-used": "8"},
            ),
            has_b_frames=False,
        ),
        Case(
            encode(folder / "av1_360p.mp4", "libsvtav1", small, {"g": "60", "preset": "12"}),
            has_b_frames=False,
        ),
        Case(encode(folder / "mpeg4_360p.avi", "mpeg4", small, {"g": "30"}), has_b_frames=False),
    ]


def given_clips() -> list[Case]:
    """Real clips, where they are at hand."""
    clips = SHARED / "clips"
    named = (
        ("h264_340x256.mp4", True),
        ("arm_wrestling_340x256.mp4", True),
        ("street_1080p.mp4", False),
        ("mpeg4_320x240.avi", False),
    )
    return [Case(clips / name, b) for name, b in named if (clips / name).exists()]


def encode(
    path: Path,
    codec: str,
    size: tuple[int, int],
    options: dict[str, str],
    frames: int = 300,
) -> Path:
    """A textured picture that drifts, with the noise that a camera adds, never twice the same."""
    width, height = size
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 255, (height // 8, width // 4, 3), dtype=np.uint8)
    scene = cv2.resize(coarse, (2 * width, height), interpolation=cv2.INTER_CUBIC)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            x = round(number * (width - 8) / frames)
            noise = rng.integers(0, 12, (height, width, 1), dtype=np.uint8)
            picture = cv2.add(scene[:, x : x + width], np.repeat(noise, 3, axis=2))
            cv2.putText(picture, str(number), (20, height // 2), 0, 2.0, (255, 255, 255), 3)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


# -- identity ------------------------------------------------------------------------------------


def identity_rows(paths: list[Path]) -> Iterator[Row]:
    """Every frame in order and in a random order, against one plain pass of the decoder."""
    frames = wrong = 0
    for path in paths:
        with open_video(path, cache_bytes=0) as video, open_video(path, cache_bytes=0) as other:
            sums = [checksum(picture) for picture in plain_pass(path)]
            assert len(sums) == video.frame_count, path
            order = random.Random(0).sample(range(len(sums)), len(sums))
            wrong += sum(checksum(p) != s for p, s in zip(video.frames(), sums, strict=True))
            wrong += sum(checksum(other.frame(i)) != sums[i] for i in order)
            frames += 2 * len(sums)
    yield Row("wrong frames, in order and at random", f"{wrong} of {frames}", "0", wrong == 0)


def plain_pass(path: Path) -> Iterator[np.ndarray]:
    """All frames as PyAV delivers them."""
    converter = VideoReformatter()
    with plain_open(path) as container:
        for frame in container.decode(video=0):
            yield converter.reformat(frame, format="rgb24", threads=1).to_ndarray()


def plain_open(path: Path) -> av.container.InputContainer:
    """A container as a careful user of PyAV opens it."""
    container = av.open(str(path))
    container.streams.video[0].thread_type = "SLICE"
    container.streams.video[0].thread_count = 2
    return container


def checksum(picture: np.ndarray) -> int:
    """Checksum of a frame; the frames here differ in many pixels."""
    return hash(picture[::5, ::7].tobytes())


# -- seeks ---------------------------------------------------------------------------------------


def seek_rows(case: Case) -> Iterator[Row]:
    """Random seeks against decoding from the keyframe to the target."""
    ratios, ours_ms, wrong = [], [], 0
    for seed in SEEDS:
        ours, plain, bad = seek_times(case.path, seed)
        ratios.append(ours / plain)
        ours_ms.append(1e3 * ours / SEEKS)
        wrong += bad
    with open_video(case.path) as video:
        skips = case.has_b_frames and video.codec in SKIPPING
        name = f"random seek, {case.path.name} ({video.codec}, {video.size[0]}x{video.size[1]})"
    must = 0.70 if skips else 1.10
    if skips:
        least = f"{decode_seconds(case.path, 'NONREF') / decode_seconds(case.path, 'DEFAULT'):.2f}"
        what = "decoding only what other frames need / decoding all"
        yield Row(f"{what}, {case.path.name}", least)
    figure = f"{median(ratios):.2f} ({median(ours_ms):.1f} ms)"
    yield Row(f"{name} / from keyframe", figure, f"<= {must:.2f}", median(ratios) <= must)
    if wrong:
        yield Row(f"{name}: wrong frames", str(wrong), "0", met=False)


def seek_times(path: Path, seed: int) -> tuple[float, float, int]:
    """Process seconds of all our seeks and of all plain ones, and how many frames differ."""
    rng = random.Random(seed)
    times = {"ours": 0.0, "plain": 0.0}
    wrong = 0
    with open_video(path, cache_bytes=0) as video, closing(PlainSeeker(path)) as plain:
        for turn in range(SEEKS):
            rank = rng.randrange(video.frame_count)
            contest: list[tuple[str, Callable[[int], np.ndarray]]]
            contest = [("ours", video.frame), ("plain", plain.frame)]
            pictures = []
            for name, ask in contest if turn % 2 else reversed(contest):
                began = time.process_time()
                pictures.append(ask(rank))
                times[name] += time.process_time() - began
            wrong += not np.array_equal(*pictures)
    return times["ours"], times["plain"], wrong


def decode_seconds(path: Path, skip: str) -> float:
    """Process seconds of decoding a file without the frames to skip; a seek cannot save more."""
    seconds = []
    for _ in range(3):
        with plain_open(path) as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = skip
            packets = [packet for packet in container.demux(stream) if packet.size]
            began = time.process_time()
            for packet in packets:
                stream.codec_context.decode(packet)
            stream.codec_context.decode(None)
            seconds.append(time.process_time() - began)
    return median(seconds)


class PlainSeeker:
    """Seeks to the keyframe before the target and decodes every frame up to it, as one would.

    It is given the places of keyframes, so that it is right on every file and does no more work
    than it must.
    """

    def __init__(self, path: Path) -> None:
        with plain_open(path) as container:
            packets = [packet for packet in container.demux(video=0) if packet.size]
            keys = [
                packet.pts if packet.pts is not None else packet.dts
                for packet in packets
                if packet.is_keyframe
            ]
        with plain_open(path) as container:
            frames = [(f.pts, f.key_frame) for f in container.decode(video=0)]
        self._pts = [pts for pts, _ in frames]
        self._key_ranks = [rank for rank, (_, is_key) in enumerate(frames) if is_key]
        self._keys = keys[: len(self._key_ranks)]
        self._container = plain_open(path)
        self._stream = self._container.streams.video[0]
        self._converter = VideoReformatter()
        self._lead = 0
        # Transport streams land behind the stamp that they are sent to.
        if len(self._keys) > 1 and self._seek(1) is None:
            self._lead = round(2 / self._stream.time_base)

    def close(self) -> None:
        """Release the file."""
        self._container.close()

    def frame(self, rank: int) -> np.ndarray:
        """The frame as RGB."""
        place = max(k for k, key_rank in enumerate(self._key_ranks) if key_rank <= rank)
        packet = self._seek(place)
        number = self._key_ranks[place]
        while packet is not None:
            for frame in packet.decode():
                if number == rank:
                    frame = self._converter.reformat(frame, format="rgb24", threads=1)
                    return frame.to_ndarray()
                number += 1
            packet = next(self._packets, None)
        raise FrameDecodeError(f"plain decoding did not find frame {rank}")

    def _seek(self, place: int) -> av.Packet | None:
        self._container.seek(self._keys[place] - self._lead, stream=self._stream)
        self._packets = self._container.demux(self._stream)
        for packet in self._packets:
            if packet.is_keyframe and self._keys[place] in (packet.pts, packet.dts):
                return packet
        return None


# -- streams -------------------------------------------------------------------------------------


def stream_rows(path: Path, rounds: int) -> Iterator[Row]:
    """All frames as RGB, in order: frames per second of wall time."""
    readers: dict[str, Callable[[Path], int]] = {"mvit-lens": our_stream, "OpenCV": opencv_stream}
    for name, reader in (("torchcodec", torchcodec_stream), ("decord", decord_stream)):
        if peer_module(name) is not None:
            readers[name] = reader
    rates: dict[str, list[float]] = {name: [] for name in readers}
    for turn in range(rounds):
        for name in list(readers) if turn % 2 else reversed(list(readers)):
            began = time.perf_counter()
            frames = readers[name](path)
            rates[name].append(frames / (time.perf_counter() - began))
    for name in readers:
        if name == "mvit-lens":
            continue
        ratio = median(a / b for a, b in zip(rates["mvit-lens"], rates[name], strict=True))
        gate = (">= 0.95", ratio >= 0.95) if name == "OpenCV" else ("", None)
        rate = f"{median(rates['mvit-lens']):.0f} and {median(rates[name]):.0f} fps"
        yield Row(f"in order, 1080p RGB, fps / {name}", f"{ratio:.2f} ({rate})", *gate)


def our_stream(path: Path) -> int:
    """Frames read."""
    with open_video(path) as video:
        return sum(1 for _ in video.frames())


def opencv_stream(path: Path) -> int:
    """Frames read, BGR as OpenCV has them."""
    capture = cv2.VideoCapture(str(path))
    count = 0
    while capture.read()[0]:
        count += 1
    capture.release()
    return count


def torchcodec_stream(path: Path) -> int:
    """Frames read."""
    decoders = peer_module("torchcodec").decoders
    return sum(1 for _ in decoders.VideoDecoder(str(path), dimension_order="NHWC"))


def decord_stream(path: Path) -> int:
    """Frames read."""
    reader = peer_module("decord").VideoReader(str(path))
    return sum(1 for _ in iter(reader.next().asnumpy for _ in range(len(reader))))
