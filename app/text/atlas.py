"""The numbers of heads in words: titles of columns and axes, and values."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.state.language import N
from app.text.effects import off_words
from app.text.phrases import head_words, share_words, signed_words
from mvit_core.attribution import HeadSet, head_indices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.results.atlas import AtlasInfo, HeadCardInfo
    from app.results.snapshot import Snapshot
    from app.state.atlas_choices import AtlasChoices, AtlasScope, HeadField
    from mvit_core.attribution import BlockDetails, HeadChoice, HeadStatistics, Queries
    from mvit_core.explaining.direct_parts import DirectPart, DirectParts

UNKNOWN = "–"
"""Stands where a number is not known, or there is none."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("atlas", text)


@dataclass(frozen=True)
class NumberWords:
    """A number of a head as it is written."""

    title: str
    """Head of its column."""
    axis: str
    """Title of an axis, with the unit."""
    words: Callable[[float], str]
    guide: str = ""
    """Entry of the guide; empty for none."""


NUMBERS: Mapping[HeadField, NumberWords] = MappingProxyType(
    {
        "on": NumberWords(N("atlas", "on"), N("atlas", "on or off"), "{:.0f}".format),
        "head": NumberWords(N("atlas", "head"), N("atlas", "head"), "{:.0f}".format),
        "block": NumberWords(N("atlas", "block"), N("atlas", "block"), "{:.0f}".format),
        "stage": NumberWords(N("atlas", "stage"), N("atlas", "stage"), "{:.0f}".format),
        "entropy": NumberWords(
            N("atlas", "entropy"), N("atlas", "entropy"), "{:.2f}".format, "entropy"
        ),
        "distance_px": NumberWords(
            N("atlas", "dist. px"), N("atlas", "distance, pixels"), "{:.1f}".format, "distance"
        ),
        "distance_frames": NumberWords(
            N("atlas", "dist. fr."), N("atlas", "distance, frames"), "{:.2f}".format, "distance"
        ),
        "sink": NumberWords(N("atlas", "sink"), N("atlas", "sink"), share_words, "sink"),
        "centre": NumberWords(
            N("atlas", "centre"), N("atlas", "share in the centre"), share_words, "centre_share"
        ),
        "effect": NumberWords(
            N("atlas", "effect"),
            N("atlas", "effect, logit"),
            lambda value: signed_words(value, 2),
            "effect",
        ),
    }
)
"""Every number of a head; table, axes and card are made of it."""

COLUMNS: tuple[HeadField, ...] = (
    "on",
    "head",
    "stage",
    "entropy",
    "distance_px",
    "distance_frames",
    "sink",
    "centre",
    "effect",
)
"""Columns of the table."""

AXES: tuple[HeadField, ...] = ("block", *COLUMNS[3:])
"""Numbers that an axis of the scatter plot may show."""

SCOPES: Mapping[AtlasScope, tuple[str, str]] = MappingProxyType(
    {
        "window": (N("atlas", "This window"), N("atlas", "Numbers of the window shown")),
        "clip": (
            N("atlas", "This clip"),
            N("atlas", "The mean over the windows of the clip that were run"),
        ),
        "batch": (
            N("atlas", "Batch"),
            N("atlas", "The mean over the rows of the batch result that are listed"),
        ),
    }
)
"""Title and tooltip of what the numbers may be of."""

QUERIES: Mapping[Queries, tuple[str, str]] = MappingProxyType(
    {
        "all": (N("atlas", "All patches"), N("atlas", "The mean over all queries")),
        "readout": (
            N("atlas", "Readout"),
            N("atlas", "Of the tokens that the prediction is read from, alone"),
        ),
    }
)
"""Title and tooltip of whose attention it may be."""


def column_title(name: HeadField, choices: AtlasChoices | None) -> str:
    """The head of a column, with a sign of the order if rows are sorted by it."""
    title = tr(NUMBERS[name].title)
    by = None if choices is None else choices.sorted_by
    if choices is None or name != ("head" if by == "block" else by):
        return title
    return f"{title} {'▾' if choices.is_falling else '▴'}"


