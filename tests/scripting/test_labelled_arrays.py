"""xarray: a selection by coordinate gives the value that the map has there, with its units."""

import json

import numpy as np
import pytest

from mvit_core.errors import ExportError
from mvit_core.scripting import labelled_arrays


@pytest.fixture(scope="module")
def tree(explained):
    return explained.to_xarray()


@pytest.mark.parametrize("block", [0, 1, 3])
def test_a_selection_by_pixels_and_seconds_gives_the_value_of_the_map(explained, tree, block):
    attention = tree[f"block_{block}"]["attention"]
    for head in range(attention.sizes["head"]):
        made = explained.maps(block, head)
        for t, y, x in [(0, 0, 0), tuple(size - 1 for size in made.on_tokens.shape)]:
            place = {
                "time": made.t_seconds[t] + 0.01, "y": made.y_px[y] - 2, "x": made.x_px[x] + 2
            }  # fmt: skip
            found = attention.sel(head=head).sel(place, method="nearest")
            assert found.item() == made.on_tokens[t, y, x]
            assert found["frame"].item() == made.t_frames[t]


def test_a_map_alone_has_the_same_coordinates_and_says_what_it_is_of(explained):
    made = explained.explain(3, "relevance", against=5)
    array = made.to_xarray()
    assert array.dims == ("time", "y", "x")
    np.testing.assert_array_equal(array.values, made.on_tokens)
    np.testing.assert_array_equal(array["x"], made.x_px)
    assert (array.name, array.attrs["units"]) == ("relevance", "relevance")
    provenance = json.loads(array.attrs["provenance"])
    assert (provenance["class"], provenance["against"]) == ("class 3", "class 5")
    assert (provenance["video"], provenance["model"]) == ("clip.mp4", "toy.pyth")
    assert provenance["window"] == {"index": 1, "frames": list(explained.frames)}


def test_classes_are_found_by_name_and_the_sampled_frames_are_named(explained, tree):
    best = explained.predictions[0]
    assert tree["probability"].sel(class_name=best.name).item() == best.probability
    assert tree["logit"].values.argmax() == best.index
    assert tuple(tree["sampled_frame"].values) == explained.frames
    np.testing.assert_allclose(tree["sampled_seconds"], np.array(explained.frames) / 30, atol=1e-6)


def test_statistics_are_those_of_the_heads_and_what_there_is_not_is_no_number(explained, tree):
    for row in explained.statistics:
        found = tree[f"block_{row.block}"].ds.sel(head=row.head)
        assert found["entropy"].item() == row.entropy
        assert found["sink"].item() == row.sink
    assert tree["block_2"]["class_key"].sel(head=1).item() == pytest.approx(
        explained.maps(2, 1).sink
    )


def test_every_variable_and_coordinate_of_a_place_has_a_unit(tree):
    for block in tree.children.values():
        for name in (*block.data_vars, "time", "frame", "x", "y"):
            assert block[name].attrs["units"], name
            assert block[name].attrs["long_name"], name
    assert {tree["block_0"][name].attrs["units"] for name in "xy"} == {"px"}
    assert tree["block_0"]["time"].attrs["units"] == "s"


def test_without_xarray_it_says_what_to_install(explained, monkeypatch):
    monkeypatch.setattr(labelled_arrays, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r'pip install "mvit-lens\[notebook\]"'):
        explained.to_xarray()
    with pytest.raises(ExportError, match="xarray is not installed"):
        explained.maps().to_xarray()
