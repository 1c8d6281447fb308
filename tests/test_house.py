"""The house rules that no tool checks: lengths, no circles, and the same checks everywhere."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 45
FILES = sorted(path for room in ("app", "mvit_core") for path in (ROOT / room).rglob("*.py"))


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_file_and_its_functions_are_read_at_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long = [
        node.name
        for node in ast.walk(tree_of(path))
        if isinstance(node, functions)
        and node.end_lineno - node.lineno + 1 > MOST_LINES_OF_A_FUNCTION
    ]
    assert not long


def imports():
    """Our modules that each module imports, for types alone too."""
    modules = {name_of(p)[:-3].replace("/", ".").removesuffix(".__init__"): p for p in FILES}
    found = defaultdict(set)
    for module, path in modules.items():
        for node in ast.walk(tree_of(path)):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [name if name in modules else node.module for name in names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            found[module].update(name for name in names if name in modules and name != module)
    return found


def circles(arrows):
    """Modules that import each other, directly or by others: what no order can be found for."""
    left = {module: set(targets) for module, targets in arrows.items()}
    while True:
        free = {module for module, targets in left.items() if not targets & left.keys()}
        if not free:
            return sorted(left)
        left = {module: targets for module, targets in left.items() if module not in free}


def test_no_modules_import_each_other_in_a_circle():
    assert circles(imports()) == []


def test_a_circle_would_be_found():
    arrows = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}
    assert circles(arrows) == ["a", "b", "c", "d"]
    assert circles({"a": {"b"}, "b": set()}) == []


@pytest.mark.parametrize("package", ["app", "mvit_core"])
def test_a_package_says_that_it_is_typed(package):
    assert (ROOT / package / "py.typed").is_file()


def test_the_hooks_run_what_make_check_runs():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for repo in hooks["repos"] for hook in repo["hooks"]]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    found = re.search(r"^check: (.+)$", makefile, re.MULTILINE)
    assert entries == [f"make {target}" for target in found[1].split()]


def test_one_target_ends_below_the_floors_of_coverage():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--include='mvit_core/*' --format=total --fail-under=95" in makefile
    assert "--include='app/*' --format=total --fail-under=85" in makefile
