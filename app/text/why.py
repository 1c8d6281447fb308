"""Evidence for a class in words: what is shown, what it adds up to, and how far to trust it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.text.phrases import share_words, signed_words, value_words
from app.text.terms import term
from mvit_core.explaining.methods import CROSS, EVIDENCE, is_signed
from mvit_core.render import MINUS

if TYPE_CHECKING:
    from app.results import FaithfulnessInfo, JobInfo, MapResult, SanityInfo, WhenInfo
    from mvit_core.explaining import Evidence, Removal
    from mvit_core.render import ValueRange

COMPLETE_WITHIN = 0.01
"""Distance of the sum from what it must be, over that, from which on it does not add up."""

FAIR_BASELINE = 0.05
"""p(class | baseline) from which on the baseline itself still says the class."""

CHECK = "✓"

IN_WORDS = 0.03
"""The share of the tubes that the sentence about faithfulness names."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("why", text)


def class_name(result: MapResult, index: int | None) -> str:
    """Name of a class; empty for None."""
    if index is None:
        return ""
    names = (each.name for each in result.predictions if each.index == index)
    return next(names, tr("class {n}").format(n=index))


def why_classes(result: MapResult) -> tuple[str, str]:
    """(class, class instead of which) by name; empty where there is none."""
    if result.evidence is None:
        return "", ""
    target = result.evidence.target
    return class_name(result, target.index), class_name(result, target.against)


def classes_words(result: MapResult) -> str:
    """Both classes in one phrase."""
    own, other = why_classes(result)
    words = tr("Why “{a}”, not “{b}”") if other else tr("Why “{a}”")
    return words.format(a=own, b=other)


def method_words(method: str) -> str:
    """A method's title, with a cross and its badge where it misleads."""
    row = EVIDENCE[method]
    if row.misleads:
        return tr("{cross} {method}: {badge}").format(
            cross=CROSS, method=term(row.title), badge=term(row.trust)
        )
    return term(row.title)


def why_title(result: MapResult) -> str:
    """Classes and method in one line; the quick answer says that it is one."""
    assert result.evidence is not None
    parts = [classes_words(result), method_words(result.evidence.method)]
    if result.is_quick:
        parts.append(tr("quick answer"))
    return " · ".join(parts)


def doubts(result: MapResult) -> list[str]:
    """What must be read before a map of evidence is trusted."""
    evidence = result.evidence
    assert evidence is not None
    found, row = [], EVIDENCE[evidence.method]
    if row.misleads:
        words = tr("{method}: {why}").format(
            method=method_words(evidence.method), why=term(row.trust_words)
        )
        found.append(words)
    if evidence.error is not None and evidence.error > COMPLETE_WITHIN and evidence.sum is not None:
        assert evidence.delta
        share = share_words(evidence.sum / evidence.delta)
        found.append(tr("Does not add up: {share} of the logit").format(share=share))
    hidden = evidence.baseline_probability
    if hidden is not None and hidden >= FAIR_BASELINE:
        words = tr("The baseline still says this class: {share}")
        found.append(words.format(share=share_words(hidden)))
    return found


def sum_words(evidence: Evidence) -> str:
    """The sum, and what it must be; empty for a map that sums to nothing."""
    if evidence.sum is None or evidence.delta is None:
        return ""
    now, whole = (signed_words(value, 2) for value in (evidence.sum, evidence.delta))
    return tr("{sum} of {delta} logit").format(sum=now, delta=whole)


def token_share(evidence: Evidence) -> float | None:
    """What lies on the class token, in logits; None where none does, or nothing sums."""
    if evidence.sum is None or evidence.class_token is None:
        return None
    return evidence.sum * evidence.class_token


def figures_words(result: MapResult) -> str:
    """One line below the map: sum, class token, and p(class | baseline)."""
    evidence = result.evidence
    if evidence is None:
        return ""
    parts = []
    if evidence.sum is not None and evidence.delta:
        words = tr("sum {sum} ({share})")
        share = share_words(evidence.sum / evidence.delta)
        parts.append(words.format(sum=sum_words(evidence), share=share))
    elif not is_signed(evidence.method):
        parts.append(tr("what speaks for the class alone; it sums to nothing"))
    own = token_share(evidence)
    if own is not None:
        parts.append(tr("class token {value}").format(value=signed_words(own, 2)))
    if evidence.baseline_probability is not None:
        words = tr("p({name} | baseline) {share}")
        share = share_words(evidence.baseline_probability)
        parts.append(words.format(name=class_name(result, evidence.target.index), share=share))
    return " · ".join(parts)


def signed_ends(ends: ValueRange, method: str) -> tuple[str, str]:
    """Numbers at the high and the low end of a colour bar of evidence."""
    write = signed_words if is_signed(method) else value_words
    return write(ends.high), write(ends.low)


def coming_words(method: str, job: JobInfo | None) -> str:
    """How the map asked for comes along behind the quick answer."""
    if job is None or not job.total:
        return tr("{method} follows").format(method=term(EVIDENCE[method].title))
    words = tr("{method}, {n} of {all} steps")
    return words.format(method=term(EVIDENCE[method].title), n=job.done, all=job.total)


def faithfulness_words(found: FaithfulnessInfo, whole: float) -> str:
    """What the curves say at 3 %; empty while that is not measured.

    Args:
        found: the curves.
        whole: p(class) of the clip.
    """
    removed, random = found.at("deletion", IN_WORDS), found.at("random", IN_WORDS)
    if removed is None:
        return ""
    words = tr("{part} % removed: {a} to {b}")
    parts = [words.format(part=f"{100 * IN_WORDS:g}", a=share_words(whole), b=share_words(removed))]
    if random is not None:
        parts.append(tr("random {share}").format(share=share_words(random)))
    return " · ".join(parts)


def baseline_words(found: FaithfulnessInfo) -> str:
    """How far the cover hides the class; empty while that is not measured."""
    share = found.baseline_probability
    if share is None:
        return ""
    if share < FAIR_BASELINE:
        return tr("mean-colour clip: {share}, a fair baseline").format(share=share_words(share))
    return tr("mean-colour clip: {share}, it still says this class").format(
        share=share_words(share)
    )


def sanity_words(found: SanityInfo) -> str:
    """The verdict, with a mark."""
    return {
        "passes": tr("✓ passes"),
        "not class-specific": tr("! not class-specific"),
        "fails": tr("✕ fails"),
    }[found.verdict]


def correlations_words(found: SanityInfo) -> str:
    """Both correlations."""
    return " / ".join(f"{each:.2f}".replace("-", MINUS) for each in (found.head, found.last_block))


def static_words(found: WhenInfo) -> str:
    """What a still frame gives already."""
    static, total = (signed_words(value, 2) for value in (found.static, found.total))
    return tr("a still frame gives {static} of {total} logit").format(static=static, total=total)


def orders_words(found: WhenInfo) -> str:
    """p(class) of the clip and of its frames in other orders."""
    orders = {name: share_words(p) for name, p in found.orders.items()}
    words = tr("clip {whole}, frozen {frozen}, reversed {reversed}, shuffled {shuffled}")
    return words.format(**orders)


def removed_words(removal: Removal) -> str:
    """What is covered of the frame at a point of a curve."""
    share = f"{100 * removal.share:g}"
    words = {
        "deletion": tr("Removed: the {share} % of the map that speak most for the class. Esc ends"),
        "insertion": tr("Left: the {share} % of the map that speak most for the class. Esc ends"),
        "random": tr("Removed: {share} % at random. Esc ends"),
        "centre": tr("Removed: {share} % in the middle. Esc ends"),
    }[removal.curve]
    return words.format(share=share)
