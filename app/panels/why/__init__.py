"""The panel of evidence: which class, instead of which, by which method, how far to trust it."""

from app.panels.why.panel import WhyPanel

__all__ = ["WhyPanel"]
