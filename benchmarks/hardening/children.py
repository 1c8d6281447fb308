"""Cases met in child processes: a child that dies or hangs is noted, and another goes on.

A child meets one case after the other, for starting it costs more than most cases do. It says for
each how long it computed and how much memory it took beyond what it had before.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

__all__ = ["Broken", "Case", "Figure", "Gates", "Limits", "Met", "Outcome", "met_by_children"]

_ROOT = Path(__file__).resolve().parents[2]

Kind = Literal["opened", "refused", "foreign", "hung", "died"]


class Broken(Exception):  # noqa: N818 - a finding, not a failure of this program
    """A rule of the row does not hold.

    Args:
        rule: one of the row's ``Gates.rules``.
        words: what was seen.
    """

    def __init__(self, rule: str, words: str) -> None:
        super().__init__(words)
        self.rule = rule


@dataclass(frozen=True)
class Figure:
    """A figure of its own that a row measures for each case."""

    title: str
    most: float
    unit: str


@dataclass(frozen=True)
class Gates:
    """Gates of a row's outcomes, beside that none dies and no foreign exception ends it."""

    rules: tuple[str, ...] = ()
    """Rules that ``Broken`` may name; the table counts how often each did not hold."""
    cpu_seconds: float = 5.0
    """A case that computes longer hangs."""
    refusal_seconds: float | None = None
    megabytes: float | None = None
    """Beyond what the child had before and beyond the size of the file."""
    figure: Figure | None = None


@dataclass(frozen=True)
class Met:
    """Outcome of a case that broke no rule."""

    kind: Literal["opened", "refused"] = "opened"
    figure: float = 0.0
    """The row's own, see ``Gates.figure``."""


@dataclass(frozen=True)
class Case:
    """One hostile input."""

    name: str
    path: str
    """The file."""
    kind: str = ""
    """Kind of input, one of those that its row knows."""
    beside: str = ""
    """Another file that belongs to it."""


@dataclass(frozen=True)
class Limits:
    """Limits of a child process."""

    address_bytes: int = 8 << 30
    wall_seconds: float = 20.0
    """A case that takes longer hangs. Computing time is held against the gate, not this: other
    work on the machine does not count."""
    start_seconds: float = 120.0
    cases: int = 250
    """Cases after which a fresh child goes on."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a case."""

    case: str
    kind: Kind
    words: str = ""
    """Message of the refusal or the exception."""
    cpu_seconds: float = 0.0
    peak_megabytes: float = 0.0
    """Memory beyond what the child had before and beyond the size of the file."""
    signal: int = 0
    rule: str = ""
    """The rule that was broken."""
    figure: float = 0.0
    """The row's own, see ``Gates.figure``."""


class _Child:
    """A process that meets cases of one row."""

    def __init__(self, module: str, limits: Limits) -> None:
        words = [sys.executable, "-m", "benchmarks.hardening.child", module]
        self._limits, self.met = limits, 0
        self._process = subprocess.Popen(
            [*words, str(limits.address_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=_ROOT,
            start_new_session=True,
        )
        if self._line(limits.start_seconds) is None:
            raise RuntimeError(f"a child for {module} does not start")

    def meet(self, case: Case) -> Outcome:
        """Meet a case; a child that died or hung cannot be used again."""
        self.met += 1
        try:
            stdin: TextIO = self._process.stdin  # type: ignore[assignment]
            stdin.write(json.dumps(asdict(case)) + "\n")
            stdin.flush()
        except BrokenPipeError:
            return self._death(case)
        line = self._line(self._limits.wall_seconds)
        if line is None and self._process.poll() is None:
            self.end()
            return Outcome(case.name, "hung", cpu_seconds=self._limits.wall_seconds)
        if not line:
            return self._death(case)
        answer: dict[str, Any] = json.loads(line)
        return Outcome(case.name, **answer)

    @property
    def is_usable(self) -> bool:
        """True while it lives and has not met too many cases."""
        return self._process.poll() is None and self.met < self._limits.cases

    def end(self) -> None:
        """End the process at once, and what it forked: that would hold our end of its pipes."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                stream.close()  # type: ignore[union-attr]

    def _death(self, case: Case) -> Outcome:
        code = self._process.wait()
        return Outcome(case.name, "died", f"ended with {code}", signal=max(0, -code) or 1)

    def _line(self, seconds: float) -> str | None:
        """A line of its output; None after so many seconds, empty when it has ended."""
        until = time.monotonic() + seconds
        stdout: TextIO = self._process.stdout  # type: ignore[assignment]
        while (left := until - time.monotonic()) > 0:
            if select.select([stdout], [], [], left)[0]:
                return stdout.readline()
        return None


def met_by_children(module: str, cases: Iterable[Case], limits: Limits) -> Iterator[Outcome]:
    """Meet each case by ``meet`` of a row's module, in a child.

    Args:
        module: name of the row's module.
        cases: may be made while others are met.
        limits: of each child.
    """
    child: _Child | None = None
    try:
        for case in cases:
            if child is None or not child.is_usable:
                if child is not None:
                    child.end()
                child = _Child(module, limits)
            yield child.meet(case)
    finally:
        if child is not None:
            child.end()
