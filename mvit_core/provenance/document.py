"""Provenance as JSON, and back: read strictly, for it may come from anywhere."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mvit_core.errors import ProvenanceError
from mvit_core.printable import brief, word
from mvit_core.provenance.facts import Provenance
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.json_codec import Codec, Json, encode, is_plain

__all__ = [
    "FORM",
    "KEY",
    "MOST_BYTES",
    "RESULT",
    "as_json",
    "decoded",
    "document_of",
    "document_text",
    "from_json",
    "read_document",
    "request_json",
    "settled",
]

FORM = 1
"""Layout of the document that is written, and the latest that is read."""

MOST_BYTES = 32 << 20
"""Bytes of the longest document that is read."""

KEY = "provenance"
"""Name of the provenance in a document, beside what else the file says of its maps."""

RESULT = "result"
"""Name of the digest of the file that a document lies beside."""

_CODEC = Codec(ProvenanceError, largest_whole=2**53)


def as_json(provenance: Provenance) -> dict[str, Any]:
    """A provenance as JSON values; ``from_json`` is the inverse."""
    told = encode(provenance)
    return {"form": FORM, **told, "request": load_json(provenance.request)}


def document_text(provenance: Provenance, facts: Mapping[str, object] | None = None) -> str:
    """The document that a file carries, in ASCII and without signs that HTML and XML read.

    Args:
        provenance: of the file.
        facts: what else is said of its maps, as JSON values by name.
    """
    text = json.dumps({**(facts or {}), KEY: as_json(provenance)})
    for sign in "<>&":  # they stand inside of texts alone
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def read_document(text: str | bytes, name: str) -> Provenance:
    """The provenance of a document.

    Args:
        text: as ``document_text`` writes it, or a provenance alone.
        name: of the file, for messages.

    Raises:
        ProvenanceError: it is too long, no JSON, damaged, or says nothing of provenance.
    """
    document = document_of(text, name)
    if isinstance(document.get("attributes"), dict):  # of a Zarr group
        document = document["attributes"]
    if isinstance(document.get(KEY), dict):
        document = document[KEY]
    if "form" not in document:
        raise _silent(name)
    return from_json(document, name)


def document_of(text: str | bytes, name: str) -> dict[str, Any]:
    """The whole document that a file carries, as JSON values.

    Raises:
        ProvenanceError: it is too long, or no JSON object.
    """
    if len(text) > MOST_BYTES:
        raise ProvenanceError(
            f"{name} has a provenance of {len(text)} bytes; at most {MOST_BYTES} are read"
        )
    try:
        document = load_json(text)
    except BadJson as error:
        raise ProvenanceError(f"the provenance of {name} {error}") from error
    if not isinstance(document, dict):
        raise _silent(name)
    return document


def _silent(name: str) -> ProvenanceError:
    return ProvenanceError(
        f"{name} says nothing of where it comes from; it was written by another program or by an "
        "earlier version, so export it again"
    )


def from_json(document: Json, name: str) -> Provenance:
    """The inverse of ``as_json``.

    Args:
        document: JSON values.
        name: of the file, for messages.

    Raises:
        ProvenanceError: the values are those of no provenance.
    """
    form = document.get("form")
    if form != FORM:
        raise ProvenanceError(
            f"the provenance of {name} is of form {brief(form)}; form {FORM} is read, so use the "
            "version that wrote it"
        )
    told = {key: value for key, value in document.items() if key != "form"}
    if not isinstance(told.get("request"), dict):
        raise ProvenanceError(f"the provenance of {name} holds no request; export it again")
    request = json.dumps(told["request"])
    found: Provenance = decoded({**told, "request": request}, Provenance, KEY)
    return replace(found, request=request)


def request_json(request: object) -> str:
    """A request as JSON text: a frozen value of any kind; ``decoded`` reads its JSON.

    Equal requests give the same text: 2 and 2.0 are one number of pixels.
    """
    return json.dumps(encode(_settled(request, "request")))


def settled(provenance: Provenance) -> Provenance:
    """The provenance as it comes back from its document."""
    found: Provenance = _settled(provenance, KEY)
    return found


def _settled(value: object, where: str) -> Any:  # noqa: ANN401 - of the value's type
    return decoded(load_json(json.dumps(encode(value))), type(value), where)


def decoded(kept: Json, kind: type, where: str) -> Any:  # noqa: ANN401 - of type ``kind``
    """A frozen value of JSON that ``encode`` made, strictly: a name that it lacks is refused.

    Args:
        kept: JSON values.
        kind: the dataclass.
        where: what it is, for messages.

    Raises:
        ProvenanceError: the values are those of no such value.
    """
    found = _CODEC.decode(kept, kind, where)
    unknown = _unknown(kept, encode(found), where)
    if unknown:
        raise ProvenanceError(
            f"{unknown} is not known; it was written by a later version, or is damaged"
        )
    return found


def _unknown(kept: Json, made: Json, where: str) -> str:
    """The first name in what was kept that what was made of it lacks; empty where none does."""
    if isinstance(kept, dict) and isinstance(made, dict):
        for name, value in kept.items():
            place = f"{where}.{word(name, 60)}"
            deeper = place if name not in made else _unknown(value, made[name], place)
            if deeper:
                return deeper
    elif isinstance(kept, list) and isinstance(made, list) and not is_plain(kept):
        for number, (one, other) in enumerate(zip(kept, made, strict=False)):
            if deeper := _unknown(one, other, f"{where}[{number}]"):
                return deeper
    return ""
