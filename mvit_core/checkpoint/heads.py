"""Finds the heads of a file: runs of LayerNorms and Linears behind the trunk, by their shapes.

A head whose output others take is a run of features, never of classes. A square one (as many
channels leave as enter) lies between its source and all that could read the same source.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from mvit_core.checkpoint.contents import StateDict
from mvit_core.checkpoint.report import listed
from mvit_core.errors import ArchitectureError
from mvit_core.model.head_config import HeadConfig, HeadLayer, final_heads, head_path
from mvit_core.printable import brief

__all__ = ["FoundHeads", "find_heads"]

_PLAIN = "head.projection"
"""The one linear layer that classifiers have."""

_TRUNK = re.compile(
    r"(?:blocks|box_blocks|rev_backbone|stage_norms|patch_embed|norm|norm_stem|norm_embed|fuse|hogs"
    r"|pred_head|decoder_embed|head\.norm)\."
)
"""Weights that are no head's."""

_LAYER = re.compile(r"(?P<path>.+)\.(?:weight|bias)$")
_INDEXED = re.compile(r"(?P<parent>.+)\.(?P<index>\d{1,4})$")


@dataclass(frozen=True)
class FoundHeads:
    """The heads of a file and its weights under the names that the network gives them."""

    heads: tuple[HeadConfig, ...]
    """() for the one linear layer of a classifier, or for none."""
    chosen: str
    """The head that gives the logits; "" where there is no choice."""
    renames: Mapping[str, str]
    """Paths of layers in the file to those in the network."""
    notes: tuple[str, ...] = ()
    """Notes for readers of the result."""

    def renamed(self, state: StateDict) -> StateDict:
        """The weights under the network's names."""
        return {_renamed(name, self.renames): value for name, value in state.items()}


def find_heads(state: StateDict, width: int, wanted: str | None = None) -> FoundHeads:
    """Find the heads among weights under our names.

    Args:
        state: the weights.
        width: channels that the trunk gives; 0 where it cannot be told.
        wanted: name of the head that is to give the logits, or its end where that is unique.

    Raises:
        ArchitectureError: no head has that name, or several do.
    """
    groups = _groups(state)
    heads = _arranged(groups, width)
    if not heads:
        _check_wanted(wanted, (), _PLAIN in groups)
        return FoundHeads((), "", {})
    if len(heads) == 1 and _is_plain(heads[0]):
        _check_wanted(wanted, heads, plain=True)
        (path,) = _paths(heads[0], groups)
        return FoundHeads((), "", {} if path == _PLAIN else {path: _PLAIN})
    chosen = _choose(heads, wanted)
    renames = {
        path: f"head.{head.name.replace('.', '_')}.{layer.key.replace('.', '_')}"
        for head in heads
        for layer, path in zip(head.layers, _paths(head, groups), strict=True)
    }
    return FoundHeads(heads, chosen, renames, tuple(_notes(heads, chosen)))


def _renamed(name: str, renames: Mapping[str, str]) -> str:
    layer = _LAYER.match(name)
    if layer is None or layer["path"] not in renames:
        return name
    return renames[layer["path"]] + name[len(layer["path"]) :]


_Group = dict[str, HeadLayer]
"""Layers of a head by their whole path."""


def _groups(state: StateDict) -> dict[str, _Group]:
    """Runs of layers by the path of what holds them."""
    layers = {
        found["path"]: layer
        for name, value in state.items()
        if name.endswith(".weight") and not _TRUNK.match(name) and (found := _LAYER.match(name))
        if (layer := _layer(found["path"], value, state)) is not None
    }
    groups: dict[str, _Group] = {}
    for path, layer in layers.items():
        indexed = _INDEXED.match(path)
        group = groups.setdefault(indexed["parent"] if indexed else path, {})
        group[path] = replace(layer, key=indexed["index"] if indexed else "projection")
    apart: dict[str, _Group] = {}
    for name, group in groups.items():
        ordered = dict(sorted(group.items(), key=lambda item: _position(item[1])))
        if _is_chain(list(ordered.values())):
            apart[name] = ordered
        else:  # a list of heads, each a layer of its own
            apart |= {
                path: {path: replace(layer, key="projection")} for path, layer in group.items()
            }
    return {
        name: group
        for name, group in apart.items()
        if any(layer.kind == "linear" for layer in group.values())
    }


