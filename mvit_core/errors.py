"""Every failure the core reports, in one tree.

::

    MvitError
    ├── VideoError
    │   ├── VideoOpenError        the file is missing, damaged or no video
    │   │   └── FileChangedError  the file is another than the one that was opened
    │   └── FrameDecodeError      one frame cannot be decoded; the rest may be fine
    ├── ClipError                 the frames asked for and the model's input do not fit
    ├── CheckpointError
    │   ├── CheckpointReadError   missing, empty, truncated, not a checkpoint, unsafe
    │   │   └── CheckpointChangedError  another file than the one that was loaded
    │   ├── ArchitectureError     no configuration, or one that contradicts the weights
    │   │   ├── NoMViTError          the weights are another network's
    │   │   └── SeveralPresetsError  the weights fit several presets
    │   └── WeightsError          weights missing or of the wrong shape
    ├── LabelsError               a class-name file that cannot be understood
    ├── ClipListError             a list of clips that cannot be understood, or has none
    ├── CaptureError              nothing to capture, or a query outside the grid
    │   └── NeedsModelError       only the model could tell, and a capture file holds none
    ├── CaptureFileError          a capture file that is damaged or changed, or is none
    ├── OwnCodeError              code of the user's own cannot be run, or gives no network
    ├── DeviceMemoryError         model or clip do not fit into the device's memory
    ├── EngineError               what runs a batch is not installed, or cannot be reached
    ├── ExportError               the target cannot be written in the form asked for
    ├── ProvenanceError           where a file comes from is not said, damaged, or not there
    └── SessionError              a saved session that is damaged or of a later version

A message says what came, what is allowed and what to do next, in one line.
Library errors are translated where they enter: ``raise VideoOpenError(...) from error``.
"""

from typing import Literal

from mvit_core.printable import printable

__all__ = [
    "ArchitectureError",
    "Cancelled",
    "CaptureError",
    "CaptureFileError",
    "CheckpointChangedError",
    "CheckpointError",
    "CheckpointReadError",
    "ClipError",
    "ClipListError",
    "DeviceMemoryError",
    "EngineError",
    "ExportError",
    "FileChangedError",
    "FrameDecodeError",
    "LabelsError",
    "MvitError",
    "NeedsModelError",
    "NoMViTError",
    "OwnCodeError",
    "ProvenanceError",
    "Remedy",
    "SessionError",
    "SeveralNetworksError",
    "SeveralPresetsError",
    "VideoError",
    "VideoOpenError",
    "WeightsError",
]


class MvitError(Exception):
    """Root of all errors that a user can cause and can mend.

    The message is one line of at most ``MESSAGE_LIMIT`` characters, and safe to print: names that
    come from outside are escaped here, so that who raises need not think of it.
    """

    remedies: "tuple[Remedy, ...]" = ()
    """Remedies to try next, the most promising first."""
    choices: tuple[str, ...] = ()
    """Names of which one must be chosen, where that is what helps."""

    def __init__(self, message: object = "") -> None:
        super().__init__(printable(str(message)))


class VideoError(MvitError):
    """A video cannot be used."""


class VideoOpenError(VideoError):
    """A video cannot be opened at all."""


class FileChangedError(VideoOpenError):
    """The file of an open video was written to, or another one took its place."""

    remedies = ("open_again",)


class FrameDecodeError(VideoError):
    """One frame cannot be decoded; its neighbours may still be readable."""


class ClipError(MvitError):
    """The frames asked for do not exist, or do not make an input of the model."""


class CheckpointError(MvitError):
    """A checkpoint cannot be used."""


class CheckpointReadError(CheckpointError):
    """The file is missing, empty, truncated, unsafe, or no checkpoint."""


class SeveralNetworksError(CheckpointReadError):
    """A file holds several networks, and none under a usual name.

    Args:
        message: one line, as of every error.
        choices: names of the networks.
    """

    remedies = ("weights",)

    def __init__(self, message: str, choices: tuple[str, ...]) -> None:
        super().__init__(message)
        self.choices = choices


class CheckpointChangedError(CheckpointReadError):
    """A file of a loaded model was written to, or another one took its place."""

    remedies = ("load_again",)


class ArchitectureError(CheckpointError):
    """The architecture cannot be told, or configuration and weights disagree."""

    remedies: "tuple[Remedy, ...]" = ("config", "preset")


class NoMViTError(ArchitectureError):
    """The weights are those of another network, which no configuration changes."""

    remedies = ()


class SeveralPresetsError(ArchitectureError):
    """The weights fit several presets.

    Args:
        message: one line, as of every error.
        choices: names of the presets.
    """

    remedies = ("preset", "config")

    def __init__(self, message: str, choices: tuple[str, ...]) -> None:
        super().__init__(message)
        self.choices = choices


class WeightsError(CheckpointError):
    """Weights are missing, or their shapes do not fit the architecture."""

    remedies = ("config", "preset")


class LabelsError(MvitError):
    """A file of class names cannot be understood."""

    remedies = ("labels",)


class ClipListError(MvitError):
    """A list or a folder of clips cannot be read, or holds none."""


class CaptureError(MvitError):
    """There is no attention to capture, or the query lies outside its grid."""


class NeedsModelError(CaptureError):
    """Only a run of the model could tell, and a capture file holds none."""

    remedies = ("checkpoint",)


class OwnCodeError(MvitError):
    """Code of the user's own cannot be found, imported or run, or gives no network."""


class CaptureFileError(MvitError):
    """A capture file is missing, damaged, changed while it was open, or is none."""


Remedy = Literal[
    "checkpoint",
    "cpu",
    "half",
    "fewer_layers",
    "open_again",
    "load_again",
    "config",
    "preset",
    "weights",
    "labels",
]
"""What helps where memory ends: another device, half precision, or less to keep; where a file
changed on disk: to read the video or the model anew; where a checkpoint does not say enough: to
choose its configuration, a preset, one of its networks, or its class names; where a capture file
has no model: to load the checkpoint that it was made of."""


class DeviceMemoryError(MvitError):
    """A device has too little memory for the model or the clip.

    Args:
        message: one line, as of every error.
        remedies: what to try next, the most promising first.
    """

    def __init__(self, message: str, remedies: tuple[Remedy, ...] = ()) -> None:
        super().__init__(message)
        self.remedies = remedies


class EngineError(MvitError):
    """What runs the clips of a batch is not installed, cannot be reached, or does not go on."""


class ExportError(MvitError):
    """The target cannot be written in the form asked for."""


class ProvenanceError(MvitError):
    """Where a file comes from is not said or damaged, or what it was made of is not there."""


class SessionError(MvitError):
    """A saved session cannot be read."""


class Cancelled(Exception):  # noqa: N818 - a request that was met, not an error
    """The user asked to stop; raised from a progress callback and not part of the tree."""
