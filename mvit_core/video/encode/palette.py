"""Colours of an animated GIF: the best 256 for every single frame."""

from typing import TYPE_CHECKING

import av
from av.filter import Graph

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from av.video.frame import VideoFrame


class Palettes:
    """Turns RGB frames into palette frames; the filter may hold one back until ``drain``."""

    def __init__(self, size: tuple[int, int], time_base: "Fraction") -> None:
        graph = Graph()
        self._source = graph.add_buffer(
            width=size[0],
            height=size[1],
            format=av.VideoFormat("rgb24"),
            time_base=time_base,
        )
        split = graph.add("split")
        choose = graph.add("palettegen", "stats_mode=single:reserve_transparent=0")
        # An ordered dither stays still from frame to frame, error diffusion would crawl.
        use = graph.add("paletteuse", "new=1:dither=bayer:bayer_scale=4")
        self._sink = graph.add("buffersink")
        self._source.link_to(split)
        split.link_to(use, 0, 0)
        split.link_to(choose, 1, 0)
        choose.link_to(use, 0, 1)
        use.link_to(self._sink)
        graph.configure()
        self._graph = graph

    def reduce(self, frame: "VideoFrame | None") -> "Iterator[VideoFrame]":
        """Put a frame in (None: no more will come) and take out what is ready."""
        self._source.push(frame)
        while True:
            try:
                ready = self._sink.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            if isinstance(ready, av.VideoFrame):
                yield ready
