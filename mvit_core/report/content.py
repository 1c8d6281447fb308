"""What a report holds, before it is a page: frames, maps, predictions, heads, explanation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mvit_core.attribution import METHODS, HeadStatistics, MapSpec, head_statistics
from mvit_core.captured import WindowCapture
from mvit_core.errors import ClipError
from mvit_core.export.box_labels import box_labels, boxes_in
from mvit_core.export.heads_table import head_row
from mvit_core.export.remarks import DAMAGED
from mvit_core.pipeline import Explainer
from mvit_core.printable import printable
from mvit_core.render import HeatSettings
from mvit_core.report.colours import first_table, tables_of
from mvit_core.report.frames import ReportFrame, report_frames
from mvit_core.report.maps import Grids, attention_maps, evidence_map, six_digits
from mvit_core.report.origin import Facts, facts_of, report_origin
from mvit_core.report.request import ReportRequest
from mvit_core.report.why import Reasons, curves_json, reasons, why_json
from mvit_core.video import ClipWindow, Video, window_of

__all__ = ["OnProgress", "Phases", "ReportContent", "content_of", "with_statistics"]

LEADING = 10
"""Classes that a report lists."""

OnProgress = Callable[[int, int], None]
Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class ReportContent:
    """Everything that a page shows."""

    title: str
    """Name of the clip."""
    subtitle: str
    """Model, window and class."""
    frames: tuple[ReportFrame, ...]
    document: Json
    """All else, as JSON values that the page's own script reads."""
    facts: Facts
    notes: tuple[str, ...]
    """What a reader must know."""

    @property
    def first_frame(self) -> int:
        """Frame of the clip that is shown first."""
        return self.frames[int(self.document["first"]["frame"])].index

    @property
    def first_block(self) -> int:
        """Block that is shown first."""
        return int(self.document["first"]["block"])


class Phases:
    """Progress of a report in hundredths: each phase has its share, by how long it takes.

    Args:
        on_progress: called with (done, in all); what it raises ends the report.
    """

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._on_progress = on_progress
        self._begins = self._ends = 0

    def begin(self, share: int) -> None:
        """Another phase begins, which is so many hundredths of all."""
        self._begins, self._ends = self._ends, self._ends + share
        self.show(0, 1)

    def show(self, done: int, total: int) -> None:
        """So many steps of the phase are done."""
        if self._on_progress is not None:
            part = (self._ends - self._begins) * min(done / max(total, 1), 1)
            self._on_progress(int(self._begins + part), 100)

    def again(self) -> None:
        """Nothing more is done, but the user may have stopped it."""
        if self._on_progress is not None:
            self._on_progress(self._begins, 100)


def with_statistics(explainer: Explainer) -> Explainer:
    """One whose runs note the statistics of heads while they pass, which costs next to nothing.

    What the explainer has run already it runs again.
    """
    return explainer.with_model(explainer.loaded, replace(explainer.keep, statistics=True))


def content_of(
    explainer: Explainer,
    video: Video,
    request: ReportRequest,
    output: str = "report.html",
    on_progress: OnProgress | None = None,
) -> ReportContent:
    """What a report shows of one window, which is run.

    Args:
        explainer: the model.
        video: the clip.
        request: what is shown.
        output: name of the file, which the report names in the command that repeats it.
        on_progress: called with (done, in all), many times; what it raises ends the work.

    Raises:
        ClipError: the clip has no such window or frame.
        MvitError: the model or the video does not give what is asked for.
    """
    phases, shown = Phases(on_progress), request.shown
    explainer = explainer.with_changes(shown.changes)
    window = _window(explainer.windows(video, shown.tiling), video, request)
    request = replace(request, window=window.index)
    phases.begin(20)
    origin = report_origin(explainer, video, request, output)
    boxes = boxes_in(shown, video, window)
    captured = explainer.capture(video, window, phases.show, lambda *_: phases.again(), boxes=boxes)
    phases.begin(5)
    frames = report_frames(video, captured, request.height, phases.again)
    document = _document(explainer, video, captured, request, phases)
    document["first"] = _first(request, captured, frames)
    document["frames"] = [frame.facts for frame in frames]
    why = reasons(explainer, video, captured, request, partial(_next, phases, [15, 35]))
    _add_reasons(document, why, shown.heat)
    facts = facts_of(origin, captured, request, why.shown, why.faithfulness)
    phases.begin(0)
    notes = tuple(dict.fromkeys(filter(None, _notes(video, captured, why))))
    title, subtitle = printable(video.path.name), _subtitle(explainer, captured)
    return ReportContent(title, subtitle, frames, document, facts, notes)


def _next(phases: Phases, shares: list[int]) -> OnProgress:
    """Begin the phase that has the next of some shares."""
    phases.begin(shares.pop(0))
    return phases.show


def _document(
    explainer: Explainer,
    video: Video,
    captured: WindowCapture,
    request: ReportRequest,
    phases: Phases,
) -> Json:
    """Maps of attention and their grids, numbers of heads, and what takes no time."""
    heat, grids = request.shown.heat, Grids()
    phases.begin(15)
    statistics = head_statistics(captured.record, on_layer=phases.show)
    phases.begin(10)
    given = explainer, video, captured, _specs(request), heat, grids, phases.again
    return {
        "maps": attention_maps(*given),
        "grids": grids.rows,
        "heads": [_numbers(row) for row in statistics],
        "clip": _clip(video, captured, explainer),
        "tables": tables_of(heat),
        "predictions": _predictions(explainer, captured),
    }


