"""Results as rows of a gate table, printed and written into docs/benchmarks.md by section."""

import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Row:
    """One measured figure and the gate it must meet."""

    metric: str
    figure: str
    must: str = ""
    met: bool | None = None
    """None where there is no gate."""


def gate(metric: str, value: float, must: float, *, unit: str = "", digits: int = 2) -> Row:
    """A figure that may be no larger than ``must``."""
    return Row(metric, f"{value:.{digits}f}{unit}", f"<= {must}{unit}", value <= must)


@dataclass(frozen=True)
class Section:
    """Result of one benchmark: a section of the page."""

    title: str
    """Its heading; a section of the same title is replaced."""
    note: str
    """Description of the measurement."""
    rows: Iterable[Row]
    """May be measured while they are read."""


def machine() -> str:
    """One line about where and with what the figures were taken."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*: (.+)", info.read_text())
        model = found.group(1) if found else model
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "av"))
    today = datetime.now(UTC).date().isoformat()
    return f"{today}, {model}, Python {platform.python_version()}, {packages}"


def report(section: Section) -> bool:
    """Print each row as it is measured, and write the section into the page.

    A benchmark that is interrupted leaves the rows that it has.

    Returns:
        Whether every gate is met.
    """
    heading = f"## {section.title}"
    lines = [
        heading,
        "",
        f"{machine()}. {section.note}",
        "",
        "| metric | figure | must | |",
        "|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    marks = {True: "met", False: "**missed**", None: ""}
    is_met = True
    try:
        for row in section.rows:
            lines.append(f"| {row.metric} | {row.figure} | {row.must} | {marks[row.met]} |")
            print(lines[-1], flush=True)
            is_met = is_met and row.met is not False
    except KeyboardInterrupt:
        lines.append("| interrupted here; what follows was not measured | | | |")
        is_met = False
    _write(heading, "\n".join(lines))
    return is_met


def _write(heading: str, text: str) -> None:
    """Put a section at the end of the page, in place of the one of the same heading."""
    page = PAGE.read_text() if PAGE.exists() else "# Benchmarks\n\nWritten by `make bench`.\n"
    parts = re.split(r"(?m)^(?=## )", page)
    kept = [part for part in parts if not part.startswith(f"{heading}\n")]
    PAGE.write_text("\n".join([*(part.rstrip() + "\n" for part in kept), text + "\n"]))
