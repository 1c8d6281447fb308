"""Masked pre-training of PySlowFast (``MASK.ENABLE``): the encoder, which predicts no classes."""

import re
from dataclasses import fields
from typing import Any

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.entry import Configuration, FamilyReader
from mvit_core.model.config import MViTConfig
from mvit_core.model.pretraining import PretrainingConfig

_ENCODER = {"num_classes": 0, "readout": "none", "heads": (), "head_name": ""}


def _applies(cfg: Configuration) -> bool:
    return bool(cfg["MASK"]["ENABLE"]) or cfg["MODEL"]["MODEL_NAME"] == "MaskMViT"


def _configure(cfg: Configuration, arguments: dict[str, Any]) -> MViTConfig:
    mask = cfg["MASK"]
    last = int(list(mask["PRETRAIN_DEPTH"])[-1])  # blocks behind it are not in the file
    options = {**arguments, **_ENCODER, "blocks": arguments["blocks"][: last + 1]}
    return PretrainingConfig(**options, autoencoder=bool(mask["MAE_ON"]))


def _marks(state: StateDict) -> bool:
    return "mask_token" in state and "head.projection.weight" not in state


def _adapt(preset: MViTConfig, state: StateDict) -> MViTConfig:
    if type(preset) is not MViTConfig or preset.attention != "pooling":
        return preset
    options = {field.name: getattr(preset, field.name) for field in fields(preset)}
    return PretrainingConfig(**{**options, **_ENCODER}, autoencoder="decoder_embed.weight" in state)


def _notes(architecture: MViTConfig) -> tuple[str, ...]:
    del architecture
    return (
        "an encoder of masked pre-training: it has no classes. It is run on the whole clip, "
        "nothing masked; what predicts the masked parts is left out",
    )


PRETRAINING = FamilyReader(
    family=PretrainingConfig.family,
    applies=_applies,
    configure=_configure,
    marks=_marks,
    adapt=_adapt,
    notes=_notes,
    left_out=re.compile(r"(?:hogs|pred_head|decoder_embed)\.|mask_token$|dec(?:oder)?_pos_embed"),
)
