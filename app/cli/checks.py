"""``mvit-lens checks``: list what this machine has and lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.printing import say, say_json

if TYPE_CHECKING:
    import argparse


def add_options(checks: argparse.ArgumentParser) -> None:
    """Give ``checks`` its options."""
    checks.add_argument("--json", action="store_true", help="print JSON")
    checks.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print every check; returns 0 if nothing is a problem, else 1."""
    from app.checks import run_checks

    checks = run_checks()
    if options.json:
        say_json([vars(check) for check in checks])
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            mark = "ok     " if check.ok else "PROBLEM"
            say(f"{mark}  {check.name:<{width}}  {check.found}")
            if check.advice:
                say(f"{'':9}{'':<{width}}  -> {check.advice}")
    return 0 if all(check.ok for check in checks) else 1
