"""Heads that are off and what each head does, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results.batch_means import is_of_batch, shown_name
from app.text.tubes import count_words
from mvit_core.batch.result_files import INSTALL, has_reader

if TYPE_CHECKING:
    from app.results import EffectsInfo
    from app.results.snapshot import Snapshot
    from mvit_core.explaining import Changes

MOST_NAMED = 4
"""Heads that one line names."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("effects", text)


def off_names(changes: Changes) -> str:
    """The heads that are off, the first of them by name."""
    names = [str(place) for place in changes.heads_off]
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    more = len(names) - MOST_NAMED
    return tr("{names} and {n} more").format(names=", ".join(names[:MOST_NAMED]), n=more)


def off_words(changes: Changes) -> str:
    """The heads that are off, for titles; empty where all are on."""
    if not changes.heads_off:
        return ""
    if changes.batch is not None:
        words = tr("heads off: {names}, mean over {batch}")
        return words.format(names=off_names(changes), batch=shown_name(changes.batch.name))
    return tr("heads off: {names}").format(names=off_names(changes))


def changed_words(changes: Changes) -> str:
    """All that is changed in network and clip, for titles; empty where nothing is."""
    return " · ".join(filter(None, (off_words(changes), *count_words(changes))))


def before_words(changes: Changes) -> str:
    """What the marks in the list of classes are, while something is changed; empty otherwise."""
    count, names = len(changes.heads_off), off_names(changes)
    parts = [tr("1 head is off ({names})").format(names=names)] if count == 1 else []
    if count > 1:
        parts.append(tr("{n} heads are off ({names})").format(n=count, names=names))
    parts += count_words(changes)
    return tr("before: {what}").format(what=", ".join(parts)) if parts else ""


def class_words(info: EffectsInfo) -> str:
    """Whose logit the effects are of."""
    own, other = info.names
    words = tr("logit of “{a}”, not “{b}”") if other else tr("logit of “{a}”")
    return words.format(a=own, b=other)


def effects_note(info: EffectsInfo) -> str:
    """What the numbers are."""
    if info.asked.by == "zero":
        return tr(
            "What the logit loses when a head gives zero instead. Of early heads that is little "
            "but an offset."
        )
    if info.asked.batch is not None:
        return tr("What the logit loses when a head gives its mean over the batch instead.")
    return tr("What the logit loses when a head gives its mean instead.")


def mean_words(info: EffectsInfo) -> tuple[str, str]:
    """How many windows the mean is of, and the way to a better one; empty where there is none."""
    if (batch := info.asked.batch) is not None:
        words = tr("mean over {name}, windows: {n}")
        return words.format(n=batch.windows, name=shown_name(batch.name)), ""
    count = len(info.asked.mean_of)
    if info.asked.by == "zero" or not count:
        return "", ""
    words = tr("mean of 1 window") if count == 1 else tr("mean of {n} windows").format(n=count)
    if count >= info.windows:
        return words, ""
    if info.windows_run >= info.windows:
        return words, tr("Take all {n} that were run").format(n=info.windows)
    return words, tr("Run the clip for a better one")


def batch_choice_words(snapshot: Snapshot) -> tuple[str, str]:
    """What a click on the mean over a batch takes, and why it cannot be chosen; the other empty."""
    found = snapshot.results.batch_means
    if found is None:
        if not has_reader():
            return "", tr("Install what reads batch results first: {command}").format(
                command=INSTALL
            )
        return "", tr("Open a batch result of this model first, or choose one below")
    if found.is_coming:
        return "", tr("The means of {name} are being read").format(name=found.name)
    if found.source is None:
        return "", found.problem
    words = tr("Its mean over {name}, windows: {n}")
    return words.format(n=found.source.windows, name=found.name), ""


def fallback_words(snapshot: Snapshot) -> str:
    """Why heads do not give the mean that was chosen; empty where they do."""
    found = snapshot.results.batch_means
    if found is None or not found.problem or not is_of_batch(snapshot.state):
        return ""
    return tr("Not the mean of {name}: {why}").format(name=found.name, why=found.problem)


def coming_words(info: EffectsInfo) -> tuple[str, str]:
    """Why effects are missing, and the words of the button that has them found."""
    if info.coming == "idle":
        return tr("Effects are found one head at a time."), tr("Find them")
    if info.coming == "stopped":
        return tr("Stopped."), tr("Go on")
    if info.coming == "failed":
        return tr("The effects stopped: {reason}").format(reason=info.problem), tr("Again")
    return "", ""
