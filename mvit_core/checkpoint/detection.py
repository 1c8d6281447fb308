"""Action detection of PySlowFast and MeMViT (``DETECTION.ENABLE``), as trained on AVA."""

from typing import Any

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import Configuration, FamilyReader
from mvit_core.model.config import MViTConfig
from mvit_core.model.detection import DetectionConfig


def _applies(cfg: Configuration) -> bool:
    return bool(cfg["DETECTION"]["ENABLE"])


def _configure(cfg: Configuration, arguments: dict[str, Any]) -> MViTConfig:
    detection, mvit = cfg["DETECTION"], cfg["MVIT"]
    return DetectionConfig(
        **{**arguments, "readout": "boxes"},
        roi_resolution=detection["ROI_XFORM_RESOLUTION"],
        roi_scale_factor=detection["SPATIAL_SCALE_FACTOR"],
        roi_aligned=bool(detection["ALIGNED"]),
        box_depth=mvit["BOX_DEPTH"],
        box_residual=mvit["CONV_Q"] > 0,
    )


def _marks(state: StateDict) -> bool:
    return any(name.startswith("box_blocks.") for name in state)


def _adapt(preset: MViTConfig, state: StateDict) -> MViTConfig:
    del state
    return preset


def _notes(architecture: MViTConfig) -> tuple[str, ...]:
    del architecture
    return (
        "a detection model: its head reads regions, the boxes that it is given; without any, the "
        "whole frame is one box",
    )


DETECTION = FamilyReader(
    family=DetectionConfig.family,
    applies=_applies,
    configure=_configure,
    marks=_marks,
    adapt=_adapt,
    notes=_notes,
)
