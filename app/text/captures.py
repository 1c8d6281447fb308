"""Words about capture files and models of code: what they cannot do without weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import Message
from mvit_core.printable import printable

if TYPE_CHECKING:
    from app.results import CaptureInfo, MapRequest, ModelInfo, Results


MOST_LETTERS = 32
"""Letters of a checkpoint's name on a button."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("captures", text)


def captured_message(model: ModelInfo) -> Message:
    """What is told once a capture file gave the model."""
    words = tr("The model is that of the capture, without weights: {name} runs other windows")
    return Message("info", words.format(name=model.captured_of))


def another_model_words(model: ModelInfo, capture: CaptureInfo) -> str:
    """What is told where the model in use is another than that of the capture."""
    words = tr("{name} is not the checkpoint of {file} ({made_of}): its windows are run anew")
    return words.format(
        name=model.source.checkpoint.name, file=capture.path.name, made_of=capture.model_name
    )


def needs_words(model: ModelInfo) -> str:
    """What is said where only weights could tell."""
    if model.is_own_code:
        return tr("Needs the weights: a model of your own code is only recorded.")
    return tr("Needs the model: a capture has no weights.")


def load_words(model: ModelInfo) -> str:
    """Words of the button that loads the checkpoint of a capture, or weights saved of code."""
    if model.is_own_code:
        return tr("Load its saved weights…")
    return tr("Load {name}…").format(name=printable(model.captured_of, MOST_LETTERS))


def mark_words(model: ModelInfo) -> str:
    """What stands behind the name of a model without weights that are ours."""
    if model.is_own_code:
        return tr("your own code, run as it is")
    return tr("of the capture, without weights")


def unrunnable_words(results: Results, request: MapRequest | None = None) -> str:
    """Why a map is not made where only a run of the model could; empty where it can be made.

    Args:
        results: have the model and the capture file.
        request: what is asked for; None where the frame is of no window.
    """
    model, capture = results.model, results.capture
    if model is None or model.has_weights:
        return ""
    if model.is_own_code:
        needs_weights = request is not None and (request.is_of_evidence or request.changes)
        return needs_words(model) if needs_weights else ""
    windows = () if capture is None else capture.windows
    if request is None or request.window not in windows:
        words = tr("This window was not captured; load {name} to run it")
    elif request.is_of_evidence or request.changes:
        words = tr("Needs the model; load {name}")
    else:
        return ""
    return words.format(name=model.captured_of)


def no_picture_words() -> str:
    """What is said of a frame that a capture file does not hold."""
    return tr("No picture of this frame: the one before it is shown")
