"""Where a result comes from: made of what was run, kept as JSON, read strictly, told in words."""

import hashlib
import json
from dataclasses import replace

import pytest

from mvit_core.attribution import HeadSet, MapSpec
from mvit_core.errors import Cancelled, ProvenanceError
from mvit_core.explaining.changes import Changes, HeadPlace
from mvit_core.explaining.faithfulness import Curve, Faithfulness
from mvit_core.explaining.painting import Tube
from mvit_core.export import Comparison, ExportRequest, PaneMap
from mvit_core.export.command import words_of
from mvit_core.pipeline import Explainer
from mvit_core.provenance import (
    FileFacts,
    Origin,
    Provenance,
    as_json,
    compute_words,
    decoded,
    document_text,
    methods_paragraph,
    provenance_of,
    read_document,
    request_json,
)
from mvit_core.provenance.digests import file_facts
from mvit_core.render import HeatSettings, ValueRange
from mvit_core.video.boxes import Box, TimedBox
from mvit_core.video.clip import Tiling
from mvit_core.video.encode.encoders import Encoding

TUBE = Tube("blur", Box(1.5, 2, 30, 40), 3, 9)
OFF = Changes((HeadPlace(1, 0), HeadPlace(2, 1)), "zero")
REQUESTS = {
    "plain": ExportRequest(),
    "map": ExportRequest(MapSpec(1, HeadSet((0, 1)), "column", (0, 1, 2))),
    "evidence": ExportRequest(MapSpec(2, 1, "relevance", "class", 3, 5)),
    "colours": ExportRequest(
        heat=HeatSettings("viridis", 0.1 + 0.2, False, 1 / 3, 0.7, "clip", mode="spotlight")
    ),
    "by hand": ExportRequest(
        heat=HeatSettings(range_policy="manual", manual_range=ValueRange(-0.1, 1e-7), outline=True)
    ),
    "tails": ExportRequest(heat=HeatSettings(units="uniform", tails_percent=(2.5, 98))),
    "film": ExportRequest(
        layout="stages",
        sampled_only=True,
        rate=7.25,
        size="720p",
        encoding=Encoding("h265", "best"),
        sound=True,
    ),
    "heads off": ExportRequest(changes=OFF),
    "tubes": ExportRequest(changes=Changes(tubes=(TUBE,))),
    "boxes": ExportRequest(boxes=(TimedBox(0.5, "seconds", Box(0, 0, 5, 6, "a"), False),)),
    "tiling": ExportRequest(tiling=Tiling("half", 12)),
    "range": ExportRequest(start=3, stop=9, caption=False),
    "locked": ExportRequest(heat=HeatSettings(locked_range=ValueRange(0, 0.5))),
    "panes": ExportRequest(
        comparison=Comparison((PaneMap("A", MapSpec(0)), PaneMap("B", MapSpec(1))), (0, 1))
    ),
}
"""Requests that together hold every field of the export's own."""
WITH_OPTIONS = ("plain", "map", "evidence", "colours", "by hand", "tails", "film", "heads off")
"""Those that the options of the command line say in full."""


@pytest.fixture
def made(explainer, video) -> Provenance:
    request = REQUESTS["map"]
    found = provenance_of("export", "out.png", [(explainer, video)], request, request)
    return Origin.begin(found, explainer.loaded.device).of(explainer.windows(video)[:1])


# -- what is known -------------------------------------------------------------------------------


def test_it_names_the_files_by_their_content_and_the_frames_that_were_seen(
    made, toy_checkpoint, barcode_clip, video, explainer
):
    clip, model = made.source.clip, made.source.model
    for file, path in ((clip.file, barcode_clip), (model.file, toy_checkpoint)):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert file == FileFacts(path.name, path.stat().st_size, digest)
    assert (clip.frame_count, clip.size) == (40, (192, 108))
    assert (model.blocks, model.classes, model.has_weights) == (4, 7, True)
    assert made.source.preprocessing == explainer.loaded.clip_spec
    (window,) = made.windows
    assert window.frames == explainer.windows(video)[0].frame_indices
    assert {"python", "torch", "numpy", "av"} <= dict(made.versions).keys()
    assert made.run is None


