"""Saves a training run: the state to continue from, weights and metrics.

Every file is written whole or not at all, so that Ctrl-C or a full disk leaves the last good one.
"""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mvit_core.checkpoint.files import read_file
from mvit_core.demo.classes import CLASSES
from mvit_core.errors import CheckpointReadError, ExportError
from mvit_core.system.atomic_file import whole_file
from mvit_core.training.recipe import Recipe, configuration_text

__all__ = [
    "METRICS_NAME",
    "STATE_NAME",
    "WEIGHTS_NAME",
    "Measure",
    "RunState",
    "prepare_folder",
    "read_state",
    "write_metrics",
    "write_state",
    "write_weights",
]

STATE_NAME = "training.pt"
WEIGHTS_NAME = "demo.pyth"
METRICS_NAME = "metrics.csv"


@dataclass(frozen=True)
class Measure:
    """Means over the steps since the measure before."""

    stage: str
    step: int
    """Step of the whole run, from 1."""
    clips: int
    """Seen so far in the stage."""
    learning_rate: float
    loss: float
    """Cross-entropy of the classification."""
    auxiliary_loss: float
    accuracy: float
    """On the clips of training, each seen for the first time."""


@dataclass(frozen=True, eq=False)
class RunState:
    """A run between two steps."""

    recipe: str
    """The recipe in words; another recipe cannot go on from here."""
    step: int
    """Steps done, over all stages."""
    learner: dict[str, Tensor]
    """Weights of the model and the auxiliary head."""
    optimiser: dict[str, Any]
    measures: tuple[Measure, ...]


def prepare_folder(folder: Path) -> None:
    """Make the folder, and find out now whether it can be written to.

    Raises:
        ExportError: it cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"the folder {folder} cannot be made ({error.strerror}); choose another one"
        ) from error
    with whole_file(folder / ".writable") as probe:
        probe.touch()
    (folder / ".writable").unlink()


def read_state(folder: Path, recipe: Recipe) -> RunState | None:
    """The state to continue from, or None where no run was begun.

    Raises:
        CheckpointReadError: the file is damaged, or belongs to another recipe.
    """
    path = folder / STATE_NAME
    if not path.exists():
        return None
    try:
        content = read_file(path).top
        measures = tuple(Measure(**row) for row in content.pop("measures"))
        state = RunState(**content, measures=measures)
    except (TypeError, KeyError, AttributeError) as error:
        raise CheckpointReadError(
            f"{path} holds no state of a training; delete it to begin anew"
        ) from error
    if state.recipe != repr(recipe):
        raise CheckpointReadError(
            f"{folder} holds a run with other settings; give the same --seed and --minutes to "
            "continue it, or choose another folder"
        )
    return state


def write_state(folder: Path, state: RunState) -> None:
    """Save what a restart continues from.

    Raises:
        ExportError: the disk is full or the folder cannot be written to.
    """
    content = {**vars(state), "measures": [asdict(measure) for measure in state.measures]}
    _save(content, folder / STATE_NAME)


def write_metrics(folder: Path, measures: Sequence[Measure]) -> None:
    """Save the measures as CSV.

    Raises:
        ExportError: the disk is full or the folder cannot be written to.
    """
    with whole_file(folder / METRICS_NAME) as part, part.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Measure.__dataclass_fields__)
        for measure in measures:
            writer.writerow(
                f"{value:.6g}" if isinstance(value, float) else value
                for value in vars(measure).values()
            )


def write_weights(path: Path, weights: dict[str, Tensor]) -> None:
    """Save a PySlowFast checkpoint: half-precision weights, the configuration, class names.

    Raises:
        ExportError: the disk is full or the folder cannot be written to.
    """
    halves = {name: value.half().contiguous().clone() for name, value in weights.items()}
    content = {
        "model_state": halves,
        "cfg": configuration_text(),
        "meta": {"CLASSES": list(CLASSES)},
    }
    _save(content, path)


def _save(content: dict[str, Any], path: Path) -> None:
    with whole_file(path) as part:
        try:
            with part.open("wb") as file:  # given a path, torch puts its name into the file
                torch.save(content, file)
        except RuntimeError as error:  # how torch tells of a full disk
            raise ExportError(
                f"{path} cannot be written (the disk is full, or was taken away); free some "
                "space, then give the same command again to continue"
            ) from error
