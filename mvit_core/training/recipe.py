"""Recipe of the demo model: architecture, data and training, as data.

The same values with the same seed make the same weights, but for the order in which a processor
sums; nothing depends on the clock.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from mvit_core.checkpoint import FORMATS
from mvit_core.demo.classes import CLASSES
from mvit_core.model import MViTConfig
from mvit_core.training.motion import FRAMES
from mvit_core.video import ClipSpec

__all__ = [
    "DEFAULT_MINUTES",
    "SIZE",
    "Recipe",
    "Stage",
    "architecture",
    "clip_spec",
    "configuration",
    "configuration_text",
    "recipe_for",
]

SIZE = 96
"""Side of the model's input, in pixels."""

DEFAULT_MINUTES = 15.0
"""About what the committed recipe takes on two cores that others use as well."""


@dataclass(frozen=True)
class Stage:
    """One pass of training at one size."""

    name: str
    size: int
    """Side of the clips, in pixels."""
    steps: int
    learning_rate: float
    """At the end of the warm-up."""
    auxiliary: float
    """Weight of the auxiliary losses at the start; it falls to 0 at ``auxiliary_until``."""


@dataclass(frozen=True)
class Recipe:
    """One training run."""

    seed: int
    stages: tuple[Stage, ...]
    batch: int = 16
    """Clips of a step, half of them in each of two processes."""
    weight_decay: float = 0.05
    """Weight decay of matrices; vectors and position tables have none."""
    betas: tuple[float, float] = (0.9, 0.98)
    clip_norm: float = 1.0
    warm_up: float = 0.06
    """Share of a stage's steps in which the learning rate rises; then it follows a cosine."""
    auxiliary_until: float = 0.7
    """Share of a stage after which the loss is the classification alone."""

    @property
    def steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def work(self, step: int) -> int:
        """Pixels seen in the steps before a step, up to a factor."""
        total = 0
        for stage in self.stages:
            total += min(step, stage.steps) * stage.size**2
            step = max(step - stage.steps, 0)
        return total


_STAGES = (
    Stage("A", size=48, steps=550, learning_rate=1.5e-3, auxiliary=1.0),
    Stage("B", size=SIZE, steps=420, learning_rate=8e-4, auxiliary=1.0),
)
"""The committed recipe."""


def recipe_for(minutes: float = DEFAULT_MINUTES, seed: int = 0) -> Recipe:
    """The committed recipe, its steps in proportion to the minutes."""
    share = minutes / DEFAULT_MINUTES
    stages = tuple(
        Stage(s.name, s.size, max(round(s.steps * share), 1), s.learning_rate, s.auxiliary)
        for s in _STAGES
    )
    return Recipe(seed, stages)


def configuration(size: int = SIZE) -> dict[str, Any]:
    """The model in PySlowFast's words, as it is kept in the checkpoint."""
    return {
        "DATA": {
            "NUM_FRAMES": FRAMES,
            "SAMPLING_RATE": 4,
            "TARGET_FPS": 30,
            "TRAIN_CROP_SIZE": size,
            "TEST_CROP_SIZE": size,
            "TRAIN_JITTER_SCALES": [size, size],
            "INPUT_CHANNEL_NUM": [3],
            "MEAN": [0.45, 0.45, 0.45],
            "STD": [0.225, 0.225, 0.225],
        },
        "MODEL": {"ARCH": "mvit", "MODEL_NAME": "MViT", "NUM_CLASSES": len(CLASSES)},
        "TEST": {"DATASET": "kinetics", "NUM_SPATIAL_CROPS": 1},
        "MVIT": _network(),
    }


def _network() -> dict[str, Any]:
    return {
        "MODE": "conv",
        "NORM": "layernorm",
        "PATCH_KERNEL": [3, 7, 7],
        "PATCH_STRIDE": [2, 4, 4],
        "PATCH_PADDING": [1, 3, 3],
        "EMBED_DIM": 24,
        "NUM_HEADS": 1,
        "DEPTH": 5,
        "MLP_RATIO": 4.0,
        "QKV_BIAS": True,
        "CLS_EMBED_ON": True,
        "DIM_MUL": [[1, 2.0], [4, 2.0]],
        "HEAD_MUL": [[1, 2.0], [4, 2.0]],
        "DIM_MUL_IN_ATT": True,
        "POOL_KVQ_KERNEL": [3, 3, 3],
        "POOL_Q_STRIDE": [[1, 1, 2, 2], [2, 1, 1, 1], [3, 1, 1, 1], [4, 1, 2, 2]],
        "POOL_KV_STRIDE": [
            [0, 1, 4, 4],
            [1, 1, 4, 4],
            [2, 1, 2, 2],
            [3, 1, 2, 2],
            [4, 1, 1, 1],
        ],
        "USE_ABS_POS": True,
        "SEP_POS_EMBED": True,
        "REL_POS_SPATIAL": True,
        "REL_POS_TEMPORAL": True,
        "RESIDUAL_POOLING": True,
    }


def configuration_text() -> str:
    """The configuration as YAML."""
    return yaml.safe_dump(configuration())


def architecture(size: int = SIZE) -> MViTConfig:
    """The network, built by the reader that will read the checkpoint too."""
    return FORMATS["pyslowfast"].configure(configuration(size)).architecture


def clip_spec(size: int = SIZE) -> ClipSpec:
    """Preprocessing of the model."""
    return FORMATS["pyslowfast"].configure(configuration(size)).clip
