"""Tokens as colours and as likeness, each beside a plain computation."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mvit_core import capture
from mvit_core.errors import Cancelled, CaptureError
from mvit_core.explaining import EnteringTokens, Subject
from mvit_core.explaining.features import FeatureBasis, Features, features
from mvit_core.geometry import GridGeometry
from tests.core.test_capture import peaked
from tests.explaining.test_methods import NETWORKS, assert_untouched, state_of


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32)


@pytest.mark.parametrize("network", NETWORKS)
def test_tokens_of_a_block_lie_on_its_grid_and_leave_the_network_as_it_was(network, clip):
    model = NETWORKS[network]()
    before, subject = state_of(model), Subject(model, clip)
    for layer in capture(model, clip).layers:
        found = features(subject, layer.block)
        assert found.grid == layer.q_shape
        assert found.geometry == layer.q_geometry
        assert len(found.tokens) == np.prod(found.grid)
    assert_untouched(model, before)


def test_they_are_what_enters_the_next_block(clip):
    model = peaked()
    with torch.no_grad(), EnteringTokens(model, 2) as entering:
        model(clip)
    assert torch.equal(features(Subject(model, clip), 1).tokens, entering.tokens[0, 1:])


def features_of(tokens, grid):
    return Features(tokens, grid, GridGeometry(), 0)


def test_a_token_is_like_itself_and_unlike_its_opposite():
    tokens = torch.tensor([[1.0, 0, 0], [5.0, 0, 0], [0, 2.0, 0], [-3.0, 0, 0]])
    found = features_of(tokens, (1, 2, 2)).similarity((0, 0, 0))
    assert found.values.ravel().tolist() == pytest.approx([1, 1, 0, -1])
    zero = features_of(torch.zeros(4, 3), (1, 2, 2)).similarity((0, 1, 1))
    assert not zero.values.any()


def test_components_are_those_of_the_largest_variance_in_order():
    torch.manual_seed(0)
    tokens = torch.randn(500, 5) * torch.tensor([1.0, 9.0, 0.1, 3.0, 0.1]) + 7
    basis = FeatureBasis.of(features_of(tokens, (5, 10, 10)))
    assert basis.directions.abs().argmax(dim=1).tolist() == [1, 3, 0]
    torch.testing.assert_close(
        basis.directions @ basis.directions.T, torch.eye(3, dtype=torch.float64)
    )
    assert list(basis.variance) == sorted(basis.variance, reverse=True)
    assert sum(basis.variance) == pytest.approx(1, abs=1e-3)
    colours = basis.colours(features_of(tokens, (5, 10, 10)))
    assert colours.shape == (5, 10, 10, 3)
    red = colours[..., 0].ravel()
    assert np.corrcoef(red, tokens[:, 1].numpy())[0, 1] > 0.99
    assert (red == 0).sum() == (red == 1).sum() == 5  # one in a hundred at each end


def test_a_colour_means_the_same_in_every_window_and_signs_do_not_flip(clip):
    subject = Subject(peaked(), clip)
    found = features(subject, 1)
    basis = FeatureBasis.of(found)
    again = FeatureBasis.of(replace(found, tokens=found.tokens.flip(0)))
    torch.testing.assert_close(basis.directions, again.directions, atol=1e-6, rtol=0)
    half = replace(found, tokens=found.tokens[: len(found.tokens) // 2], grid=(1, *found.grid[1:]))
    np.testing.assert_array_equal(basis.colours(half)[0], basis.colours(found)[0])


def test_what_cannot_be_is_refused(clip):
    model = peaked()
    subject = Subject(model, clip)
    with pytest.raises(CaptureError, match="block 4 does not exist"):
        features(subject, 4)
    found = features(subject, 3)
    with pytest.raises(CaptureError, match=r"outside the grid \(2, 2, 2\)"):
        found.similarity((0, 0, 2))
    with pytest.raises(CaptureError, match="fit one on this block"):
        FeatureBasis.of(found).colours(features(subject, 0))
    with pytest.raises(CaptureError, match="have no 3 components"):
        FeatureBasis.of(features_of(torch.zeros(4, 2), (1, 2, 2)))

    def stop(*_):
        raise Cancelled

    before = state_of(model)
    with pytest.raises(Cancelled):
        features(subject, 0, on_step=stop)
    assert_untouched(model, before)
