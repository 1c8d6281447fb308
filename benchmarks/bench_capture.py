"""Capture beside the plain forward, torchvision's, and the machine's own matrix products.

Everything runs in one process, interleaved, on the same weights; equality is asserted before
anything is timed. Figures are medians of ratios within a round.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import torch
from torch import nn

from benchmarks.equality import check_equality
from benchmarks.peers import torchvision_video
from benchmarks.results import Row, Section, gate
from mvit_core import AttentionRecorder, capture, load_model
from mvit_core.attention.record import AttentionRecord, LayerAttention
from mvit_core.attention.recorder import Keep
from mvit_core.attribution import METHODS, Query
from mvit_core.model import PRESETS, MViT
from mvit_core.model.cost import layer_costs
from mvit_core.model.products import tiles_of

Timed = Callable[[], object]

RECORD = "mvit_v2_s_16x4"
CLASS = 3
"""Index of the class whose gradient is taken."""


def measure(rounds: int) -> Section:
    """The gates of capture, in time and in bytes."""
    torch.manual_seed(0)
    model, peer = same_weights()
    clip = torch.randn(1, 3, 16, 224, 224)
    equal = check_equality(model, peer, clip)
    with torch.inference_mode():
        times = interleaved(model, peer, clip, rounds)
        record = capture(model, clip)
        rows = [Row("equality before timing", equal), *ratio_rows(times), *size_rows(record)]
        rows += view_rows(record)
    rows += gradient_rows(model, clip) + gpu_rows(model, clip)
    note = f"MViTv2-S 16x4, 1x3x16x224x224, float32, one thread, process time, {rounds} rounds"
    return Section("Capture", note, rows)


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


def interleaved(
    model: MViT, peer: nn.Module | None, clip: torch.Tensor, rounds: int
) -> list[dict[str, float]]:
    """Process seconds of each contender in each round, after one round of warm-up."""
    products = matrix_products(model, clip)
    recorder = AttentionRecorder(model, keep=Keep(full_maps=True))

    def with_maps() -> None:
        with recorder:
            model(clip)

    contenders: dict[str, Timed] = {
        "plain": lambda: model(clip),
        "capture": lambda: capture(model, clip),
        "maps": with_maps,
        "rebuilt": lambda: [layer.attention() for layer in capture(model, clip).layers],
        "products": lambda: [torch.matmul(a, b, out=c) for a, b, c in products],
    }
    if peer is not None:
        contenders["torchvision"] = lambda: peer(clip)
    torch.set_num_threads(1)
    times = [
        {name: seconds(call, time.process_time) for name, call in contenders.items()}
        for _ in range(rounds + 1)
    ][1:]
    torch.set_num_threads(2)
    walls = [
        {
            f"{name} wall": seconds(contenders[name], time.perf_counter)
            for name in ("plain", "capture")
        }
        for _ in range(4)
    ][1:]
    torch.set_num_threads(1)
    best = {name: median(wall[name] for wall in walls) for name in walls[0]}
    return [{**each, **best} for each in times]


def seconds(call: Timed, clock: Callable[[], float]) -> float:
    """Time one call."""
    start = clock()
    call()
    return clock() - start


Product = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def matrix_products(model: MViT, clip: torch.Tensor) -> list[Product]:
    """Operands and outputs of every matrix product of one forward pass: the machine's floor.

    Attention is taken in the tiles of the forward pass, without positions, and outputs are
    memory that is already there.
    """
    products: list[tuple[torch.Tensor, torch.Tensor]] = []

    def hear(layer: nn.Module, given: tuple[torch.Tensor], _: torch.Tensor) -> None:
        products.append((given[0].flatten(0, -2), layer.weight.T))

    handles = [m.register_forward_hook(hear) for m in model.modules() if isinstance(m, nn.Linear)]
    record = capture(model, clip)
    for handle in handles:
        handle.remove()
    for layer, block in zip(record.layers, model.blocks, strict=True):
        _, heads, nq, nk = layer.map_shape
        q, k = layer.inputs.q.flatten(0, 1), layer.inputs.k.flatten(0, 1)
        v, weights = torch.randn_like(k), torch.rand(heads, nq, nk)
        for tile in tiles_of((heads, nq, nk), q):
            products.append((q[tile.maps, tile.rows], k[tile.maps].transpose(1, 2)))
            products.append((weights[tile.maps, tile.rows], v[tile.maps]))
        t, y, x = layer.inputs.input_shape
        tokens = torch.randn(1 + t * y * x, block.norm1.normalized_shape[0])
        products.append((tokens, block.attn.qkv.weight.T))
    return [(a, b, a @ b) for a, b in products]


def ratio_rows(times: list[dict[str, float]]) -> list[Row]:
    """The gates of time."""

    def ratio(over: str, under: str) -> float:
        return median(each[over] / each[under] for each in times)

    rows = []
    if "torchvision" in times[0]:
        rows += [
            gate("forward with capture / torchvision plain", ratio("capture", "torchvision"), 0.75),
            Row("plain forward / torchvision plain", f"{ratio('plain', 'torchvision'):.2f}"),
        ]
    else:
        rows.append(Row("beside torchvision", "not installed: `make bench` brings it"))
    return [
        *rows,
        gate("forward with capture / plain forward", ratio("capture", "plain"), 1.05),
        gate("forward with every full map / plain forward", ratio("maps", "plain"), 1.12),
        Row("every full map rebuilt later / plain forward", f"{ratio('rebuilt', 'plain'):.2f}"),
        gate("plain forward / its matrix products alone", ratio("plain", "products"), 1.9),
        Row("plain forward, process time", f"{median(t['plain'] for t in times):.2f} s"),
        Row(
            "two threads, wall: plain, with capture",
            f"{times[0]['plain wall']:.2f} s, {times[0]['capture wall']:.2f} s",
        ),
    ]


def size_rows(record: AttentionRecord) -> list[Row]:
    """Compare bytes kept with those of full maps: measured for S, computed for B and L."""
    share = record.nbytes / sum(layer.attention_bytes for layer in record.layers)
    rows = [gate("kept bytes / full maps, S 16x4", share, 0.25)]
    for name, must in (("mvit_v2_b_32x3", 0.13), ("mvit_v2_l_40x3", 0.05)):
        rows.append(gate(f"kept bytes / full maps, {name}", counted_share(name), must, digits=3))
    return rows


def counted_share(preset: str) -> float:
    """Bytes of queries, keys, rows and sums over bytes of maps, from the grids alone."""
    kept = full = 0
    for cost in layer_costs(PRESETS[preset]):
        (qt, qy, qx), (kt, ky, kx) = cost.q_shape, cost.k_shape
        queries, keys = 1 + qt * qy * qx, 1 + kt * ky * kx
        pooled = (queries + keys) * cost.head_dim
        kept += cost.heads * (pooled + queries + 2 * keys) * 4
        full += cost.attention_bytes
    return kept / full


def view_rows(record: AttentionRecord) -> list[Row]:
    """The slowest block of each map, all heads."""
    rows = [gate("picked row, any layer, all heads", slowest(record, middle_row), 4, unit=" ms")]
    for name, method in METHODS.items():
        query: Query = (0, 1, 1) if method.needs_query else "readout"
        worst = slowest(record, partial(method.maps, record, query=query))
        rows.append(gate(f"maps of any block, {name}, all heads", worst, 16, unit=" ms"))
    return rows


def middle_row(layer: LayerAttention) -> torch.Tensor:
    """The row of the query in the middle."""
    return layer.row(layer.q_grid.token_count // 2)


def slowest(record: AttentionRecord, view: Callable[[LayerAttention], object]) -> float:
    """Milliseconds of a view of the layer that takes longest, wall, median of 15."""
    worst = 0.0
    for layer in record.layers:
        view(layer)
        times = [seconds(partial(view, layer), time.perf_counter) for _ in range(15)]
        worst = max(worst, median(times) * 1000)
    return worst


def gradient_rows(model: MViT, clip: torch.Tensor) -> list[Row]:
    """Time the gradient of every map: one backward pass, and dO v^T by tiles."""
    with torch.no_grad():
        plain = median(seconds(lambda: model(clip), time.process_time) for _ in range(3))
    passes = [seconds(lambda: capture(model, clip, CLASS), time.process_time) for _ in range(2)]
    record = capture(model, clip, CLASS)

    def rebuild() -> None:
        for layer in record.layers:
            for _ in layer.gradient_tiles():
                pass

    rebuilt = min(seconds(rebuild, time.process_time) for _ in range(2))
    held = record.nbytes / 2**20
    return [
        Row("capture with gradients / plain forward", f"{min(passes) / plain:.2f}"),
        Row("gradient of every map, by tiles / plain forward", f"{rebuilt / plain:.2f}"),
        Row("kept with gradients", f"{held:.0f} MiB"),
    ]


def gpu_rows(model: MViT, clip: torch.Tensor) -> list[Row]:
    """Absolute times where there is a CUDA device."""
    if not torch.cuda.is_available():
        return [Row("on a GPU", "none on this machine")]
    rows = []
    for dtype in (torch.float32, torch.float16):
        model.to("cuda", dtype)
        given = clip.to("cuda", dtype)
        rows += [
            gpu_row(f"CUDA, {dtype}, plain", model, given),
            gpu_row(f"CUDA, {dtype}, with capture", partial(capture, model), given),
        ]
    model.to("cpu", torch.float32)
    return rows


def gpu_row(what: str, run: Callable[[torch.Tensor], object], given: torch.Tensor) -> Row:
    """Wall time until the device is done, median of 10 after a warm-up."""

    def synchronized() -> None:
        run(given)
        torch.cuda.synchronize()

    with torch.inference_mode():
        times = [seconds(synchronized, time.perf_counter) for _ in range(12)][2:]
    return Row(what, f"{median(times) * 1000:.1f} ms")
