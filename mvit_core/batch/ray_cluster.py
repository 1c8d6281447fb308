"""A cluster of Ray: one that is there, or one of this machine for as long as it is used."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import secrets
import socket
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

from mvit_core.errors import EngineError
from mvit_core.system.cores import core_count
from mvit_core.system.signals import deaf_to_ctrl_c, handlers_kept
from mvit_core.system.temporary_folder import passing_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mvit_core.batch.work import Work

__all__ = ["Places", "check_ray", "connected", "is_lost", "places_on"]

_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-_]{1,253}):([0-9]{1,5})")
_ON_THIS_MACHINE = "auto"
_ANSWER_SECONDS = 3.0

_STORE_BYTES = 100 << 20
"""Of a cluster of our own: lists of clips go through it, nothing large does."""

_LONGEST_FOLDER = 45
"""Characters of its folder: sockets in it have names of at most 107 with all that Ray adds."""

_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""What begins a connection of HTTP/2 (RFC 9113, 3.4), with empty settings."""

_IS_SETTINGS = slice(3, 4), b"\x04"
"""Where the type of the first frame of an answer stands, and which it must be."""


@dataclass(frozen=True)
class Places:
    """Actors that a cluster has room for."""

    count: int
    threads: int
    """Of each."""
    cores: int
    """That each asks the cluster for."""
    gpus: int
    """That each asks the cluster for: one, or none."""


def check_ray(address: str | None) -> None:
    """See whether Ray is installed, and whether a cluster answers at an address.

    Raises:
        EngineError: it is not, or none does.
    """
    if find_spec("ray") is None:
        raise EngineError(
            "the engine ray needs Ray, which is not installed: "
            'pip install "mvit-lens[ray]"; the engine local needs nothing'
        )
    if address is None or address == _ON_THIS_MACHINE:
        return
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[2]) < 1 << 16:
        raise EngineError(
            f"the address of the cluster is {address!r}; allowed are HOST:PORT of its head, as "
            f"ray start --head prints it (port 6379), and auto for a cluster of this machine"
        )
    _check_answer(address, found[1].strip("[]"), int(found[2]))


def _check_answer(address: str, host: str, port: int) -> None:
    """Ray itself would try for minutes, and end the program at the end of them."""
    try:
        with socket.create_connection((host, port), timeout=_ANSWER_SECONDS) as connection:
            connection.sendall(_HELLO)
            answer = connection.recv(64)
    except OSError as error:
        reason = error.strerror or str(error) or "no answer"
        raise _no_cluster(address, reason) from error
    where, expected = _IS_SETTINGS
    if answer[where] != expected:
        raise _no_cluster(address, "something else answers")


def _no_cluster(address: str, reason: str) -> EngineError:
    return EngineError(
        f"no cluster of Ray at {address} ({reason}); give HOST:PORT of its head, as ray start "
        f"--head prints it, or no address: then one of this machine is started"
    )


@contextlib.contextmanager
def connected(work: Work) -> Iterator[None]:
    """Be the driver of a cluster; one that is started for it ends with the block.

    Where this process is a driver already, its cluster is used and left as it is.

    Raises:
        EngineError: the cluster cannot be reached or started.
    """
    with _environment(work.address is None):
        import ray

        if ray.is_initialized():
            yield
            return
        with _options(work) as options:
            with handlers_kept(), deaf_to_ctrl_c(), _away():
                try:
                    ray.init(log_to_driver=False, logging_level=logging.CRITICAL, **options)
                except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
                    ray.shutdown()
                    raise _not_begun(work.address, error) from error
            _silence()
            try:
                yield
            finally:
                with handlers_kept():
                    ray.shutdown(wait_for_processes=True)


def is_lost() -> bool:
    """Whether this machine's part of the cluster has ended, and all actors with it."""
    import ray

    here = ray.get_runtime_context().get_node_id()
    return not any(node["Alive"] for node in ray.nodes() if node["NodeID"] == here)


def _silence() -> None:
    """Ray prints each death of an actor on stdout, whatever was asked of its logs."""
    from ray._private import worker

    worker._worker_logs_enabled = False


def _not_begun(address: str | None, error: Exception) -> EngineError:
    if address is not None:
        return _no_cluster(address, str(error).splitlines()[0])
    return EngineError(
        f"Ray could not be started on this machine ({error}); use the engine local, or give the "
        f"address of a cluster"
    )


@contextlib.contextmanager
def _environment(is_own: bool) -> Iterator[None]:
    """What Ray reads from the environment, some of it while it is imported.

    A cluster of our own has a token of its own, which only its processes know: nobody else can
    use it, and none is read from or written to the home folder.
    """
    ours: dict[str, str | None] = {}
    if is_own:
        ours |= {"RAY_AUTH_MODE": None, "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        ours |= {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}  # on 127.0.0.1 alone, Linux too
    before = {name: os.environ.get(name) for name in ours}
    _set(ours)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextlib.contextmanager
def _options(work: Work) -> Iterator[dict[str, Any]]:
    """What a cluster is reached by, or a quiet one of this machine alone is started with."""
    if work.address is not None:
        yield {"address": work.address}
        return
    with _folder() as folder:
        yield {
            "address": "local",
            "num_cpus": max(core_count(), (work.workers or 1) * (work.threads or 1)),
            "num_gpus": 0 if work.device == "cpu" else None,
            "include_dashboard": False,
            "object_store_memory": _STORE_BYTES,
            "_node_ip_address": "127.0.0.1",
            "_temp_dir": str(folder),
        }


def _folder() -> contextlib.AbstractContextManager[Path]:
    if len(gettempdir()) > _LONGEST_FOLDER - len("/mvit-lens.tmp-ray-12345678"):
        return passing_folder("ray", Path("/tmp"))
    return passing_folder("ray")


@contextlib.contextmanager
def _away() -> Iterator[None]:
    """Leave the working folder meanwhile.

    Ray puts it first on the path of its processes, and a user's file there may have the name of a
    package of ours.
    """
    before = Path.cwd()
    os.chdir(before.anchor)
    try:
        yield
    finally:
        os.chdir(before)


def places_on(nodes: Sequence[Mapping[str, Any]], work: Work) -> Places:
    """Actors for a batch: one for each GPU, else one for each worker or core.

    Args:
        nodes: of the cluster, as ``ray.nodes()`` gives them.
        work: what is to be done.
    """
    rooms = [node["Resources"] for node in nodes if node["Alive"]]
    cores = [int(room.get("CPU", 0)) for room in rooms if room.get("CPU", 0) >= 1]
    gpus = 0 if work.device == "cpu" else int(sum(room.get("GPU", 0) for room in rooms))
    if gpus:
        count = min(gpus, work.workers or gpus)
        return Places(count, work.threads or max(sum(cores) // gpus, 1), cores=1, gpus=1)
    count = work.workers or max(sum(cores), 1)
    share = max(min([sum(cores) // count, *cores]), 1)
    return Places(count, work.threads or share, cores=min(work.threads or share, share), gpus=0)
