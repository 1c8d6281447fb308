"""Capture beside the plain forward, torchvision's, and the machine's own matrix products.

Everything runs in one process, interleaved, on the same weights; equality is asserted before
anything is timed. Figures are medians of ratios within a round.
"""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import torch

from benchmarks.contenders import (
    RECORD,
    Times,
    is_fast_here,
    old_and_new,
    ours,
    peers,
    ratio,
    rounds_of,
    same_weights,
    seconds,
    threads,
    wall_times,
)
from benchmarks.equality import check_equality
from benchmarks.gradients import gradient_rows
from benchmarks.peaks import peak_rows
from benchmarks.peers import RUNTIMES
from benchmarks.results import Row, Section, gate
from mvit_core import capture
from mvit_core.attention.record import AttentionRecord, LayerAttention
from mvit_core.attribution import METHODS, Query
from mvit_core.model import PRESETS, MViT
from mvit_core.model.cost import layer_costs
from mvit_core.model.kernels import choice
from mvit_core.system.cores import core_count

OTHERS = ("mvit_v1_b_16x4", "mvit_v2_b_32x3")
"""Further presets that are timed by old kernels and new."""
FEW_ROUNDS = 2
"""Rounds of measurements that take long, or for which two figures suffice."""

BUSY = 1.5
"""More processes than cores; from here on, wall times of two threads say nothing."""

NO_WORSE = 1.05
"""Over old kernels, where oneDNN is not so much faster: the noise of a ratio."""


def measure(rounds: int) -> Section:
    """The gates of capture, in time and in bytes."""
    note = f"MViTv2-S 16x4, 1x3x16x224x224, float32, one thread, process time, {rounds} rounds"
    return Section("Capture", note, all_rows(rounds))


def all_rows(rounds: int) -> Iterator[Row]:
    """Measure one group after the other; what takes longest comes last."""
    torch.manual_seed(0)
    model, peer = same_weights()
    clip = torch.randn(1, 3, 16, 224, 224)
    yield Row("matrix products by", choice().reason)
    yield Row("equality before timing", check_equality(model, peer, clip))
    with torch.inference_mode(), threads(1):
        others, missing = peers(peer, clip)
        times = rounds_of({**ours(model, clip), **others}, rounds, time.process_time)
        groups = [peer_rows(times, missing), ratio_rows(times), first_rows(times)]
        record = capture(model, clip)
        groups += [size_rows(record), view_rows(record)]
    for group in groups:
        yield from group
    with threads(1):
        yield from gradient_rows(model, clip, FEW_ROUNDS)
    yield from peak_rows()
    yield from gpu_rows(model, clip)
    yield from wall_rows(model, clip)
    for preset in OTHERS:
        yield preset_row(preset)


def peer_rows(times: list[Times], missing: dict[str, str]) -> list[Row]:
    """Compare with other runtimes on the same network and weights."""
    rows = [Row(f"beside {name}", why) for name, why in missing.items()]
    if "torchvision" not in times[0]:
        return rows
    must = 0.45 if is_fast_here() else 0.75
    rows.append(
        gate(
            "forward with capture / torchvision plain",
            ratio(times, "capture", "torchvision"),
            must,
        )
    )
    for name in ("plain", *RUNTIMES):
        if name in times[0]:
            figure = f"{ratio(times, name, 'torchvision'):.2f}"
            rows.append(Row(f"{name} forward / torchvision plain", figure))
    return rows


def ratio_rows(times: list[Times]) -> list[Row]:
    """The gates of time beside our own plain forward."""
    return [
        gate("forward with capture / plain forward", ratio(times, "capture", "plain"), 1.08),
        gate("forward with every full map / plain forward", ratio(times, "maps", "plain"), 1.20),
        Row("every full map rebuilt later / plain forward",
            f"{ratio(times, 'rebuilt', 'plain'):.2f}"),
        gate("plain forward / its best products alone", ratio(times, "plain", "products"), 1.6),
        Row("plain forward, process time", f"{median(t['plain'] for t in times):.2f} s"),
    ]  # fmt: skip


def first_rows(times: list[Times]) -> list[Row]:
    """Capture over capture by torch's own products, of this model."""
    rows = [old_row(RECORD, times)]
    if "onednn" in times[0]:
        figure = f"{ratio(times, 'onednn', 'old'):.2f}"
        rows.append(Row("capture by oneDNN, chosen or not / by torch's own products", figure))
    return rows


def preset_row(preset: str) -> Row:
    """Capture over capture by torch's own products, of another model."""
    model = MViT(PRESETS[preset]).eval()
    clip = torch.randn(1, 3, *PRESETS[preset].input_shape)
    contenders = {"capture": partial(capture, model, clip), **old_and_new(model, clip)}
    with torch.inference_mode(), threads(1):
        return old_row(preset, rounds_of(contenders, FEW_ROUNDS, time.process_time))


def old_row(preset: str, times: list[Times]) -> Row:
    """The gate of one model."""
    must = 0.58 if is_fast_here() else NO_WORSE
    return gate(
        f"capture / capture by torch's own products, {preset}",
        ratio(times, "capture", "old"),
        must,
    )


def wall_rows(model: MViT, clip: torch.Tensor) -> list[Row]:
    """Compare on two threads by wall time, on a machine that has two cores to spare."""
    metric, cores = "two threads, wall: capture / capture by torch's own products", core_count()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > cores + BUSY:
        return [Row(metric, f"skipped: {load:.0f} processes wait for {cores} cores")]
    with torch.inference_mode():
        times = wall_times(model, clip, FEW_ROUNDS)
    plain, captured = (median(each[name] for each in times) for name in ("plain", "capture"))
    return [
        gate(metric, ratio(times, "capture", "old"), 0.60 if is_fast_here() else NO_WORSE),
        Row("two threads, wall: plain, with capture", f"{plain:.2f} s, {captured:.2f} s"),
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
