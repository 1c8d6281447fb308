"""Lints docstrings of public names: what is taken, given and raised, shapes of arrays."""

import ast
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib import import_module

import mvit_core
from mvit_core import errors

MOST_UNLISTED = 2
"""Arguments that a sentence may tell; more are listed."""

_ARRAY = re.compile(r"NDArray|FloatArray|ImageArray|FloatLine|Tensor\b|ndarray")
_SHAPE = re.compile(r"\([A-Za-z0-9_', *+./×…-]*,[^()]*\)|\bshape\b|\bsame size\b")
_VERBS = re.compile(
    r"(Calls?|Captures?|Checks?|Decodes?|Finds?|Goe?s?|Lays?|Makes?|Measures?|Opens?|Paints?|Reads?|"
    r"Runs?|Shortens?|Takes?|Tries|Try|Writes?)\b(?! of\b)"
)
"""Beginnings of summaries that say what is done, and so not yet what is given."""


def rooms() -> tuple[str, ...]:
    """``mvit_core`` and its rooms, by module."""
    found = (each.name for each in pkgutil.iter_modules(mvit_core.__path__, "mvit_core."))
    return ("mvit_core", *sorted(found))


@cache
def public_functions() -> dict[str, object]:
    """Public functions, and public methods and properties of public classes, by their names."""
    found: dict[str, object] = {}
    for room in rooms():
        for value in _public(room):
            if inspect.isfunction(value):
                found.setdefault(f"{value.__module__}.{value.__qualname__}", value)
            elif inspect.isclass(value):
                found.update(methods(value))
    return found


def public_classes() -> dict[str, type]:
    """Public classes by their names."""
    values = (value for room in rooms() for value in _public(room))
    return {f"{v.__module__}.{v.__qualname__}": v for v in values if inspect.isclass(v)}


def _public(room: str) -> Iterator[object]:
    module = import_module(room)
    names = getattr(module, "__all__", None)
    if names is None:
        own = vars(module).items()
        names = [n for n, v in own if n[0] != "_" and getattr(v, "__module__", "") == room]
    for name in names:
        value = getattr(module, name)
        if getattr(value, "__module__", "").startswith("mvit_core"):
            yield value


def methods(cls: type) -> dict[str, object]:
    """Public methods and properties of a class by their names."""
    found = {}
    for name, value in vars(cls).items():
        if name in inspect.get_annotations(cls):  # a field, whose default may be a function
            continue
        if isinstance(value, classmethod | staticmethod):
            value = value.__func__
        elif isinstance(value, property):
            value = value.fget
        elif hasattr(value, "func"):  # a cached property
            value = value.func
        if not name.startswith("_") and inspect.isfunction(value):
            found[f"{cls.__module__}.{cls.__qualname__}.{name}"] = value
    return found


def faults(function: object) -> list[str]:
    """What the docstring of a function lacks, in words."""
    text = inspect.getdoc(function) or ""
    if not text:
        return ["no docstring"]
    return [
        *_untold_arguments(function, text),
        *_untold_errors(function, text),
        *_untold_result(function, text),
        *_untold_shapes(function, text),
    ]


def _untold_arguments(function: object, text: str) -> list[str]:
    taken = [p for p in inspect.signature(function).parameters if p not in ("self", "cls")]
    listed = listed_arguments(text)
    for other in re.findall(r"(?:as (?:for|of)|like|see|and) ``(\w+)``", text):
        listed |= listed_arguments(_doc_of(other))
    missing = [argument for argument in taken if argument not in listed]
    if len(taken) == 1:  # the sentence is about it, by whatever noun
        return []
    if len(taken) <= MOST_UNLISTED:
        missing = [argument for argument in missing if not _is_named(argument, text)]
    return [f"argument {argument} is not told" for argument in missing]


def listed_arguments(text: str) -> set[str]:
    """The arguments that a docstring lists."""
    return set(
        re.findall(r"^    \*{0,2}(\w+)(?: \([^)]*\))?:", section(text, "Args"), re.MULTILINE)
    )


def section(text: str, title: str) -> str:
    """A section of a docstring; empty where it has none."""
    found = re.findall(rf"^{title}:\n((?:    .*\n?|\n)*)", text, re.MULTILINE)
    return "\n".join(found)


def _doc_of(other: str) -> str:
    """The docstrings of all public functions of a name."""
    known = public_functions().items()
    return "\n".join(inspect.getdoc(f) or "" for name, f in known if name.endswith(f".{other}"))


def _is_named(argument: str, text: str) -> bool:
    words = argument.replace("_", " ").rstrip("s")
    return re.search(rf"\b{words}|``{argument}``", text, re.IGNORECASE) is not None


def _untold_errors(function: object, text: str) -> list[str]:
    told = section(text, "Raises")
    missing = []
    for name in sorted(raised(function)):
        kind = getattr(errors, name, None)
        known = [each.__name__ for each in getattr(kind, "__mro__", ())[:-3]] or [name]
        if not any(re.search(rf"\b{each}\b", told) for each in known):
            missing.append(f"{name} is raised and not told")
    return missing


def raised(function: object) -> set[str]:
    """Names of the errors that a function itself raises."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    made = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc)
    names = (each.func if isinstance(each, ast.Call) else each for each in made)
    return {n.id for n in names if isinstance(n, ast.Name) and n.id.endswith("Error")} - {
        "NotImplementedError"
    }


def _untold_result(function: object, text: str) -> list[str]:
    given = str(inspect.signature(function).return_annotation).strip("'\"")
    if given in ("None", "bool", "<class 'bool'>", "<class 'inspect._empty'>"):
        return []
    summary = text.splitlines()[0]
    says = section(text, "Returns") or re.search(r"\breturns?\b", text)
    return [f"what it gives is not told: {summary}"] if _VERBS.match(summary) and not says else []


def _untold_shapes(function: object, text: str) -> list[str]:
    signature = inspect.signature(function)
    arrays = [n for n, p in signature.parameters.items() if _ARRAY.search(str(p.annotation))]
    if _ARRAY.search(str(signature.return_annotation)):
        arrays.append("the result")
    return [] if not arrays or _SHAPE.search(text) else [f"no shape of {', '.join(arrays)}"]


def shapeless_fields(cls: type) -> list[str]:
    """Fields of a class that are arrays and do not say of what shape."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    missing = []
    for field, after in zip(node.body, [*node.body[1:], None], strict=True):
        if not isinstance(field, ast.AnnAssign) or not _ARRAY.search(ast.unparse(field.annotation)):
            continue
        is_told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        text = str(after.value.value) if is_told else ""
        if not field.target.id.startswith("_") and not _SHAPE.search(text):
            missing.append(f"{cls.__name__}.{field.target.id} has no shape")
    return missing
