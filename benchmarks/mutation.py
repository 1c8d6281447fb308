"""``python -m benchmarks.mutation``: how many planted faults do the tests of the core notice?

cosmic-ray changes one operator, number or condition of a module at a time in a copy of the tree
and runs the tests of that module. What is counted is a sample, drawn by a seed, for all of them
would take days. It is no part of this project's environment: give the program of an environment of
its own by ``--cosmic-ray`` (``pip install cosmic-ray`` there), which is called and never imported.
"""

import argparse
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import MappingProxyType

from benchmarks.results import Row, Section, report

ROOT = Path(__file__).resolve().parents[1]
SEED = 20261129
MUST = 0.85

TARGETS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "geometry": ("mvit_core/geometry.py", ("geometry", "maps")),
        "products": ("mvit_core/model/products.py", ("products", "gradients", "keeping")),
        "record": ("mvit_core/attention/record.py", ("record", "capture", "keeping")),
        "recorder": ("mvit_core/attention/recorder.py", ("record", "capture", "keeping")),
        "heatmap": ("mvit_core/heatmap.py", ("heatmap", "render")),
        "render": ("mvit_core/render", ("looks", "heat", "render", "compositing", "difference")),
    }
)
"""Name, the module or package, and its tests: ``tests/core/test_NAME.py``."""

OF_TYPES = "core/ReplaceBinaryOperator_BitOr_"
"""Changes of ``A | B``, which these modules write in annotations alone."""

EQUIVALENT: Mapping[str, str] = MappingProxyType(
    {
        "mvit_core/attention/record.py ReplaceUnaryOperator_USub_UAdd: "
        "logits = (q @ (k * inputs.scale).transpose(+2, -1))[..., 0]  # (B, h, Nq)": (
            "no change: of four axes the second last is number 2"
        ),
        "mvit_core/model/products.py ReplaceComparisonOperator_Eq_GtE: "
        "together = max(limit // (row_bytes * nq), 1) if rows >= nq else 1": (
            "no change: there are never more rows than nq"
        ),
        "mvit_core/attention/recorder.py ReplaceComparisonOperator_Eq_LtE: "
        "frames, height, width = (1, *given[2:]) if len(given) <= 4 else given[2:]": (
            "no change: an input of fewer axes has no height and width either way"
        ),
        "mvit_core/render/compositing.py ReplaceBinaryOperator_Sub_BitXor: "
        "rows = slice(top ^ top % 2, top + height + (top + height) % 2)": (
            "no change: both clear the last bit"
        ),
        "mvit_core/heatmap.py RemoveDecorator: without @lru_cache(maxsize=64) def _places("
        "frame_indices: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:": (
            "no change but of time: the same values are found once more"
        ),
    }
)
"""Why a survivor is no fault: its key, and the reason. Such mutants do not count."""

SINCE: Mapping[str, str] = MappingProxyType(
    {
        "mvit_core/attention/record.py ReplaceFalseWithTrue: "
        "summary: MapSummary = field(repr=True)": "test_a_layer_tells_its_name_and_no_numbers",
        "mvit_core/model/products.py ReplaceBinaryOperator_Mul_Div: "
        "/,": "test_tensors_may_be_named_and_options_have_to_be",
        "mvit_core/model/products.py ReplaceComparisonOperator_NotEq_GtE: "
        'elif drop_rate or q.device.type >= "cpu" or torch.is_autocast_enabled("cpu"):': (
            "test_only_dropped_probabilities_are_made_in_one_piece"
        ),
        "mvit_core/attention/recorder.py ReplaceFalseWithTrue: "
        "parts = (each for each in self._module.modules() "
        "if [*each.parameters(recurse=True)])": (
            "test_only_parts_with_weights_of_their_own_ask_whether_to_go_on"
        ),
        "mvit_core/attention/recorder.py ReplaceComparisonOperator_Gt_GtE: "
        "self._stage += coarser and block >= 0": "test_stages_count_from_1_wherever_pooling_begins",
        "mvit_core/render/colours.py ReplaceComparisonOperator_Eq_Is: "
        "return tuple(name for name, entry in COLORMAPS.items() if entry.kind is kind)": (
            "test_tables_are_listed_by_the_name_of_their_kind"
        ),
        "mvit_core/attention/recorder.py ReplaceComparisonOperator_IsNot_Is: "
        "if self._on_step is None:": (
            "test_only_parts_with_weights_of_their_own_ask_whether_to_go_on"
        ),
        "mvit_core/attention/recorder.py NumberReplacer: "
        "frames, height, width = (1, *given[ 3:]) if len(given) == 4 else given[2:]": (
            "test_a_picture_is_a_clip_of_one_frame"
        ),
        "mvit_core/attention/recorder.py NumberReplacer: "
        "frames, height, width = (1, *given[ 1:]) if len(given) == 4 else given[2:]": (
            "test_a_picture_is_a_clip_of_one_frame"
        ),
        "mvit_core/attention/recorder.py RemoveDecorator: "
        "without @property def taps(self) -> int:": (
            "test_only_parts_with_weights_of_their_own_ask_whether_to_go_on"
        ),
        "mvit_core/attention/recorder.py ReplaceFalseWithTrue: gradients: bool = True": (
            "test_a_recorder_keeps_no_values_and_no_whole_maps_unless_asked"
        ),
        "mvit_core/render/outlines.py ReplaceComparisonOperator_GtE_Lt: "
        "inside = (values < level).astype(np.uint8)": (
            "test_two_peaks_that_touch_at_a_corner_have_a_line_each"
        ),
        "mvit_core/attention/recorder.py ReplaceComparisonOperator_Lt_NotEq: "
        "half = parameter.element_size() != 4": (
            "test_half_precision_is_a_way_out_for_whoever_does_not_use_it"
        ),
        "mvit_core/attention/recorder.py NumberReplacer: "
        "frames, height, width = (1, *given[2:]) if len(given) == 3 else given[2:]": (
            "test_a_picture_is_a_clip_of_one_frame"
        ),
        "mvit_core/render/colours.py NumberReplacer: "
        '"google:turbo", perceptual=False, colour_blind_safe=False, cut=( -0.7, 0.85)': (
            "test_a_tint_is_the_part_of_its_table_that_it_names"
        ),
        "mvit_core/render/differences.py ReplaceBinaryOperator_Div_Add: "
        "fx, fy = (first.frame_size[axis] + second.frame_size[axis] for axis in (0, 1))": (
            "test_outlines_of_a_difference_end_where_one_of_both_did_not_look"
        ),
    }
)
"""The test that notices a survivor since: its key, and the name. In the run it survived."""

