"""Every refusal says what the file is and what to do, and what it says to do works."""

import argparse
import pickle
import re
import shlex
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from torch import nn

from mvit_core import load_model
from mvit_core.errors import CheckpointReadError
from mvit_core.model import MViT


def refusal(path: Path) -> str:
    with pytest.raises(CheckpointReadError) as error:
        load_model(path)
    message = str(error.value)
    assert "\n" not in message
    assert len(message) <= 2000
    return message


def followed(message: str, folder: Path) -> Path:
    """Run the command that a message ends with, in a folder; the file that it writes."""
    command = re.search(r"python -.*$", message)
    assert command is not None, message
    words = shlex.split(command[0])
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder / "converted.pth"


def same_logits(path: Path, model: MViT, clip: torch.Tensor) -> bool:
    with torch.no_grad():
        return torch.equal(load_model(path).model(clip), model(clip))


@pytest.mark.parametrize("name", ["trainer.pyth", "it's a trainer; rm -rf .pyth"])
def test_objects_in_an_old_file_are_converted_by_the_printed_command(
    name: str, tmp_path, checkpoint, model, clip
):
    path = tmp_path / name
    content = {**checkpoint, "args": argparse.Namespace(lr=0.1)}
    torch.save(content, path, _use_new_zipfile_serialization=False)
    message = refusal(path)
    assert "(argparse.Namespace)" in message
    assert same_logits(followed(message, tmp_path), model, clip)


WHOLE = """
import sys, torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
"""


def test_a_whole_pickled_model_is_named_and_its_weights_saved_by_the_printed_command(tmp_path):
    (tmp_path / "net_of_theirs.py").write_text(WHOLE)
    script = "import torch, net_of_theirs; torch.save(net_of_theirs.Net(), 'whole.pth')"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    message = refusal(tmp_path / "whole.pth")
    assert "a whole pickled model (net_of_theirs.Net)" in message
    converted = followed(message, tmp_path)
    assert set(torch.load(converted, weights_only=True)) == {  # noqa: TID251 - what was written
        "layer.weight", "layer.bias",
    }  # fmt: skip


def test_a_whole_model_of_known_layers_alone_is_named_too(saved):
    assert "a whole pickled model" in refusal(saved(nn.Sequential(nn.Linear(2, 2))))


@pytest.mark.filterwarnings("ignore")
def test_a_folder_of_a_distributed_checkpoint_is_merged_by_the_printed_command(
    tmp_path, checkpoint, model, clip
):
    dcp = pytest.importorskip("torch.distributed.checkpoint")
    folder = tmp_path / "step 100"
    dcp.save({"model_state": checkpoint["model_state"]}, checkpoint_id=folder, no_dist=True)
    message = refusal(folder)
    assert "is a folder of a distributed checkpoint" in message
    converted = followed(message, tmp_path)
    from tests.checkpoint.tiny import cfg, tiny

    with torch.no_grad():
        assert torch.equal(load_model(converted, config=cfg(tiny())).model(clip), model(clip))


def test_a_zip_download_names_the_file_to_unpack(saved, checkpoint, tmp_path, model, clip):
    path = saved(checkpoint)
    with ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.write(path, "weights/model.pyth")
    message = refusal(tmp_path / "download.zip")
    assert "a zip archive with a checkpoint inside (weights/model.pyth); unpack it" in message
    with ZipFile(tmp_path / "download.zip") as archive:
        inside = archive.extract("weights/model.pyth", tmp_path)
    assert same_logits(Path(inside), model, clip)


def arrays(**content: object) -> dict[str, object]:
    return {"w": np.zeros(3, np.float32), **content}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"blobs": arrays()}, "a Caffe2 file of arrays (blobs)"),
        (arrays(**{"StructuredToParameterName@@": {"w": "w"}}), "a PaddlePaddle file (.pdparams)"),
    ],
)
def test_pickles_of_other_frameworks_are_named(content: object, says: str, tmp_path: Path):
    path = tmp_path / "weights.pkl"
    path.write_bytes(pickle.dumps(content, protocol=2))
    assert says in refusal(path)


