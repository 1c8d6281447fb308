"""Finds out where a result comes from while it is made."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Protocol

import torch

from mvit_core.attribution import MapSpec
from mvit_core.capture_file.description import StoredModel
from mvit_core.captured import WindowCapture
from mvit_core.checkpoint import LoadedModel
from mvit_core.explaining.changes import Changes
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.model.kernels import choice
from mvit_core.pipeline import Explainer
from mvit_core.provenance.command import command_line, why_no_command
from mvit_core.provenance.digests import file_facts
from mvit_core.provenance.document import request_json, settled
from mvit_core.provenance.facts import (
    ClipFacts,
    FileFacts,
    ModelFacts,
    Provenance,
    RunFacts,
    SourceFacts,
    WindowFacts,
)
from mvit_core.system.named_file import name_alone
from mvit_core.system.versions import version_of
from mvit_core.video import ClipWindow, Tiling, Video
from mvit_core.video.boxes import TimedBox

if sys.platform != "win32":
    import resource

__all__ = [
    "PRODUCTS",
    "Origin",
    "Shown",
    "device_words",
    "model_facts",
    "provenance_of",
    "run_facts",
    "versions",
]

PACKAGES = ("mvit-lens", "torch", "numpy", "av", "opencv-python-headless")
"""What results depend on, beside Python."""

PRODUCTS = "products"
"""Name of the library that multiplies, among the versions: ``onednn`` or ``torch``."""

OnPiece = Callable[[], None]


class Shown(Protocol):
    """What a request says of its map: an ``ExportRequest``, or the one that a figure holds."""

    @property
    def map(self) -> MapSpec:
        """The map."""

    @property
    def changes(self) -> Changes:
        """What is changed in the network and on the clip."""

    @property
    def tiling(self) -> Tiling:
        """How windows lie over the clip."""

    @property
    def boxes(self) -> tuple[TimedBox, ...]:
        """Boxes of a detection model."""


def _nothing() -> None:
    """Nobody asked to be told."""


def provenance_of(
    kind: str,
    output: str,
    sources: Sequence[tuple[Explainer, Video]],
    request: object,
    shown: Shown,
    words: Sequence[str] | None = None,
    on_piece: OnPiece = _nothing,
) -> Provenance:
    """Where a result comes from, before its windows are known.

    Args:
        kind: the command that makes it: export, figure, report; or ``window``.
        output: name of its file.
        sources: explainers and clips; its own first.
        request: the whole request, a frozen value.
        shown: the map of it, and what is changed.
        words: options that say all of the request; None where there are none for a part of it.
        on_piece: called while files are read; what it raises ends the reading.

    Raises:
        ValueError: ``output`` is no name of a file.
    """
    found = Provenance(
        kind=kind,
        output=output,
        sources=tuple(source_facts(*each, on_piece) for each in sources),
        request=request_json(request),
        map=_settled(sources[0][0], shown),
        changes=shown.changes,
        tiling=shown.tiling,
        boxes=len(shown.boxes),
        versions=versions(),
    )
    command = command_line(found, words)
    why = "" if command else why_no_command(found)
    return settled(replace(found, command=command, no_command=why))


def source_facts(explainer: Explainer, video: Video, on_piece: OnPiece = _nothing) -> SourceFacts:
    """A clip and the model that looks at it, each by name and digest."""
    clip = _clip_facts(explainer, video, on_piece)
    stored = None if explainer.stored is None else explainer.stored.model
    model = model_facts(explainer.loaded, stored, on_piece)
    return SourceFacts(clip, model, explainer.loaded.clip_spec)


def _clip_facts(explainer: Explainer, video: Video, on_piece: OnPiece) -> ClipFacts:
    captured = None
    if explainer.stored is not None:
        clip = explainer.stored.clip
        captured = FileFacts(name_alone(clip.name), clip.size, clip.sha256)
    found = file_facts(video.path, on_piece)
    if video.identity.was_replaced():
        found = replace(found, sha256="")  # another file lies there than the one that is shown
    return ClipFacts(
        file=found,
        frame_count=video.frame_count,
        fps=float(video.fps),
        size=video.size,
        stream=video.stream,
        is_folder=video.is_folder,
        captured=captured,
    )


def model_facts(
    loaded: LoadedModel, stored: StoredModel | None = None, on_piece: OnPiece = _nothing
) -> ModelFacts:
    """A model by the name and digest of its file, and how it was read.

    Args:
        loaded: the model.
        stored: what a capture file says of it; the one that is told where there are no weights.
        on_piece: called while files are read; what it raises ends the reading.
    """
    runs = loaded.runs_on.type != "meta"
    if runs or stored is None:
        file = file_facts(loaded.path, on_piece)
    else:
        file = FileFacts(name_alone(stored.name), stored.size, stored.sha256)
    choice, stated = loaded.choice, loaded.stated_clip_spec
    config, labels = choice.config_file, choice.labels_file
    return ModelFacts(
        file=file,
        format=loaded.format,
        family=loaded.config.family,
        blocks=len(loaded.config.blocks),
        classes=loaded.config.num_classes,
        decided_from=loaded.report.decided_from,
        config=None if config is None else file_facts(config, on_piece),
        preset=choice.preset,
        labels=None if labels is None else file_facts(labels, on_piece),
        weights=choice.weights,
        head=choice.head,
        half=loaded.half,
        has_weights=runs,
        module=choice.module,
        code=None if choice.code is None else file_facts(choice.code, on_piece),
        is_named=choice.is_of_files and not (runs and file.is_nowhere and choice.module is None),
        stated_preprocessing=None if stated == loaded.clip_spec else stated,
    )


def _settled(explainer: Explainer, shown: Shown) -> MapSpec:
    """The map with its block: None of a request is the last."""
    spec, last = shown.map, len(explainer.loaded.config.blocks) - 1
    return replace(spec, block=last) if spec.block is None and spec.method not in EVIDENCE else spec


def versions() -> tuple[tuple[str, str], ...]:
    """Names and versions of what makes results, and the library that multiplies on the CPU.

    That is raced anew in every process, and the last digits of a product are its own.
    """
    found = [(name, version_of(name)) for name in PACKAGES]
    python, products = sys.version.split()[0], "onednn" if choice().onednn else "torch"
    known = ((name, number) for name, number in found if number)
    return (("python", python), *known, (PRODUCTS, products))


def device_words(device: torch.device) -> str:
    """The device of a run, by its name where it has one."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    return "none (read from a capture file)" if device.type == "meta" else device.type


