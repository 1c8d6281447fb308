"""The row of capture files: damaged anywhere, or with a document that lies."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import torch

from benchmarks.hardening.children import Broken, Case, Gates, Limits, Met
from benchmarks.hardening.mutants import mutants
from mvit_core import load_model, open_video, write_capture
from mvit_core.attribution import METHODS, MapSpec
from mvit_core.capture_file import CaptureFile
from mvit_core.errors import CaptureFileError, MvitError
from mvit_core.model import MViT
from mvit_core.pipeline import Explainer
from mvit_core.system.tensor_file import TensorFile
from mvit_core.system.tensor_file_writer import TensorFileWriter
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

__all__ = ["CASES", "GATES", "LIMITS", "TITLE", "cases", "meet"]

TITLE = "capture files"
CASES = 500
UNNOTICED = "damage that is not noticed"
LIMITS = Limits()
GATES = Gates(rules=(UNNOTICED,), cpu_seconds=5.0, refusal_seconds=2.0, megabytes=500.0)
_LIES = (None, True, -1, 0, 1 << 40, 1e300, "", "x" * 10_000, [], [[]], {}, [1 << 30] * 3)
"""Values that stand in place of one of the document."""


def meet(case: Case) -> Met:
    """Open the file as the window does, and ask for all that it gives."""
    path = Path(case.path)
    try:
        _ask_for_all(path)
    except MvitError:
        return Met("refused")
    if case.kind == "damaged":
        raise Broken(UNNOTICED, f"{case.name} opened as if it were whole")
    return Met()


def _ask_for_all(path: Path) -> None:
    with open_video(path) as video:
        file = CaptureFile(path)
        explainer = Explainer(file.loaded(), stored=file)
        for window in explainer.windows(video):
            for method in METHODS:
                for block in range(file.config.depth):
                    spec = MapSpec(block=block, method=method, query="class")
                    explainer.explain(video, window, spec)
        for index in range(0, video.frame_count, max(1, video.frame_count // 100)):
            video.frame(index)
    file.check_all()


def cases(folder: Path, count: int, seed: int) -> Iterator[Case]:
    """One whole file, damaged ones, and ones whose document lies under checksums that fit."""
    random = Random(seed)
    good = _good_file(folder)
    content, path = good.read_bytes(), folder / "case.mvitcap"
    yield Case("whole", str(good), "whole")
    lying = (count - 1) // 2
    for name, changed in mutants({"mvitcap": content}, count - 1 - lying, random):
        path.write_bytes(changed)
        yield Case(name, str(path), "whole" if changed == content else "damaged")
    for number in range(lying):
        name = f"{number} {_write_lie(good, path, random)}"
        yield Case(name, str(path), "lying")


def _good_file(folder: Path) -> Path:
    torch.manual_seed(0)
    checkpoint = write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    write_barcode_clip(folder / "clip.mp4", frames=20)
    good = folder / "good" / "good.mvitcap"
    good.parent.mkdir()
    loaded = load_model(checkpoint, device="cpu")
    with open_video(folder / "clip.mp4") as video:
        explainer = Explainer(loaded)
        runs = [explainer.capture(video, window) for window in explainer.windows(video)[:1]]
        write_capture(good, video, loaded, runs)
    return good


def _write_lie(good: Path, path: Path, random: Random) -> str:
    """Write the file with one value of its document replaced; returns where."""
    file = TensorFile(good, CaptureFileError)
    document, words = file.document, []
    document.pop("checksums")
    place = document
    while True:
        key = random.choice(list(place) if isinstance(place, dict) else range(len(place)))
        words.append(str(key))
        inner = place[key]
        if isinstance(inner, dict | list) and inner and random.random() < 0.9:
            place = inner
            continue
        place[key] = random.choice(_LIES)
        break
    path.write_bytes(b"")
    writer = TensorFileWriter(path)
    for name, row in file.rows.items():
        memory = memoryview(bytearray(row.nbytes))
        file.read_into(name, memory)
        writer.add(name, row.kind, row.shape, memory)
    writer.finish(document)
    return ".".join(words)
