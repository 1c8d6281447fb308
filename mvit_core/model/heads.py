"""Networks with several heads: all are kept, one gives the logits.

Axis legend: B batch, C channels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from mvit_core.model.head_config import HeadConfig, final_heads, head_path
from mvit_core.model.kernels import Linear

__all__ = ["HeadLogits", "PredictionHeads"]


@dataclass(frozen=True)
class HeadLogits:
    """Logits of one head."""

    name: str
    logits: Tensor
    """(B, classes), before softmax or sigmoid."""


class PredictionHeads(nn.Module):
    """Several heads on one read-out vector.

    Args:
        heads: their layers, and what each reads.
        chosen: the one that gives the logits; the first that predicts classes by default.
        norm_eps: epsilon of the norms.

    Raises:
        ArchitectureError: there is no such head.
    """

    def __init__(
        self, heads: Sequence[HeadConfig], chosen: str = "", norm_eps: float = 1e-5
    ) -> None:
        super().__init__()
        self._finals = tuple(head.name for head in final_heads(heads))
        self.chosen = chosen or self._finals[0]
        self._paths = {
            name: tuple(_key(head.name) for head in head_path(heads, name))
            for name in {self.chosen, *self._finals}
        }
        for head in heads:
            self.add_module(_key(head.name), _layers(head, norm_eps))

    def forward(self, x: Tensor) -> Tensor:
        """Logits (B, classes) of the chosen head, of vectors (B, C)."""
        return self._along(self.chosen, x)

    def each(self, x: Tensor) -> tuple[HeadLogits, ...]:
        """Logits of every head that predicts classes, from the same vectors."""
        return tuple(HeadLogits(name, self._along(name, x)) for name in self._finals)

    def _along(self, name: str, x: Tensor) -> Tensor:
        for key in self._paths[name]:
            x = self.get_submodule(key)(x)
        return x


def _key(name: str) -> str:
    """A head's name as the name of a module, which holds no dots."""
    return name.replace(".", "_")


def _layers(head: HeadConfig, norm_eps: float) -> nn.Sequential:
    layers = nn.Sequential()
    for layer in head.layers:
        module: nn.Module = (
            nn.LayerNorm(layer.inputs, eps=norm_eps)
            if layer.kind == "norm"
            else Linear(layer.inputs, layer.outputs, bias=layer.bias)
        )
        layers.add_module(_key(layer.key), module)
    return layers
