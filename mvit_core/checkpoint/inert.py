"""An unpickler that builds tensors and plain containers, and calls nothing else.

Every class or function that a file names, except the few listed here, becomes ``Inert``: it
takes any arguments, keeps none, and does nothing. mmengine's training files need it: their logs
hold ``HistoryBuffer`` objects and a reference to ``getattr`` (formats.md 1 of the study).
"""

import mmap
import pickle
import struct
from collections import OrderedDict
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any, Self
from zipfile import ZIP_STORED, ZipFile

import torch
from torch import Tensor

_STORAGE_DTYPES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}


class Inert:
    """Stands for anything unknown; survives whatever a pickle does to an object."""

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Ignore the arguments."""
        del args, kwargs
        return super().__new__(cls)

    def __init__(self, *args: object, **kwargs: object) -> None:
        del args, kwargs

    def __setstate__(self, state: object) -> None:
        del state

    def __setitem__(self, key: object, value: object) -> None:
        del key, value

    def append(self, item: object) -> None:
        """Forget the item."""

    def extend(self, items: object) -> None:
        """Forget the items."""

    def add(self, item: object) -> None:
        """Forget the item."""


def _rebuild_tensor(
    storage: Tensor, offset: int, size: Sequence[int], stride: Sequence[int], *_: object
) -> Tensor:
    return storage.as_strided(tuple(size), tuple(stride), offset)


def _rebuild_parameter(data: Tensor, *_: object) -> Tensor:
    return data


_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuild_parameter,
    ("torch", "Size"): tuple,
    **{("torch", name): dtype for name, dtype in _STORAGE_DTYPES.items()},
}


class _InertUnpickler(pickle.Unpickler):
    def __init__(self, content: bytes, storages: "_Storages") -> None:
        super().__init__(BytesIO(content))
        self._storages = storages

    def find_class(self, module: str, name: str, /) -> Any:  # noqa: ANN401
        return _KNOWN.get((module, name), Inert)

    def persistent_load(self, pid: Any, /) -> Tensor:  # noqa: ANN401
        kind, dtype, key, _, count = pid
        if kind != "storage" or not isinstance(dtype, torch.dtype):
            raise pickle.UnpicklingError(f"a storage of unknown kind: {pid!r}")
        return self._storages.tensor(str(key), dtype, int(count))


class _Storages:
    """Tensors on the file's own pages: what is not used is not read."""

    def __init__(self, path: Path, archive: ZipFile, root: str) -> None:
        with path.open("rb") as file:
            self._pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        self._archive, self._root = archive, root

    def tensor(self, key: str, dtype: torch.dtype, count: int) -> Tensor:
        if count == 0:
            return torch.empty(0, dtype=dtype)
        entry = self._archive.getinfo(f"{self._root}/data/{key}")
        if entry.compress_type != ZIP_STORED or count * dtype.itemsize > entry.file_size:
            raise pickle.UnpicklingError(f"storage {key} is compressed or too short")
        # The local header repeats name and extra field, the latter with its own length.
        name, extra = struct.unpack_from("<HH", self._pages, entry.header_offset + 26)
        start = entry.header_offset + 30 + name + extra
        return torch.frombuffer(self._pages, dtype=dtype, count=count, offset=start)


def read_with_inert_classes(path: Path) -> Any:  # noqa: ANN401 - a tree of unknown shape
    """The content of a zip checkpoint; unknown objects in it are ``Inert``.

    Raises:
        pickle.UnpicklingError: the pickle is no checkpoint of PyTorch.
        zipfile.BadZipFile: the archive is damaged.
    """
    with ZipFile(path) as archive:
        record = next((n for n in archive.namelist() if n.endswith("/data.pkl")), None)
        if record is None:
            raise pickle.UnpicklingError("the archive has no data.pkl")
        storages = _Storages(path, archive, record.removesuffix("/data.pkl"))
        return _InertUnpickler(archive.read(record), storages).load()
