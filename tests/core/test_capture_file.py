"""Capture files: what is read is what was run, bit for bit, or an error in words."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
import torch

from benchmarks.hardening.mutants import mutants
from mvit_core import load_model, open_video, read_capture, write_capture
from mvit_core.attention.recorder import Keep
from mvit_core.attribution import METHODS, MapSpec, head_statistics
from mvit_core.capture_file import CaptureFile
from mvit_core.errors import (
    CaptureError,
    CaptureFileError,
    ClipError,
    ExportError,
    FileChangedError,
    MvitError,
    NeedsModelError,
    VideoOpenError,
)
from mvit_core.explaining import EVIDENCE
from mvit_core.explaining.changes import Changes, HeadPlace
from mvit_core.pipeline import Explainer
from mvit_core.printable import MESSAGE_LIMIT
from mvit_core.provenance.making import source_facts
from mvit_core.system.tensor_file import TensorFile
from mvit_core.system.tensor_file_writer import TensorFileWriter
from mvit_core.video import clip_windows, read_clip

QUERIES = ("readout", "class", (0, 0, 0))


@pytest.fixture
def loaded(toy_checkpoint):
    return load_model(toy_checkpoint, device="cpu")


@pytest.fixture
def explainer(loaded):
    return Explainer(loaded)


@pytest.fixture
def write(explainer, barcode_clip, tmp_path):
    """Writes windows of the clip as a file in a folder of its own: (path, the windows as run)."""

    def call(name="away/x.mvitcap", numbers=None, explainer=explainer, **options):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        with open_video(barcode_clip) as video:
            windows = explainer.windows(video)
            chosen = windows if numbers is None else [windows[number] for number in numbers]
            runs = [explainer.capture(video, window) for window in chosen]
            assert write_capture(path, video, explainer.loaded, iter(runs), **options) == len(runs)
        return path, runs

    return call


def maps_of(record, block, method, query):
    """The maps, or the words of the refusal: those are the record's as well."""
    try:
        found = METHODS[method].maps(record, record.layers[block], query)
    except CaptureError as error:
        return str(error)
    sinks = None if found.sinks is None else found.sinks.tobytes()
    return found.values.tobytes(), sinks, found.geometry, found.note


def test_every_map_of_every_method_is_the_runs_bit_for_bit(write):
    path, runs = write()
    kept = read_capture(path)
    assert len(kept) == len(runs) == 3
    for run, each in zip(runs, kept, strict=True):
        assert each.predictions == run.predictions
        assert each.frame_indices == run.frame_indices
        assert (each.window, each.pixel_map, each.note) == (run.window, run.pixel_map, run.note)
        assert each.record.logits.equal(run.record.logits)
        for block, layer in enumerate(run.record.layers):
            assert each.record.layers[block].attention().equal(layer.attention())
            for method in METHODS:
                for query in QUERIES:
                    wanted = maps_of(run.record, block, method, query)
                    assert maps_of(each.record, block, method, query) == wanted


def test_statistics_are_kept_where_the_run_took_them_and_rebuilt_where_not(write, loaded):
    taken = Explainer(loaded, keep=Keep(statistics=True))
    for number, path in enumerate(
        (write("away/a.mvitcap")[0], write("away/b.mvitcap", explainer=taken)[0])
    ):
        (record, *_) = (each.record for each in read_capture(path))
        assert (record.layers[0].summary.statistics is not None) == bool(number)
        entropies = [row.entropy for row in head_statistics(record)]
        assert all(0 < value < 1 for value in entropies)


def test_half_is_half_the_size_and_maps_differ_by_a_thousandth(write):
    whole, runs = write("away/a.mvitcap", (0,))
    half, _ = write("away/b.mvitcap", (0,), half=True)

    def of_layers(path):
        rows = TensorFile(path, CaptureFileError).rows
        return sum(row.nbytes for name, row in rows.items() if name.endswith((".q", ".k")))

    assert of_layers(half) * 2 == of_layers(whole)
    assert CaptureFile(half).provenance.half
    assert not CaptureFile(whole).provenance.half
    (kept,) = read_capture(half)
    for layer, run in zip(kept.record.layers, runs[0].record.layers, strict=True):
        assert (layer.attention() - run.attention()).abs().max() < 2e-3
        assert layer.row(0).equal(run.row(0)), "what was noted is kept whole"


