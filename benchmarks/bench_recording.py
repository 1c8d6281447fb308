"""Networks of torchvision and timm recorded as they are: equal maps, and what hooks cost."""

import time
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from benchmarks.contenders import Timed, ratio, rounds_of, threads
from benchmarks.peers import peer_module, torchvision_video
from benchmarks.results import Row, Section, gate
from mvit_core import recording

VIDEO, IMAGE = (1, 3, 16, 224, 224), (1, 3, 224, 224)
NETWORKS = (
    ("torchvision", "mvit_v2_s", VIDEO),
    ("torchvision", "mvit_v1_b", VIDEO),
    ("timm", "mvitv2_tiny", IMAGE),
    ("timm", "mvitv2_small_cls", IMAGE),
)
"""Code base, network and input."""

MOST_DIFFERENT, MOST_TIME = 2e-6, 1.05


def measure(rounds: int) -> Section:
    """The gates of recording, one network after another."""
    note = (
        f"float32, one thread, random weights, process time, {rounds} interleaved rounds; hooks / "
        f"plain is one pass with and without a recording, after the module was compared once"
    )
    return Section("Recording", note, _rows(rounds))


def _rows(rounds: int) -> Iterator[Row]:
    for code_base, name, shape in NETWORKS:
        network = built(code_base, name)
        if isinstance(network, str):
            yield Row(f"{code_base} {name}", network)
            continue
        torch.manual_seed(0)
        with threads(1), torch.no_grad():
            yield from _measured(f"{code_base} {name}", network, torch.randn(shape), rounds)


def built(code_base: str, name: str) -> nn.Module | str:
    """A network of a peer with random weights, or why there is none."""
    video = torchvision_video()  # timm needs torchvision, too
    peer = video if code_base == "torchvision" or video is None else peer_module(code_base)
    if peer is None:
        return "not installed: `make bench` brings it"
    torch.manual_seed(0)
    made: nn.Module = (
        peer.create_model(name) if code_base == "timm" else getattr(peer, name)()
    ).eval()
    return made


def _measured(title: str, network: nn.Module, clip: Tensor, rounds: int) -> Iterator[Row]:
    plain, seen = _softmaxes(network, clip)
    with recording(network) as heard:
        said = network(clip)
    record = heard.record
    assert torch.equal(said, plain), f"{title}: the logits differ"
    assert len(record.layers) == len(seen), f"{title}: {len(seen)} softmaxes"
    worst = max(
        float((layer.attention() - attention).abs().max())
        for layer, attention in zip(record.layers, seen, strict=True)
    )
    layers = len(seen)
    del seen, record, heard
    yield Row(
        f"{title}: largest difference of a probability, {layers} layers",
        f"{worst:.1e}",
        f"<= {MOST_DIFFERENT:.0e}",
        worst <= MOST_DIFFERENT,
    )

    def recorded() -> None:
        with recording(network):
            network(clip)

    contenders: dict[str, Timed] = {"plain": lambda: network(clip), "hooks": recorded}
    times = rounds_of(contenders, rounds, time.process_time)
    yield gate(f"{title}: hooks / plain", ratio(times, "hooks", "plain"), MOST_TIME)
    started = time.process_time()
    with recording(network) as heard:
        network(clip)
    between = time.process_time()
    assert heard.record.layers
    lazy = time.process_time() - between
    yield Row(f"{title}: the record, once asked for / plain", f"{lazy / (between - started):.2f}")


def _softmaxes(network: nn.Module, clip: Tensor) -> tuple[Tensor, list[Tensor]]:
    """Logits and every attention map of a plain pass, heard by a patch of the tensor's method."""
    seen: list[Tensor] = []
    whole = Tensor.softmax

    def spy(tensor: Tensor, dim: int) -> Tensor:
        made = whole(tensor, dim)
        if tensor.ndim == 4:
            seen.append(made.clone())
        return made

    Tensor.softmax = spy  # type: ignore[assignment,method-assign]  # undone below
    try:
        return network(clip), seen
    finally:
        Tensor.softmax = whole  # type: ignore[method-assign]
