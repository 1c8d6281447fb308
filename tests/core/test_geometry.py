import pytest
import torch

from mvit_core.geometry import Grid, GridGeometry, PixelMap, PlacedGrid, SlidingWindow
from mvit_core.model import PRESETS, MViT, MViTConfig
from tests.toys import toy_config


@pytest.mark.parametrize("has_class_token", [True, False])
def test_token_index_and_position_are_inverse(has_class_token):
    grid = Grid((2, 3, 4), has_class_token)
    places = [grid.position(index) for index in range(grid.token_count)]
    assert places.count(None) == has_class_token
    assert [grid.index(*p) for p in places if p] == list(range(has_class_token, grid.token_count))


def test_time_is_the_slowest_axis_and_x_the_fastest():
    grid = Grid((2, 3, 4), has_class_token=True)
    assert [grid.index(0, 0, 1), grid.index(0, 1, 0), grid.index(1, 0, 0)] == [2, 5, 13]


def test_a_token_outside_the_grid_is_refused():
    with pytest.raises(IndexError, match="outside the grid"):
        Grid((2, 3, 4)).index(0, 3, 0)
    with pytest.raises(IndexError, match=r"outside 0\.\.23"):
        Grid((2, 3, 4)).position(24)
    with pytest.raises(ValueError, match="at least 1"):
        Grid((0, 3, 4))


@pytest.mark.parametrize(
    "token", [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (2, 0, 0), (0, 3, 0), (0, 0, 4)]
)
def test_each_axis_of_a_grid_has_its_own_bounds(token):
    with pytest.raises(IndexError, match="outside the grid"):
        Grid((2, 3, 4)).index(*token)


@pytest.mark.parametrize("shape", [(1, 1), (1, 1, 1, 1), (1, 1, 0), (1, -1, 1)])
def test_a_grid_has_three_sizes_from_1_on(shape):
    with pytest.raises(ValueError, match="three sizes of at least 1"):
        Grid(shape)
    assert Grid((1, 1, 1)).token_count == 1


@pytest.mark.parametrize("has_class_token", [True, False])
def test_positions_begin_at_0_and_end_with_the_last_token(has_class_token):
    grid = Grid((2, 3, 4), has_class_token)
    assert grid.position(grid.token_count - 1) == (1, 2, 3)
    assert grid.position(0) == (None if has_class_token else (0, 0, 0))
    for index in (-1, grid.token_count):
        with pytest.raises(IndexError, match=rf"outside 0\.\.{grid.token_count - 1}"):
            grid.position(index)


def test_a_window_counts_the_places_that_it_fits_into():
    window = SlidingWindow((3, 2, 7), (2, 1, 4), (1, 0, 3))
    assert window.output_shape((8, 5, 32)) == (4, 4, 8)
    assert window.output_shape((7, 2, 33)) == (4, 1, 9)


def test_a_window_on_a_coarse_grid_moves_the_centres_by_its_strides():
    geometry = GridGeometry((2, 4, 8), (0.5, 1.5, 3.5))
    found = geometry.through(SlidingWindow((2, 4, 3), (2, 2, 4), (0, 1, 0)))
    assert found == GridGeometry((4, 8, 32), (1.5, 3.5, 11.5))
    assert geometry.through(None) is geometry
    assert found.centre((1, 2, 3)) == (5.5, 19.5, 107.5)


def test_the_nearest_token_counts_from_the_first_centre():
    geometry = GridGeometry((2, 8, 16), (0.5, 3.5, 7.5))
    assert [geometry.nearest(2, p, 5) for p in (-9, 15.4, 15.5, 31.5, 200)] == [0, 0, 1, 2, 4]
    assert geometry.nearest_token((2.4, 3.5, 23.5), (2, 2, 2)) == (1, 0, 1)


def test_odd_kernels_with_half_padding_leave_the_offset_at_zero():
    geometry = GridGeometry().through(SlidingWindow((3, 7, 7), (2, 4, 4), (1, 3, 3)))
    geometry = geometry.through(SlidingWindow((3, 3, 3), (1, 8, 8), (1, 1, 1)))
    assert geometry == GridGeometry((2, 32, 32), (0, 0, 0))


def test_plain_vit_patches_are_centred_between_pixels():
    geometry = GridGeometry().through(SlidingWindow((2, 16, 16), (2, 16, 16), (0, 0, 0)))
    assert geometry.scale == (2, 16, 16)
    assert geometry.offset == (0.5, 7.5, 7.5)
    assert geometry.centre((1, 2, 3)) == (2.5, 39.5, 55.5)


def test_the_nearest_token_is_clamped_to_the_grid():
    geometry = GridGeometry((2, 32, 32))
    assert [geometry.nearest(1, p, 7) for p in (-40, 0, 15, 16, 48, 223)] == [0, 0, 0, 1, 2, 6]


def moved_tokens(config: MViTConfig, pixel: tuple[int, int, int]) -> set[tuple[int, ...]]:
    """Patch tokens that change when one input pixel does."""
    torch.manual_seed(0)
    model = MViT(config)
    clip = torch.zeros(1, 3, *config.input_shape)
    with torch.no_grad():
        before, grid = model.patch_embed(clip)
        clip[0, :, *pixel] = 1.0
        after, _ = model.patch_embed(clip)
    changed = (before != after).any(dim=-1)[0].reshape(grid)
    return {tuple(place) for place in changed.nonzero().tolist()}


