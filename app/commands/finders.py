"""What the palette finds beside commands, by the sign that begins what is typed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.commands.entry import Entry, matching
from app.panels.timeline.frame_field import frame_of
from app.text.guide import matching_entries
from app.text.guide import tr as guide_tr
from app.text.phrases import clock, frame_number, share_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.commands.base import CommandContext

MOST_FOUND = 200
"""Rows that are listed at most; typing more finds the others."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("finders", text)


@dataclass(frozen=True)
class Finder:
    """A row of ``FINDERS``."""

    sign: str
    find: Callable[[str, CommandContext], tuple[Entry, ...]]
    """Finds entries by the text behind the sign."""


def found_by_sign(text: str, context: CommandContext) -> tuple[Entry, ...] | None:
    """What is found by a sign; None where the text begins with none, and means commands."""
    words = text.strip()
    for finder in FINDERS:
        if words.startswith(finder.sign):
            return finder.find(words.removeprefix(finder.sign).strip(), context)
    return None


def _refused(group: str, title: str, reason: str) -> tuple[Entry, ...]:
    """One row that cannot be run, and says why."""
    return (Entry("", title, group, "", reason),)


def _frames(text: str, context: CommandContext) -> tuple[Entry, ...]:
    """The frame of a number, a time or a share of the video."""
    group, video = tr("Go to"), context.control.results.video
    if video is None:
        return _refused(group, tr("Frame"), tr("open a video first"))
    frame = frame_of(text, video)
    if frame is None:
        return _refused(group, tr("Frame"), tr("120 is a frame, 0:04.2 a time, 50% a share"))
    title = tr("Frame {n}").format(n=frame_number(frame))
    when = clock(float(video.pts_seconds[frame]))
    return (Entry("", title, group, when, "", run=partial(_go_to, frame)),)


def _go_to(frame: int, context: CommandContext) -> None:
    context.intents.go_to(frame, jump=True)


def _classes(text: str, context: CommandContext) -> tuple[Entry, ...]:
    """Classes of the window shown by name; one that is chosen is pinned."""
    group, results = tr("Class"), context.control.results
    if results.shown is None or not results.shown.result.predictions:
        reason = tr("run a window of a model with classes first")
        return _refused(group, text or tr("Class"), reason)
    entries = tuple(
        Entry(
            "", each.name, group, share_words(each.probability), "", run=partial(_pin, each.index)
        )
        for each in results.shown.result.predictions
    )
    found = matching(entries, text)[:MOST_FOUND]
    return found or _refused(group, text, tr("no class has this name"))


def _pin(index: int, context: CommandContext) -> None:
    if index not in context.store.state.pinned_classes:
        context.intents.pin_class(index)


def _heads(text: str, context: CommandContext) -> tuple[Entry, ...]:
    """Blocks and their heads: 14 is a block, 14/3 its head 3."""
    group, layers = tr("Head"), context.control.results.layers
    if not layers:
        return _refused(group, text or tr("Head"), tr("load a model first"))
    block, slash, head = text.partition("/")
    entries = []
    for layer in layers:
        if block and not str(layer.block).startswith(block):
            continue
        name = tr("Block {b}, all heads").format(b=layer.block)
        if not head:
            entries.append(Entry("", name, group, "", "", run=partial(_show, layer.block, None)))
        if slash or not block or block == str(layer.block):
            entries += [
                Entry(
                    "",
                    tr("Block {b}, head {h}").format(b=layer.block, h=each),
                    group,
                    f"#{layer.block}/{each}",
                    "",
                    run=partial(_show, layer.block, each),
                )
                for each in range(layer.heads)
                if str(each).startswith(head) and (not slash or block == str(layer.block))
            ]
    reason = tr("14 is a block, 14/3 its head 3; there is no such one")
    return tuple(entries[:MOST_FOUND]) or _refused(group, text, reason)


def _show(block: int, head: int | None, context: CommandContext) -> None:
    context.intents.choose_block(block, "mean" if head is None else head)


def _topics(text: str, _context: CommandContext) -> tuple[Entry, ...]:
    """Entries of the guide by their words."""
    group = tr("Guide")
    found = tuple(
        Entry("", guide_tr(entry.title), group, "", "", run=partial(_guide, entry.name))
        for entry in matching_entries(text)
    )
    return found or _refused(group, text, tr("the guide does not have this word"))


def _guide(entry: str, context: CommandContext) -> None:
    context.help.guide(entry)


FINDERS = (Finder(":", _frames), Finder("@", _classes), Finder("#", _heads), Finder("?", _topics))
"""Signs that find something else than commands."""
