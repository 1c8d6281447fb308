"""Checks that are made before anything is timed, as the speed of wrong code means nothing."""

import torch
from torch import nn

from mvit_core import capture
from mvit_core.attention.recorder import Keep
from mvit_core.model import MViT
from tests.checkpoint import test_goldens
from tests.oracle import plain_attention


def check_equality(model: MViT, peer: nn.Module | None, clip: torch.Tensor) -> str:
    """Capture changes nothing, its maps are the formula's, and every upstream agrees.

    Returns:
        Words on what was compared.
    """
    cases = test_goldens.cases() if test_goldens.GOLDENS.is_dir() else []
    for threads in (2, 1):
        torch.set_num_threads(threads)
        check_model(model, peer, clip)
        for file, case in cases:
            test_goldens.test_a_golden_checkpoint_gives_its_upstreams_logits_and_maps(file, case)
    against = "torchvision and " if peer is not None else ""
    return f"{against}{len(cases)} golden checkpoints, one and two threads"


def check_model(model: MViT, peer: nn.Module | None, clip: torch.Tensor) -> None:
    """The model that is timed: with capture, with full maps, and beside its peer."""
    record = capture(model, clip)
    whole = capture(model, clip, keep=Keep(full_maps=True))
    with torch.no_grad():
        plain = model(clip)
        assert torch.equal(record.logits, plain), "capture changed the output"
        assert torch.equal(whole.logits, plain), "keeping full maps changed the output"
        if peer is not None:
            torch.testing.assert_close(plain, peer(clip), atol=1e-5, rtol=1e-4)
    for layer, kept in zip(record.layers, whole.layers, strict=True):
        full = kept.attention()
        torch.testing.assert_close(layer.attention(), full, atol=2e-6, rtol=1e-4)
        torch.testing.assert_close(layer.received(), full.mean(dim=2), atol=2e-6, rtol=1e-4)
        torch.testing.assert_close(layer.column(7), full[..., 7], atol=2e-6, rtol=1e-4)
        if full.nbytes < 20 << 20:  # the formula in double precision takes ten times the memory
            expected = plain_attention(layer.inputs).float()
            torch.testing.assert_close(full, expected, atol=2e-6, rtol=1e-4)
