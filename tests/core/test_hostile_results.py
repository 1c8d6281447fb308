"""Results from anywhere: what they carry and how they are compared, when they are made to hurt."""

import io
import json
import struct
import zipfile
from dataclasses import dataclass

import numpy as np
import pytest

from mvit_core.errors import ProvenanceError
from mvit_core.provenance.carriers import carried_text
from mvit_core.provenance.document import decoded, read_document
from mvit_core.repeating import compared
from mvit_core.system.report_session import SESSION_BEGINS, SESSION_ENDS

MANY = 200_000
"""Of beginnings: what looks for an end from each of them takes hours."""


def npy(array):
    written = io.BytesIO()
    np.save(written, array)
    return written.getvalue()


def packed(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def two(tmp_path, name, kept, made):
    """A result, and the same made again."""
    paths = tmp_path / name, tmp_path / f"again-{name}"
    for path, content in zip(paths, (kept, made), strict=True):
        path.write_bytes(content)
    return paths


# -- drawings and pages --------------------------------------------------------------------------

SVG = b"<svg><title>t</title>\n<metadata>%s</metadata>\n<rect/></svg>\n"
HTML = (
    b'<h1>t</h1><dt>Computed on</dt><dd>%s</dd><script type="application/json" id="report-data">%s'
    b'</script>\n<script type="application/json" id="provenance">%s</script>\n%s\n'
    b"<script>x</script>"
)


def pdf(subject, drawn=b"1 0 0 rg", digest=b"a"):
    """A page as reportlab writes it, with the places of its objects."""
    objects = [b"<< /Subject (%s) >>" % subject, b"<< >>\nstream\n%s\nendstream" % drawn]
    text, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    identity = b"<%s>" % (digest * 32)
    return text + (
        b"xref\n0 3\n0000000000 65535 f \n%strailer\n<<\n/ID \n[%s%s]\n>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, identity, identity, len(text))
    )


def test_what_a_run_took_is_no_difference(tmp_path):
    session = f"{SESSION_BEGINS}{{}}{SESSION_ENDS}".encode()
    for name, kept, made in (
        ("a.svg", SVG % b"{9.5}", SVG % b"{10.25}"),
        ("a.pdf", pdf(b"{9.5}"), pdf(b"{10\\(25\\)}", digest=b"b")),
        ("a.html", HTML % (b"9 s", b"{}", b"1", session), HTML % (b"10 s", b"{}", b"22", b"")),
    ):
        assert compared(*two(tmp_path, name, kept, made)) == ""


@pytest.mark.parametrize(
    ("name", "kept", "made", "words"),
    [
        (
            "a.svg",
            SVG.replace(b"<metadata>", b"<!--<metadata>--><text>a lie</text><!--") % b"x",
            SVG % b"x",
            "what is drawn differs",
        ),
        ("a.svg", SVG % b"x" + SVG % b"x", SVG % b"x", "what is drawn differs"),
        (
            "a.pdf",
            pdf(b"x").replace(b"/Subject", b"/OpenAction 9 0 R /Subject"),
            pdf(b"x"),
            "drawn",
        ),
        ("a.pdf", pdf(b"x").replace(b"0000000009", b"0000000031"), pdf(b"x"), "drawn"),
        ("a.pdf", pdf(b"x", drawn=b"0 1 0 rg"), pdf(b"x"), "what is drawn differs"),
        (
            "a.html",
            (HTML % (b"9 s", b"{}", b"", b"")).replace(b"<h1>t", b"<h1>a lie"),
            HTML % (b"9 s", b"{}", b"", b""),
            "the page around them differs",
        ),
        (
            "a.html",
            (HTML % (b"9 s", b"{}", b"", b"")).replace(b">x<", b">alert()<"),
            HTML % (b"9 s", b"{}", b"", b""),
            "the page around them differs",
        ),
        (
            "a.html",
            HTML % (b"9 s</dd><dt>Computed on</dt><dd>a lie", b"{}", b"", b""),
            HTML % (b"9 s", b"{}", b"", b""),
            "the page around them differs",
        ),
        (
            "a.html",
            HTML % (b"9 s", b'{"top": 2}', b"", b""),
            HTML % (b"9 s", b'{"top": 1}', b"", b""),
            "what is shown differs",
        ),
    ],
)
def test_nothing_else_may_differ(tmp_path, name, kept, made, words):
    assert words in compared(*two(tmp_path, name, kept, made))


@pytest.mark.parametrize(
    ("name", "made", "beginning"),
    [
        ("a.svg", SVG % b"x", b"<metadata>"),
        ("a.pdf", pdf(b"x"), b"stream\n"),
        ("a.pdf", pdf(b"x"), b"/Subject ("),
        ("a.html", HTML % (b"1", b"{}", b"", b""), SESSION_BEGINS.encode()),
        ("a.html", HTML % (b"1", b"{}", b"", b""), b"<dt>Computed on</dt><dd>"),
    ],
)
def test_beginnings_without_ends_are_looked_through_once(tmp_path, name, made, beginning):
    assert "differs" in compared(*two(tmp_path, name, made + beginning * MANY, made))


# -- arrays --------------------------------------------------------------------------------------


def test_arrays_that_differ_are_named_with_how_far(tmp_path):
    a, b = (
        packed(tmp_path / name, maps=npy(np.float32([0, value])), same=npy(np.arange(3)), **more)
        for name, value, more in (("a.npz", 1, {"x": npy(np.zeros(2))}), ("b.npz", 1.5, {}))
    )
    assert compared(a, b) == "arrays differ: maps by at most 0.5, x is in one of them alone"


def test_what_an_array_claims_beyond_what_was_made_again_is_never_unpacked(tmp_path):
    made = packed(tmp_path / "b.npz", maps=npy(np.zeros(4)))
    bomb = packed(tmp_path / "a.npz", maps=npy(np.zeros(4)) + bytes(10_000_000))
    content = bytearray(bomb.read_bytes())
    begin = content.index(b"maps.npy") + len("maps.npy")
    content[begin : begin + 20] = b"\xff" * 20  # unpacking it would be an error
    bomb.write_bytes(content)
    assert compared(bomb, made) == "arrays differ: maps"
    header = npy(np.zeros(4)).replace(b"'<f8'", b"'|O'")  # nor is its header read
    assert compared(packed(tmp_path / "c.npz", maps=header.ljust(160, b"\0")), made) == (
        "arrays differ: maps"
    )


def test_an_archive_of_too_many_members_or_a_damaged_one_is_refused(tmp_path):
    many = packed(tmp_path / "many.npz", **{f"m{number}": b"" for number in range(1001)})
    with pytest.raises(ProvenanceError, match=r"no whole NPZ file: it has 1001 files inside"):
        carried_text(many)
    kept = packed(tmp_path / "kept.npz", provenance=npy(np.array('{"form": 1}')))
    assert carried_text(kept) == '{"form": 1}'
    content = kept.read_bytes()
    entry = content.index(b"PK\x01\x02")
    kept.write_bytes(content[: entry + 16] + b"\0\0\0\0" + content[entry + 20 :])
    with pytest.raises(ProvenanceError, match=r"provenance\.npy and its checksum disagree"):
        carried_text(kept)


@pytest.mark.parametrize(
    "header",
    [
        "(" * 5000,
        "{'descr': '|O', 'fortran_order': False, 'shape': (), }",
        "{'descr': '<U9', 'fortran_order': False, 'shape': (9, 9), }",
        "__import__('os').getcwd()",
    ],
)
def test_the_header_of_a_text_is_the_one_that_is_written_or_none(tmp_path, header):
    body = f"{header}\n".encode()
    member = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(body)) + body + bytes(400)
    with pytest.raises(ProvenanceError, match="its provenance is no text"):
        carried_text(packed(tmp_path / "a.npz", provenance=member))


