"""Docstrings of every public name say what is taken, given and raised, and shapes of arrays."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from mvit_core.attribution import LAYER_MAPS
from mvit_core.errors import ClipError, MvitError
from mvit_core.explaining import EVIDENCE
from tests.docstrings import (
    faults,
    methods,
    public_classes,
    public_functions,
    rooms,
    shapeless_fields,
)


def test_public_functions_tell_all_that_they_take_give_and_raise():
    found = [f"{n}: {each}" for n, f in public_functions().items() for each in faults(f)]
    assert found == []


def test_public_arrays_have_a_shape():
    found = [each for cls in public_classes().values() for each in shapeless_fields(cls)]
    assert found == []


@pytest.mark.parametrize("table", [LAYER_MAPS, EVIDENCE], ids=["maps", "evidence"])
def test_every_method_of_the_field_names_its_source(table):
    named = re.compile(r"\b(19|20)\d\d\b|^ours\b")
    without = [name for name, row in table.items() if not named.search(row.source)]
    assert without == []


def test_every_room_is_looked_at():
    assert {"mvit_core", "mvit_core.scripting", "mvit_core.errors"} <= set(rooms())
    assert len(public_functions()) > 300


# -- the lint itself -----------------------------------------------------------------------------


def told(values: NDArray[np.float32], scale: float, axis: int) -> NDArray[np.float32]:
    """Scales values along an axis.

    Args:
        values: (T, Y, X).
        scale: a factor.
        axis: 0 to 2.

    Returns:
        (T, Y, X).

    Raises:
        ClipError: there is no such axis.
    """
    raise ClipError("no axis")


def silent(values: NDArray[np.float32], scale: float, axis: int) -> NDArray[np.float32]:
    """Makes them larger."""
    raise ClipError("no axis")


def by_its_root(count: int) -> int:
    """The count.

    Raises:
        MvitError: it is none.
    """
    raise ClipError(count)


def as_another(values: NDArray[np.float32], scale: float, axis: int) -> None:
    """The same (T, Y, X) in place, as for ``told``."""


def no_words(count: int) -> int:
    return count


def test_a_docstring_that_tells_all_has_no_fault():
    assert faults(told) == []
    assert faults(by_its_root) == []
    assert issubclass(ClipError, MvitError)


def test_what_is_not_told_is_found():
    assert faults(silent) == [
        "argument values is not told",
        "argument scale is not told",
        "argument axis is not told",
        "ClipError is raised and not told",
        "what it gives is not told: Makes them larger.",
        "no shape of values, the result",
    ]
    assert faults(no_words) == ["no docstring"]


def test_arguments_of_another_function_are_told_by_naming_it(monkeypatch):
    assert len(faults(as_another)) == 3
    known = {"tests.test_docstrings.told": told}
    monkeypatch.setattr("tests.docstrings.public_functions", lambda: known)
    assert faults(as_another) == []


def test_a_field_whose_default_is_a_function_is_no_method():
    @dataclass
    class Row:
        """A row of a table."""

        call: Callable[[int], int] = lambda count: count

        def told(self) -> int:
            return 0

    assert [name.rpartition(".")[2] for name in methods(Row)] == ["told"]


def test_a_field_that_is_an_array_without_shape_is_found():
    class Pair:
        """Two arrays."""

        told: NDArray[np.float32]
        """(T, Y, X)."""
        silent: NDArray[np.float32]

    assert shapeless_fields(Pair) == ["Pair.silent has no shape"]
