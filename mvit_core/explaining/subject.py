"""What is explained: a network and one clip, with the passes that several explanations share.

Axis legend: N tokens (class token first where there is one), C channels.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn

from mvit_core.attention.forward import own_precision
from mvit_core.attention.record import activated
from mvit_core.errors import CaptureError, ClipError
from mvit_core.explaining.baselines import BASELINES
from mvit_core.explaining.evidence import Target
from mvit_core.explaining.heads_off import HeadsOff
from mvit_core.explaining.watching import OnStep, Steps, watched
from mvit_core.geometry import GridGeometry, Triple
from mvit_core.model.config import MViTConfig
from mvit_core.model.detection import DetectionMViT, whole_frames
from mvit_core.model.kernels import frozen
from mvit_core.model.mvit import MViT
from mvit_core.model.pooling import triple
from mvit_core.system.devices import memory_errors_named

__all__ = [
    "EnteringTokens",
    "StageRun",
    "Subject",
    "entering_geometry",
    "last_stage",
    "margin",
]


@dataclass(frozen=True)
class StageRun:
    """One plain pass: its logits, and the tokens that entered one block."""

    tokens: Tensor
    """(1, N, C); of a reversible network both streams side by side."""
    grid: Triple
    """(T, Y, X) of the patch tokens."""
    block: int
    logits: Tensor
    """(1, classes), before softmax or sigmoid."""
    seconds: float = 0.0
    """Time that the pass took; 0 where it is not known."""


class EnteringTokens:
    """Hears the tokens that enter a block while its ``with`` block lasts.

    Args:
        model: the network.
        block: from 0.
    """

    def __init__(self, model: MViT, block: int) -> None:
        self._layer, self.block = model.layers[block], block
        self.tokens = torch.empty(0)
        self.grid: Triple = (0, 0, 0)
        self.seconds = 0.0

    def __enter__(self) -> "EnteringTokens":
        self._start = perf_counter()
        self._handle = self._layer.register_forward_pre_hook(self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        self._handle.remove()
        self.seconds = perf_counter() - self._start

    def _hear(self, _: nn.Module, given: tuple[Any, ...]) -> None:
        *streams, grid = given
        tokens = streams[0] if len(streams) == 1 else torch.cat(streams, dim=-1)
        with torch.inference_mode(False):  # no gradient could begin at a tensor of that mode
            self.tokens = tokens.clone() if tokens.is_inference() else tokens.detach()
        self.grid = triple(grid)

    def run(self, logits: Tensor) -> StageRun:
        """What was heard, with the logits (1, classes) that came of it."""
        logits = logits.detach().to(self.tokens.device)
        return StageRun(self.tokens, self.grid, self.block, logits, self.seconds)


def last_stage(config: MViTConfig) -> int:
    """The block that begins the last stage: the last one that makes the grid coarser.

    A network of one grid has no stages; the last quarter of its blocks stands for one.
    """
    coarser = [
        index
        for index, block in enumerate(config.blocks)
        if index and block.q_window is not None and max(block.q_window.stride) > 1
    ]
    return coarser[-1] if coarser else config.depth * 3 // 4


def entering_geometry(config: MViTConfig, block: int) -> GridGeometry:
    """Places of the tokens that enter a block, on the model's input."""
    geometry = config.patch_geometry
    for before in config.blocks[:block]:
        geometry = geometry.through(before.q_window)
    return geometry


