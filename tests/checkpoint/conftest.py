"""Tiny checkpoints of every format, made by code from one model with seeded weights."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from mvit_core.model import MViT, MViTConfig
from tests.checkpoint.tiny import cfg_text, tiny, weights


@pytest.fixture
def config() -> MViTConfig:
    return tiny()


@pytest.fixture
def model(config: MViTConfig) -> MViT:
    return weights(MViT(config)).eval()


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[object], Path]:
    """Writes anything by ``torch.save`` and gives its path."""

    def save(content: object, name: str = "checkpoint.pyth") -> Path:
        path = tmp_path / name
        torch.save(content, path)
        return path

    return save


@pytest.fixture
def checkpoint(model: MViT, config: MViTConfig) -> dict[str, Any]:
    """As PySlowFast's saver lays it out."""
    return {"epoch": 3, "model_state": model.state_dict(), "cfg": cfg_text(config)}


@pytest.fixture
def clip() -> Tensor:
    return torch.randn(1, 3, 4, 32, 32, generator=torch.Generator().manual_seed(5))
