"""The command line. Qt is imported by ``view`` alone; the other commands need no display."""

from app.cli.entry import main

__all__ = ["main"]
