"""Letters on exported pictures: measured, shortened, broken into lines and written."""

import cv2

from mvit_core.render import ImageArray

Colour = tuple[int, int, int]

TEXT: Colour = (236, 236, 240)
MUTED: Colour = (168, 170, 178)
WARNING: Colour = (255, 200, 110)


def _face() -> cv2.FontFace:
    return cv2.FontFace("sans")


def extent(text: str, font_px: int) -> tuple[int, int, int, int]:
    """(x, y, width, height) of a text that is written at (0, 0)."""
    x, y, width, height = cv2.getTextSize((1, 1), text, (0, 0), _face(), font_px, 400)
    return x, y, width, height


def write(
    picture: ImageArray, text: str, at: tuple[int, int], font_px: int, colour: Colour
) -> None:
    """Write with the left end of the base line at a pixel (x, y)."""
    cv2.putText(picture, text, at, colour, _face(), font_px, 400)


def fitted(text: str, font_px: int, room: int) -> str:
    """The text, or as much of its beginning as a room in pixels holds."""
    if room <= 0:
        return ""
    if extent(text, font_px)[2] <= room:
        return text
    while text and extent(text + "…", font_px)[2] > room:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, font_px: int, room: int) -> tuple[str, ...]:
    """A text broken at its spaces into lines that a room in pixels holds; nothing is left out.

    A single word that is wider than the room is shortened.
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and extent(longer, font_px)[2] <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(fitted(line, font_px, room) for line in lines)
