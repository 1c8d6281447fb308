"""Fixtures: the awkward videos, if they are there, and small clips made on the spot."""

import json

import pytest

from tests.fixtures_video import SHARED, write_barcode_clip


@pytest.fixture(scope="session")
def corpus():
    """The folder of awkward videos."""
    folder = SHARED / "corpus"
    if not (folder / "expected.json").is_file():
        pytest.skip(f"the awkward videos are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def expected(corpus):
    """Results of an independent decoder for every file of the corpus, by file name."""
    rows = json.loads((corpus / "expected.json").read_text())["files"]
    return {row["file"]: row for row in rows}


@pytest.fixture(scope="session")
def clips():
    """The folder of real clips."""
    folder = SHARED / "clips"
    if not folder.is_dir():
        pytest.skip(f"the real clips are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def clip_path(tmp_path_factory):
    """H.264, 48 frames in groups of 12 with B-frames."""
    return write_barcode_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")
