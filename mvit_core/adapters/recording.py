"""Records the attention of a module in memory while the user's own code runs it, unedited."""

from types import TracebackType
from typing import Self

import torch
from torch import nn

from mvit_core.adapters.adapted_recorder import AdaptedRecorder
from mvit_core.adapters.own_recorder import OwnRecorder, own_network
from mvit_core.attention.record import AttentionRecord
from mvit_core.attention.recorder import Keep
from mvit_core.errors import CaptureError

__all__ = ["ModuleRecording", "recording"]


def recording(module: nn.Module, *, keep: Keep | None = None) -> "ModuleRecording":
    """Record the attention of a network of another code base, or of ours, while it runs as it is.

    ::

        with mvit_core.recording(my_model) as r:
            my_model(x)
        r.record.layers[3].attention()

    Known are the attention layers of ``ADAPTERS``. Nothing of the module changes, and its output is
    bit for bit what it is without this. At the first use of a module the map of each layer is
    rebuilt and compared with the module's own softmax.

    Args:
        module: the network, or a module around it; in evaluation mode or not.
        keep: what is kept; queries, keys and sums of every layer by default. No gradients.

    Raises:
        CaptureError: the module has no attention layer that is known, or hooks do not reach it
            (compiled, scripted, copied to several devices); at the end of the block: a layer is
            not what its code base makes, did not run once, or ran under autocast or in half
            precision.
    """
    return ModuleRecording(module, keep or Keep())


class ModuleRecording:
    """A module being recorded; ``recording`` makes it.

    Hooks live as long as its ``with`` block. The last pass of the module inside it is kept.
    """

    def __init__(self, module: nn.Module, keep: Keep) -> None:
        _check_recordable(module)
        if keep.gradients:
            raise CaptureError(
                "no gradients are kept of a module that runs as it is; leave gradients out, or "
                "open its weights with load_model"
            )
        own = own_network(module)
        self._recorder: OwnRecorder | AdaptedRecorder = (
            AdaptedRecorder(module, keep) if own is None else OwnRecorder(own, keep)
        )

    @property
    def record(self) -> AttentionRecord:
        """The last pass; what is noted of its maps is made when it is first asked for.

        Raises:
            CaptureError: the module has not run, or a layer could not be recorded.
        """
        return self._recorder.record()

    def __enter__(self) -> Self:
        self._recorder.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._recorder.__exit__(kind, error, trace)


def _check_recordable(module: object) -> None:
    if not isinstance(module, nn.Module):
        raise CaptureError(
            f"a {type(module).__name__} cannot be recorded; allowed is a module of torch"
        )
    for name, part in module.named_modules():
        which = f"{name or type(part).__name__}"
        if _is_compiled(part):
            raise CaptureError(
                f"{which} is compiled, and compiled code runs past hooks; record the module that "
                f"torch.compile was given"
            )
        if isinstance(part, torch.jit.ScriptModule):
            raise CaptureError(
                f"{which} is TorchScript, which hooks do not reach; record the module that it was "
                f"made of, or open the file with load_model"
            )
        if isinstance(part, nn.DataParallel) and len(part.device_ids or ()) > 1:
            raise CaptureError(
                f"{which} runs copies on {len(part.device_ids)} devices, which are not recorded; "
                f"record its .module on one device"
            )


def _is_compiled(part: nn.Module) -> bool:
    # The wrapper of torch.compile, and what module.compile() leaves behind.
    is_wrapped = isinstance(getattr(part, "_orig_mod", None), nn.Module)
    return is_wrapped or getattr(part, "_compiled_call_impl", None) is not None
