"""Signals that end a program: who hears them, and when."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["deaf_to_ctrl_c", "first_signal_noted", "handlers_kept"]

_THAT_END = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C, from their first moment.

    It goes to all processes of a terminal, but is for the first one to handle.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def first_signal_noted() -> Iterator[Callable[[], bool]]:
    """Note the first signal that would end the program; the second raises ``KeyboardInterrupt``.

    Yields:
        whether one came. On a thread other than the main one nothing is noted.
    """
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield noted.is_set
        return

    def note(*_: object) -> None:
        if noted.is_set():
            raise KeyboardInterrupt
        noted.set()

    asked = [getattr(signal, name) for name in _THAT_END if hasattr(signal, name)]
    before = {number: signal.signal(number, note) for number in asked}
    try:
        yield noted.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def handlers_kept() -> Iterator[None]:
    """Have a library that takes signals for itself leave them to those who heard them before."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _THAT_END if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
