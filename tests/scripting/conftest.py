"""One window of a small clip by a toy model, run once for all tests."""

import pytest

import mvit_core
from mvit_core import load_model, open_video, write_capture
from mvit_core.pipeline import Explainer
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_model, write_toy_checkpoint


@pytest.fixture(scope="session")
def toy_files(tmp_path_factory):
    """(clip, checkpoint, capture file of window 1): 40 frames of 192x108, a toy model."""
    folder = tmp_path_factory.mktemp("scripting")
    clip = write_barcode_clip(folder / "clip.mp4", frames=40)
    checkpoint = write_toy_checkpoint(folder / "toy.pyth", toy_model())
    away = folder / "away"
    away.mkdir()
    explainer = Explainer(load_model(checkpoint, device="cpu"))
    with open_video(clip) as video:
        run = explainer.capture(video, explainer.windows(video)[1])
        write_capture(away / "x.mvitcap", video, explainer.loaded, iter([run]))
    return clip, checkpoint, away / "x.mvitcap"


@pytest.fixture(scope="session")
def explained(toy_files):
    """Window 1 of the clip, explained."""
    clip, checkpoint, _ = toy_files
    with mvit_core.explain(clip, checkpoint, window=1, device="cpu") as explained:
        yield explained
