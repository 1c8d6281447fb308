"""One attention layer in a capture file: what it was, and the tensors that its maps are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from mvit_core.attention.record import LayerAttention
from mvit_core.attention.statistics import LayerStatistics
from mvit_core.attention.summary import MapSummary
from mvit_core.errors import ExportError
from mvit_core.geometry import Grid, GridGeometry, SlidingWindow, Triple
from mvit_core.model.positions import RelativePositions
from mvit_core.model.tap import AttentionInputs
from mvit_core.system.spill import SpillFile
from mvit_core.system.tensor_file import TensorFile
from mvit_core.system.tensor_file_writer import TensorFileWriter

__all__ = ["FLOATS", "StoredLayer", "add_tensor", "read_layer", "read_tensor", "write_layer"]

_MOST_TOKENS = 1 << 19
_MOST_HEADS = 1 << 10
_MOST_CHANNELS = 1 << 14
_MOST_WEIGHTS = 1 << 34
"""Values of one full map; MViTv2-L at 312 pixels has half a billion."""

_DTYPES = MappingProxyType(
    {
        "F64": torch.float64,
        "F32": torch.float32,
        "F16": torch.float16,
        "BF16": torch.bfloat16,
        "BOOL": torch.bool,
    }
)
_KINDS = MappingProxyType({dtype: kind for kind, dtype in _DTYPES.items()})
FLOATS = ("F64", "F32", "F16", "BF16")
"""Types of tensors that maps are made of."""

_HALF_EXPONENTS = MappingProxyType({torch.float16: 0x7C00, torch.bfloat16: 0x7F80})
"""Bits of the exponent; all of them are set in what is infinite or no number."""

Axis = Literal["t", "y", "x"]
_AXES: tuple[Axis, ...] = ("t", "y", "x")


@dataclass(frozen=True)
class StoredLayer:
    """A layer without its tensors; fields are those of ``LayerAttention`` and its inputs."""

    name: str
    block: int
    stage: int
    heads: int
    channels: int
    """Channels of a head's queries and keys."""
    scale: float
    input_shape: Triple
    q_shape: Triple
    k_shape: Triple
    has_class_token: bool
    q_window: SlidingWindow | None
    k_window: SlidingWindow | None
    q_geometry: GridGeometry
    k_geometry: GridGeometry
    positions: tuple[Axis, ...]
    """Axes that have relative positions."""
    mask: tuple[int, ...] | None = None
    """Shape of the mask, where there is one."""
    has_value_norms: bool = False
    has_statistics: bool = False

    def __post_init__(self) -> None:
        tokens = self.queries, self.keys  # a grid of nothing is refused here
        if not 0 <= self.block < _MOST_TOKENS or not 1 <= self.stage <= self.block + 1:
            raise ValueError(f"block {self.block} and stage {self.stage} are none")
        if max(tokens) > _MOST_TOKENS or self.heads * tokens[0] * tokens[1] > _MOST_WEIGHTS:
            raise ValueError(f"a map of {self.heads} x {tokens[0]} x {tokens[1]} is too large")
        if not (1 <= self.heads <= _MOST_HEADS and 1 <= self.channels <= _MOST_CHANNELS):
            raise ValueError(f"{self.heads} heads of {self.channels} channels are none")
        scales = (*self.q_geometry.scale, *self.k_geometry.scale)
        if not all(scale > 0 for scale in scales) or len(set(self.positions)) < len(self.positions):
            raise ValueError("tokens lie apart, and an axis has one table of positions")
        fits = (1, self.heads, *tokens)
        if self.mask is not None and not (
            2 <= len(self.mask) <= 4
            and all(
                n in (1, most) for n, most in zip(self.mask, fits[-len(self.mask) :], strict=True)
            )
        ):
            raise ValueError("its mask fits no map")

    @property
    def queries(self) -> int:
        """Query tokens, class token included."""
        return Grid(self.q_shape, self.has_class_token).token_count

    @property
    def keys(self) -> int:
        """Key tokens, class token included."""
        return Grid(self.k_shape, self.has_class_token).token_count