def test_values_beyond_float16_are_refused_and_nothing_is_written(write, tmp_path, explainer):
    run = write("away/a.mvitcap", (0,))[1][0]
    layer = run.record.layers[0]
    huge = replace(layer, inputs=replace(layer.inputs, q=layer.inputs.q * 1e6))
    wild = replace(run, record=replace(run.record, layers=(huge, *run.record.layers[1:])))
    target = tmp_path / "away" / "b.mvitcap"
    words = r"block 0 has values beyond 65504.*leave out --half"
    with open_video(tmp_path / "clip.mp4") as video, pytest.raises(ExportError, match=words):
        write_capture(target, video, explainer.loaded, [wild], half=True)
    assert not target.exists()


def test_the_clip_of_a_capture_has_the_frames_that_the_model_saw_at_their_places(
    write, barcode_clip
):
    path, runs = write(numbers=(1,))
    with open_video(barcode_clip) as clip, open_video(path) as kept:
        assert (kept.frame_count, kept.fps, kept.size) == (clip.frame_count, clip.fps, clip.size)
        assert kept.pts_seconds.tolist() == clip.pts_seconds.tolist()
        assert kept.opened_video.held == set(runs[0].frame_indices)
        for index in runs[0].frame_indices:
            assert np.array_equal(kept.frame(index), clip.frame(index))
        first, second = runs[0].frame_indices[:2]
        assert np.array_equal(kept.frame(second - 1), clip.frame(first)), "the one before stands"
        (note,) = kept.damage
        assert note == (
            "a capture holds the frames that the model saw, 4 of 40; put clip.mp4 beside it to see "
            "all"
        )
        assert read_clip(kept, runs[0].window).frames.shape[0] == 4
        other = clip_windows(40, 30.0, CaptureFile(path).model.clip_spec)[0]
        with pytest.raises(ClipError, match=r"holds no picture of frame 0.*put the clip beside it"):
            read_clip(kept, other)


@pytest.mark.parametrize("name", ["clip.mp4", "renamed.mp4"])
def test_with_the_clip_beside_it_all_frames_are_the_clips_own(write, barcode_clip, name):
    path, _ = write(numbers=(0,))
    (path.parent / name).write_bytes(barcode_clip.read_bytes())
    with open_video(barcode_clip) as clip, open_video(path) as kept:
        assert kept.opened_video.held is None
        assert kept.damage == ()
        for index in range(clip.frame_count):
            assert np.array_equal(kept.frame(index), clip.frame(index))


def test_another_clip_of_that_name_is_not_taken_for_it(write, barcode_clip):
    path, _ = write(numbers=(0,))
    content = bytearray(barcode_clip.read_bytes())
    (path.parent / "clip.mp4").write_bytes(content[:-1])
    with open_video(path) as kept:
        assert kept.opened_video.held is not None
    (path.parent / "clip.mp4").write_bytes(bytes(len(content)))
    with open_video(path) as kept:
        assert kept.opened_video.held is not None
        assert kept.damage[0].startswith("clip.mp4 beside it cannot be used: ")


def test_without_weights_a_capture_gives_its_maps_and_says_what_needs_the_model(write, explainer):
    path, runs = write(numbers=(0, 2))
    file = CaptureFile(path)
    bare = Explainer(file.loaded(), stored=file)
    with open_video(path) as video:
        windows = bare.windows(video)
        assert windows == tuple(run.window for run in runs)
        for run, window in zip(runs, windows, strict=True):
            found = bare.explain(video, window, MapSpec(block=2, head=1))
            assert found.capture.predictions == run.predictions
        other = clip_windows(40, 30.0, file.model.clip_spec)[1]
        with pytest.raises(NeedsModelError, match="window 1, which was not captured, needs a run"):
            bare.capture(video, other)
        for method in EVIDENCE:
            with pytest.raises(NeedsModelError, match="what speaks for a class needs a run of the"):
                bare.explain(video, windows[0], MapSpec(method=method))
        with pytest.raises(NeedsModelError, match=r"load toy\.pyth") as caught:
            bare.head_means(video)
    assert caught.value.remedies == ("checkpoint",)


