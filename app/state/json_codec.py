"""Turns what the user asks for into JSON and back, by the types of its fields.

A field added to ``ViewState`` is kept without a line here, as long as its type is found in its own
module or in one of ``MODULES``.
"""

from app.state import window_patch
from mvit_core import attribution, explaining, geometry, render
from mvit_core.errors import SessionError
from mvit_core.explaining import patches
from mvit_core.system.json_codec import Codec, Json, encode
from mvit_core.video import boxes, clip

__all__ = ["LARGEST_WHOLE", "MODULES", "Json", "decode", "encode", "field_types"]

MODULES = (attribution, explaining, geometry, patches, render, boxes, clip, window_patch)
"""Modules whose types ``app`` imports for type checking only, so that fields name them there."""

LARGEST_WHOLE = 2**31 - 1
"""Whole numbers count frames, pixels, blocks, classes; Qt takes none that is larger."""

_CODEC = Codec(SessionError, MODULES, LARGEST_WHOLE)
decode, field_types = _CODEC.decode, _CODEC.field_types
