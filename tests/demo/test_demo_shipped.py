import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from mvit_core import load_model, open_video
from mvit_core.attribution import Saliency
from mvit_core.demo import CLASSES, demo_checkpoint, demo_samples, samples
from mvit_core.errors import ClipError, ExportError, MvitError
from mvit_core.export import ExportRequest, export
from mvit_core.figure import WRITERS, FigureRequest, lint, make_figure
from mvit_core.geometry import GridGeometry, PixelMap
from mvit_core.heatmap import project
from mvit_core.model.kernels import forced
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.render import upsample
from mvit_core.system.assets import asset
from mvit_core.training.card import card_text, figures_text, refresh_card, write_card
from mvit_core.training.clips import TWO_ACTORS, write_clips
from mvit_core.training.evaluation import Evaluation, evaluate
from mvit_core.training.recipe import recipe_for
from mvit_core.training.scoring import score, shifted
from mvit_core.video.encode.encoders import Encoding
from tests.checkpoint.test_goldens import ATTENTION, LOGITS
from tests.core.test_kernels import needs_onednn


@pytest.fixture(scope="module")
def loaded():
    return load_model(demo_checkpoint(), device="cpu")


@pytest.fixture(scope="module")
def measured(loaded):
    return evaluate(loaded, 22, map_clips=3)


def test_the_weights_are_an_ordinary_checkpoint_of_at_most_1_mb(loaded):
    assert demo_checkpoint().stat().st_size <= 1_000_000
    assert loaded.format == "pyslowfast"
    assert loaded.classes == list(CLASSES)
    assert not loaded.report.missing
    assert not loaded.report.warnings
    assert all(value.is_contiguous() for value in loaded.model.state_dict().values())


def test_the_clips_are_at_least_six_of_256_pixels_and_together_small():
    shipped = demo_samples()
    assert len(shipped) >= 6
    assert sum(sample.clip.stat().st_size for sample in shipped) <= 4_000_000
    for sample in shipped:
        with open_video(sample.clip) as video:
            assert min(video.size) >= 256
            assert video.frame_count == len(sample.truth.boxes_px)
        assert sample.class_name in CLASSES
        assert sample.title.endswith(sample.class_name)
    assert asset("demo", "labels.txt").read_text().splitlines() == list(CLASSES)


def test_every_shipped_clip_is_classified_right_and_its_map_lies_on_its_actor(loaded):
    explainer = Explainer(loaded)
    for sample in demo_samples():
        with open_video(sample.clip) as video:
            (window,) = explainer.windows(video)
            told = explainer.explain(video, window, MapSpec())
        best = told.capture.predictions[0]
        assert best.name == sample.class_name
        assert best.probability > 0.7
        shares, hits = [], []
        for frame in window.frame_indices:
            left, top, right, bottom = sample.truth.boxes_px[frame]
            heat = upsample(told.heatmap, frame, video.size, smooth=True)
            inside = heat[top:bottom, left:right].sum()
            area = (right - left) * (bottom - top) / heat.size
            shares.append(inside / heat.sum() / area)
            y, x = np.unravel_index(heat.argmax(), heat.shape)
            near = 16  # half a cell of the keys
            hits.append(left - near <= x < right + near and top - near <= y < bottom + near)
        assert np.mean(shares) > 4, sample.title
        assert np.mean(hits) > 0.6, sample.title


@needs_onednn
def test_films_maps_and_numbers_do_not_depend_on_the_library_of_products(loaded, tmp_path):
    sample = demo_samples()[0]
    logits, maps, films, numbers = [], [], [], []
    for onednn in (True, False):
        explainer = Explainer(loaded)
        # ProRes codes each picture by itself: H.264 makes of a last digit what it likes.
        film, arrays = tmp_path / f"{onednn}.mov", tmp_path / f"{onednn}.npz"
        with forced(onednn), open_video(sample.clip) as video:
            record = explainer.capture(video, explainer.windows(video)[0]).record
            logits.append(record.logits.numpy())
            maps.append([layer.attention().numpy() for layer in record.layers])
            export(explainer, video, ExportRequest(stop=16, encoding=Encoding("prores")), film)
            export(explainer, video, ExportRequest(), arrays)
        capture = cv2.VideoCapture(str(film))
        films.append(np.stack([capture.read()[1].astype(int) for _ in range(16)]))
        with np.load(arrays) as found:
            numbers.append({name: found[name] for name in found.files})
    np.testing.assert_allclose(*logits, atol=LOGITS)
    for one, other in zip(*maps, strict=True):
        np.testing.assert_allclose(one, other, atol=ATTENTION)
    assert np.abs(films[0] - films[1]).mean() < 0.01  # levels of 255: none can see that
    assert numbers[0].keys() == numbers[1].keys()
    for name, one in numbers[0].items():
        if one.dtype.kind == "f":
            np.testing.assert_allclose(one, numbers[1][name], atol=ATTENTION, rtol=1e-3)


