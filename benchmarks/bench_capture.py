"""Capture beside the plain forward, torchvision's, and the machine's own matrix products.

Everything runs in one process, interleaved, on the same weights; equality is asserted before
anything is timed. Figures are medians of ratios within a round.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch
from torch import nn

from benchmarks.peers import torchvision_video
from benchmarks.results import Row, Section
from mvit_core import capture, load_model
from mvit_core.model import PRESETS, MViT
from mvit_core.model.cost import layer_costs
from mvit_core.model.products import CPU_TILE_BYTES
from tests.oracle import plain_attention

Timed = Callable[[], object]


def measure(rounds: int) -> Section:
    """The gates of capture, in time and in bytes."""
    torch.manual_seed(0)
    model, peer = same_weights()
    clip = torch.randn(1, 3, 16, 224, 224)
    check_equality(model, peer, clip)
    with torch.inference_mode():
        times = interleaved(model, peer, clip, rounds)
        rows = ratio_rows(times) + size_rows(model, clip) + [row_latency(model, clip)]
    note = f"MViTv2-S 16x4, 1x3x16x224x224, float32, one thread, process time, {rounds} rounds"
    return Section("Capture", note, rows)


def same_weights() -> tuple[MViT, nn.Module | None]:
    """Our MViTv2-S, and torchvision's with the same weights where it is installed."""
    video = torchvision_video()
    if video is None:
        return MViT(PRESETS["mvit_v2_s_16x4"]).eval(), None
    peer = video.mvit_v2_s().eval()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.pth"
        torch.save(peer.state_dict(), path)
        return load_model(path, preset="mvit_v2_s_16x4", device="cpu").model, peer


def check_equality(model: MViT, peer: nn.Module | None, clip: torch.Tensor) -> None:
    """Wrong code has no speed worth knowing."""
    for threads in (2, 1):
        torch.set_num_threads(threads)
        record = capture(model, clip)
        with torch.no_grad():
            assert torch.equal(record.logits, model(clip)), "capture changed the output"
            if peer is not None:
                torch.testing.assert_close(record.logits, peer(clip), atol=1e-5, rtol=1e-4)
    for layer in (record.layers[3], record.layers[15]):
        torch.testing.assert_close(
            layer.attention(), plain_attention(layer.inputs).float(), atol=2e-6, rtol=1e-4
        )


def interleaved(
    model: MViT, peer: nn.Module | None, clip: torch.Tensor, rounds: int
) -> list[dict[str, float]]:
    """Process seconds of each contender in each round, after one round of warm-up."""
    products = matrix_products(model, clip)
    contenders: dict[str, Timed] = {
        "plain": lambda: model(clip),
        "capture": lambda: capture(model, clip),
        "maps": lambda: [layer.attention() for layer in capture(model, clip).layers],
        "products": lambda: [torch.matmul(a, b, out=c) for a, b, c in products],
    }
    if peer is not None:
        contenders["torchvision"] = lambda: peer(clip)
    torch.set_num_threads(1)
    times = [
        {name: _seconds(call, time.process_time) for name, call in contenders.items()}
        for _ in range(rounds + 1)
    ][1:]
    torch.set_num_threads(2)
    walls = [
        {
            f"{name} wall": _seconds(contenders[name], time.perf_counter)
            for name in ("plain", "capture")
        }
        for _ in range(4)
    ][1:]
    torch.set_num_threads(1)
    best = {name: median(wall[name] for wall in walls) for name in walls[0]}
    return [{**each, **best} for each in times]


def _seconds(call: Timed, clock: Callable[[], float]) -> float:
    start = clock()
    call()
    return clock() - start


