"""The card of one head: its picture, its numbers, and the logit as a sum."""

from app.panels.head.panel import HeadCard

__all__ = ["HeadCard"]
