"""A network with a code base's own structure, recorded unedited, gives that code base's maps."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mvit_core import load_model
from mvit_core.adapters import recording
from tests.adapters.networks import Recognizer, SlowFastMViT, VideoMViT, loaded

GOLDENS = Path(__file__).resolve().parents[3] / "shared" / "goldens"
LOGITS, ATTENTION = 2e-4, 5e-4  # the folder's README; a wrong option shows as more than 1e-2

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(not GOLDENS.is_dir(), reason=f"no golden cases at {GOLDENS}"),
]

BUILT = {
    **dict.fromkeys(
        (
            "sf_v2_full", "sf_v2_nocls", "sf_v2_max", "sf_v1_avg", "sf_v1_poolfirst",
            "sf_v1_separate_qkv", "sf_v2_conv_unshared_poolfirst", "sf_v2_odd", "sf_v2_tstride",
            "sf_v1_cls_sep", "sf_v2_cls_meanpool", "sf_v2_rel_spatial_only", "sflegacy_v1",
        ),
        SlowFastMViT,
    ),
    **dict.fromkeys(
        ("ptv_v1", "ptv_nocls_mean", "ptv_poolfirst", "ptv_residual_dimatt", "ptv_v1_fused_qkv"),
        VideoMViT,
    ),
    **dict.fromkeys(("mm_v2", "mm_nocls", "mm_v2_dim_mul_mlp"), Recognizer),
    **dict.fromkeys(("fb_v2", "fb_v2_cls"), lambda config: SlowFastMViT(config, flat=True)),
}  # fmt: skip
"""Golden cases, and the stand-in for the network that made each."""


@pytest.mark.parametrize("name", BUILT)
def test_a_recording_gives_the_maps_and_scores_of_the_code_base(name):
    folder = GOLDENS / name
    case = json.loads((folder / "case.json").read_text())
    expected = load_file(folder / "tensors.safetensors")
    file = next(f["file"] for f in case["files"] if not f["file"].endswith((".json", ".yaml")))
    config = load_model(folder / file, config=case["config"], device="cpu").config
    state = {
        key.removeprefix("state/"): value
        for key, value in expected.items()
        if key.startswith("state/")
    }
    network = loaded(BUILT[name](config), state)
    given = {"mode": "predict"} if isinstance(network, Recognizer) else {}
    with torch.no_grad():
        plain = network(expected["input"], **given)
        with recording(network) as recorded:
            said = network(expected["input"], **given)
    record = recorded.record

    assert torch.equal(said, plain)
    torch.testing.assert_close(record.logits, expected["logits"], atol=LOGITS, rtol=1e-4)
    assert record.depth == len(record.layers) == len(case["layers"])
    assert record.readout == ("class" if config.readout == "class" else "mean")
    assert record.input_shape == config.input_shape
    grids = config.block_grids(record.input_shape)
    for layer, want, both in zip(record.layers, case["layers"], grids, strict=True):
        assert (layer.q_shape, layer.k_shape) == both
        attention = expected[f"attn.{want['layer']}"]
        torch.testing.assert_close(layer.attention(), attention, atol=ATTENTION, rtol=1e-4)
