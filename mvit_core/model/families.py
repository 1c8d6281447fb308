"""The families of networks, in one explicit table: which class runs which configuration."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mvit_core.model.config import MViTConfig
from mvit_core.model.detection import DetectionConfig, DetectionMViT
from mvit_core.model.mvit import MViT
from mvit_core.model.pretraining import MaskedEncoder, PretrainingConfig
from mvit_core.model.reversible import ReversibleConfig, ReversibleMViT

__all__ = ["FAMILIES", "Family", "build_network", "family_of"]


@dataclass(frozen=True)
class Family:
    """One kind of network."""

    title: str
    """Its name for people."""
    config: type[MViTConfig]
    """Its architecture as data; ``config.family`` is its key in ``FAMILIES``."""
    network: type[MViT]
    """Class of the network."""


_ENTRIES = (
    Family("classifier", MViTConfig, MViT),
    Family("reversible network", ReversibleConfig, ReversibleMViT),
    Family("encoder of masked pre-training", PretrainingConfig, MaskedEncoder),
    Family("action detector", DetectionConfig, DetectionMViT),
)

FAMILIES: Mapping[str, Family] = MappingProxyType({e.config.family: e for e in _ENTRIES})
"""By name."""


def family_of(config: MViTConfig) -> Family:
    """The family of an architecture."""
    return FAMILIES[config.family]


def build_network(config: MViTConfig) -> MViT:
    """The network of an architecture; weights start as the reference initialises them."""
    return family_of(config).network(config)
