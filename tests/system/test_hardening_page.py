"""docs/hardening.md and docs/acceptance.md name tests that exist; files kept beside are named."""

import ast
import re
from pathlib import Path

import pytest

from benchmarks.mutation import EQUIVALENT, SINCE
from tests.fixtures_video import SHARED

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(tests/[\w/]+\.py)?::(\w+)`")


def named_tests(text):
    """(file, test) pairs of a page; a test without a file is of the file before it."""
    file, found = "", []
    for path, name in NAMED.findall(text):
        file = path or file
        found.append((file, name))
    return found


def page(name="hardening"):
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def missing(tests):
    names = {}
    for file, name in tests:
        if file not in names:
            path = ROOT / file
            tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([])
            names[file] = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
        if name not in names[file]:
            yield f"{file}::{name}"


@pytest.mark.parametrize(("name", "least"), [("hardening", 60), ("acceptance", 30)])
def test_every_test_that_a_page_names_exists(name, least):
    tests = named_tests(page(name))
    assert len(tests) > least
    assert list(missing(tests)) == []


def test_a_test_that_is_gone_would_be_noticed():
    text = "`tests/system/test_hardening_page.py::page`, `::gone`, `tests/none.py::test`"
    assert list(missing(named_tests(text))) == [
        "tests/system/test_hardening_page.py::gone",
        "tests/none.py::test",
    ]


def test_every_test_that_notices_a_survivor_of_the_mutation_score_exists():
    source = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests/core").glob("*.py")
    )
    assert [name for name in SINCE.values() if f"def {name}(" not in source] == []
    assert not EQUIVALENT.keys() & SINCE.keys()


def test_every_file_that_the_promises_name_exists():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w/]+\.py)`", text)) | set(re.findall(r"\]\(([\w/.]+)\)", text))
    assert len(named) > 15
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def rows_of_files():
    """(Names of files, test files) of the table about what is kept beside the project."""
    table = page().split("## Files kept beside the project")[1]
    for line in filter(lambda line: line.startswith(("| attack", "| reports")), table.split("\n")):
        kept, tests = line.strip("| ").split(" | ")
        yield re.findall(r"`([^`]+)`", kept), {file for file, _ in named_tests(tests)}


def test_every_file_kept_beside_the_project_stands_in_the_test_that_its_row_names():
    """``sorted(LABELS.glob(...))`` and its like open whatever is there."""
    for names, tests in rows_of_files():
        source = "".join((ROOT / test).read_text(encoding="utf-8") for test in tests)
        lacking = [name for name in names if name not in source and "LABELS.glob(" not in source]
        assert lacking == []


@pytest.mark.parametrize("folder", ["attack", "reports", "reports/checkpoints", "reports/labels"])
def test_every_file_kept_beside_the_project_is_named(folder):
    if not (SHARED / folder).is_dir():
        pytest.skip(f"no ../shared/{folder} beside the checkout")
    names = {path.name for path in (SHARED / folder).iterdir()}
    names -= {"README.md", "checkpoints", "labels"}
    assert {name for name in names if f"`{name}`" not in page()} == set()
