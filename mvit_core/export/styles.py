"""The colours of each panel: which values lie at the two ends of its bar."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mvit_core.attribution import FEATURES
from mvit_core.attribution.maps import FloatArray
from mvit_core.export.comparison import Sources
from mvit_core.export.layouts import Panel
from mvit_core.export.request import ExportRequest
from mvit_core.pipeline import Explanation
from mvit_core.pool import pooled_values
from mvit_core.render import (
    RenderStyle,
    ValueRange,
    common_factors,
    difference_range,
)
from mvit_core.video import ClipWindow

if TYPE_CHECKING:
    from mvit_core.attribution import MapSpec
    from mvit_core.explaining.changes import Changes


class Styles:
    """Styles of panels; a range of the whole clip is found once.

    Args:
        sources: clips and models.
        request: what is exported.
        on_piece: called between two pieces of work; what it raises ends the export.
    """

    def __init__(
        self, sources: Sources, request: ExportRequest, on_piece: Callable[[], None]
    ) -> None:
        self._sources, self._request, self._on_piece = sources, request, on_piece
        self._clip_ends: dict[tuple[int, MapSpec, Changes], ValueRange] = {}
        """By source, layer and what is changed."""

    def of(self, panels: Sequence[Panel], windows: Sequence[ClipWindow]) -> tuple[RenderStyle, ...]:
        """The style of each panel.

        Args:
            panels: of one window of each source.
            windows: these windows.
        """
        if self._policy == "model" and self._request.comparison is None:
            # Looks at the same values from every panel.
            source = self._sources.each[0]
            boxes = panels[0].explanation.capture.boxes
            chosen = source.explainer.explain(
                source.video, windows[0], self._request.map, boxes=boxes
            )
            return (self._style(chosen, self._pooled_ends(0, chosen)),) * len(panels)
        return tuple(map(self._style_of, panels))

    @property
    def _policy(self) -> str:
        heat = self._request.heat
        return heat.range_policy if heat.locked_range is None else "layer"

    def _style_of(self, panel: Panel) -> RenderStyle:
        explanation = panel.explanation
        if panel.minus is not None:
            return self._request.heat.signed_style(difference_ends(panel))
        if self._policy == "model":
            return self._style(explanation, self._pooled_ends(panel.source, explanation))
        if self._policy != "clip":
            return self._style(explanation, self._ends_of(explanation))
        spec = replace(explanation.spec, block=explanation.maps.block, head="mean")
        key = panel.source, spec, explanation.capture.changes
        if key not in self._clip_ends:
            self._clip_ends[key] = self._pooled_ends(panel.source, explanation)
        return self._style(explanation, self._clip_ends[key])

    def _style(self, explanation: Explanation, ends: ValueRange) -> RenderStyle:
        """Colours of amounts, or of values for and against with 0 in their middle."""
        return self._request.heat.style_of(explanation.maps.method, ends)

    def _pooled_ends(self, place: int, chosen: Explanation) -> ValueRange:
        if chosen.maps.method in FEATURES:
            return self._ends_of(chosen)  # the same for every map
        source, heat = self._sources.each[place], self._request.heat
        pool = pooled_values(
            source.explainer,
            source.video,
            chosen,
            heat.range_policy,
            self._on_piece,
            self._request.tiling,
        )
        return self._ends_of(chosen, pool)

    def _ends_of(self, chosen: Explanation, pool: FloatArray | None = None) -> ValueRange:
        return self._request.heat.ends(chosen.maps, chosen.saliency, pool)


def factors_of(panel: Panel, minus: Panel) -> tuple[float, float]:
    """Factors on the values of two maps that give both one unit."""
    return common_factors(panel.explanation.maps.key_count, minus.explanation.maps.key_count)


def difference_ends(panel: Panel) -> ValueRange:
    """The range of a panel from which another is subtracted."""
    minus = panel.minus or panel
    first, second = (each.explanation.heatmap for each in (panel, minus))
    return difference_range(first, second, factors_of(panel, minus))
