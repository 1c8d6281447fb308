"""What is said beside a checkpoint's file when it is loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mvit_core.checkpoint.architecture import ConfigArgument
from mvit_core.system.ordinary_file import is_file

__all__ = ["LoadChoice"]


@dataclass(frozen=True, eq=False)
class LoadChoice:
    """Choices of the caller of ``load_model`` beside the file; it says what each means."""

    config: ConfigArgument = None
    preset: str | None = None
    labels: str | Path | Sequence[str] | None = None
    weights: str | None = None
    head: str | None = None
    module: str | None = None
    """``package.file:function`` of the user's own code that built it, in place of a file."""
    code: Path | None = None
    """The file of that code."""

    @property
    def config_file(self) -> Path | None:
        """The file of the configuration; None where none was named."""
        return _file(self.config)

    @property
    def labels_file(self) -> Path | None:
        """The file of the class names; None where none was named."""
        return _file(self.labels)

    @property
    def is_of_files(self) -> bool:
        """Configuration and class names are in files, or were not given: they can be named."""
        config, labels = self.config is None, self.labels is None
        return (config or self.config_file is not None) and (labels or self.labels_file is not None)


def _file(given: object) -> Path | None:
    """A path, or a text that is the name of a file; the text of a configuration is none."""
    if isinstance(given, str) and "\n" not in given and is_file(Path(given)):
        return Path(given)
    return given if isinstance(given, Path) else None
