"""What a report says of where it comes from, and the options that make it again."""

import shlex
from dataclasses import dataclass, replace
from typing import Any

from mvit_core.attribution import METHODS
from mvit_core.captured import Explanation, WindowCapture
from mvit_core.explaining.faithfulness import Faithfulness
from mvit_core.export.command import change_words, heat_words, map_words
from mvit_core.pipeline import Explainer
from mvit_core.provenance import (
    SIDE_ENDING,
    Origin,
    Provenance,
    as_json,
    compute_words,
    methods_paragraph,
    option,
    provenance_of,
)
from mvit_core.provenance.command import PROGRAM
from mvit_core.report.request import ATTENTION, MOST_HEIGHT, ReportRequest
from mvit_core.video import Video
from mvit_core.video.clip import PLAIN, ClipSpec

__all__ = ["Facts", "facts_of", "report_origin", "report_words"]

_UNKNOWN = "not known"


@dataclass(frozen=True)
class Facts:
    """Provenance as it is printed, and as the page carries it."""

    rows: tuple[tuple[str, str], ...]
    """Names and values, in order."""
    methods: str
    """A paragraph that is ready for a paper."""
    command: str
    """The command that makes the report again, in the folder that holds clip and checkpoint."""
    document: dict[str, Any]
    """What ``mvit-lens provenance`` reads, as JSON values."""


def report_origin(
    explainer: Explainer, video: Video, request: ReportRequest, output: str
) -> Origin:
    """The origin of a report that is to be made, its clock started; reads files to the end.

    Args:
        explainer: the model.
        video: the clip.
        request: of a window that is named.
        output: name of the file.
    """
    words = report_words(request, explainer.loaded.classes)
    pairs = [(explainer, video)]
    found = provenance_of("report", output, pairs, request, request.shown, words)
    if found.command.startswith(f"{PROGRAM} export ") and SIDE_ENDING in found.command:
        again = shlex.join((PROGRAM, "provenance", output, "--repeat"))  # the page has the request
        found = replace(found, command=again)
    return Origin.begin(found, explainer.loaded.runs_on)


def facts_of(
    origin: Origin,
    captured: WindowCapture,
    request: ReportRequest,
    shown: Explanation | None,
    found: Faithfulness | None,
) -> Facts:
    """Say where a report comes from.

    Args:
        origin: of the report.
        captured: the window that was run.
        request: of the report.
        shown: its explanation; None for none.
        found: how faithful that is; None where it was not measured.
    """
    told = replace(origin.of((captured.window,), captured), run=origin.run())
    return Facts(
        _rows(told, captured),
        _methods(told, request, captured, shown, found),
        told.command,
        {"view": "report", "provenance": as_json(told)},
    )


def _rows(told: Provenance, captured: WindowCapture) -> tuple[tuple[str, str], ...]:
    source, window = told.source, captured.window
    clip, model = source.clip.captured or source.clip.file, source.model
    rows = [
        ("Clip", clip.name),
        ("SHA-256 of the clip", clip.sha256 or _UNKNOWN),
        ("Window", f"{window.index + 1}: frames {window.start} to {window.stop - 1}"),
        ("Frames seen", " ".join(map(str, captured.frame_indices))),
        ("Checkpoint", model.file.name),
        ("SHA-256 of the checkpoint", model.file.sha256 or _UNKNOWN),
        ("Preprocessing", preprocessing_words(source.preprocessing)),
        ("Changed", captured.changes.words or "nothing"),
        ("Computed on", compute_words(told.run)),
        ("Versions", ", ".join(" ".join(pair) for pair in told.versions)),
    ]
    if told.no_command:
        rows.append(("Made again", told.no_command))
    if source.clip.captured is not None:
        rows.insert(2, ("Capture file", source.clip.file.words))
    return tuple(rows)


def _methods(
    told: Provenance,
    request: ReportRequest,
    captured: WindowCapture,
    shown: Explanation | None,
    found: Faithfulness | None,
) -> str:
    """The paragraph: of the explanation where there is one, else of the map that is shown first."""
    if shown is None or shown.evidence is None:
        return methods_paragraph(told)
    target = shown.evidence.target
    spec = replace(shown.spec, target=target.index, against=target.against)
    named = replace(
        told,
        map=spec,
        class_name=captured.name_of(target.index),
        against_name=captured.name_of(target.against),
    )
    titles = ", ".join(f'"{METHODS[name].title}"' for name in request.attention)
    beside = f" Attention of every block and head is shown beside it, by {titles}."
    return methods_paragraph(named, found) + beside


def preprocessing_words(spec: ClipSpec) -> str:
    """How a clip becomes an input, in words."""
    every = f"{spec.frames} frames, every {spec.rate:g} at {spec.target_fps:g} per second"
    if spec.sampling == "segments":
        every = f"{spec.frames} frames, one of each equal part of the video"
    mean, std = (", ".join(f"{value:g}" for value in each) for each in (spec.mean, spec.std))
    order = ", channels reversed" if spec.reverse_channels else ""
    return (
        f"{every}; short side {spec.short_side}, centre crop {spec.size}, {spec.interpolation}; "
        f"mean {mean}; deviation {std}{order}"
    )


def report_words(request: ReportRequest, classes: list[str] | None) -> tuple[str, ...] | None:
    """Options of ``mvit-lens report`` that give this again; None where they do not suffice.

    Args:
        request: of the report.
        classes: names of the model's classes, for which numbers could be taken.
    """
    shown, why = request.shown, request.why
    spec = shown.map
    of_view = map_words(replace(spec, method="row", target=None, against=None), classes)
    of_why = () if why is None else map_words(why, classes)
    changed, drawn = change_words(shown.changes), heat_words(shown.heat)
    if shown.boxes or shown.tiling != PLAIN or None in (of_view, of_why, changed, drawn):
        return None
    assert of_view is not None
    assert of_why is not None
    assert changed is not None
    assert drawn is not None
    of_why = ("--method", "none") if why is None else of_why
    return (*of_view, *of_why, *changed, *_own_words(request), *drawn)


def _own_words(request: ReportRequest) -> list[str]:
    words, shown = list[str](), request.shown
    if request.window is not None:
        words += option("--window", str(request.window))
    if shown.frame_index is not None:
        words += option("--frame", str(shown.frame_index))
    if request.attention != ATTENTION:
        words += option("--maps", ",".join(request.attention))
    if request.first != request.attention[0]:
        words += option("--first", request.first)
    if request.baseline != "mean":
        words += option("--baseline", request.baseline)
    if request.height != MOST_HEIGHT:
        words += option("--height", str(request.height))
    return words + ([] if request.faithfulness else ["--no-faithfulness"])
