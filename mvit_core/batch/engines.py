"""Engines that run the shards of a batch: what each must do, and the table of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mvit_core.batch.local import LocalEngine, shared_out
from mvit_core.batch.ray_engine import RayEngine, check_ray
from mvit_core.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mvit_core.batch.shards import Shard
    from mvit_core.batch.work import Counts, Work

__all__ = ["ENGINES", "Engine", "EngineKind", "engine_kind"]


class Engine(Protocol):
    """Runs shards by ``run_shard``, wherever its processes are."""

    def run(
        self,
        shards: Iterable[Shard],
        on_progress: Callable[[Counts], None],
        is_stopped: Callable[[], bool],
    ) -> Counts:
        """Run shards to their end, or those in flight where the run is stopped.

        Args:
            shards: to be done.
            on_progress: called again and again with the clips done.
            is_stopped: asked again and again; no shard is given out after it says so.

        Raises:
            MvitError: a model cannot be loaded, or a file cannot be written.
        """


@dataclass(frozen=True)
class EngineKind:
    """A row of ``ENGINES``."""

    title: str
    """What runs the shards, for the help of the command line."""
    make: Callable[[Work], Engine]
    check: Callable[[str | None], None] = lambda _: None
    """Refuses, before anything is loaded, what it has no use of: its cluster's address may be
    wrong, or what it needs is not installed (``EngineError``)."""
    has_address: bool = False
    """It can run on a cluster that is there already."""


def _local(work: Work) -> LocalEngine:
    workers, threads = shared_out(work)
    return LocalEngine(work.folder, work.clips, work.spec, work.make, workers, threads)


ENGINES: Mapping[str, EngineKind] = {
    "local": EngineKind("processes of this machine", _local),
    "ray": EngineKind("actors of a cluster of Ray", RayEngine, check_ray, has_address=True),
}
"""Engines by their name on the command line."""


def engine_kind(name: str, address: str | None) -> EngineKind:
    """The engine of a name, which can be made for an address.

    Args:
        name: a key of ``ENGINES``.
        address: of a cluster; None for none.

    Raises:
        EngineError: there is no such engine, it has no use of an address, or what it needs is not
            there.
    """
    kind = ENGINES.get(name)
    if kind is None:
        raise EngineError(f"there is no engine {name!r}; allowed are {', '.join(ENGINES)}")
    if address is not None and not kind.has_address:
        able = ", ".join(name for name, each in ENGINES.items() if each.has_address)
        raise EngineError(
            f"an address of a cluster was given, and the engine {name} runs on none; choose the "
            f"engine {able}, or give no address"
        )
    kind.check(address)
    return kind
