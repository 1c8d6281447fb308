"""A file that is no checkpoint ends in one line, and nothing in it is ever run."""

import argparse
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mvit_core import load_model
from mvit_core.checkpoint import files, loading
from mvit_core.checkpoint.files import read_file
from mvit_core.checkpoint.inert import Inert
from mvit_core.checkpoint.pickle_values import plain_values
from mvit_core.errors import CheckpointError, CheckpointReadError, MvitError, WeightsError


class Payload:
    """Sets an environment variable if it is unpickled for real."""

    def __reduce__(self):
        return exec, ("import os; os.environ['MVIT_TEST_UNSAFE'] = 'executed'",)


class Bystander:
    """A harmless object of a trainer, as people's files hold them."""

    def __init__(self) -> None:
        self.history = [1.0, 2.0]


def one_line(error: pytest.ExceptionInfo) -> bool:
    return "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"<!DOCTYPE html><html></html>", "HTML page"),
        (b"  \n<html>", "HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
        (b"epoch,loss\n1,0.3\n", "a text file"),
        (b"\x1f\x8b\x08\x00", "gzip archive"),
        (b"PK\x05\x06" + b"\0" * 18, "archive with nothing in it"),
        (b"\xff\xfe\x00\xd8" * 9, "no file of PyTorch"),
        (b"PK\x03\x04 and then nothing", "truncated or damaged"),
        (b"\x80\x02}q\x00(X", "truncated or damaged"),
        (b"\x20\x00\x00\x00\x00\x00\x00\x00{", "damaged or truncated safetensors"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_named_for_what_it_is(
    content: bytes, says: str, tmp_path: Path
):
    path = tmp_path / "file.pyth"
    path.write_bytes(content)
    with pytest.raises(CheckpointReadError, match=says) as error:
        load_model(path)
    assert one_line(error)
    assert "file.pyth" in str(error.value)


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(CheckpointReadError, match="does not exist"):
        load_model(tmp_path / "none.pyth")


def test_a_folder_is_refused(tmp_path: Path):
    with pytest.raises(CheckpointReadError, match="is a folder"):
        load_model(tmp_path)


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_a_device_is_refused_unread(device: str):
    with pytest.raises(CheckpointReadError, match="a pipe or a device"):
        load_model(device)


def test_a_named_pipe_is_refused_wherever_a_file_is_asked_for(saved, checkpoint, tmp_path: Path):
    pipe, path = tmp_path / "pipe", saved(checkpoint)
    os.mkfifo(pipe)
    for arguments in (
        {"path": pipe},
        {"path": path, "config": pipe},
        {"path": path, "labels": pipe},
    ):
        with pytest.raises(MvitError, match="a pipe or a device; only ordinary files"):
            load_model(**arguments)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (None, "of type NoneType; give its path"),
        (5, "of type int"),
        (b"x.pyth", "of type bytes"),
        ("x" * 300, r"cannot be opened: File name too long"),
        ("x/" * 3000, r"\(5999 characters\) cannot be opened"),
        ("a\0b", r"a\\0b cannot be opened"),
        ("~nobody-of-that-name/x", "names no user's folder"),
    ],
)
def test_what_can_be_no_path_is_refused(path: Any, says: str):
    with pytest.raises(CheckpointReadError, match=says) as error:
        load_model(path)
    assert one_line(error)


