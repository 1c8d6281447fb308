"""The child's side: reads a case and prints its outcome, a line each. Not for use by hand."""

import json
import os
import resource
import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks.hardening.children import Broken, Case, Met

_WORDS = 400


def main() -> None:
    """Meet cases until there are none."""
    name, address_bytes = sys.argv[1], int(sys.argv[2])
    module = import_module(name)
    resource.setrlimit(resource.RLIMIT_AS, (address_bytes, address_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a case prints is no answer
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        case = Case(**json.loads(line))
        print(json.dumps(_answer(module, case)), file=answers, flush=True)


def _answer(module: object, case: Case) -> dict[str, object]:
    from mvit_core.errors import MvitError

    before = _reset_peak()
    began = time.process_time()
    kind, words, rule, met = "foreign", "", "", Met()
    try:
        met = module.meet(case)  # type: ignore[attr-defined]
        kind = met.kind
    except Broken as broken:
        words, rule = str(broken), broken.rule
    except MvitError as error:
        kind, words = "refused", str(error)
        if "\n" in words or len(words) > 2000 or not words.isprintable():
            kind, words = "foreign", f"a message that cannot be printed: {words[:200]!r}"
    except BaseException as error:  # all that comes out is what this looks for
        words = f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    size = Path(case.path).stat().st_size if Path(case.path).is_file() else 0
    peak = max(0.0, (_peak_bytes() - before - size) / 1e6)
    return {
        "kind": kind,
        "words": words[:_WORDS],
        "rule": rule,
        "figure": round(met.figure, 3),
        "cpu_seconds": round(seconds, 3),
        "peak_megabytes": round(peak, 1),
    }


def _reset_peak() -> int:
    """Forget the largest memory so far; returns what is in use, in bytes."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return _peak_bytes()
    return _status("VmRSS")


def _peak_bytes() -> int:
    return _status("VmHWM")


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) << 10
    return 0


if __name__ == "__main__":
    main()