def test_the_last_block_is_named_by_its_number(explainer, video):
    request = ExportRequest()
    found = provenance_of("export", "out.png", [(explainer, video)], request, request)
    assert found.map.block == 3
    assert json.loads(found.request)["map"]["block"] is None


def test_a_digest_is_taken_once_and_anew_once_the_file_changed(tmp_path):
    path, pieces = tmp_path / "a.bin", []
    path.write_bytes(b"one")
    first = file_facts(path, lambda: pieces.append(1))
    assert file_facts(path, lambda: pieces.append(1)) == first
    assert len(pieces) == 1
    path.write_bytes(b"another")
    assert file_facts(path).sha256 == hashlib.sha256(b"another").hexdigest()


def test_taking_a_digest_can_be_cancelled(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(3 << 20))

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        file_facts(path, stop)
    assert file_facts(path).sha256


def test_a_file_that_is_gone_has_no_digest_and_a_folder_that_of_its_pictures(tmp_path):
    assert file_facts(tmp_path / "gone.mp4") == FileFacts("gone.mp4")
    for name in ("b.png", "a.png", "notes.txt"):
        (tmp_path / name).write_bytes(name.encode())
    before = file_facts(tmp_path).sha256
    (tmp_path / "notes.txt").write_bytes(b"changed")
    assert file_facts(tmp_path).sha256 == before
    (tmp_path / "b.png").write_bytes(b"changed")
    assert file_facts(tmp_path).sha256 != before != ""


# -- JSON ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_comes_back_from_json_as_it_was(name):
    text = request_json(REQUESTS[name])
    assert decoded(json.loads(text), ExportRequest, "request") == REQUESTS[name]


def test_a_provenance_comes_back_from_its_document_as_it_was(made, explainer):
    run = Origin.begin(made, explainer.loaded.device).run()
    for told in (made, replace(made, run=run, class_name="é \ud800 'x'")):
        text = document_text(told, {"block": 1})
        assert text.isascii()
        assert json.loads(text)["block"] == 1
        assert read_document(text, "a.png") == told
    assert read_document(json.dumps(as_json(made)), "a.json") == made


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda told: "{" * 100_000, "cannot be read|is not JSON|nested too deeply"),
        (lambda told: "[1]", "says nothing of where it comes from"),
        (lambda told: json.dumps({"provenance": {}}), "says nothing of where it comes from"),
        (lambda told: json.dumps({**told, "form": 2}), "form 2; form 1 is read"),
        (lambda told: json.dumps({**told, "form": "x" * 9999}), "form 1 is read"),
        (lambda told: json.dumps({**told, "more": 1}), "provenance.more is not known"),
        (lambda told: json.dumps({**told, "request": []}), "holds no request"),
        (lambda told: json.dumps({**told, "sources": []}), "0 sources"),
        (lambda told: json.dumps({**told, "kind": "rm -rf"}), "small letters"),
        (lambda told: json.dumps({**told, "output": "../../etc/passwd"}), "without a folder"),
        (lambda told: json.dumps(told).replace("clip.mp4", "/etc/passwd"), "without a folder"),
        (lambda told: json.dumps(told).replace("clip.mp4", ".."), "without a folder"),
        (lambda told: json.dumps(told).replace('"sha256": "', '"sha256": "zz'), "hexadecimal"),
        (lambda told: " " * (33 << 20), "at most 33554432 are read"),
    ],
)  # fmt: skip
def test_a_damaged_or_hostile_document_is_refused_in_one_line(made, spoil, words):
    with pytest.raises(ProvenanceError, match=words) as refused:
        read_document(spoil(as_json(made)), "a.png")
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) <= 2000


def test_a_request_with_a_field_that_nobody_knows_is_refused():
    kept = json.loads(request_json(ExportRequest()))
    kept["heat"]["glow"] = 1
    with pytest.raises(ProvenanceError, match=r"request\.heat\.glow is not known"):
        decoded(kept, ExportRequest, "request")


# -- the command line ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", REQUESTS)
def test_options_are_told_where_they_say_all_of_a_request(name):
    words = words_of(REQUESTS[name], ".mp4", 40, None)
    assert (words is not None) == (name in WITH_OPTIONS)


