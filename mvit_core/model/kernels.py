"""The two matrix products that the network spends its time in, by the faster of two libraries.

The CPU wheel of torch brings MKL, which ``functional.linear`` and ``matmul`` call, and oneDNN,
which they do not call for float32. Which one is faster depends on the processor, so both run once
on one product and the measured one is taken for the life of the process.

Axis legend: N rows, C channels, n matrices side by side.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

__all__ = [
    "Choice",
    "Linear",
    "choice",
    "differentiable",
    "forced",
    "frozen",
    "linear",
    "product",
    "recorded",
    "used_rows",
]

logger = logging.getLogger(__name__)

SWITCH = "MVIT_LENS_PRODUCTS"
"""Environment variable that spares the race: ``onednn`` or ``torch``."""

MARGIN = 1.1
"""Speed-up that oneDNN must reach; below, what is won is lost again to its calls."""

LARGEST_DIFFERENCE = 1e-5
"""Between a product and the same in double precision, over the largest value."""

_RACE_SHAPE = (256, 384, 1536)
"""Rows, channels that enter and that leave: the widest layer of MViTv2-S's third stage, which has
11 of its 16 blocks. It is the same for every model, so that the order in which models are loaded
decides nothing."""
_RACE_ROUNDS = 3
_CHECKED_ROWS = 32

_NAMES = {True: "oneDNN", False: "torch's own"}


@dataclass(frozen=True)
class Choice:
    """Library that multiplies, and the reason."""

    onednn: bool
    """oneDNN is taken; else torch's own choice, which is MKL in the wheels for x86."""
    reason: str
    """For the log and ``mvit-lens checks``."""
    times: float = 0.0
    """Measured speed-up of oneDNN; 0 where there was no race."""


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None, gelu: bool = False) -> Tensor:
    """``x`` times the transposed weight, plus bias; with the exact GELU where it is asked for.

    Args:
        x: (..., C).
        weight: (D, C).
        bias: (D,), or None.
        gelu: apply ``functional.gelu`` to the result, within the product where that is possible.

    Returns:
        (..., D).
    """
    if recorded(x, weight, bias):
        trained = weight.requires_grad or (bias is not None and bias.requires_grad)
        if trained or _is_autocast(x):
            y = functional.linear(x, weight, bias)
            return functional.gelu(y) if gelu else y
        if gelu:
            return differentiable(_FrozenGelu, x, weight, bias)
        return differentiable(_FrozenLinear, x, weight, bias)
    return _multiply(x, weight, bias, gelu)


def product(a: Tensor, b: Tensor) -> Tensor:
    """Multiply a by b^T, pair by pair of matrices; by torch's own where autograd records it.

    Args:
        a: (n, N, C).
        b: (n, M, C); dense, or the transposed view of a dense tensor, else it is copied.

    Returns:
        (n, N, M).
    """
    if a.shape[1] < 2 or recorded(a, b) or not _suits(a, b):
        return a @ b.transpose(1, 2)
    if len(a) == 1:
        return _onednn(a[0], _dense(b[0])).unsqueeze(0)
    return torch.stack([_onednn(one, _dense(other)) for one, other in zip(a, b, strict=True)])


class Linear(nn.Linear):
    """``nn.Linear`` by the library that was chosen; parameters, keys and hooks are the same."""

    def forward(self, input: Tensor, gelu: bool = False) -> Tensor:  # noqa: A002 - torch's name
        """(..., in_features) to (..., out_features), through a GELU if asked."""
        return linear(input, self.weight, self.bias, gelu)


def recorded(*tensors: Tensor | None) -> bool:
    """Autograd records what is done with these tensors."""
    return torch.is_grad_enabled() and any(t is not None and t.requires_grad for t in tensors)


def differentiable(function: type[torch.autograd.Function], *args: object) -> Tensor:
    """The result of a function that brings its own gradient."""
    result: Tensor = function.apply(*args)
    return result


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """No weight of the module asks for a gradient while the block lasts.

    Gradients with respect to tokens then cost no memory for those of weights, and take the fast
    products.
    """
    trained = [weight for weight in module.parameters() if weight.requires_grad]
    for weight in trained:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in trained:
            weight.requires_grad_(True)