def write_layer(
    writer: TensorFileWriter, place: str, layer: LayerAttention, *, half: bool
) -> StoredLayer:
    """Append the tensors of a layer; returns what it is.

    Args:
        writer: the file.
        place: where its names begin.
        layer: of one clip.
        half: queries, keys and positions in float16.

    Raises:
        ExportError: values are too large for float16.
    """
    _write_tensors(writer, place, layer, half=half)
    inputs, summary = layer.inputs, layer.summary
    return StoredLayer(
        name=layer.name,
        block=layer.block,
        stage=layer.stage,
        heads=layer.heads,
        channels=inputs.q.shape[3],
        scale=inputs.scale,
        input_shape=inputs.input_shape,
        q_shape=layer.q_shape,
        k_shape=layer.k_shape,
        has_class_token=layer.has_class_token,
        q_window=inputs.q_window,
        k_window=inputs.k_window,
        q_geometry=layer.q_geometry,
        k_geometry=layer.k_geometry,
        positions=tuple(axis for axis in _AXES if getattr(inputs.positions, axis) is not None),
        mask=None if inputs.mask is None else tuple(inputs.mask.shape),
        has_value_norms=summary.value_norms is not None,
        has_statistics=summary.statistics is not None,
    )


def _write_tensors(
    writer: TensorFileWriter, place: str, layer: LayerAttention, *, half: bool
) -> None:
    inputs, summary = layer.inputs, layer.summary
    large = {"q": inputs.q, "k": inputs.k}
    large |= {f"positions.{'tyx'[axis]}": table for axis, table in inputs.positions.axes}
    for name, tensor in large.items():
        add_tensor(writer, f"{place}.{name}", _in_half(tensor, layer) if half else tensor)
    small = {
        "first_row": summary.first_row,
        "column_sums": summary.column_sums,
        "log_sum_exp": summary.log_sum_exp,
        "value_norms": summary.value_norms,
        "mask": inputs.mask,
        **({} if summary.statistics is None else vars(summary.statistics)),
    }
    for name, value in small.items():
        if value is not None:
            add_tensor(writer, f"{place}.{name}", value)


def _in_half(tensor: Tensor, layer: LayerAttention) -> Tensor:
    if tensor.element_size() <= 2:
        return tensor
    halved = tensor.to(torch.float16)
    if not torch.isfinite(halved).all():
        raise ExportError(
            f"block {layer.block} has values beyond 65504, which float16 does not hold; leave out "
            "--half"
        )
    return halved


def add_tensor(writer: TensorFileWriter, name: str, tensor: Tensor) -> None:
    """Append a tensor of the CPU, of a type in ``FLOATS`` or BOOL."""
    plain = tensor.detach().contiguous()
    values = plain.flatten().view(torch.uint8).numpy().data
    writer.add(name, _KINDS[plain.dtype], tuple(plain.shape), values)


def read_tensor(
    file: TensorFile, name: str, shape: tuple[int, ...], kinds: tuple[str, ...] = FLOATS
) -> Tensor:
    """A tensor with its values, all of them finite.

    Raises:
        CaptureFileError: it is not there, of another type or shape, damaged or not finite, or the
            file has changed.
    """
    row = file.row(name, kinds, shape)
    tensor = torch.empty(shape, dtype=_DTYPES[row.kind])
    if row.nbytes:
        file.read_into(name, tensor.flatten().view(torch.uint8).numpy().data)
    if row.kind != "BOOL" and not _is_finite(tensor):
        raise file.damaged(f"tensor {name} has values that are no numbers")
    return tensor


def _is_finite(tensor: Tensor) -> bool:
    """No value is infinite or no number; by one thread, for waiting for others may take longer."""
    exponent = _HALF_EXPONENTS.get(tensor.dtype)
    if exponent is not None:
        bits = tensor.view(torch.int16).numpy() & exponent
        return bool((bits != exponent).all())
    values = tensor.numpy()
    # The sum is one quick pass; only where it overflows are the values looked at one by one.
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum())) or bool(np.isfinite(values).all())


