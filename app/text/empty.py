"""What panels and pages say while there is nothing to show: why, and what changes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.text.captures import load_words, needs_words

if TYPE_CHECKING:
    from app.results.clips import ClipsInfo
    from app.results.snapshot import Snapshot


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("empty", text)


@dataclass(frozen=True)
class EmptyWords:
    """A sentence, and what would change it."""

    sentence: str
    can_run: bool = False
    """Running the window would."""
    load: str = ""
    """Words of a button that loads the model, where only that would."""

    @property
    def has_button(self) -> bool:
        """There is a way out."""
        return self.can_run or bool(self.load)

    @property
    def button(self) -> str:
        """Words of the button."""
        return self.load or run_words()

    @property
    def command(self) -> str:
        """Id of the command that the button stands for."""
        return "file.load_model" if self.load else "attention.run"


def run_words() -> str:
    """Words of the button that runs the window."""
    return tr("Run")


def _before_a_run(snapshot: Snapshot, sentence: str) -> EmptyWords | None:
    """What is said until the window was run; None once it was."""
    results = snapshot.results
    if results.video is None or results.model is None:
        return EmptyWords(sentence)
    if results.shown is None:
        return EmptyWords(sentence, can_run=True)
    return None


def _without_a_model(snapshot: Snapshot) -> EmptyWords | None:
    """What is said where the model cannot explain a class; None where it can."""
    model = snapshot.results.model
    if model is not None and not model.has_classes:
        return EmptyWords(tr("This model has no classes (masked pre-training)"))
    if model is not None and not model.has_weights:
        return EmptyWords(needs_words(model), load=load_words(model))
    return None


def why_words(snapshot: Snapshot) -> EmptyWords | None:
    """Words of the panel of evidence for a class; None once a window was run."""
    if without := _without_a_model(snapshot):
        return without
    return _before_a_run(snapshot, tr("Run a window to explain its classes."))


def effects_words(snapshot: Snapshot) -> EmptyWords:
    """Words of the panel of head effects; none once a window was run."""
    if without := _without_a_model(snapshot):
        return without
    before = _before_a_run(snapshot, tr("Choose a class to see what each head does for it."))
    return before or EmptyWords("")


def atlas_words(snapshot: Snapshot) -> EmptyWords | None:
    """Words of the page that compares heads; None once there is what they are compared over."""
    if snapshot.state.atlas.scope == "batch":
        return _without_means(snapshot)
    return _before_a_run(snapshot, tr("Run a window to compare its heads."))


def _without_means(snapshot: Snapshot) -> EmptyWords | None:
    """What is said where heads cannot be compared over a batch result; None where they can."""
    batch = snapshot.results.batch
    if batch is None:
        return EmptyWords(
            tr("Open a batch result to compare heads over its rows: File > List of clips.")
        )
    if batch.means is None:
        return comparing_words()
    if not batch.means:
        words = tr(
            "No row that is listed has these numbers; --stats all brings those of all patches."
        )
        return EmptyWords(words)
    return None


def comparing_words() -> EmptyWords:
    """Words while the numbers of heads are being found."""
    return EmptyWords(tr("Comparing the heads…"))


def head_card_words(snapshot: Snapshot) -> EmptyWords | None:
    """Words of the card of one head; None where the atlas is looked at, and a window was run."""
    if snapshot.state.atlas.scope == "batch" and (without := _without_means(snapshot)):
        return without
    before = _before_a_run(snapshot, tr("Run a window to compare its heads."))
    if before is None and snapshot.state.workspace != "atlas":
        return EmptyWords(tr("The numbers of heads are found while you are in the Atlas (Alt+3)."))
    return before


def open_list_words() -> str:
    """Words of the button that opens a list of clips."""
    return tr("Open list…")


def open_others_words() -> tuple[str, ...]:
    """Words of the buttons that open a folder of clips, and a batch result."""
    return tr("Open folder…"), tr("Open batch result…")


def clips_words(clips: ClipsInfo | None) -> EmptyWords:
    """Words of the list of clips; none once there are rows to show."""
    if clips is None:
        return EmptyWords(tr("Drop a list or a folder of clips."), can_run=True)
    if clips.problem:
        return EmptyWords(clips.problem, can_run=True)
    if not clips.is_read:
        return EmptyWords(tr("Reading {name}").format(name=clips.origin.name or clips.origin))
    return EmptyWords("")