@pytest.mark.parametrize(
    ("members", "says"),
    [
        (("m/constants.pkl", "m/data.pkl", "m/code/a.py"), "a TorchScript archive"),
        (("archive_format", "models/model.json"), "an exported program (.pt2"),
        (("serialized_exported_program.json",), "an exported program (.pt2"),
        (("a.npy", "b.npy"), "a NumPy archive (.npz)"),
        (("word/document.xml",), "an office document"),
        (("notes.txt",), "a zip archive without weights; it holds notes.txt"),
    ],
)
def test_archives_are_named_by_what_is_inside(members, says: str, tmp_path: Path):
    path = tmp_path / "file.pt"
    with ZipFile(path, "w") as archive:
        for name in members:
            archive.writestr(name, b"x")
    assert says in refusal(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.pth", b"<?xml version='1.0'?><Error>", "an HTML page (a failed download"),
        ("a.pth", b"version https://git-lfs.github.com/spec/v1", "run 'git lfs pull'"),
        ("a.pth", b"\xfd7zXZ\0rest", "an xz archive (unpack it first)"),
        ("a.tar", b"name".ljust(257, b"\0") + b"ustar\0", "a tar archive (unpack it first)"),
        ("a.h5", b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        ("a.npy", b"\x93NUMPY\x01\0", "a NumPy array"),
        ("a.onnx", b"\x08\x08\x12\x07pytorch", "an ONNX model; where it was exported, save"),
        ("a.pth", b"\x08\x08\x12\x07pytorch\x1a", "an ONNX model"),
        ("a.pth.part", b"\0\1\2\3", "a download that has not ended"),
        ("a.mp4", b"\0\0\0\x18ftypmp42", "a video or picture; give it as the clip"),
        ("a.json", b'{"weight_map": {"a": "b"}}', "the index of weights in several files (shards)"),
        ("a.yaml", b"MVIT:\n  DEPTH: 16\n", "a configuration, a text file; open the checkpoint"),
        ("a.gguf", b"GGUF\x03", "a GGUF file"),
    ],
)
def test_files_are_named_by_their_first_bytes(name, content: bytes, says: str, tmp_path: Path):
    path = tmp_path / name
    path.write_bytes(content)
    assert says in refusal(path)


def test_one_process_share_of_zero_stage_3_is_named(saved, checkpoint):
    placeholders = {name: torch.empty(0) for name in checkpoint["model_state"]}
    path = saved(
        {"module": placeholders, "ds_config": {}}, "zero_pp_rank_0_mp_rank_00_model_states.pt"
    )
    assert "DeepSpeed checkpoint (ZeRO stage 3)" in refusal(path)


def test_adapters_that_are_not_merged_are_named(saved, checkpoint):
    state = {**checkpoint["model_state"]}
    state["blocks.0.attn.qkv.lora_A.default.weight"] = torch.ones(2, 8)
    assert "LoRA adapters that are not merged" in refusal(
        saved({**checkpoint, "model_state": state})
    )


def test_a_part_of_several_files_is_named(saved, checkpoint):
    path = saved(checkpoint["model_state"], "pytorch_model-00001-of-00003.bin")
    assert "part 1 of 3 of a checkpoint in several files" in refusal(path)


def test_bytes_in_the_other_order_are_refused(saved, checkpoint, tmp_path):
    path = tmp_path / "big.pyth"
    with ZipFile(saved(checkpoint)) as old, ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"big" if name.endswith("byteorder") else old.read(name))
    assert "big-endian" in refusal(path)


@pytest.mark.filterwarnings("ignore")
def test_a_distributed_tensor_of_one_process_is_read(saved, checkpoint, model, clip, tmp_path):
    tensors = pytest.importorskip("torch.distributed.tensor")
    import torch.distributed as dist

    dist.init_process_group(
        "gloo", store=dist.FileStore(str(tmp_path / "store"), 1), rank=0, world_size=1
    )
    try:
        mesh = dist.init_device_mesh("cpu", (1,))
        state = {
            name: tensors.distribute_tensor(value, mesh, [tensors.Shard(0)])
            for name, value in checkpoint["model_state"].items()
        }
        path = saved({**checkpoint, "model_state": state})
    finally:
        dist.destroy_process_group()
    assert same_logits(path, model, clip)


CASES = {
    "zero_pp_rank_0_mp_rank_00_model_states.pt": "ZeRO stage 3",
    "lora_unmerged.pth": "LoRA adapters",
    "caffe2_blobs.pkl": "Caffe2",
    "download.zip": "a zip archive with a checkpoint inside",
    "whole_model.pth": "a whole pickled model",
    "old_file_namespace.pyth": "convert it once",
}


@pytest.mark.corpus
@pytest.mark.parametrize("name", CASES)
def test_the_reported_files_are_refused_by_their_own_name(name: str):
    from tests.conftest import SHARED

    path = SHARED / "reports" / "checkpoints" / name
    if not path.is_file():
        pytest.skip("the reported files are kept beside the project")
    assert CASES[name] in refusal(path)
