"""A module of the user's own takes the whole path downward, and says what it cannot do."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from mvit_core.attribution import MapSpec
from mvit_core.capture_file import read_capture, write_capture
from mvit_core.capture_file.reading import CaptureFile
from mvit_core.errors import (
    Cancelled,
    CaptureError,
    CheckpointError,
    NeedsModelError,
    OwnCodeError,
)
from mvit_core.explaining.changes import Changes, HeadPlace
from mvit_core.export import ExportRequest, export
from mvit_core.own_model import captured_module, load_code, run_module
from mvit_core.pipeline import Explainer
from mvit_core.provenance import methods_paragraph, read_provenance
from mvit_core.system.own_code import allow, find_code
from mvit_core.video.clip import ClipSpec
from tests.adapters.networks import Recognizer, SlowFastMViT, VideoMViT
from tests.adapters.test_recording import BUILT, V1, drawn, hooks_of
from tests.toys import toy_config

SPEC = ClipSpec(frames=4, rate=2.0, size=32, short_side=40)


SAME = (
    "input_shape", "num_classes", "patch_window", "has_cls_embed", "depth", "pool_first",
    "rel_pos_spatial", "rel_pos_temporal", "residual_pooling", "dim_mul_in_att",
)  # fmt: skip
"""What a module's parts say of its architecture."""


@pytest.fixture(scope="module")
def network():
    return drawn(lambda: SlowFastMViT(toy_config()))


@pytest.fixture
def loaded(network):
    return captured_module(network, SPEC)


@pytest.mark.parametrize("name", BUILT)
def test_a_module_is_described_by_its_own_parts(name):
    network = drawn(BUILT[name]).train()
    found = captured_module(network, SPEC)
    expected = network.backbone.config if isinstance(network, Recognizer) else network.config
    assert found.config.block_grids() == expected.block_grids()
    for part in SAME:
        assert getattr(found.config, part) == getattr(expected, part), part
    assert [b.dim_out for b in found.config.blocks] == [b.dim_out for b in expected.blocks]
    assert (found.format, found.has_weights) == (name.split(",")[0], False)
    assert network.training  # run in evaluation mode, and put back
    assert all(part.training for part in network.modules())
    assert hooks_of(network) == 0


def test_the_size_of_the_input_is_told_by_positions_where_no_preprocessing_is_given():
    found = captured_module(drawn(lambda: SlowFastMViT(toy_config())))
    assert (found.clip_spec.frames, found.clip_spec.size) == (4, 32)
    assert found.report.warnings == (
        "preprocessing is that which PySlowFast publishes; the module's own code may differ",
    )
    with pytest.raises(CaptureError, match=r"nothing in the module tells.*clip_spec=ClipSpec"):
        captured_module(drawn(lambda: VideoMViT(toy_config(separate_qkv=True, **V1))))


def test_windows_of_a_clip_are_run_and_drawn(network, loaded, video):
    explainer = Explainer(loaded)
    window = explainer.windows(video)[0]
    steps = []
    captured = explainer.capture(video, window, lambda *at: steps.append(at))
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert sum(each.probability for each in captured.predictions) == pytest.approx(1)
    made = explainer.explain(video, window, MapSpec(block=3, head=1))
    assert np.isfinite(made.saliency.values).all()
    assert made.capture is captured  # remembered
    other = explainer.capture(video, explainer.windows(video)[1])
    assert not torch.equal(other.record.logits, captured.record.logits)


def test_what_needs_weights_is_refused_in_words(loaded, video):
    explainer = Explainer(loaded)
    captured = explainer.capture(video, explainer.windows(video)[0])
    for method in ("relevance", "pca"):
        with pytest.raises(NeedsModelError, match=r"needs the model's weights.*state_dict"):
            explainer.head_maps(video, captured, MapSpec(method=method))
    changed = explainer.with_changes(Changes(heads_off=(HeadPlace(1, 0),)))
    with pytest.raises(NeedsModelError, match=r"needs the model's weights"):
        changed.capture(video, explainer.windows(video)[0])
    with pytest.raises(CheckpointError, match="stays where its code put it"):
        loaded.moved("cpu")


def test_a_capture_file_of_a_module_is_read_without_it(loaded, video, tmp_path):
    explainer = Explainer(replace(loaded, path=loaded.path.with_name("my.code:build")))
    windows = explainer.windows(video)[:2]
    path = tmp_path / "x.mvitcap"
    runs = [explainer.capture(video, window) for window in windows]
    assert write_capture(path, video, explainer.loaded, runs) == 2
    file = CaptureFile(path)
    assert (file.model.name, file.model.sha256) == ("my.code:build", "")
    for each, run in zip(read_capture(path), runs, strict=True):
        assert torch.equal(each.record.logits, run.record.logits)
        for kept, layer in zip(each.record.layers, run.record.layers, strict=True):
            assert torch.equal(kept.attention(), layer.attention())
    assert not file.is_of(explainer.loaded)


def test_a_run_is_cancelled_within_a_layer_and_leaves_no_hook(network):
    asked = []

    def stop():
        asked.append(1)
        if len(asked) == 9:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_module(network, torch.randn(1, 3, 4, 32, 32), on_step=stop)
    assert hooks_of(network) == 0
    assert not network.training


