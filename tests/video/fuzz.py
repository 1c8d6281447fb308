"""Damaged copies of good files, each opened and read here and there in a child process.

Run it large with ``python -m tests.video.fuzz --files 2000``; the suite runs a small sample. A
finding is a crash, a hang, memory without bound, or an error that is no ``MvitError``; the file
that led to it is kept. Linux only: the limits of the child are those of ``resource``.
"""

import argparse
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mvit_core.errors import FrameDecodeError, MvitError
from mvit_core.video import open_video
from tests.fixtures_video import SHARED, write_barcode_clip

HANG_SECONDS = 5.0
"""Seconds of computing; a machine that is busy with other things makes no file hang."""
_STILL_SECONDS = 60.0
"""On the clock, for a child that waits for something that never comes."""
_TICKS = os.sysconf("SC_CLK_TCK")
ADDRESS_SPACE = 4 << 30
PEAK_BYTES = 1 << 30
"""Resident memory of a child that counts as without bound."""
FILES_PER_CHILD = 200
_LARGEST_SOURCE = 1_500_000


@dataclass(frozen=True)
class Outcome:
    """The outcome for one file."""

    kind: str
    """refused, read, or a finding: error, crash, hang, memory."""
    detail: str = ""
    seconds: float = 0.0
    """Computed by the child for it."""
    peak_bytes: int = 0
    """Largest resident memory of the child while it had the file."""

    @property
    def is_finding(self):
        """Something has to be mended."""
        return self.kind not in ("refused", "read")


def sources(folder):
    """Good files of many kinds: generated ones, and the corpus and the clips where they are."""
    made = [
        write_barcode_clip(folder / "h264.mp4", frames=40),
        write_barcode_clip(folder / "h264.ts", frames=40),
        write_barcode_clip(folder / "mpeg4.avi", frames=40, codec="mpeg4"),
        write_barcode_clip(folder / "mjpeg.mov", frames=20, codec="mjpeg", pixel_format="yuvj420p"),
        write_barcode_clip(
            folder / "vp9.webm", frames=24, codec="libvpx-vp9", options={"deadline": "realtime"}
        ),
    ]
    shared = [p for name in ("corpus", "clips") for p in sorted((SHARED / name).glob("*.*"))]
    shared = [p for p in shared if p.is_file() and p.suffix not in (".json", ".md")]
    return [p for p in made + shared if 64 < p.stat().st_size <= _LARGEST_SOURCE]


def mutated(data, chance):
    """A damaged copy of ``data``, and the name of what was done to it."""
    name = chance.choice(sorted(MUTATIONS))
    copy = bytearray(data)
    MUTATIONS[name](copy, chance)
    return bytes(copy), name


def _place(copy, chance):
    """Anywhere, but every other time near an end, where containers keep what they live by."""
    end = len(copy) - 1
    near = min(end, 2048)
    return chance.choice(
        (chance.randint(0, end), chance.randint(0, near), chance.randint(end - near, end))
    )


def _flip_bits(copy, chance):
    for _ in range(chance.choice((1, 3, 16, 64, 512))):
        copy[_place(copy, chance)] ^= 1 << chance.randrange(8)


def _set_bytes(copy, chance):
    for _ in range(chance.choice((1, 4, 16))):
        copy[_place(copy, chance)] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))


def _truncate(copy, chance):
    del copy[chance.randint(1, len(copy) - 1) :]