def test_a_figure_of_a_shipped_clip_keeps_the_rules_of_a_journal_and_is_small(loaded):
    request = FigureRequest()
    with open_video(demo_samples()[0].clip) as video:
        scene = make_figure(Explainer(loaded), video, request)
    assert lint(scene, request.rules) == ()
    assert len(WRITERS[".pdf"].write(scene, 0)) <= 200_000
    assert len(WRITERS[".svg"].write(scene, 0)) <= 400_000


def test_the_shipped_clips_are_those_that_the_command_writes(tmp_path):
    truth = next(s.truth for s in demo_samples() if s.class_name == "moves left")
    (again,) = write_clips(tmp_path, (("moves left", truth.seed),), size=64)
    assert again.active_frames == truth.active_frames
    scaled = np.array(again.boxes_px) * truth.size / 64
    assert np.abs(scaled - np.array(truth.boxes_px)).max() <= truth.size / 64
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "labels.txt",
        "moves_left.mp4",
        "samples.json",
    ]


def test_two_shipped_clips_have_two_actors_whose_classes_are_the_models_first_two(loaded):
    pairs = [sample for sample in demo_samples() if sample.truth.second is not None]
    assert len(pairs) == 2
    explainer = Explainer(loaded)
    for sample in pairs:
        second = sample.truth.second
        with open_video(sample.clip) as video:
            (window,) = explainer.windows(video)
            predictions = explainer.explain(video, window, MapSpec()).capture.predictions
        assert [each.name for each in predictions[:2]] == [sample.class_name, second.class_name]
        assert predictions[1].probability > 0.05
        assert second.class_name in sample.title
        assert len(second.boxes_px) == len(sample.truth.boxes_px)
        for box, other in zip(sample.truth.boxes_px, second.boxes_px, strict=True):
            left, right = max(box[0], other[0]), min(box[2], other[2])
            top, bottom = max(box[1], other[1]), min(box[3], other[3])
            assert left >= right or top >= bottom, "the actors' boxes never meet"


def test_clips_of_two_actors_are_written_with_both_truths(tmp_path):
    truth = next(s.truth for s in demo_samples() if s.truth.second is not None)
    (again,) = write_clips(tmp_path, ((TWO_ACTORS, truth.seed),), size=64)
    assert (again.file, again.title) == (truth.file, truth.title)
    assert again.second.class_name == truth.second.class_name
    assert again.second.active_frames == truth.second.active_frames
    scaled = np.array(again.second.boxes_px) * truth.size / 64
    assert np.abs(scaled - np.array(truth.second.boxes_px)).max() <= truth.size / 64


def test_clips_cannot_be_written_into_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="cannot be made"):
        write_clips(tmp_path / "file")


def _ship(monkeypatch, folder):
    def found(*parts):
        path = Path(folder, *parts[1:])
        if not path.exists():
            raise FileNotFoundError(path)
        return path

    monkeypatch.setattr(samples, "asset", found)


def test_a_missing_or_damaged_resource_is_one_clear_line(tmp_path, monkeypatch):
    _ship(monkeypatch, tmp_path)
    with pytest.raises(MvitError, match=r"demo\.pyth is missing; reinstall"):
        demo_checkpoint()
    with pytest.raises(MvitError, match=r"samples\.json is missing; reinstall"):
        demo_samples()
    (tmp_path / "demo.pyth").touch()
    with pytest.raises(MvitError, match=r"demo\.pyth is damaged; reinstall"):
        demo_checkpoint()
    for text in ("", "{", "{}", '{"samples": [{"file": "x"}]}', '{"samples": 3}', "[1]"):
        (tmp_path / "samples.json").write_text(text)
        with pytest.raises(MvitError, match=r"samples\.json is damaged; reinstall"):
            demo_samples()
    index = json.loads(asset("demo", "samples.json").read_text())
    (tmp_path / "samples.json").write_text(json.dumps(index))
    with pytest.raises(MvitError, match=r"\.mp4 is missing; reinstall"):
        demo_samples()