@pytest.mark.parametrize("pixel", [(0, 0, 0), (2, 16, 12), (3, 17, 13), (1, 31, 31)])
def test_an_impulse_moves_exactly_the_tokens_whose_window_the_geometry_puts_over_it(pixel):
    config = toy_config()
    kernel = config.patch_kernel
    expected = set()
    grid = Grid(config.patch_grid)
    for index in range(grid.token_count):
        place = grid.position(index)
        centre = config.patch_geometry.centre(place)
        reach = [abs(p - c) <= (k - 1) / 2 for p, c, k in zip(pixel, centre, kernel, strict=True)]
        if all(reach):
            expected.add(place)
    assert moved_tokens(config, pixel) == expected


def test_an_impulse_at_a_tokens_centre_moves_the_attention_input_of_that_pooled_key():
    """The same through a key pooling: the pooled key nearest to the pixel moves most."""
    config = toy_config()
    window = config.blocks[0].kv_window
    geometry = config.patch_geometry.through(window)
    pool = torch.nn.Conv3d(1, 1, window.kernel, window.stride, window.padding, bias=False)
    pool.weight.data.zero_()
    pool.weight.data[0, 0, 1, 1, 1] = 1.0  # only the centre of the window counts
    patch = torch.nn.Conv3d(1, 1, (3, 7, 7), (2, 4, 4), (1, 3, 3), bias=False)
    patch.weight.data.zero_()
    patch.weight.data[0, 0, 1, 3, 3] = 1.0
    shape = window.output_shape(config.patch_grid)
    for place in ((0, 0, 0), (1, 1, 1), (0, 1, 0)):
        t, y, x = (int(c) for c in geometry.centre(place))
        clip = torch.zeros(1, 1, *config.input_shape)
        clip[0, 0, t, y, x] = 1.0
        with torch.no_grad():
            pooled = pool(patch(clip))[0, 0]
        assert tuple(pooled.shape) == shape
        assert pooled.nonzero().tolist() == [list(place)]


FINE = PlacedGrid((4, 24, 24), GridGeometry((1, 4, 4), (0, 0, 0)))
HALF = PlacedGrid((2, 12, 12), GridGeometry((2, 8, 8), (0.5, 2, 2)))
COARSE = PlacedGrid((2, 6, 6), GridGeometry((2, 16, 16), (0.5, 6, 6)))
GRIDS = (FINE, HALF, COARSE, PlacedGrid((2, 6, 6), None))


@pytest.mark.parametrize("grid", GRIDS)
def test_on_its_own_grid_a_token_is_itself(grid):
    times, height, width = grid.shape
    for token in ((0, 0, 0), (1, 3, 5), (times - 1, height - 1, width - 1)):
        assert grid.same_token(token, grid) == token


@pytest.mark.parametrize("coarse", [HALF, COARSE])
def test_a_token_of_a_coarser_grid_comes_back_from_the_finer_one(coarse):
    for token in ((0, 0, 0), (1, 3, 5), tuple(n - 1 for n in coarse.shape)):
        assert coarse.same_token(FINE.same_token(token, coarse), FINE) == token


@pytest.mark.parametrize("there", [HALF, COARSE])
def test_the_same_token_is_the_nearest_of_the_other_grid(there):
    place = FINE.geometry.centre((3, 10, 7))
    found = there.geometry.centre(there.same_token((3, 10, 7), FINE))
    for axis, distance in enumerate(there.geometry.scale):
        assert abs(found[axis] - place[axis]) <= distance / 2


@pytest.mark.parametrize(
    ("here", "there"),
    [(FINE, PlacedGrid((4, 6, 6), None)), (PlacedGrid((4, 24, 24), None), COARSE)],
)
def test_where_no_place_is_known_a_token_stays_within_the_grid(here, there):
    t, y, x = there.shape
    assert there.same_token((3, 20, 20), here) == (min(3, t - 1), y - 1, x - 1)
    assert there.same_token((0, 2, 3), here) == (0, 2, 3)
    assert there.same_token((-1, 2, 3), here) == (0, 2, 3)


def test_pixel_map_round_trips_and_follows_the_half_pixel_rule():
    pixel_map = PixelMap((340, 256), (297, 224), (37, 0), (224, 224))
    x, y = pixel_map.to_source(100.0, 50.0)
    assert pixel_map.to_model(x, y) == pytest.approx((100.0, 50.0))
    assert (x + 0.5) * 297 / 340 == pytest.approx(137.5)


def test_the_seen_box_of_a_centre_crop_is_centred_and_square():
    left, top, right, bottom = PixelMap((340, 256), (340, 256), (58, 16), (224, 224)).box_px
    assert (left, top, right, bottom) == (58, 16, 282, 240)


def test_each_axis_of_a_pixel_map_has_its_own_scale_and_offset():
    pixel_map = PixelMap((400, 150), (200, 100), (10, 20), (160, 64))
    assert pixel_map.scale == (2.0, 1.5)
    assert pixel_map.to_source(3.0, 5.0) == (26.5, 37.75)
    assert pixel_map.to_model(26.5, 37.75) == (3.0, 5.0)
    assert pixel_map.box_px == (20, 30, 340, 126)


def test_the_seen_box_of_a_padded_crop_ends_with_the_frame():
    pixel_map = PixelMap((400, 150), (200, 100), (-5, -7), (210, 114))
    assert pixel_map.box_px == (0, 0, 400, 150)
    assert PixelMap((400, 150), (200, 100), (1, 1), (198, 98)).box_px == (2, 1.5, 398, 148.5)


def test_published_grids_are_those_of_the_papers():
    shapes = PRESETS["mvit_v2_s_16x4"].block_grids()
    assert shapes[0] == ((8, 56, 56), (8, 7, 7))
    assert shapes[1] == ((8, 28, 28), (8, 14, 14))
    assert shapes[3] == ((8, 14, 14), (8, 14, 14))
    assert shapes[14] == ((8, 7, 7), (8, 14, 14))
    assert shapes[15] == ((8, 7, 7), (8, 7, 7))