def test_the_models_own_checkpoint_is_known_by_its_content_and_by_how_it_is_fed(
    write, loaded, toy_checkpoint
):
    file = CaptureFile(write(numbers=(0,))[0])
    assert file.is_of(loaded)
    assert not file.is_of(replace(loaded, clip_spec=replace(loaded.clip_spec, rate=2.0)))
    toy_checkpoint.write_bytes(toy_checkpoint.read_bytes() + b" ")
    assert not file.is_of(loaded)


def test_a_file_that_is_overwritten_or_cut_while_open_is_an_error_in_words(write):
    path, runs = write(numbers=(0,))
    (kept,) = read_capture(path)
    with open_video(path) as video:
        path.write_bytes(path.read_bytes()[:-1000] + bytes(1000))
        with pytest.raises(CaptureFileError, match="has changed on disk since it was opened"):
            kept.record  # noqa: B018 - reads the file
        with pytest.raises(FileChangedError, match="has changed on disk since it was opened"):
            video.frame(runs[0].frame_indices[-1])
    path.unlink()
    with pytest.raises(CaptureFileError, match="does not exist"):
        kept.record  # noqa: B018 - reads the file


def test_what_is_no_capture_file_is_refused(tmp_path, barcode_clip, toy_checkpoint):
    for number, content in enumerate(
        (b"", b"\0" * 7, barcode_clip.read_bytes(), toy_checkpoint.read_bytes(), b"\x02" + bytes(9))
    ):
        path = tmp_path / f"{number}.mvitcap"
        path.write_bytes(content)
        with pytest.raises(CaptureFileError, match="is a damaged capture file"):
            read_capture(path)
        with pytest.raises(VideoOpenError, match="is a damaged capture file"):
            open_video(path)
    from safetensors.torch import save_file

    save_file({"weight": torch.ones(3)}, path)
    with pytest.raises(CaptureFileError, match="is no capture file; mvit-lens capture writes"):
        read_capture(path)


def opened_whole(path):
    """Everything that a reader gives, as the window asks for it."""
    with open_video(path) as video:
        file = CaptureFile(path)
        explainer = Explainer(file.loaded(), stored=file)
        for window in explainer.windows(video):
            for block in range(4):
                explainer.explain(video, window, MapSpec(block=block))
        for index in file.clip.frames:
            video.frame(index)
    file.check_all()


def test_any_damage_is_refused_in_one_line(write):
    """``python -m benchmarks.hardening captures`` tries more."""
    path, _ = write(numbers=(0,))
    good = path.read_bytes()
    opened_whole(path)
    random = Random(7)
    for name, content in mutants({"mvitcap": good}, 60, random):
        if content == good:
            continue
        path.write_bytes(content)
        try:
            opened_whole(path)
        except MvitError as error:
            words = str(error)
            assert "mvitcap" in words, name
            assert words.isprintable()
            assert len(words) <= MESSAGE_LIMIT
        else:
            pytest.fail(f"{name} was not noticed")


def rewritten(path, change):
    """The file with its document changed, and checksums that fit: a hostile one, not a damaged."""
    file = TensorFile(path, CaptureFileError)
    tensors = {}
    for name, row in file.rows.items():
        memory = bytearray(row.nbytes)
        file.read_into(name, memoryview(memory))
        tensors[name] = row.kind, row.shape, memory
    document = file.document
    change(document, tensors)
    path.write_bytes(b"")
    writer = TensorFileWriter(path)
    for name, (kind, shape, memory) in tensors.items():
        writer.add(name, kind, shape, memoryview(memory))
    document.pop("checksums")
    writer.finish(document)


def layer_of(document):
    return document["runs"][0]["layers"][0]