def _add_reasons(document: Json, why: Reasons, heat: HeatSettings) -> None:
    """Add the explanation to a document, and its map to the others."""
    found = why.faithfulness
    document["why"] = None if why.shown is None else why_json(why.shown)
    document["why_missing"] = why.missing
    document["faithfulness"] = None if found is None else curves_json(found)
    if why.shown is not None:
        document["maps"].append(evidence_map(why.shown, heat, Grids(document["grids"])))


def _notes(video: Video, captured: WindowCapture, why: Reasons) -> list[str]:
    """What a reader must know."""
    is_whole = video.damaged_frames.isdisjoint(captured.frame_indices)
    notes = ["" if is_whole else DAMAGED, captured.note, captured.changes.words]
    if why.shown is not None and why.shown.evidence is not None:
        notes.append(why.shown.evidence.warning)
    if why.faithfulness is not None:
        notes.append(why.faithfulness.warning)
    return [*notes, *video.damage]


def _window(windows: tuple[ClipWindow, ...], video: Video, request: ReportRequest) -> ClipWindow:
    known, frame = {window.index: window for window in windows}, request.shown.frame_index
    if frame is not None and not 0 <= frame < video.frame_count:
        raise ClipError(
            f"frame {frame} does not exist; the video has frames 0 to {video.frame_count - 1}"
        )
    if request.window is None:
        try:
            return windows[0] if frame is None else window_of(windows, frame)
        except IndexError as error:  # a capture file holds some windows of a clip
            raise ClipError(f"{video.path.name}: {error}; choose another frame") from error
    if request.window not in known:
        allowed = f"0 to {len(windows) - 1}"
        if list(known) != list(range(len(windows))):  # those that a capture file holds
            allowed = ", ".join(map(str, known))
        raise ClipError(
            f"window {request.window} does not exist; {video.path.name} has windows {allowed}"
        )
    return known[request.window]


def _specs(request: ReportRequest) -> list[MapSpec]:
    """A map for each method: the query of the view is kept where the method has such a one."""
    shown = request.shown.map
    plain = shown.method not in METHODS or METHODS[shown.method].query_is_key
    query = "readout" if plain else shown.query
    return [MapSpec(block=shown.block, method=name, query=query) for name in request.attention]


def _clip(video: Video, captured: WindowCapture, explainer: Explainer) -> Json:
    return {
        "size": list(video.size),
        "display": list(video.display_size),
        "box": list(captured.pixel_map.box_px),
        "input": list(captured.pixel_map.crop_size),
        "sampled": len(captured.frame_indices),
        "boxes": [
            {"edges": list(each.box.corners), "words": printable(each.words)}
            for each in box_labels(explainer, captured)
        ],
    }


def _first(
    request: ReportRequest, captured: WindowCapture, frames: tuple[ReportFrame, ...]
) -> Json:
    """What the page shows before anything is chosen."""
    shown, heat = request.shown.map, request.shown.heat
    wanted = request.shown.frame_index
    middle = frames[len(frames) // 2].index if wanted is None else wanted
    place = min(range(len(frames)), key=lambda at: abs(frames[at].index - middle))
    layer = captured.layer(shown.block)
    head = shown.head if isinstance(shown.head, int) else str(shown.head)
    whole = head if head in ("mean", "max", "min") else "mean"
    return {
        "map": request.first,
        "block": layer.block,
        "head": head if isinstance(head, int) and head < layer.heads else whole,
        "frame": place,
        "table": first_table(heat),
        "opacity": heat.opacity,
        "smooth": heat.smooth,
        "gamma": heat.gamma,
        "threshold": heat.threshold,
        "outline": heat.outline,
        **_range(heat),
    }


def _range(heat: HeatSettings) -> Json:
    """What the ends of the colours are of; their numbers where a view has given them."""
    if heat.is_automatic:
        return {"range": "map" if heat.range_policy == "map" else "layer", "ends": None}
    given = heat.locked_range or heat.manual_range
    assert given is not None
    return {"range": "given", "ends": [given.low, given.high]}


def _predictions(explainer: Explainer, captured: WindowCapture) -> list[Json]:
    """The most probable classes, of each box where there are boxes."""
    groups = []
    for place in range(max(len(captured.boxes), 1)):
        box = captured.boxes[place] if captured.boxes else None
        name = "" if box is None else printable(box.name or f"box {place + 1}")
        rows = explainer.predictions_of(captured.record, place)[:LEADING]
        groups.append(
            {
                "name": name,
                "rows": [
                    {"index": row.index, "name": printable(row.name), "p": row.probability}
                    for row in rows
                ],
            }
        )
    return groups


def _numbers(row: HeadStatistics) -> Json:
    """Numbers of a head."""
    return {
        name: six_digits(value) if isinstance(value, float) else value
        for name, value in head_row(row).items()
    }


def _subtitle(explainer: Explainer, captured: WindowCapture) -> str:
    window = captured.window
    said = ""
    if captured.predictions and not captured.boxes:
        said = f" · {captured.predictions[0].name}"
    frames = f"frames {window.start} to {window.stop - 1}"
    name = explainer.loaded.path.name
    return printable(f"{name} · window {window.index + 1}, {frames}{said}")
