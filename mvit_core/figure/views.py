"""Figures that are plots: faithfulness of a map, a class over the clip, all heads by numbers."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mvit_core.attribution import head_statistics
from mvit_core.captured import WindowCapture
from mvit_core.errors import CaptureError, ExportError
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.export import Source
from mvit_core.export.box_labels import boxes_in
from mvit_core.export.evidence_facts import evidence_words
from mvit_core.export.layouts import Panel
from mvit_core.export.remarks import DAMAGED, remarks_of
from mvit_core.export.scene import source_json
from mvit_core.figure.columns import window_of_figure
from mvit_core.figure.content import OnPiece
from mvit_core.figure.plots import COLOURS, GREY, Line, Plot, PlotPage, round_range
from mvit_core.figure.request import FigureRequest
from mvit_core.pipeline import Explainer
from mvit_core.video import Video

_LEADING = 3
"""Classes of a series where none is named."""

_CURVES = ((COLOURS[1], None), (GREY, (1.0, 0.8)), (GREY, (0.3, 0.6)))
"""Colour and dashes of a map's curve, and of two orders that know nothing."""

Make = Callable[[Explainer, Video, FigureRequest, OnPiece], PlotPage]


def faithfulness_page(
    explainer: Explainer, video: Video, request: FigureRequest, on_piece: OnPiece
) -> PlotPage:
    """p(class) while the tubes of a clip are removed or restored in the order of a map.

    Raises:
        ExportError: the map is none of evidence.
        MvitError: the window cannot be run, or the network has no such class.
    """
    from mvit_core.explaining.faithfulness import faithfulness

    spec = request.shown.map
    if spec.method not in EVIDENCE:
        raise ExportError(
            f"faithfulness is of evidence, and {spec.method} is none; allowed are methods "
            f"{', '.join(EVIDENCE)}"
        )
    captured = _captured(explainer, video, request, on_piece)
    shown = explainer.explain(video, captured.window, spec, boxes=captured.boxes)
    assert shown.evidence is not None
    subject = explainer.subject(video, captured)
    found = faithfulness(subject, shown.evidence, on_step=lambda *_: on_piece())
    plots = []
    for title, names in (
        ("removed, highest first", ("deletion", "random", "centre")),
        ("restored, highest first", ("insertion", "random_insertion", "centre_insertion")),
    ):
        curves = [getattr(found, name) for name in names]
        words = (EVIDENCE[spec.method].title, "random order", "from the middle")
        lines = tuple(
            Line(name, curve.shares, curve.probabilities, colour, dash)
            for name, curve, (colour, dash) in zip(words, curves, _CURVES, strict=True)
        )
        plots.append(Plot(f"p({shown.target})", f"share of tubes {title}", lines, (0, 1), (0, 1)))
    which, trust = evidence_words(shown)
    said = (which, trust, found.words)
    remarks = (*remarks_of(Panel(shown)), found.warning, *_damage(video, captured))
    told = {
        "view": "faithfulness",
        "class": shown.target,
        "method": spec.method,
        "baseline": found.baseline,
        "window": captured.window.index,
    }
    return _page(Source(explainer, video), request, tuple(plots), said, remarks, told)


