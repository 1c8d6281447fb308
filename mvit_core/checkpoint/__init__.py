"""Checkpoints of every format people have, to a model with a report of how it was loaded."""

from mvit_core.checkpoint.choice import LoadChoice
from mvit_core.checkpoint.entry import CheckpointFormat
from mvit_core.checkpoint.formats import FORMATS
from mvit_core.checkpoint.loading import LoadedModel, load_model
from mvit_core.checkpoint.report import LoadReport

__all__ = ["FORMATS", "CheckpointFormat", "LoadChoice", "LoadReport", "LoadedModel", "load_model"]
