"""Capture files: from opening one to the first picture, and damaged ones."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.batch.clips import write_clips, write_large, write_toy
from benchmarks.hardening import captures as hostile
from benchmarks.hardening.children import met_by_children
from benchmarks.hardening.table import ROWS, rows_of
from benchmarks.results import Row, gate
from mvit_core import open_video
from mvit_core.capture_file import CaptureFile, write_capture
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.render import HeatSettings, overlay

__all__ = ["mutant_rows", "opening_rows"]

_SIZE = (640, 360)


def opening_rows(rounds: int, *, is_toy: bool = False) -> Iterator[Row]:
    """Seconds from a path to a frame with its heat: of all threads, and as a user waits for it.

    Args:
        rounds: times that the file is opened; the median counts.
        is_toy: of a network of four blocks.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        loaded = (write_toy if is_toy else write_large)(folder).load()
        write_clips(folder, 1, frames=17 if is_toy else 66, size=_SIZE)
        path = folder / "x.mvitcap"
        with open_video(folder / "videos" / "0000.mp4") as video:
            explainer = Explainer(loaded)
            window = explainer.windows(video)[0]
            write_capture(path, video, loaded, [explainer.capture(video, window)])
        found = [_opened(path) for _ in range(rounds + 1)][1:]
        size = path.stat().st_size / 2**20
    metric = f"capture file of {size:.0f} MiB: open to first picture"
    cpu, wall = (median(each[kind][-1] - each[kind][0] for each in found) for kind in (0, 1))
    yield gate(f"{metric}, CPU of all threads", cpu, 0.5, unit=" s")
    yield Row(f"{metric}, wall", f"{wall:.2f} s")
    for step, name in enumerate(("open", "first map", "picture")):
        spent = median(each[0][step + 1] - each[0][step] for each in found)
        yield Row(f"of which {name}, CPU", f"{spent:.3f} s")


def _opened(path: Path) -> tuple[list[float], list[float]]:
    """Processor time and wall time before opening, then after it, the first map and the picture."""
    spent: tuple[list[float], list[float]] = [], []

    def tell() -> None:
        spent[0].append(time.process_time())
        spent[1].append(time.perf_counter())

    tell()
    with open_video(path) as video:
        file = CaptureFile(path)
        explainer = Explainer(file.loaded(), stored=file)
        window = explainer.windows(video)[0]
        tell()
        found = explainer.explain(video, window, MapSpec())
        tell()
        frame = found.capture.frame_indices[0]
        style = HeatSettings().style(found.maps, found.saliency)
        overlay(video.frame(frame), found.heatmap, frame, style)
        tell()
    return spent


def mutant_rows(count: int = 500, seed: int = 20261130) -> list[Row]:
    """The row of hardening about capture files, damaged or with a document that lies."""
    with tempfile.TemporaryDirectory() as place:
        cases = hostile.cases(Path(place), count, seed)
        outcomes = list(met_by_children(ROWS["captures"], cases, hostile.LIMITS))
    return rows_of(hostile.TITLE, outcomes, hostile.GATES)
