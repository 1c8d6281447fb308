"""Explanations of the windows of a clip, remembered by window, class, method and baseline."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from mvit_core.explaining.entry import explain_subject
from mvit_core.explaining.evidence import Evidence, Target
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.watching import OnStep
from mvit_core.system.cache import Cache, MemoryBudget

__all__ = ["Question", "RememberedEvidence"]

_SECONDS_TO_RUN = 1.0
_SECONDS_TO_EXPLAIN = 4.0
_EVIDENCE_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Question:
    """What is asked of a clip."""

    target: Target
    method: str
    """A name in ``EVIDENCE``."""
    baseline: str = "mean"
    """A name in ``BASELINES``."""
    box: int = 0
    """Which of the boxes of the window, where the network reads boxes."""


class RememberedEvidence:
    """Subjects of windows that were run, and explanations that were made of them.

    Not thread-safe: it belongs to whom the network belongs to.

    Args:
        budget: counts what is remembered together with other caches.
        windows: subjects kept at most.
    """

    def __init__(self, budget: MemoryBudget, windows: int) -> None:
        self._most = windows
        self._subjects: Cache[Hashable, Subject] = Cache(
            budget, "subjects", seconds_to_remake=_SECONDS_TO_RUN
        )
        self._evidence: Cache[Hashable, Evidence] = Cache(
            budget, "evidence", seconds_to_remake=_SECONDS_TO_EXPLAIN, most_bytes=_EVIDENCE_BYTES
        )

    def clear(self) -> None:
        """Forget everything."""
        self._subjects.clear()
        self._evidence.clear()

    def keep(self, window: Hashable, subject: Subject, box: int = 0) -> None:
        """Remember the subject of a window and one of its boxes."""
        self._subjects.put((window, box), subject, subject.nbytes)
        while len(self._subjects) > self._most:
            self._subjects.drop_oldest()

    def subject(self, window: Hashable, make: Callable[[], Subject], box: int = 0) -> Subject:
        """The subject of a window, made where it is not remembered."""
        known = self._subjects.get((window, box))
        if known is None:
            known = make()
            self.keep(window, known, box)
        return known

    def known(self, window: Hashable, question: Question) -> Evidence | None:
        """An explanation that was made already; None where it would have to be made."""
        return self._evidence.get((window, question))

    def evidence(
        self,
        window: Hashable,
        question: Question,
        make: Callable[[], Subject],
        on_step: OnStep | None = None,
    ) -> Evidence:
        """An explanation, made where it is not remembered.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: as ``explain_subject``.
        """
        known = self.known(window, question)
        if known is None:
            subject = self.subject(window, make, question.box)
            known = explain_subject(
                subject, question.target, question.method, question.baseline, on_step
            )
            self._evidence.put((window, question), known, known.saliency.values.nbytes)
        return known
