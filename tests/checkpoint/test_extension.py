"""A format is one file and one row of a table, and so is a family: nothing else knows of it."""

import ast
from pathlib import Path

import pytest

import mvit_core
from mvit_core.checkpoint import FORMATS
from mvit_core.checkpoint.families import FAMILY_READERS
from mvit_core.model.families import FAMILIES

CORE = Path(mvit_core.__file__).parent
SHARES = {
    "mvit_core.checkpoint.pyslowfast": {"facebook_mvit", "memvit"},
    "mvit_core.checkpoint.mmaction2": {"mmpretrain"},
}
"""Formats whose words another one continues: the more general may be known to the other."""


def importers(module: str) -> set[str]:
    """Modules of the core that import one, but for ``__init__``."""
    found = set()
    for path in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == module:
                found.add(path.stem)
    return found - {"__init__"}


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_known_to_its_table_alone(name: str):
    module = f"mvit_core.checkpoint.{name}"
    assert importers(module) == {"formats"} | SHARES.get(module, set())


@pytest.mark.parametrize("reader", FAMILY_READERS, ids=lambda reader: reader.family)
def test_a_reader_of_a_family_is_known_to_its_table_alone(reader):
    assert importers(f"mvit_core.checkpoint.{reader.family}") == {"families"}


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"classifier"}))
def test_every_further_family_is_told_from_files(name: str):
    assert sum(reader.family == name for reader in FAMILY_READERS) == 1
    assert FAMILIES[name].config.family == name
