"""Tensors of a file: checked where they are named, read when they are asked for.

While a file's tree is built, each of its tensors is a meta tensor, which has a shape and a type but
no values. ``filled`` reads the values of those that are wanted; the optimiser's are never read.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from mvit_core.checkpoint.inert import Inert
from mvit_core.checkpoint.limits import LIMITS
from mvit_core.checkpoint.pickle_codes import BadPickle, TooMuch
from mvit_core.checkpoint.pickle_machine import Built, Named, Reader

__all__ = [
    "CALLS",
    "Storage",
    "filled",
    "kind_of",
    "read_storage_identity",
    "stored_tensor",
    "unusable",
]

_SPARE_VALUES = 1 << 20
"""Values that a tensor may have beyond those of its storage: small ones are expanded."""

_SPARE_BYTES = 64 << 20
"""Bytes that all tensors of a model may have beyond their storages."""

_STORAGE_TYPES: Mapping[str, torch.dtype] = {
    "torch.DoubleStorage": torch.float64,
    "torch.FloatStorage": torch.float32,
    "torch.HalfStorage": torch.float16,
    "torch.BFloat16Storage": torch.bfloat16,
    "torch.LongStorage": torch.int64,
    "torch.IntStorage": torch.int32,
    "torch.ShortStorage": torch.int16,
    "torch.CharStorage": torch.int8,
    "torch.ByteStorage": torch.uint8,
    "torch.BoolStorage": torch.bool,
    "torch.ComplexFloatStorage": torch.complex64,
    "torch.ComplexDoubleStorage": torch.complex128,
    "torch.storage.UntypedStorage": torch.uint8,
}

_QUANTISED_TYPES: Mapping[str, str] = {
    "torch.QInt8Storage": "torch.qint8",
    "torch.QUInt8Storage": "torch.quint8",
    "torch.QInt32Storage": "torch.qint32",
    "torch.QUInt4x2Storage": "torch.quint4x2",
    "torch.QUInt2x4Storage": "torch.quint2x4",
}


@dataclass(frozen=True)
class Storage:
    """Numbers in a row, somewhere in a file."""

    key: str
    """Its name in the file."""
    dtype: torch.dtype
    count: int
    """Values of ``dtype``."""
    read: Callable[["Storage", memoryview], None]
    """Reads its bytes into memory of that length."""
    quantised: str = ""
    """The type of quantised numbers; empty for plain ones."""

    @property
    def nbytes(self) -> int:
        """Its length in bytes."""
        return self.count * self.dtype.itemsize


@dataclass(frozen=True)
class _Place:
    """Place of a tensor's values in a file."""

    storage: Storage
    offset: int
    dtype: torch.dtype


_PLACE, _KIND = "mvit_lens_place", "mvit_lens_kind"
"""Attributes of the meta tensors: where the values lie, or why they cannot be used."""


def kind_of(value: Tensor) -> str:
    """Reason why a stored tensor cannot be read, in words; empty if it can."""
    return str(vars(value).get(_KIND, ""))


def read_storage_identity(
    identity: Built, read: Callable[[Storage, memoryview], None], available: Callable[[str], int]
) -> Storage:
    """The storage that a persistent identity of PyTorch names.

    Args:
        identity: ``('storage', type, key, device, count)``, of old files with a view behind.
        read: reads the bytes of a storage into memory.
        available: bytes that the file has under a key.

    Raises:
        BadPickle: it is something else, or longer than what the file holds.
    """
    parts = identity if isinstance(identity, tuple) else ()
    if len(parts) < 5 or parts[0] != "storage" or not isinstance(parts[1], Named):
        raise BadPickle("it refers to something outside that is no storage of numbers")
    name = parts[1].name.replace("torch.cuda.", "torch.")
    key, count = str(parts[2]), parts[4]
    quantised = _QUANTISED_TYPES.get(name, "")
    dtype = torch.uint8 if quantised else _STORAGE_TYPES.get(name)
    if dtype is None:
        raise BadPickle(f"it holds numbers of an unknown kind, {name[:60]}")
    if not _is_size(count) or len(key) > LIMITS.name_characters:
        raise BadPickle("a storage in it has no sensible length")
    storage = Storage(key, dtype, count, read, quantised)
    if count and storage.nbytes > available(key):
        raise BadPickle(f"storage {key[:40]} should have {storage.nbytes} bytes and has fewer")
    return storage


