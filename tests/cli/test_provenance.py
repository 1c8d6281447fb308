"""Where a file comes from, by the command line: told, made again, verified, read from a request."""

import hashlib
import json
import shlex
import shutil
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

import mvit_core
from app.cli.entry import build_parser, main
from app.cli.export import request_from
from app.cli.figure import request_from as figure_request_from
from app.state.session_file import find, read_session
from app.state.view_state import ModelSource
from mvit_core import load_model, open_video
from mvit_core.attribution import MapSpec
from mvit_core.batch import BatchSpec
from mvit_core.batch.clip_runner import make_runner
from mvit_core.batch.files import KINDS, make_files
from mvit_core.batch.maps import begin_maps
from mvit_core.batch.run_file import begin, facts_of, make_folder
from mvit_core.batch.shards import shards_of
from mvit_core.batch.tables import tables_of
from mvit_core.batch.unit import run_shard
from mvit_core.capture_file import write_capture
from mvit_core.clips import read_clips
from mvit_core.export import EXPORTERS, ExportRequest, export
from mvit_core.export.command import words_of
from mvit_core.figure import OWN_RANGES, WRITERS, FigureFile, FigureRequest
from mvit_core.figure.origin import figure_words
from mvit_core.model import MViT
from mvit_core.model.kernels import choice, forced
from mvit_core.pipeline import Explainer
from mvit_core.provenance import CARRIERS, as_json, document_text, read_provenance, side_of
from mvit_core.repeating import CRATE_NAME, Inputs, compared, repeat, verify
from tests.core.test_capture_file import rewritten
from tests.core.test_provenance import REQUESTS, TUBE, WITH_OPTIONS
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

