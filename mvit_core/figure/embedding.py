"""Frames as files within a figure."""

import cv2

from mvit_core.errors import ExportError
from mvit_core.render import ImageArray

_QUALITY = 90
"""Of JPEG: what is lost lies below what a printed frame shows."""

_EVERY_PIXEL = int(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
"""Colours are kept for every pixel, as a figure is looked at closely."""


def jpeg(pixels: ImageArray) -> bytes:
    """A frame (H, W, 3) as JPEG.

    Raises:
        ExportError: it is too large to encode.
    """
    settings = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    settings += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _EVERY_PIXEL]
    encoded, data = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), settings)
    if not encoded:
        raise ExportError(f"a frame of {pixels.shape[1]}x{pixels.shape[0]} cannot be embedded")
    return bytes(data.tobytes())