def tensors_of(stored: StoredLayer) -> Iterator[tuple[str, tuple[int, ...], tuple[str, ...]]]:
    """Name, shape and allowed types of each tensor of a layer."""
    h, d, queries, keys = stored.heads, stored.channels, stored.queries, stored.keys
    yield "q", (1, h, queries, d), FLOATS
    yield "k", (1, h, keys, d), FLOATS
    for axis in stored.positions:
        at = _AXES.index(axis)
        yield f"positions.{axis}", (stored.q_shape[at], stored.k_shape[at], d), FLOATS
    yield "first_row", (1, h, keys), FLOATS[:2]
    yield "column_sums", (1, h, keys), FLOATS[:2]
    yield "log_sum_exp", (1, h, queries), FLOATS[:2]
    if stored.has_value_norms:
        yield "value_norms", (1, h, keys), FLOATS[:2]
    if stored.mask is not None:
        yield "mask", stored.mask, (*FLOATS, "BOOL")
    if stored.has_statistics:
        times, shares = (stored.q_shape[0], stored.k_shape[0]), stored.has_class_token
        for name in ("entropy", "distance_px", "distance_frames", *(["sink"] if shares else [])):
            yield name, (1, h), FLOATS[:2]
        yield "profile", (1, h, *times), FLOATS[:2]
        if shares:
            yield "profile_sink", (1, h, times[0]), FLOATS[:2]


def check_layer(file: TensorFile, place: str, stored: StoredLayer) -> int:
    """See whether every tensor of a layer is there; returns their bytes.

    Raises:
        CaptureFileError: one is not, or is of another type or shape.
    """
    return sum(
        file.row(f"{place}.{name}", kinds, shape).nbytes
        for name, shape, kinds in tensors_of(stored)
    )


def read_layer(
    file: TensorFile, place: str, stored: StoredLayer, spill: SpillFile | None = None
) -> LayerAttention:
    """A layer with all of its tensors.

    Args:
        file: the file.
        place: where the names of its tensors begin.
        stored: what the layer is.
        spill: where queries and keys go, which are too large for memory; None keeps them there.

    Raises:
        CaptureFileError: a tensor is damaged, or the file has changed.
    """
    found = {
        name: read_tensor(file, f"{place}.{name}", shape, kinds)
        for name, shape, kinds in tensors_of(stored)
    }
    if spill is not None:
        found |= {name: spill.store(found[name]) for name in ("q", "k")}
    return LayerAttention(
        name=stored.name,
        block=stored.block,
        stage=stored.stage,
        inputs=_inputs(stored, found),
        summary=MapSummary(
            first_row=found["first_row"],
            column_sums=found["column_sums"],
            log_sum_exp=found["log_sum_exp"],
            statistics=_statistics(found) if stored.has_statistics else None,
            value_norms=found.get("value_norms"),
        ),
        q_geometry=stored.q_geometry,
        k_geometry=stored.k_geometry,
        spill=spill,
    )


def _inputs(stored: StoredLayer, found: dict[str, Tensor]) -> AttentionInputs:
    return AttentionInputs(
        q=found["q"],
        k=found["k"],
        v=found["k"][..., :0],
        scale=stored.scale,
        positions=RelativePositions(*(found.get(f"positions.{axis}") for axis in _AXES)),
        input_shape=stored.input_shape,
        q_shape=stored.q_shape,
        k_shape=stored.k_shape,
        has_class_token=stored.has_class_token,
        q_window=stored.q_window,
        k_window=stored.k_window,
        mask=found.get("mask"),
    )


def _statistics(found: dict[str, Tensor]) -> LayerStatistics:
    return LayerStatistics(
        entropy=found["entropy"],
        distance_px=found["distance_px"],
        distance_frames=found["distance_frames"],
        sink=found.get("sink"),
        profile=found["profile"],
        profile_sink=found.get("profile_sink"),
    )
