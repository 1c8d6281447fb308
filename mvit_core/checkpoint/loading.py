"""From a path to a model that is ready to run, and a report of how."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import nn

from mvit_core.checkpoint.architecture import ConfigArgument, Decision, decide, is_left_out
from mvit_core.checkpoint.choice import LoadChoice
from mvit_core.checkpoint.contents import Contents, StateDict, read_contents
from mvit_core.checkpoint.evidence import (
    check_consistency,
    check_floating,
    check_unused,
    empty_model,
    mismatches,
    shapes_of,
)
from mvit_core.checkpoint.files import first_line
from mvit_core.checkpoint.labels import from_mapping, read_labels, shipped_labels
from mvit_core.checkpoint.report import LoadReport, listed
from mvit_core.checkpoint.tables import resize_tables
from mvit_core.errors import (
    ArchitectureError,
    CheckpointError,
    CheckpointReadError,
    MvitError,
    NeedsModelError,
    WeightsError,
)
from mvit_core.model import MViT
from mvit_core.model.config import MViTConfig
from mvit_core.model.head_config import HeadConfig, final_heads
from mvit_core.model.kernels import choice as race
from mvit_core.model.mvit import sincos_positions
from mvit_core.printable import printable
from mvit_core.system.devices import memory_errors_named, pick_device, weight_type
from mvit_core.video.clip import ClipSpec

__all__ = ["LoadedModel", "load_model"]

_UNFORESEEN = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, OSError,
    RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""Errors that libraries may raise over a file that no check foresaw."""

_ALIGNMENT = 64
"""Bytes; what torch aligns its own memory to, and its arithmetic by."""

_NAME_CHARACTERS = 300
"""Characters of a class name as it is shown; more are cut."""


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model with its weights, and all that came with them."""

    model: MViT
    """In evaluation mode, on ``device``; returns logits."""
    config: MViTConfig
    """The architecture."""
    clip_spec: ClipSpec
    """Preprocessing of the model's input."""
    classes: list[str] | None
    """Class names in the order of the logits; None where they are not known."""
    format: str
    """A key of ``FORMATS``."""
    report: LoadReport
    """Report of loading the file."""
    path: Path
    """The file."""
    device: torch.device
    """Device of the weights; ``meta`` where a capture file gave the model without them."""
    half: bool = False
    """The weights are in half precision, and so is the arithmetic."""
    choice: LoadChoice = field(default_factory=LoadChoice)
    """What was said beside the file."""
    stated_clip_spec: ClipSpec | None = None
    """Preprocessing as the file states it; ``clip_spec`` may be another since."""
    module: nn.Module | None = None
    """The user's own module, which runs in place of ``model``; that has no weights then."""

    @property
    def heads(self) -> tuple[HeadConfig, ...]:
        """The heads that predict classes, where the file has several or one of several layers."""
        return final_heads(self.config.heads)

    @property
    def has_weights(self) -> bool:
        """The weights are there, and ``model`` can be run."""
        return self.device.type != "meta"

    @property
    def runs_on(self) -> torch.device:
        """Device that it runs on; ``meta`` where a capture file gave it, which is not run."""
        return self.device if self.module is None else next(self.module.parameters()).device

    def check_weights(self, what: str) -> None:
        """See whether the weights are there, for whatever needs more than a run.

        Args:
            what: what they are needed for, as a message begins.

        Raises:
            NeedsModelError: a capture file gave the model, or it is a module of the user's own.
        """
        if self.module is not None:
            raise NeedsModelError(
                f"{what} needs the model's weights, and {self.path.name} is a module that is only "
                f"heard; save its state_dict and load that"
            )
        if not self.has_weights:
            raise NeedsModelError(
                f"{what} needs a run of the model, and a capture file holds none; load "
                f"{self.path.name}"
            )

    def moved(
        self, device: str | torch.device | None = None, half: bool | None = None
    ) -> "LoadedModel":
        """This model elsewhere, or in another precision; the weights are moved, not copied.

        Full precision after half does not bring back the digits that were dropped.

        Args:
            device: auto, cpu, cuda, ...; None leaves it where it is.
            half: in half precision; None leaves it as it is.

        Raises:
            CheckpointError: there is no such device.
            DeviceMemoryError: the weights do not fit into its memory.
        """
        if self.module is not None:
            raise CheckpointError(
                f"{self.path.name} gives a module that stays where its code put it; move it there"
            )
        place = self.device if device is None else pick_device(device)
        half = self.half if half is None else half
        if self.device.type == "cuda":
            torch.cuda.empty_cache()  # what a failed attempt left behind
        model = _placed(self.model, place, half)
        return replace(self, model=model, device=place, half=half)


