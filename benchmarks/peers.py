"""Peers that the product does not depend on."""

import re
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor, nn

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


def onnx_runtime(model: nn.Module, clip: Tensor) -> Run | str:
    """A network run by ONNX Runtime on one thread, or why it is not."""
    runtime = peer_module("onnxruntime")
    if runtime is None or peer_module("onnxscript") is None:
        return "not installed: `make bench` brings it"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        try:
            with _quietly():
                exported = torch.onnx.export(
                    model, (clip,), dynamo=True, optimize=False, verbose=False
                )
                assert exported is not None  # None is given by the older exporter alone
                exported.save(path)
            options = runtime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            session = runtime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
        except Exception as error:  # each step fails in a library's own way
            return _reason(error)
    given = {session.get_inputs()[0].name: clip.numpy()}
    return lambda: torch.from_numpy(session.run(None, given)[0])


def openvino(model: nn.Module, clip: Tensor) -> Run | str:
    """A network run by OpenVINO on one thread, or why it is not."""
    runtime = peer_module("openvino")
    if runtime is None:
        return "not installed: `make bench` brings it"
    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    try:
        with _quietly():
            converted = runtime.convert_model(torch.export.export(model, (clip,)))
        compiled = runtime.Core().compile_model(converted, "CPU", settings)
    except Exception as error:  # each step fails in a library's own way
        return _reason(error)
    return lambda: torch.from_numpy(compiled([clip.numpy()])[0])


@contextmanager
def _quietly() -> Iterator[None]:
    """Without gradients, and without what tracers say about shapes that are fixed here."""
    with warnings.catch_warnings(), torch.inference_mode(False), torch.no_grad():
        warnings.simplefilter("ignore")
        yield


def _reason(error: Exception) -> str:
    words = str(error).strip().splitlines() or [type(error).__name__]
    return f"cannot run this network: {words[0][:90]}"
