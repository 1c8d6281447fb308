"""The only place that knows where ``resources/`` lies."""

from importlib.resources import files
from importlib.resources.abc import Traversable

import resources

__all__ = ["asset"]


def asset(*parts: str) -> Traversable:
    """A file or folder below ``resources/``, for example ``asset("icons", "open.svg")``.

    Raises:
        FileNotFoundError: there is no such resource; the installation is damaged.
    """
    found = files(resources).joinpath(*parts)
    if not (found.is_file() or found.is_dir()):
        raise FileNotFoundError(
            f"resource {'/'.join(parts)} is missing; reinstall mvit-lens to restore it"
        )
    return found