FRAMES = 6


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a clip, a model and one file of every kind, and no file beside them."""
    folder = tmp_path_factory.mktemp("made-here")
    torch.manual_seed(0)
    model = write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    clip = folder / "clip.mp4"
    write_barcode_clip(clip, frames=FRAMES)
    words = [str(clip), "--checkpoint", str(model), "--off", "1/0", "-o"]
    for ending in EXPORTERS:
        assert main(["export", *words, str(folder / f"out{ending}")]) == 0
    for ending in WRITERS:
        assert main(["figure", *words, str(folder / f"fig{ending}"), "--frames", "1"]) == 0
    page = str(folder / "page.html")
    assert main(["report", *words, page, "--no-faithfulness", "--without-paths"]) == 0
    words = [str(clip), "--checkpoint", str(model), "-o", str(folder / "runs.mvitcap")]
    assert main(["capture", *words]) == 0
    return SimpleNamespace(folder=folder, clip=clip, model=model)


RESULTS = [
    *(f"out{ending}" for ending in EXPORTERS),
    *(f"fig{ending}" for ending in WRITERS),
    "page.html",
]


def text_of(path: Path) -> bytes:
    """All bytes of a file, those of its packed members too."""
    content = path.read_bytes()
    if path.suffix == ".npz":
        with zipfile.ZipFile(path) as packed:
            content += b"".join(map(packed.read, packed.namelist()))
    return content


# -- what files carry ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", RESULTS)
def test_every_kind_of_file_says_where_it_comes_from(made, name):
    carried = read_provenance(made.folder / name)
    told, source = carried.provenance, carried.provenance.source
    assert carried.notes == ()
    for file, path in ((source.clip.file, made.clip), (source.model.file, made.model)):
        assert file.name == path.name
        assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (told.output, told.windows[0].frames[0]) == (name, 0)
    assert told.changes.words == "heads off: 1/0"
    if name.endswith(".npz"):
        assert told.run is None, "its bytes may not depend on the run"
    else:
        assert told.run.device == "cpu"
        assert (told.run.seconds is None) == name.endswith(".mkv")


@pytest.mark.parametrize("name", RESULTS)
def test_no_path_of_the_machine_is_in_any_file(made, name):
    beside = made.folder / f"{name}.provenance.json"
    assert beside.is_file() == (Path(name).suffix not in CARRIERS)
    for path in (made.folder / name, *((beside,) if beside.is_file() else ())):
        for place in (made.folder.name, str(Path.home()), str(Path.cwd())):
            assert place.encode() not in text_of(path)


@pytest.mark.parametrize("name", RESULTS)
def test_the_command_that_is_told_makes_the_same_file(made, name, tmp_path, monkeypatch):
    told = read_provenance(made.folder / name).provenance
    program, *words = shlex.split(told.command)
    assert program == "mvit-lens"
    for path in (made.clip, made.model):
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    assert main(words) == 0
    assert compared(made.folder / name, tmp_path / name) == ""


@pytest.mark.parametrize("name", WITH_OPTIONS)
def test_the_options_that_are_told_give_the_request_again(name):
    request = REQUESTS[name]
    words = words_of(request, ".png", 40, None)
    given = ["export", "clip.mp4", "--checkpoint", "a.pyth", "-o", "out.png", *words]
    options = build_parser("export").parse_args(given)
    spec = request.map
    assert (options.target, options.against) == tuple(
        None if index is None else str(index) for index in (spec.target, spec.against)
    )
    without = replace(request, map=replace(spec, target=None, against=None))
    assert request_from(options) == without


@pytest.mark.parametrize(
    "figure",
    [
        FigureRequest(),
        FigureRequest(rows="heads", heads=(0, 2), frames=(3,), window=1, labels=False),
        FigureRequest(
            ExportRequest(MapSpec(1, 0), replace(OWN_RANGES, gamma=0.3)),
            rows="blocks",
            blocks=(0, 1),
            frames=(1, 2),
            preset="own",
            width_mm=100 / 3,
            text_pt=6.5,
            difference=(0, 1),
            shared_range=True,
        ),
        FigureRequest(view="atlas", preset="own", width_mm=120.0),
    ],
)
def test_the_options_of_a_figure_give_its_request_again(figure):
    words = figure_words(FigureFile(figure, 150), ".png", None)
    given = ["figure", "clip.mp4", "--checkpoint", "a.pyth", "-o", "fig.png", *words]
    options = build_parser("figure").parse_args(given)
    cells = replace(figure.shown, heat=replace(figure.shown.heat, smooth=False))
    assert figure_request_from(options) == replace(figure, shown=cells)
    assert options.dpi == 150
    tubes = replace(figure.shown, changes=REQUESTS["tubes"].changes)
    assert figure_words(FigureFile(replace(figure, shown=tubes)), ".png", None) is None


# -- told, and made again ------------------------------------------------------------------------


def test_the_command_tells_all_of_it_and_ends_with_the_methods_paragraph(made, run):
    code, printed, complaint = run("provenance", made.folder / "out.csv")
    assert (code, complaint) == (0, "")
    *rows, empty, paragraph = printed.splitlines()
    assert empty == ""
    assert paragraph.startswith("The model is a Multiscale Vision Transformer")
    told = {row[:13].strip(): row[14:] for row in rows}
    assert told["again"].startswith("mvit-lens export clip.mp4 --checkpoint toy.pyth --off 1/0")
    assert told["computed on"].startswith("cpu, ")
    assert hashlib.sha256(made.clip.read_bytes()).hexdigest() in told["clip"]


def test_the_json_of_a_film_is_a_request_that_makes_it_again(made, run, tmp_path):
    code, printed, _ = run("provenance", made.folder / "out.mp4", "--json")
    assert code == 0
    assert json.loads(printed)["methods"].startswith("The model is")
    request, again = tmp_path / "F.json", tmp_path / "again.mp4"
    request.write_text(printed)
    files = ("--checkpoint", made.model, "-o", again)
    assert run("export", made.clip, "--request", request, *files)[0] == 0
    assert compared(made.folder / "out.mp4", again) == ""


@pytest.mark.parametrize("ending", [".npz", ".csv"])
@pytest.mark.parametrize("method", ["row", "relevance", "pca"])
def test_what_is_made_again_has_the_same_bytes_under_any_name(made, run, tmp_path, ending, method):
    first, again = tmp_path / f"out{ending}", tmp_path / f"other{ending}"
    files = (made.clip, "--checkpoint", made.model)
    assert run("export", *files, "--method", method, "--off", "1/0", "-o", first)[0] == 0
    code, _, complaint = run("provenance", first, "--repeat", "-o", again, "--clip", *files)
    assert code == 0, complaint
    assert again.read_bytes() == first.read_bytes()


def test_without_a_name_it_is_written_beside_and_nothing_is_replaced(made, run, tmp_path):
    for name in ("clip.mp4", "toy.pyth", "out.png"):
        (tmp_path / name).write_bytes((made.folder / name).read_bytes())
    assert run("provenance", tmp_path / "out.png", "--repeat")[0] == 0
    assert compared(tmp_path / "out.png", tmp_path / "out-2.png") == ""


REST = {
    "tubes": REQUESTS["tubes"],
    "tiling": REQUESTS["tiling"],
    "range": replace(REQUESTS["range"], start=1, stop=4),
    "locked": REQUESTS["locked"],
    "panes": REQUESTS["panes"],
}
"""Requests that no options say."""


@pytest.mark.parametrize("name", REST)
def test_what_no_options_say_is_made_again_from_the_request(made, tmp_path, name, run):
    request = REST[name]
    if request.changes.tubes:
        short = replace(TUBE, last=FRAMES - 1)
        request = replace(request, changes=replace(request.changes, tubes=(short,)))
    target = tmp_path / ("out.mp4" if name == "range" else "out.png")
    explainer = Explainer(load_model(made.model, device="cpu"))
    with open_video(made.clip) as video:
        export(explainer, video, request, target)
    told = read_provenance(target).provenance
    assert " --request " in told.command
    again = target.with_stem("again")
    repeat(told, Inputs((made.folder,)), again)
    assert compared(target, again) == ""
    assert read_provenance(again).provenance.request == told.request


def test_a_report_is_made_again_and_a_difference_in_it_is_said(made, run, tmp_path):
    page, given = made.folder / "page.html", ("--clip", made.clip, "--checkpoint", made.model)
    again = tmp_path / "again.html"
    code, _, notes = run("provenance", page, "--repeat", "-o", again, *given)
    assert code == 0
    assert "session" not in notes
    assert compared(page, again) == ""
    first, session = read_session(page), read_session(again)
    assert (session.view, session.unknown) == (first.view, ())
    found = {role: find(ref, tmp_path).path for role, ref in session.files.items()}
    assert found == {"clip": made.clip, "checkpoint": made.model}
    again.write_bytes(again.read_bytes().replace(b"data:image/", b"data:image/x", 1))
    assert compared(page, again) == "what is shown differs"


def test_panes_of_two_clips_are_made_again_with_both(made, run, tmp_path):
    other = tmp_path / "other.mp4"
    write_barcode_clip(other, frames=FRAMES + 2)
    words = ("--checkpoint", made.model, "--frames", 1, "--compare-clip", other)
    target = tmp_path / "panes.svg"
    assert run("figure", made.clip, *words, "-o", target, "--crate", tmp_path / "crate")[0] == 0
    told = read_provenance(target).provenance
    assert [each.clip.file.name for each in told.sources] == ["clip.mp4", "other.mp4"]
    assert " --request " in told.command
    assert run("verify", tmp_path / "crate")[:2] == (0, "panes.svg: same\n")


def test_a_capture_file_without_its_checkpoint_carries_the_capture_s_own(made, run, tmp_path):
    capture, table = tmp_path / "clip.mvitcap", tmp_path / "out.npz"
    assert run("capture", made.clip, "--checkpoint", made.model, "-o", capture)[0] == 0
    assert run("export", capture, "-o", table)[0] == 0
    source = read_provenance(table).provenance.source
    assert source.model.file.sha256 == hashlib.sha256(made.model.read_bytes()).hexdigest()
    assert source.clip.file.name == "clip.mvitcap"
    assert source.clip.captured.sha256 == hashlib.sha256(made.clip.read_bytes()).hexdigest()
    assert not source.model.has_weights
    (verdict,) = verify(table, Inputs(()))
    assert (verdict.outcome, verdict.words) == ("same", "")


@pytest.mark.parametrize("half", [False, True])
def test_a_capture_file_says_where_it_comes_from_and_which_command_makes_it(
    made, run, tmp_path, monkeypatch, half
):
    for path in (made.clip, made.model):
        (tmp_path / path.name).symlink_to(path)
    monkeypatch.chdir(tmp_path)
    words = ("--checkpoint", "toy.pyth", "--windows", 0, *(["--half"] if half else []))
    assert run("capture", "clip.mp4", *words, "-o", "some.mvitcap")[0] == 0
    carried = read_provenance(Path("some.mvitcap"))
    told, source = carried.provenance, carried.provenance.source
    for file, path in ((source.clip.file, made.clip), (source.model.file, made.model)):
        assert file.name == path.name
        assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (told.kind, told.output, told.no_command) == ("capture", "some.mvitcap", "")
    assert (told.windows[0].index, told.windows[0].frames[0]) == (0, 0)
    assert "float16" in told.shows if half else "float16" not in told.shows
    before = Path("some.mvitcap").read_bytes()
    program, *words = shlex.split(told.command)
    assert (program, main(words)) == ("mvit-lens", 0)
    assert Path("some.mvitcap").read_bytes() == before
    code, printed, _ = run("provenance", "some.mvitcap")
    assert code == 0
    assert f"again         {told.command}\n" in printed
    code, _, complaint = run("provenance", "some.mvitcap", "--repeat")
    assert code == 1
    assert "is made by capture, which cannot be made again" in complaint


def test_no_path_of_the_machine_is_in_a_capture_file(made):
    content = (made.folder / "runs.mvitcap").read_bytes()
    for place in (made.folder.name, str(Path.home()), str(Path.cwd())):
        assert place.encode() not in content


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda document: document["clip"].update(name="../p"), "damaged: name is '../p'; allowed"),
        (
            lambda document: document["model"].update(sha256="0"),
            "bad.mvitcap is a damaged capture file (model cannot be used: sha256 is '0'; allowed",
        ),
        (lambda document: document.update(form=7), "is a capture file of form 7"),
    ],
)
def test_a_hostile_or_later_capture_file_is_refused_in_one_line(made, run, tmp_path, change, words):
    bad = tmp_path / "bad.mvitcap"
    bad.write_bytes((made.folder / "runs.mvitcap").read_bytes())
    rewritten(bad, lambda document, _: change(document))
    code, printed, complaint = run("provenance", bad)
    assert (code, printed) == (1, "")
    assert words in complaint
    assert len(complaint.strip().splitlines()) == 1


def test_what_a_script_captured_says_that_no_command_is_known(made, tmp_path):
    explainer = Explainer(load_model(made.model, device="cpu"))
    with open_video(made.clip) as video:
        runs = [explainer.capture(video, explainer.windows(video)[0])]
        write_capture(tmp_path / "a.mvitcap", video, explainer.loaded, runs)
    told = read_provenance(tmp_path / "a.mvitcap").provenance
    assert told.command == ""
    assert told.no_command.startswith("a script or the window wrote it")


@pytest.fixture(scope="module")
def batch(made, tmp_path_factory):
    """The folder of a batch of one clip, with tables, maps and a file of each kind."""
    pytest.importorskip("pyarrow")
    folder = tmp_path_factory.mktemp("batched")
    out, clips = folder / "rows", folder / "clips.csv"
    clips.write_text(f"path\n{made.clip}\n")
    model = ModelSource(made.model, device="cpu")
    listed, spec = read_clips(clips), BatchSpec((model,), maps=("row",))
    make_folder(out)
    begin(out, facts_of(listed, spec, 64, out.name), tables_of(spec.stats))
    begin_maps(out, spec.names, len(listed.clips), 64)
    shards = shards_of(listed.clips, 64)
    run_shard(make_runner(spec, 1), out, shards[0])
    assert make_files(out, shards, spec, dict.fromkeys(KINDS, 1)).made == len(KINDS)
    return out


WHOLE = ("", "run.json", "maps.zarr", "maps.zarr/zarr.json", "maps.zarr/model-0", "heads")
FILES = {
    "captures/clip-000000.window-000.model-0.mvitcap": "capture",
    "videos/clip-000000.window-000.model-0.mp4": "export",
}


@pytest.mark.parametrize("place", WHOLE)
def test_folder_run_file_maps_and_tables_of_a_batch_say_where_they_come_from(
    made, batch, run, place
):
    path = batch / (place if place != "heads" else "heads/part-000000.parquet")
    told = read_provenance(path).provenance
    assert (told.kind, told.output) == ("batch", "rows")
    assert told.source.model.file.sha256 == hashlib.sha256(made.model.read_bytes()).hexdigest()
    assert told.command.startswith("mvit-lens batch clips.csv --checkpoint toy.pyth")
    assert run("provenance", path)[0] == 0


@pytest.mark.parametrize("place", FILES)
def test_files_of_chosen_windows_say_where_they_come_from(made, batch, place):
    told = read_provenance(batch / place).provenance
    assert told.kind == FILES[place]
    assert told.source.clip.file.sha256 == hashlib.sha256(made.clip.read_bytes()).hexdigest()
    assert told.command.startswith(f"mvit-lens {told.kind} ")


def test_every_file_of_a_batch_is_one_of_these_or_a_note(batch):
    named = {*FILES, *WHOLE, "maps.zarr/model-0/zarr.json"}
    left = [
        path.relative_to(batch).as_posix() for path in sorted(batch.rglob("*")) if path.is_file()
    ]
    left = [name for name in left if name not in named and not name.endswith(".parquet")]
    # Arrays stand in the groups that say it, notes of shards are no results.
    assert all(name.startswith(("maps.zarr/model-0/row-", "done/")) for name in left), left


@pytest.mark.parametrize("name", ["empty", "other"])
def test_a_folder_that_says_nothing_is_refused_in_words(run, tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    if name == "other":
        (folder / "zarr.json").write_text('{"zarr_format": 3, "attributes": {"a": 1}}')
    code, _, complaint = run("provenance", folder)
    assert code == 1
    said = {"empty": "is a folder without run.json and zarr.json", "other": "says nothing of"}
    assert said[name] in complaint


def test_a_table_of_a_batch_says_where_it_comes_from_and_is_not_made_again(batch, made, run):
    part = batch / "heads" / "part-000000.parquet"
    told = read_provenance(part).provenance
    assert told.source.model.file.sha256 == hashlib.sha256(made.model.read_bytes()).hexdigest()
    assert told.command == (
        "mvit-lens batch clips.csv --checkpoint toy.pyth --windows first --stats readout "
        "--maps row --shard 64 -o rows"
    )
    code, printed, _ = run("provenance", part)
    assert code == 0
    assert "It was run on the 1 clips of clips.csv" in printed
    code, printed, _ = run("verify", part)
    assert code == 1
    assert "is made by batch, which cannot be made again" in printed
    options = build_parser("batch").parse_args(shlex.split(told.command)[1:])
    assert (options.windows, options.stats, options.shard) == ("first", "readout", 64)


def test_a_figure_of_a_script_says_where_it_comes_from(made, tmp_path):
    with mvit_core.explain(str(made.clip), str(made.model), device="cpu") as explained:
        explained.figure("map", frames=1).save(tmp_path / "fig.svg")
        explained.figure("map", frames=1).save(tmp_path / "fig.png", dpi=90)
    (verdict,) = verify(tmp_path / "fig.png", Inputs((made.folder,)))
    assert (verdict.outcome, verdict.words) == ("same", "")
    told = read_provenance(tmp_path / "fig.svg").provenance
    assert told.source.clip.file.name == "clip.mp4"


def test_what_a_script_held_in_memory_has_no_command(made, tmp_path):
    frames = np.zeros((8, 40, 40, 3), np.uint8)
    loaded = load_model(made.model, device="cpu")
    given = (frames, loaded.model.eval())
    with mvit_core.explain(*given, clip_spec=loaded.clip_spec) as explained:
        explained.figure("map", frames=1).save(tmp_path / "fig.png")
    told = read_provenance(tmp_path / "fig.png").provenance
    assert told.command == ""
    assert not told.source.model.is_named
    (verdict,) = verify(tmp_path / "fig.png", Inputs((made.folder,)))
    assert verdict.outcome == "not made"


# -- what is in the way --------------------------------------------------------------------------


def test_what_is_not_there_is_named(made, run, tmp_path):
    alone = tmp_path / "out.csv"
    for name in ("out.csv", "out.csv.provenance.json"):
        (tmp_path / name).write_bytes((made.folder / name).read_bytes())
    code, _, complaint = run("provenance", alone, "--repeat")
    assert code == 1
    assert f"clip.mp4 is not in {tmp_path}; give its path by --clip" in complaint
    code, _, complaint = run("provenance", alone, "--repeat", "--clip", made.clip)
    assert "toy.pyth is not in" in complaint
    code, printed, _ = run("verify", alone)
    assert (code, printed.split(":")[1].strip()) == (1, "not made")
    given = ("--clip", made.clip, "--checkpoint", made.model)
    for file in (alone, tmp_path / "out.csv.provenance.json"):
        assert run("verify", file, *given)[:2] == (0, "out.csv: same\n")


def test_another_file_of_the_name_is_told(made, run, tmp_path):
    write_barcode_clip(tmp_path / "clip.mp4", frames=FRAMES + 1)
    for name in ("toy.pyth", "out.csv", "out.csv.provenance.json"):
        (tmp_path / name).write_bytes((made.folder / name).read_bytes())
    code, printed, _ = run("verify", tmp_path / "out.csv")
    assert code == 1
    assert printed.startswith("out.csv: differs: ")
    assert "clip.mp4 is another file than clip.mp4 was: its sha256 is" in printed
    _, _, notes = run("provenance", tmp_path / "out.csv", "--repeat")
    assert "is another file than" in notes


def test_the_right_content_is_taken_before_another_of_the_name(made, tmp_path):
    write_barcode_clip(tmp_path / "clip.mp4", frames=FRAMES + 1)
    told = read_provenance(made.folder / "out.csv").provenance
    inputs = Inputs((tmp_path, made.folder))
    assert inputs.clip_of(told.source.clip) == made.clip
    assert inputs.notes == ()


def test_a_table_that_was_changed_is_told(made, run, tmp_path):
    for name in ("clip.mp4", "toy.pyth", "out.csv", "out.csv.provenance.json"):
        (tmp_path / name).write_bytes((made.folder / name).read_bytes())
    table = tmp_path / "out.csv"
    table.write_bytes(table.read_bytes().replace(b"rank", b"rang"))
    code, _, complaint = run("provenance", table)
    assert code == 0
    assert "out.csv is another file than out.csv.provenance.json was written for" in complaint
    code, printed, _ = run("verify", table, "--json")
    assert code == 1
    (verdict,) = json.loads(printed)
    assert (verdict["name"], verdict["outcome"]) == ("out.csv", "differs")
    assert "bytes differ from place" in verdict["words"]


@pytest.mark.parametrize(
    ("name", "spoil", "words"),
    [
        ("out.npz", lambda path: spoiled_array(path), "arrays differ: maps by at most 1"),
        ("out.png", lambda path: spoiled_picture(path), "1 frames differ, from 0 on"),
        ("fig.svg", lambda path: replaced(path, b"<rect", b"<rekt"), "what is drawn differs"),
        ("fig.pdf", lambda path: replaced(path, b"stream\n", b"stream\n1"), "is drawn differs"),
    ],
)  # fmt: skip
def test_a_difference_is_said_in_the_way_of_its_kind(made, tmp_path, name, spoil, words):
    path = tmp_path / name
    path.write_bytes((made.folder / name).read_bytes())
    spoil(path)
    assert words in compared(path, made.folder / name)


def replaced(path, old, new):
    path.write_bytes(path.read_bytes().replace(old, new, 1))


def spoiled_array(path):
    with np.load(path) as kept:
        arrays = {name: kept[name] for name in kept.files}
    np.savez_compressed(path, **{**arrays, "maps": arrays["maps"] + 1})


def spoiled_picture(path):
    cv2.imwrite(str(path), 255 - cv2.imread(str(path)))


def test_a_file_of_another_program_says_nothing(made, run, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n")
    for path in (other, made.clip, made.model):
        code, printed, complaint = run("provenance", path)
        assert (code, printed, complaint.count("\n")) == (1, "", 1)
        assert "does not say where it comes from" in complaint


@pytest.mark.parametrize("name", ["out.npz", "out.png", "fig.svg", "fig.pdf", "out.mp4"])
def test_a_damaged_file_is_one_line(made, run, tmp_path, name):
    content, path = (made.folder / name).read_bytes(), tmp_path / name
    damaged = [b"", content[:40], b"\xff" * 5000]
    if name != "out.npz":  # which is packed
        damaged.append(content.replace(b'"versions"', b'"versiONs"'))
    for spoiled in damaged:
        path.write_bytes(spoiled)
        code, printed, complaint = run("provenance", path)
        assert (code, printed, complaint.count("\n")) == (1, "", 1), spoiled[:20]


def test_a_hostile_provenance_is_printed_escaped_and_leads_nowhere(made, run, tmp_path):
    told = as_json(read_provenance(made.folder / "out.csv").provenance)
    told["command"] = "\x1b[2Jrm -rf ~\n; reboot"
    told["sources"][0]["model"]["preset"] = "\u202ex"
    evil = tmp_path / "evil.json"
    evil.write_text(json.dumps(told))
    code, printed, _ = run("provenance", evil)
    assert code == 0
    assert "\x1b" not in printed
    assert r"\x1b[2Jrm -rf ~\n; reboot" in printed
    told["sources"][0]["clip"]["file"]["name"] = "../clip.mp4"
    evil.write_text(json.dumps(told))
    code, _, complaint = run("provenance", evil, "--repeat", "-o", tmp_path / "o.csv")
    assert code == 1
    assert "without a folder" in complaint


@pytest.mark.parametrize(
    ("words", "complains"),
    [
        (["export", "-o", "x.csv"], "required: clip"),
        (["export", "--request", "{json}", "-o", "x.csv", "--block", "2"], "says all of block"),
        (["provenance", "{json}", "-o", "x.csv"], "give --repeat too"),
    ],
)
def test_options_that_say_it_twice_are_wrong_usage(made, run, words, complains):
    kept = made.folder / "out.csv.provenance.json"
    code, _, complaint = run(*(word.format(json=kept) for word in words))
    assert code == 2
    assert complains in complaint


def test_a_request_of_another_kind_of_file_is_refused(made, run, tmp_path):
    kept = made.folder / "out.csv.provenance.json"
    code, _, complaint = run("export", "--request", kept, "-o", tmp_path / "x.mp4")
    assert code == 1
    assert "is made again as a file that ends in .csv" in complaint
    told = replace(read_provenance(kept).provenance, kind="paint")
    (tmp_path / "p.json").write_text(document_text(told))
    code, _, complaint = run("export", "--request", tmp_path / "p.json", "-o", tmp_path / "x.csv")
    assert "is made by paint, which cannot be made again" in complaint


# -- crates --------------------------------------------------------------------------------------


def test_a_crate_holds_all_that_it_takes_and_is_verified_by_itself(made, run, tmp_path):
    crate = tmp_path / "crate"
    words = (made.clip, "--checkpoint", made.model, "-o", tmp_path / "out.npz")
    assert run("export", *words, "--crate", crate)[0] == 0
    described = json.loads((crate / CRATE_NAME).read_text())
    graph = {each["@id"]: each for each in described["@graph"]}
    assert graph[CRATE_NAME]["conformsTo"]["@id"] == "https://w3id.org/ro/crate/1.1"
    action = graph["#run"]
    assert action["instrument"] == {"@id": "#mvit-lens"}
    assert [each["@id"] for each in action["object"]] == ["clip.mp4", "toy.pyth"]
    assert [each["@id"] for each in action["result"]] == ["out.npz"]
    for part in graph["./"]["hasPart"]:
        path, entity = crate / part["@id"], graph[part["@id"]]
        assert entity["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert entity["contentSize"] == str(path.stat().st_size)
    assert run("verify", crate)[:2] == (0, "out.npz: same\n")
    (crate / "toy.pyth").unlink()
    code, printed, _ = run("verify", crate)
    assert code == 1
    assert "out.npz: not made: toy.pyth is not in" in printed


def test_a_figure_and_a_finished_file_become_crates_too(made, run, tmp_path):
    words = (made.clip, "--checkpoint", made.model, "-o", tmp_path / "fig.svg", "--frames", 1)
    assert run("figure", *words, "--crate", tmp_path / "one")[0] == 0
    assert run("verify", tmp_path / "one")[:2] == (0, "fig.svg: same\n")
    page = (*words[:-3], tmp_path / "page.html", "--no-faithfulness")
    assert run("report", *page, "--crate", tmp_path / "three")[0] == 0
    assert run("verify", tmp_path / "three")[:2] == (
        0,
        "page.html: same\n",
    )
    assert run("provenance", made.folder / "out.csv", "--crate", tmp_path / "two")[0] == 0
    assert run("verify", tmp_path / "two")[:2] == (0, "out.csv: same\n")


def test_a_crate_replaces_nothing(made, run, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine.txt").write_text("mine")
    code, _, complaint = run("provenance", made.folder / "out.csv", "--crate", kept)
    assert code == 1
    assert "something lies there" in complaint
    assert [each.name for each in kept.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        ("[]", "describes no run"),
        ('{"@graph": 3}', "describes no run"),
        ('{"@graph": [{"@type": "CreateAction", "result": {"@id": "../out.csv"}}]}',
         "without a folder"),
        ('{"@graph": [{"@type": "CreateAction", "result": {"@id": "%2Fetc%2Fpasswd"}}]}',
         "without a folder"),
        ('{"@graph": []}', "names 0 results"),
        ("{", "is not JSON"),
    ],
)  # fmt: skip
def test_a_hostile_crate_is_refused_in_one_line(run, tmp_path, graph, words):
    (tmp_path / CRATE_NAME).write_text(graph)
    code, printed, complaint = run("verify", tmp_path)
    assert (code, printed, complaint.count("\n")) == (1, "", 1)
    assert words in complaint


def test_the_library_that_multiplied_multiplies_again(made, run, tmp_path):
    """Each process races them anew, and the last digits of a product are the library's own."""
    first, again = tmp_path / "out.npz", tmp_path / "again.npz"
    files = (made.clip, "--checkpoint", made.model)
    with forced(onednn=not choice().onednn):
        other = "onednn" if choice().onednn else "torch"
        assert run("export", *files, "-o", first)[0] == 0
    assert dict(read_provenance(first).provenance.versions)["products"] == other
    assert run("provenance", first, "--repeat", "-o", again, "--clip", *files)[0] == 0
    assert again.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("kept", ["my own notes", "[1, 2]", "the clip", "a link to the model"])
