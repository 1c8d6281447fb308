"""``python -m benchmarks.peaks RUN``: peak memory of one run of MViTv2-S above the model.

A process of its own for each figure, because torch's caches of earlier work would be counted too.
RUN is ``capture``, ``again`` (a second capture in its process) or ``gradient`` (of one logit with
respect to all tokens); the library is that which the environment names.
"""

import os
import subprocess
import sys
from pathlib import Path

import torch

from benchmarks.contenders import RECORD
from benchmarks.gradients import entering, step
from benchmarks.resident import resident
from benchmarks.results import Row, gate
from mvit_core import capture
from mvit_core.model import PRESETS, MViT
from mvit_core.model.kernels import SWITCH

NOISE_MIB = 8
"""MiB by which two runs of the same process differ."""

RETURNED = "glibc.malloc.mmap_threshold=65536"
"""Tensors go back to the system at once, so that the peak is what is in use, and not holes of the
heap, which differ by tens of MiB with the order of requests."""

GRADIENT_MIB = 1229
"""Gate of a gradient's peak, 1.2 GiB."""


def peak_rows() -> list[Row]:
    """The gates of memory of capture by either library, and of a gradient of the whole."""
    if not Path("/proc/self/clear_refs").exists():
        return [Row("peak memory", "measured on Linux alone")]
    own = peak("capture", "torch")
    rows = [Row("peak of capture above the loaded model, torch's own products", f"{own:.0f} MiB")]
    if torch.backends.mkldnn.is_available():
        once = peak("capture", "onednn") - own
        extra = peak("again", "onednn") - peak("again", "torch")
        rows += [
            Row("code that oneDNN compiles once in a process", f"{once:.0f} MiB"),
            gate("extra peak of capture by oneDNN", extra, NOISE_MIB, unit=" MiB", digits=0),
        ]
    found = max(peak("gradient", "torch"), peak("gradient", "onednn"))
    rows.append(gate("peak of a gradient of all tokens above the loaded model", found,
                     GRADIENT_MIB, unit=" MiB", digits=0))  # fmt: skip
    return rows


def peak(run: str, library: str) -> float:
    """MiB of a run above the loaded model, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.peaks", run]
    environment = {**os.environ, SWITCH: library, "GLIBC_TUNABLES": RETURNED}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return float(done.stdout)


def main(run: str) -> None:
    """Run once and print the peak."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = MViT(PRESETS[RECORD]).eval()
    clip = torch.randn(1, 3, *PRESETS[RECORD].input_shape)
    if run == "again":
        with torch.inference_mode():
            capture(model, clip)
    before = resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    if run in ("capture", "again"):
        with torch.inference_mode():
            capture(model, clip)
    else:
        tokens, grid = entering(model, clip, 0)
        Path("/proc/self/clear_refs").write_text("5")
        step(model, tokens, grid, 0)
    print(resident("VmHWM") - before)


if __name__ == "__main__":
    main(sys.argv[1])
