"""The last lines of the log, for the log panel and for reports."""

from __future__ import annotations

import logging
from collections import deque

from PySide6.QtCore import QObject, Signal
from typing_extensions import override

LOGGERS = ("app", "mvit_core")
KEPT_LINES = 500
FORMAT = "%(asctime)s %(levelname).1s  %(message)s"


class Logbook(QObject):
    """Collects lines of our own loggers while the window lives.

    Args:
        parent: the owner.
    """

    added = Signal(str)
    """Emitted with a line, from any thread: receivers with widgets connect queued."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._handler = _Handler(self)
        self._levels = {name: logging.getLogger(name).level for name in LOGGERS}
        for name in LOGGERS:
            logging.getLogger(name).addHandler(self._handler)
            logging.getLogger(name).setLevel(logging.INFO)

    def last(self, count: int = KEPT_LINES) -> tuple[str, ...]:
        """The last ``count`` lines, oldest first."""
        return tuple(self._lines)[-count:]

    def write(self, line: str) -> None:
        """Append a line."""
        self._lines.append(line)
        self.added.emit(line)

    def close(self) -> None:
        """Stop collecting lines."""
        for name, level in self._levels.items():
            logging.getLogger(name).removeHandler(self._handler)
            logging.getLogger(name).setLevel(level)


class _Handler(logging.Handler):
    def __init__(self, book: Logbook) -> None:
        super().__init__(logging.INFO)
        self._book = book
        self.setFormatter(logging.Formatter(FORMAT, "%H:%M:%S"))

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self._book.write(self.format(record))
