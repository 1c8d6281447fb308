"""The table of feature maps: what the tokens of a block hold, rather than where they look.

They are made in ``mvit_core/explaining/feature_maps.py``, as tokens are had by running the model; a
menu, a session or a command line needs only what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from mvit_core.attribution.methods import METHODS, Method

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FEATURES", "LAYER_MAPS", "PCA", "SIMILARITY", "FeatureMap", "needs_token"]


@dataclass(frozen=True)
class FeatureMap:
    """One way to show the tokens of a block; it is of no one head."""

    title: str
    """Title in menus."""
    description: str
    """One line: what is shown, and how."""
    unit: str
    """Unit of the values, for colour bars and tables."""
    ends: tuple[float, float]
    """Ends of the colours, the same for every map: values can be compared by colour."""
    needs_query: bool = False
    """The result depends on the picked token."""
    signed: bool = False
    """Values lie on both sides of 0."""
    grid: Literal["q"] = "q"
    """The tokens that leave a block lie on the grid of its queries."""
    query_is_key: bool = False
    is_row: bool = False
    is_noted: bool = False
    has_sink: bool = False
    picks_query: bool = False
    """These say what a ``Method`` says of itself, of which nothing holds here."""
    source: str = ""
    """Paper and section that it is from."""


PCA, SIMILARITY = "pca", "similarity"

FEATURES: Mapping[str, FeatureMap] = MappingProxyType(
    {
        PCA: FeatureMap(
            "PCA colours",
            "Three principal components of the block's tokens as red, green and blue: tokens of a "
            "colour hold alike things.",
            "component 1",
            (0.0, 1.0),
            source="Oquab et al., DINOv2, 2023, section 7.5",
        ),
        SIMILARITY: FeatureMap(
            "Similarity to a token",
            "Cosine similarity of each token of the block to the picked one, -1 to 1.",
            "cosine",
            (-1.0, 1.0),
            needs_query=True,
            signed=True,
            source="Amir et al., Deep ViT Features as Dense Visual Descriptors, 2021",
        ),
    }
)
"""By the names that the command line and sessions use; menus show them in this order."""

LAYER_MAPS: Mapping[str, Method | FeatureMap] = MappingProxyType({**METHODS, **FEATURES})
"""Every map that is of a layer: of attention, or of features."""


def needs_token(method: str) -> bool:
    """The map is of a picked patch: neither the readout nor the class token can stand for it."""
    return method == SIMILARITY
