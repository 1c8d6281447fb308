"""Files to plain containers and tensors: the only place that unpickles.

Pickles are read with ``weights_only=True`` and nothing else. Training files of mmengine hold
objects beside their weights; those are read by an unpickler of our own in which every unknown
class is an inert stand-in, so that nothing a file names is ever called.
"""

import json
import pickle
import stat
import struct
import warnings
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from mvit_core.checkpoint.inert import read_with_inert_classes
from mvit_core.checkpoint.pickled_names import (
    is_dangerous,
    is_known_object,
    names_in_pickles,
    names_in_zip,
)
from mvit_core.checkpoint.report import listed
from mvit_core.errors import CheckpointReadError

__all__ = ["check_regular", "first_line", "read_file", "read_text"]

_CONVERT = (
    "python -c \"import torch; c = torch.load('{name}', weights_only=False); "
    "torch.save({{'meta': {{}}, 'state_dict': c['state_dict']}}, 'converted.pth')\""
)


_MAX_UNPACKED = 4 << 30


def read_file(path: Path) -> tuple[Any, tuple[str, ...]]:
    """The content of a checkpoint file, and the classes in it that were not understood.

    Raises:
        CheckpointReadError: the file is missing, empty, damaged, unsafe, or something else.
    """
    head = _head(path)
    if head.startswith(b"PK\x03\x04"):
        return _read_zip(path)
    if head.startswith(b"\x80"):
        return _read_old_pickle(path), ()
    if len(head) > 8 and head[8:9] == b"{" and struct.unpack("<Q", head[:8])[0] < 1 << 28:
        return _read_safetensors(path), ()
    raise CheckpointReadError(f"{path.name} is {_describe(head)}, not a checkpoint")


def read_text(path: Path) -> str:
    """The text of a configuration or label file.

    Raises:
        CheckpointReadError: it cannot be read, or is no text.
    """
    check_regular(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointReadError(f"{path} cannot be read as text: {first_line(error)}") from error


def check_regular(path: Path) -> None:
    """Refuse what is no ordinary file: reading a pipe or a device may never end.

    Raises:
        CheckpointReadError: there is no such file, or it is a folder, a pipe or a device.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CheckpointReadError(f"{path} does not exist; check the path") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte inside
        reason = getattr(error, "strerror", None) or first_line(error)
        raise CheckpointReadError(f"{_shortened(path)} cannot be opened: {reason}") from error
    if stat.S_ISDIR(mode):
        raise CheckpointReadError(f"{path} is a folder; give the file inside it")
    if not stat.S_ISREG(mode):
        raise CheckpointReadError(f"{path} is a pipe or a device; only ordinary files are read")


def _shortened(path: Path, limit: int = 80) -> str:
    text = str(path).replace("\0", "\\0")
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"


def read_json_beside(path: Path) -> dict[str, Any] | None:
    """``config.json`` of the folder, as Hugging Face keeps it beside weights, or None."""
    beside = path.with_name("config.json")
    if path.suffix not in (".safetensors", ".bin") or not beside.is_file():
        return None
    try:
        content = json.loads(read_text(beside))
    except (CheckpointReadError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _head(path: Path) -> bytes:
    check_regular(path)
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise CheckpointReadError(f"{path} cannot be read: {error.strerror}") from error
    if not head:
        raise CheckpointReadError(f"{path.name} is empty (0 bytes); download or save it again")
    return head


def _describe(head: bytes) -> str:
    start = head.lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return "an HTML page (a failed download; fetch the file itself)"
    if start.startswith(b"version https://git-lfs"):
        return "a Git LFS pointer (run 'git lfs pull')"
    if head.startswith(b"\x1f\x8b"):
        return "a gzip archive (unpack it first)"
    if head.startswith(b"PK\x05\x06"):
        return "an archive with nothing in it"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return "no file of PyTorch or safetensors"
    return "a text file"


def first_line(error: BaseException) -> str:
    """What an error says, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _read_safetensors(path: Path) -> Any:  # noqa: ANN401 - a tree of unknown shape
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointReadError(
            f"{path.name} is a damaged or truncated safetensors file ({first_line(error)}); "
            "download or save it again"
        ) from error


def _load(path: Path, *, mmap: bool) -> Any:  # noqa: ANN401
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about storages of old files; nothing a user can do
        return torch.load(path, map_location="cpu", weights_only=True, mmap=mmap)  # noqa: TID251


def _read_zip(path: Path) -> tuple[Any, tuple[str, ...]]:
    try:
        return _load(path, mmap=not _is_compressed(path)), ()
    except CheckpointReadError:
        raise
    except pickle.UnpicklingError as error:
        return _read_guarded(path, error)
    except Exception as error:  # damaged bytes may break a reader in any way
        raise _damaged(path, error) from error


def _is_compressed(path: Path) -> bool:
    """Were the members packed again? Mapped, they would be read as they lie in the file."""
    with ZipFile(path) as archive:
        members = archive.infolist()
    packed = any(member.compress_type != ZIP_STORED for member in members)
    size = sum(member.file_size for member in members)
    if packed and size > _MAX_UNPACKED:
        raise CheckpointReadError(
            f"{path.name} is compressed and would unpack to {size >> 20} MiB, allowed are "
            f"{_MAX_UNPACKED >> 20}; save it again by torch.save"
        )
    return packed


def _read_guarded(path: Path, error: Exception) -> tuple[Any, tuple[str, ...]]:
    try:
        named = names_in_zip(path)
    except Exception as failure:  # the analysis of a damaged pickle may fail in any way
        raise _damaged(path, failure) from failure
    if any(map(is_dangerous, named)):
        raise _unsafe(path, named) from error
    try:  # without names it is a newer protocol than weights_only understands
        return read_with_inert_classes(path), named
    except Exception as failure:  # likewise
        raise (_unsafe(path, named) if named else _damaged(path, error)) from failure


def _unsafe(path: Path, named: tuple[str, ...]) -> CheckpointReadError:
    """Advice to unpickle without a guard is for objects of known kinds alone."""
    if all(map(is_known_object, named)):
        return CheckpointReadError(
            f"{path.name} is refused: its pickle holds objects beside tensors ({listed(named)}) "
            "and nothing was executed; if you trust its author, convert it once where it was "
            f"written: {_CONVERT.format(name=path.name)}"
        )
    called = tuple(filter(is_dangerous, named)) or named
    return CheckpointReadError(
        f"{path.name} is refused: its pickle would call {listed(called)}; "
        "nothing was executed; ask its author for a state dict or safetensors"
    )


def _read_old_pickle(path: Path) -> Any:  # noqa: ANN401
    try:
        return _load(path, mmap=False)
    except Exception as error:  # damaged bytes may break a reader in any way
        named = names_in_pickles(path)
        raise (_unsafe(path, named) if named else _damaged(path, error)) from error


def _damaged(path: Path, error: BaseException) -> CheckpointReadError:
    if "TorchScript" in str(error):
        return CheckpointReadError(
            f"{path.name} is a TorchScript archive; save the model's state_dict() instead"
        )
    return CheckpointReadError(
        f"{path.name} is truncated or damaged ({path.stat().st_size} bytes); "
        "download or save it again"
    )
