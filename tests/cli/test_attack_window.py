"""The files of ``../shared/attack``, opened through the real window in a process with limits."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mvit_core.model import MViT
from tests.fixtures_video import SHARED
from tests.toys import toy_config, write_toy_checkpoint

ROOT, ATTACK = Path(__file__).resolve().parents[2], SHARED / "attack"
LIMIT_BYTES, MOST_MEGABYTES, SECONDS = 8 << 30, 1500, 120
"""Of the address space; of memory in use at its highest, torch and Qt included; of waiting."""
MARKUP = "<img src='/dev/zero'>"

pytestmark = [
    pytest.mark.gui,
    pytest.mark.skipif(not ATTACK.is_dir(), reason="no ../shared/attack beside the checkout"),
    pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them"),
]

REFUSED = {
    "rich_devzero.pyth": f"is not an MViT: its weights are {MARKUP}.weight",
    "segv_nested_tuple_key.pyth": "more than 600000 opcodes",
    "hang_tuple_hash.pyth": "more than 4000000 values",
    "hang_stride0_extra.pyth": "its storage has 1",
}
"""Checkpoint, and what is said of it."""


def met(*words):
    """What the window showed; it fails where the process was killed, hung or complained."""
    command = [sys.executable, "-m", "tests.cli.attack_child", LIMIT_BYTES, "view", *words]
    done = subprocess.run(
        [str(word) for word in command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["rich"] == [], "shown as markup"
    assert said["bounded"]
    assert said["peak_megabytes"] < MOST_MEGABYTES
    return said


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_checkpoint_is_refused_in_words_and_the_window_answers(barcode_clip, name):
    said = met(barcode_clip, "--checkpoint", ATTACK / name)
    (message,) = said["messages"]
    assert message.startswith(name)
    assert REFUSED[name] in message
    assert message in said["seen"]
    assert (said["model"], said["frames"]) == (False, 40)


def test_a_configuration_of_endless_aliases_is_refused_in_words(barcode_clip, toy_checkpoint):
    said = met(barcode_clip, "--checkpoint", toy_checkpoint, "--config", ATTACK / "laughs.yaml")
    (message,) = said["messages"]
    assert "laughs.yaml" in message
    assert not said["model"]


def test_hostile_class_names_are_shown_as_they_are_written(barcode_clip, tmp_path):
    torch.manual_seed(0)
    checkpoint = write_toy_checkpoint(
        tmp_path / "eleven.pyth", MViT(toy_config(num_classes=11)).eval()
    )
    said = met(barcode_clip, "--checkpoint", checkpoint, "--labels", ATTACK / "labels_rich.txt")
    assert said["model"]
    assert len(said["classes"]) == 11
    assert any(words.startswith(MARKUP) for words in said["classes"])


def test_joined_recordings_open_and_a_step_on_is_a_frame_on():
    assert met(ATTACK / "twin.ts")["frames"] == 100
