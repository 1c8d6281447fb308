"""One prediction for a whole video: the mean of the softmax over several views.

The rule of the papers' multi-view test (MViT, arXiv:2104.11227; PySlowFast's ``TestMeter`` sums the
scores of all views, which its head gives after softmax).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mvit_core.attention.record import activated
from mvit_core.attention.recorder import OnStep
from mvit_core.checkpoint import LoadedModel
from mvit_core.errors import CaptureError
from mvit_core.system.devices import memory_errors_named
from mvit_core.video import ClipSpec, Video, read_clip
from mvit_core.video.multi_view import View
from mvit_core.video.transform import transform

__all__ = ["Scores", "mean_scores", "view_scores"]

Scores = NDArray[np.float64]
"""(classes,): probabilities."""


def view_scores(
    loaded: LoadedModel,
    video: Video,
    view: View,
    spec: ClipSpec | None = None,
    on_step: OnStep | None = None,
) -> Scores:
    """The probabilities (classes,) for one view; nothing of the attention is kept.

    Args:
        loaded: the model.
        video: the clip.
        view: which frames and which crop.
        spec: how the model is fed; None is as its checkpoint states.
        on_step: called many times within each layer; raising from it ends the run.

    Raises:
        ClipError: the frames do not make an input of the model.
        CaptureError: the network cannot run on this input, or its scores overflow.
        NeedsModelError: the model has no weights.
        DeviceMemoryError: the model's device has too little memory.
    """
    loaded.check_weights("a view of the clip")
    given = transform(read_clip(video, view.window), spec or loaded.clip_spec, view.crop).tensor
    first = next(loaded.model.parameters())
    shape = tuple(given.shape)
    try:
        with (
            memory_errors_named(f"an input of {shape}", first.device, half=loaded.half),
            _stepping(loaded.model, on_step),
            torch.no_grad(),
        ):
            logits = loaded.model(given.to(first.device, first.dtype))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise CaptureError(f"the network cannot run on an input of {shape}: {reason}") from error
    scores: Scores = activated(logits[0].double(), loaded.config.head_act).cpu().numpy()
    if not np.isfinite(scores).all():
        raise CaptureError(
            f"the scores of view {view.window.index} are NaN or infinite: the weights overflow; "
            f"use another checkpoint"
        )
    return scores


def mean_scores(views: Sequence[Scores]) -> Scores:
    """The mean probability of each class over views.

    Args:
        views: (classes,) probabilities of each view.

    Returns:
        (classes,).

    Raises:
        ValueError: there is no view.
    """
    if not views:
        raise ValueError("a mean needs at least one view, got none")
    mean: Scores = np.mean(np.stack(views), axis=0)  # (classes,)
    return mean


@contextmanager
def _stepping(model: nn.Module, on_step: OnStep | None) -> Iterator[None]:
    """Call back before each leaf module runs, for as long as the block lasts."""
    if on_step is None:
        yield
        return
    leaves = (part for part in model.modules() if not [*part.children()])
    handles = [leaf.register_forward_pre_hook(lambda *_: on_step()) for leaf in leaves]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
