"""What surrounds the attention layers of a module: patches before them, the prediction behind.

Axis legend: B batch, T frames, H, W pixels of the model's input.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor, nn

from mvit_core.adapters.finding import module_at
from mvit_core.adapters.layer import window_of
from mvit_core.adapters.table import Adapter
from mvit_core.geometry import GridGeometry, SlidingWindow, Triple
from mvit_core.model.config import HeadActivation

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle

__all__ = ["Network", "NetworkHooks", "network_of"]


@dataclass(frozen=True)
class Network:
    """The module that holds patches, blocks and head, as its row of ``ADAPTERS`` names them."""

    module: nn.Module
    """It may lie within the user's own module."""
    patch: nn.Module | None
    """The convolution that makes patches."""
    classifier: nn.Module | None
    """The layer that gives the logits."""
    readout: Literal["class", "mean"]
    activation: HeadActivation

    @property
    def patch_window(self) -> SlidingWindow | None:
        """Footprint of a patch on the input; None where it is not known."""
        return None if self.patch is None else window_of(self.patch)

    def geometry(self, input_shape: Triple | None, grid: Triple) -> GridGeometry:
        """Places of the tokens that enter the first layer, on an input of (T, H, W).

        Tokens that the patch convolution does not account for are taken to be spread evenly.
        """
        window = self.patch_window
        if input_shape is None:
            return GridGeometry()
        if window is not None and window.output_shape(input_shape) == grid:
            return GridGeometry().through(window)
        t, y, x = (n / count for n, count in zip(input_shape, grid, strict=True))
        return GridGeometry((t, y, x), ((t - 1) / 2, (y - 1) / 2, (x - 1) / 2))


def network_of(root: nn.Module, layer: str, adapter: Adapter) -> Network:
    """The network around an attention layer.

    Args:
        root: the user's module.
        layer: dotted path of one of its attention layers.
        adapter: the row of that layer.
    """
    steps = layer.split(".")
    around = [root.get_submodule(".".join(steps[:end])) for end in range(len(steps) - 1, -1, -1)]
    inner = next((m for m in around if module_at(m, adapter.patch) is not None), root)
    classifiers = (module_at(m, path) for m in (inner, root) for path in adapter.classifier)
    return Network(
        module=inner,
        patch=module_at(inner, adapter.patch),
        classifier=next((m for m in classifiers if m is not None), None),
        readout=adapter.readout(inner),
        activation=adapter.activation_of(inner),
    )


class NetworkHooks:
    """Hooks on a module's whole, its patches and its classifier, for what a record says of them."""

    def __init__(self, root: nn.Module, network: Network) -> None:
        self._root, self._network = root, network
        self.input_shape: Triple | None = None
        """(T, H, W) that patches were last made of."""
        self.begin()

    def begin(self) -> None:
        """Forget what was said in the pass before."""
        self._given: Tensor | None = None
        self._said: object = None

    def attach(self) -> "list[RemovableHandle]":
        """Hook them; the handles remove the hooks."""
        handles = [self._root.register_forward_hook(self._keep_said)]
        network = self._network
        if network.patch is not None:
            handles.append(network.patch.register_forward_pre_hook(self._keep_shape))
        if network.classifier is not None:
            handles.append(network.classifier.register_forward_hook(self._keep_given))
        return handles

    def logits(self, items: int) -> Tensor:
        """(B, classes) in memory of the host: what the classifier gave, or the module itself.

        The module's own output counts where it has other classes than the classifier: a head of
        the user's own is behind it. Probabilities become logits whose softmax they are. (B, 0)
        where neither gave scores.
        """
        given, said = self._given, self._said_scores()
        if given is None or (said is not None and said.shape[1] != given.shape[1]):
            scores = None if said is None else _promoted(said)
            if scores is None:
                return torch.empty(items, 0)
            if _are_probabilities(scores):
                return scores.clamp(min=torch.finfo(scores.dtype).tiny).log()
            return scores.clone()
        return _promoted(given).clone()

    def _said_scores(self) -> Tensor | None:
        """The scores (B, classes) that the module gave; None where it gave features or nothing."""
        said = self._said
        if isinstance(said, Tensor):
            return said if _is_flat(said) else None
        if self._network.classifier is not None and self._given is None:
            return None  # its classifier did not run
        if isinstance(said, list | tuple):
            said = {"first": said[0]} if said else {}
        parts = said.values() if isinstance(said, dict) else ()
        flat = [part for part in parts if isinstance(part, Tensor) and _is_flat(part)]
        return flat[0] if len(flat) == 1 else None

    def _keep_shape(self, _: nn.Module, given: tuple[Any, ...]) -> None:
        if given and isinstance(given[0], Tensor) and given[0].ndim in (4, 5):
            t, y, x = (1, *given[0].shape[2:]) if given[0].ndim == 4 else given[0].shape[2:]
            self.input_shape = (t, y, x)

    def _keep_given(self, _: nn.Module, __: object, given: object) -> None:
        if isinstance(given, Tensor) and given.ndim == 2:
            self._given = given.detach()

    def _keep_said(self, _: nn.Module, __: object, said: object) -> None:
        self._said = said


def _is_flat(tensor: Tensor) -> bool:
    return tensor.ndim == 2 and tensor.is_floating_point()


def _promoted(scores: Tensor) -> Tensor:
    """Scores in memory of the host, in float32 at least."""
    scores = scores.detach().to("cpu")
    return scores.to(torch.promote_types(scores.dtype, torch.float32))


def _are_probabilities(scores: Tensor) -> bool:
    sums = scores.sum(dim=1)
    return bool((scores >= 0).all()) and bool((sums - 1).abs().max() < 1e-4)
