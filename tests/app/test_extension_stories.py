"""The how-to pages, followed to the letter: one new file, one row of a table, and it works.

Each page's code is put into a copy of the project, and ``extension_checks.py`` runs there.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLES = {
    "add-a-method": {"mvit_core/attribution/methods.py"},
    "add-a-panel": {"app/panels/table.py", "app/panels/workspaces.py"},
    "add-a-timeline-row": {"app/panels/timeline/rows.py"},
    "add-an-evidence-method": {"mvit_core/explaining/methods.py"},
    "add-an-exporter": {"mvit_core/export/__init__.py"},
}
"""The pages, and the tables that each adds a row or a name to."""

NAMED = {"add-an-evidence-method"}
"""Pages whose row names its module, which is imported when first used."""

BLOCK = re.compile(
    r"^ *```(python|diff)(?: title=\"(\S+)\")?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Story:
    """The steps of a how-to page."""

    files: dict[str, str]
    """New files, by path."""
    changes: tuple[tuple[str, str], ...]
    """(path, lines with a mark of what is there and what is added)."""


def story_of(page):
    files, changes = {}, []
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    for kind, title, body in BLOCK.findall(text):
        code = dedent(body)
        if kind == "python":
            files[title] = code
        else:
            first, _, lines = code.partition("\n")
            changes.append((first.removeprefix("--- "), lines))
    return Story(files, tuple(changes))


def changed(text, lines):
    """A text after a change; what is to be there must be there once."""
    rows = lines.splitlines(keepends=True)
    before = "".join(row[1:] for row in rows if row.startswith(" "))
    after = "".join(row[1:] for row in rows)
    assert before, "a change says where it belongs"
    assert text.count(before) == 1, f"not once in the file: {before!r}"
    return text.replace(before, after)


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A copy of the project to which every page was applied."""
    copy = tmp_path_factory.mktemp("extended")
    leave = shutil.ignore_patterns("__pycache__")
    for folder in ("app", "mvit_core", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave)
    for name in ("resources", "pyproject.toml"):
        (copy / name).symlink_to(ROOT / name)
    for page in TABLES:
        story = story_of(page)
        for path, code in story.files.items():
            (copy / path).write_text(code, encoding="utf-8")
        for path, lines in story.changes:
            file = copy / path
            file.write_text(changed(file.read_text(encoding="utf-8"), lines), encoding="utf-8")
    return copy


@pytest.mark.parametrize("page", TABLES)
def test_a_page_asks_for_one_new_file_and_one_row_of_a_table(page):
    story = story_of(page)
    assert len(story.files) == 1
    assert not any((ROOT / path).exists() for path in story.files)
    assert {path for path, _ in story.changes} == TABLES[page]
    added = [line for _, lines in story.changes for line in lines.splitlines() if line[0] == "+"]
    # The rest is the row.
    assert sum("import" in line for line in added) == (page not in NAMED)
    assert all(line[0] in " +" for _, lines in story.changes for line in lines.splitlines())


@pytest.mark.parametrize("page", TABLES)
def test_the_code_of_a_page_is_written_as_ours(page, extended):
    if shutil.which("ruff", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("the tools of `make check` are not installed here")
    for path in (*story_of(page).files, *TABLES[page]):
        for words in (("check",), ("format", "--check")):
            command = [sys.executable, "-m", "ruff", *words, "--no-cache", path]
            done = subprocess.run(
                command, cwd=extended, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "tests",
    [
        ("tests/app/extension_checks.py", "tests/core/test_maps.py"),
        ("tests/explaining/test_methods.py", "-k", "time_knockout"),
    ],
)
def test_what_the_pages_add_is_found_everywhere(extended, tests):
    run = subprocess.run(
        [*(sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"), *tests],
        cwd=extended,
        env={**os.environ, "PYTHONPATH": str(extended)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
