"""Maps of a batch as Zarr: a group for each model, in it an array for each method and key grid.

An array is (clip, window, head, t, y, x) in float16. Its axis ``head`` has all heads of all blocks
whose keys lie on this grid, block by block; attributes say which place is which. A model whose
blocks have several grids, or whose clips do, has several arrays, each named by method and grid.

One shard file of an array holds one window of the clips of one shard of the batch, so that no two
processes ever write to the same file, and no file is ever changed in part. Zarr encodes it in
memory; it takes its place in one step, as every file of a batch does. A clip without that window
or grid is no number (NaN).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from mvit_core.batch.kept_provenance import kept_provenance
from mvit_core.errors import ExportError
from mvit_core.system.atomic_file import whole_file
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import is_there, read_bounded

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from mvit_core.batch.head_rows import LayerValues
    from mvit_core.batch.shards import Shard

__all__ = [
    "FOLDER", "MAPS", "begin_maps", "check_zarr", "grow_maps", "map_row", "parse_maps", "write_maps"
]  # fmt: skip

MAPS = "maps"
"""Rows of this name are maps of a window, which become shard files."""

FOLDER = "maps.zarr"
_DIMENSIONS = ("clip", "window", "head", "t", "y", "x")
_MOST_CLIPS = 64
"""Clips in a piece that is compressed at once: one head of one window of each."""
_MOST_BYTES = 4 << 20
_UNITS = "sampled frames along t, pixels of the model's input along y and x"

_Layout = Mapping[str, Any]
"""What is known of an array before it is written: JSON values by name."""


@dataclass(frozen=True, eq=False)
class _Block:
    """Maps of one window that go into one array."""

    values: NDArray[np.float16]
    """(heads of all blocks, T, Y, X)."""
    attributes: Mapping[str, Any]


def parse_maps(text: str) -> tuple[str, ...]:
    """Methods from their command-line form: names with commas between them, each once.

    Raises:
        ExportError: one of them gives no map on the keys of a block.
    """
    from mvit_core.attribution import METHODS

    allowed = [name for name, method in METHODS.items() if method.grid == "k"]
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in allowed:
            raise ExportError(f"maps are {text!r}; allowed are {', '.join(allowed)}")
    return tuple(name for name in allowed if name in names)


def check_zarr() -> None:
    """See whether Zarr can be written.

    Raises:
        ExportError: zarr is not installed.
    """
    if find_spec("zarr") is None:
        raise ExportError(
            'maps are written as Zarr, and zarr is not installed: pip install "mvit-lens[batch]"'
        )


def map_row(
    layers: Sequence[LayerValues], methods: Sequence[str], key: Mapping[str, Any]
) -> dict[str, Any]:
    """The maps of one window as a row.

    Args:
        layers: of one run, with maps.
        methods: whose maps they have.
        key: columns of the row that say which window it is.
    """
    arrays: dict[str, _Block] = {}
    by_grid: dict[tuple[int, ...], list[LayerValues]] = defaultdict(list)
    for layer in layers:
        by_grid[layer.readout.shape[1:]].append(layer)
    for grid, those in by_grid.items():
        places = _places(those)
        for number, method in enumerate(methods):
            values = np.concatenate([layer.maps[number] for layer in those])  # type: ignore[index]
            attributes = {"method": method, "query": "readout", "units": _UNITS, **places}
            name = f"{method}-{'x'.join(map(str, grid))}"
            arrays[name] = _Block(values.astype(np.float16), attributes)
    return {**key, "arrays": arrays}


def begin_maps(folder: Path, checkpoints: Sequence[str], clips: int, shard: int) -> None:
    """Make the groups in the folder of a batch, where they are not there.

    Each says where it comes from, as ``run.json`` does: ``provenance`` of its attributes.

    Args:
        folder: of the batch, which is begun.
        checkpoints: names of its models.
        clips: in its list.
        shard: clips of a shard.

    Raises:
        ExportError: nothing can be written there.
    """
    top = folder / FOLDER
    groups = {top: {"clips": clips, "shard": shard, "checkpoints": list(checkpoints)}}
    groups |= {
        top / f"model-{number}": {"checkpoint": name} for number, name in enumerate(checkpoints)
    }
    text = kept_provenance(folder)
    told = {"provenance": load_json(text)} if text else {}
    for place, own in groups.items():
        attributes = {**own, **told}
        if not is_there(place / "zarr.json"):
            facts = {"zarr_format": 3, "node_type": "group", "attributes": attributes}
            _write(place, "zarr.json", json.dumps(facts, indent=1).encode())


def write_maps(folder: Path, shard: Shard, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the maps of one shard, and remove what it had and has no more.

    Args:
        folder: of the batch, after ``begin_maps``.
        shard: of the batch.
        rows: of ``map_row``.

    Raises:
        ExportError: a file cannot be written, or the groups are damaged.
    """
    top = folder / FOLDER
    written: set[Path] = set()
    kept = _facts(top)["attributes"]
    facts = {name: kept[name] for name in ("clips", "shard", "checkpoints")}
    for number, checkpoint in enumerate(facts["checkpoints"]):
        mine = [row for row in rows if row["checkpoint"] == checkpoint]
        for name in dict.fromkeys(name for row in mine for name in row["arrays"]):
            place = top / f"model-{number}" / name
            those = [row for row in mine if name in row["arrays"]]
            layout = {**facts, **those[0]["arrays"][name].attributes, "checkpoint": checkpoint}
            for window, inside in groupby(sorted(those, key=_window), key=_window):
                blocks = {row["clip_id"] - shard.first: row["arrays"][name] for row in inside}
                made = _encoded(blocks, layout)
                if not is_there(place / "zarr.json"):
                    _write(place, "zarr.json", made["zarr.json"])
                file = f"c.{shard.number}.{window}.0.0.0.0"
                if _FIRST in made:  # nothing is kept of what is no number everywhere
                    _write(place, file, made[_FIRST])
                    written.add(place / file)
    for left in set(top.glob(f"model-*/*/c.{shard.number}.*")) - written:
        left.unlink(missing_ok=True)


