"""Every file that the program writes for a user says where it comes from, or is no result."""

import ast
from functools import cache
from pathlib import Path

import pytest

from app.cli.entry import COMMANDS, build_parser
from app.workers.plot_origins import PLOT_KINDS
from mvit_core.batch.files import KINDS
from mvit_core.export import EXPORTERS
from mvit_core.figure import WRITERS
from mvit_core.provenance import CARRIERS

ROOT = Path(__file__).resolve().parents[2]

TOLD = {
    "app/widgets/plot_menu.py": "tests/app/test_plot_origins.py",
    "app/widgets/plots.py": "tests/app/test_plot_origins.py",
    "mvit_core/export/heads_table.py": "tests/app/test_plot_origins.py",
    "mvit_core/batch/maps.py": "tests/cli/test_provenance.py",
    "mvit_core/batch/run_file.py": "tests/cli/test_provenance.py",
    "mvit_core/batch/tables.py": "tests/cli/test_provenance.py",
    "mvit_core/capture_file/writing.py": "tests/cli/test_provenance.py",
    "mvit_core/export/numbers.py": "tests/cli/test_provenance.py",
    "mvit_core/export/pictures.py": "tests/cli/test_provenance.py",
    "mvit_core/figure/__init__.py": "tests/cli/test_provenance.py",
    "mvit_core/report/__init__.py": "tests/cli/test_provenance.py",
    "mvit_core/video/encode/writer.py": "tests/cli/test_provenance.py",
}
"""Modules that write results, and the tests that make one small and read back what it says."""

NO_RESULT = {
    "app/state/session_file.py": "a session: it names its own clip and model, by digest",
    "app/window/places.py": "the last view of each clip, in the settings",
    "mvit_core/batch/shards.py": "notes of what is done, beside the tables",
    "mvit_core/provenance/beside.py": "the provenance itself",
    "mvit_core/repeating/crate.py": "the crate, which is one of results and their provenance",
    "mvit_core/training/card.py": "the demo model, of which its card tells",
    "mvit_core/training/clips.py": "the clips of the demo",
    "mvit_core/training/saving.py": "the demo model",
}
"""Modules that write other files, and what they are."""

OUTPUTS = {
    "export": "", "figure": "", "report": "", "capture": "", "batch": "", "explain": "",
    "provenance": "makes one of the others again",
    "demo": "clips and the demo model, of which its card tells",
}  # fmt: skip
"""Commands with an option for what they write; with a reason, where that carries nothing."""


@cache
def modules():
    """Names and trees of the modules that write files, or hear of plots."""
    named = {}
    for folder in ("app", "mvit_core"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if any(
                word in text
                for word in ("whole_file(", "PlotMenu(", "export.reported", "export.wrote")
            ):
                named[path.relative_to(ROOT).as_posix()] = ast.parse(text)
    return named


def calls(tree, name):
    """Calls of a function or a class by its bare name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def test_each_module_that_writes_a_file_tells_where_it_comes_from_or_why_it_need_not():
    writing = {name for name, tree in modules().items() if any(calls(tree, "whole_file"))}
    assert writing == {*TOLD, *NO_RESULT}
    assert not TOLD.keys() & NO_RESULT.keys()


@pytest.mark.parametrize("test", sorted(set(TOLD.values())))
def test_the_tests_that_read_it_back_are_there(test):
    assert "read_provenance(" in (ROOT / test).read_text(encoding="utf-8")


def options_of(parser):
    """The option strings of a command, those of its own commands too."""
    for action in parser._actions:
        yield from action.option_strings
        for further in (action.choices or {}).values() if isinstance(action.choices, dict) else ():
            yield from options_of(further)


def test_each_command_that_writes_a_file_is_known():
    writing = set()
    for name in COMMANDS:
        commands = next(a for a in build_parser(name)._actions if isinstance(a.choices, dict))
        if {"-o", "--output", "--out"} & {*options_of(commands.choices[name])}:
            writing.add(name)
    assert writing == OUTPUTS.keys()


def test_each_plot_of_the_window_is_a_kind_of_file_that_is_told():
    named, heard = set(), {}
    for name, tree in modules().items():
        for call in calls(tree, "PlotMenu"):
            assert isinstance(call.args[1], ast.Constant), f"{name} names its plot by no constant"
            named.add(call.args[1].value)
        dotted = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        counts = [sum(d.endswith(f"export.{s}.connect") for d in dotted)
                  for s in ("reported", "wrote")]  # fmt: skip
        if any(counts):
            heard[name] = counts
    assert named | {"head-table"} == PLOT_KINDS.keys()
    assert heard
    for name, (reported, wrote) in heard.items():
        assert reported == wrote, f"{name} hears of a plot and does not have it told"


def test_each_ending_has_a_reader_or_a_file_beside_it():
    beside = {ending for ending, each in EXPORTERS.items() if each.beside}
    endings = {*EXPORTERS, *WRITERS, *(kind.ending for kind in KINDS.values()), ".parquet"}
    assert endings - CARRIERS.keys() == beside
