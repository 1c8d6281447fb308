"""The page of the atlas, which compares heads: scatter plot, time to time, table."""

from app.views.atlas.page import AtlasPage

__all__ = ["AtlasPage"]
