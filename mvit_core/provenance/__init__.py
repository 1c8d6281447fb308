"""Where a result comes from: what a file carries, how it is told, and the command that repeats it.

::

    request, explainer, video -provenance_of-> Provenance -document_text-> what a file carries
                                                          -methods_paragraph-> a paper
    what a file carries -read_document-> Provenance -decoded-> the request again
"""

from mvit_core.provenance.beside import check_side, side_of, write_beside, write_side
from mvit_core.provenance.captures import capture_command, capture_provenance
from mvit_core.provenance.carriers import CARRIERS, Carried, read_provenance
from mvit_core.provenance.command import (
    PROGRAM,
    SIDE_ENDING,
    TAKE_CODE,
    WINDOW,
    line_of,
    option,
    option_number,
    source_words,
)
from mvit_core.provenance.document import (
    as_json,
    decoded,
    document_text,
    read_document,
    request_json,
    settled,
)
from mvit_core.provenance.facts import (
    ClipFacts,
    FileFacts,
    ListFacts,
    ModelFacts,
    Provenance,
    RunFacts,
    SourceFacts,
    WindowFacts,
)
from mvit_core.provenance.making import (
    PRODUCTS,
    Origin,
    model_facts,
    provenance_of,
    run_facts,
    versions,
)
from mvit_core.provenance.paragraph import compute_words, methods_paragraph

__all__ = [
    "CARRIERS",
    "PRODUCTS",
    "PROGRAM",
    "SIDE_ENDING",
    "TAKE_CODE",
    "WINDOW",
    "Carried",
    "ClipFacts",
    "FileFacts",
    "ListFacts",
    "ModelFacts",
    "Origin",
    "Provenance",
    "RunFacts",
    "SourceFacts",
    "WindowFacts",
    "as_json",
    "capture_command",
    "capture_provenance",
    "check_side",
    "compute_words",
    "decoded",
    "document_text",
    "line_of",
    "methods_paragraph",
    "model_facts",
    "option",
    "option_number",
    "provenance_of",
    "read_document",
    "read_provenance",
    "request_json",
    "run_facts",
    "settled",
    "side_of",
    "source_words",
    "versions",
    "write_beside",
    "write_side",
]
