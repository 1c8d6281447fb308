"""Contenders of the capture benchmark: in one process, interleaved, on the same weights."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import torch
from torch import Tensor, nn

from benchmarks.peers import RUNTIMES, run_by, torchvision_video
from mvit_core import AttentionRecorder, capture, load_model
from mvit_core.attention.recorder import Keep
from mvit_core.model import PRESETS, MViT
from mvit_core.model.kernels import choice, forced, linear, product
from mvit_core.model.products import tiles_of

Timed = Callable[[], object]
Times = dict[str, float]
"""Seconds by contender, of one round."""

RECORD = "mvit_v2_s_16x4"


def seconds(call: Timed, clock: Callable[[], float]) -> float:
    """Time one call."""
    start = clock()
    call()
    return clock() - start


def ratio(times: list[Times], over: str, under: str) -> float:
    """Median over the rounds of one contender's time over another's of the same round."""
    return median(each[over] / each[under] for each in times)


def rounds_of(contenders: dict[str, Timed], rounds: int, clock: Callable[[], float]) -> list[Times]:
    """Times of every contender in each round, interleaved, after one round of warm-up."""
    return [
        {name: seconds(call, clock) for name, call in contenders.items()}
        for _ in range(rounds + 1)
    ][1:]  # fmt: skip


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Limit torch to ``count`` threads within the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def same_weights() -> tuple[MViT, nn.Module | None]:
    """Our MViTv2-S, and torchvision's with the same weights where it is installed."""
    video = torchvision_video()
    if video is None:
        return MViT(PRESETS[RECORD]).eval(), None
    peer = video.mvit_v2_s().eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.pth"
        torch.save(peer.state_dict(), path)
        return load_model(path, preset=RECORD, device="cpu").model, peer


def by(onednn: bool, run: Timed) -> Timed:
    """A run with one of the libraries, whatever was chosen."""

    def call() -> object:
        with forced(onednn):
            return run()

    return call


def ours(model: MViT, clip: Tensor) -> dict[str, Timed]:
    """The plain forward, and capture in every form."""
    recorder = AttentionRecorder(model, keep=Keep(full_maps=True))

    def with_maps() -> None:
        with recorder:
            model(clip)

    return {
        "plain": lambda: model(clip),
        "capture": lambda: capture(model, clip),
        "maps": with_maps,
        "rebuilt": lambda: [layer.attention() for layer in capture(model, clip).layers],
        "products": best_products(model, clip),
        **old_and_new(model, clip),
    }


def old_and_new(model: MViT, clip: Tensor) -> dict[str, Timed]:
    """Capture by torch's own products, and by oneDNN's where this build has them."""
    both: dict[str, Timed] = {"old": by(False, lambda: capture(model, clip))}
    if torch.backends.mkldnn.is_available():
        both["onednn"] = by(True, lambda: capture(model, clip))
    return both


def peers(peer: nn.Module | None, clip: Tensor) -> tuple[dict[str, Timed], dict[str, str]]:
    """Other runtimes on the same network and weights; and why one is missing."""
    if peer is None:
        return {}, {"torchvision": "not installed: `make bench` brings it"}
    found: dict[str, Timed] = {"torchvision": lambda: peer(clip)}
    missing = {}
    for name in RUNTIMES:
        built = run_by(name, peer, clip)
        if isinstance(built, str):
            missing[name] = built
            continue
        with torch.no_grad():
            torch.testing.assert_close(built(), peer(clip), atol=1e-4, rtol=1e-3)
        found[name] = built
    return found, missing


def best_products(model: MViT, clip: Tensor) -> Timed:
    """Every matrix product of one forward pass by the library chosen: the machine's floor.

    Attention is taken in the tiles of the forward pass, without positions.
    """
    layers, pairs = operands(model, clip)

    def run() -> None:
        for x, weight in layers:
            linear(x, weight)
        for a, b in pairs:
            product(a, b)

    return run


Pair = tuple[Tensor, Tensor]


def operands(model: MViT, clip: Tensor) -> tuple[list[Pair], list[Pair]]:
    """Inputs and weights of every linear layer, and both operands of every product of a tile."""
    layers: list[Pair] = []

    def record(layer: nn.Module, given: tuple[Tensor], _: Tensor) -> None:
        layers.append((given[0], layer.weight))

    handles = [m.register_forward_hook(record) for m in model.modules() if isinstance(m, nn.Linear)]
    record = capture(model, clip)
    for handle in handles:
        handle.remove()
    pairs: list[Pair] = []
    for layer, block in zip(record.layers, model.blocks, strict=True):
        _, heads, nq, nk = layer.map_shape
        q, k = layer.inputs.q.flatten(0, 1), layer.inputs.k.flatten(0, 1)
        v, weights = torch.randn_like(k), torch.rand(heads, nq, nk)
        for tile in tiles_of((heads, nq, nk), q):
            pairs.append((q[tile.maps, tile.rows], k[tile.maps]))
            pairs.append((weights[tile.maps, tile.rows], v[tile.maps].transpose(1, 2)))
        t, y, x = layer.inputs.input_shape
        tokens = torch.randn(1 + t * y * x, block.norm1.normalized_shape[0])
        layers.append((tokens, block.attn.qkv.weight))
    return layers, pairs


def wall_times(model: MViT, clip: Tensor, rounds: int) -> list[Times]:
    """Wall seconds on two threads, of plain, capture and capture by torch's own products."""
    contenders: dict[str, Timed] = {
        "plain": lambda: model(clip),
        "capture": lambda: capture(model, clip),
        "old": by(False, lambda: capture(model, clip)),
    }
    with threads(2):
        return rounds_of(contenders, rounds, time.perf_counter)


FAST_FROM = 1.8
"""The gates of ratios were taken where oneDNN is 2.3 times as fast; from here on they apply."""


def is_fast_here() -> bool:
    """OneDNN won the race by so much that the gates of such processors apply."""
    return choice().onednn and choice().times >= FAST_FROM
