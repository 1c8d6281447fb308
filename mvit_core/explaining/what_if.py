"""What if: the answer of a network to a clip that was changed, beside that to the clip as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import Tensor

from mvit_core.errors import CaptureError
from mvit_core.explaining.evidence import Target
from mvit_core.explaining.patches import Patch
from mvit_core.explaining.patching import Patching
from mvit_core.explaining.subject import Subject, margin
from mvit_core.explaining.watching import OnStep

__all__ = ["Outcome", "what_if"]


@dataclass(frozen=True)
class Outcome:
    """What a network says of a clip as it is, changed, and of the clip that patches come from."""

    before: Tensor = field(repr=False)
    """Logits (1, classes) of the clip as it is."""
    after: Tensor = field(repr=False)
    """Logits (1, classes) of the clip with its changes."""
    other: Tensor | None = field(default=None, repr=False)
    """Logits (1, classes) of the clip that patches come from; None without patches."""

    def share(self, target: Target) -> float | None:
        """How much of the other clip's answer comes along.

        Of the distance between both clips' answers (in logits, of a class or of one less another),
        the share by which the change goes; 1 is the other's answer. None without another clip, or
        where both answer alike.
        """
        if self.other is None:
            return None
        own, other = float(margin(self.before, target)), float(margin(self.other, target))
        return (float(margin(self.after, target)) - own) / (other - own) if other != own else None


def what_if(
    subject: Subject,
    changed: Subject | None = None,
    patches: Sequence[Patch] = (),
    other: Subject | None = None,
    on_step: OnStep | None = None,
) -> Outcome:
    """The answer to a clip as it is and with changes, patches last.

    Args:
        subject: the network and the clip as it is.
        changed: the same with tubes on its input or heads off; None for neither.
        patches: parts that take their output from another clip.
        other: that clip; None without patches.
        on_step: called many times; raising from it ends the run.

    Raises:
        Cancelled: as ``on_step`` raised it.
        CaptureError: no such block or head, patches without a clip, or one of another network.
    """
    if (other is None) != (not patches):
        raise CaptureError("patches and the clip that they come from are given together")
    changed = changed or subject
    with subject.session(on_step):
        before = subject.run.logits
    if other is None:
        with changed.session(on_step):
            return Outcome(before, changed.run.logits)
    with other.session(on_step):
        answer = other.run.logits
    after = Patching(changed, other).logits(patches, on_step)
    return Outcome(before, after, answer)
