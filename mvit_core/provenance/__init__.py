"""Where a result comes from: what a file carries, how it is told, and the command that repeats it.

::

    request, explainer, video -provenance_of-> Provenance -document_text-> what a file carries
                                                          -methods_paragraph-> a paper
    what a file carries -read_document-> Provenance -decoded-> the request again
"""

from mvit_core.provenance.beside import side_of, write_side
from mvit_core.provenance.carriers import CARRIERS, Carried, read_provenance
from mvit_core.provenance.command import SIDE_ENDING, option, option_number
from mvit_core.provenance.document import (
    as_json,
    decoded,
    document_text,
    read_document,
    request_json,
)
from mvit_core.provenance.facts import (
    ClipFacts,
    FileFacts,
    ModelFacts,
    Provenance,
    RunFacts,
    SourceFacts,
    WindowFacts,
)
from mvit_core.provenance.making import Origin, provenance_of, run_facts
from mvit_core.provenance.paragraph import compute_words, methods_paragraph

__all__ = [
    "CARRIERS",
    "SIDE_ENDING",
    "Carried",
    "ClipFacts",
    "FileFacts",
    "ModelFacts",
    "Origin",
    "Provenance",
    "RunFacts",
    "SourceFacts",
    "WindowFacts",
    "as_json",
    "compute_words",
    "decoded",
    "document_text",
    "methods_paragraph",
    "option",
    "option_number",
    "provenance_of",
    "read_document",
    "read_provenance",
    "request_json",
    "run_facts",
    "side_of",
    "write_side",
]