Product = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def matrix_products(model: MViT, clip: torch.Tensor) -> list[Product]:
    """Operands and outputs of every matrix product of one forward pass: the machine's floor.

    Attention is taken in tiles of rows, as a cache wants it, and outputs are memory that is
    already there.
    """
    products: list[tuple[torch.Tensor, torch.Tensor]] = []

    def hear(layer: nn.Module, given: tuple[torch.Tensor], _: torch.Tensor) -> None:
        products.append((given[0].flatten(0, -2), layer.weight.T))

    handles = [m.register_forward_hook(hear) for m in model.modules() if isinstance(m, nn.Linear)]
    record = capture(model, clip)
    for handle in handles:
        handle.remove()
    for layer, block in zip(record.layers, model.blocks, strict=True):
        heads, nq, nk = layer.map_shape[1:]
        dim = layer.inputs.q.shape[-1]
        rows = max(CPU_TILE_BYTES // (heads * nk * 4), 16)
        for start in range(0, nq, rows):
            part = min(rows, nq - start)
            products.append((torch.randn(heads, part, dim), torch.randn(heads, dim, nk)))
            products.append((torch.randn(heads, part, nk), torch.randn(heads, nk, dim)))
        tokens = block.norm1.normalized_shape[0]
        products.append((torch.randn(_entering(layer), tokens), block.attn.qkv.weight.T))
    return [(a, b, a @ b) for a, b in products]


def _entering(layer: object) -> int:
    t, y, x = layer.inputs.input_shape  # type: ignore[attr-defined]
    return 1 + t * y * x


def ratio_rows(times: list[dict[str, float]]) -> list[Row]:
    """The gates of time."""

    def ratio(over: str, under: str) -> float:
        return median(each[over] / each[under] for each in times)

    def gate(metric: str, value: float, must: float) -> Row:
        return Row(metric, f"{value:.2f}", f"<= {must}", value <= must)

    rows = []
    if "torchvision" in times[0]:
        rows += [
            gate("forward with capture / torchvision plain", ratio("capture", "torchvision"), 0.75),
            Row("plain forward / torchvision plain", f"{ratio('plain', 'torchvision'):.2f}"),
        ]
    else:
        rows.append(Row("beside torchvision", "not installed: `make bench` brings it"))
    rows += [
        gate("forward with capture / plain forward", ratio("capture", "plain"), 1.05),
        gate("all full maps in float32 / plain forward", ratio("maps", "plain"), 1.12),
        gate("plain forward / its matrix products alone", ratio("plain", "products"), 1.9),
        Row("plain forward, process time", f"{median(t['plain'] for t in times):.2f} s"),
        Row("two threads, wall: plain, with capture",
            f"{times[0]['plain wall']:.2f} s, {times[0]['capture wall']:.2f} s"),
    ]  # fmt: skip
    return rows


def size_rows(model: MViT, clip: torch.Tensor) -> list[Row]:
    """What is kept over what full maps would take: heard for S, counted for B and L."""
    record = capture(model, clip)
    share = record.nbytes / sum(layer.attention_bytes for layer in record.layers)
    rows = [Row("kept bytes / full maps, S 16x4", f"{share:.2f}", "<= 0.25", share <= 0.25)]
    for name, must in (("mvit_v2_b_32x3", 0.13), ("mvit_v2_l_40x3", 0.05)):
        share = counted_share(name)
        rows.append(Row(f"kept bytes / full maps, {name}", f"{share:.3f}", f"<= {must}",
                        share <= must))  # fmt: skip
    return rows


def counted_share(preset: str) -> float:
    """Bytes of pooled queries and keys over bytes of maps, from the grids alone."""
    kept = full = 0
    for cost in layer_costs(PRESETS[preset]):
        tokens = 2
        for shape in (cost.q_shape, cost.k_shape):
            t, y, x = shape
            tokens += t * y * x
        kept += cost.heads * tokens * cost.head_dim * 4
        full += cost.attention_bytes
    return kept / full


def row_latency(model: MViT, clip: torch.Tensor) -> Row:
    """The slowest layer's picked row, all heads."""
    record = capture(model, clip)
    slowest = 0.0
    for layer in record.layers:
        query = layer.q_grid.token_count // 2
        layer.row(query)
        times = [_seconds(lambda: layer.row(query), time.perf_counter) for _ in range(20)]  # noqa: B023
        slowest = max(slowest, median(times) * 1000)
    return Row("picked row, any layer, all heads", f"{slowest:.2f} ms", "<= 4 ms", slowest <= 4)