def test_what_the_module_raises_is_told_in_one_line(network):
    network = drawn(lambda: SlowFastMViT(toy_config()))

    def fail(_, __):
        raise KeyError("no such\nthing")

    handle = network.blocks[2].norm2.register_forward_pre_hook(fail)
    with pytest.raises(
        OwnCodeError, match=r"own forward failed on an input of .*: KeyError"
    ) as told:
        captured_module(network, SPEC)
    assert "\n" not in str(told.value)
    assert isinstance(told.value.__cause__, KeyError)
    handle.remove()
    with pytest.raises(CaptureError, match=r"has 7 scores|gives 7 scores and has 2 class names"):
        captured_module(network, SPEC, classes=("a", "b"))
    named = captured_module(network, SPEC, classes=tuple("abcdefg"))
    assert named.classes == list("abcdefg")


def test_a_module_without_scores_is_refused_for_the_window():
    network = drawn(lambda: Recognizer(toy_config()))
    with pytest.raises(CaptureError, match=r"gives no scores.*mvit_core.recording"):
        captured_module(network.backbone, SPEC)


def test_a_network_of_ours_comes_with_its_weights(toy, video):
    found = captured_module(nn.Sequential(toy), SPEC, name="mine")
    assert found.has_weights
    assert (found.config, found.path.name) == (toy.config, "mine")
    explainer = Explainer(found)
    captured = explainer.capture(video, explainer.windows(video)[0])
    assert explainer.head_maps(video, captured, MapSpec(method="relevance")).values.any()
    with pytest.raises(CaptureError, match=r"training mode.*eval"):
        captured_module(toy.train(), SPEC)
    assert toy.training


CODE = """
import torch
from mvit_core.system.own_code import allow, find_code
from mvit_core.video.clip import ClipSpec
from tests.adapters.networks import SlowFastMViT
from tests.toys import toy_config

(RAN := __import__("pathlib").Path(__file__).with_name("ran")).write_text("yes")

def build():
    return SlowFastMViT(toy_config()).eval(), ClipSpec(frames=4, rate=2.0, size=32, short_side=40)

def breaks():
    raise OSError("weights.pth is missing\\nand more")

def leaves():
    raise SystemExit(3)

def gives_words():
    return "a model"

number = 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the package ``theirs``, forgotten afterwards."""
    package = tmp_path / "theirs"
    package.mkdir()
    (package / "__init__.py").write_text("open(__file__ + '.ran', 'w').close()\n")
    (package / "code.py").write_text(CODE)
    (package / "torn.py").write_text("import nothing_of_this_name\n")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    for name in [name for name in sys.modules if name.split(".")[0] == "theirs"]:
        del sys.modules[name]


def test_code_is_found_without_running_any_of_it(folder):
    code = find_code("theirs.code:build", folder)
    assert code.file == folder / "theirs" / "code.py"
    assert (code.module, code.function) == ("theirs.code", "build")
    assert "theirs" not in sys.modules
    assert not [*folder.rglob("*ran")]
    assert str(folder) not in sys.path


def run_code(text, folder, *labels):
    """Run code as after the question."""
    code = find_code(text, folder)
    allow(code)
    return load_code(text, code.file, *labels)


def test_code_builds_a_model_that_is_described(folder):
    names = folder / "names.txt"
    names.write_text("\n".join("abcdefg"))
    found = run_code("theirs.code:build", folder, names)
    assert (found.path.name, found.clip_spec) == ("theirs.code:build", SPEC)
    assert found.classes == list("abcdefg")
    assert isinstance(found.module, SlowFastMViT)
    assert (folder / "theirs" / "ran").exists()
    assert sys.path[-1] == str(folder)  # behind all others


def test_code_that_nobody_allowed_does_not_run(folder):
    code = find_code("theirs.code:gives_words", folder)
    with pytest.raises(OwnCodeError, match="nothing but `mvit-lens view --module") as told:
        load_code(code.text, code.file)
    assert told.value.remedies == ("checkpoint",)
    allow(replace(code, file=folder / "another.py"))
    with pytest.raises(OwnCodeError, match="after a question"):
        load_code(code.text, code.file)
    allow(code)
    with pytest.raises(OwnCodeError, match="after a question"):  # a session asks
        load_code(code.text, code.file, is_allowed=False)
    assert not [*folder.rglob("*ran")]


WRONG = {
    "theirs/code.py": "is no function; give it as package.file:function",
    "theirs.code": "is no function",
    "theirs.code:build()": "is no function",
    "theirs.other:build": r"there is no module other in Python's folders or in .*PYTHONPATH",
    "theirs.code.build:x": "there is no module build",
    "sys:exit": "no module sys",
    "theirs.torn:build": "cannot be imported: ModuleNotFoundError: No module named 'nothing_of",
    "theirs.code:absent": "absent of code.py is nothing, where a function is wanted",
    "theirs.code:number": "number of code.py is int, where a function is wanted",
    "theirs.code:breaks": "failed: OSError: weights.pth is missing$",
    "theirs.code:leaves": "failed: SystemExit: 3",
    "theirs.code:gives_words": "returns str; allowed is a module of torch",
}


@pytest.mark.parametrize("text", WRONG)
def test_code_that_gives_no_model_is_refused_in_one_line(text, folder):
    with pytest.raises(OwnCodeError, match=WRONG[text]) as told:
        run_code(text, folder)
    assert "\n" not in str(told.value)


def test_its_files_say_that_it_was_run_and_name_no_checkpoint(loaded, video, tmp_path):
    explainer = Explainer(replace(loaded, path=loaded.path.with_name("my.code:build")))
    path = tmp_path / "heat.npz"
    export(explainer, video, ExportRequest(start=0, stop=4), path)
    found = read_provenance(path).provenance
    model = found.source.model
    assert (model.file.name, model.file.is_nowhere) == ("my.code:build", True)
    assert model.has_weights  # no capture file gave it
    assert "capture file" not in methods_paragraph(found)
    assert "--checkpoint" not in found.command
