"""Records a network of our own class, within whatever module holds it."""

from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from torch import Tensor, nn

from mvit_core.attention.forward import ForwardResult
from mvit_core.attention.record import AttentionRecord
from mvit_core.attention.recorder import AttentionRecorder, Keep, record_of
from mvit_core.errors import CaptureError
from mvit_core.model import MViT

__all__ = ["OwnRecorder", "own_network"]


def own_network(module: nn.Module) -> MViT | None:
    """The network of ours that a module is or holds; None where it holds none."""
    return next((part for part in module.modules() if isinstance(part, MViT)), None)


class OwnRecorder:
    """A recorder of the network, and what it was given and said."""

    def __init__(self, network: MViT, keep: Keep) -> None:
        self._network = network
        self._recorder = AttentionRecorder(network, keep=keep)
        self._record: AttentionRecord | None = None
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._recorder)
            hook = self._network.register_forward_hook(self._keep, with_kwargs=True)
            stack.callback(hook.remove)
            self._opened = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()

    def record(self) -> AttentionRecord:
        """The last pass.

        Raises:
            CaptureError: there was none.
        """
        if self._record is None:
            raise CaptureError("the module has not run within the block; call it there")
        return self._record

    def _keep(
        self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], said: Tensor
    ) -> None:
        given, *further = (*args, *kwargs.values())
        boxes = next((each for each in further if isinstance(each, Tensor)), None)
        result = ForwardResult(said, boxes=boxes)
        self._record = record_of(self._network, self._recorder, result, tuple(given.shape))
