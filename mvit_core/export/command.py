"""The options of the command line that say a request; ``app/cli/export.py`` reads them."""

from collections.abc import Sequence
from dataclasses import replace

from mvit_core.attribution import HeadChoice, MapSpec, Query, head_indices
from mvit_core.explaining.changes import Changes
from mvit_core.export.request import ExportRequest
from mvit_core.provenance import option, option_number
from mvit_core.render import OPACITIES, HeatSettings
from mvit_core.video.encode.encoders import Encoding

__all__ = ["change_words", "heat_words", "map_words", "words_of"]


def words_of(
    request: ExportRequest, ending: str, frame_count: int, classes: Sequence[str] | None
) -> tuple[str, ...] | None:
    """Options that give this request again; None where there are none for a part of it.

    Args:
        request: of the export.
        ending: of its file.
        frame_count: of the clip.
        classes: names of the model's classes, for which numbers could be taken.
    """
    words = map_words(request.map, classes)
    changed, drawn = change_words(request.changes), heat_words(request.heat)
    plain = replace(
        ExportRequest(request.map, request.heat, request.layout),
        frame_index=request.frame_index,
        stop=None if request.stop == frame_count else request.stop,
        sampled_only=request.sampled_only,
        rate=request.rate,
        size=request.size,
        encoding=request.encoding,
        sound=request.sound,
        changes=request.changes,
    )
    whole = replace(request, stop=None) if request.stop == frame_count else request
    if words is None or changed is None or drawn is None or plain != whole or plain.stop:
        return None
    return (*words, *changed, *_frame_words(request, ending), *drawn)


def _frame_words(request: ExportRequest, ending: str) -> tuple[str, ...]:
    """Layout, frames and encoding; ``--frame`` is of a picture alone."""
    words = list[str]()
    plain, codec = Encoding(), request.encoding.codec
    if request.layout != "single":
        words += option("--layout", request.layout)
    if request.size != "native":
        words += option("--size", request.size)
    if request.frame_index is not None and ending.lower() == ".png":
        words += option("--frame", str(request.frame_index))
    if codec is not None:
        words += option("--codec", codec)
    if request.encoding.quality != plain.quality:
        words += option("--quality", request.encoding.quality)
    if request.rate is not None:
        words += option_number("--rate", request.rate)
    words += ["--sampled"] if request.sampled_only else []
    words += ["--audio"] if request.sound else []
    return tuple(words)


def map_words(spec: MapSpec, classes: Sequence[str] | None) -> tuple[str, ...] | None:
    """Options of ``add_map_options``; None where a class cannot be named by its number."""
    named = classes or ()
    if any(str(index) in named for index in (spec.target, spec.against)):
        return None
    words, plain = list[str](), MapSpec()
    if spec.method != plain.method:
        words += option("--method", spec.method)
    for name, index in (("--class", spec.target), ("--against", spec.against)):
        words += () if index is None else option(name, str(index))
    if spec.block is not None:
        words += option("--block", str(spec.block))
    if spec.head != plain.head:
        words += option("--head", _head(spec.head))
    if spec.query != plain.query:
        words += option("--query", _query(spec.query))
    return tuple(words)


def _head(head: HeadChoice) -> str:
    return head if isinstance(head, str) else ",".join(map(str, head_indices(head)))


def _query(query: Query) -> str:
    return query if isinstance(query, str) else ",".join(map(str, query))


def change_words(changes: Changes) -> tuple[str, ...] | None:
    """Options for heads that are off; None for tubes, and for means of some windows alone."""
    if changes.tubes or changes.mean_of:
        return None
    if not changes.heads_off or (changes.by != "mean" and changes.batch is not None):
        return () if changes == Changes() else None
    off = option("--off", ",".join(map(str, changes.heads_off)))
    if changes.by != "mean":
        return (*off, *option("--off-by", changes.by))
    return off if changes.batch is None else (*off, *option("--mean-of", changes.batch.name))


def heat_words(heat: HeatSettings, policy: str = "layer") -> tuple[str, ...] | None:
    """Options of ``add_heat_options``; None for a lock, and for a range by hand that is not there.

    Args:
        heat: how maps are drawn.
        policy: the default of the command.
    """
    plain, words, by_hand = HeatSettings(), list[str](), heat.manual_range
    if heat.locked_range is not None or (heat.range_policy == "manual") != (by_hand is not None):
        return None
    for name, value, usual in (
        ("--mode", heat.mode, plain.mode),
        ("--colormap", heat.colormap, plain.colormap),
        ("--units", heat.units, plain.units),
    ):
        words += () if value == usual else option(name, value)
    for name, number, common in (
        ("--opacity", heat.opacity, OPACITIES[heat.mode]),
        ("--gamma", heat.gamma, plain.gamma),
        ("--threshold", heat.threshold, plain.threshold),
    ):
        words += () if number == common else option_number(name, number)
    words += [*(["--outline"] if heat.outline else []), *([] if heat.smooth else ["--cells"])]
    if by_hand is not None:
        words += option("--range", _pair(by_hand.low, by_hand.high))
    elif heat.range_policy != policy:
        words += option("--range", heat.range_policy)
    if heat.tails_percent != plain.tails_percent:
        words += option("--tails", _pair(*heat.tails_percent))
    return tuple(words)


def _pair(low: float, high: float) -> str:
    return f"{float(low)!r},{float(high)!r}"
