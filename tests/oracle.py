"""The attention formula as the papers write it, slow and plain: what fast code must equal."""

import torch
from torch import Tensor
from torch.nn import functional

from mvit_core.model.tap import AttentionInputs


def plain_attention(inputs: AttentionInputs) -> Tensor:
    """softmax(scale q k^T + bias), the bias summed over axes on patch rows and columns alone."""
    q, k = inputs.q.double(), inputs.k.double()
    logits = (q * inputs.scale) @ k.transpose(-2, -1)
    cls = int(inputs.has_class_token)
    shape = (*logits.shape[:2], *inputs.q_shape, *inputs.k_shape)
    bias = torch.zeros(shape, dtype=torch.float64)
    patches = q[:, :, cls:].reshape(*q.shape[:2], *inputs.q_shape, -1)
    tables = inputs.positions
    if tables.t is not None:
        bias += torch.einsum("bhtyxd,tkd->bhtyxk", patches, tables.t.double())[..., :, None, None]
    if tables.y is not None:
        bias += torch.einsum("bhtyxd,ykd->bhtyxk", patches, tables.y.double())[..., None, :, None]
    if tables.x is not None:
        bias += torch.einsum("bhtyxd,xkd->bhtyxk", patches, tables.x.double())[..., None, None, :]
    flat = bias.flatten(5).flatten(2, 4)
    logits = logits + functional.pad(flat, (cls, 0, cls, 0))
    if inputs.mask is not None:
        logits = logits.masked_fill(inputs.mask == 0, -1e9)
    return logits.softmax(dim=-1)
