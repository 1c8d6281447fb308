"""Parts of a network that give what they gave for another clip, while it runs.

Activation patching (Vig et al. 2020; Wang et al. 2023): a head gives its weighted values, before
the projection that mixes heads; an MLP what it adds; a block all that leaves it, skip included.

Axis legend: h heads, Nq pooled query tokens, d head channels, N and C tokens and channels.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from torch import Tensor, nn

from mvit_core.errors import CaptureError
from mvit_core.explaining.heads_off import check_place
from mvit_core.explaining.patches import Patch
from mvit_core.explaining.rerun import Rerun
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.watching import OnStep
from mvit_core.model.blocks import Mlp
from mvit_core.model.mvit import MViT
from mvit_core.model.reversible import ReversibleLayer, Transition
from mvit_core.model.tap import tap_of

__all__ = ["Outputs", "Patched", "Patching", "mlp_of"]

Outputs = tuple[Tensor, ...]
"""(Nq, d) of a head, (1, N, C) of an MLP or a block, of which a reversible one gives two."""


def mlp_of(layer: nn.Module) -> Mlp:
    """The MLP of a block; what it gives is added to what attention left."""
    found = layer.G.mlp if isinstance(layer, ReversibleLayer | Transition) else layer.mlp
    assert isinstance(found, Mlp)
    return found


def _part(model: MViT, patch: Patch) -> nn.Module:
    layer = model.layers[patch.block]
    if patch.part == "block":
        return layer
    return tap_of(layer) if patch.part == "head" else mlp_of(layer)


@dataclass(frozen=True, eq=False)
class Patched:
    """Parts of a network, and what they give instead of their own output."""

    outputs: Mapping[Patch, Outputs] = field(repr=False)

    @property
    def first(self) -> int:
        """The first block in which something is patched."""
        return min(patch.block for patch in self.outputs)

    @contextmanager
    def applied(self, model: MViT) -> Iterator[None]:
        """The parts give these outputs in every pass while the block lasts."""
        with ExitStack() as stack:
            for patch, values in self.outputs.items():
                hook = _instead_of_head(patch.head, values) if patch.head is not None else None
                part = _part(model, patch)
                stack.callback(part.register_forward_hook(hook or _instead(values)).remove)
            yield


class Patching:
    """A clip some of whose parts take their output from another clip.

    What was heard of the other clip and the tokens that enter each block are remembered. Not
    thread-safe: it belongs to whom the network belongs to.

    Args:
        subject: the network and the clip that is patched.
        other: the same network and the clip that patches come from.

    Raises:
        CaptureError: the clips are of two networks, or make inputs of two sizes.
    """

    def __init__(self, subject: Subject, other: Subject) -> None:
        if other.model is not subject.model:
            raise CaptureError("a patch comes from the same network; run both clips by one model")
        if other.clip.shape != subject.clip.shape:
            raise CaptureError(
                f"a patch comes from an input of the same size, but the other clip makes one of "
                f"{tuple(other.clip.shape)}, this one {tuple(subject.clip.shape)}"
            )
        self._own, self._other = Rerun(subject), Rerun(other)
        self._heard: dict[Patch, Outputs] = {}

    @property
    def nbytes(self) -> int:
        """Memory of what is remembered."""
        heard = sum(part.nbytes for parts in self._heard.values() for part in parts)
        return self._own.nbytes + self._other.nbytes + heard

    def logits(self, patches: Sequence[Patch], on_step: OnStep | None = None) -> Tensor:
        """Logits (1, classes) of the clip with some patches at once.

        Args:
            patches: any number; none gives the logits of the clip.
            on_step: called many times; raising from it ends the run.

        Raises:
            Cancelled: as ``on_step`` raised it.
            CaptureError: there is no such block or head.
        """
        subject = self._own.subject
        for patch in patches:
            check_place(subject.config, patch.block, patch.head)
        self._hear([patch for patch in patches if patch not in self._heard], on_step)
        patched = Patched({patch: self._heard[patch] for patch in patches})
        with subject.session(on_step):
            if not patches:
                return subject.run.logits
            return self._own.run_on(patched.first, patched.applied(subject.model))

    def _hear(self, patches: Sequence[Patch], on_step: OnStep | None) -> None:
        """What these parts give in the pass over the other clip; one pass hears all."""
        if not patches:
            return
        heard: dict[Patch, Outputs] = {}
        with self._other.subject.session(on_step):
            first = min(patch.block for patch in patches)
            self._other.run_on(first, _listening(self._other.subject.model, patches, heard))
        self._heard |= heard


@contextmanager
def _listening(
    model: MViT, patches: Sequence[Patch], heard: dict[Patch, Outputs]
) -> Iterator[None]:
    """What parts give in a pass is put into ``heard``."""

    def hook_of(patch: Patch) -> Callable[..., None]:
        def hear(_: nn.Module, __: object, given: object) -> None:
            parts = given if isinstance(given, tuple) else (given,)
            outputs = tuple(part for part in parts if isinstance(part, Tensor))
            if patch.head is not None:
                outputs = (outputs[0][0, patch.head].clone(),)  # (Nq, d), not all heads
            heard[patch] = outputs

        return hear

    with ExitStack() as stack:
        for patch in patches:
            stack.callback(_part(model, patch).register_forward_hook(hook_of(patch)).remove)
        yield


def _instead_of_head(head: int, values: Outputs) -> Callable[..., Tensor]:
    """A hook by which one head of (1, h, Nq, d) gives these values."""

    def instead(_: nn.Module, __: object, weighted: Tensor) -> Tensor:
        changed = weighted.clone()
        changed[:, head] = values[0].to(changed)
        return changed

    return instead


def _instead(values: Outputs) -> Callable[..., object]:
    """A hook by which a part gives these tensors; what else it gives, such as its grid, stays."""

    def instead(_: nn.Module, __: object, given: object) -> object:
        if isinstance(given, Tensor):
            return values[0]
        assert isinstance(given, tuple)
        left = iter(values)
        return tuple(next(left) if isinstance(part, Tensor) else part for part in given)

    return instead