def _cut_front(copy, chance):
    del copy[: chance.randint(1, len(copy) // 2)]


def _zero(copy, chance):
    start = _place(copy, chance)
    stop = min(len(copy), start + chance.choice((4, 64, 1024, len(copy) // 4)))
    copy[start:stop] = bytes(stop - start)


def _noise(copy, chance):
    start = _place(copy, chance)
    stop = min(len(copy), start + chance.choice((4, 64, 1024, len(copy) // 4)))
    copy[start:stop] = chance.randbytes(stop - start)


def _swap(copy, chance):
    size = max(1, min(len(copy) // 4, chance.choice((16, 188, 1024, 16384))))
    a, b = (chance.randint(0, len(copy) - size) for _ in range(2))
    copy[a : a + size], copy[b : b + size] = copy[b : b + size], copy[a : a + size]


def _repeat(copy, chance):
    start = _place(copy, chance)
    copy[start:start] = copy[start : start + chance.choice((4, 188, 4096))]


def _drop(copy, chance):
    start = _place(copy, chance)
    del copy[start : start + chance.choice((1, 4, 188, 4096))]


MUTATIONS = {
    "flipped bits": _flip_bits,
    "set bytes": _set_bytes,
    "cut off": _truncate,
    "cut in front": _cut_front,
    "zeroed span": _zero,
    "noise": _noise,
    "swapped chunks": _swap,
    "repeated chunk": _repeat,
    "dropped chunk": _drop,
}


def read_here_and_there(path, seed):
    """Open a file, look at some frames in and out of order; returns what became of it."""
    try:
        with open_video(path, cache_bytes=16 << 20) as video:
            last = video.frame_count - 1
            chance = random.Random(seed)
            places = [0, last, last // 2, *(chance.randint(0, last) for _ in range(4))]
            places += [max(0, last // 2 - back) for back in (1, 2)]
            readable = 0
            for place in places:
                try:
                    assert video.frame(place).shape == (video.size[1], video.size[0], 3)
                    readable += 1
                except FrameDecodeError:
                    continue
            assert len(video.pts_seconds) == video.frame_count
            assert all(video.damage), "every sentence of damage says something"
            return Outcome("read", f"{readable} of {len(places)} frames")
    except MvitError as error:
        lines = str(error).splitlines()
        return Outcome("refused" if len(lines) == 1 else "error", str(error))


def _child(pipe):
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    while (task := pipe.recv()) is not None:
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
        began = time.process_time()
        try:
            outcome = read_here_and_there(*task)
        except BaseException:
            outcome = Outcome("error", traceback.format_exc())
        pipe.send((outcome.kind, outcome.detail, time.process_time() - began, _peak()))


def _peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


class Examiner:
    """A child process that reads one file after another, begun anew when it dies or hangs."""

    def __init__(self):
        self._process = self._pipe = None
        self._left = 0

    def examine(self, path, seed):
        """Open and read a file; a hang counts when it comes twice."""
        first = self._once(path, seed)
        return self._once(path, seed) if first.kind == "hang" else first

    def close(self):
        """End the child."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None

    def _once(self, path, seed):
        if self._process is None or self._left == 0:
            self._begin()
        self._left -= 1
        self._pipe.send((path, seed))
        if not self._answers():
            self.close()
            return Outcome("hang", f"no answer in {HANG_SECONDS:g} s", HANG_SECONDS)
        try:
            kind, detail, seconds, peak = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            code = self._process.exitcode
            self.close()
            return Outcome("crash", f"exit code {code}")
        if peak > PEAK_BYTES:
            return Outcome("memory", f"{peak >> 20} MiB, then {kind}: {detail}", seconds, peak)
        return Outcome(kind, detail, seconds, peak)

    def _answers(self):
        began, busy = time.monotonic(), self._busy_seconds()
        while not self._pipe.poll(0.5):
            still = time.monotonic() - began > _STILL_SECONDS
            if still or self._busy_seconds() - busy > HANG_SECONDS:
                return False
        return True

    def _busy_seconds(self):
        """Seconds that the child has computed so far, in all its threads."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _begin(self):
        self.close()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_child, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._left = FILES_PER_CHILD
        self._pipe.send((Path("none"), 0))  # its imports are no part of a file's time
        self._pipe.recv()


def fuzz(count, seed, folder, keep=None):
    """Examine ``count`` damaged files; yields (name of the file, what was done to it, outcome)."""
    good = sources(folder)
    examiner = Examiner()
    try:
        for number in range(count):
            chance = random.Random(f"{seed}/{number}")
            source = chance.choice(good)
            data, done = mutated(source.read_bytes(), chance)
            path = folder / f"{number:05d}{source.suffix}"
            path.write_bytes(data)
            outcome = examiner.examine(path, seed)
            if outcome.is_finding and keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, keep)
            path.unlink()
            yield source.name, done, outcome
    finally:
        examiner.close()


def main():
    """Run many, and say what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "fuzz-findings")
    options = parser.parse_args()
    kinds, slowest, largest = Counter(), Outcome("none"), Outcome("none")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        rows = fuzz(options.files, options.seed, Path(folder), options.keep)
        for number, (name, done, outcome) in enumerate(rows):
            kinds[outcome.kind] += 1
            slowest = max(slowest, outcome, key=lambda o: o.seconds)
            largest = max(largest, outcome, key=lambda o: o.peak_bytes)
            if outcome.is_finding:
                print(f"{number:05d} {name}, {done}: {outcome.kind}: {outcome.detail}", flush=True)
    print(f"{options.files} files in {time.monotonic() - began:.0f} s: {dict(kinds)}")
    print(f"slowest {slowest.seconds:.2f} s, largest {largest.peak_bytes >> 20} MiB resident")
    return any(kinds[kind] for kind in kinds if kind not in ("refused", "read"))


if __name__ == "__main__":
    sys.exit(main())
