"""docs/hardening.md names tests that exist, and every file that is kept beside the project."""

import ast
import re
from pathlib import Path

import pytest

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


def page():
    return (ROOT / "docs" / "hardening.md").read_text(encoding="utf-8")


def missing(tests):
    names = {}
    for file, name in tests:
        if file not in names:
            path = ROOT / file
            tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([])
            names[file] = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
        if name not in names[file]:
            yield f"{file}::{name}"


def test_every_test_that_the_page_names_exists():
    tests = named_tests(page())
    assert len(tests) > 60
    assert list(missing(tests)) == []


def test_a_test_that_is_gone_would_be_noticed():
    text = "`tests/system/test_hardening_page.py::page`, `::gone`, `tests/none.py::test`"
    assert list(missing(named_tests(text))) == [
        "tests/system/test_hardening_page.py::gone",
        "tests/none.py::test",
    ]


@pytest.mark.parametrize("folder", ["attack", "reports", "reports/checkpoints", "reports/labels"])
def test_every_file_kept_beside_the_project_is_named(folder):
    if not (SHARED / folder).is_dir():
        pytest.skip(f"no ../shared/{folder} beside the checkout")
    names = {path.name for path in (SHARED / folder).iterdir()}
    names -= {"README.md", "checkpoints", "labels"}
    assert {name for name in names if f"`{name}`" not in page()} == set()
