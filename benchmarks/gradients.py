"""Times gradients against a forward pass: of the whole network, and of its end alone."""

import time

import torch
from torch import Tensor

from benchmarks.contenders import Timed, ratio, rounds_of
from benchmarks.results import Row, gate
from mvit_core import capture
from mvit_core.attention.recorder import Keep
from mvit_core.model import MViT
from mvit_core.model.kernels import frozen

CLASS = 3
"""Index of the class whose gradient is computed."""

STEPS = 16
"""Steps of a path of gradients through the last stage."""


def entering(model: MViT, clip: Tensor, block: int) -> tuple[Tensor, list[int]]:
    """Tokens and grid that enter a block."""
    seen: list[tuple[Tensor, list[int]]] = []
    handle = model.blocks[block].register_forward_pre_hook(lambda _, given: seen.append(given))
    with torch.no_grad():
        model(clip)
    handle.remove()
    return seen[0]


def step(model: MViT, tokens: Tensor, grid: list[int], block: int) -> Tensor:
    """Gradient of one logit with respect to the tokens that enter a block."""
    with frozen(model), torch.enable_grad():
        leaf = tokens.clone().requires_grad_(True)
        logit = model.resume(leaf, grid, block)[:, CLASS].sum()
        (gradient,) = torch.autograd.grad(logit, leaf)
    return gradient


def last_stage(model: MViT, clip: Tensor) -> int:
    """The first block after the last pooling of queries."""
    record = capture(model, clip)
    last = record.layers[-1].stage
    return next(layer.block for layer in record.layers if layer.stage == last)


def gradient_rows(model: MViT, clip: Tensor, rounds: int) -> list[Row]:
    """The gates of gradients, each over the plain forward of its round."""
    first = last_stage(model, clip)
    start, end = entering(model, clip, 0), entering(model, clip, first)
    tail = Keep(blocks=frozenset(range(first, len(model.blocks))))

    def weighted_by_attention() -> None:
        record = capture(model, clip, CLASS, keep=tail)
        for layer in record.layers:
            for (_, gradient), (_, weights) in zip(
                layer.gradient_tiles(), layer.tiles(), strict=True
            ):
                gradient.mul_(weights)

    def plain() -> None:
        with torch.no_grad():
            model(clip)

    contenders: dict[str, Timed] = {
        "plain": plain,
        "whole": lambda: step(model, *start, 0),
        "steps": lambda: [step(model, *end, first) for _ in range(STEPS)],
        "tail": weighted_by_attention,
        "capture": lambda: capture(model, clip, CLASS),
    }
    times = rounds_of(contenders, rounds, time.process_time)
    held = capture(model, clip, CLASS).nbytes / 2**20
    return [
        gate("gradient of all tokens / plain forward", ratio(times, "whole", "plain"), 3.0),
        gate(
            f"{STEPS} gradients of blocks {first} on / plain forward",
            ratio(times, "steps", "plain"),
            4.0,
        ),
        gate(
            "attention times gradient of the last stage, in all / plain forward",
            ratio(times, "tail", "plain"),
            1.25,
        ),
        Row("capture with every gradient / plain forward",
            f"{ratio(times, 'capture', 'plain'):.2f}"),
        Row("kept with gradients", f"{held:.0f} MiB"),
    ]  # fmt: skip
