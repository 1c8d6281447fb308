"""Small pictures for notebooks."""

from base64 import b64encode

import cv2
import numpy as np

from mvit_core.export.drawing import scaled
from mvit_core.export.pictures import png_bytes
from mvit_core.render import ImageArray

__all__ = ["data_uri", "small", "still_png", "webp_bytes"]

_PNG_SIDE = 360


def small(picture: ImageArray, display_size: tuple[int, int], long_side: int) -> ImageArray:
    """A picture (H, W, 3) as it should look, its longer side at most so many pixels.

    Args:
        picture: in stored pixels.
        display_size: (width, height) after pixel aspect.
        long_side: in pixels.
    """
    factor = min(1.0, long_side / max(display_size))
    width, height = (max(1, round(side * factor)) for side in display_size)
    return scaled(picture, (width, height))


def still_png(picture: ImageArray, display_size: tuple[int, int]) -> bytes:
    """A small PNG of a picture (H, W, 3) in stored pixels."""
    return png_bytes(small(picture, display_size, _PNG_SIDE), "")


def webp_bytes(picture: ImageArray, quality: int) -> bytes:
    """A WebP file of a picture (H, W, 3), RGB; quality from 1 to 100."""
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, quality])
    return np.asarray(data).tobytes()


def data_uri(data: bytes, kind: str) -> str:
    """A file inside a page, as what ``src`` takes."""
    return f"data:image/{kind};base64,{b64encode(data).decode('ascii')}"
