"""Heads, networks and preprocessing of a model in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.text.phrases import field_words
from app.text.terms import term

if TYPE_CHECKING:
    from app.results import HeadInfo, ModelInfo
    from mvit_core.video.clip import ClipSpec


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("model", text)


def none_words() -> str:
    """The classes of an encoder."""
    return tr("none (masked pre-training)")


def fed_words(spec: ClipSpec) -> str:
    """Scale, crop, mean and standard deviation of a model's input."""
    words = tr("short side {side}, crop {size}, mean {mean}, std {std}, {order}")
    return words.format(
        side=spec.short_side,
        size=spec.size,
        mean=field_words(spec.mean, "mean"),
        std=field_words(spec.std, "std"),
        order=field_words(spec.reverse_channels, "reverse_channels"),
    )


def short_fed_words(spec: ClipSpec) -> str:
    """Short side and crop of a model's input."""
    return tr("short side {side}, crop {size}").format(side=spec.short_side, size=spec.size)


def heads_words(model: ModelInfo) -> str:
    """Every prediction head with its classes and activation; the chosen one is marked."""
    if not model.has_classes:
        return tr("none: no classes are predicted")
    independent = model.activation == "sigmoid"
    says = tr("several at once (sigmoid)") if independent else tr("one at a time (softmax)")
    if not model.heads:
        return tr("{n} classes, {says}").format(n=model.class_count, says=says)
    shown = tr("{head} (shown)")
    several = len(model.heads) > 1
    parts = [
        shown.format(head=head_words(head))
        if several and head.name == model.head
        else head_words(head)
        for head in model.heads
    ]
    return ", ".join((*parts, says))


def head_words(head: HeadInfo) -> str:
    """A head and the number of its classes."""
    return tr("{name}: {n} classes").format(name=head.name, n=head.classes)


def built_words(model: ModelInfo) -> str:
    """What a model was built from, in a few words."""
    source, told = model.source, model.report.decided_from
    if source.config is not None:
        return source.config.name
    start, preset, name = told.rpartition("preset ")
    if preset:
        return (
            tr("preset {name}").format(name=name)
            if not start
            else tr("as {name}").format(name=name)
        )
    words = {
        "the configuration inside the file": tr("in the file"),
        "config.json beside the file": tr("beside the file"),
    }
    return words.get(told, term(told))


def class_names_words(model: ModelInfo) -> str:
    """Where the class names are from, in a few words."""
    origin = model.report.class_names
    return tr("in the file") if origin == "the file" else origin or tr("numbers alone")


def size_words(model: ModelInfo) -> str:
    """Blocks, heads, classes and frames of a model in one line."""
    spec = model.clip_spec
    words = tr("{b} blocks · {h} heads · {c} classes · {t} frames")
    return words.format(
        b=len(model.layers),
        h=sum(layer.heads for layer in model.layers),
        c=model.class_count,
        t=spec.frames,
    )


def report_words(model: ModelInfo) -> str:
    """What the report of loading says, in one line."""
    report = model.report
    words = tr("{m} missing · {u} unused · {r} resized")
    return words.format(m=len(report.missing), u=len(report.unexpected), r=len(report.resized))


def network_words(name: str) -> str:
    """An entry of a file; the file itself has no name."""
    return name or tr("the file itself")
