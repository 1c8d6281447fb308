"""Statistics of heads equal their definitions on the network of every golden case."""

import json
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

from mvit_core import capture, load_model
from mvit_core.attention.recorder import Keep
from tests.core.test_statistics import assert_as_defined

SHARED = Path(__file__).resolve().parents[3] / "shared"

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"no golden cases at {SHARED}"),
]


def cases() -> list[Any]:
    """The first file of each golden case: the others hold the same network."""
    found = []
    for path in sorted(SHARED.glob("goldens/*/case.json")) + sorted(
        SHARED.glob("families/*/case.json")
    ):
        case = json.loads(path.read_text())
        if case["kind"] not in ("model", "heads", "encoder", "detection"):
            continue
        files = [f["file"] for f in case["files"] if not f["file"].endswith((".json", ".yaml"))]
        whole = next(file for file in files if not file.startswith("fp16"))
        found.append(pytest.param(path.parent, whole, case, id=path.parent.name))
    return found


@pytest.mark.parametrize(("folder", "file", "case"), cases())
def test_statistics_of_a_golden_network_are_those_of_its_full_maps(
    folder: Path, file: str, case: dict[str, Any]
):
    expected = load_file(folder / "tensors.safetensors")
    config = case.get("config_target") or case["config"]
    loaded = load_model(folder / file, config=config, device="cpu")
    keep = Keep(statistics=True)
    record = capture(loaded.model, expected["input"], keep=keep, boxes=expected.get("boxes"))
    assert len(record.layers) == len(case["layers"])
    for layer in record.layers:
        assert_as_defined(layer, layer.statistics())