@dataclass(frozen=True, eq=False)
class Origin:
    """The provenance of a file that is being written; each part is added when it is known."""

    provenance: Provenance
    device: torch.device
    began: float
    """On the clock of ``monotonic``, in seconds."""

    @classmethod
    def begin(
        cls, provenance: Provenance, device: torch.device, began: float | None = None
    ) -> "Origin":
        """Start the clock of a run, or take one that began earlier.

        Args:
            provenance: what is made, of what.
            device: on which the model runs.
            began: on the clock of ``monotonic``, in seconds; None is now.
        """
        return cls(provenance, device, monotonic() if began is None else began)

    def of(self, windows: Sequence[ClipWindow], first: WindowCapture | None = None) -> Provenance:
        """The provenance with the windows that were run; without compute facts.

        Args:
            windows: that the result is of.
            first: the first of them as it was run, whose classes name those of the map.
        """
        told, spec = self.provenance, self.provenance.map
        if first is not None and spec is not None and spec.method in EVIDENCE:
            told = replace(
                told,
                class_name=first.name_of(spec.target),
                against_name=first.name_of(spec.against),
            )
        seen = tuple(WindowFacts(each.index, tuple(each.frame_indices)) for each in windows)
        return replace(told, windows=seen)

    def run(self) -> RunFacts:
        """What the run took until now."""
        return run_facts(self.device, monotonic() - self.began)


def run_facts(device: torch.device, seconds: float | None = None) -> RunFacts:
    """Device, seconds and peak memory of the process; of a GPU, of the device."""
    peak: int | None = None
    if device.type == "cuda":
        peak = torch.cuda.max_memory_allocated(device)
    elif sys.platform != "win32":
        unit = 1 if sys.platform == "darwin" else 1024
        peak = unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return RunFacts(device_words(device), None if seconds is None else round(seconds, 3), peak)
