"""Where a file comes from, by the command line: told, repeated, and read from a request."""

from dataclasses import replace

import pytest

from app.cli.entry import build_parser
from app.cli.export import request_from
from mvit_core.export.command import words_of
from tests.core.test_provenance import REQUESTS, WITH_OPTIONS


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
