"""The training run: from a recipe to weights, in steps that a restart continues.

A run depends on its recipe alone: clips, their order and the first weights come from its seed, and
it has a number of steps, not a time.
"""

import math
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import torch
from torch import Tensor, nn

from mvit_core.checkpoint.tables import resize_tables
from mvit_core.training.batches import training_seeds
from mvit_core.training.helpers import Helper, LocalHelper, ProcessHelper
from mvit_core.training.learner import Learner, Share, Task
from mvit_core.training.recipe import Recipe, Stage, architecture
from mvit_core.training.saving import (
    WEIGHTS_NAME,
    Measure,
    RunState,
    prepare_folder,
    read_state,
    write_metrics,
    write_state,
    write_weights,
)
from mvit_core.training.threads import one_thread

__all__ = ["Progress", "TrainingStopped", "train"]

_SAVE_EVERY = 50
_MEASURE_EVERY = 10


class TrainingStopped(KeyboardInterrupt):
    """Ctrl-C came; the state is saved and the message says how to go on."""


@dataclass(frozen=True)
class Progress:
    """After each step."""

    step: int
    """Steps done, over all stages."""
    steps: int
    """Steps of the whole run."""
    stage: Stage
    clips: int
    """Clips of this step."""
    accuracy: float
    """Mean over the last steps."""
    work_done: float
    """Share of the run's work, 0 to 1: a step of large clips counts for more."""


OnProgress = Callable[[Progress], None]


def train(
    recipe: Recipe,
    folder: Path,
    on_progress: OnProgress = lambda _: None,
    *,
    processes: int = 2,
) -> Path:
    """Train, or go on where a run with the same recipe was interrupted.

    Args:
        recipe: what to do.
        folder: gets the state, the metrics and the weights; made if need be.
        on_progress: called after each step.
        processes: 1 or 2; the weights are the same.

    Returns:
        The checkpoint.

    Raises:
        TrainingStopped: Ctrl-C; what was done is saved.
        ExportError: the folder cannot be written to, or the disk is full.
        CheckpointReadError: the folder holds a damaged run or another one.
    """
    prepare_folder(folder)
    state = read_state(folder, recipe)
    with one_thread(), _stop_flag() as stop:
        if processes == 1:
            return _Run(recipe, folder, on_progress, LocalHelper(), stop).finish(state)
        with ProcessHelper() as helper:
            return _Run(recipe, folder, on_progress, helper, stop).finish(state)


@contextmanager
def _stop_flag() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C, so that a step is never torn; the second acts as usual."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def stop_asked(_: int, __: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop_asked)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


