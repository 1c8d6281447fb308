"""The families of networks that PySlowFast's files hold, in one explicit table."""

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.detection import DETECTION
from mvit_core.checkpoint.entry import FamilyReader
from mvit_core.checkpoint.pretraining import PRETRAINING
from mvit_core.checkpoint.reversible import REVERSIBLE

__all__ = ["FAMILY_READERS", "marked_family", "reader_of"]

FAMILY_READERS: tuple[FamilyReader, ...] = (REVERSIBLE, PRETRAINING, DETECTION)
"""The first that applies is taken; a classifier is what none applies to."""


def reader_of(family: str) -> FamilyReader | None:
    """The reader of a family, or None for plain classifiers."""
    return next((reader for reader in FAMILY_READERS if reader.family == family), None)


def marked_family(state: StateDict) -> FamilyReader | None:
    """The family that weights under our names belong to, or None."""
    return next((reader for reader in FAMILY_READERS if reader.marks(state)), None)
