"""JSON from outside: whatever is wrong with it is one kind of error."""

import ast
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvit_core.system.bounded_json import BadJson, load_json

ROOT = Path(__file__).resolve().parents[2]
READER = "mvit_core/system/bounded_json.py"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(VALUES)
def test_values_are_read_as_they_were_written(value: object):
    assert load_json(json.dumps(value)) == value
    assert load_json(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 200_000, "is nested too deeply"),
        ('{"a":' * 200_000, "is nested too deeply"),
        ("9" * 5_000, "is not JSON: .*digits"),
        ("[1", "is not JSON: .*line 1"),
        ("", "is not JSON"),
        (b"\xff\xfe\x00", "is not JSON"),
    ],
)
def test_whatever_is_wrong_is_one_kind_of_error(text: str | bytes, says: str):
    with pytest.raises(BadJson, match=says):
        load_json(text)


@settings(deadline=None)
@given(st.text(st.sampled_from('[]{}",:019.eE-tfn \\u')), st.integers(1, 3_000))
def test_no_text_raises_anything_else(text: str, times: int):
    with suppress(BadJson):
        load_json(text * times)


def readers(source: str) -> set[str]:
    """Functions of ``json`` that read, as a source calls them."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "json"
        and node.attr in ("load", "loads")
    }


def test_no_module_reads_json_in_another_way():
    for folder in ("app", "mvit_core"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            found = readers(path.read_text(encoding="utf-8"))
            assert not found or name == READER, name


def test_another_way_would_be_found():
    assert readers("import json\nvalue = json.loads(text)") == {"loads"}
    assert readers("import json\ntext = json.dumps(value)") == set()