def series_page(
    explainer: Explainer, video: Video, request: FigureRequest, on_piece: OnPiece
) -> PlotPage:
    """The probability of classes in every window of the clip.

    Raises:
        CaptureError: the network predicts no classes.
        MvitError: a window cannot be run.
    """
    windows = explainer.windows(video, request.shown.tiling)
    seconds, runs = [], []
    for window in windows:
        on_piece()
        boxes = boxes_in(request.shown, video, window)
        runs.append(explainer.glance(video, window, lambda *_: on_piece(), boxes))
        seconds.append(float(video.pts_seconds[(window.start + window.stop - 1) // 2]))
    said = [{each.index: each.probability for each in run.predictions} for run in runs]
    if not said[0]:
        raise CaptureError("this network predicts no classes, so there is no series of one")
    highest = {index: max(each[index] for each in said) for index in said[0]}
    target, against = request.shown.map.target, request.shown.map.against
    chosen = [index for index in (target, against) if index is not None]
    chosen = chosen or sorted(highest, key=lambda index: -highest[index])[:_LEADING]
    lines = tuple(
        Line(
            runs[0].name_of(index),
            tuple(seconds),
            tuple(each[index] for each in said),
            COLOURS[place % len(COLOURS)],
            marks=True,
        )
        for place, index in enumerate(chosen)
    )
    last = float(video.pts_seconds[-1])
    plot = Plot("probability", "time (s)", lines, (0, max(last, 1e-3)), (0, 1))
    words = (f"windows of the clip: {len(windows)}, each at its middle",)
    remarks = (DAMAGED,) if video.damaged_frames else ()
    told = {"view": "series", "classes": [runs[0].name_of(index) for index in chosen]}
    return _page(Source(explainer, video), request, (plot,), words, remarks, told)


def atlas_page(
    explainer: Explainer, video: Video, request: FigureRequest, on_piece: OnPiece
) -> PlotPage:
    """All heads: how far each looks, and how evenly.

    Raises:
        MvitError: the window cannot be run.
    """
    captured = _captured(explainer, video, request, on_piece)
    rows = head_statistics(captured.record, on_layer=lambda *_: on_piece())
    lines = []
    for stage in sorted({row.stage for row in rows}):
        here = [row for row in rows if row.stage == stage and row.distance_px is not None]
        lines.append(
            Line(
                f"stage {stage}",
                tuple(float(row.distance_px or 0) for row in here),
                tuple(row.entropy for row in here),
                COLOURS[(stage - 1) % len(COLOURS)],
                joined=False,
                marks=True,
                names=tuple(f"{row.block}.{row.head}" for row in here),
            )
        )
    plot = Plot(
        "entropy (1: looks everywhere alike)",
        "distance within a frame (pixels of the input)",
        tuple(lines),
        round_range([x for line in lines for x in line.xs]),
        round_range([y for line in lines for y in line.ys]),
    )
    window = captured.window.index + 1
    said = (
        f"all {len(rows)} heads of window {window} as block.head, mean over all queries; named "
        "where there is room",
    )
    told = {"view": "atlas", "window": captured.window.index}
    return _page(Source(explainer, video), request, (plot,), said, _damage(video, captured), told)


def _captured(
    explainer: Explainer, video: Video, request: FigureRequest, on_piece: OnPiece
) -> WindowCapture:
    """The window of a figure, run."""
    window = window_of_figure(explainer.windows(video, request.shown.tiling), video, request)
    boxes = boxes_in(request.shown, video, window)
    return explainer.capture(video, window, lambda *_: on_piece(), boxes=boxes)


def _damage(video: Video, captured: WindowCapture) -> tuple[str, ...]:
    is_whole = video.damaged_frames.isdisjoint(captured.window.frame_indices)
    return () if is_whole else (DAMAGED,)


def _page(
    source: Source,
    request: FigureRequest,
    plots: tuple[Plot, ...],
    words: tuple[str, ...],
    remarks: tuple[str, ...],
    told: Mapping[str, Any],
) -> PlotPage:
    """Plots with what is said of them, and what they were made of."""
    facts = {"made_by": "mvit-lens", **source_json(source), **told, **request.shown.changes.facts}
    changed = request.shown.changes.words
    remarks = tuple(dict.fromkeys(text for text in (changed, *remarks) if text))
    damage = tuple(source.video.damage)
    return PlotPage(plots, words, remarks, damage, json.dumps({**facts, "damage": damage}))


PLOTS: Mapping[str, Make] = MappingProxyType(
    {"faithfulness": faithfulness_page, "series": series_page, "atlas": atlas_page}
)
"""What makes the plots of each view that has any; see ``VIEWS``."""
