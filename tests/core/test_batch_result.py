"""A batch result, opened: which rows are listed in which order, and what is refused."""

import json
import os
import random
import shutil
import sys
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from mvit_core.attribution import HeadStatistics
from mvit_core.batch import ResultTables
from mvit_core.batch import result_files as files
from mvit_core.batch.database import locked
from mvit_core.batch.result_query import RESULT_FIELDS, HeadNumber, ResultQuery
from mvit_core.errors import Cancelled, ClipListError
from tests.batch_results import (
    CLASSES,
    is_correct,
    is_error,
    spread_of,
    write_result,
)

pytest.importorskip("duckdb", reason="a batch result needs the extra 'batch'")
pytest.importorskip("pyarrow", reason="tables of a batch need the extra 'batch'")

CLIPS = 230
NUMBER = HeadNumber("temporal_spread", 2, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("looked at") / "it's out"  # a name with a quote
    write_result(out, CLIPS, stats="all")
    return out


@pytest.fixture(scope="module")
def tables(folder):
    opened = ResultTables(folder)
    yield opened
    opened.close()


@pytest.fixture
def copied(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "out")


def rows_of(tables, query):
    """All rows of a query, page by page."""
    pages = (tables.find(query) + 99) // 100
    return [row for page in range(pages) for row in tables.page(page)]


def clip_of(row):
    return int(row.path[5:10])


def test_it_says_what_the_batch_holds(tables, folder):
    facts = tables.facts
    assert (facts.folder, facts.root, facts.list_name) == (folder, folder.parent, "val.csv")
    assert (facts.clips, facts.rows) == (CLIPS, CLIPS)
    assert facts.errors == sum(map(is_error, range(CLIPS)))
    assert facts.heads == {0: 2, 1: 2, 2: 2, 3: 2}
    assert set(CLASSES) <= set(facts.labels)
    assert [(model.name, model.checkpoint) for model in facts.models] == [
        ("toy.pyth", folder.parent / "toy.pyth")
    ]
    assert "entropy" in facts.numbers
    assert not facts.means_views


def test_rows_come_a_hundred_at_a_time_and_say_what_was_written(tables):
    assert tables.find(ResultQuery(number=NUMBER)) == CLIPS
    pages = [tables.page(number) for number in range(4)]
    assert [len(page) for page in pages] == [100, 100, 30, 0]
    for row in (row for page in pages for row in page):
        clip = clip_of(row)
        assert row.row == clip
        if is_error(clip):
            assert (row.window, row.frame, row.number, row.is_correct) == (None,) * 4
            assert "no frame can be decoded" in row.error
        else:
            assert (row.window, row.frame, row.checkpoint, row.error) == (0, 2, "toy.pyth", "")
            assert row.is_correct == is_correct(clip)
            assert row.label == CLASSES[clip % 5]
            assert row.number == pytest.approx(spread_of(clip, 2, 1))


def look_at(folder):
    """Open a batch result and close it, with a question of each table between."""
    tables = ResultTables(folder)
    try:
        tables.find(ResultQuery(number=NUMBER, text="clip"))
        tables.page(0)
        tables.histogram()
    finally:
        tables.close()


def key_of(row, field):
    if field == "clip":
        return row.path
    value = getattr(row, field)
    return None if value == "" else value


@pytest.mark.parametrize("is_falling", [False, True])
@pytest.mark.parametrize("field", RESULT_FIELDS)
def test_every_field_sorts_and_rows_without_a_value_come_last(tables, field, is_falling):
    query = ResultQuery(number=NUMBER, sorted_by=field, is_falling=is_falling)
    rows = rows_of(tables, query)
    keys = [key_of(row, field) for row in rows]
    known = [key for key in keys if key is not None]
    assert len(rows) == CLIPS
    assert keys == sorted(known, reverse=is_falling) + [None] * (CLIPS - len(known))
    ties = [(key, row.row) for key, row in zip(keys, rows, strict=True) if key is not None]
    for one, two in pairwise(ties):
        assert one[0] != two[0] or one[1] < two[1], "the order of the list decides"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (ResultQuery("wrong"), lambda n: not is_error(n) and not is_correct(n)),
        (ResultQuery("right"), lambda n: not is_error(n) and is_correct(n)),
        (ResultQuery("error"), is_error),
        (ResultQuery(label="run"), lambda n: not is_error(n) and n % 5 == 1),
        (ResultQuery(text="CLIP_0010"), lambda n: n // 10 == 10),
        (ResultQuery(text="decoded 17"), lambda n: is_error(n) and "17" in f"{n:05}"),
        (ResultQuery(text="50 %' OR 1=1 --"), lambda _: False),
        (
            ResultQuery("wrong", "run", number=NUMBER, least=2.0, most=5.0),
            lambda n: (
                not is_error(n)
                and not is_correct(n)
                and n % 5 == 1
                and 2.0 <= spread_of(n, 2, 1) <= 5.0
            ),
        ),
    ],
    ids=lambda value: value.kind + value.label + value.text if hasattr(value, "kind") else "",
)
def test_a_query_lists_the_rows_that_a_loop_finds(tables, query, wanted):
    assert [clip_of(row) for row in rows_of(tables, query)] == list(filter(wanted, range(CLIPS)))


