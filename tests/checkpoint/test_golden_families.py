"""Every file of the further families gives the numbers of the upstream that wrote it."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

from mvit_core import capture, load_model
from mvit_core.checkpoint import LoadedModel

FAMILIES = Path(__file__).resolve().parents[3] / "shared" / "families"
LOGITS, ATTENTION, BLOCKS = 2e-4, 5e-4, 1e-3  # the folder's README; a wrong option shows as 1e-2

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(not FAMILIES.is_dir(), reason=f"no golden cases at {FAMILIES}"),
]


def cases() -> list[Any]:
    found = []
    for path in sorted(FAMILIES.glob("*/case.json")):
        case = json.loads(path.read_text())
        for file in case["files"]:
            if not file["file"].endswith((".json", ".yaml")):
                found.append(pytest.param(file["file"], case, id=f"{case['name']}-{file['file']}"))
    return found


def opened(
    file: str, case: dict[str, Any], **choices: Any
) -> tuple[LoadedModel, dict[str, Tensor]]:
    folder = FAMILIES / case["name"]
    expected = load_file(folder / "tensors.safetensors")
    loaded = load_model(folder / file, config=case["config"], device="cpu", **choices)
    return loaded, expected


def tolerance(case: dict[str, Any], part: str, least: float) -> dict[str, float]:
    return {"atol": max(least, case.get("recommended_atol", {}).get(part, 0.0)), "rtol": 1e-4}


@pytest.mark.parametrize(("file", "case"), cases())
def test_a_file_of_any_family_gives_its_upstreams_logits_maps_and_grids(
    file: str, case: dict[str, Any]
):
    loaded, expected = opened(file, case)
    record = capture(loaded.model, expected["input"], boxes=expected.get("boxes"))
    if case["kind"] == "encoder":
        assert record.logits.shape == (len(expected["input"]), 0)
        assert record.is_complete
    elif case["kind"] == "heads":
        assert {head.name for head in record.heads} == {"fc_action", "fc_offence"}
        for head in record.heads:
            want = expected[f"logits.{head.name}"]
            torch.testing.assert_close(head.logits, want, **tolerance(case, "logits", LOGITS))
    else:
        want = expected["logits"]
        torch.testing.assert_close(record.logits, want, **tolerance(case, "logits", LOGITS))
    assert len(record.layers) == len(case["layers"])
    for layer, facts in zip(record.layers, case["layers"], strict=True):
        for mine, theirs in ((layer.q_shape, facts["q_shape"]), (layer.k_shape, facts["k_shape"])):
            assert list(mine) == [1] * (3 - len(theirs)) + theirs
        want = expected[f"attn.{facts['layer']}"]
        torch.testing.assert_close(layer.attention(), want, **tolerance(case, "attn", ATTENTION))


@pytest.mark.parametrize(
    ("file", "case"), [case for case in cases() if "rev_" in case.id or "_v" in case.id]
)
def test_every_block_gives_its_upstreams_output(file: str, case: dict[str, Any]):
    loaded, expected = opened(file, case)
    heard: dict[int, Tensor] = {}
    trunk = loaded.model
    layers = trunk.rev_backbone["layers"] if loaded.config.family == "reversible" else trunk.blocks
    handles = [
        layer.register_forward_hook(lambda _, __, out, index=index: heard.update({index: out}))
        for index, layer in enumerate(layers)
    ]
    capture(loaded.model, expected["input"], boxes=expected.get("boxes"))
    for handle in handles:
        handle.remove()
    for index, out in heard.items():
        tensors = [part for part in out if isinstance(part, Tensor)]  # one stream or two
        torch.testing.assert_close(
            torch.cat(tensors, dim=-1),
            expected[f"block.{index}"],
            **tolerance(case, "block", BLOCKS),
        )
    assert len(heard) == len(case["layers"])


def encoders() -> list[Any]:
    return [case for case in cases() if case.values[1]["kind"] == "encoder"]


@pytest.mark.parametrize(("file", "case"), encoders())
def test_an_encoder_gives_what_its_prediction_head_reads(file: str, case: dict[str, Any]):
    loaded, expected = opened(file, case)
    with torch.no_grad():
        latent = loaded.model.encode(expected["input"])
    if "latent" in expected:
        want = expected["latent"]
        torch.testing.assert_close(latent, want, **tolerance(case, "block", BLOCKS))
        return
    # MaskFeat's head is a norm and a layer: the file's own, put on our tokens.
    state = {name.removeprefix("state/"): value for name, value in expected.items()}
    head = {name: state[f"pred_head.{name}"] for name in (
        "transforms.0.0.weight", "transforms.0.0.bias", "projections.0.weight", "projections.0.bias"
    )}  # fmt: skip
    normed = functional.layer_norm(
        latent, latent.shape[-1:], head["transforms.0.0.weight"], head["transforms.0.0.bias"], 1e-6
    )
    predicted = functional.linear(
        normed[:, 1:], head["projections.0.weight"], head["projections.0.bias"]
    )
    torch.testing.assert_close(
        predicted, expected["prediction"], **tolerance(case, "block", BLOCKS)
    )


def test_probabilities_of_a_detector_are_each_classs_own():
    case = json.loads((FAMILIES / "ava_v2" / "case.json").read_text())
    loaded, expected = opened("checkpoint_epoch_00010.pyth", case)
    record = capture(loaded.model, expected["input"], boxes=expected["boxes"])
    torch.testing.assert_close(record.probabilities, expected["probs"], atol=1e-4, rtol=1e-4)
    assert torch.equal(record.boxes, expected["boxes"])


@pytest.mark.parametrize("name", ["fb_yaml_defaults", "sf_yaml_tuples"])
def test_a_published_yaml_file_is_enough(name: str):
    folder = FAMILIES / name
    expected = load_file(folder / "tensors.safetensors")
    loaded = load_model(folder / "model_state_only.pyth", config=folder / "config.yaml")
    record = capture(loaded.model, expected["input"])
    torch.testing.assert_close(record.logits, expected["logits"], atol=LOGITS, rtol=1e-4)


@pytest.mark.parametrize("head", ["fc_action", "fc_offence"])
def test_the_head_that_was_asked_for_gives_the_logits(head: str):
    case = json.loads((FAMILIES / "heads_after_tv" / "case.json").read_text())
    loaded, expected = opened("14_model.pth.tar", case, head=head)
    record = capture(loaded.model, expected["input"])
    torch.testing.assert_close(record.logits, expected[f"logits.{head}"], atol=LOGITS, rtol=1e-4)
    assert loaded.config.num_classes == expected[f"logits.{head}"].shape[1]
    assert loaded.classes is None
