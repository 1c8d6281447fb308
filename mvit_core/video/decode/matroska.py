"""Reads from a Matroska header what FFmpeg hands to nobody: the crop of the pictures."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from av.stream import Disposition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvit_core.video.decode.container import OpenStream

_FORMAT = "matroska,webm"
_HEADER_BYTES = 1 << 20
"""The list of tracks lies near the beginning, before any picture."""

# Identifiers of elements, RFC 9559.
_SEGMENT, _TRACKS, _TRACK, _TYPE, _VIDEO = 0x18538067, 0x1654AE6B, 0xAE, 0x83, 0xE0
_WIDTH, _HEIGHT = 0xB0, 0xBA
_SHOWN_WIDTH, _SHOWN_HEIGHT, _UNIT = 0x54B0, 0x54BA, 0x54B2
_LEFT, _TOP, _RIGHT, _BOTTOM = 0x54CC, 0x54BB, 0x54DD, 0x54AA
_IS_VIDEO = 1
_RATIO_UNITS = (0, 3)
"""Display sizes in pixels, or as an aspect ratio; others are lengths on paper."""


@dataclass(frozen=True)
class Crop:
    """Pixels of each stored picture that are not shown."""

    left: int
    top: int
    right: int
    bottom: int
    pixel_aspect: Fraction | None
    """Width of a stored pixel over its height; None where it is square or not stated."""


def crop_of(opened: "OpenStream") -> Crop | None:
    """The crop that a Matroska file states for its stream; None for none, or nonsense."""
    if opened.container.format.name != _FORMAT:
        return None
    films = [
        stream.index
        for stream in opened.container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    with opened.path.open("rb") as file:
        tracks = list(_video_tracks(file.read(_HEADER_BYTES)))
    place = films.index(opened.number) if opened.number in films else len(tracks)
    return _crop(tracks[place]) if place < len(tracks) else None


def _crop(video: dict[int, int]) -> Crop | None:
    left, top, right, bottom = (video.get(name, 0) for name in (_LEFT, _TOP, _RIGHT, _BOTTOM))
    width = video.get(_WIDTH, 0) - left - right
    height = video.get(_HEIGHT, 0) - top - bottom
    if not (left or top or right or bottom) or width < 1 or height < 1:
        return None
    aspect = None
    shown = video.get(_SHOWN_WIDTH, 0), video.get(_SHOWN_HEIGHT, 0)
    is_stale = shown == (video.get(_WIDTH), video.get(_HEIGHT))  # of before the crop was set
    if all(shown) and not is_stale and video.get(_UNIT, 0) in _RATIO_UNITS:
        aspect = Fraction(shown[0] * height, shown[1] * width)
    return Crop(left, top, right, bottom, aspect)


def _video_tracks(data: bytes) -> "Iterator[dict[int, int]]":
    """The numbers of each video track's settings, by element, in the order of the file."""
    for segment in _children(data, _SEGMENT):
        for tracks in _children(segment, _TRACKS):
            for track in _children(tracks, _TRACK):
                kind = next((int.from_bytes(value) for value in _children(track, _TYPE)), 0)
                if kind == _IS_VIDEO:
                    video = next(iter(_children(track, _VIDEO)), b"")
                    yield {name: int.from_bytes(value) for name, value in _elements(video)}


def _children(data: bytes, wanted: int) -> "Iterator[bytes]":
    return (value for name, value in _elements(data) if name == wanted)


def _elements(data: bytes) -> "Iterator[tuple[int, bytes]]":
    """(identifier, content) of the elements of one level, as far as they are there."""
    place = 0
    while place < len(data):
        name_bytes = 9 - data[place].bit_length()
        name = int.from_bytes(data[place : place + name_bytes])
        place += name_bytes
        if place >= len(data) or name_bytes > 4:
            return
        size_bytes = 9 - data[place].bit_length()
        size = int.from_bytes(data[place : place + size_bytes]) & ((1 << 7 * size_bytes) - 1)
        place += size_bytes
        is_unknown = size == (1 << 7 * size_bytes) - 1
        end = len(data) if is_unknown else place + size
        yield name, data[place:end]
        place = end
