"""Describes a module in memory as a loaded model, which the path downward takes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeGuard

import torch
from torch import Tensor, nn

from mvit_core.adapters.own_recorder import own_network
from mvit_core.attention.record import AttentionRecord
from mvit_core.checkpoint import FORMATS, LoadChoice, LoadedModel, LoadReport
from mvit_core.checkpoint.evidence import empty_model
from mvit_core.checkpoint.labels import read_labels
from mvit_core.errors import CaptureError, OwnCodeError
from mvit_core.geometry import Triple
from mvit_core.model import MViT
from mvit_core.model.config import MViTConfig
from mvit_core.own_model.architecture import Parts, parts_of
from mvit_core.own_model.running import run_module
from mvit_core.system.own_code import call_code, not_allowed
from mvit_core.video.clip import ClipSpec

__all__ = ["captured_module", "load_code"]


def captured_module(
    module: nn.Module,
    clip_spec: ClipSpec | None = None,
    classes: Sequence[str] | None = None,
    *,
    name: str = "",
) -> LoadedModel:
    """Describe a module in memory as a model that ``Explainer`` runs as it is.

    The module is run once on noise: each map is compared with its own softmax, and what its parts
    say of grids and classes with what it gives. ``Explainer(loaded).capture(video, window)`` and
    capture files take the result; what needs weights in our form (evidence, effects of heads,
    changes, features) raises ``NeedsModelError``. A network of ours is taken with its weights.

    Args:
        module: a network of PySlowFast, torchvision, timm, pytorchvideo or OpenMMLab, a module
            around one, or ours. It stays on its device, in its mode.
        clip_spec: preprocessing of its input; by default as the code base publishes it, for the
            size that positions are built for.
        classes: class names in the order of the scores; None where they are not known.
        name: what it is called; its class by default.

    Raises:
        CaptureError: no layer is known, a layer is refused, the module gives no scores, or nothing
            tells the size of its input.
        OwnCodeError: the module's own code fails on such an input.
        ArchitectureError: its parts are those of no network.
    """
    own, name = own_network(module), name or type(module).__name__
    if own is not None:
        return _own(own, clip_spec, classes, name)
    parts = parts_of(module)
    shape = _input_shape(parts, clip_spec)
    config = _config(parts, shape, run_module(module, _noise(parts, shape)), name)
    return LoadedModel(
        model=empty_model(config).eval(),
        config=config,
        clip_spec=clip_spec or FORMATS[_format(parts)].clip(config),
        classes=_names(classes, config, name),
        format=_format(parts),
        report=_report(parts, clip_spec, classes),
        path=Path(name),
        device=torch.device("meta"),
        module=module,
    )


def load_code(
    text: str, file: Path, labels: Path | None = None, is_allowed: bool = True
) -> LoadedModel:
    """Run the user's own code that builds a model, and describe what it returns.

    The function takes nothing and returns a module of torch, or a module and the ``ClipSpec`` of
    its input.

    Args:
        text: ``package.file:function``, as it was allowed (``system/own_code.py``).
        file: the file that was allowed.
        labels: a file of class names; None where they are not known.
        is_allowed: False where a file asks for the code, such as a session: it is never run then.

    Raises:
        LabelsError: the class names cannot be understood.
        OwnCodeError: the code was not allowed, cannot be run, or returns something else.
        CaptureError: the module cannot be recorded.
        ArchitectureError: its parts are those of no network.
    """
    if not is_allowed:
        raise not_allowed(text)
    classes = None if labels is None else read_labels(labels)
    made = call_code(text, file)
    module, *further = made if isinstance(made, tuple) and made else (made,)
    spec = further[0] if further else None
    if not isinstance(module, nn.Module) or len(further) > 1 or not _is_spec(spec):
        kinds = ", ".join(type(part).__name__ for part in (module, *further))
        raise OwnCodeError(
            f"{text} returns {kinds}; allowed is a module of torch, alone or with the ClipSpec of "
            f"its input"
        )
    loaded = captured_module(module.eval(), spec, classes, name=text)
    choice = LoadChoice(labels=labels, module=text, code=file)
    return replace(loaded, choice=choice, stated_clip_spec=loaded.clip_spec)


def _is_spec(spec: object) -> TypeGuard[ClipSpec | None]:
    return spec is None or isinstance(spec, ClipSpec)


def _config(parts: Parts, shape: Triple, record: AttentionRecord, name: str) -> MViTConfig:
    """The architecture, compared with a run."""
    count = record.logits.shape[1]
    if not count:
        raise CaptureError(
            f"{name} gives no scores (B, classes), so it has no predictions to show; record it "
            f"with mvit_core.recording"
        )
    config = parts.config(shape, count)
    grids = [(layer.q_shape, layer.k_shape) for layer in record.layers]
    if grids != list(config.block_grids(shape)):
        raise CaptureError(f"{name} has other grids than its pools say: {grids[0]} in its first")
    return config


def _own(
    own: MViT, clip_spec: ClipSpec | None, classes: Sequence[str] | None, name: str
) -> LoadedModel:
    """A network of ours, with its weights; it is run as it is, so its mode must be right."""
    if own.training:
        raise CaptureError(
            f"{name} is in training mode, in which dropout changes every run; call .eval() first"
        )
    weights = next(own.parameters())
    report = LoadReport("pyslowfast", "the module itself", class_names="the module" * bool(classes))
    return LoadedModel(
        model=own,
        config=own.config,
        clip_spec=clip_spec or FORMATS["pyslowfast"].clip(own.config),
        classes=_names(classes, own.config, name),
        format="pyslowfast",
        report=report,
        path=Path(name),
        device=weights.device,
        half=weights.element_size() < 4,
    )


def _input_shape(parts: Parts, clip_spec: ClipSpec | None) -> Triple:
    if clip_spec is not None:
        return clip_spec.frames, clip_spec.size, clip_spec.size
    shape = parts.input_shape
    if shape is None or shape[1] != shape[2]:
        raise CaptureError(
            f"nothing in the module tells the size of its input ({shape or 'no positions'}); give "
            f"it with clip_spec=ClipSpec(frames=..., size=...)"
        )
    return shape


def _noise(parts: Parts, shape: Triple) -> Tensor:
    """An input on which attention is not even; the random numbers of the user's code stay."""
    channels = int(getattr(parts.network.patch, "in_channels", 3))
    return torch.randn(1, channels, *shape, generator=torch.Generator().manual_seed(0))


def _format(parts: Parts) -> str:
    is_pictures = parts.adapter.name == "mmaction2" and parts.is_image
    return "mmpretrain" if is_pictures else parts.adapter.name


def _names(classes: Sequence[str] | None, config: MViTConfig, name: str) -> list[str] | None:
    if classes is not None and len(classes) != config.num_classes:
        raise CaptureError(
            f"{name} gives {config.num_classes} scores and has {len(classes)} class names; give "
            f"one for each"
        )
    return None if classes is None else [str(each) for each in classes]


def _report(parts: Parts, clip_spec: ClipSpec | None, classes: Sequence[str] | None) -> LoadReport:
    report = LoadReport(
        format=_format(parts),
        decided_from="the module itself, which is run as it is",
        class_names="the module" if classes is not None else "",
    )
    if clip_spec is not None:
        return report
    title = FORMATS[report.format].title
    note = f"preprocessing is that which {title} publishes; the module's own code may differ"
    return replace(report, warnings=(note,))
