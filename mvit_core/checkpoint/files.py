"""Files to plain containers and tensors: the only place that reads checkpoints.

A checkpoint is data. Its bytes are read, never mapped, for the file may be replaced meanwhile; its
pickle is looked over first (``pickle_scan``) and then becomes plain values (``pickle_values``):
nothing that a file names is imported or called. Training files of mmengine hold objects beside
their weights; those become ``Inert``, and the report tells of them.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from torch import Tensor

from mvit_core.checkpoint import advice
from mvit_core.checkpoint.limits import LIMITS, Check
from mvit_core.checkpoint.old_files import OldFile, outline_old_file
from mvit_core.checkpoint.pickle_codes import BadPickle, TooMuch
from mvit_core.checkpoint.pickle_machine import UNDERSTOOD
from mvit_core.checkpoint.pickle_scan import scan
from mvit_core.checkpoint.pickle_values import plain_values
from mvit_core.checkpoint.pickled_names import is_dangerous
from mvit_core.checkpoint.safetensors_file import tensors_of_header
from mvit_core.checkpoint.stored_tensors import (
    CALLS,
    Storage,
    filled,
    read_storage_identity,
)
from mvit_core.checkpoint.torchscript import ForeignNames, script_weights
from mvit_core.checkpoint.trees import replaced, tensors_in
from mvit_core.checkpoint.zip_index import BadArchive, Member, TooMuchInside, ZipIndex
from mvit_core.errors import CheckpointReadError
from mvit_core.printable import printable
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import check_ordinary, is_file, open_ordinary
from mvit_core.system.ordinary_file import read_text as ordinary_text

__all__ = [
    "FileTree",
    "check_regular",
    "first_line",
    "opened_file",
    "read_file",
    "read_json_beside",
    "read_text",
]

_MAX_UNPACKED = 4 << 30
_MAX_TEXT = 4 << 20
"""Bytes of a configuration or a file of class names."""
_PIECE = 16 << 20
"""Bytes read between two calls of the check."""
_FIRST_PICKLES = 8 << 20
"""Bytes in which the pickles of an old file are looked for first."""


@dataclass(frozen=True, eq=False)
class FileTree:
    """Contents of a file."""

    top: Any
    """Plain containers and values; tensors without their values unless filled."""
    ignored_classes: tuple[str, ...]
    """Classes in it that were not understood."""
    note: str = ""
    """Notes for readers of the result."""


def read_file(path: Path, check: Check = lambda: None) -> FileTree:
    """The content of a checkpoint file, all of its tensors included.

    Args:
        path: the file.
        check: called every few milliseconds; raising from it ends the reading.

    Raises:
        CheckpointReadError: the file is missing, empty, damaged, unsafe, or something else.
    """
    with opened_file(path, check) as tree:
        tensors = dict(tensors_in(tree.top))
        values = fill(path, {str(key): value for key, value in tensors.items()})
        return FileTree(replaced(tree.top, values), tree.ignored_classes)


@contextmanager
def opened_file(path: Path, check: Check = lambda: None) -> Iterator[FileTree]:
    """The content of a checkpoint file; its tensors have values once ``fill`` has read them.

    Args:
        path: the file.
        check: called every few milliseconds; raising from it ends the reading.

    Raises:
        CheckpointReadError: the file is missing, empty, damaged, unsafe, or something else.
    """
    if words := advice.about_folder(path):
        raise CheckpointReadError(f"{path} is {words}")
    with open_ordinary(path, CheckpointReadError) as file:
        before = os.fstat(file.fileno())
        with _damage_named(path):
            yield _tree(_Opened(path, file, before.st_size, check))
        after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise CheckpointReadError(
                f"{path.name} was changed while it was read; wait until it is whole, then open it "
                "again"
            )


def fill(path: Path, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of an opened file with their values.

    Raises:
        CheckpointReadError: the file is damaged, or was changed meanwhile.
    """
    with _damage_named(path):
        return filled(tensors)


def read_text(path: Path, most: int = _MAX_TEXT) -> str:
    """The text of a configuration or label file.

    Args:
        path: the file.
        most: bytes that it may have.

    Raises:
        CheckpointReadError: it cannot be read, is too long, or is no text.
    """
    return ordinary_text(path, most, CheckpointReadError)


def check_regular(path: Path) -> None:
    """Refuse what is no ordinary file: reading a pipe or a device may never end.

    Raises:
        CheckpointReadError: there is no such file, or it is a folder, a pipe or a device.
    """
    check_ordinary(path, CheckpointReadError)