def stored_tensor(
    storage: Storage,
    offset: int,
    size: Sequence[int],
    stride: Sequence[int],
    dtype: torch.dtype | None = None,
) -> Tensor:
    """A tensor whose values stay in the file for now.

    Args:
        storage: where they lie.
        offset: the first value, counted in values.
        size: its shape.
        stride: steps along each axis, in values.
        dtype: of the values, that of the storage unless said.

    Raises:
        BadPickle: it reaches beyond its storage, or has far more values than it.
    """
    dtype = dtype or storage.dtype
    size, stride = tuple(size), tuple(stride)
    numbers = (offset, *size, *stride)
    if len(size) != len(stride) or len(size) > LIMITS.dimensions or not all(map(_is_size, numbers)):
        raise BadPickle("a tensor in it has no sensible shape")
    room = storage.nbytes // dtype.itemsize
    count = prod(size)
    last = sum((n - 1) * step for n, step in zip(size, stride, strict=True)) + offset
    if count and (last >= room or count > room + _SPARE_VALUES):
        raise TooMuch(
            f"a tensor in it should have {count} values (shape {size[:6]}), its storage has {room}"
        )
    value = torch.empty_strided(size, stride, dtype=dtype, device="meta")
    vars(value)[_PLACE] = _Place(storage, offset, dtype)
    return value


