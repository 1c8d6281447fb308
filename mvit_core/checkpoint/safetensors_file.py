"""The tensors of a safetensors file, checked against its length and read when they are asked for.

The library maps the file; a file that is overwritten meanwhile then ends the process by a signal.
"""

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

import torch
from torch import Tensor

from mvit_core.checkpoint.limits import LIMITS, Limits
from mvit_core.checkpoint.pickle_codes import BadPickle
from mvit_core.checkpoint.stored_tensors import Storage, stored_tensor, unusable
from mvit_core.system.bounded_json import BadJson, load_json

__all__ = ["tensors_of_header"]

_DTYPES: Mapping[str, torch.dtype] = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "C64": torch.complex64,
}

_METADATA = "__metadata__"


def tensors_of_header(
    header: bytes,
    content_size: int,
    read: Callable[[int, memoryview], None],
    limits: Limits = LIMITS,
) -> dict[str, Tensor]:
    """The tensors that a header describes, without their values.

    Args:
        header: JSON, as it stands in the file.
        content_size: bytes of the file behind the header.
        read: reads some of these bytes, from a place, into memory.
        limits: what the file may ask for.

    Raises:
        BadPickle: the header is damaged, or a tensor lies outside the file.
    """
    try:
        rows = load_json(header)
    except BadJson as error:
        raise BadPickle("its header is no JSON") from error
    if not isinstance(rows, dict) or len(rows) > limits.weights + 1:
        raise BadPickle("its header is no table of tensors")
    return {
        name: _tensor(name, row, content_size, read)
        for name, row in rows.items()
        if name != _METADATA
    }


def _tensor(
    name: str,
    row: Any,  # noqa: ANN401 - JSON
    content_size: int,
    read: Callable[[int, memoryview], None],
) -> Tensor:
    try:
        kind, shape, (begin, end) = row["dtype"], row["shape"], row["data_offsets"]
        inside = 0 <= begin <= end <= content_size
    except (TypeError, KeyError, ValueError) as error:
        raise BadPickle("its header does not say where a tensor lies") from error
    if not inside:
        raise BadPickle(f"tensor {name[:60]} lies outside the file")
    dtype = _DTYPES.get(kind) if isinstance(kind, str) else None
    if dtype is None:
        return unusable(f"of type {str(kind)[:20]}")
    sizes = shape if isinstance(shape, list) else [-1]
    if not all(isinstance(n, int) and 0 <= n < 1 << 48 for n in sizes):
        raise BadPickle("a tensor in it has no sensible shape")
    count = prod(sizes)
    if count * dtype.itemsize != end - begin:
        raise BadPickle(f"tensor {name[:60]} has another length than its shape")
    storage = Storage(name, dtype, count, lambda _, memory: read(begin, memory))
    strides = [prod(sizes[axis + 1 :]) for axis in range(len(sizes))]
    return stored_tensor(storage, 0, sizes, strides)
