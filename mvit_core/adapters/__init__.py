"""Records networks of other code bases as they are: a module in memory, unedited."""

from mvit_core.adapters.recording import ModuleRecording, recording
from mvit_core.adapters.table import ADAPTERS, Adapter

__all__ = ["ADAPTERS", "Adapter", "ModuleRecording", "recording"]