def filled(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors with their values; what shares a storage shares its memory.

    Raises:
        BadPickle: all together have far more values than the file.
    """
    storages: dict[int, Tensor] = {}
    places = {name: _place_of(value) for name, value in tensors.items()}
    _check_total(tensors.values(), {id(p.storage): p.storage for p in places.values() if p})
    result = {}
    for name, value in tensors.items():
        place = places[name]
        if place is None:
            result[name] = value
            continue
        if id(place.storage) not in storages:
            storages[id(place.storage)] = _bytes_of(place.storage)
        flat = storages[id(place.storage)]
        whole = len(flat) // place.dtype.itemsize * place.dtype.itemsize
        typed = flat[:whole].view(place.dtype)
        result[name] = typed.as_strided(value.shape, value.stride(), place.offset)
    return result


def _place_of(value: Tensor) -> _Place | None:
    place = vars(value).get(_PLACE)
    return place if isinstance(place, _Place) else None


def _check_total(tensors: Iterable[Tensor], storages: Mapping[int, Storage]) -> None:
    wanted = sum(value.numel() * value.dtype.itemsize for value in tensors)
    held = sum(storage.nbytes for storage in storages.values())
    if wanted > 2 * held + _SPARE_BYTES:
        raise TooMuch(
            f"its tensors should have {wanted >> 20} MiB of values, and the file holds "
            f"{held >> 20} MiB"
        )


def _bytes_of(storage: Storage) -> Tensor:
    values = torch.empty(storage.nbytes, dtype=torch.uint8)
    if storage.count:
        storage.read(storage, values.numpy().data)
    return values


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 48


def _is_shape(value: object) -> bool:
    if not isinstance(value, list | tuple) or len(value) > LIMITS.dimensions:
        return False
    return all(map(_is_size, value)) and prod(value) < 1 << 62


def unusable(kind: str) -> Tensor:
    """Stands for a tensor that cannot be used; ``kind`` says why."""
    value = torch.empty(0, device="meta")
    vars(value)[_KIND] = kind
    return value


# What is made of the calls in PyTorch's pickles.


def _rebuilt(arguments: Sequence[Built]) -> Built:
    storage, offset, size, stride = arguments[:4]
    if not isinstance(storage, Storage):
        return unusable("of a storage that is not read")
    return stored_tensor(storage, offset, size, stride)


def _rebuilt_with_type(arguments: Sequence[Built]) -> Built:
    """``_rebuild_tensor_v3``: the type stands apart, the storage is of bytes."""
    storage, offset, size, stride = arguments[:4]
    dtype = _dtype(arguments[6])
    if not isinstance(storage, Storage) or dtype is None:
        return unusable(f"of type {_name(arguments[6])}")
    return stored_tensor(storage, offset, size, stride, dtype)


def _first(arguments: Sequence[Built]) -> Built:
    return arguments[0]


def _sparse(arguments: Sequence[Built]) -> Built:
    layout = arguments[0]
    return unusable(f"sparse ({layout if isinstance(layout, str) else _name(layout)})")


def _quantised(arguments: Sequence[Built]) -> Built:
    storage = arguments[0]
    kind = storage.quantised if isinstance(storage, Storage) else _name(storage)
    return unusable(f"quantised ({kind})")


def _meta(arguments: Sequence[Built]) -> Built:
    del arguments
    return unusable("a meta tensor without values")


def _wrapped(arguments: Sequence[Built]) -> Built:
    size = arguments[2]  # of class, type, shape, steps
    return _Wrapped(tuple(size)) if _is_shape(size) else Inert()


@dataclass(frozen=True)
class _Wrapped:
    """A tensor around another one, of this shape."""

    shape: tuple[int, ...]


def _of_type(arguments: Sequence[Built]) -> Built:
    """``_rebuild_from_type_v2``: a function, a class, the function's arguments, attributes."""
    function, kind, inner, state = arguments[:4]
    reader = CALLS.get(function.name) if isinstance(function, Named) else None
    if reader is None:
        return Inert()
    made = reader(inner)
    if not isinstance(made, _Wrapped):
        return made
    local = _attribute(state, "_local_tensor")
    if isinstance(local, Tensor) and tuple(local.shape) == made.shape:
        return local  # a DTensor of which this process held everything
    name = _name(kind).rpartition(".")[2]
    return unusable(f"one process's share of a {name} of shape {made.shape}")


def _attribute(state: Built, name: str) -> Built:
    for part in state if isinstance(state, tuple) else (state,):
        if isinstance(part, Mapping) and name in part:
            return part[name]
    return None


def _size(arguments: Sequence[Built]) -> Built:
    return arguments[0] if arguments else ()


def _layout(arguments: Sequence[Built]) -> Built:
    return str(arguments[0])[:40]


def _name(value: object) -> str:
    return value.name if isinstance(value, Named) else type(value).__name__


def _dtype(value: object) -> torch.dtype | None:
    if not isinstance(value, Named) or not value.name.startswith("torch."):
        return None
    found = getattr(torch, value.name.removeprefix("torch."), None)
    return found if isinstance(found, torch.dtype) else None


CALLS: Mapping[str, Reader] = {
    "torch._utils._rebuild_tensor": _rebuilt,
    "torch._utils._rebuild_tensor_v2": _rebuilt,
    "torch._utils._rebuild_tensor_v3": _rebuilt_with_type,
    "torch._utils._rebuild_parameter": _first,
    "torch._utils._rebuild_parameter_with_state": _first,
    "torch._utils._rebuild_sparse_tensor": _sparse,
    "torch._utils._rebuild_qtensor": _quantised,
    "torch._utils._rebuild_meta_tensor_no_storage": _meta,
    "torch._utils._rebuild_wrapper_subclass": _wrapped,
    "torch._tensor._rebuild_from_type_v2": _of_type,
    "torch.Size": _size,
    "torch.serialization._get_layout": _layout,
}
"""By name, what is made of each call of PyTorch's own pickles; all others are ``Inert``."""