# -- documents -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sized:
    """What a part of a document may be."""

    name: str
    size: tuple[int, int]
    rate: float | None = None


@dataclass(frozen=True)
class Counted:
    """What it may be instead."""

    name: str
    count: int


@dataclass(frozen=True)
class Whole:
    """A document."""

    part: Sized | Counted
    values: tuple[Sized, ...] = ()
    numbers: tuple[int, ...] = ()


SIZED = {"name": "a", "size": [1, 2]}


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ({}, "whole lacks part"),
        ({"part": {"name": "a", "size": [1]}}, r"whole\.part\.size is \[1\]; allowed are 2 values"),
        ({"part": {**SIZED, "size": [1, "b"]}}, r"whole\.part\.size is 'b', which is no int"),
        ({"part": {**SIZED, "rate": "b"}}, r"whole\.part\.rate is 'b', which is no float or null"),
        ({"part": {"name": "a", "count": {}}}, r"whole\.part\.count is \{\}, which is no int"),
        ({"part": 7}, r"whole\.part is 7, which is no Sized or Counted"),
        ({"part": SIZED, "values": [SIZED] * 100_001}, "a list of 100001 values; at most 100000"),
        ({"part": SIZED, "numbers": [0] * 10 + [2**70]}, "at most 9007199254740992 is allowed"),
    ],
)
def test_what_is_wrong_with_a_document_is_said_of_the_part_that_was_meant(kept, words):
    with pytest.raises(ProvenanceError, match=words):
        decoded(kept, Whole, "whole")


def test_millions_of_numbers_are_a_list(tmp_path):
    numbers = list(range(1_000_000))
    assert decoded({"part": SIZED, "numbers": numbers}, Whole, "w").numbers == tuple(numbers)


def test_a_provenance_that_lacks_nearly_everything_says_what():
    with pytest.raises(ProvenanceError, match="provenance lacks kind, output, sources, map"):
        read_document(json.dumps({"form": 1, "request": {}}), "a.json")