def load_model(  # noqa: PLR0913 - each is a choice of its own
    path: str | Path,
    config: ConfigArgument = None,
    preset: str | None = None,
    labels: str | Path | Sequence[str] | None = None,
    device: str | torch.device = "auto",
    *,
    weights: str | None = None,
    head: str | None = None,
    half: bool = False,
    on_step: Callable[[], None] | None = None,
) -> LoadedModel:
    """Open a checkpoint of any format in ``FORMATS``; returns the model, in evaluation mode.

    Args:
        path: the checkpoint.
        config: a PySlowFast YAML (path or text), the upstream's own configuration as a mapping,
            or an ``MViTConfig``; goes before one inside the file, and may resize position tables.
        preset: a name in ``PRESETS``, for files without a configuration.
        labels: a file of class names, or the names.
        device: auto, cpu, cuda, cuda:1, mps, ...
        weights: which network of a file that holds several, by the name of its entry.
        head: which head gives the logits, of a file that has several.
        half: weights and arithmetic in half precision: float16, on the CPU bfloat16.
        on_step: called every few milliseconds; raising from it ends the load.

    Raises:
        CheckpointReadError: the file cannot be read, or must not be.
        ArchitectureError: it cannot be told, contradicts the weights, or has no such head.
        WeightsError: weights are missing, misshapen or not finite.
        LabelsError: the class names cannot be understood.
        CheckpointError: there is no such device.
        DeviceMemoryError: the weights do not fit into the device's memory.
    """
    step = on_step or (lambda: None)
    try:
        place = pick_device(device)
        chosen = LoadChoice(config, preset, labels, weights, head)
        loaded = _loaded(_path(path), chosen, step)
        return replace(loaded, model=_placed(loaded.model, place, half), device=place, half=half)
    except MvitError:
        raise
    except _UNFORESEEN as error:
        raise _unforeseen(path, error) from error


def _unforeseen(path: str | Path, error: Exception) -> CheckpointError:
    return CheckpointError(
        f"{printable(Path(path).name, 200)} cannot be loaded ({type(error).__name__}: "
        f"{first_line(error)[:200]}); check that weights, configuration and class names "
        "belong together and fit into memory"
    )


def _path(path: object) -> Path:
    if not isinstance(path, str | Path):
        raise CheckpointReadError(
            f"the checkpoint is of type {type(path).__name__}; give its path as text or a Path"
        )
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise CheckpointReadError(f"{path} names no user's folder; give the whole path") from error


def _loaded(path: Path, choice: LoadChoice, step: Callable[[], None]) -> LoadedModel:
    """The model in full precision on the CPU."""
    step()
    contents = read_contents(path, step, weights=choice.weights)
    step()
    found = decide(contents, choice.config, choice.preset, choice.head)
    step()
    model, report = _filled(contents, found, step)
    step()
    named = _classes(choice.labels, contents, found.architecture, report.missing)
    report = replace(report, warnings=(*report.warnings, *named.notes), class_names=named.origin)
    return LoadedModel(
        model.eval(), found.architecture, found.clip, named.names, found.format.name,
        report, path, torch.device("cpu"), choice=choice, stated_clip_spec=found.clip,
    )  # fmt: skip


def _placed(model: MViT, place: torch.device, half: bool) -> MViT:
    if place.type == "cpu":
        race()  # raced here rather than within the first clip
    with memory_errors_named("this model's weights", place, half=half):
        return model.to(place, weight_type(place, half))


def _filled(
    contents: Contents, decision: Decision, step: Callable[[], None]
) -> tuple[MViT, LoadReport]:
    """The network with the file's weights in it, and the report."""
    architecture = decision.architecture
    model = empty_model(architecture)
    shapes = shapes_of(model)
    state = decision.heads.renamed(decision.format.convert(contents.tensors, architecture))
    check_floating(state, shapes)
    check_consistency(state, step)
    state, resized = resize_tables(state, shapes, architecture, decision.trained_grid)
    wrong = mismatches(state, shapes)
    if wrong:
        raise ArchitectureError(
            f"weights and architecture disagree: {listed(wrong, 2)}; give the configuration the "
            "weights were built from"
        )
    unused = {name: value for name, value in state.items() if name not in shapes}
    expected = {n: v for n, v in unused.items() if is_left_out(n, decision.format, architecture)}
    check_unused(
        architecture,
        decision.origin,
        {name: value for name, value in unused.items() if name not in expected},
    )
    missing = tuple(name for name in shapes if name not in state)
    substitutes, warnings = _substitutes(missing, shapes, architecture)
    kept = _all_owned({name: state[name] for name in shapes if name in state}, step)
    model.load_state_dict({**kept, **substitutes}, assign=True)
    report = LoadReport(
        format=decision.format.name,
        decided_from=decision.origin,
        weights=contents.weights,
        networks=tuple(contents.networks) if len(contents.networks) > 1 else (),
        converted=_conversions(contents, state, shapes),
        missing=missing,
        unexpected=tuple(sorted(unused)),
        resized=resized,
        warnings=(
            *filter(None, (contents.note,)),
            *decision.warnings,
            *warnings,
            *_left_unread(contents),
        ),
    )
    return model, report


