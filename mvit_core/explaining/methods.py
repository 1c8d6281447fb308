"""The table of evidence methods: what speaks for a class, and how far to trust each."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from mvit_core.attribution.feature_table import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mvit_core.explaining.evidence import Evidence, Target
    from mvit_core.explaining.subject import Subject

    Run = Callable[[Subject, Target, str], Evidence]

__all__ = [
    "CROSS",
    "DEFAULT_METHOD",
    "EVIDENCE",
    "INSTANT_METHOD",
    "EvidenceMethod",
    "Trust",
    "is_signed",
]

Trust = Literal["trusted", "usable", "slow check", "fails", "wrong actor"]
"""Badge of a method, by what it did on scenes whose truth is known."""

CROSS = "✕"
"""Mark of methods that mislead, wherever their maps are shown."""


@dataclass(frozen=True)
class EvidenceMethod:
    """One way to show what speaks for a class."""

    title: str
    """Title in menus."""
    description: str
    """One line: what is computed."""
    trust: Trust
    trust_words: str
    """Why, measured on the demo's held-out scenes; other networks may differ."""
    unit: str
    """Unit of the values, on the colour bar."""
    home: str
    """Module of this folder that has a function of the method's name. It is imported when first
    used: the window reads this table before torch is there."""
    signed: bool = False
    """What speaks against the class is shown too, below 0."""
    linear: bool = False
    """Evidence for a against b is the evidence for a less that for b."""
    uses_baseline: bool = False
    """The clip is compared with a baseline."""
    of_class: bool = True
    """Another class gives another map."""
    source: str = ""
    """Paper and section that it is from."""

    @property
    def misleads(self) -> bool:
        """It may be chosen, and is marked with a cross."""
        return self.trust in ("fails", "wrong actor")

    def run(self, name: str) -> Run:
        """The function: of a subject, a target and the name of a baseline."""
        run: Run = getattr(import_module(f"mvit_core.explaining.{self.home}"), name)
        return run


EVIDENCE: Mapping[str, EvidenceMethod] = MappingProxyType(
    {
        "stage_evidence": EvidenceMethod(
            "Stage evidence",
            "Integrated gradients of the tokens that enter the last stage; they sum to what the "
            "clip makes of the logit.",
            "trusted",
            "points at the right one of two actors in 99 of 100 scenes, and removing what it shows "
            "removes the class",
            "logits",
            "stage_evidence",
            signed=True,
            linear=True,
            uses_baseline=True,
            source="Sundararajan et al., ICML 2017, section 3, tokens of a stage for pixels",
        ),
        "gradient_attention": EvidenceMethod(
            "Attention times gradient",
            "Attention of the last block times its gradient, what is above zero.",
            "trusted",
            "at once, and right in 97 of 100 scenes with two actors; it sums to nothing",
            "attention times gradient",
            "gradient_attention",
            source="Chefer et al., ICCV 2021, equation 5",
        ),
        "signed_gradient_attention": EvidenceMethod(
            "Attention times gradient, signed",
            "Attention of the last block times its gradient, what speaks against the class too.",
            "trusted",
            "at once, and right in 99 of 100 scenes with two actors; it finds less of the actor",
            "attention times gradient",
            "gradient_attention",
            signed=True,
            linear=True,
            source="after Chefer et al., ICCV 2021, equation 5, without its clamp at zero",
        ),
        "direct_logit": EvidenceMethod(
            "Direct logit attribution",
            "What each key of the last block adds to the logit by itself, past the last MLP.",
            "usable",
            "exact of a part of the logit only: it prints how large that part is",
            "logits",
            "direct_logit",
            signed=True,
            linear=True,
            source="Elhage et al., A Mathematical Framework for Transformer Circuits, 2021",
        ),
        "relevance": EvidenceMethod(
            "Relevance",
            "Attention times gradient of every block, pushed down to the patches (Chefer 2021).",
            "usable",
            "right in 99 of 100 scenes with two actors, but spread wide, and it changes little "
            "when the head is drawn anew",
            "relevance",
            "relevance",
            source="Chefer et al., ICCV 2021, rules 5 and 6",
        ),
        "key_knockout": EvidenceMethod(
            "Key knock-out",
            "What the logit loses when the class token cannot look at a key; exact.",
            "usable",
            "right in 99 of 100 scenes with two actors; one key at a time, so what several keys "
            "show alike is missed",
            "logits",
            "key_knockout",
            signed=True,
            linear=True,
            source="after the attention knock-out of Geva et al., EMNLP 2023, in closed form",
        ),
        "pixel_gradients": EvidenceMethod(
            "Integrated gradients of pixels",
            "Gradients of the pixels along the way from the baseline; they sum to the difference.",
            "usable",
            "sharp, right in 92 of 100 scenes with two actors, and forty forward passes long",
            "logits",
            "pixel_gradients",
            signed=True,
            linear=True,
            uses_baseline=True,
            source="Sundararajan et al., ICML 2017, section 3",
        ),
        "occlusion": EvidenceMethod(
            "Occlusion",
            "What the logit loses when a part of the clip is covered, part by part.",
            "slow check",
            "assumes nothing of the network; one forward pass for each of some 300 parts",
            "logits",
            "occlusion",
            signed=True,
            linear=True,
            uses_baseline=True,
            source="Zeiler and Fergus, ECCV 2014, section 4.2",
        ),
        "rollout": EvidenceMethod(
            "Rollout",
            "Attention of every block, multiplied down to the patches; of no class.",
            "fails",
            "stays the same when the last block is drawn anew, and finds no actor",
            "share",
            "rollout",
            of_class=False,
            source="Abnar and Zuidema, ACL 2020",
        ),
        "grad_cam": EvidenceMethod(
            "Grad-CAM",
            "Channels of the last block's first norm, weighted by their mean gradient.",
            "wrong actor",
            "points at the other one of two actors in 96 of 100 scenes",
            "activation",
            "grad_cam",
            source="Selvaraju et al., Grad-CAM, ICCV 2017, section 3",
        ),
    }
)
"""By the names that the command line and sessions use; menus show them in this order, of trust."""

DEFAULT_METHOD, INSTANT_METHOD = "stage_evidence", "gradient_attention"
"""What is shown when it is ready, and what stands there until then."""


def is_signed(method: str) -> bool:
    """Maps of a method have values on both sides of 0; those of attention never have."""
    row = EVIDENCE.get(method) or FEATURES.get(method)
    return row is not None and row.signed
