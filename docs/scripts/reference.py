"""Writes the reference pages of every public name, from docstrings: ``make docs``."""

import re
import sys
from importlib import import_module
from pathlib import Path

import pdoc

from tests.docstrings import rooms

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "build" / "reference"

WITHIN = r"!mvit_core\.\w+\..*"
"""Modules inside rooms: what of them is public, their room's page has."""

BEYOND = ("mvit_core.video.transform", "mvit_core.explaining.faithfulness")
"""Modules that are imported by their own names."""


def main(folder: Path = HOME) -> None:
    """Write one page for each room, and an index.

    Args:
        folder: made if it is missing.
    """
    pages = [room for room in rooms() if _has_names(room)]
    pdoc.render.configure(
        docformat="google",
        show_source=False,
        footer_text="MViT Lens",
        template_directory=Path(__file__).parent / "reference_templates",
    )
    pdoc.render.env.filters["words"] = _words
    pdoc.pdoc(*pages, WITHIN, *BEYOND, output_directory=folder)
    sys.stdout.write(f"wrote {folder / 'index.html'}\n")


def _has_names(room: str) -> bool:
    """See whether a room has public names, and import those that it imports on first use."""
    module = import_module(room)
    for name in getattr(module, "__all__", ()):
        setattr(module, name, getattr(module, name))
    return hasattr(module, "__all__") or not hasattr(module, "__path__")


def _words(shown: pdoc.doc.Doc) -> str:
    """The docstring of a name; of a constant, what stands where it is declared."""
    text = shown.docstring
    if not text and shown.kind == "variable":
        within = [m for name, m in sys.modules.items() if name.startswith(f"{shown.modulename}.")]
        told = (pdoc.doc_ast.walk_tree(module).var_docstrings for module in within)
        text = next((each[shown.name] for each in told if shown.name in each), "")
    return re.sub(r"^::\n", "", text, flags=re.MULTILINE)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