class Subject:
    """A network and one clip; remembers the pass over the clip and over each baseline.

    Explaining another class of the same clip then costs no further pass of the whole network.
    Not thread-safe: it belongs to whom the network belongs to.

    Args:
        model: in ``eval`` mode; weights, hooks and ``requires_grad`` are left as they were.
        inputs: (1, 3, T, H, W), moved to the model's device and number format.
        box: for a model of detection, x1, y1, x2, y2 in pixels of the crop: whose classes are
            explained; None is the whole frame.
        run: the pass over the clip, where it was heard already (``EnteringTokens``).
        off: heads that are off in every pass; None for none.

    Raises:
        CaptureError: the model is no MViT, is being trained, predicts no classes or takes no box.
        ClipError: the input is not one clip.
    """

    def __init__(
        self,
        model: nn.Module,
        inputs: Tensor,
        box: Sequence[float] | None = None,
        run: StageRun | None = None,
        off: HeadsOff | None = None,
    ) -> None:
        if not isinstance(model, MViT):
            raise CaptureError(f"{type(model).__name__} is no MViT; explanations need its blocks")
        if model.training:
            raise CaptureError("the model is being trained; call model.eval() before explaining it")
        if not model.config.num_classes:
            raise CaptureError("this network predicts no classes, so there is none to explain")
        if inputs.ndim != 5 or len(inputs) != 1:
            raise ClipError(f"one clip (1, 3, T, H, W) is explained, got {tuple(inputs.shape)}")
        self.model, self.config = model, model.config
        self.stage = last_stage(model.config)
        parameter = next(model.parameters())
        with torch.inference_mode(False), torch.no_grad():
            self.clip = inputs.to(parameter.device, parameter.dtype).detach().clone()
        self._boxes = self._boxes_of(box)
        self._runs: dict[str, StageRun] = {} if run is None else {"": run}
        self._off = off
        self.steps = Steps()

    def _boxes_of(self, box: Sequence[float] | None) -> Tensor | None:
        if not isinstance(self.model, DetectionMViT):
            if box is not None:
                raise CaptureError("a box is for models of detection; this one takes none")
            return None
        boxes = whole_frames(self.clip)
        if box is not None:
            boxes[0, 1:] = torch.tensor([float(edge) for edge in box], device=boxes.device)
        return boxes

    def with_model(self, model: MViT) -> "Subject":
        """The same clip and box before another network."""
        box = None if self._boxes is None else self._boxes[0, 1:].tolist()
        return Subject(model, self.clip, box, off=self._off)

    def off_in(self, block: int) -> list[int]:
        """Heads of a block that are off."""
        return [] if self._off is None else self._off.of(block)

    @property
    def nbytes(self) -> int:
        """Memory of the clip and of the pass over it."""
        return self.clip.nbytes + sum(run.tokens.nbytes for run in self._runs.values())

    @property
    def run(self) -> StageRun:
        """The plain pass over the clip; run when first asked for."""
        if "" not in self._runs:
            self._runs[""] = self.pass_over(self.clip)
        return self._runs[""]

    def baseline_run(self, name: str) -> StageRun:
        """The plain pass over a baseline of the clip."""
        if name not in self._runs:
            self._runs[name] = self.pass_over(self.baseline(name))
        return self._runs[name]

    def baseline(self, name: str) -> Tensor:
        """The clip (1, 3, T, H, W) with what it shows hidden.

        Raises:
            CaptureError: there is no such baseline.
        """
        if name not in BASELINES:
            raise CaptureError(f"baseline is {name!r}; allowed are {', '.join(BASELINES)}")
        frames = max(self.config.patch_stride[0], 1)
        return BASELINES[name].clip(self.clip, frames).contiguous()

    @contextmanager
    def session(self, on_step: OnStep | None = None) -> Iterator[Steps]:
        """Everything that runs the network stands in such a block.

        Weights ask for no gradient, a caller's autocast and inference mode are left aside, and
        ``on_step`` is called many times within each pass.

        Raises:
            CaptureError: the network cannot run on the clip.
            DeviceMemoryError: the device has too little memory for it.
        """
        given, device = tuple(self.clip.shape), self.clip.device
        before, self.steps = self.steps, Steps(on_step)
        half = self.clip.element_size() < 4
        with ExitStack() as stack:
            stack.callback(setattr, self, "steps", before)
            stack.enter_context(_named_errors(given))
            stack.enter_context(memory_errors_named(f"an input of {given}", device, half=half))
            stack.enter_context(torch.inference_mode(False))
            stack.enter_context(own_precision(device))
            stack.enter_context(frozen(self.model))
            stack.enter_context(watched(self.model, self.steps))
            if self._off is not None:
                stack.enter_context(self._off.applied(self.model))
            yield self.steps

    def pass_over(self, clip: Tensor) -> StageRun:
        """One plain pass over another clip of the same size, (1, 3, T, H, W)."""
        with EnteringTokens(self.model, self.stage) as entering, torch.no_grad():
            logits = self.logits_of(clip)
        return entering.run(logits)

    def logits_of(self, clips: Tensor) -> Tensor:
        """Logits (B, classes) of clips (B, 3, T, H, W), of the same box in each."""
        if self._boxes is None:
            found: Tensor = self.model(clips)
            return found
        boxes = self._boxes.repeat(len(clips), 1)
        boxes[:, 0] = torch.arange(len(clips), device=boxes.device)
        found = self.model(clips, boxes)
        return found

    def resume(self, tokens: Tensor, grid: Triple, block: int) -> Tensor:
        """Logits (1, classes) of the tokens (1, N, C) that enter a block; differentiable.

        Args:
            tokens: (1, N, C), class token first where there is one.
            grid: (T, Y, X) of its patch tokens.
            block: from 0, at or behind the last stage.
        """
        if isinstance(self.model, DetectionMViT):
            return self.model.resume(tokens, grid, block, self._boxes)
        return self.model.resume(tokens, grid, block)

    def scores(self, tokens: Tensor, grid: Triple) -> Tensor:
        """Logits (B, classes) of the tokens (B, N, C) that leave the last block; differentiable.

        Args:
            tokens: class token first where there is one.
            grid: (T, Y, X) of the patch tokens.
        """
        last = self.config.depth - 1
        if last in self.config.norm_after:
            tokens = self.model.stage_norms[str(last)](tokens)
        if isinstance(self.model, DetectionMViT):
            return self.model.scores(tokens, grid, self._boxes)
        return self.model.scores(tokens, grid)

    def grid_entering(self, block: int) -> Triple:
        """Grid (T, Y, X) of the patch tokens that enter a block at or behind the last stage."""
        grid = self.run.grid
        for between in self.config.blocks[self.stage : block]:
            grid = grid if between.q_window is None else between.q_window.output_shape(grid)
        return grid

    def probability(self, logits: Tensor, target: Target) -> float:
        """p(class), 0 to 1, of the target's class in logits (1, classes)."""
        return float(activated(logits, self.config.head_act)[0, target.index])


def margin(logits: Tensor, target: Target) -> Tensor:
    """What is explained, of logits (B, classes): (B,), in float32 at least."""
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    own = logits[:, target.index]
    return own if target.against is None else own - logits[:, target.against]


@contextmanager
def _named_errors(given: tuple[int, ...]) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise CaptureError(
            f"the network cannot be explained on an input of {given}: {reason}"
        ) from error