def read_json_beside(path: Path) -> dict[str, Any] | None:
    """``config.json`` of the folder, as Hugging Face keeps it beside weights, or None."""
    beside = path.with_name("config.json")
    if path.suffix not in (".safetensors", ".bin") or not is_file(beside):
        return None
    try:
        content = load_json(read_text(beside))
    except (CheckpointReadError, BadJson):
        return None
    return content if isinstance(content, dict) else None


def first_line(error: BaseException) -> str:
    """First line of an error's text."""
    lines = str(error).strip().splitlines()
    return printable(lines[0], 300) if lines else type(error).__name__


@dataclass(frozen=True, eq=False)
class _Opened:
    """An open checkpoint."""

    path: Path
    file: BinaryIO
    size: int
    check: Check

    def read(self, begin: int, count: int) -> bytearray:
        """Some bytes, of which the file had as many when it was opened."""
        if begin + count > self.size:
            raise BadPickle("it is cut off")
        content = bytearray(count)
        self.read_into(begin, memoryview(content))
        return content

    def read_into(self, begin: int, memory: memoryview) -> None:
        """Reads as many bytes as the memory takes."""
        if begin + len(memory) > self.size:
            raise BadPickle("it is cut off")
        self.file.seek(begin)
        for place in range(0, len(memory), _PIECE):
            self.check()
            piece = memory[place : place + _PIECE]
            if self.file.readinto(piece) != len(piece):  # type: ignore[attr-defined]
                raise BadPickle("it became shorter while it was read")


def _tree(opened: _Opened) -> FileTree:
    head = bytes(opened.read(0, min(4096, opened.size)))
    name = opened.path.name
    if not head:
        raise CheckpointReadError(f"{name} is empty (0 bytes); download or save it again")
    if head.startswith(b"PK\x03\x04"):
        return _read_zip(opened)
    if len(head) > 8 and head[8:9] == b"{" and struct.unpack("<Q", head[:8])[0] < 1 << 28:
        return FileTree(_read_safetensors(opened), ())
    if head.startswith(b"\x80"):
        return FileTree(_read_old(opened), ())
    raise CheckpointReadError(
        f"{name} is {advice.about_bytes(head, opened.path)}, not a checkpoint"
    )


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Translate what the readers of this folder say of a file."""
    try:
        yield
    except (TooMuch, TooMuchInside) as error:
        raise CheckpointReadError(
            f"{path.name} is refused: {error}; no checkpoint needs that, so ask its author for a "
            "plain state dict or safetensors"
        ) from error
    except (BadPickle, BadArchive) as error:
        raise CheckpointReadError(
            f"{path.name} is truncated or damaged ({_size_of(path)} bytes: {error}); "
            "download or save it again"
        ) from error
    except OSError as error:
        raise CheckpointReadError(f"{path} cannot be read: {error.strerror or error}") from error


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


# Safetensors.


def _read_safetensors(opened: _Opened) -> dict[str, Tensor]:
    length = struct.unpack("<Q", opened.read(0, 8))[0]
    if length > LIMITS.directory_bytes:
        raise TooMuch(f"its header has {length} bytes")
    try:
        header = bytes(opened.read(8, length))
        begin = 8 + length
        return tensors_of_header(
            header,
            opened.size - begin,
            lambda place, memory: opened.read_into(begin + place, memory),
        )
    except TooMuch:
        raise
    except BadPickle as error:
        raise CheckpointReadError(
            f"{opened.path.name} is a damaged or truncated safetensors file ({error}); "
            "download or save it again"
        ) from error


# Zip archives of PyTorch since 1.6.


def _read_zip(opened: _Opened) -> FileTree:
    archive = ZipIndex(opened.file, opened.size)
    _check_packing(opened, archive)
    record = _record_of(opened, archive)
    limit = LIMITS.unpacked_pickle_bytes if record.is_packed else LIMITS.pickle_bytes
    content = archive.read(record, limit, opened.check)
    storages = _ZipStorages(opened, archive, record.name.removesuffix("data.pkl"))
    if _is_script(archive, record):
        return _read_script(opened, content, storages)
    outline = scan(content, check=opened.check)
    _check_byte_order(opened, archive, record)
    foreign = outline.foreign
    about = advice.about_names(foreign, outline.texts)
    if about or any(map(is_dangerous, foreign)):
        raise advice.unsafe(opened.path, foreign, about)
    top = plain_values(
        content,
        calls=CALLS,
        persistent=storages.of_identity,
        names=outline.names,
        check=opened.check,
    )
    return FileTree(top, tuple(name for name in foreign if name not in UNDERSTOOD))


def _record_of(opened: _Opened, archive: ZipIndex) -> Member:
    """The member that holds the pickle."""
    names = archive.members
    found = next((n for n in names if n == "data.pkl" or n.endswith("/data.pkl")), None)
    if found is None:
        words = advice.about_archive(names.keys())
        raise CheckpointReadError(f"{opened.path.name} is {words}")
    return names[found]


def _check_byte_order(opened: _Opened, archive: ZipIndex, record: Member) -> None:
    order = archive.members.get(f"{record.name.removesuffix('data.pkl')}byteorder")
    if order is not None and bytes(archive.read(order, 16)).strip() == b"big":
        raise CheckpointReadError(
            f"{opened.path.name} was written on a big-endian machine; save it there as safetensors"
        )


def _is_script(archive: ZipIndex, record: Member) -> bool:
    """Is this the pickle of a TorchScript module?"""
    return record.name.removesuffix("data.pkl") + "constants.pkl" in archive.members


def _read_script(opened: _Opened, content: bytearray, storages: "_ZipStorages") -> FileTree:
    """The weights of a TorchScript module, which is no file of PyTorch's own kind."""
    try:
        weights = script_weights(content, storages.of_identity, opened.check)
    except ForeignNames as error:
        raise advice.unsafe(opened.path, error.names, "") from error
    except TooMuch:
        raise
    except BadPickle as error:
        raise CheckpointReadError(
            f"{opened.path.name} is a TorchScript archive whose weights cannot be read ({error}); "
            "where it was exported, save the model's state_dict() instead"
        ) from error
    told = "a TorchScript archive: its weights were read, its code was not run"
    return FileTree(weights, (), told)


