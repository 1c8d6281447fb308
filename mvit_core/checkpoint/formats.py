"""The formats that are understood, in one explicit table."""

from collections.abc import Mapping
from types import MappingProxyType

from mvit_core.checkpoint.entry import CheckpointFormat
from mvit_core.checkpoint.facebook_mvit import FACEBOOK_MVIT
from mvit_core.checkpoint.memvit import MEMVIT
from mvit_core.checkpoint.mmaction2 import MMACTION2
from mvit_core.checkpoint.mmpretrain import MMPRETRAIN
from mvit_core.checkpoint.pyslowfast import PYSLOWFAST
from mvit_core.checkpoint.pytorchvideo import PYTORCHVIDEO
from mvit_core.checkpoint.timm import TIMM
from mvit_core.checkpoint.torchvision import TORCHVISION

__all__ = ["FORMATS"]

_ENTRIES = (
    TORCHVISION,
    PYTORCHVIDEO,
    MMPRETRAIN,
    MMACTION2,
    TIMM,
    FACEBOOK_MVIT,
    MEMVIT,
    PYSLOWFAST,
)

FORMATS: Mapping[str, CheckpointFormat] = MappingProxyType({e.name: e for e in _ENTRIES})
"""By name. The first whose keys match is taken, so the more particular stand first."""
