"""YAML is read within bounds, and as the safe loader reads it."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mvit_core.errors import Cancelled
from mvit_core.system.bounded_yaml import YAML_LIMITS, BadYaml, load_yaml

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(PLAIN)
def test_plain_values_are_read_as_they_were_written(value: object):
    assert load_yaml(yaml.safe_dump(value)) == value


def test_aliases_and_merges_within_bounds_are_read():
    text = "base: &b {a: 1, b: [2, 3]}\nother: {<<: *b, a: 4}\nsame: *b"
    assert load_yaml(text) == yaml.safe_load(text)


def test_a_tuple_of_python_is_read_as_a_list():
    assert load_yaml("a: !!python/tuple [1, 2]") == {"a": [1, 2]}


@pytest.mark.parametrize(
    "tag", ["object/apply:os.system", "name:os.system", "module:os", "object/new:x.y"]
)
def test_every_other_tag_of_python_is_refused(tag: str):
    with pytest.raises(BadYaml, match="is not YAML"):
        load_yaml(f"a: !!python/{tag} [x]")


def bomb(form: str) -> str:
    rows = ["a: &a {x: 1}"] if "<<" in form else ["a: &a [1]"]
    for before, name in zip("abcdefghij", "bcdefghijk", strict=True):
        rows.append(form.format(name=name, refs=", ".join([f"*{before}"] * 9)))
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (bomb("{name}: &{name} [{refs}]"), "when written out"),
        (bomb("{name}: &{name} {{<<: [{refs}]}}"), "when written out"),
        ("a: &a 1\nb: [" + "*a, " * 300 + "1]", "more than 200 aliases"),
        ("a: &a [*a]", "holds itself"),
        ("[" * 50 + "]" * 50, "nested more than 40 deep"),
        ("{a: " * 100_000, "characters|nested"),
        ("x" * (YAML_LIMITS.characters + 1), "characters; at most"),
        ("a: " + "x" * 70_000, "has a value of 70000 characters"),
        ("a: " + "9" * 2_000, "has a number of 2000 digits"),
        ("a: " + "59:" * 2_000 + "1", "has a number of"),
        ("-\n" * 60_000, r"more than \d+ values"),
        ("a: [1", r"is not YAML \(line \d\)"),
        ("a: 2001-99-99", "is not YAML"),
        ("\0", "is not YAML"),
        ("a: 1\n---\nb: 2", "is not YAML"),
    ],
)
def test_what_goes_beyond_a_bound_is_refused(text: str, says: str):
    with pytest.raises(BadYaml, match=says):
        load_yaml(text)


def test_reading_can_be_cancelled():
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        load_yaml("a: 1", check=stop)