def _check_packing(opened: _Opened, archive: ZipIndex) -> None:
    """Refuse an archive that would unpack to far more than it is."""
    members = archive.members.values()
    if not any(member.is_packed for member in members):
        return
    size = sum(member.size for member in members)
    fair = max(LIMITS.unpacked_bytes, LIMITS.unpacked_ratio * opened.size)
    most = min(_MAX_UNPACKED, fair)
    if size > most:
        raise CheckpointReadError(
            f"{opened.path.name} is compressed and would unpack to {size >> 20} MiB, allowed are "
            f"{most >> 20}; save it again by torch.save"
        )


class _ZipStorages:
    """The storages of an archive, each a file of its own."""

    def __init__(self, opened: _Opened, archive: ZipIndex, root: str) -> None:
        self._opened, self._archive, self._root = opened, archive, root
        self._known: dict[str, Storage] = {}
        self._bytes = 0

    def of_identity(self, identity: Any) -> Storage:  # noqa: ANN401 - of unknown shape
        made = read_storage_identity(identity, self._read, self._available)
        if made.key not in self._known:
            self._known[made.key] = made
            self._bytes += made.nbytes
            if self._bytes > max(self._opened.size, _MAX_UNPACKED):
                raise TooMuch("its storages overlap")
        return self._known[made.key]

    def _available(self, key: str) -> int:
        member = self._archive.members.get(f"{self._root}data/{key}")
        if member is None:
            raise BadPickle(f"storage {key[:40]} is missing")
        return member.size

    def _read(self, storage: Storage, memory: memoryview) -> None:
        member = self._archive.members[f"{self._root}data/{storage.key}"]
        check = self._opened.check
        if member.is_packed:
            memory[:] = self._archive.read(member, _MAX_UNPACKED, check)[: len(memory)]
        else:
            self._archive.read_stored_into(member, memory, check)


# Pickles in a row, before 1.6.


def _read_old(opened: _Opened) -> Any:  # noqa: ANN401
    old = _outline(opened)
    if old.foreign:
        raise advice.unsafe(opened.path, old.foreign, advice.about_names(old.foreign, old.texts))
    return old.value(opened.read_into, opened.size, opened.check)


def _outline(opened: _Opened) -> OldFile:
    first = min(_FIRST_PICKLES, opened.size)
    try:
        return outline_old_file(bytes(opened.read(0, first)), opened.check)
    except TooMuch:
        raise
    except BadPickle:
        if first == opened.size:
            raise
    most = min(LIMITS.pickle_bytes, opened.size)
    return outline_old_file(bytes(opened.read(0, most)), opened.check)
