"""Every table that the program writes, with class names that spreadsheets would compute."""

import ast
import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from app.text.class_list import Listed, ListedClass, predictions_csv
from app.widgets import plots
from mvit_core import load_model, open_video
from mvit_core.export import ExportRequest, export
from mvit_core.pipeline import Explainer
from mvit_core.printable import printable
from mvit_core.spreadsheet import quote_heads, text_cell

ROOT = Path(__file__).resolve().parents[2]

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")']


@pytest.mark.parametrize("name", FORMULAS)
def test_what_begins_like_a_formula_is_text(name):
    assert text_cell(name) == f"'{printable(name)}"


def test_line_breaks_of_every_kind_stay_in_their_cell():
    assert text_cell("a\rb\nc\x0bd") == r"a\rb\nc\x0bd"


@pytest.mark.parametrize("name", ["", "archery", "a=b", "'quoted", "1", "名字"])
def test_other_names_stay_as_they_are(name):
    assert text_cell(name) == name


def test_an_exported_table_computes_nothing(toy_checkpoint, barcode_clip, tmp_path):
    loaded = load_model(toy_checkpoint)
    evil = replace(loaded, classes=tuple(FORMULAS[i % 7] for i in range(loaded.config.num_classes)))
    target = tmp_path / "out.csv"
    with open_video(barcode_clip) as video:
        export(Explainer(evil), video, ExportRequest(), target)
    with target.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row["class"].startswith("'") for row in rows)


def test_copied_predictions_compute_nothing_and_numbers_stay_numbers():
    rows = tuple(ListedClass(n, n, name, 0.5, -1) for n, name in enumerate(FORMULAS))
    copied = list(
        csv.DictReader(io.StringIO(predictions_csv(Listed("window 1", rows)), newline=""))
    )
    assert [row["class"] for row in copied] == [text_cell(name) for name in FORMULAS]
    assert {row["probability"] for row in copied} == {"0.5"}


def test_the_heads_of_saved_values_compute_nothing_and_negative_numbers_stay_numbers(tmp_path):
    path = tmp_path / "series.csv"
    path.write_text('=1+1_x,"=1+1, too_y"\n-1.5,nan\n', encoding="utf-8")
    quote_heads(path)
    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["'=1+1_x", "'=1+1, too_y"], ["-1.5", "nan"]]
    assert plots.quote_heads is quote_heads


def test_every_module_that_writes_tables_of_names_makes_text_cells():
    """A new writer of tables is met here, and tested above."""
    writers = set()
    for path in [*(ROOT / "app").rglob("*.py"), *(ROOT / "mvit_core").rglob("*.py")]:
        names = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "csv"
        }
        if names & {"writer", "DictWriter"}:
            writers.add(path.relative_to(ROOT).as_posix())
    own_names_only = {"mvit_core/training/saving.py"}
    assert writers - own_names_only == {
        "app/text/class_list.py",
        "app/text/patches.py",
        "mvit_core/export/heads_table.py",
        "mvit_core/export/numbers.py",
        "mvit_core/spreadsheet.py",
    }
