"""MViT Lens without its window: load a model, open a video, capture attention, draw it.

The names below are imported on first use, so that the window can show before torch is there.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mvit_core.system.malloc import recycle_large_blocks

if TYPE_CHECKING:
    from mvit_core.adapters import recording
    from mvit_core.attention.recorder import AttentionRecorder, capture
    from mvit_core.capture_file import read_capture, write_capture
    from mvit_core.checkpoint import load_model
    from mvit_core.scripting import explain
    from mvit_core.video import open_video

recycle_large_blocks()

__all__ = [
    "AttentionRecorder",
    "capture",
    "explain",
    "load_model",
    "open_video",
    "read_capture",
    "recording",
    "write_capture",
]

_HOMES = {
    "AttentionRecorder": "mvit_core.attention.recorder",
    "capture": "mvit_core.attention.recorder",
    "explain": "mvit_core.scripting",
    "load_model": "mvit_core.checkpoint",
    "open_video": "mvit_core.video",
    "read_capture": "mvit_core.capture_file",
    "recording": "mvit_core.adapters",
    "write_capture": "mvit_core.capture_file",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    if name not in _HOMES:
        raise AttributeError(f"module 'mvit_core' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
