"""Finds parts of a module by dotted paths, whatever class it is of."""

from torch import nn

__all__ = ["attribute_at", "module_at"]


def attribute_at(module: nn.Module, path: str) -> object:
    """What lies at a dotted path; None where a step is not there."""
    found: object = module
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


def module_at(module: nn.Module, path: str) -> nn.Module | None:
    """The module at a dotted path; None where none lies there."""
    found = attribute_at(module, path)
    return found if isinstance(found, nn.Module) else None