HOSTILE = {
    "a later form": (lambda d, t: d.update(form=2), "of form 2; form 1 is read"),
    "no form": (lambda d, t: d.update(form="x"), "form is 'x', which is no int"),
    "no runs": (lambda d, t: d.update(runs=[]), "it has 0 windows"),
    "a grid beyond sense": (
        lambda d, t: layer_of(d).update(q_shape=[1 << 30, 1 << 30, 1 << 30]),
        "is too large",
    ),
    "a grid of nothing": (lambda d, t: layer_of(d).update(k_shape=[0, 1, 1]), "cannot be used"),
    "another grid": (
        lambda d, t: d["architecture"].update(patch_stride=[2, 2, 2]),
        "has other grids",
    ),
    "a grid without its tensors": (
        lambda d, t: layer_of(d).update(q_shape=[2, 4, 16]),
        "type or shape",
    ),
    "heads of another number": (lambda d, t: layer_of(d).update(heads=3), "type or shape"),
    "a block that is none": (lambda d, t: layer_of(d).update(block=400), "blocks 0 to 3"),
    "frames that are none": (lambda d, t: d["clip"].update(frames=[0, 99]), "within the clip"),
    "a million classes": (lambda d, t: d["model"].update(classes=["x"]), "its model and clip"),
    "a family that is none": (lambda d, t: d["model"].update(family="<b>"), "family is <b>"),
    "a depth beyond sense": (
        lambda d, t: d["architecture"].update(blocks=d["architecture"]["blocks"] * 300),
        "the depth must be 1 to 512",
    ),
    "a digest that is none": (lambda d, t: d["clip"].update(sha256="<b>"), "64 hexadecimal digits"),
    "a model's digest that is none": (lambda d, t: d["model"].update(sha256="Z" * 64), "64 hexa"),
    "frames of no size": (lambda d, t: d["clip"].update(frame_size=[0, 5]), "pixels a side"),
    "times that fall": (
        lambda d, t: t.update({"clip.times": ("F64", (40,), np.arange(40.0)[::-1].tobytes())}),
        "times of its frames make no sense",
    ),
    "scores that are no numbers": (
        lambda d, t: t.update(
            {"run.0.logits": ("F32", (1, 7), np.full(7, np.nan, np.float32).tobytes())}
        ),
        "has values that are no numbers",
    ),
    "queries of another type": (
        lambda d, t: t.update({"run.0.logits": ("U8", (1, 7), bytes(7))}),
        "another type or shape",
    ),
    "a number without end": (lambda d, t: d["clip"].update(size=10**400), "at most"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_document_that_lies_is_refused_whatever_its_checksums_say(write, kind):
    path, _ = write(numbers=(0,))
    change, words = HOSTILE[kind]
    rewritten(path, change)
    with pytest.raises(MvitError, match=words):
        opened_whole(path)


@pytest.mark.parametrize("name", ["../clip.mp4", "/etc/passwd", "..", "", "away\\clip.mp4"])
def test_a_clip_is_looked_for_in_the_files_own_folder_alone(write, barcode_clip, name):
    path, _ = write(numbers=(0,))

    def change(document, _):
        document["clip"].update(name=name, sha256="0" * 64)

    rewritten(path, change)
    kept = CaptureFile(path)
    with open_video(path) as video:
        assert video.opened_video.held is not None
        told = source_facts(Explainer(kept.loaded(), stored=kept), video).clip.captured
    assert told.name in ("clip.mp4", "passwd", "unnamed", "away\\clip.mp4")


TARGETS = {
    "x.npz": r"ends in \.npz; a capture file ends in \.mvitcap",
    "folder.mvitcap": "is a folder",
    "no/x.mvitcap": "does not exist",
    "clip.mvitcap": "is read itself",
}


def test_a_target_is_looked_at_before_anything_is_asked_for(tmp_path, barcode_clip, loaded):
    def never():
        raise AssertionError("a window was asked for")
        yield

    (tmp_path / "folder.mvitcap").mkdir()
    (tmp_path / "clip.mvitcap").hardlink_to(barcode_clip)
    with open_video(barcode_clip) as video:
        for name, words in TARGETS.items():
            with pytest.raises(ExportError, match=words):
                write_capture(tmp_path / name, video, loaded, never())
        with pytest.raises(ExportError, match="there is no window to write"):
            write_capture(tmp_path / "x.mvitcap", video, loaded, [])
    assert not (tmp_path / "x.mvitcap").exists()


def test_a_run_of_a_changed_network_is_not_kept_as_one_of_the_network(
    explainer, barcode_clip, write, tmp_path
):
    changes = Changes(heads_off=(HeadPlace(1, 0),), by="zero")
    file = CaptureFile(write(numbers=(0,))[0])
    with open_video(barcode_clip) as video:
        window = explainer.windows(video)[0]
        changed = explainer.with_changes(changes).capture(video, window)
        with pytest.raises(ExportError, match="as they are, without heads off: 1/0; undo that"):
            write_capture(tmp_path / "x.mvitcap", video, explainer.loaded, [changed])
        bare = Explainer(file.loaded(), stored=file).with_changes(changes)
        with pytest.raises(NeedsModelError, match="heads off: 1/0 needs a run of the model"):
            bare.capture(video, window)
