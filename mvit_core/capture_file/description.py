"""What the document of a capture file says: the model, the runs, and where all of it comes from."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from mvit_core.capture_file.layers import StoredLayer
from mvit_core.errors import CaptureFileError
from mvit_core.geometry import PixelMap, Triple
from mvit_core.model.config import MAX_DEPTH, HeadActivation, MViTConfig
from mvit_core.model.families import FAMILIES
from mvit_core.printable import word
from mvit_core.system.json_codec import Codec
from mvit_core.system.named_file import check_digest
from mvit_core.video.boxes import Box
from mvit_core.video.clip import ClipSpec, ClipWindow

__all__ = ["CODEC", "FORM", "Provenance", "StoredHead", "StoredModel", "StoredRun", "read_config"]

FORM = 1
"""Layout of the document that is written, and the latest that is read."""

CODEC = Codec(CaptureFileError, largest_whole=2**53)
"""Reads the document."""

_MOST_CLASSES = 1 << 20
_MOST_BOXES = 1 << 12
_MOST_SIDE = 1 << 16


@dataclass(frozen=True)
class StoredModel:
    """What is known of the model without its weights; its architecture lies beside this."""

    name: str
    """Name of the checkpoint, without its folder."""
    size: int
    """Bytes of the checkpoint; 0 where it was no file."""
    sha256: str
    """Digest of the checkpoint in hexadecimal; empty where it was no file."""
    format: str
    family: str
    """A key of ``FAMILIES``."""
    clip_spec: ClipSpec
    classes: tuple[str, ...] | None
    half: bool
    """Its arithmetic was in half precision."""
    decided_from: str
    weights: str = ""
    class_names: str = ""
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"family is {word(self.family)}; allowed are {', '.join(FAMILIES)}")
        if len(self.classes or ()) > _MOST_CLASSES:
            raise ValueError(f"there are more than {_MOST_CLASSES} classes")
        check_digest(self.size, self.sha256)


@dataclass(frozen=True)
class StoredHead:
    """A further prediction head."""

    name: str
    classes: int

    def __post_init__(self) -> None:
        _check_count("classes", self.classes, 0, _MOST_CLASSES)


@dataclass(frozen=True)
class StoredRun:
    """One window as it was run; fields are those of ``WindowCapture`` and its record."""

    window: ClipWindow
    pixel_map: PixelMap
    frame_indices: tuple[int, ...]
    note: str
    boxes: tuple[Box, ...]
    items: int
    """Rows of the logits: 1, or one for each box."""
    classes: int
    depth: int
    readout: Literal["class", "mean"]
    input_shape: Triple
    activation: HeadActivation
    heads: tuple[StoredHead, ...]
    has_boxes: bool
    """Its logits are of boxes."""
    layers: tuple[StoredLayer, ...]

    def __post_init__(self) -> None:
        _check_count("classes", self.classes, 0, _MOST_CLASSES)
        _check_count("items", self.items, 1, _MOST_BOXES)
        _check_count("depth", self.depth, 1, MAX_DEPTH)
        for name in ("source_size", "resized_size", "crop_size"):
            for side in getattr(self.pixel_map, name):
                _check_count(name, side, 1, _MOST_SIDE)
        blocks = [layer.block for layer in self.layers]
        if not blocks or blocks != sorted(set(blocks)) or blocks[-1] >= self.depth:
            raise ValueError(f"layers are of blocks 0 to {self.depth - 1}, rising")
        if len(self.boxes) not in (0, self.items):
            raise ValueError(f"{len(self.boxes)} boxes have {self.items} rows of logits")
        frames, window = self.frame_indices, self.window
        if len(frames) != self.input_shape[0] or len(window.frame_indices) != len(frames):
            raise ValueError(f"{len(frames)} frames are no input of {self.input_shape[0]}")
        if not 0 <= window.start < window.stop or window.index < 0:
            raise ValueError("a window has an index from 0, and frames")


@dataclass(frozen=True)
class Provenance:
    """Where a capture file comes from."""

    command: str
    """The command that wrote it; empty where a script did."""
    versions: tuple[tuple[str, str], ...]
    """Names and versions of what made it."""
    half: bool
    """Queries, keys and positions were stored in float16."""


def architecture_json(config: MViTConfig) -> dict[str, Any]:
    """An architecture as the document keeps it."""
    return asdict(config)


def read_config(kept: Any, family: str) -> MViTConfig:  # noqa: ANN401 - JSON
    """The architecture that a document keeps.

    Raises:
        CaptureFileError: it is none.
    """
    found: MViTConfig = CODEC.decode(kept, FAMILIES[family].config, "architecture")
    return found


def _check_count(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; allowed are {low} to {high}")
