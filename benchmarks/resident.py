"""``python -m benchmarks.resident PRESET MEMORY_MIB``: resident memory of analysing one window.

A process of its own, because torch and its caches of earlier work would be counted too. Prints
four numbers: MiB before the analysis, at its peak, kept in memory and spilled to a file.
"""

import re
import sys
from pathlib import Path

import torch

from mvit_core import capture
from mvit_core.attention.recorder import Keep
from mvit_core.attribution import METHODS
from mvit_core.model import PRESETS, MViT

MIB = 1 << 20


def main(preset: str, memory_mib: int) -> None:
    """Analyse one window: the forward pass, and every map of every block."""
    torch.set_num_threads(1)
    model = MViT(PRESETS[preset]).eval()
    frames, height, width = PRESETS[preset].input_shape
    clip = torch.zeros(1, 3, frames, height, width).uniform_(-1, 1)
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before = resident("VmRSS")
    with torch.inference_mode():
        record = capture(model, clip, keep=Keep(memory_bytes=memory_mib * MIB))
        for layer in record.layers:
            for method in METHODS.values():
                method.maps(record, layer, (0, 1, 1) if method.needs_query else "readout")
    print(before, resident("VmHWM"), record.nbytes / MIB, record.spilled_bytes / MIB)


def resident(field: str) -> float:
    """MiB of this process by a line of Linux's own account."""
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found.group(1)) / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
