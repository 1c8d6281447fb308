"""Versions of what is installed."""


def version_of(package: str) -> str | None:
    """The version of a package; None where it is not installed, as in a bare checkout."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, rarely asked for

    try:
        return version(package)
    except PackageNotFoundError:
        return None