def test_a_row_is_found_in_the_order_shown_and_not_where_it_is_not_listed(tables):
    query = ResultQuery("wrong", number=NUMBER, sorted_by="number", is_falling=True)
    rows = rows_of(tables, query)
    assert [tables.place_of(row.row) for row in rows] == list(range(len(rows)))
    right = next(n for n in range(CLIPS) if is_correct(n) and not is_error(n))
    assert tables.place_of(right) is None
    assert tables.place_of(CLIPS) is None


def test_the_histogram_counts_the_rows_listed_whatever_their_range(tables):
    whole = ResultQuery("right", number=NUMBER)
    tables.find(whole)
    all_of_them = tables.histogram()
    values = [row.number for row in rows_of(tables, whole)]
    assert (all_of_them.low, all_of_them.high) == (min(values), max(values))
    counts, _ = np.histogram(values, len(all_of_them.counts), (min(values), max(values)))
    assert sum(all_of_them.counts) == len(values)
    assert np.abs(np.cumsum(counts) - np.cumsum(all_of_them.counts)).max() <= 2, "edges round"
    tables.find(replace(whole, least=4.0, most=5.0))
    assert tables.histogram() == all_of_them
    tables.find(ResultQuery("error"))
    assert tables.histogram() is None


def test_means_of_heads_are_over_the_rows_listed(tables):
    tables.find(ResultQuery("wrong", number=NUMBER))
    heads = tables.head_means("toy.pyth", "readout")
    assert [(row.block, row.head) for row in heads] == [(b, h) for b in range(4) for h in range(2)]
    assert all(isinstance(row, HeadStatistics) and row.profile.size == 0 for row in heads)
    assert heads[5].entropy == pytest.approx(0.5)
    assert heads[5].sink == pytest.approx(0.25)
    of_all = tables.head_means("toy.pyth", "all")
    assert all(0 < row.distance_px < 1 for row in of_all)
    assert tables.head_means("another.pyth", "all") == ()
    tables.find(ResultQuery("error"))
    assert tables.head_means("toy.pyth", "all") == ()


def test_a_statistic_that_is_not_there_is_the_nearest_one(tables):
    facts = tables.facts
    assert facts.nearest(HeadNumber()) == HeadNumber("temporal_spread", 3, 0)
    assert facts.nearest(HeadNumber("sink", 99, 99)) == HeadNumber("sink", 3, 1)
    without = replace(facts, numbers=facts.numbers[:3])
    assert without.nearest(HeadNumber("sink", 1, 1)) == HeadNumber("temporal_spread", 1, 1)


def test_another_head_has_other_values(tables):
    for head in (0, 1):
        number = HeadNumber("temporal_spread", 1, head)
        rows = rows_of(tables, ResultQuery("right", number=number))
        assert [row.number for row in rows] == pytest.approx(
            [spread_of(clip_of(row), 1, head) for row in rows]
        )


# -- what is refused -----------------------------------------------------------------------------