_CONFIGURATION = """[cosmic-ray]
module-path = "{module}"
timeout = {timeout}
excluded-modules = []
test-command = "{python} -m pytest -x -q -p no:cacheprovider -m 'not corpus' {tests}"

[cosmic-ray.distributor]
name = "local"
"""
_LEAST_SECONDS, _TIMES_AS_LONG = 60.0, 5.0
"""A mutant that runs so long, and so many times as long as the tests of the module do without it,
is noticed: it goes on for ever."""
_PATIENCE = 600.0
"""With the tests of a module as it is."""


@dataclass(frozen=True)
class Mutant:
    """One planted fault and what became of it."""

    place: str
    """File and line."""
    operator: str
    outcome: str
    """killed, survived, incompetent."""
    change: str
    """The changed line."""

    @property
    def name(self) -> str:
        """What it is listed by."""
        return f"{self.place} {self.operator}: {self.change}"

    @property
    def key(self) -> str:
        """What it is explained by, for its line may move."""
        return f"{self.place.rpartition(':')[0]} {self.operator}: {self.change}"


def main() -> bool:
    """Run the sample, print and write down the score; is it high enough."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(TARGETS)}")
    parser.add_argument("--cosmic-ray", default=shutil.which("cosmic-ray"), metavar="PROGRAM")
    parser.add_argument("--sample", type=int, default=40, help="mutants of each module (40)")
    parser.add_argument("--minutes", type=float, default=60.0, help="for all together (60)")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="keeps what was found; modules of which something is kept are told from there",
    )
    parser.add_argument("--jobs", type=int, default=1, help="modules at a time (1)")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in TARGETS]
    if unknown or options.cosmic_ray is None:
        parser.error(
            f"no target is called {unknown[0]}; allowed are {', '.join(TARGETS)}"
            if unknown
            else "there is no cosmic-ray; install it into an environment of its own and name it"
        )
    program = str(Path(options.cosmic_ray).absolute())
    names = options.names or list(TARGETS)
    jobs = min(max(options.jobs, 1), len(names))
    seconds = 60 * options.minutes * jobs / len(names)

    def found_in(name: str) -> list[Mutant]:
        kept = options.keep / f"{name}.sqlite" if options.keep else None
        if kept is not None and kept.is_file():
            return list(_outcomes(kept))
        # Each has a copy of its own: one whose time is over leaves its last fault behind.
        with tempfile.TemporaryDirectory() as folder:
            tree, random = _copied_tree(Path(folder)), Random(f"{options.seed}/{name}")
            mutants = run(tree, name, program, random, options.sample, seconds)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(tree / kept.name, kept)
            return mutants

    with ThreadPoolExecutor(jobs) as pool:
        found = dict(zip(names, pool.map(found_in, names), strict=True))
    return report(section_of(found, options.seed))


def run(
    tree: Path, name: str, program: str, random: Random, sample: int, seconds: float
) -> list[Mutant]:
    """Try a sample of the mutants of one target.

    Args:
        tree: a copy of the project, which is changed.
        name: of the target.
        program: cosmic-ray.
        random: draws the sample.
        sample: how many.
        seconds: for all of them; the rest is left out.
    """
    module, tests = TARGETS[name]
    session, configuration = tree / f"{name}.sqlite", tree / f"{name}.toml"
    words = " ".join(f"tests/core/test_{test}.py" for test in tests)
    settings = {"module": module, "python": sys.executable, "tests": words}
    configuration.write_text(_CONFIGURATION.format(timeout=_PATIENCE, **settings))
    environment = {**os.environ, "PYTHONPATH": str(tree), "QT_QPA_PLATFORM": "offscreen"}
    paths = [configuration.name, session.name]
    began = time.monotonic()
    unchanged = subprocess.run([program, "baseline", paths[0]], cwd=tree, env=environment)
    if unchanged.returncode:
        print(f"{name}: its tests fail without any fault; nothing is counted", flush=True)
        return []
    longest = max(_LEAST_SECONDS, _TIMES_AS_LONG * (time.monotonic() - began))
    configuration.write_text(_CONFIGURATION.format(timeout=longest, **settings))
    subprocess.run([program, "init", *paths], cwd=tree, env=environment, check=True)
    _keep_sample(session, sample, random)
    process = subprocess.Popen(
        [program, "exec", *paths], cwd=tree, env=environment, start_new_session=True
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # its tests as well
        process.wait()
    mutants = list(_outcomes(session))
    killed = sum(one.outcome != "survived" for one in mutants)
    print(f"{name}: {killed} of {len(mutants)} noticed", flush=True)
    return mutants


def section_of(found: Mapping[str, list[Mutant]], seed: int) -> Section:
    """The score of each module and of all, and every survivor."""
    rows = [_score(name, mutants) for name, mutants in found.items() if mutants]
    every = [one for mutants in found.values() for one in mutants]
    counted = [one for one in every if one.key not in EQUIVALENT]
    if every:
        share = _noticed(counted) / max(len(counted), 1)
        words = f"all: {_noticed(counted)} of {len(counted)}"
        rows.append(Row(words, f"{share:.0%}", f">= {MUST:.0%}", share >= MUST))
    rows += [Row(f"`{_cell(one)}`", _fate(one)) for one in every if one.outcome == "survived"]
    note = (
        "Faults planted by cosmic-ray one at a time, and how many of them the module's tests "
        f"notice; a sample drawn by seed {seed} (`python -m benchmarks.mutation`). Below, those "
        "that nobody noticed: either they change nothing and do not count, or a test that was "
        "written after this run notices them since."
    )
    return Section("Mutation score", note, rows)


def _score(name: str, mutants: list[Mutant]) -> Row:
    counted = [one for one in mutants if one.key not in EQUIVALENT]
    share = _noticed(counted) / max(len(counted), 1)
    return Row(f"{name}: {_noticed(counted)} of {len(counted)}", f"{share:.0%}")


def _fate(mutant: Mutant) -> str:
    since = SINCE.get(mutant.key)
    told = f"survived; `{since}` notices it since" if since else "survived"
    return EQUIVALENT.get(mutant.key, told)


def _noticed(mutants: list[Mutant]) -> int:
    return sum(one.outcome != "survived" for one in mutants)


def _cell(mutant: Mutant) -> str:
    """The name as a cell of a table."""
    return mutant.name.replace("|", "\\|").replace("`", "'")


def _copied_tree(folder: Path) -> Path:
    """The files that are under version control, beside the same data."""
    tree = folder / "tree"
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    for name in filter(None, os.fsdecode(listed).split("\0")):
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target)
    shared = ROOT.parent / "shared"
    if shared.is_dir():
        (folder / "shared").symlink_to(shared)
    return tree


def _keep_sample(session: Path, sample: int, random: Random) -> None:
    """Leave some of the mutants in a session, in an order of chance."""
    with closing(sqlite3.connect(session)) as database, database:
        rows = database.execute(
            "select job_id from mutation_specs where operator_name not like ? order by "
            "module_path, start_pos_row, start_pos_col, operator_name, occurrence",
            (f"{OF_TYPES}%",),
        )
        chosen = [job for (job,) in rows]
        random.shuffle(chosen)
        chosen = chosen[:sample]
        database.execute("delete from work_items")
        database.executemany("insert into work_items values (?)", [(job,) for job in chosen])
        marks = ",".join("?" * len(chosen))
        database.execute(f"delete from mutation_specs where job_id not in ({marks})", chosen)


def _outcomes(session: Path) -> Iterator[Mutant]:
    """What became of the mutants that were tried."""
    with closing(sqlite3.connect(session)) as database:
        for path, line, operator, outcome, change in database.execute(
            "select module_path, start_pos_row, operator_name, lower(test_outcome), diff "
            "from mutation_specs join work_results using (job_id) where test_outcome is not null "
            "order by module_path, start_pos_row, operator_name"
        ):
            operator = operator.removeprefix("core/")
            yield Mutant(f"{path}:{line}", operator, outcome, _change(change.splitlines()))


def _change(rows: list[str]) -> str:
    """The lines that a diff adds; where it adds none, those that it takes away before the next."""
    body = [row for row in rows if not row.startswith(("+++", "---"))]
    added = [row[1:].strip() for row in body if row.startswith("+")]
    if added:
        return " ".join(added)
    at = [place for place, row in enumerate(body) if row.startswith("-") and row[1:].strip()]
    following = [row.strip() for row in body[at[-1] + 1 :] if row.strip()] if at else []
    return " ".join(["without", *(body[place][1:].strip() for place in at), *following[:1]])


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
