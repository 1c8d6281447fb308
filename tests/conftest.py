"""Fixtures of all tests: an isolated home, the folders of outside data, and toy models."""

import gc
import os
from itertools import count
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import pytest

from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_model, write_toy_checkpoint

FULL_EVERY = 20
"""Tests after which all garbage is collected, not only the young: with torch that takes long."""

SHARED = Path(__file__).resolve().parents[2] / "shared"


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: these tests compare with data kept beside the project")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Escape bytes of file names in what a test has said: workers could not pass it on."""
    report = yield
    report.sections = [
        (name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.fixture(scope="session")
def goldens() -> Path:
    """Outputs of the real upstream implementations."""
    return _shared("goldens")


@pytest.fixture(scope="session")
def clips() -> Path:
    """Real videos."""
    return _shared("clips")


@pytest.fixture(scope="session")
def _tests_done():
    """Numbers the tests, while Python itself collects no garbage."""
    gc.disable()
    yield count(1)
    gc.enable()


@pytest.fixture(autouse=True)
def _garbage(_tests_done):
    """Garbage is collected between tests and on this thread alone.

    Python does it on whatever thread allocates: a worker of one test would destroy the widgets of
    another outside their thread, which crashes the process.
    """
    yield
    if next(_tests_done) % FULL_EVERY:
        gc.collect(1)
    else:
        gc.collect()
        gc.freeze()  # what is left lives as long as the process


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory, monkeypatch):
    """No test reads or writes the settings of the person who runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home))


@pytest.fixture
def toy():
    """A small MViTv2 in evaluation mode, its weights drawn so that attention is far from flat."""
    return toy_model()


@pytest.fixture
def toy_checkpoint(toy, tmp_path):
    """The toy model in a PySlowFast checkpoint file."""
    return write_toy_checkpoint(tmp_path / "toy.pyth", toy)


@pytest.fixture
def barcode_clip(tmp_path):
    """40 frames of 192x108 at 30 fps, H.264 with B-frames, each with its number burnt in."""
    path = tmp_path / "clip.mp4"
    write_barcode_clip(path, frames=40)
    return path


@pytest.fixture
def explainer(toy_checkpoint):
    """The path of a toy model."""
    from mvit_core import load_model  # imports torch
    from mvit_core.pipeline import Explainer

    return Explainer(load_model(toy_checkpoint, device="cpu"))


@pytest.fixture
def video(barcode_clip):
    """The clip of numbered frames, opened."""
    from mvit_core.video import open_video

    with open_video(barcode_clip) as video:
        yield video
