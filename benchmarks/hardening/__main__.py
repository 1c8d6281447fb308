"""``python -m benchmarks.hardening [ROW ...] --share 0.05``: some rows, or a part of the cases."""

import argparse
import sys

from benchmarks.hardening.table import ROWS, SEED, measure


def main() -> bool:
    """Run, print, and say whether all is as it must be. Nothing is written down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hardening")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"any of {', '.join(ROWS)}")
    parser.add_argument("--share", type=float, default=1.0, help="of the cases (1)")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    unknown = [name for name in options.rows if name not in ROWS]
    if unknown:
        parser.error(f"no row is called {unknown[0]}; allowed are {', '.join(ROWS)}")
    section = measure(share=options.share, names=tuple(options.rows), seed=options.seed)
    for row in section.rows:
        mark = {True: "ok", False: "MISSED", None: ""}[row.met]
        print(f"{row.metric:<72} {row.figure:>10} {row.must:>10} {mark}")
    return all(row.met is not False for row in section.rows)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
