"""Videos that one worker opened, for workers that need a container of their own."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video import OpenedVideo

MOST = 4
"""Videos remembered: the open one, those of panes, and the one before."""


class KnownVideos:
    """Remembers what opening a video found, so that another worker need not list it again.

    The decode worker opens a video while torch is imported; the inference worker goes on from
    there. Any thread may ask.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[FileIdentity, OpenedVideo] = {}

    def remember(self, file: FileIdentity, found: OpenedVideo) -> None:
        """Keep what was found of a file, and forget the oldest beyond ``MOST``."""
        with self._lock:
            self._found.pop(file, None)
            self._found[file] = found
            while len(self._found) > MOST:
                self._found.pop(next(iter(self._found)))

    def of(self, file: FileIdentity | None) -> OpenedVideo | None:
        """What was found of a file in this very state; None where nobody opened it."""
        with self._lock:
            return None if file is None else self._found.get(file)
