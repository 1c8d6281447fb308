"""The embedded demo: generated scenes with known truth, and a small model trained on them.

The names here need no torch; training and measuring are in ``mvit_core.demo.training`` and
``mvit_core.demo.evaluation``.
"""

from mvit_core.demo.classes import CLASSES
from mvit_core.demo.samples import DemoSample, demo_checkpoint, demo_samples

__all__ = ["CLASSES", "DemoSample", "demo_checkpoint", "demo_samples"]
