"""Inputs of the other parts: generated clips with a list of them, and networks by code."""

import sys
from pathlib import Path
from random import Random

import torch

from app.state.view_state import ModelSource
from benchmarks.contenders import RECORD
from mvit_core.model import PRESETS, MViT
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

__all__ = ["batch_command", "first_of", "model_in", "write_clips", "write_large", "write_toy"]

_CLASSES = 7
_TOY, _LARGE = "toy.pyth", "random.pth"


def write_clips(
    folder: Path,
    count: int,
    damaged: int = 0,
    *,
    frames: int = 17,
    size: tuple[int, int] = (96, 54),
    seed: int = 0,
) -> Path:
    """Write clips, some of them damaged, and the list of them; returns the list."""
    random = Random(seed)
    bad = set(random.sample(range(count), damaged))
    (folder / "videos").mkdir(parents=True)
    lines = ["path,label"]
    for number in range(count):
        path = folder / "videos" / f"{number:04}.mp4"
        if number in bad:
            path.write_bytes(random.randbytes(1 + 997 * (number % 4)))
        else:
            write_barcode_clip(path, frames=frames + number % 3, first=20 * number, size=size)
        lines.append(f"videos/{path.name},{number % _CLASSES}")
    path = folder / "list.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def first_of(clips: Path, count: int) -> Path:
    """Write a list of the first clips of a list; returns it."""
    path = clips.with_name(f"first-{count}.csv")
    path.write_text("\n".join(clips.read_text("utf-8").splitlines()[: 1 + count]), "utf-8")
    return path


def write_toy(folder: Path) -> ModelSource:
    """Write a network of four blocks, which runs a window in some milliseconds."""
    torch.manual_seed(0)
    write_toy_checkpoint(folder / _TOY, MViT(toy_config()).eval())
    return model_in(folder)


def write_large(folder: Path) -> ModelSource:
    """Write MViTv2-S with random weights."""
    torch.manual_seed(0)
    torch.save(MViT(PRESETS[RECORD]).state_dict(), folder / _LARGE)
    return model_in(folder)


def model_in(folder: Path) -> ModelSource:
    """The network that was written to a folder."""
    if (folder / _TOY).is_file():
        return ModelSource(folder / _TOY, device="cpu")
    return ModelSource(folder / _LARGE, preset=RECORD, device="cpu")


def batch_command(clips: Path, out: Path, *words: str) -> list[str]:
    """The command that runs a list by the network in its folder, every window and statistic."""
    source = model_in(clips.parent)
    preset = [] if source.preset is None else ["--preset", source.preset]
    return [
        *(sys.executable, "-m", "app", "batch", str(clips), "-o", str(out)),
        *("--checkpoint", str(source.checkpoint), *preset, "--device", "cpu"),
        *("--windows", "all", "--stats", "all", *words),
    ]
