"""Presets of an export: each sets the other choices of the dialog, which can still be changed."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.state.language import N

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Preset:
    """A preset: the choices for one purpose."""

    title: str
    """Title in the dialog, marked for translation."""
    ending: str
    """File ending, with the dot."""
    layout: str = "single"
    """A name in ``LAYOUTS``."""
    size: str = "native"
    """A name in ``SIZES``."""
    rate: float | None = None
    """Frames per second at most; None keeps those of the clip."""


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "paper": Preset(
            N("presets", "Picture for a paper (PNG, 170 mm at 300 dpi)"), ".png", size="170mm"
        ),
        "slide": Preset(N("presets", "Video for a slide (MP4, 1080 lines)"), ".mp4", size="1080p"),
        "grid": Preset(
            N("presets", "Video of all heads (MP4, 1080 lines)"), ".mp4", "heads", "1080p"
        ),
        "gif": Preset(
            N("presets", "Small animation (GIF, 480 lines, 10 fps)"), ".gif", "single", "480p", 10.0
        ),
        "maps": Preset(N("presets", "Numbers of the maps (NPZ)"), ".npz"),
        "predictions": Preset(N("presets", "Predictions (CSV)"), ".csv"),
    }
)
"""Presets of the dialog; another purpose is another row."""


def preset_words(name: str) -> str:
    """Translate the title of a row of ``PRESETS``."""
    return QCoreApplication.translate("presets", PRESETS[name].title)
