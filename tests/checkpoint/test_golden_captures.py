"""Every golden model's run comes back from a capture file, every map bit for bit."""

from types import SimpleNamespace

import numpy as np
import pytest
from safetensors.torch import load_file

from mvit_core import capture, load_model, read_capture, write_capture
from mvit_core.attribution import METHODS
from mvit_core.captured import WindowCapture, predictions_of
from mvit_core.errors import CaptureError
from mvit_core.geometry import PixelMap
from mvit_core.video import ClipWindow
from tests.checkpoint.test_goldens import GOLDENS, cases

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(not GOLDENS.is_dir(), reason=f"no golden cases at {GOLDENS}"),
]
SIZE = (64, 48)


def first_files():
    """One file of each case: the others hold the same weights."""
    return list({case["name"]: (file, case) for file, case in reversed(cases())}.values())[::-1]


def clip_of(frames, path):
    """As much of a video as is written."""
    return SimpleNamespace(
        path=path / "none.mp4", stream=0, frame_count=frames, fps=30.0, is_variable_rate=False,
        start_seconds=0.0, size=SIZE, display_size=SIZE, codec="h264", damage=(),
        damaged_frames=frozenset(), pts_seconds=np.arange(frames) / 30,
        frame=lambda index: np.full((*SIZE[::-1], 3), index, np.uint8),
    )  # fmt: skip


def maps_of(record, layer, method, query):
    try:
        found = METHODS[method].maps(record, layer, query)
    except CaptureError as error:
        return str(error)
    sinks = None if found.sinks is None else found.sinks.tobytes()
    return found.values.tobytes(), sinks, found.geometry, found.note


@pytest.mark.parametrize(
    ("file", "case"), [pytest.param(f, c, id=c["name"]) for f, c in first_files()]
)
def test_a_golden_run_comes_back_from_a_file_with_every_map(file, case, tmp_path):
    folder = GOLDENS / case["name"]
    given = load_file(folder / "tensors.safetensors")["input"][:1]
    config = case.get("config_target") or case["config"]
    loaded = load_model(folder / file, config=config, device="cpu")
    record = capture(loaded.model, given)
    frames, height, width = record.input_shape
    indices = tuple(range(frames))
    run = WindowCapture(
        ClipWindow(0, 0, frames, indices),
        PixelMap(SIZE, (width, height), (0, 0), (width, height)),
        indices,
        record,
        predictions_of(record, loaded.classes),
    )
    path = tmp_path / "x.mvitcap"
    write_capture(path, clip_of(frames, tmp_path), loaded, [run])

    (kept,) = read_capture(path)
    assert kept.predictions == run.predictions
    for layer, wanted in zip(kept.record.layers, record.layers, strict=True):
        assert layer.attention().equal(wanted.attention())
        for method in METHODS:
            for query in ("readout", "class", (0, 0, 0)):
                expected = maps_of(record, wanted, method, query)
                assert maps_of(kept.record, layer, method, query) == expected