def grow_maps(folder: Path) -> None:
    """Let the axis ``window`` of each array reach as far as its shard files do.

    Processes on other machines may do the same meanwhile: each looks again after it wrote, so that
    what the last of them leaves is right.

    Raises:
        ExportError: a file cannot be written or is damaged.
    """
    for place in sorted((folder / FOLDER).glob("model-*/*/")):
        while is_there(place / "zarr.json"):
            facts = _facts(place)
            windows = [int(file.name.split(".")[2]) for file in place.glob("c.*.*")]
            most = 1 + max(windows, default=0)
            if facts["shape"][1] >= most:
                break
            facts["shape"][1] = most
            _write(place, "zarr.json", json.dumps(facts, indent=1).encode())


_FIRST = "c.0.0.0.0.0.0"


def _encoded(blocks: Mapping[int, _Block], layout: _Layout) -> dict[str, bytes]:
    """One shard file and the array's own facts, as Zarr has them.

    Args:
        blocks: maps by the place of their clip in the shard.
        layout: of the array.
    """
    import zarr
    from zarr.codecs import BloscCodec
    from zarr.storage import MemoryStore

    size, clips = layout["shard"], layout["clips"]
    inner = next(iter(blocks.values())).values.shape  # heads, T, Y, X
    values = np.full((size, 1, *inner), np.nan, np.float16)
    for place, block in blocks.items():
        values[place, 0] = block.values
    together = max(n for n in range(1, min(size, _MOST_CLIPS) + 1) if size % n == 0)
    kept: dict[str, Any] = {}
    array = zarr.create_array(
        MemoryStore(kept),
        shape=values.shape,
        shards=values.shape,
        chunks=(together, 1, 1, *inner[1:]),
        dtype="float16",
        fill_value=float("nan"),
        compressors=BloscCodec(cname="zstd", clevel=5, shuffle="bitshuffle"),
        dimension_names=_DIMENSIONS,
        attributes={k: v for k, v in layout.items() if k not in ("clips", "shard", "checkpoints")},
        chunk_key_encoding={"name": "default", "separator": "."},
    )
    array[...] = values
    made = {name: bytes(value.to_bytes()) for name, value in kept.items()}
    facts = load_json(made["zarr.json"])
    facts["shape"] = [clips, *values.shape[1:]]
    return made | {"zarr.json": json.dumps(facts, indent=1).encode()}


def _places(layers: Sequence[LayerValues]) -> dict[str, list[Any]]:
    """Which head of which block each place of the axis ``head`` is, and where its tokens lie."""
    found: dict[str, list[Any]] = {name: [] for name in _PLACE}
    for layer in layers:
        for head in range(len(layer.readout)):
            geometry = layer.geometry
            values = (layer.block, layer.stage, head, [*geometry.scale], [*geometry.offset])
            for name, value in zip(_PLACE, values, strict=True):
                found[name].append(value)
    return found


_PLACE = ("block", "stage", "head", "scale", "offset")
"""Attributes with a value for each place of the axis ``head``. The centre of token (t, y, x) is
``scale * (t, y, x) + offset``."""


def _window(row: Mapping[str, Any]) -> int:
    return int(row["window_index"])


def _facts(place: Path) -> dict[str, Any]:
    path = place / "zarr.json"
    with suppress(BadJson, KeyError, TypeError):
        facts: dict[str, Any] = load_json(read_bounded(path, _MOST_BYTES, ExportError))
        if facts["attributes"] is not None:
            return facts
    raise ExportError(f"{path} is damaged; remove {FOLDER} and the folder done, and run it again")


def _write(place: Path, name: str, content: bytes) -> None:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"the folder {place} cannot be made ({error.strerror})") from error
    with whole_file(place / name) as path:
        path.write_bytes(content)
