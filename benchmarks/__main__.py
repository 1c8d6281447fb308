"""``python -m benchmarks``: every benchmark, one after another."""

import sys

from benchmarks import bench_capture

if __name__ == "__main__":
    sys.exit(0 if bench_capture.main() else 1)
