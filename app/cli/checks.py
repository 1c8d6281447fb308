"""``mvit-lens checks``: list what this machine has and lacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

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
        print(json.dumps([vars(check) for check in checks]))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            mark = "ok     " if check.ok else "PROBLEM"
            print(f"{mark}  {check.name:<{width}}  {check.found}")
            if check.advice:
                print(f"{'':9}{'':<{width}}  -> {check.advice}")
    return 0 if all(check.ok for check in checks) else 1
