"""Reports what happened while a checkpoint was loaded; there is always one."""

from dataclasses import dataclass, fields

from mvit_core.printable import printable

__all__ = ["LoadReport", "listed"]


def listed(names: list[str] | tuple[str, ...], limit: int = 4) -> str:
    """The first few names and how many more there are, in words."""
    shown = ", ".join(names[:limit])
    more = len(names) - limit
    return f"{shown} and {more} more" if more > 0 else shown


@dataclass(frozen=True)
class LoadReport:
    """Report of how a file became a model."""

    format: str
    """Name of the format, a key of ``FORMATS``."""
    decided_from: str
    """Source of the architecture, in words."""
    weights: str = ""
    """The entry of the file that the weights were read from; "" for the file itself."""
    networks: tuple[str, ...] = ()
    """The entries of all networks of the file, where it holds several."""
    converted: tuple[str, ...] = ()
    """Weights renamed or reshaped, each as ``theirs -> ours``."""
    missing: tuple[str, ...] = ()
    """Weights of the model that the file lacks; what was put there is told in ``warnings``."""
    unexpected: tuple[str, ...] = ()
    """Weights of the file that the model has no place for."""
    resized: tuple[str, ...] = ()
    """Position tables of another size, each as ``name: from -> to``."""
    class_names: str = ""
    """Source of the class names: the name of a file, "the file" itself, a data set; "" where they
    are not known."""
    warnings: tuple[str, ...] = ()
    """Notes for readers of the result."""

    def __post_init__(self) -> None:
        """Names from outside are escaped here, for everyone who prints a report."""
        for field in fields(self):
            value = getattr(self, field.name)
            safe = printable(value) if isinstance(value, str) else tuple(map(printable, value))
            object.__setattr__(self, field.name, safe)

    def __str__(self) -> str:
        lines = [f"format: {self.format}", f"architecture from: {self.decided_from}"]
        lines += [f"weights from: {self.weights}"] if self.weights else []
        for name in ("converted", "missing", "unexpected", "resized"):
            keys = getattr(self, name)
            lines.append(f"{name}: {len(keys)} ({listed(keys)})" if keys else f"{name}: none")
        lines += [f"warning: {warning}" for warning in self.warnings]
        return "\n".join(lines)
