"""Sound of a source beside new pictures: copied as it is where the file takes it, else encoded."""

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from mvit_core.errors import ExportError
from mvit_core.system.ordinary_file import is_folder
from mvit_core.video.decode.captured_clip import is_capture
from mvit_core.video.decode.container import LIBRARY_ERRORS, open_container
from mvit_core.video.encode.encoders import Container

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction
    from pathlib import Path

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet

_BIT_RATE = 192_000
_MICROSECONDS = 1_000_000
_AAC_RATES = frozenset(
    {
        *(96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000),
        *(22_050, 16_000, 12_000, 11_025, 8_000, 7_350),
    }
)
"""Samples per second that AAC knows (ISO/IEC 14496-3, 1.6.3.4)."""


@dataclass(frozen=True)
class SoundSpan:
    """A stretch of a file's sound, in seconds of the file's own clock."""

    path: "Path"
    start_seconds: float
    stop_seconds: float


def has_sound(path: "Path") -> bool:
    """The file has sound that can be decoded.

    Raises:
        VideoOpenError: the file cannot be opened.
    """
    if is_folder(path) or is_capture(path):  # pictures alone
        return False
    with closing(open_container(path)) as container:
        return _sound_of(container) is not None


class SoundTrack:
    """One stream of sound in a file that is being written.

    Args:
        output: the file; nothing may have been written to it yet.
        kind: what it holds.
        span: where the sound comes from.

    Raises:
        ExportError: the file holds no sound, or the source has none.
        VideoOpenError: the source cannot be opened.
    """

    def __init__(self, output: "OutputContainer", kind: Container, span: SoundSpan) -> None:
        if not kind.sound_encoder:
            raise ExportError(f"a {kind.format} file holds no sound; leave the sound out")
        self._output, self._span = output, span
        self._source = open_container(span.path)
        source = _sound_of(self._source)
        if source is None:
            self._source.close()
            raise ExportError(f"{span.path.name} has no sound; leave the sound out")
        self._from = source
        self.is_copied = source.codec_context.codec.canonical_name in kind.sounds
        if self.is_copied:
            self._to = output.add_stream_from_template(source)
            self._packets = self._copied()
        else:
            self._to = _encoding(output, source, kind.sound_encoder)
            self._packets = self._encoded()
        self._next: Packet[AudioStream] | None = None

    def advance(self, seconds: float | None) -> None:
        """Write what sounds before a time of the new file; None writes all the rest."""
        while True:
            if self._next is None:
                self._next = next(self._packets, None)
            if self._next is None or (seconds is not None and _seconds(self._next) > seconds):
                return
            self._output.mux(self._next)
            self._next = None

    def close(self) -> None:
        """Release the source."""
        self._source.close()

    def _copied(self) -> "Iterator[Packet[AudioStream]]":
        last: int | None = None
        for packet in self._read():
            shift = round(self._span.start_seconds / packet.time_base)
            packet.pts = packet.dts = cast("int", packet.pts) - shift
            if last is not None and packet.pts <= last:
                continue  # no file takes sound that steps back in time
            last = packet.pts
            packet.stream = self._to
            yield packet

    def _encoded(self) -> "Iterator[Packet[AudioStream]]":
        end: float | None = None
        for frame in self._decoded():
            tick = cast("Fraction", frame.time_base)
            start = cast("int", frame.pts) - round(self._span.start_seconds / tick)
            ticks = float(frame.samples / frame.sample_rate / tick)
            if end is not None:
                if start + ticks < end + 1:
                    continue  # stamped as what was heard already
                start = max(start, round(end))
            frame.pts, end = start, start + ticks
            yield from self._to.encode(frame)  # PyAV resamples and cuts as the encoder wants it
        yield from self._to.encode(None)

    def _decoded(self) -> "Iterator[AudioFrame]":
        """Frames of the span; damaged packets are left out."""
        for packet in self._read():
            try:
                frames = self._from.codec_context.decode(packet)
            except LIBRARY_ERRORS:
                continue
            yield from (frame for frame in frames if frame.pts is not None)

    def _read(self) -> "Iterator[Packet[AudioStream]]":
        """Packets that begin within the span; sound that began before it would come early."""
        start, stop = self._span.start_seconds, self._span.stop_seconds
        self._source.seek(max(round(start * _MICROSECONDS), 0), backward=True)
        for packet in self._source.demux(self._from):
            if packet.pts is None or _seconds(packet) < start - 1e-6:
                continue
            if _seconds(packet) >= stop:
                return
            yield packet


def _seconds(packet: "Packet[AudioStream]") -> float:
    return float(cast("int", packet.pts) * packet.time_base)


def _sound_of(container: "InputContainer") -> "AudioStream | None":
    """The first stream of sound that this FFmpeg can decode."""
    # The stubs promise a decoder, but a stream of an unknown format has none.
    known = (s for s in container.streams.audio if getattr(s, "codec_context", None) is not None)
    return next(known, None)


def _encoding(output: "OutputContainer", source: "AudioStream", name: str) -> "AudioStream":
    rate = source.codec_context.sample_rate
    if name == "libopus" or rate not in _AAC_RATES:
        rate = 48_000
    stream = output.add_stream(name, rate=rate)
    context = cast("AudioStream", stream).codec_context
    context.layout = "stereo" if source.codec_context.layout.nb_channels > 1 else "mono"
    context.bit_rate = _BIT_RATE
    return cast("AudioStream", stream)
