"""Limits on files from outside: far above what any MViT needs, far below what hurts."""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["LIMITS", "Check", "Limits"]

Check = Callable[[], None]
"""Called every few milliseconds of reading; raising from it ends the reading."""


@dataclass(frozen=True)
class Limits:
    """Bounds of a pickle and of the archive around it."""

    pickle_bytes: int = 128 << 20
    """Length of a pickle that is stored as it is."""
    unpacked_pickle_bytes: int = 64 << 20
    """Length of a pickle that has to be unpacked first."""
    opcodes: int = 600_000
    """Opcodes of all pickles of a file together. A network of 80 blocks with its
    optimiser and averages needs about 350,000."""
    memo: int = 250_000
    """Values that a pickle keeps to refer to them again."""
    names: int = 1_000
    """Different classes and functions that a pickle names."""
    name_characters: int = 500
    """Characters of the name of a class, a key or a storage."""
    depth: int = 100
    """Containers inside each other."""
    values: int = 4_000_000
    """Values of a container when everything in it is written out, as printing does."""
    number_bytes: int = 256
    """Bytes of a whole number."""
    text_bytes: int = 1 << 20
    """Longer texts are left out: they hold arrays of logs, never a configuration or a name."""
    all_texts_bytes: int = 64 << 20
    """Characters of all texts that are kept, together."""
    tuple_keys: int = 10_000
    """Keys of dictionaries that are tuples: their hashes can be made to collide."""
    dimensions: int = 16
    """Axes of a tensor."""
    members: int = 50_000
    """Files inside an archive."""
    directory_bytes: int = 8 << 20
    """Length of an archive's directory, and of the header of a safetensors file."""
    unpacked_ratio: int = 4
    """An archive may unpack to so many times its size ..."""
    unpacked_bytes: int = 256 << 20
    """... or to so many bytes, whichever is more."""
    weights: int = 100_000
    """Tensors under one name each."""
    weight_index: int = 10_000
    """Whole numbers inside the names of weights lie below."""


LIMITS = Limits()
"""The limits of every reader."""
