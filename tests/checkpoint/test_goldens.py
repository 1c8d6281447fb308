"""Every checkpoint file of every golden case gives the numbers of the upstream that wrote it."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from mvit_core import capture, load_model

GOLDENS = Path(__file__).resolve().parents[3] / "shared" / "goldens"
LOGITS, ATTENTION = 2e-4, 5e-4  # the folder's README; a wrong option shows as more than 1e-2
HALF_PRECISION = 5e-2

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(not GOLDENS.is_dir(), reason=f"no golden cases at {GOLDENS}"),
]


def cases() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted(GOLDENS.glob("*/case.json")):
        case = json.loads(path.read_text())
        if case["kind"] == "model":
            files = [f for f in case["files"] if not f["file"].endswith((".json", ".yaml"))]
            found += [(file["file"], case) for file in files]
    return found


def with_time(shape: list[int]) -> list[int]:
    """Image models are recorded without a time axis."""
    return [1] * (3 - len(shape)) + shape


@pytest.mark.parametrize(
    ("file", "case"), [pytest.param(f, c, id=f"{c['name']}-{f}") for f, c in cases()]
)
def test_a_golden_checkpoint_gives_its_upstreams_logits_and_maps(file: str, case: dict[str, Any]):
    folder = GOLDENS / case["name"]
    expected = load_file(folder / "tensors.safetensors")
    loaded = load_model(
        folder / file, config=case.get("config_target") or case["config"], device="cpu"
    )
    half = file.startswith("fp16")
    logits_atol = HALF_PRECISION if half else max(LOGITS, case["recommended_atol"]["logits"])
    map_atol = HALF_PRECISION if half else max(ATTENTION, case["recommended_atol"]["attn"])

    with torch.no_grad():
        record = capture(loaded.model, expected["input"])

    torch.testing.assert_close(record.logits, expected["logits"], atol=logits_atol, rtol=1e-4)
    assert len(record.layers) == len(case["layers"])
    for layer, want in zip(record.layers, case["layers"], strict=True):
        assert list(layer.q_shape) == with_time(want["q_shape"])
        assert list(layer.k_shape) == with_time(want["k_shape"])
        attention = expected[f"attn.{want['layer']}"]
        torch.testing.assert_close(layer.attention(), attention, atol=map_atol, rtol=1e-4)
