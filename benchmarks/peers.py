"""Peers that the product does not depend on."""

import re
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch


def torchvision_video() -> ModuleType | None:
    """``torchvision.models.video``, or None where torchvision is not installed.

    Its compiled operators do not load beside a CPU build of torch, and its Python code registers
    shapes for them at import, so their names are declared first. No operator is called here.
    """
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return None
    if "torchvision" not in sys.modules:
        source = (Path(spec.origin).parent / "_meta_registrations.py").read_text()
        names = set(re.findall(r"register_meta\(\"(\w+)\"", source)) | {"nms"}
        names |= set(re.findall(r"torchvision::(\w+)", source))
        library = torch.library.Library("torchvision", "DEF")
        for name in names:
            library.define(f"{name}(Tensor x) -> Tensor")
        torchvision_video.library = library  # type: ignore[attr-defined]  # lives as long as we
    from torchvision.models import video

    return video


def peer_module(name: str) -> ModuleType | None:
    """A peer by its module's name, None where it is not installed or cannot be loaded."""
    try:
        return import_module(name)
    except (ImportError, OSError, RuntimeError):
        return None