def test_a_failure_that_nobody_foresaw_is_one_line_of_ours(saved, checkpoint, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("out of\nluck")

    monkeypatch.setattr(loading, "decide", fail)
    with pytest.raises(CheckpointError, match=r"checkpoint\.pyth cannot be .*: out of\)") as error:
        load_model(saved(checkpoint))
    assert one_line(error)


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("old", [False, True])
def test_a_truncated_checkpoint_is_refused(share: float, old: bool, tmp_path, checkpoint):
    path = tmp_path / "cut.pyth"
    torch.save(checkpoint, path, _use_new_zipfile_serialization=not old)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(CheckpointReadError, match="truncated or damaged") as error:
        load_model(path)
    assert one_line(error)


def test_a_truncated_safetensors_file_is_refused(tmp_path: Path, model):
    path = tmp_path / "cut.safetensors"
    save_file(model.state_dict(), path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointReadError, match="damaged or truncated safetensors"):
        load_model(path)


@pytest.mark.parametrize("old", [False, True])
def test_code_in_a_pickle_is_refused_and_never_run(old: bool, tmp_path: Path, checkpoint):
    path = tmp_path / "unsafe.pyth"
    torch.save({**checkpoint, "x": Payload()}, path, _use_new_zipfile_serialization=not old)
    with pytest.raises(CheckpointReadError, match=r"would call \S*exec; nothing was") as error:
        load_model(path)
    assert "MVIT_TEST_UNSAFE" not in os.environ
    assert one_line(error)


class Shell:
    """Names a function of the system."""

    def __reduce__(self):
        return os.system, ("touch /nonexistent/mvit",)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("form", ["zip", "old", "pickle"])
@pytest.mark.parametrize(
    ("thing", "called"),
    [(Shell(), "system"), (Payload(), "exec"), (Bystander(), r"tests\.checkpoint\S+Bystander")],
)
def test_a_pickle_that_calls_the_unknown_is_named_and_never_recommended(
    thing: object, called: str, form: str, protocol: int, tmp_path: Path, checkpoint
):
    path, content = tmp_path / "unsafe.pyth", {**checkpoint, "x": thing}
    if form == "pickle":
        path.write_bytes(pickle.dumps({"model_state": thing}, protocol=protocol))
    else:
        torch.save(
            content, path, pickle_protocol=protocol,
            _use_new_zipfile_serialization=form == "zip",
        )  # fmt: skip
    if form == "zip" and isinstance(thing, Bystander):
        assert load_model(path).report.warnings  # read without it
        return
    with pytest.raises(CheckpointReadError, match=rf"would call \S*{called}; nothing was") as error:
        load_model(path)
    assert "weights_only" not in str(error.value)
    assert "MVIT_TEST_UNSAFE" not in os.environ
    assert one_line(error)


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_newer_pickle_protocols_are_read(protocol: int, tmp_path, checkpoint, model, clip):
    path = tmp_path / "newer.pyth"
    torch.save(checkpoint, path, pickle_protocol=protocol)
    with torch.no_grad():
        assert torch.equal(load_model(path).model(clip), model(clip))


def test_known_objects_in_an_old_file_are_refused_with_the_line_that_converts_it(
    tmp_path, checkpoint
):
    path, log = tmp_path / "trainer.pyth", argparse.Namespace(lr=0.1)
    torch.save({**checkpoint, "log": log}, path, _use_new_zipfile_serialization=False)
    with pytest.raises(CheckpointReadError, match=r"convert it once .*weights_only=False"):
        load_model(path)


def test_a_checkpoint_that_was_packed_again_is_unpacked(saved, checkpoint, model, clip, tmp_path):
    packed = tmp_path / "packed.pyth"
    with ZipFile(saved(checkpoint)) as old, ZipFile(packed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    with torch.no_grad():
        assert torch.equal(load_model(packed).model(clip), model(clip))


def test_a_packed_file_that_would_fill_the_memory_is_refused(saved, checkpoint, monkeypatch):
    path = saved(checkpoint)
    monkeypatch.setattr(files, "_MAX_UNPACKED", 1 << 10)
    assert load_model(path).report.missing == ()  # it is not packed
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("archive/data/more", b"0" * 4096)
    with pytest.raises(CheckpointReadError, match=r"is compressed and would unpack to \d+ MiB"):
        load_model(path)


def test_even_the_inert_reader_runs_no_code(saved: Callable, checkpoint):
    with ZipFile(saved({**checkpoint, "x": Payload()})) as archive:
        record = next(name for name in archive.namelist() if name.endswith("/data.pkl"))
        pickled = archive.read(record)
    content = plain_values(pickled, calls={}, persistent=lambda identity: identity)
    assert isinstance(content["x"], Inert)
    assert "MVIT_TEST_UNSAFE" not in os.environ


def test_a_pickle_that_is_no_tensor_file_is_refused(tmp_path: Path):
    path = tmp_path / "plain.pkl"
    path.write_bytes(pickle.dumps({"weights": [1, 2, 3]}, protocol=2))
    with pytest.raises(CheckpointReadError, match=r"truncated or damaged|holds"):
        load_model(path)


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, {"model_state": {}}])
def test_a_file_without_weights_is_refused(content: object, saved: Callable):
    with pytest.raises(CheckpointReadError, match="weights"):
        load_model(saved(content))


