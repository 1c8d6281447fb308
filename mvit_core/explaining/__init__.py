"""Why this class? Explanations of a clip's logit, and how far each can be trusted.

Unlike attribution methods these run the model. ``EVIDENCE`` is the extension point: a row of it
appears in the menus, the command line and the tests (docs/how-to/add-an-evidence-method.md).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mvit_core.explaining.baselines import BASELINES, Baseline
from mvit_core.explaining.changes import UNCHANGED, Changes, HeadPlace
from mvit_core.explaining.evidence import Evidence, Part, Target
from mvit_core.explaining.methods import (
    CROSS,
    DEFAULT_METHOD,
    EVIDENCE,
    INSTANT_METHOD,
    EvidenceMethod,
    is_signed,
)
from mvit_core.explaining.painting import TUBE_KINDS, Tube, TubeWhat
from mvit_core.explaining.removals import Removal

if TYPE_CHECKING:
    from mvit_core.explaining.entry import explain, explain_subject
    from mvit_core.explaining.subject import EnteringTokens, StageRun, Subject, last_stage

__all__ = [
    "BASELINES",
    "CROSS",
    "DEFAULT_METHOD",
    "EVIDENCE",
    "INSTANT_METHOD",
    "TUBE_KINDS",
    "UNCHANGED",
    "Baseline",
    "Changes",
    "EnteringTokens",
    "Evidence",
    "EvidenceMethod",
    "HeadPlace",
    "Part",
    "Removal",
    "StageRun",
    "Subject",
    "Target",
    "Tube",
    "TubeWhat",
    "explain",
    "explain_subject",
    "is_signed",
    "last_stage",
]

_HOMES = {
    "EnteringTokens": "subject",
    "StageRun": "subject",
    "Subject": "subject",
    "explain": "entry",
    "explain_subject": "entry",
    "last_stage": "subject",
}
"""These need torch, which the window imports after it has shown."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    if name not in _HOMES:
        raise AttributeError(f"module 'mvit_core.explaining' has no attribute {name!r}")
    return getattr(import_module(f"mvit_core.explaining.{_HOMES[name]}"), name)
