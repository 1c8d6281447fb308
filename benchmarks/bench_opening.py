"""Opening: an hour of video is listed, beside ffprobe doing the same."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median

import av

from benchmarks.bench_video import encode
from benchmarks.results import Row, Section
from mvit_core.video import open_video


def measure(rounds: int) -> Section:
    """An hour in each container."""
    return Section("Opening", "108,000 frames of 320x180, H.264, process time", rows(rounds))


def rows(rounds: int) -> Iterator[Row]:
    """Each container, measured while its file is there."""
    probe = shutil.which("ffprobe")
    if probe is None:
        yield Row("open one hour", "skipped: ffprobe is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        hour = encode_hour(Path(folder, "hour.mp4"))
        for ending in ("mkv", "ts", "mp4"):
            path = hour if ending == "mp4" else remux(hour, hour.with_suffix(f".{ending}"))
            ratios, seconds = [], []
            for _ in range(max(rounds // 2, 3)):
                began = time.process_time()
                open_video(path).close()
                ours = time.process_time() - began
                ratios.append(ours / child_seconds([probe, *PACKET_DUMP, str(path)]))
                seconds.append(ours)
            figure = f"{median(ratios):.2f} ({median(seconds):.2f} s)"
            name = f"open one hour of {ending} / ffprobe's packet dump"
            yield Row(name, figure, "<= 1.20", median(ratios) <= 1.2)


PACKET_DUMP = (
    "-v",
    "error",
    "-select_streams",
    "v:0",
    "-show_entries",
    "packet=pts,dts,size,pos,flags",
    "-of",
    "csv",
)


def child_seconds(command: list[str]) -> float:
    """Process seconds of a command."""
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    spent = after.children_user + after.children_system
    return spent - before.children_user - before.children_system


def encode_hour(path: Path) -> Path:
    """Small pictures, but as many as an hour has."""
    options = {"g": "60", "preset": "ultrafast"}
    minute = encode(path.with_name("minute.mp4"), "libx264", (320, 180), options, frames=1800)
    return remux(minute, path, times=60)


def remux(source: Path, target: Path, times: int = 1) -> Path:
    """The packets of ``source``, so many times over, in the container of ``target``."""
    with av.open(str(target), "w") as out:
        stream, shift = None, 0
        for _ in range(times):
            with av.open(str(source)) as container:
                original = container.streams.video[0]
                stream = stream or out.add_stream_from_template(original)
                for packet in container.demux(original):
                    if packet.size:
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = stream
                        out.mux(packet)
                shift += round(Fraction(original.frames, 30) / original.time_base)
    return target