def test_nothing_gives_way_to_the_file_beside_a_result_but_an_older_one(made, run, tmp_path, kept):
    target = tmp_path / "table.csv"
    beside = side_of(target)
    words = "export", made.clip, "--checkpoint", made.model, "-o", target
    if kept.startswith("a link"):
        beside.symlink_to(made.model)
    else:
        beside.write_bytes(made.clip.read_bytes() if kept == "the clip" else kept.encode())
    before = beside.read_bytes()
    code, _, complained = run(*words)
    assert (code, complained.count("\n")) == (1, 1)
    assert "table.csv.provenance.json would be written beside table.csv" in complained
    assert beside.read_bytes() == before
    assert not target.exists()
    beside.unlink()
    assert run(*words)[0] == 0
    assert run(*words)[0] == 0, "an older one gives way"


def test_class_names_are_no_target(made, run, tmp_path):
    names = tmp_path / "names.csv"
    names.write_text("\n".join(f"class {number}" for number in range(7)))
    words = "export", made.clip, "--checkpoint", made.model, "--labels", names, "-o", names
    code, _, complained = run(*words)
    assert (code, "is the file of class names itself" in complained) == (1, True)
    assert names.read_text().startswith("class 0")


def test_a_crate_that_fails_leaves_nothing_and_one_of_another_clip_says_so(made, run, tmp_path):
    for name in ("out.csv", "out.csv.provenance.json", "toy.pyth"):
        shutil.copy(made.folder / name, tmp_path / name)
    (tmp_path / "clip.mp4").symlink_to("/dev/zero")
    assert run("provenance", tmp_path / "out.csv", "--crate", tmp_path / "crate")[0] == 1
    assert not (tmp_path / "crate").exists()
    (tmp_path / "clip.mp4").unlink()
    (tmp_path / "clip.mp4").write_bytes(b"another")
    code, _, noted = run("provenance", tmp_path / "out.csv", "--crate", tmp_path / "crate")
    assert (code, "clip.mp4 is another file than clip.mp4 was" in noted) == (0, True)


def test_a_result_that_a_crate_names_twice_is_made_again_once(made, tmp_path):
    action = {"@type": "CreateAction", "result": [{"@id": "a.png"}, {"@id": "a.png"}]}
    (tmp_path / CRATE_NAME).write_text(json.dumps({"@graph": [action]}))
    assert [each.name for each in verify(tmp_path, Inputs(()))] == ["a.png"]


def test_without_a_place_for_temporary_files_the_verdict_says_so(made, run, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    code, printed, _ = run("verify", made.folder / "out.csv")
    assert code == 1
    assert printed.startswith("out.csv: not made: ")
    assert "No such file or directory" in printed