_chosen: Choice | None = None


def choice() -> Choice:
    """Returns the library that multiplies; raced at the first call."""
    global _chosen  # one decision for the process, so that maps can be rebuilt
    if _chosen is None:
        _chosen = _asked_for() or _raced()
        logger.info("matrix products: %s", _chosen.reason)
    return _chosen


@contextmanager
def forced(onednn: bool) -> Iterator[None]:
    """One of the libraries while the block lasts, whatever the race said: tests and benchmarks.

    Raises:
        RuntimeError: oneDNN is forced where this build of torch has none.
    """
    global _chosen
    if onednn and not _is_built_in():
        raise RuntimeError("this build of torch has no oneDNN; force torch's own products instead")
    before = _chosen
    _chosen = Choice(onednn, f"{_NAMES[onednn]}, forced")
    try:
        yield
    finally:
        _chosen = before


def _asked_for() -> Choice | None:
    asked = os.environ.get(SWITCH, "")
    if asked not in ("onednn", "torch"):
        return None
    if asked == "onednn" and not _is_built_in():
        return Choice(False, f"torch's own; {SWITCH} asks for oneDNN, which this build lacks")
    return Choice(asked == "onednn", f"{_NAMES[asked == 'onednn']}, by {SWITCH}")


def _is_built_in() -> bool:
    namespace = torch.ops.mkldnn
    return torch.backends.mkldnn.is_available() and hasattr(namespace, "_linear_pointwise")


@torch.inference_mode()
def _raced() -> Choice:
    """Run both on one product, and take oneDNN where it is right and faster by the margin."""
    if not _is_built_in():
        return Choice(False, "torch's own; this build has no oneDNN")
    with torch.autocast("cpu", enabled=False):
        operands = _race_operands()
        difference = _difference(operands)
        if difference > LARGEST_DIFFERENCE:
            return Choice(False, f"torch's own; oneDNN differs by {difference:.0e} of the largest")
        runs = [
            (_seconds(functional.linear, operands), _seconds(_onednn, operands))
            for _ in range(_RACE_ROUNDS)
        ]
    own, other = (min(times) for times in zip(*runs, strict=True))
    times = own / other
    if times < MARGIN:
        return Choice(False, f"torch's own; oneDNN is {times:.2f} times as fast", times)
    return Choice(True, f"oneDNN, {times:.2f} times as fast as torch's own", times)


def _race_operands() -> tuple[Tensor, Tensor, Tensor]:
    rows, entering, leaving = _RACE_SHAPE
    generator = torch.Generator().manual_seed(0)
    x, weight, bias = (
        torch.randn(shape, generator=generator)
        for shape in ((rows, entering), (leaving, entering), (leaving,))
    )
    return x, weight, bias


def _seconds(multiply: Any, operands: tuple[Tensor, Tensor, Tensor]) -> float:  # noqa: ANN401
    start = perf_counter()
    multiply(*operands)
    return perf_counter() - start


def _difference(operands: tuple[Tensor, Tensor, Tensor]) -> float:
    """Difference of oneDNN's product to the one in double precision, over the largest value."""
    x, weight, bias = operands
    few = x[:_CHECKED_ROWS]
    exact = functional.linear(few.double(), weight.double(), bias.double())
    return float((_onednn(few, weight, bias) - exact).abs().max() / exact.abs().max())


def _onednn(x: Tensor, weight: Tensor, bias: Tensor | None = None, gelu: bool = False) -> Tensor:
    """Multiply by oneDNN: float32 on the CPU, more than one row, a dense weight; no gradient."""
    attribute, algorithm = ("gelu", "none") if gelu else ("none", "")  # none: the exact GELU
    return torch.ops.mkldnn._linear_pointwise(x, weight, bias, attribute, [], algorithm)


def _multiply(x: Tensor, weight: Tensor, bias: Tensor | None, gelu: bool = False) -> Tensor:
    """``linear`` where autograd records nothing."""
    rows = x.numel() // max(x.shape[-1], 1)
    if _suits(x, weight, bias) and rows > 1:
        return _onednn(x, _dense(weight), bias, gelu)
    y = functional.linear(x, weight, bias)
    return functional.gelu(y) if gelu else y