def test_the_last_frame_of_the_clip_is_the_usual_end():
    request = ExportRequest(stop=40)
    assert words_of(request, ".mp4", 40, None) == ()
    assert words_of(request, ".mp4", 41, None) is None


def test_a_class_whose_number_is_the_name_of_another_has_no_option():
    assert words_of(REQUESTS["evidence"], ".png", 40, ["3"]) is None


@pytest.mark.parametrize(
    ("name", "output", "words"),
    [
        ("clip.mp4", "o.png", "mvit-lens export clip.mp4 --checkpoint toy.pyth --block 1 -o o.png"),
        ("a b;.mp4", "o.png", "mvit-lens export 'a b;.mp4' --checkpoint toy.pyth --block 1"),
        ("-x.mp4", "-o.png", "mvit-lens export --checkpoint toy.pyth --block 1 -o-o.png -- -x.mp4"),
    ],
)
def test_the_command_names_files_so_that_a_shell_takes_them(explainer, barcode_clip, name, output,
                                                             words):  # fmt: skip
    from mvit_core import open_video

    clip = barcode_clip.rename(barcode_clip.with_name(name))
    request = ExportRequest(MapSpec(1))
    options = words_of(request, ".png", 40, None)
    with open_video(clip) as video:
        found = provenance_of("export", output, [(explainer, video)], request, request, options)
    assert found.command.startswith(words)


@pytest.mark.parametrize("is_named", [True, False])
def test_what_options_cannot_say_is_read_from_a_file(explainer, video, is_named):
    request = ExportRequest()
    loaded = explainer.loaded
    if is_named:
        spec = replace(loaded.clip_spec, short_side=64)
        loaded = replace(loaded, clip_spec=spec)
    else:
        loaded = replace(loaded, choice=replace(loaded.choice, config={"MVIT": {}}))
    other = Explainer(loaded)
    found = provenance_of("export", "o.png", [(other, video)], request, request, ())
    assert found.command == "mvit-lens export --request o.png.provenance.json -o o.png"


# -- in words ------------------------------------------------------------------------------------


def test_the_methods_paragraph_says_all_that_a_paper_has_to(made):
    curve = Curve((0.0, 0.1, 1.0), (0.9, 0.4, 0.1))
    measured = Faithfulness("space-time", "mean", 0.1, *(curve,) * 6)
    text = methods_paragraph(made, measured)
    assert "\n" not in text
    spec = made.source.preprocessing
    for words in (
        f"toy.pyth (sha256 {made.source.model.file.sha256})",
        f"clip.mp4 (sha256 {made.source.clip.file.sha256})",
        "4 blocks and 7 classes",
        f"{spec.frames} frames, one in {spec.rate:g} at {spec.target_fps:g} frames per second",
        f"short side of {spec.short_side} pixels",
        "normalised with mean (0.45, 0.45, 0.45)",
        'attention of block 1 (from 0) by "Attended by"',
        "Source: Fan et al., ICCV 2021, section 3.1.",
        "the mean of heads 0, 1, for the token (t, y, x) = (0, 1, 2)",
        "window 0, whose frames are ",
        "area under deletion 0.29",
        f"PyTorch {dict(made.versions)['torch']}",
    ):
        assert words in text
    assert "Faithfulness" not in methods_paragraph(made)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"map": MapSpec(method="relevance", target=3), "class_name": "boxing"}, "for boxing."),
        ({"map": MapSpec(method="stage_evidence")}, "the most probable class of each window"),
        ({"map": MapSpec(2, method="pca")}, 'features of block 2 (from 0) by "PCA colours"'),
        ({"changes": OFF}, "Heads 1/0, 2/1 (block/head) were switched off and gave zero."),
        ({"changes": Changes(tubes=(TUBE,))}, "of frames 3 to 9 was blurred"),
        ({"boxes": 2}, "Predictions are of 2 boxes"),
    ],
)
def test_the_paragraph_tells_methods_and_changes(made, change, words):
    assert words in methods_paragraph(replace(made, **change))


def test_compute_facts_are_one_line(made, explainer):
    words = compute_words(Origin.begin(made, explainer.loaded.device).run())
    assert words.startswith("cpu, 0.0 s, ")
    assert words.endswith(" MiB at most")
    assert compute_words(None) == "not kept in this file"