def _layer(path: str, weight: Tensor, state: StateDict) -> HeadLayer | None:
    bias = f"{path}.bias" in state
    if weight.ndim == 2:
        return HeadLayer(path, "linear", int(weight.shape[1]), int(weight.shape[0]), bias)
    if weight.ndim == 1 and bias and f"{path}.running_mean" not in state:
        return HeadLayer(path, "norm", int(weight.shape[0]), int(weight.shape[0]))
    return None


def _position(layer: HeadLayer) -> int:
    return int(layer.key) if layer.key.isdecimal() else 0


def _is_chain(layers: Sequence[HeadLayer]) -> bool:
    return all(one.outputs == other.inputs for one, other in itertools.pairwise(layers))


def _arranged(groups: Mapping[str, _Group], width: int) -> tuple[HeadConfig, ...]:
    """The groups that can be reached from the trunk, each with what it reads."""
    names = _short_names(list(groups))
    left = {names[path]: tuple(group.values()) for path, group in groups.items()}
    if not width and "head" in left:
        width = left["head"][0].inputs
    found: list[HeadConfig] = []
    sources = [("", width)]
    while sources:
        source, channels = sources.pop(0)
        readers = [name for name, layers in left.items() if layers[0].inputs == channels]
        squares = [name for name in readers if left[name][-1].outputs == channels]
        if len(squares) == 1 and len(readers) > 1:
            readers = squares
        for name in readers:
            head = HeadConfig(name, left.pop(name), source)
            found.append(head)
            sources.append((name, head.classes))
    return tuple(found)


def _short_names(paths: Sequence[str]) -> dict[str, str]:
    """The shortest ends of paths that tell them apart; ``head`` for the plain one."""
    names = {}
    for path in paths:
        parts = path.split(".")
        ends = (".".join(parts[-count:]) for count in range(1, len(parts) + 1))
        own = (end for end in ends if not end.split(".")[0].isdecimal())
        names[path] = next((e for e in own if sum(_ends(p, e) for p in paths) == 1), path)
        if path in (_PLAIN, "head"):
            names[path] = "head"
    return names


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith(f".{end}")


def _is_plain(head: HeadConfig) -> bool:
    """One linear layer; without its bias only a name of its own tells that none is lost."""
    single = len(head.layers) == 1 and not head.reads
    return single and (head.layers[0].bias or head.name == "head")


def _paths(head: HeadConfig, groups: Mapping[str, _Group]) -> list[str]:
    names = _short_names(list(groups))
    return next(list(group) for path, group in groups.items() if names[path] == head.name)


def _check_wanted(wanted: str | None, heads: Sequence[HeadConfig], plain: bool) -> None:
    allowed = {"head", "projection", _PLAIN} if plain else set()
    if wanted is None or wanted in allowed | {head.name for head in heads}:
        return
    raise ArchitectureError(
        f"no head {brief(wanted, 60)}: the file has "
        f"{'one head alone, named head' if plain else 'none'}; leave out head="
    )


def _choose(heads: Sequence[HeadConfig], wanted: str | None) -> str:
    finals = final_heads(heads)
    if wanted is None:
        return finals[0].name
    fitting = [head for head in finals if head.name == wanted] or [
        head for head in finals if head.name.endswith(wanted) or wanted.endswith(f".{head.name}")
    ]
    if len(fitting) != 1:
        raise ArchitectureError(
            f"{'several heads are' if fitting else 'no head is'} called {brief(wanted, 60)}; the "
            f"file has {_counted(finals)}: choose one of them with head="
        )
    return fitting[0].name


def _counted(heads: Sequence[HeadConfig]) -> str:
    return listed([f"{head.name} ({head.classes} classes)" for head in heads], 8)


def _notes(heads: Sequence[HeadConfig], chosen: str) -> list[str]:
    finals, notes = final_heads(heads), []
    if len(finals) > 1:
        notes.append(
            f"the file has several heads: {_counted(finals)}; shown is {chosen}, choose another "
            "with head= (--head-name)"
        )
    path = head_path(heads, chosen)
    if len(path) > 1:
        between = ", ".join(f"{head.name} ({head.classes})" for head in path[:-1])
        notes.append(f"{chosen} reads features, not classes: {between}")
    gaps = [head.name for head in path if _has_gap(head)]
    if gaps:
        notes.append(
            f"layers without weights lie between those of {listed(gaps)}: taken for dropout; if "
            "they are activations, the scores are wrong"
        )
    return notes


def _has_gap(head: HeadConfig) -> bool:
    """Are there places between two linear layers that the file says nothing about?"""
    places = [_position(layer) for layer in head.layers]
    return any(after - before > 1 for before, after in itertools.pairwise(places))
