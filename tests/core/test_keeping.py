"""Keeping of a forward pass: notes, chosen layers, files, other devices."""

import errno
import gc
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import torch

from mvit_core import AttentionRecorder, capture, load_model
from mvit_core.attention.recorder import Keep
from mvit_core.errors import Cancelled, CaptureError, CheckpointError, DeviceMemoryError
from mvit_core.model import MultiHeadedAttention, MViT, products
from mvit_core.model.products import tiles_of, weighted_values
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.system import host_copies, spill
from mvit_core.system.devices import memory_errors_named, pick_device, weight_type
from tests.core.test_capture import peaked
from tests.toys import toy_config, write_toy_checkpoint


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(2, 3, 4, 32, 32)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The cache folder of each test is its own."""
    monkeypatch.setattr(spill, "spill_folder", lambda: tmp_path / "captures")
    return tmp_path / "captures"


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ((1, 25089, 393), 38),
        ((2, 6273, 1569), 76),
        ((8, 393, 393), 8),
        ((6, 100, 100), 1),
        ((30, 100, 100), 2),
        ((1, 40, 1 << 20), 3),
    ],
)
def test_tiles_cover_every_row_of_every_map_once_and_never_parts_of_two(shape, count):
    seen = torch.zeros(shape[:2], dtype=torch.int)
    tiles = list(tiles_of(shape, torch.empty(0)))
    for tile in tiles:
        seen[tile.maps, tile.rows] += 1
        maps, rows = seen[tile.maps, tile.rows].shape
        assert maps == 1 or rows == shape[1]
    assert (seen == 1).all()
    assert len(tiles) == count


def test_tiles_change_nothing_but_speed(monkeypatch):
    torch.manual_seed(0)
    q, k, v = torch.randn(2, 3, 50, 8), torch.randn(2, 3, 20, 8), torch.randn(2, 3, 20, 4)
    expected = (q @ k.transpose(-2, -1)).softmax(-1) @ v
    for limit in (1, 20 * 4 * 17, 20 * 50 * 4, 3 * 20 * 50 * 4, 1 << 20):
        monkeypatch.setattr(products, "CPU_TILE_BYTES", limit)
        torch.testing.assert_close(weighted_values(q, k, v), expected)
    torch.testing.assert_close(weighted_values(q.requires_grad_(), k, v), expected)


@pytest.mark.parametrize("gradient_of", [None, 2])
def test_full_maps_of_the_forward_pass_are_the_rebuilt_ones(clip, gradient_of):
    model = peaked()
    rebuilt = capture(model, clip)
    kept = capture(model, clip, gradient_of, keep=Keep(full_maps=True))
    torch.testing.assert_close(kept.logits, rebuilt.logits)
    for one, other in zip(kept.layers, rebuilt.layers, strict=True):
        torch.testing.assert_close(one.attention(max_bytes=0), other.attention())
        torch.testing.assert_close(one.head(0), other.head(0))
        assert one.nbytes >= other.nbytes + one.attention_bytes


def test_a_recorder_writes_full_maps_into_the_same_memory_again(clip):
    model = peaked()
    with torch.inference_mode(), AttentionRecorder(model, keep=Keep(full_maps=True)) as recorder:
        model(clip)
        first = [layer.summary.maps.data_ptr() for layer in recorder.layers]
    with torch.no_grad(), recorder:
        model(clip * 2)
    assert [layer.summary.maps.data_ptr() for layer in recorder.layers] == first
    expected = capture(model, clip * 2).layers[1].attention()
    assert torch.equal(recorder.layers[1].attention(), expected)
    with torch.no_grad(), recorder:
        model(clip[:1])  # another size
    assert recorder.layers[0].attention().shape[0] == 1


def test_the_map_of_one_head_is_that_of_the_full_map(clip):
    layer = capture(peaked(), clip).layers[3]
    for head in range(layer.heads):
        torch.testing.assert_close(layer.head(head), layer.attention()[:, head])
    with pytest.raises(CaptureError, match="has 4 heads, 0 to 3; got head 4"):
        layer.head(4)
    with pytest.raises(CaptureError, match=r"use row\(\)"):
        layer.head(0, max_bytes=10)


def test_rows_and_columns_of_masked_attention_are_those_of_the_full_map():
    torch.manual_seed(0)
    layer, x = MultiHeadedAttention(2, 8).eval(), torch.randn(3, 5, 8)
    mask = torch.tril(torch.ones(5, 5))
    mask[2] = 0  # a row that is forbidden whole is uniform
    for keep in (None, Keep(full_maps=True)):
        with torch.no_grad(), AttentionRecorder(layer, keep=keep) as recorder:
            layer(x, x, x, mask)
        heard, full = recorder.layers[0], recorder.layers[0].attention()
        for token in range(5):
            torch.testing.assert_close(heard.row(token), full[:, :, token])
            torch.testing.assert_close(heard.column(token), full[..., token])
        torch.testing.assert_close(heard.head(1), full[:, 1])
        torch.testing.assert_close(heard.received(), full.mean(dim=2))


def test_gradient_tiles_join_to_the_gradient(clip, monkeypatch):
    monkeypatch.setattr("mvit_core.attention.record.CPU_TILE_BYTES", 1)
    layer = capture(peaked(), clip, gradient_of=1).layers[0]
    tiles = list(layer.gradient_tiles())
    assert [start for start, _ in tiles] == list(range(0, 129, 16))
    assert torch.equal(torch.cat([tile for _, tile in tiles], dim=2), layer.gradient())


def test_chosen_layers_alone_are_kept_and_know_their_place(clip):
    model = peaked()
    whole, chosen = capture(model, clip), capture(model, clip, keep=Keep(frozenset({1, 3})))
    assert torch.equal(whole.logits, chosen.logits)
    assert [layer.block for layer in chosen.layers] == [1, 3]
    for layer in chosen.layers:
        same = whole.layers[layer.block]
        assert (layer.name, layer.stage, layer.q_geometry, layer.k_geometry) == (
            same.name,
            same.stage,
            same.q_geometry,
            same.k_geometry,
        )
        assert torch.equal(layer.attention(), same.attention())
    assert chosen.depth == 4
    assert chosen.is_last(chosen.layers[1])


def test_a_chosen_layer_that_does_not_exist_is_refused():
    with pytest.raises(CaptureError, match="block 4 does not exist; the model has blocks 0 to 3"):
        AttentionRecorder(peaked(), keep=Keep(frozenset({0, 4})))


def test_a_forward_pass_can_be_cancelled_within_a_layer(clip, monkeypatch):
    monkeypatch.setattr(products, "CPU_TILE_BYTES", 1)
    model, done, steps = peaked(), [], []

    def stop() -> None:
        steps.append(len(done))
        if len(steps) == 12:
            raise Cancelled

    with pytest.raises(Cancelled):
        capture(model, clip, on_layer=lambda *at: done.append(at), on_step=stop)
    assert steps == [0] * 12  # many steps of the first layer
    assert not any(part._forward_pre_hooks for part in model.modules())


def test_what_memory_does_not_hold_lies_in_a_file_until_it_is_forgotten(clip, cache):
    model = peaked()
    held = capture(model, clip, gradient_of=1)
    budget = held.layers[0].nbytes + held.layers[1].nbytes
    record = capture(model, clip, gradient_of=1, keep=Keep(memory_bytes=budget))
    assert len(list(cache.iterdir())) == 1
    assert record.nbytes < held.nbytes
    assert record.spilled_bytes > held.nbytes // 4
    for one, other in zip(record.layers, held.layers, strict=True):
        assert torch.equal(one.attention(), other.attention())
        torch.testing.assert_close(one.gradient(), other.gradient())
        torch.testing.assert_close(one.column(1), other.column(1))
    one.inputs.q.add_(1)  # the file is not changed by whoever changes the tensor
    del record, one
    gc.collect()
    assert list(cache.iterdir()) == []


def test_half_precision_is_spilled_as_it_is(clip):
    model = peaked().bfloat16()
    held, spilled = capture(model, clip), capture(model, clip, keep=Keep(memory_bytes=0))
    for one, other in zip(spilled.layers, held.layers, strict=True):
        assert one.inputs.q.dtype == torch.bfloat16
        assert torch.equal(one.attention(), other.attention())


def test_files_of_dead_processes_are_removed_and_those_in_use_are_not(cache):
    used = spill.SpillFile()
    script = (
        "import sys, os; from pathlib import Path; from mvit_core.system import spill\n"
        "spill.spill_folder = lambda: Path(sys.argv[1])\n"
        "spill.SpillFile(); file = spill.SpillFile(); os._exit(1)"  # as a crash does
    )
    subprocess.run([sys.executable, "-c", script, str(cache)], check=False)
    left = set(cache.iterdir()) - {used.path}
    assert len(left) == 1
    assert spill.remove_abandoned() == 1
    assert set(cache.iterdir()) == {used.path}


def test_a_full_disk_is_told_in_words(cache, monkeypatch):
    def write(data: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = spill.SpillFile()
    real = file._file
    file._file = SimpleNamespace(seek=lambda *_: 0, write=write)
    with pytest.raises(CaptureError, match=r"No space left on device.*free disk space"):
        file.store(torch.ones(3))
    file._file = real


def test_a_cache_folder_that_cannot_be_made_is_told_in_words(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(spill, "spill_folder", lambda: tmp_path / "file" / "captures")
    with pytest.raises(CaptureError, match="cannot be written"):
        spill.SpillFile()


@pytest.mark.parametrize(
    ("error", "device", "half", "remedies"),
    [
        (torch.OutOfMemoryError("CUDA: no memory"), "cuda", False, ("cpu", "half", "fewer_layers")),
        (RuntimeError("MPS backend out of memory (18 GB)"), "mps", True, ("cpu", "fewer_layers")),
        (
            RuntimeError("DefaultCPUAllocator: can't allocate memory"),
            "cpu",
            False,
            ("half", "fewer_layers"),
        ),
        (MemoryError(), "cpu", True, ("fewer_layers",)),
    ],
)
def test_lack_of_memory_names_what_to_try_next(error, device, half, remedies):
    with (
        pytest.raises(DeviceMemoryError, match=f"{device} has too little memory for this") as told,
        memory_errors_named("this clip", torch.device(device), half=half),
    ):
        raise error
    assert told.value.remedies == remedies
    assert ("--device cpu" in str(told.value)) == ("cpu" in remedies)
    assert ("--half" in str(told.value)) == ("half" in remedies)


def test_other_failures_are_not_taken_for_lack_of_memory():
    with (
        pytest.raises(RuntimeError, match="sizes differ"),
        memory_errors_named("this clip", torch.device("cpu"), half=False),
    ):
        raise RuntimeError("sizes differ")


def test_a_capture_that_lacks_memory_says_so(clip, monkeypatch):
    model = peaked()
    monkeypatch.setattr(
        MViT, "forward", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("no"))
    )
    with pytest.raises(DeviceMemoryError, match=r"too little memory for an input of \(2, 3, 4"):
        capture(model, clip)


def test_devices_are_picked_by_name_and_refused_by_name():
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("auto").type in ("cpu", "cuda", "mps")
    with pytest.raises(CheckpointError, match="device meta is not available"):
        pick_device("meta")
    with pytest.raises(CheckpointError, match="is of type int"):
        pick_device(3)


def test_half_precision_is_a_choice_and_near_to_the_whole(tmp_path, clip):
    path = write_toy_checkpoint(tmp_path / "toy.pyth", MViT(toy_config()).eval())
    whole, half = load_model(path, device="cpu"), load_model(path, device="cpu", half=True)
    assert (whole.half, half.half) == (False, True)
    assert next(half.model.parameters()).dtype == torch.bfloat16
    assert weight_type(torch.device("cuda"), True) == torch.float16
    expected, record = capture(whole.model, clip), capture(half.model, clip)
    assert record.probabilities.dtype == torch.float32
    torch.testing.assert_close(record.probabilities, expected.probabilities, atol=5e-2, rtol=0)
    for one, other in zip(record.layers, expected.layers, strict=True):
        assert one.attention().dtype == one.column(3).dtype == one.row(2).dtype == torch.float32
        torch.testing.assert_close(one.attention(), other.attention(), atol=5e-2, rtol=0)
        torch.testing.assert_close(one.column(3), one.attention()[..., 3], atol=1e-2, rtol=0)
    assert 2 * record.nbytes < 1.4 * expected.nbytes
    again = half.moved("cpu", half=False)
    assert next(again.model.parameters()).dtype == torch.float32
    assert not again.half


@pytest.mark.parametrize("keep", [Keep(), Keep(full_maps=True)])
def test_capture_works_where_the_caller_has_autocast_on(clip, keep):
    model = peaked()
    expected = capture(model, clip).layers[0]
    with torch.autocast("cpu", torch.bfloat16):
        layer = capture(model, clip, keep=keep).layers[0]
    torch.testing.assert_close(layer.attention(), expected.attention(), atol=5e-2, rtol=0)
    torch.testing.assert_close(layer.column(3), expected.column(3), atol=5e-2, rtol=0)


def test_an_explainer_goes_on_with_fewer_layers(toy_checkpoint, barcode_clip):
    from mvit_core import open_video

    explainer = Explainer(load_model(toy_checkpoint, device="cpu"))
    fewer = explainer.with_model(explainer.loaded.moved(half=True), Keep(frozenset({3})))
    with open_video(barcode_clip) as video:
        window = fewer.windows(video)[0]
        assert fewer.explain(video, window, MapSpec()).maps.block == 3
        with pytest.raises(CaptureError, match="block 1 was not captured; captured are 3"):
            fewer.explain(video, window, MapSpec(block=1))
        with pytest.raises(CaptureError, match="has 4 blocks, 0 to 3; got block 4"):
            fewer.explain(video, window, MapSpec(block=4))


def test_loading_can_be_cancelled_at_each_of_its_steps(toy_checkpoint):
    for last in range(1, 5):
        left = iter(range(1, last))

        def step(left=left) -> None:
            if next(left, None) is None:
                raise Cancelled

        with pytest.raises(Cancelled):
            load_model(toy_checkpoint, device="cpu", on_step=step)
    assert load_model(toy_checkpoint, device="cpu", on_step=lambda: None).model is not None


class FakeCuda:
    """Stands for ``torch.cuda``: one stream, and a log of the order of things."""

    def __init__(self):
        self.log: list[str] = []

    def Stream(self, device):
        return self

    def current_stream(self, device):
        return "the stream that computes"

    def wait_stream(self, other):
        self.log.append(f"waits for {other}")

    @contextmanager
    def stream(self, stream):
        self.log.append("begins to copy")
        yield
        self.log.append("goes on")

    def synchronize(self):
        self.log.append("is done")


class FakeTensor:
    """A tensor that says it lies on a CUDA device."""

    shape, dtype, device = (2,), torch.float32, torch.device("cuda:0")

    def __init__(self, log):
        self._log = log

    def detach(self):
        return self

    def record_stream(self, stream):
        self._log.append("holds the memory")


def test_copies_of_a_cuda_device_follow_its_work_and_are_waited_for(monkeypatch):
    cuda = FakeCuda()
    pinned = SimpleNamespace(copy_=lambda tensor, non_blocking: cuda.log.append(str(non_blocking)))
    monkeypatch.setattr(host_copies.torch, "cuda", cuda)
    monkeypatch.setattr(host_copies.torch, "empty", lambda *_, pin_memory, **__: pinned)
    copies = host_copies.HostCopies()
    assert copies.take(FakeTensor(cuda.log)) is pinned
    copies.wait()
    assert cuda.log == [
        "waits for the stream that computes",
        "begins to copy",
        "True",
        "goes on",
        "holds the memory",
        "is done",
    ]
