"""The Python example of the README runs as it stands, on the shipped clip and model."""

import re
import shutil
from pathlib import Path

import pytest

from mvit_core.demo import demo_checkpoint, demo_samples

README = Path(__file__).resolve().parents[2] / "README.md"


def examples():
    return re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("example", examples())
def test_an_example_runs_as_it_stands(example, tmp_path, monkeypatch):
    clip = next(each.clip for each in demo_samples() if each.clip.stem == "moves_left_and_spins")
    shutil.copy(clip, tmp_path / "clip.mp4")
    shutil.copy(demo_checkpoint(), tmp_path / "model.pyth")
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    assert (tmp_path / "fig.pdf").read_bytes().startswith(b"%PDF")
    names["e"].close()


def test_the_example_is_three_lines_beside_the_import():
    (example,) = examples()
    lines = [line for line in example.splitlines() if line]
    assert (lines[0], len(lines)) == ("import mvit_core", 4)
