"""The shipped demo: its classes, sample clips and checkpoint; none of it needs torch."""

from mvit_core.demo.classes import CLASSES
from mvit_core.demo.samples import DemoSample, demo_checkpoint, demo_samples

__all__ = ["CLASSES", "DemoSample", "demo_checkpoint", "demo_samples"]
