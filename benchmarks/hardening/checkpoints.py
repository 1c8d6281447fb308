"""The row of checkpoints, configurations and class names."""

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from random import Random

import torch
from safetensors.torch import save

from benchmarks.hardening.children import Case, Gates, Limits, Met
from benchmarks.hardening.handmade import KINDS
from benchmarks.hardening.mutants import mutants
from benchmarks.hardening.texts import changed_configurations, configurations, label_files
from mvit_core import load_model
from mvit_core.model import MViT
from tests.toys import toy_config, write_toy_checkpoint

__all__ = ["CASES", "GATES", "LIMITS", "TITLE", "cases", "meet"]

TITLE = "checkpoints, configurations, class names"
CASES = 3_000
LIMITS = Limits()
GATES = Gates(cpu_seconds=5.0, refusal_seconds=2.0, megabytes=500.0)


def meet(case: Case) -> Met:
    """Load the model as a user would, with the file as checkpoint, configuration or class names."""
    if case.kind == "checkpoint":
        loaded = load_model(case.path)
    elif case.kind == "configuration":
        loaded = load_model(case.beside, config=Path(case.path))
    else:
        loaded = load_model(case.beside, labels=case.path)
    str(loaded.report)
    return Met()


def cases(folder: Path, count: int, seed: int) -> Iterator[Case]:
    """Write the files one by one; each is removed when the next is asked for."""
    random = Random(seed)
    good = _good_files(folder)
    beside = str(folder / "good.pyth")
    every = _hand_made(beside)
    share = min(1.0, count / CASES)
    step = max(1, round(1 / share))
    made = 0
    for case, content in islice(every, 0, None, step):
        yield from _written(folder, case, content)
        made += 1
    left = max(0, count - made)
    for name, content in mutants(good, left - left // 4, random):
        yield from _written(folder, Case(name, "", "checkpoint"), content)
    for name, text in changed_configurations(left // 8, random):
        yield from _written(folder, Case(name, "", "configuration", beside), _encoded(text))
    for name, content in islice(label_files(left // 8, random), left // 4 - left // 8):
        yield from _written(folder, Case(name, "", "labels", beside), content)


def _hand_made(beside: str) -> Iterator[tuple[Case, bytes | Callable[[], bytes]]]:
    for kind in KINDS:
        for name, content in kind():
            yield Case(name, "", "checkpoint"), content
    for name, text in configurations():
        yield Case(name, "", "configuration", beside), _encoded(text)
        inside = BytesIO()
        torch.save({"model_state": {"blocks.0.norm1.weight": torch.ones(4)}, "cfg": text}, inside)
        yield Case(f"inside: {name}", "", "checkpoint"), inside.getvalue()
    for name, content in label_files(0, Random(0)):
        yield Case(name, "", "labels", beside), content


def _written(folder: Path, case: Case, content: bytes | Callable[[], bytes]) -> Iterator[Case]:
    suffix = Path(case.name).suffix if case.kind == "labels" else ".pyth"
    path = folder / f"case{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content())
    yield Case(case.name, str(path), case.kind, case.beside)
    path.unlink()


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _good_files(folder: Path) -> dict[str, bytes]:
    torch.manual_seed(0)
    model = MViT(toy_config()).eval()
    path = write_toy_checkpoint(folder / "good.pyth", model)
    old = BytesIO()
    content = torch.load(path, weights_only=True)  # noqa: TID251 - written a line above
    torch.save(content, old, _use_new_zipfile_serialization=False)
    weights = {name: value.contiguous() for name, value in model.state_dict().items()}
    return {"zip": path.read_bytes(), "old": old.getvalue(), "safetensors": save(weights)}
