"""The Python examples of the README run as they stand, on the shipped clip and model."""

import re
import shutil
from pathlib import Path

import torch

import mvit_core
from mvit_core.demo import demo_checkpoint, demo_samples

README = Path(__file__).resolve().parents[2] / "README.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def test_the_examples_run_as_they_stand_one_after_another(tmp_path, monkeypatch):
    clip = next(each.clip for each in demo_samples() if each.clip.stem == "moves_left_and_spins")
    shutil.copy(clip, tmp_path / "clip.mp4")
    shutil.copy(demo_checkpoint(), tmp_path / "model.pyth")
    monkeypatch.chdir(tmp_path)
    loaded = mvit_core.load_model("model.pyth", device="cpu")
    frames = torch.zeros(1, 3, *loaded.config.input_shape)
    names = {"my_model": loaded.model, "x": frames}  # what a reader has already
    for example in EXAMPLES:
        exec(compile(example, "README.md", "exec"), names)
    assert (tmp_path / "fig.pdf").read_bytes().startswith(b"%PDF")
    names["e"].close()


def test_the_first_example_is_three_lines_beside_the_import():
    lines = [line for line in EXAMPLES[0].splitlines() if line]
    assert (lines[0], len(lines)) == ("import mvit_core", 4)