class _Run:
    """One run's moving parts."""

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        on_progress: OnProgress,
        helper: Helper,
        stop: threading.Event,
    ) -> None:
        self._recipe = recipe
        self._folder = folder
        self._on_progress = on_progress
        self._helper = helper
        self._stop = stop
        self._measures: list[Measure] = []
        self._recent: list[Share] = []

    def finish(self, state: RunState | None) -> Path:
        """Do the steps that are left, and write the weights."""
        self._begin(state)
        while self._step < self._recipe.steps:
            self._one_step()
            saved = self._step % _SAVE_EVERY == 0 or self._step == self._recipe.steps
            if saved:
                self._save()
            if self._stop.is_set():
                if not saved:
                    self._save()
                raise TrainingStopped(
                    f"stopped after step {self._step} of {self._recipe.steps}; give the same "
                    "command again to continue"
                )
        path = self._folder / WEIGHTS_NAME
        write_weights(path, self._learner.model.state_dict())
        return path

    def _begin(self, state: RunState | None) -> None:
        self._step = 0 if state is None else state.step
        stage, _ = self._place(max(self._step - 1, 0))  # that of the saved weights
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self._recipe.seed)
            self._learner = Learner(stage.size)
        self._optimiser = _optimiser(self._learner, self._recipe)
        if state is not None:
            self._learner.load_state_dict(state.learner)
            self._optimiser.load_state_dict(state.optimiser)
            self._measures = list(state.measures)

    def _place(self, step: int) -> tuple[Stage, int]:
        """The stage of a step, and how many of the stage's steps come before it."""
        done = step
        for stage in self._recipe.stages:
            if done < stage.steps:
                return stage, done
            done -= stage.steps
        raise AssertionError(f"step {step} of {self._recipe.steps}")

    def _one_step(self) -> None:
        stage, done = self._place(self._step)
        if self._learner.size != stage.size:
            self._learner = _grown(self._learner, stage.size)
            self._optimiser = _optimiser(self._learner, self._recipe)
        share = self._gradient(stage, done)
        rate = stage.learning_rate * _rate_factor(done / stage.steps, self._recipe.warm_up)
        _apply(self._learner, self._optimiser, share.gradient, rate, self._recipe.clip_norm)
        self._step += 1
        self._measure(share, stage, done + 1, rate)
        self._on_progress(
            Progress(
                self._step,
                self._recipe.steps,
                stage,
                share.clips,
                self._accuracy(),
                self._recipe.work(self._step) / self._recipe.work(self._recipe.steps),
            )
        )

    def _gradient(self, stage: Stage, done: int) -> Share:
        recipe = self._recipe
        seeds = tuple(training_seeds(recipe.seed, self._step, recipe.batch))
        left = 1 - min(1.0, done / stage.steps / recipe.auxiliary_until)
        weight = stage.auxiliary * left
        half = len(seeds) // 2
        self._helper.ask(stage.size, self._learner.flat, Task(seeds[half:], weight))
        own = self._learner.share(Task(seeds[:half], weight))
        return own.joined(self._helper.result())

    def _measure(self, share: Share, stage: Stage, done: int, rate: float) -> None:
        self._recent.append(share)
        if done % _MEASURE_EVERY and done != stage.steps:
            return
        count = len(self._recent)
        self._measures.append(
            Measure(
                stage=stage.name,
                step=self._step,
                clips=done * self._recipe.batch,
                learning_rate=rate,
                loss=sum(s.loss for s in self._recent) / count,
                auxiliary_loss=sum(s.auxiliary_loss for s in self._recent) / count,
                accuracy=self._accuracy(),
            )
        )
        self._recent.clear()

    def _accuracy(self) -> float:
        clips = sum(share.clips for share in self._recent)
        if not clips:
            return self._measures[-1].accuracy
        return sum(share.right for share in self._recent) / clips

    def _save(self) -> None:
        state = RunState(
            repr(self._recipe),
            self._step,
            self._learner.state_dict(),
            self._optimiser.state_dict(),
            tuple(self._measures),
        )
        write_state(self._folder, state)
        write_metrics(self._folder, self._measures)


def _optimiser(learner: Learner, recipe: Recipe) -> torch.optim.AdamW:
    """AdamW; only matrices decay."""
    groups: dict[bool, list[nn.Parameter]] = {True: [], False: []}
    for name, parameter in learner.named_parameters():
        table = "pos" in name or name.endswith("cls_token")
        groups[parameter.ndim > 1 and not table].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": groups[True], "weight_decay": recipe.weight_decay},
            {"params": groups[False], "weight_decay": 0.0},
        ],
        betas=recipe.betas,
    )


def _rate_factor(progress: float, warm_up: float) -> float:
    """Rises in a line, then falls as a cosine."""
    if progress < warm_up:
        return (progress + 1e-3) / warm_up
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def _apply(
    learner: Learner,
    optimiser: torch.optim.AdamW,
    gradient: Tensor,
    rate: float,
    clip_norm: float,
) -> None:
    gradient = gradient * min(1.0, clip_norm / (float(gradient.norm()) + 1e-6))
    parameters = list(learner.parameters())
    parts = gradient.split([p.numel() for p in parameters])
    for parameter, part in zip(parameters, parts, strict=True):
        parameter.grad = part.view_as(parameter).clone()
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.step()


def _grown(learner: Learner, size: int) -> Learner:
    """The same weights for larger clips: position tables are interpolated."""
    larger = Learner(size)
    shapes = {name: value.shape for name, value in larger.model.state_dict().items()}
    state, _ = resize_tables(learner.model.state_dict(), shapes, architecture(size))
    larger.model.load_state_dict(state)
    larger.auxiliary.load_state_dict(learner.auxiliary.state_dict())
    return larger
