"""Peers that the product does not depend on.

``python -m benchmarks.peers RUNTIME FOLDER`` traces torchvision's MViTv2-S of the folder's
weights for another runtime and runs it once. It is a process of its own under limits, because
tracers of whole networks took 19 GB before, and must not end the benchmark.
"""

import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import torch
from torch import Tensor, nn

TRACE_BYTES = 10 << 30
"""Address space that a tracer may take."""
TRACE_SECONDS = 120
"""Seconds of wall time that a tracer may take."""

Run = Callable[[], Tensor]
"""A forward pass of a peer; its logits."""


def torchvision_video() -> ModuleType | None:
    """``torchvision.models.video``, or None where torchvision is not installed.

    Its compiled operators do not load beside a CPU build of torch, and its Python code registers
    shapes for them at import, so their names are declared first. No operator is called here.
    """
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return None
    if "torchvision" not in sys.modules:
        source = (Path(spec.origin).parent / "_meta_registrations.py").read_text()
        names = set(re.findall(r"register_meta\(\"(\w+)\"", source)) | {"nms"}
        names |= set(re.findall(r"torchvision::(\w+)", source))
        library = torch.library.Library("torchvision", "DEF")
        for name in names:
            library.define(f"{name}(Tensor x) -> Tensor")
        torchvision_video.library = library  # type: ignore[attr-defined]  # lives as long as we
    from torchvision.models import video

    return video


def peer_module(name: str) -> ModuleType | None:
    """A peer by its module's name, None where it is not installed or cannot be loaded."""
    try:
        return import_module(name)
    except (ImportError, OSError, RuntimeError):
        return None


def run_by(name: str, model: nn.Module, clip: Tensor) -> Run | str:
    """A network run by another runtime on one thread, or why it is not.

    Args:
        name: a row of ``RUNTIMES``.
        model: torchvision's MViTv2-S.
        clip: (1, 3, 16, 224, 224).
    """
    runtime = RUNTIMES[name]
    if any(peer_module(module) is None for module in runtime.modules):
        return "not installed: `make bench` brings it"
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given.pt"
        torch.save((model.state_dict(), clip), given)
        command = [sys.executable, "-m", "benchmarks.peers", name, folder]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TRACE_SECONDS)
        except subprocess.TimeoutExpired:
            return f"cannot trace this network within {TRACE_SECONDS} s"
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
            return f"cannot trace or run this network within {TRACE_BYTES >> 30} GiB: {last[:90]}"
        return runtime.load(Path(folder), clip)


def trace(name: str, folder: Path) -> None:
    """Write the network of a folder for another runtime, and run it once."""
    import resource  # not on Windows

    resource.setrlimit(resource.RLIMIT_AS, (TRACE_BYTES, TRACE_BYTES))
    video = torchvision_video()
    assert video is not None  # else nobody asks for a trace
    weights, clip = torch.load(folder / "given.pt", weights_only=True)  # noqa: TID251 - our own
    model = video.mvit_v2_s().eval()
    model.load_state_dict(weights)
    with _quietly():
        RUNTIMES[name].write(model, clip, folder)
    RUNTIMES[name].load(folder, clip)()


def _write_onnx(model: nn.Module, clip: Tensor, folder: Path) -> None:
    exported = torch.onnx.export(model, (clip,), dynamo=True, optimize=False, verbose=False)
    assert exported is not None  # None is given by the older exporter alone
    exported.save(folder / "model.onnx")


def _load_onnx(folder: Path, clip: Tensor) -> Run:
    runtime: Any = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    path = str(folder / "model.onnx")
    session = runtime.InferenceSession(path, options, ["CPUExecutionProvider"])
    given = {session.get_inputs()[0].name: clip.numpy()}
    return lambda: torch.from_numpy(session.run(None, given)[0])


def _write_openvino(model: nn.Module, clip: Tensor, folder: Path) -> None:
    runtime: Any = import_module("openvino")
    converted = runtime.convert_model(torch.export.export(model, (clip,)))
    runtime.save_model(converted, folder / "model.xml", compress_to_fp16=False)


def _load_openvino(folder: Path, clip: Tensor) -> Run:
    runtime: Any = import_module("openvino")
    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = runtime.Core().compile_model(str(folder / "model.xml"), "CPU", settings)
    return lambda: torch.from_numpy(compiled([clip.numpy()])[0])


@dataclass(frozen=True)
class Runtime:
    """How another runtime takes a network over."""

    modules: tuple[str, ...]
    """What must be installed."""
    write: Callable[[nn.Module, Tensor, Path], None]
    """Traces a network on a clip and writes it into a folder."""
    load: Callable[[Path, Tensor], Run]
    """Reads the network from a folder, to be run on one thread."""


RUNTIMES: Mapping[str, Runtime] = MappingProxyType(
    {
        "ONNX Runtime": Runtime(("onnxruntime", "onnxscript"), _write_onnx, _load_onnx),
        "OpenVINO": Runtime(("openvino",), _write_openvino, _load_openvino),
    }
)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without gradients, and without what tracers say about shapes that are fixed here."""
    with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
        warnings.simplefilter("ignore")
        yield


if __name__ == "__main__":
    trace(sys.argv[1], Path(sys.argv[2]))
