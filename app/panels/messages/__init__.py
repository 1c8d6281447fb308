"""Messages to the user: toasts, and how they are stacked."""

from app.panels.messages.stack import Messages, kind_of

__all__ = ["Messages", "kind_of"]