def no_points_words(info: AtlasInfo, choices: AtlasChoices) -> str:
    """Why no head stands on the scatter plot; empty where some do."""
    unknown = [
        tr(NUMBERS[name].axis)
        for name in dict.fromkeys((choices.up, choices.across))
        if all(info.value(row, name) is None for row in info.rows)
    ]
    if not unknown:
        return ""
    words = tr("Not known of any head here: {numbers}.").format(numbers="; ".join(unknown))
    if choices.queries == "readout":
        words += "\n" + tr("All patches has the distances.")
    return words


def number_words(info: AtlasInfo, row: HeadStatistics, name: HeadField) -> str:
    """A number of a head, as tables write it; a dash where it is not known."""
    if name == "head":
        return place_words(row.block, row.head)
    if name == "on":
        return ""  # a tick says it
    value = info.value(row, name)
    return UNKNOWN if value is None else NUMBERS[name].words(value)


def place_words(block: int, head: HeadChoice) -> str:
    """A head or several of a block, in few letters: 4/3, 4/0+2, block 4."""
    if isinstance(head, int | HeadSet):
        return f"{block}/{'+'.join(map(str, head_indices(head)))}"
    return tr("block {b}").format(b=block)


def chosen_words(snapshot: Snapshot) -> str:
    """The chosen heads: what plots and card are of."""
    state, layer = snapshot.state, snapshot.results.layer(snapshot.state.map.block)
    return "" if layer is None else place_words(layer.block, state.map.head)


def scope_words(snapshot: Snapshot) -> str:
    """What the numbers are of: how many heads, of which windows, whose attention."""
    info, choices = snapshot.results.atlas, snapshot.state.atlas
    if info is None:
        return ""
    blocks = len({row.block for row in info.rows})
    parts = [tr("{n} heads of {b} blocks").format(n=len(info.rows), b=blocks)]
    if choices.scope == "clip":
        words = tr("mean of {n} of {all} windows")
        if info.windows == info.total:
            words = tr("mean of {n} windows")
        parts.append(words.format(n=info.windows, all=info.total))
    if choices.scope == "batch":
        parts.append(tr("mean over the {n} rows listed").format(n=f"{info.windows:,}"))
    queries = tr("queries: readout") if choices.queries == "readout" else tr("queries: all patches")
    changed = "" if choices.scope == "batch" else off_words(snapshot.state.changes)
    return " · ".join(filter(None, (*parts, queries, changed)))


def card_title(snapshot: Snapshot) -> str:
    """The chosen heads in whole words."""
    layer = snapshot.results.layer(snapshot.state.map.block)
    if layer is None:
        return ""
    return tr("stage {s}, block {b}, {head}").format(
        s=layer.stage, b=layer.block, head=head_words(snapshot.state.map.head, layer.heads)
    )


def position_words(details: BlockDetails | None, heads: tuple[int, ...]) -> str:
    """What positions do to the rows of some heads."""
    if details is None or not heads:
        return UNKNOWN
    if details.position is None:
        return tr("no positions")
    mean = sum(details.position[head] for head in heads) / len(heads)
    return f"{mean:.2f}"


def target_words(card: HeadCardInfo) -> str:
    """What the sum below is: the logit of a class, or the margin of two."""
    if card.against:
        return tr("Logit of {a} minus {b}, as a sum").format(a=card.target, b=card.against)
    return tr("Logit of {a}, as a sum").format(a=card.target)


def direct_words(found: DirectParts) -> str:
    """The sum, and how much of it comes from heads directly."""
    words = tr("sum {sum} of {total}").format(
        sum=signed_words(found.sum, 2), total=signed_words(found.total, 2)
    )
    if found.direct is None:
        return words
    direct = tr("direct {n:.0f} %").format(n=100 * found.direct)
    return f"{words} · {direct}"


def part_words(part: DirectPart) -> str:
    """One summand of the logit."""
    if part.head is not None:
        assert part.block is not None
        return tr("head {name}").format(name=place_words(part.block, part.head))
    names = {
        "entered": tr("what entered"),
        "pooled queries": tr("pooled queries"),
        "bias": tr("bias"),
        "MLP": tr("MLP"),
    }
    name = names.get(part.name, part.name)
    return name if part.block is None else tr("{name}, block {b}").format(name=name, b=part.block)
