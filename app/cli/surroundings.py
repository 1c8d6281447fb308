"""Checks the process before torch or Qt are imported: address space, and a home folder."""

import os
import sys
from pathlib import Path

from mvit_core.system.temporary_folder import temporary_folder

_NEEDED_BYTES = {"view": 2_300_000_000, "checks": 900_000_000}
"""Address space that a command needs for its libraries and the sample; measured, with a margin.

Below it libraries written in C end the process by a signal, without a message.
"""

_NEEDED_BY_OTHERS = 1_500_000_000


def memory_problem(command: str) -> str | None:
    """The reason, in one line, why a command cannot start under this limit of address space."""
    if sys.platform == "win32":
        return None
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    needed = _NEEDED_BYTES.get(command, _NEEDED_BY_OTHERS)
    if limit == resource.RLIM_INFINITY or limit >= needed:
        return None
    return (
        f"this process may use {limit / 1e9:.1f} GB of memory (ulimit -v), and {command} needs "
        f"{needed / 1e9:.1f} GB before it opens a file; raise the limit: ulimit -v unlimited"
    )


def provide_home() -> str | None:
    """Give a process without a home folder a temporary one, for its caches and settings.

    Without HOME and without an entry in passwd, ``~`` would become a folder of that name in the
    working folder.

    Returns:
        What a user of the window must know, in one line; None where there is a home.
    """
    try:
        if os.environ.get("HOME") != "" and Path.home().is_absolute():
            os.environ.setdefault("HOME", str(Path.home()))  # Qt reads nothing else
            return None
    except RuntimeError:
        pass
    os.environ["HOME"] = str(temporary_folder("home"))
    return "there is no home folder; settings and recent files are not kept. To keep them, set HOME"
