"""The shipped clips, as the window offers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from mvit_core.demo import DemoSample


@dataclass(frozen=True)
class Samples:
    """The shipped clips, or the reason why there are none."""

    clips: tuple[DemoSample, ...] = ()
    problem: str = ""


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """A small picture of a shipped clip."""

    index: int
    image: QImage | None
    """None where the clip is damaged; opening it reports the damage."""
