"""Small clips made by code, each frame marked with its number.

The mark is a 12-bit barcode in the top rows: with ``c = width // 24``, bit b fills the columns
``b * c`` to ``(b + 1) * c`` of rows 0 to c, and rows c to 2c hold its complement.
"""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

BITS = 12
SHARED = Path(__file__).resolve().parents[2] / "shared"
"""Test data beside the checkout; may be absent."""
_CLOCK = Fraction(1, 90_000)


def barcode_picture(number, size=(192, 108)):
    """uint8 (H, W, 3): a gradient that moves with ``number``, and the barcode."""
    width, height = size
    x = np.linspace(0, 1, width)[None, :]
    y = np.linspace(0, 1, height)[:, None]
    shift = number * 0.037
    channels = (
        0.5 + 0.4 * np.sin(6 * (x + shift)) * np.ones_like(y),
        0.5 + 0.4 * np.cos(5 * (y - shift)) * np.ones_like(x),
        0.5 + 0.3 * np.sin(4 * (x + y + 2 * shift)),
    )
    picture = (np.stack(channels, axis=-1) * 255).astype(np.uint8)
    cell = max(width // 24, 1)
    for bit in range(BITS):
        value = 255 * (number >> bit & 1)
        columns = slice(bit * cell, (bit + 1) * cell)
        picture[:cell, columns] = value
        picture[cell : 2 * cell, columns] = 255 - value
    return picture


def read_barcode(rgb):
    """The number of a frame (H, W, 3), None where no barcode can be made out."""
    cell = rgb.shape[1] // 24
    if cell < 3:
        return None
    inner = slice(cell // 4, cell - cell // 4)
    number = 0
    for bit in range(BITS):
        columns = slice(bit * cell + cell // 4, (bit + 1) * cell - cell // 4)
        bright, complement = rgb[inner, columns].mean(), rgb[cell:][inner, columns].mean()
        if abs(bright - complement) < 60:
            return None
        number |= (bright > complement) << bit
    return int(number)


def write_barcode_clip(
    path,
    *,
    frames=48,
    first=0,
    size=(192, 108),
    fps=30,
    gop=12,
    b_frames=2,
    codec="libx264",
    pixel_format="yuv420p",
    pts_seconds=None,
    rotation=0,
    flips=None,
    pixel_aspect=None,
    options=None,
):
    """Encode a barcoded clip and return its path; the ending of ``path`` chooses the container.

    The barcodes count from ``first``.
    ``pts_seconds`` gives every frame its time (variable rate), ``rotation`` is counterclockwise,
    ``flips`` may hold hflip and vflip, ``pixel_aspect`` is a Fraction; ``options`` go
    to the encoder.
    """
    clock = _CLOCK if pts_seconds is not None else 1 / Fraction(fps)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(fps), options=_options(codec, options))
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        context = stream.codec_context
        context.time_base = clock
        if codec.startswith(("libx26", "mpeg4", "libsvt", "libvpx")):
            context.gop_size = gop
        if codec in ("libx264", "mpeg4"):
            context.max_b_frames = b_frames
        if pixel_aspect is not None:
            context.sample_aspect_ratio = pixel_aspect
        if rotation or flips:
            stream.set_display_rotation(rotation, **(flips or {}))
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(
                barcode_picture(first + number, size), format="rgb24"
            )
            frame = frame.reformat(format=pixel_format)
            seconds = number / Fraction(fps) if pts_seconds is None else pts_seconds[number]
            frame.pts, frame.time_base = round(seconds / clock), clock
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Path(path)


def _options(codec, options):
    quick = {"preset": "veryfast", "crf": "20"} if codec == "libx264" else {}
    return {**quick, **(options or {})}


def blank_packet(path, ordinal):
    """Overwrite the bytes of video packet ``ordinal`` with zeros, so that it cannot be decoded."""
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        place, size = packets[ordinal].pos, packets[ordinal].size
        del packets
    data = bytearray(Path(path).read_bytes())
    data[place : place + size] = bytes(size)
    Path(path).write_bytes(data)