def _suits(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> bool:
    """OneDNN was chosen, and takes these operands as torch's own product would."""
    return (
        x.dtype == weight.dtype == torch.float32
        and (bias is None or bias.dtype == torch.float32)
        and x.device.type == weight.device.type == "cpu"
        and x.numel() > 0
        and weight.numel() > 0
        and choice().onednn
        and not _is_autocast(x)
        and _is_exact(_precision())
    )


def _is_autocast(x: Tensor) -> bool:
    return torch.is_autocast_enabled(x.device.type)


def _dense(matrix: Tensor) -> Tensor:
    """The matrix, dense or the transposed view of a dense one.

    With any other, oneDNN falls to its reference loop, which is thousands of times as slow.
    """
    rows, columns = matrix.stride()
    if (columns == 1 and rows == matrix.shape[1]) or (rows == 1 and columns == matrix.shape[0]):
        return matrix
    return matrix.contiguous()


def _precision() -> str:
    """Format that torch may round operands of float32 products to, as a user's script set it."""
    settings = getattr(torch.backends.mkldnn, "matmul", None)
    found = getattr(settings, "fp32_precision", None)
    return str(found or torch.get_float32_matmul_precision())


@lru_cache(maxsize=8)
@torch.inference_mode()
def _is_exact(precision: str) -> bool:
    """True where oneDNN computes in float32 under this setting, which is in force now.

    Whether it rounds to bfloat16 depends on the processor too, so one product is looked at.
    """
    if precision in ("ieee", "none", "highest"):
        return True
    difference = _difference(_race_operands())
    if difference > LARGEST_DIFFERENCE:
        logger.warning(
            "float32 matrix products may be rounded to %s here: products differ by %.0e; set "
            "torch.set_float32_matmul_precision('highest') for exact maps",
            precision,
            difference,
        )
    return difference <= LARGEST_DIFFERENCE


def used_rows(gradient: Tensor) -> int:
    """Counts the leading rows of a gradient (..., N, C) that hold all that is not zero: 1 or N.

    A prediction that is read from the class token leaves zeros for all others in the last block.
    """
    rows = gradient.shape[-2] if gradient.ndim > 1 else 1
    if rows < 2 or gradient.device.type != "cpu" or bool(gradient[..., 1, :].any()):
        return rows
    return rows if bool(gradient[..., 1:, :].any()) else 1


class _FrozenGelu(torch.autograd.Function):
    """A frozen linear layer and its GELU, computed as without a gradient, bit for bit.

    What enters the GELU is multiplied anew on the way back, for the fused product never holds it.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(x, weight, bias)
        return _multiply(x, weight, bias, gelu=True)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401
        x, weight, bias = ctx.saved_tensors
        used = used_rows(gradient) if gradient.ndim > 1 else 0
        if gradient.ndim < 2 or used == gradient.shape[-2]:
            return _gelu_back(x, weight, bias, gradient), None, None
        full = gradient.new_zeros(*gradient.shape[:-1], weight.shape[1])
        rows = x[..., :used, :], gradient[..., :used, :]
        full[..., :used, :] = _gelu_back(rows[0], weight, bias, rows[1])
        return full, None, None


def _gelu_back(x: Tensor, weight: Tensor, bias: Tensor | None, gradient: Tensor) -> Tensor:
    entering = _multiply(x, weight, bias)
    slope = torch.ops.aten.gelu_backward(gradient.contiguous(), entering)
    return _multiply(slope, weight.T, None)


class _FrozenLinear(torch.autograd.Function):
    """A linear layer whose weights ask for no gradient: it keeps nothing but them."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(weight)
        return _multiply(x, weight, bias)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401
        (weight,) = ctx.saved_tensors
        used = used_rows(gradient)
        if gradient.ndim < 2 or used == gradient.shape[-2]:
            return _multiply(gradient, weight.T, None), None, None
        full = gradient.new_zeros(*gradient.shape[:-1], weight.shape[1])
        full[..., :used, :] = _multiply(gradient[..., :used, :], weight.T, None)
        return full, None, None