def test_torn_weights_are_one_clear_line(tmp_path):
    torn = tmp_path / "demo.pyth"
    torn.write_bytes(demo_checkpoint().read_bytes()[:30_000])
    with pytest.raises(MvitError, match="truncated or damaged"):
        load_model(torn)


def test_the_evaluation_measures_classes_controls_and_every_map(loaded, measured):
    assert measured.accuracy >= 0.9
    assert set(measured.accuracy_of_class) == set(CLASSES)
    assert measured.frozen_accuracy < 0.4
    assert measured.reversed_accuracy >= 0.9
    blocks = {row.block for row in measured.maps}
    assert blocks == set(range(loaded.config.depth))
    heads = [row.head for row in measured.maps if (row.block, row.method) == (4, "row")]
    assert heads == ["mean", 0, 1, 2, 3]
    assert measured.default_map.score == measured.geometry["true"]


def test_figures_come_back_from_their_json(measured):
    assert Evaluation.from_json(json.dumps(measured.to_json())) == measured
    for text in ("", "{}", "[]", '{"maps": [1]}'):
        with pytest.raises(ClipError, match="no figures of the demo"):
            Evaluation.from_json(text)


def test_the_evaluation_refuses_too_few_clips_and_other_models(loaded, toy_checkpoint):
    with pytest.raises(ClipError, match="at least 11"):
        evaluate(loaded, 3)
    with pytest.raises(ClipError, match="7 classes, the demo task 11"):
        evaluate(load_model(toy_checkpoint, device="cpu"), 11)


def _heatmap(values, geometry):
    pixel_map = PixelMap((96, 96), (96, 96), (0, 0), (96, 96))
    return project(Saliency(values, geometry, None), pixel_map, tuple(range(16)))


def test_a_flat_map_has_lift_1_and_a_map_of_the_mask_has_much_more():
    geometry = GridGeometry((2.0, 8.0, 8.0))
    masks = np.zeros((16, 96, 96), dtype=bool)
    masks[:, 36:45, 36:45] = True  # around token (5, 5), which lies at pixel (40, 40)
    flat = score(_heatmap(np.ones((8, 12, 12), np.float32), geometry), masks)
    assert flat.lift == pytest.approx(1)
    values = np.zeros((8, 12, 12), np.float32)
    values[:, 5, 5] = 1
    sharp = score(_heatmap(values, geometry), masks)
    assert sharp.hit == sharp.hit_strict == 1
    assert sharp.lift > 40
    assert sharp.hit_chance < 0.05
    moved = shifted(Saliency(values, geometry, None), 0.5, 0.5)
    assert score(_heatmap(values, moved.geometry), masks).share < 0.7 * sharp.share


def test_the_shipped_card_holds_the_figures_of_the_shipped_weights():
    text = asset("demo", "card.md").read_text()
    assert "mvit-lens demo train --out DIR --minutes 15 --seed 0" in text
    assert "| accuracy |" in text
    assert "by design" in text


@pytest.mark.skipif(sys.platform == "win32", reason="pipes as POSIX has them")
def test_a_pipe_or_a_device_in_the_place_of_a_card_is_refused_at_once(tmp_path, measured):
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "device.md").symlink_to("/dev/zero")
    for name in ("pipe.md", "device.md"):
        with pytest.raises(ExportError, match="cannot be read"):
            refresh_card(tmp_path / name, measured)


def test_a_card_is_filled_and_filled_again_by_the_script(tmp_path, measured):
    path = tmp_path / "card.md"
    text = card_text(recipe_for(), "mvit-lens demo train", 236_507, measured)
    assert figures_text(measured) in text
    write_card(path, text)
    better = replace(measured, accuracy=0.123)
    refresh_card(path, better)
    assert path.read_text() == text.replace(figures_text(measured), figures_text(better))
    path.write_text("no marks")
    with pytest.raises(ExportError, match="no place for figures"):
        refresh_card(path, better)
    with pytest.raises(ExportError, match="cannot be read"):
        refresh_card(tmp_path / "none.md", better)
