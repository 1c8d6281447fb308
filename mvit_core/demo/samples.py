"""The shipped demo: a trained model and sample clips whose truth is known. Needs no torch."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from mvit_core.errors import MvitError
from mvit_core.system.assets import asset
from mvit_core.system.bounded_json import load_json

__all__ = ["ActorTruth", "DemoSample", "SampleTruth", "demo_checkpoint", "demo_samples"]

FOLDER = "demo"
INDEX_NAME = "samples.json"
LABELS_NAME = "labels.txt"
CHECKPOINT_NAME = "demo.pyth"

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class ActorTruth:
    """Known truth of an actor of a sample clip."""

    class_name: str
    """What it performs."""
    active_frames: tuple[int, int]
    """First and last frame of its action."""
    boxes_px: tuple[Box, ...]
    """Around it in each frame, as edges (left, top, right, bottom)."""


@dataclass(frozen=True)
class SampleTruth:
    """Known truth of a sample clip."""

    file: str
    """Its name beside the index."""
    title: str
    """One short sentence about what happens."""
    class_name: str
    """The right answer."""
    seed: int
    """Seed of the scene."""
    size: int
    """Side of the picture, in pixels."""
    active_frames: tuple[int, int]
    """First and last frame of the action."""
    boxes_px: tuple[Box, ...]
    """Around the actor in each frame, as edges (left, top, right, bottom)."""
    second: ActorTruth | None = None
    """The other actor, where two act at once; its class is the model's second."""


@dataclass(frozen=True)
class DemoSample:
    """A shipped clip."""

    title: str
    """One short sentence about what happens."""
    clip: Path
    class_name: str
    """The right answer."""
    truth: SampleTruth


def demo_samples() -> tuple[DemoSample, ...]:
    """The shipped clips, in the order to offer them.

    Raises:
        MvitError: a clip or the index is missing or damaged.
    """
    text = _shipped(INDEX_NAME).read_text(encoding="utf-8", errors="replace")
    try:
        truths = [_truth(row) for row in load_json(text)["samples"]]
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(INDEX_NAME) from error
    return tuple(DemoSample(t.title, _shipped(t.file), t.class_name, t) for t in truths)


def demo_checkpoint() -> Path:
    """The shipped weights, a checkpoint like any other.

    Raises:
        MvitError: it is missing or empty.
    """
    return _shipped(CHECKPOINT_NAME)


def _truth(row: dict[str, Any]) -> SampleTruth:
    second = row["second"]
    values = {field.name: row[field.name] for field in fields(SampleTruth)}
    other = None if second is None else ActorTruth(**{**second, **_places(second)})
    return SampleTruth(**{**values, **_places(row), "second": other})


def _places(row: dict[str, Any]) -> dict[str, Any]:
    """The fields that are tuples, of the lists of JSON."""
    first, last = row["active_frames"]
    boxes = tuple((left, top, right, bottom) for left, top, right, bottom in row["boxes_px"])
    return {"active_frames": (first, last), "boxes_px": boxes}


def _shipped(name: str) -> Path:
    try:
        path = Path(str(asset(FOLDER, name)))
    except FileNotFoundError as error:
        raise MvitError(
            f"the demo's {name} is missing; reinstall mvit-lens, or open a clip and a checkpoint "
            "of your own"
        ) from error
    if not path.stat().st_size:
        raise _damaged(name)
    return path


def _damaged(name: str) -> MvitError:
    return MvitError(
        f"the demo's {name} is damaged; reinstall mvit-lens, or open a clip and a checkpoint of "
        "your own"
    )
