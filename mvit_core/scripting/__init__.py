"""Scripts and notebooks: one window of a clip, run, and all that can be asked of it.

::

    explain(clip, model) -> ExplainedWindow .maps -> TokenMap    .explain -> ClassEvidence
                                            .figure -> PaperFigure    .to_xarray -> DataTree

Each is a value around what the path gives (``Explainer``, ``Explanation``, ``FigureScene``).
"""

from mvit_core.scripting.entry import explain
from mvit_core.scripting.explained_window import ExplainedWindow
from mvit_core.scripting.models import ModelArgument
from mvit_core.scripting.paper_figure import FigureChoices, PaperFigure
from mvit_core.scripting.token_map import ClassEvidence, TokenMap

__all__ = [
    "ClassEvidence",
    "ExplainedWindow",
    "FigureChoices",
    "ModelArgument",
    "PaperFigure",
    "TokenMap",
    "explain",
]
