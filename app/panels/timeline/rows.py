"""The one table of the timeline's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.panels.timeline.ruler import Ruler
from app.panels.timeline.samples import Samples
from app.panels.timeline.series import Series
from app.panels.timeline.thumbnails import Thumbnails
from app.panels.timeline.when import When
from app.panels.timeline.windows import Windows

if TYPE_CHECKING:
    from app.panels.timeline.scene import Row

ROWS: tuple[type[Row], ...] = (
    Ruler,
    Windows,
    Series,
    When,
    Thumbnails,
    Samples,
)
"""Classes of the rows, from top to bottom; a timeline makes one of each."""