def test_objects_of_a_trainer_become_inert_and_are_told(saved: Callable, checkpoint, model, clip):
    extra = {"log": Bystander(), "curve": np.arange(3.0), "best": np.float64(0.5), "f": getattr}
    loaded = load_model(saved({**checkpoint, **extra}))
    assert any("Bystander" in warning for warning in loaded.report.warnings)
    with torch.no_grad():
        assert torch.equal(loaded.model(clip), model(clip))


def test_the_inert_reader_gives_the_same_tensors_as_torch(saved: Callable):
    base = torch.arange(24.0).reshape(4, 6)
    content: dict[str, Any] = {
        "view": base[1:3, ::2],
        "turned": base.T,
        "half": base.half(),
        "whole": torch.arange(5),
        "empty": torch.empty(0, 3),
        "parameter": torch.nn.Parameter(base),
        "nested": [1, {"a": (2.5, None)}],
    }
    path = saved(content)
    read = read_file(path).top
    expected = torch.load(path, weights_only=True)  # noqa: TID251 - what it is compared with
    for name in ("view", "turned", "half", "whole", "empty", "parameter"):
        assert torch.equal(read[name], expected[name]), name
    assert read["nested"] == content["nested"]


def test_an_inert_object_survives_what_pickles_do():
    thing = Inert(1, two=2)
    thing.__setstate__({"a": 1})
    thing[0] = 1
    thing.append(1)
    thing.extend([1])
    thing.add(1)
    assert vars(thing) == {}


@pytest.mark.parametrize(
    "prefix", ["module.", "_orig_mod.", "model.", "module._orig_mod.", "student.backbone_net."]
)
def test_wrappers_around_names_are_removed(prefix: str, saved: Callable, checkpoint, model, clip):
    state = {f"{prefix}{name}": value for name, value in model.state_dict().items()}
    loaded = load_model(saved({**checkpoint, "model_state": state}))
    with torch.no_grad():
        assert torch.equal(loaded.model(clip), model(clip))
    assert loaded.report.converted[0].startswith(prefix)


@pytest.mark.parametrize("key", ["model_state", "state_dict", "model", "model_state_dict"])
def test_weights_are_found_under_any_savers_key(key: str, saved: Callable, checkpoint, model):
    loaded = load_model(saved({key: model.state_dict(), "cfg": checkpoint["cfg"]}))
    assert loaded.report.decided_from == "the configuration inside the file"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_float32(dtype: torch.dtype, saved: Callable, checkpoint, model):
    state = {name: value.to(dtype) for name, value in model.state_dict().items()}
    loaded = load_model(saved({**checkpoint, "model_state": state}))
    assert {value.dtype for value in loaded.model.state_dict().values()} == {torch.float32}


@pytest.mark.parametrize(
    ("turn", "says"),
    [
        (lambda v: (v * 10).long(), "is of type torch.int64"),
        (lambda v: v.to(torch.complex64), "is of type torch.complex64"),
        (lambda v: v.to(torch.float8_e4m3fn), "is of type torch.float8_e4m3fn"),
        (lambda v: v.to_sparse() if v.ndim == 2 else v, r"is sparse \(torch.sparse_coo\)"),
        (lambda v: v.to("meta"), "is a meta tensor without values"),
    ],
)
def test_weights_that_are_not_dense_floating_point_are_refused(turn, says, saved, checkpoint):
    state = {name: turn(value) for name, value in checkpoint["model_state"].items()}
    with pytest.raises(WeightsError, match=f"{says}.*; dense floating-point weights") as error:
        load_model(saved({**checkpoint, "model_state": state}))
    assert one_line(error)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_quantised_weights_are_refused(saved: Callable, checkpoint):
    state = checkpoint["model_state"]
    name = "head.projection.weight"
    state[name] = torch.quantize_per_tensor(state[name], 0.1, 0, torch.qint8)
    with pytest.raises(WeightsError, match=r"head\.projection\.weight .* is quantised"):
        load_model(saved(checkpoint))


def test_files_before_pytorch_1_6_are_read(tmp_path: Path, checkpoint, model, clip):
    path = tmp_path / "old.pyth"
    torch.save(checkpoint, path, _use_new_zipfile_serialization=False)
    with torch.no_grad():
        assert torch.equal(load_model(path).model(clip), model(clip))


def test_the_model_does_not_live_on_the_files_pages(saved: Callable, checkpoint, model, clip):
    path = saved(checkpoint)
    loaded = load_model(path)
    path.write_bytes(b"\0" * path.stat().st_size)
    with torch.no_grad():
        assert torch.equal(loaded.model(clip), model(clip))
