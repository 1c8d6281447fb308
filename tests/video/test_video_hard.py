"""Damaged files harm nobody, and videos that were closed leave nothing behind."""

import multiprocessing
import sys
from pathlib import Path

import pytest

from mvit_core.video import open_video
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and memory as Linux has")

SAMPLE = 60
"""Damaged files in the suite; ``python -m tests.video.fuzz`` examines thousands."""
CLIPS, WARM_UP = 50, 5
ALLOWED_BYTES = 50 * 10**6


def test_damaged_files_end_in_frames_or_in_words(tmp_path):
    from tests.video.fuzz import fuzz

    rows = list(fuzz(SAMPLE, 5, tmp_path))
    assert [row for row in rows if row[2].is_finding] == []
    assert {outcome.kind for _, _, outcome in rows} == {"read", "refused"}


def test_the_examiner_notices_what_it_looks_for(tmp_path, monkeypatch):
    from tests.video import fuzz

    monkeypatch.setattr(fuzz, "PEAK_BYTES", 1 << 20)
    (tmp_path / "noise.mp4").write_bytes(bytes(200))
    examiner = fuzz.Examiner()
    try:
        assert examiner.examine(tmp_path / "noise.mp4", 0).kind == "memory"
    finally:
        examiner.close()


def resident_bytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def open_and_close_many(path, pipe):
    """Resident bytes of this process after every clip that was opened, looked at and closed."""
    sizes = []
    for _ in range(CLIPS):
        with open_video(path) as video:
            for index in (*range(0, video.frame_count, 3), 5, 4, 3):
                video.frame(index)
        sizes.append(resident_bytes())
    pipe.send(sizes)


def test_opening_and_closing_many_clips_does_not_grow(tmp_path):
    path = write_barcode_clip(tmp_path / "clip.mp4", frames=60, size=(640, 360))
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=open_and_close_many, args=(path, theirs))
    process.start()
    theirs.close()
    sizes = ours.recv()
    process.join()
    grown = max(sizes[WARM_UP:]) - sizes[WARM_UP - 1]
    print(f"resident memory grew by {grown / 1e6:.1f} MB in {CLIPS - WARM_UP} clips")
    assert grown < ALLOWED_BYTES