def _left_unread(contents: Contents) -> list[str]:
    """Sentences on further networks of the file, and on objects that are no weights."""
    notes = []
    others = [name or "the file itself" for name in contents.networks if name != contents.weights]
    if others:
        notes.append(
            f"the file holds further networks: {listed(others, 8)}; read is "
            f"{contents.weights or 'the file itself'}, and another can be chosen"
        )
    if contents.ignored_classes:
        ignored = listed(contents.ignored_classes, 8)
        notes.append(f"objects beside the weights were not read: {ignored}")
    return notes


def _all_owned(state: StateDict, step: Callable[[], None]) -> StateDict:
    """Weights in full precision, each in memory of its own."""
    taken: set[int] = set()
    owned: StateDict = {}
    for name, value in state.items():
        step()
        owned[name] = _owned(value, taken)
    return owned


def _owned(value: torch.Tensor, taken: set[int]) -> torch.Tensor:
    """In full precision, in memory that no other weight and no longer storage shares."""
    value = value.float() if value.is_floating_point() else value
    place = value.data_ptr()
    is_alone = value.untyped_storage().nbytes() == value.nbytes and place not in taken
    taken.add(place)
    if is_alone and value.is_contiguous() and not place % _ALIGNMENT:
        return value
    return value.contiguous().clone()


def _substitutes(
    missing: tuple[str, ...], shapes: Mapping[str, torch.Size], architecture: MViTConfig
) -> tuple[StateDict, list[str]]:
    """Weights that may be missing, and words about each; all others are refused."""
    substitutes: StateDict = {}
    words = []
    if "head.projection.weight" in missing and "head.projection.bias" in missing:
        for name in ("head.projection.weight", "head.projection.bias"):
            substitutes[name] = torch.zeros(shapes[name])
        words.append("no classifier in the file: attention only, all class scores are equal")
    if "pos_embed" in missing and architecture.use_fixed_sincos_pos:
        cls = int(architecture.has_cls_embed)
        substitutes["pos_embed"] = sincos_positions(
            architecture.embed_dim, architecture.patch_grid, cls
        )
    for name in missing:
        if name.endswith(".num_batches_tracked"):  # counts training steps, changes nothing
            substitutes[name] = torch.zeros((), dtype=torch.long)
    refused = [name for name in missing if name not in substitutes]
    if refused:
        raise WeightsError(
            f"the file lacks {len(refused)} weights that the architecture needs: "
            f"{listed(refused)}; they would be random, so use a complete file or the "
            "configuration that these weights were built from"
        )
    return substitutes, words


def _conversions(
    contents: Contents, state: StateDict, shapes: Mapping[str, torch.Size]
) -> tuple[str, ...]:
    """Weights that changed name or shape on their way, found again by their memory."""
    theirs = {value.data_ptr(): name for name, value in contents.tensors.items()}
    told = []
    for name in shapes:
        source = theirs.get(state[name].data_ptr()) if name in state else None
        if source is not None and contents.wrapper + source != name:
            told.append(f"{contents.wrapper}{source} -> {name}")
    return tuple(told)


@dataclass(frozen=True)
class _Named:
    """Names of the classes, None where they are not known, and where they were found."""

    names: list[str] | None = None
    origin: str = ""
    notes: tuple[str, ...] = ()


def _classes(
    labels: str | Path | Sequence[str] | None,
    contents: Contents,
    architecture: MViTConfig,
    missing: Sequence[str],
) -> _Named:
    """Names of the classes where their number is the classifier's, and words about it."""
    count = architecture.num_classes
    if "head.projection.weight" in missing or not count:
        return _Named()
    if labels is not None:
        origin = Path(labels).name if isinstance(labels, str | Path) else "the list passed"
        return _counted(read_labels(labels), count, origin)
    beside = from_mapping(contents.beside) if contents.beside is not None else None
    for names, origin in ((contents.class_names, "the file"), (beside, "config.json")):
        if names is not None:
            return _counted(names, count, origin)
    shipped = shipped_labels(count)
    if shipped is None or (count == 400 and architecture.patch_2d) or architecture.heads:
        return _Named()  # of a head behind others, the number of classes alone says nothing
    data_set = "Kinetics-400" if count == 400 else "ImageNet-1k"
    note = f"class names are those of {data_set}: the head has {count} classes"
    return _Named(list(shipped), data_set, (note,))


def _counted(names: Sequence[str], count: int, origin: str) -> _Named:
    if len(names) == count:
        return _Named([printable(name, _NAME_CHARACTERS) for name in names], origin)
    note = f"{origin} has {len(names)} class names and the head {count} classes: indices are shown"
    return _Named(notes=(note,))
