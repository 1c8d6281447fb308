"""Names files that are no checkpoints, or in a form that is not read, and says what to do.

Each table goes from a sign to words that complete ``NAME is ...``. Commands in them are tried by
``tests/checkpoint/test_advice.py``.
"""

import re
import shlex
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from pathlib import Path

from torch import Tensor

from mvit_core.checkpoint.pickled_names import is_dangerous, is_known_object
from mvit_core.checkpoint.report import listed
from mvit_core.checkpoint.stored_tensors import kind_of
from mvit_core.errors import CheckpointReadError

__all__ = [
    "about_archive",
    "about_bytes",
    "about_folder",
    "about_names",
    "about_weights",
    "command_to_convert",
    "unsafe",
]

_SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"version https://git-lfs", "a Git LFS pointer (run 'git lfs pull')"),
    (0, b"\x1f\x8b", "a gzip archive (unpack it first)"),
    (0, b"BZh", "a bzip2 archive (unpack it first)"),
    (0, b"\xfd7zXZ", "an xz archive (unpack it first)"),
    (0, b"7z\xbc\xaf", "a 7-Zip archive (unpack it first)"),
    (0, b"Rar!", "a RAR archive (unpack it first)"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd archive (unpack it first)"),
    (257, b"ustar", "a tar archive (unpack it first)"),
    (0, b"PK\x05\x06", "an archive with nothing in it"),
    (0, b"\x89HDF", "an HDF5 file, as Keras writes it; its weights are another network's"),
    (0, b"\x93NUMPY", "a NumPy array (.npy); a state dict of PyTorch or safetensors is needed"),
    (0, b"GGUF", "a GGUF file of a language model"),
    (4, b"TFL3", "a TensorFlow Lite model"),
    (4, b"ftyp", "a video or picture; give it as the clip"),
    (0, b"\x1a\x45\xdf\xa3", "a video; give it as the clip"),
    (0, b"\x89PNG", "a picture; give it as the clip"),
    (0, b"\xff\xd8\xff", "a picture; give it as the clip"),
    (0, b"%PDF", "a PDF document"),
    (0, b"SQLite format", "a database"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
)

_HTML = (b"<!doctype", b"<html", b"<?xml", b"<")
_ONNX = re.compile(rb"\x08[\x01-\x20].{0,4}(?:pytorch|\x12.{1,40}\x1a|onnx|tf2onnx)", re.DOTALL)
_ADVICE_STATE = "save the model's state_dict() by torch.save or as safetensors"
_ARCHIVES: tuple[tuple[str, str], ...] = (
    (
        r"(?:.*/)?(?:archive_format|serialized_exported_program\.(?:json|pt)|models/\w+\.json)",
        "an exported program (.pt2 of torch.export); where it was exported, " + _ADVICE_STATE,
    ),
    (
        r"[^/]+\.npy",
        "a NumPy archive (.npz); a state dict of PyTorch or safetensors is needed: "
        + _ADVICE_STATE,
    ),
    (r"(?:.*/)?\w+\.mlmodel|(?:.*/)?weight\.bin", "a Core ML model; " + _ADVICE_STATE),
    (r"AndroidManifest\.xml|META-INF/.*", "a program archive"),
    (r"word/.*|xl/.*|ppt/.*", "an office document"),
    (
        r"(?:.*/)?config\.json|(?:.*/)?model\.weights\.h5",
        "a Keras model; its weights are another network's",
    ),
)
_INSIDE = re.compile(r".*\.(?:pth|pyth|pt|bin|ckpt|safetensors|pkl)")
_SHARD_NAME = re.compile(r".*-(\d{5})-of-(\d{5})\.\w+")
_ZERO_NAME = re.compile(r"(?:bf16_)?zero_pp_rank_\d+_mp_rank_\d+_(?:model|optim)_states\.pt")
_FILES_LOOKED_AT = 10_000
_UNFINISHED = (".part", ".crdownload", ".download", ".aria2", ".tmp", ".partial")


def about_bytes(head: bytes, path: Path) -> str:
    """Names a file by its first bytes."""
    if path.suffix.lower() in _UNFINISHED:
        return "a download that has not ended; wait for it, or fetch the file again"
    start = head.lstrip().lower()
    if start.startswith(_HTML):
        return "an HTML page (a failed download; fetch the file itself)"
    for place, sign, words in _SIGNS:
        if head[place : place + len(sign)] == sign:
            return words
    if path.suffix.lower() == ".onnx" or _ONNX.match(head[:200]):
        return f"an ONNX model; where it was exported, {_ADVICE_STATE}"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # a character may be cut by the end of the head
            return "no file of PyTorch or safetensors"
    return _about_text(head, path)


def _about_text(head: bytes, path: Path) -> str:
    if b'"weight_map"' in head:
        return (
            "the index of weights in several files (shards); merge them where they are used: load "
            "the whole model and save its state_dict() in one file"
        )
    if head.lstrip()[:1] in b"{[" and head.strip():
        return "a text file (JSON); the weights lie in another file"
    if path.suffix.lower() in (".yaml", ".yml", ".py"):
        return "a configuration, a text file; open the checkpoint, and give this file beside it"
    return "a text file"


def about_archive(names: Collection[str]) -> str:
    """Names a zip archive by the files inside."""
    if any(name.endswith("/constants.pkl") or name == "constants.pkl" for name in names):
        return f"a TorchScript archive; {_ADVICE_STATE} instead"
    for pattern, words in _ARCHIVES:
        if any(re.fullmatch(pattern, name) for name in names):
            return words
    inside = next((name for name in names if _INSIDE.fullmatch(name)), None)
    if inside is None:
        return (
            f"a zip archive without weights; it holds {', '.join(sorted(names)[:4]) or 'nothing'}"
        )
    return f"a zip archive with a checkpoint inside ({inside}); unpack it and open that file"


def about_names(foreign: Iterable[str], texts: Collection[str]) -> str:
    """Names a pickle by the classes that it names and by its first texts; empty if unknown."""
    names = tuple(foreign)
    if any(name.startswith("torch.nn.modules.") for name in names):
        classes = [name for name in names if not name.startswith(("torch.", "builtins."))]
        whole = classes[0] if classes else "a network"
        return (
            f"a whole pickled model ({whole}), which needs its code to be opened; if you trust "
            "its author, save the weights alone, in the folder of that code"
        )
    if "StructuredToParameterName@@" in texts:
        return "a PaddlePaddle file (.pdparams); its weights are another framework's"
    arrays = any(name.startswith("numpy.") for name in names)
    if arrays and "blobs" in texts:
        return (
            "a Caffe2 file of arrays (blobs); convert it by the code base that it comes from, as "
            "PySlowFast does with TRAIN.CHECKPOINT_TYPE: caffe2, and open the checkpoint saved then"
        )
    if any(name.startswith(("sklearn.", "joblib.")) for name in names):
        return "a model of scikit-learn"
    if any(name.startswith(("tensorflow.", "keras.")) for name in names):
        return "a pickle of TensorFlow"
    return ""


def about_weights(tensors: Mapping[str, Tensor], keys: Collection[str], path: Path) -> str:
    """Why the weights of a file are no whole network, or are in parts; empty if they are whole."""
    shard = _SHARD_NAME.fullmatch(path.name)
    if shard:
        return (
            f"part {int(shard[1])} of {int(shard[2])} of a checkpoint in several files (shards); "
            "load the whole model where it is used and save its state_dict() in one file"
        )
    empty = [name for name, value in tensors.items() if not value.numel()]
    zero = _ZERO_NAME.fullmatch(path.name) or {"ds_config", "ds_version"} & set(keys)
    if zero and (len(empty) * 2 > len(tensors) or not tensors):
        return (
            "one process's share of a DeepSpeed checkpoint (ZeRO stage 3), in which the weights "
            "are empty; merge the shares by zero_to_fp32.py, which lies in the checkpoint's "
            "folder, and open the file that it writes"
        )
    if any(re.search(r"\.lora_[AB]\b", name) for name in tensors):
        return (
            "a model with LoRA adapters that are not merged; where it was trained, call "
            "merge_and_unload() and save the state_dict() of what it returns"
        )
    share = next((kind for v in tensors.values() if "share of a" in (kind := kind_of(v))), "")
    if share:
        return f"{share}; gather the whole state dict before saving (full_state_dict=True)"
    return ""


def about_folder(path: Path) -> str:
    """Names what a folder holds that looks like a checkpoint; empty if nothing does."""
    try:
        names = {child.name for child in islice(path.iterdir(), _FILES_LOOKED_AT)}
    except (OSError, ValueError):  # no folder, or no path at all
        return ""
    if ".metadata" in names and any(name.endswith(".distcp") for name in names):
        return (
            "a folder of a distributed checkpoint; merge it into one file by: python -m "
            "torch.distributed.checkpoint.format_utils dcp_to_torch "
            f"{shlex.quote(str(path))} converted.pth"
        )
    if "saved_model.pb" in names:
        return "a folder of a TensorFlow model; its weights are another framework's"
    if "data.pkl" in names and "version" in names:
        return "a folder that a checkpoint was unpacked into; give the file as it was downloaded"
    if "latest" in names and "zero_to_fp32.py" in names:
        return (
            "a folder of a DeepSpeed checkpoint; merge it by the zero_to_fp32.py inside it, and "
            "open the file that it writes"
        )
    if any(name.endswith(".index.json") for name in names):
        return (
            "a folder of weights in several files (shards); load the whole model where it is used "
            "and save its state_dict() in one file"
        )
    return ""


def command_to_convert(path: Path, *, whole_model: bool = False) -> str:
    """A command that unpickles a trusted file where it was written, and saves it in new form."""
    state = ".state_dict()" if whole_model else ""
    return (
        "python -c \"import sys, torch; torch.save(torch.load(sys.argv[1], map_location='cpu', "
        f'weights_only=False){state}, sys.argv[2])" {shlex.quote(str(path))} converted.pth'
    )


def unsafe(path: Path, named: tuple[str, ...], about: str) -> CheckpointReadError:
    """The refusal of a pickle for the names in it.

    Advice to unpickle without a guard is for objects of known kinds alone.

    Args:
        path: the file.
        named: the classes and functions that it names.
        about: what such a file is, in words, or empty.
    """
    if about and not any(map(is_dangerous, named)):
        whole = command_to_convert(path, whole_model=True) if "whole" in about else ""
        told = f": {whole}" if whole else ""
        return CheckpointReadError(
            f"{path.name} is refused, and nothing in it was executed: it is {about}{told}"
        )
    if all(map(is_known_object, named)):
        return CheckpointReadError(
            f"{path.name} is refused: its pickle holds objects beside tensors ({listed(named)}) "
            "and nothing was executed; if you trust its author, convert it once where it was "
            f"written: {command_to_convert(path)}"
        )
    called = tuple(filter(is_dangerous, named)) or named
    return CheckpointReadError(
        f"{path.name} is refused: its pickle would call {listed(called)}; "
        "nothing was executed; ask its author for a state dict or safetensors"
    )
