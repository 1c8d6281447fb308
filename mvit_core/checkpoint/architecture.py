"""Decides which network a file holds, from a configuration and the weights together.

In this order: the configuration that was passed, the one inside the file or beside it, the preset
that was named, a match of the weights against all presets. Never from a file name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mvit_core.checkpoint.configuration import configure, parse, parse_text
from mvit_core.checkpoint.contents import Contents, StateDict
from mvit_core.checkpoint.entry import CheckpointFormat, Configuration, Setup
from mvit_core.checkpoint.evidence import (
    Evidence,
    check_agreement,
    empty_model,
    mismatches,
    shapes_of,
    sized_as_weights,
    uneven_blocks,
    widths_as_told,
    with_evidence,
    without_last_pools,
)
from mvit_core.checkpoint.families import FAMILY_READERS, marked_family, reader_of
from mvit_core.checkpoint.formats import FORMATS
from mvit_core.checkpoint.heads import FoundHeads, find_heads
from mvit_core.checkpoint.report import listed
from mvit_core.checkpoint.strangers import stranger_of
from mvit_core.errors import ArchitectureError, NoMViTError, SeveralPresetsError
from mvit_core.geometry import Triple
from mvit_core.model.config import MViTConfig
from mvit_core.model.families import FAMILIES
from mvit_core.model.presets import PRESETS
from mvit_core.printable import brief
from mvit_core.video.clip import ClipSpec

__all__ = ["ConfigArgument", "Decision", "decide", "is_left_out"]

ConfigArgument = str | Path | Mapping[str, Any] | MViTConfig | None


ORIGINS: Mapping[str, str] = MappingProxyType(
    {
        "architecture": "the architecture that was passed",
        "given": "the configuration that was passed",
        "inside": "the configuration inside the file",
        "beside": "config.json beside the file",
        "preset": "preset {name}",
        "weights": "the weights, which match preset {name}",
    }
)
"""Sources that an architecture is decided from, in words; windows translate them."""


@dataclass(frozen=True)
class Decision:
    """The network that a file holds."""

    format: CheckpointFormat
    architecture: MViTConfig
    clip: ClipSpec
    origin: str
    """Source that it was decided from, in words."""
    warnings: tuple[str, ...]
    heads: FoundHeads
    """The heads of the file, and how their weights are called."""
    trained_grid: Triple | None = None
    """Patch grid of the configuration inside the file, where another one was passed."""


def decide(
    contents: Contents,
    config: ConfigArgument,
    preset: str | None,
    head: str | None = None,
) -> Decision:
    """Settle format and architecture of a file.

    Args:
        contents: the file.
        config: the configuration that was passed.
        preset: the preset that was named.
        head: the head that is to give the logits, where the file has several.

    Raises:
        ArchitectureError: the weights are no MViT, there is no such preset or head, nothing tells
            the architecture, two presets fit, or a configuration contradicts the weights.
        WeightsError: the weights are incomplete beyond recognition.
    """
    if preset is not None and (not isinstance(preset, str) or preset not in PRESETS):
        raise ArchitectureError(f"no preset {brief(preset)}; there are {', '.join(PRESETS)}")
    inside, trouble = _inside(contents)
    given = parse(config) if config is not None and not isinstance(config, MViTConfig) else None
    told = given if given is not None else inside
    entry = _recognise(contents, told)
    state = entry.convert(contents.tensors, None)
    heads = find_heads(state, Evidence.of(state).widths[-1], head)
    state = heads.renamed(state)
    evidence = Evidence.of(state)
    warnings = [trouble] if trouble else []
    stated = _stated(contents, entry, config, given, inside, preset)
    setup, origin = stated or _from_presets(entry, state, evidence, preset, trouble)
    if preset is not None and told is not None:
        warnings.append(f"preset {preset} was not used: {origin} goes first")
    architecture, told_by_weights = _settled(setup.architecture, origin, evidence, state)
    if architecture.readout not in ("classification_head", "none"):
        architecture = _with_heads(architecture, heads)
    notes = (*setup.notes, *heads.notes, *told_by_weights, *_uneven(entry, architecture))
    return Decision(
        entry, architecture, setup.clip, origin, (*warnings, *notes), heads, _grid(inside, entry)
    )


def _stated(
    contents: Contents,
    entry: CheckpointFormat,
    config: ConfigArgument,
    given: Configuration | None,
    inside: Configuration | None,
    preset: str | None,
) -> tuple[Setup, str] | None:
    """Reads the configuration, and says where it was found; None where there is none."""
    if isinstance(config, MViTConfig):
        return Setup(config, entry.clip(config)), ORIGINS["architecture"]
    if given is not None:
        return _configured(given, contents, entry), ORIGINS["given"]
    if inside is not None:
        return configure(inside, entry), ORIGINS["inside"]
    if preset is None and contents.beside is not None and entry.reads(contents.beside):
        return configure(contents.beside, entry), ORIGINS["beside"]
    return None


def _with_heads(architecture: MViTConfig, found: FoundHeads) -> MViTConfig:
    if not found.heads:
        return architecture
    classes = next(head.classes for head in found.heads if head.name == found.chosen)
    return replace(architecture, heads=found.heads, head_name=found.chosen, num_classes=classes)


def _inside(contents: Contents) -> tuple[Configuration | None, str]:
    """The configuration inside a file, and what is wrong with it."""
    found = contents.configuration
    if found is None:
        return None, ""
    try:
        parsed = parse_text(found) if isinstance(found, str) else parse(found)
    except ArchitectureError as error:
        return None, f"the configuration inside the file was not used: {error}"
    if not any(entry.reads(parsed) for entry in FORMATS.values()):
        model = parsed.get("MODEL")
        name = model.get("MODEL_NAME", "no MViT") if isinstance(model, Mapping) else "no MViT"
        return None, f"the configuration inside the file was not used: it describes {name}"
    return parsed, ""


def _grid(inside: Configuration | None, entry: CheckpointFormat) -> Triple | None:
    try:
        return None if inside is None else configure(inside, entry).architecture.patch_grid
    except ArchitectureError:
        return None  # another configuration was passed in its place


def _recognise(contents: Contents, configuration: Configuration | None) -> CheckpointFormat:
    state = contents.tensors
    if (stranger := stranger_of(state)) is not None:
        raise NoMViTError(f"{contents.path.name} is {stranger}")
    for entry in FORMATS.values():
        if entry.matches(state, configuration):
            return entry
    raise NoMViTError(
        f"{contents.path.name} is not an MViT: its weights are {listed(list(state), 3)}; "
        f"understood are {', '.join(entry.title for entry in FORMATS.values())}"
    )


def _configured(given: Configuration, contents: Contents, entry: CheckpointFormat) -> Setup:
    # Arguments of a network say nothing of its preprocessing; Hugging Face keeps that beside.
    beside = contents.beside or {}
    if "pretrained_cfg" in beside and entry.reads(given):
        given = {"pretrained_cfg": beside["pretrained_cfg"], **given}
    return configure(given, entry)


def _settled(
    architecture: MViTConfig, origin: str, evidence: Evidence, state: StateDict
) -> tuple[MViTConfig, list[str]]:
    """The architecture with what only the weights know, and words for each change."""
    _check_family(architecture, origin, state)
    check_agreement(architecture, origin, evidence)
    settled = with_evidence(architecture, evidence)
    words = []
    if settled.num_classes != architecture.num_classes:
        words.append(
            f"{origin} says {architecture.num_classes} classes, the weights have "
            f"{settled.num_classes}: the weights are followed"
        )
    pooled = without_last_pools(settled, state)
    if pooled != settled:
        words.append(
            "weights of 2021: blocks with key and value stride 1 have no such pools, and the "
            "norms after pooling use an epsilon of 1e-5"
        )
    return pooled, words


def _check_family(architecture: MViTConfig, origin: str, state: StateDict) -> None:
    """Refuse an architecture of a family for weights without its marks, and the converse."""
    for reader in FAMILY_READERS:
        said, found = architecture.family == reader.family, reader.marks(state)
        if reader.is_marked_always and said != found:
            title = f"of a {FAMILIES[reader.family].title}"
            raise ArchitectureError(
                f"{origin} {'is' if said else 'is not'} {title}, the weights "
                f"{'are' if found else 'are not'}; give the configuration that the weights were "
                "built from"
            )


def _uneven(entry: CheckpointFormat, architecture: MViTConfig) -> list[str]:
    blocks = [] if entry.interpolates else uneven_blocks(architecture)
    if not blocks:
        return []
    names = listed([str(index) for index in blocks])
    return [
        f"an input of {architecture.input_shape} does not divide evenly in blocks {names}: "
        f"relative positions are interpolated there, which {entry.title} cannot do"
    ]


def _from_presets(
    entry: CheckpointFormat,
    state: StateDict,
    evidence: Evidence,
    preset: str | None,
    trouble: str,
) -> tuple[Setup, str]:
    if preset is not None:
        architecture = _prepared(PRESETS[preset], entry, evidence, state)
        return _published(architecture, entry), ORIGINS["preset"].format(name=preset)
    found: dict[MViTConfig, list[str]] = {}
    for name, candidate in PRESETS.items():
        prepared = _fitting(candidate, entry, evidence, state)
        if prepared is not None:
            found.setdefault(prepared, []).append(name)
    if len(found) != 1:
        fitting = tuple(name for group in found.values() for name in group)
        question = _question(fitting, evidence, trouble)
        raise SeveralPresetsError(question, fitting) if fitting else ArchitectureError(question)
    ((architecture, names),) = found.items()
    exact = [name for name in names if PRESETS[name].input_shape == architecture.input_shape]
    origin = ORIGINS["weights"].format(name=(exact or names)[0])
    return _published(architecture, entry), origin


def _published(architecture: MViTConfig, entry: CheckpointFormat) -> Setup:
    """An architecture with its published preprocessing, and what its family wants said."""
    reader = reader_of(architecture.family)
    notes = () if reader is None else reader.notes(architecture)
    return Setup(architecture, entry.clip(architecture), notes)


def _question(names: tuple[str, ...], evidence: Evidence, trouble: str) -> str:
    start = f"{trouble}; " if trouble else "the file holds no configuration; "
    if names:
        return f"{start}the weights fit several presets: {', '.join(names)}; choose one of them"
    return (
        f"{start}no preset has {evidence.depth} blocks of "
        f"{evidence.widths[0]} to {evidence.widths[-1]} channels of this kind; give the one it was "
        "built from (a PySlowFast YAML or the upstream's arguments)"
    )


def _prepared(
    preset: MViTConfig, entry: CheckpointFormat, evidence: Evidence, state: StateDict
) -> MViTConfig:
    """A preset as it would be for these weights: their classes, layout, positions and size."""
    if preset.use_abs_pos:
        preset = replace(preset, sep_pos_embed=evidence.separable)
    adapted = entry.adapt(preset)
    if (reader := marked_family(state)) is not None:
        adapted = reader.adapt(adapted, state)
    if preset.depth != evidence.depth or preset.attention != "pooling":
        return adapted
    return sized_as_weights(with_evidence(adapted, evidence), state)


def _fitting(
    preset: MViTConfig, entry: CheckpointFormat, evidence: Evidence, state: StateDict
) -> MViTConfig | None:
    """The prepared preset if every weight has its place in it, else None."""
    if widths_as_told(preset, evidence) != evidence.widths:
        return None
    prepared = _prepared(preset, entry, evidence, state)
    shapes = shapes_of(empty_model(without_last_pools(prepared, state)))
    missing = [name for name in shapes if name not in state and not name.startswith("head.")]
    homeless = [name for name in state if name not in shapes and _is_ours(name, evidence.depth)]
    homeless = [name for name in homeless if not is_left_out(name, entry, prepared)]
    if missing or homeless or mismatches(state, shapes):
        return None
    return prepared


def _is_ours(name: str, depth: int) -> bool:
    block = re.match(r"(?:blocks|rev_backbone\.layers)\.(\d+)\.", name)
    if block:
        return int(block[1]) < depth
    return name.startswith(("pos_embed", "cls_token", "norm_stem", "fuse.", "box_blocks."))


def is_left_out(name: str, entry: CheckpointFormat, architecture: MViTConfig) -> bool:
    """Has the network no place for this weight by design of its format or its family?"""
    reader = reader_of(architecture.family)
    patterns = (entry.left_out, None if reader is None else reader.left_out)
    return any(pattern is not None and pattern.match(name) for pattern in patterns)
