"""Bring the translations up to what the code says: ``make translations``.

The texts are found by reading the code, not with lupdate: that names the context of a module's own
``tr`` after the class around the call, and so after another than the one asked at run time. What
is written is Qt's own format, which Linguist opens.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
CODE = HERE.parents[1] / "app"
LANGUAGES = ("zh_CN",)
"""Besides English, which the code is written in."""

MARKERS = ("N", "translate")
"""Called with a context and a text."""

Key = tuple[str, str]
"""(context, text)."""


class UnmarkableError(Exception):
    """A text is put together before it is translated, so that no translation can be found."""


def marked(folder: Path = CODE) -> list[Key]:
    """Every text that the code marks, sorted, once each.

    Raises:
        UnmarkableError: a text is not written out where it is marked.
    """
    found: set[Key] = set()
    for path in sorted(folder.rglob("*.py")):
        found.update(_in_module(ast.parse(path.read_text(encoding="utf-8")), path))
    return sorted(found)


def texts() -> list[Key]:
    """Every text to be translated: those of the code, and the titles of the core's tables.

    Raises:
        UnmarkableError: a text is not written out where it is marked.
    """
    # By name: this tool stands beside the data, below all that it reads.
    terms = import_module("app.text.terms")
    return sorted({*marked(), *((terms.CONTEXT, title) for title in terms.core_titles())})


def source_file(language: str) -> Path:
    """The translations of a language as people write them."""
    return HERE / f"mvit_lens_{language}.ts"


def read(language: str) -> dict[Key, str]:
    """What is translated; texts that are not are left out."""
    path = source_file(language)
    if not path.exists():
        return {}
    return {
        (context.findtext("name") or "", message.findtext("source") or ""): words
        for context in ET.parse(path).getroot().iter("context")
        for message in context.iter("message")
        if (words := message.findtext("translation"))
    }


def write(language: str, translations: dict[Key, str], keys: list[Key]) -> None:
    """Write the texts and their translations; texts that are gone from the code are dropped."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts: dict[str, ET.Element] = {}
    for context, text in keys:
        if context not in contexts:
            contexts[context] = ET.SubElement(root, "context")
            ET.SubElement(contexts[context], "name").text = context
        message = ET.SubElement(contexts[context], "message")
        ET.SubElement(message, "source").text = text
        words = translations.get((context, text), "")
        state = {} if words else {"type": "unfinished"}
        ET.SubElement(message, "translation", state).text = words
    ET.indent(root, space="    ")
    lines = ET.tostring(root, encoding="unicode")
    head = '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n'
    source_file(language).write_text(f"{head}{lines}\n", encoding="utf-8")


def release(language: str) -> None:
    """Compile what the window reads.

    Raises:
        FileNotFoundError: PySide6 has no lrelease here.
        subprocess.CalledProcessError: the file is damaged.
    """
    tool = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent))
    if tool is None:
        raise FileNotFoundError(f"no pyside6-lrelease beside {sys.executable}; run make test first")
    path = source_file(language)
    subprocess.run([tool, "-silent", str(path), "-qm", str(path.with_suffix(".qm"))], check=True)


def main() -> int:
    """Update and compile every language; the exit code says whether all is translated."""
    keys, missing = texts(), 0
    for language in LANGUAGES:
        known = read(language)
        write(language, known, keys)
        release(language)
        for context, text in keys:
            if (context, text) not in known:
                missing += 1
                print(f"{language}: {context}: {text!r} is not translated yet")
    return 1 if missing else 0


def _in_module(tree: ast.Module, path: Path) -> Iterator[Key]:
    own = next((_context(n) for n in tree.body if _is_own_tr(n)), None)
    yield from _in_part(tree, path, own, "")


def _in_part(part: ast.AST, path: Path, own: str | None, owner: str) -> Iterator[Key]:
    """The texts below a node; ``own`` is the module's context, ``owner`` the class around."""
    for node in ast.iter_child_nodes(part):
        if isinstance(node, ast.Call):
            key = _in_call(node, path, own, owner)
            if key is not None:
                yield key
        inside = node.name if isinstance(node, ast.ClassDef) else owner
        yield from _in_part(node, path, own, inside)


def _in_call(call: ast.Call, path: Path, own: str | None, owner: str) -> Key | None:
    name, texts = _name(call.func), call.args
    if name == "tr" and texts:
        context = owner if isinstance(call.func, ast.Attribute) else own
        text = _text(texts[0], path)
        if text is not None and not context:
            raise UnmarkableError(f"{path}:{call.lineno}: this module has no tr of its own")
        return (context, text) if context and text is not None else None
    if name in MARKERS and len(texts) == 2:
        context, text = _text(texts[0], path), _text(texts[1], path)
        return (context, text) if context and text is not None else None
    return None


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _text(node: ast.expr, path: Path) -> str | None:
    """A text that is written out; None for one that is taken from a table of marked texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr | ast.BinOp | ast.IfExp):
        raise UnmarkableError(
            f"{path}:{node.lineno}: write the text out within tr(), and fill it in with format()"
        )
    return None


def _is_own_tr(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "tr"


def _context(function: ast.stmt) -> str:
    """The context that a module's own ``tr`` asks."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _name(node.func) == "translate":
            return str(ast.literal_eval(node.args[0]))
    raise AssertionError("a tr of a module that translates nothing")


if __name__ == "__main__":
    sys.exit(main())
