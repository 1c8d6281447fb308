"""Peers that the product does not depend on."""

import re
import sys
import tempfile
import warnings
from collections.abc import Callable
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
    if runtime is None:
        return "not installed: `make bench` brings it"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        problem = _exported(model, clip, path)
        if problem:
            return problem
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = runtime.InferenceSession(str(path), options, ["CPUExecutionProvider"])
    given = {session.get_inputs()[0].name: clip.numpy()}
    return lambda: torch.from_numpy(session.run(None, given)[0])


def openvino(model: nn.Module, clip: Tensor) -> Run | str:
    """A network run by OpenVINO on one thread, or why it is not."""
    runtime = peer_module("openvino")
    if runtime is None:
        return "not installed: `make bench` brings it"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        problem = _exported(model, clip, path)
        if problem:
            return problem
        core = runtime.Core()
        read = core.read_model(str(path))
    settings = {"INFERENCE_NUM_THREADS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(read, "CPU", settings)
    return lambda: torch.from_numpy(compiled([clip.numpy()])[0])


def _exported(model: nn.Module, clip: Tensor, path: Path) -> str:
    """Write a network as ONNX; why that failed, or nothing."""
    try:
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")  # the tracer's, about shapes that are fixed here
            torch.onnx.export(model, (clip,), str(path), dynamo=False)
    except (ImportError, RuntimeError, ValueError) as error:
        return f"the export failed: {str(error).strip().splitlines()[0][:90]}"
    return ""