def test_a_folder_tells_whether_it_is_a_batch_result(folder, tmp_path):
    assert files.holds_result(folder)
    assert not files.holds_result(folder / "clips")
    assert not files.holds_result(folder / "run.json")
    assert not files.holds_result(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "none of a batch"),
        ('{"form": 9, "models": []}', "form 9; this version reads form 1"),
    ],
)
def test_another_run_json_is_refused_in_words(copied, text, words):
    (copied / "run.json").write_text(text)
    with pytest.raises(ClipListError, match=words):
        ResultTables(copied)


def test_fields_of_run_json_of_any_type_are_survived(copied):
    strange = {"form": 1, "models": [1, {"name": [], "sha256": {}}], "sources": "x", "root": 3,
               "clips": "many", "stats": [], "windows": None, "list": 7}  # fmt: skip
    (copied / "run.json").write_text(json.dumps(strange))
    tables = ResultTables(copied)
    assert tables.facts.clips == CLIPS
    assert [model.name for model in tables.facts.models] == [""]
    tables.close()


@pytest.mark.parametrize("table", ["clips", "windows", "heads"])
def test_a_damaged_part_is_one_sentence_and_a_missing_table_too(copied, table):
    part = copied / table / "part-000001.parquet"
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ClipListError, match="cannot be read as a batch result") as raised:
        look_at(copied)
    assert "\n" not in str(raised.value)
    for each in (copied / table).iterdir():
        each.unlink()
    with pytest.raises(ClipListError, match=f"no rows in {table} yet"):
        ResultTables(copied)


def test_mutants_of_a_part_are_opened_or_refused_and_nothing_else(copied):
    chance = random.Random(0)
    part = copied / "windows" / "part-000000.parquet"
    whole = part.read_bytes()
    for _ in range(40):
        mutant = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            mutant[chance.randrange(len(mutant))] = chance.randrange(256)
        part.write_bytes(mutant)
        with suppress(ClipListError):
            look_at(copied)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes as POSIX has them")
def test_a_pipe_in_the_place_of_a_part_is_refused_and_not_waited_for(copied):
    part = copied / "heads" / "part-000002.parquet"
    part.unlink()
    os.mkfifo(part)
    with pytest.raises(ClipListError, match=r"part-000002.parquet is a pipe"):
        ResultTables(copied)


def test_columns_of_other_types_are_refused_in_words(copied):
    import pyarrow as pa
    import pyarrow.parquet as pq

    for part in (copied / "clips").iterdir():
        part.unlink()
    strange = {"clip_id": ["a", "b"], "path": [1, 2], "label": [True, False], "error": [0.5, 1.5]}
    pq.write_table(pa.table(strange), copied / "clips" / "part-000000.parquet")
    with pytest.raises(ClipListError, match="cannot be read as a batch result"):
        ResultTables(copied)


def test_more_rows_than_can_be_listed_are_refused_before_they_are_read(copied, monkeypatch):
    monkeypatch.setattr("mvit_core.batch.result._MOST_ROWS", 100)
    with pytest.raises(ClipListError, match="has 230 rows; at most 100 are listed"):
        ResultTables(copied)


def test_without_duckdb_the_sentence_says_what_brings_it(folder, monkeypatch):
    monkeypatch.setattr(files, "find_spec", lambda _: None)
    with pytest.raises(ClipListError, match=r'pip install "mvit-lens\[batch\]"'):
        ResultTables(folder)


def test_opening_stops_where_it_is_asked_to(folder):
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        ResultTables(folder, stop)


@pytest.mark.parametrize(
    "question",
    [
        "FROM read_text('{other}')",
        "FROM read_parquet('{other}')",
        "COPY (SELECT 1) TO '{other}'",
        "ATTACH '{other}'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "FROM read_parquet('https://127.0.0.1:9/x.parquet')",
    ],
)
def test_the_database_opens_the_parts_and_nothing_else(folder, tmp_path, question):
    import duckdb

    parts = files.parts_of(folder, "clips", lambda: None)
    other = tmp_path / "other.parquet"
    shutil.copy(parts[0], other)
    before = sorted(tmp_path.iterdir())
    made = locked(parts)
    assert made.execute("SELECT count(*) FROM read_parquet($p)", {"p": parts}).fetchone() == (230,)
    with pytest.raises(duckdb.Error):
        made.execute(question.format(other=other))
    made.close()
    assert sorted(tmp_path.iterdir()) == before
