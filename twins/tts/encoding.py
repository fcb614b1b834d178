"""Speech as a file, encoded while it is spoken: mp3, opus, aac, flac, wav, pcm."""

import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import av
import av.filter
import numpy as np

from avatarsite.core.engines import EngineFailed
from twins.tts.base import AudioChunk

SAMPLE_RATE = 24_000  # of pcm and wav, as OpenAI's; the codecs get it too
BIT_RATE = 64_000


@dataclass(frozen=True)
class Format:
    """codec: "" for bare samples. container: PyAV's name of it."""

    media_type: str
    codec: str = ""
    container: str = ""
    bit_rate: int = 0


FORMATS = {
    "mp3": Format("audio/mpeg", "libmp3lame", "mp3", BIT_RATE),
    "opus": Format("audio/ogg", "libopus", "ogg", 48_000),
    "aac": Format("audio/aac", "aac", "adts", BIT_RATE),
    "flac": Format("audio/flac", "flac", "flac"),
    "wav": Format("audio/wav"),
    "pcm": Format("audio/pcm"),
}


def encode(chunks: Iterable[AudioChunk], format_name: str, *, tempo: float = 1.0) -> Iterator[bytes]:
    """The bytes of the file, in pieces, as the speech comes.

    tempo: 0.5 to 100: how much faster, at the same pitch. Mono at 24 kHz. Raises EngineFailed audio_format_unknown.
    """
    if format_name not in FORMATS:
        words = f"There is no audio format of that name: choose one of {', '.join(FORMATS)}."
        raise EngineFailed(words, "audio_format_unknown")
    chosen = FORMATS[format_name]
    samples = _resampled(chunks, tempo)
    if chosen.codec:
        yield from _encoded(samples, chosen)
        return
    bare = (frame.to_ndarray().astype("<i2").tobytes() for frame in samples)
    if format_name == "wav":  # its header tells the length: players that believe it need the true one
        whole = b"".join(bare)
        yield _wav_header(len(whole)) + whole
        return
    yield from bare


def _resampled(chunks: Iterable[AudioChunk], tempo: float) -> Iterator[av.AudioFrame]:
    """Mono 16-bit frames at SAMPLE_RATE."""
    graph = None
    at = rate = 0
    for chunk in chunks:
        if chunk.sample_rate != rate:  # another engine speaks on
            resampler, rate = av.AudioResampler("s16", "mono", SAMPLE_RATE), chunk.sample_rate
        frame = av.AudioFrame.from_ndarray(np.frombuffer(chunk.pcm, "<i2").reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = chunk.sample_rate, None
        for even in resampler.resample(frame):
            if tempo == 1.0:
                yield even
                continue
            graph = graph or _tempo(tempo)
            even.pts, at = at, at + even.samples
            graph.push(even)
            yield from _pulled(graph)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph)


def _tempo(tempo: float) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="s16", sample_rate=SAMPLE_RATE, layout="mono", time_base=f"1/{SAMPLE_RATE}")
    change, sink = graph.add("atempo", str(tempo)), graph.add("abuffersink")
    source.link_to(change)
    change.link_to(sink)
    graph.configure()
    return graph


def _pulled(graph: av.filter.Graph) -> Iterator[av.AudioFrame]:
    while True:
        try:
            yield graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return


def _encoded(samples: Iterable[av.AudioFrame], chosen: Format) -> Iterator[bytes]:
    file = _Pipe()
    with av.open(file, "w", format=chosen.container) as container:
        stream = container.add_stream(chosen.codec, rate=SAMPLE_RATE, layout="mono")
        if chosen.bit_rate:
            stream.bit_rate = chosen.bit_rate
        for frame in samples:
            frame.pts = None
            container.mux(stream.encode(frame))
            yield from file.taken()
        container.mux(stream.encode(None))
    yield from file.taken()


class _Pipe(io.RawIOBase):
    """What a muxer writes, without ways back: nothing that was sent can be changed."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._written += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]

    def taken(self) -> Iterator[bytes]:
        if self._written:
            ready, self._written = bytes(self._written), bytearray()
            yield ready


def _wav_header(length: int) -> bytes:
    fields = (b"RIFF", 36 + length, b"WAVE", b"fmt ", 16, 1, 1, SAMPLE_RATE, SAMPLE_RATE * 2, 2, 16, b"data", length)
    return struct.pack("<4sI4s4sIHHIIHH4sI", *fields)
