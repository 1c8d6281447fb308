"""Layouts of pictures: one map, all heads, one block of each stage, frame and map."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from mvit_core.attribution import FEATURES, MapSpec
from mvit_core.errors import ExportError
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.pipeline import Explainer, Explanation
from mvit_core.video import ClipWindow, Video
from mvit_core.video.boxes import Box

Explain = Callable[[MapSpec], Explanation]


@dataclass(frozen=True)
class Panel:
    """One picture of a layout."""

    explanation: Explanation
    label: str = ""
    """Printed in the corner; empty where the caption says it all."""
    heat: bool = True
    """False shows the bare frame."""
    name: str = ""
    """Name of a pane of a comparison, whose words stand below it; empty in a layout."""
    source: int = 0
    """Place of its clip and model among the sources of the export."""
    minus: "Panel | None" = None
    """What is subtracted from it; None for a map."""


def _single(explain: Explain, spec: MapSpec) -> list[Panel]:
    return [Panel(explain(spec))]


def _side_by_side(explain: Explain, spec: MapSpec) -> list[Panel]:
    explanation = explain(spec)
    shown = "attention" if explanation.evidence is None else "evidence"
    if explanation.maps.method in FEATURES:
        shown = "features"
    return [Panel(explanation, "video", heat=False), Panel(explanation, shown)]


def _heads(explain: Explain, spec: MapSpec) -> list[Panel]:
    count = explain(spec).maps.heads
    return [Panel(explain(replace(spec, head=head)), f"head {head}") for head in range(count)]


def _stages(explain: Explain, spec: MapSpec) -> list[Panel]:
    chosen = explain(spec)
    layers = chosen.capture.record.layers
    last_of_stage = {layer.stage: layer for layer in layers}
    here = chosen.capture.layer(chosen.maps.block)
    spec = replace(spec, head=spec.head if isinstance(spec.head, str) else "mean")
    return [
        Panel(explain(spec.on_layer(here, layer)), f"stage {stage} · block {layer.block}")
        for stage, layer in last_of_stage.items()
    ]


@dataclass(frozen=True)
class Layout:
    """One way to put panels together."""

    title: str
    """Title in dialogs."""
    panels: Callable[[Explain, MapSpec], list[Panel]]
    varies: Literal["nothing", "head", "block"]
    """Parts that differ from panel to panel; the caption leaves them to the labels."""
    where: str = ""
    """What the caption says in place of block and stage; empty where all panels are of one."""


LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {
        "single": Layout("Single", _single, varies="nothing"),
        "heads": Layout("Heads", _heads, varies="head"),
        "stages": Layout("Stages", _stages, "block", "Last block of each stage"),
        "side-by-side": Layout("Side by side", _side_by_side, varies="nothing"),
    }
)


def fits(layout: str, method: str) -> bool:
    """A layout shows what maps of a method differ in: evidence is one map, features one a block."""
    varies = LAYOUTS[layout].varies
    if method in FEATURES:
        return varies != "head"
    return method not in EVIDENCE or varies == "nothing"


def panels_of(
    explainer: Explainer,
    video: Video,
    window: ClipWindow,
    layout: str,
    spec: MapSpec,
    boxes: tuple[Box, ...] = (),
) -> list[Panel]:
    """The pictures of a layout for one window and its boxes.

    Raises:
        ExportError: the layout shows heads or blocks, which evidence does not have.
    """
    if not fits(layout, spec.method):
        allowed = ", ".join(name for name in LAYOUTS if fits(name, spec.method))
        of = "no head" if spec.method in FEATURES else "no head and no block"
        raise ExportError(
            f"{spec.method} is one map, of {of}; layout {layout!r} shows several: "
            f"allowed are {allowed}"
        )

    def explain(wanted: MapSpec) -> Explanation:
        return explainer.explain(video, window, wanted, boxes=boxes)

    return LAYOUTS[layout].panels(explain, spec)
