"""Opens customers' films and sounds in a process of its own: `python -m avatarsite.core.media_child`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error

from avatarsite.core.children import serve
from avatarsite.core.confinement import allow_seconds, confine
from avatarsite.core.engines import EngineFailed
from avatarsite.core.media import AudioFacts, Limits, Probe, ProbeRequest, SoundRequest, VideoFacts, broken
from avatarsite.core.media_files import AUDIO_CODECS, VIDEO_CODECS, import_all, is_cover, opened

MOST_MEMORY = 448 * 1_048_576  # beyond what the process has after its imports
PROBE_SECONDS = 9.0  # of processor time
SOUND_SECONDS = 60.0  # likewise, for an hour of sound and more


def probed(path: Path, limits: Limits) -> Probe:
    """See avatarsite.core.media.probe."""
    size = path.stat().st_size
    if size > limits.bytes:
        raise EngineFailed(f"The file is larger than {limits.bytes // 1_000_000} MB.", "media_too_large")
    with opened(path) as (container, film):
        videos = [stream for stream in film.streams.video if not is_cover(stream)]
        sounds = list(film.streams.audio)
        _check_streams(videos[:1], sounds[:1], limits)
        walks = _walked(film, [*videos[:1], *sounds[:1]], limits)
        film.seek(0)
        video = _video_facts(film, videos, walks, limits) if videos else None
        audio = _audio_facts(film, sounds) if sounds else None
    seconds = max((walk.seconds for walk in walks.values()), default=0.0)
    if seconds < limits.least_seconds:
        raise EngineFailed(f"It is shorter than {limits.least_seconds:g} seconds.", "media_too_short")
    return Probe(container, size, seconds, video, audio)


def _check_streams(videos: list[Any], sounds: list[Any], limits: Limits) -> None:
    """What the headers tell; before anything is decoded."""
    if limits.needs_video and not videos:
        raise EngineFailed("There is no moving picture in the file.", "media_no_video")
    if limits.needs_audio and not sounds:
        raise EngineFailed("There is no sound in the file.", "media_no_audio")
    needed = videos * limits.needs_video + sounds * limits.needs_audio
    if not all(map(_is_known, needed)):
        raise broken()
    for video in filter(_is_known, videos):
        _check_size(video.codec_context, limits)
    for sound in filter(_is_known, sounds):
        if sound.codec_context.channels > limits.channels:
            raise EngineFailed(f"It has more than {limits.channels} channels of sound.", "media_too_many_channels")


def _is_known(stream: Any) -> bool:
    """Whether FFmpeg has a name for the stream's codec; without one there are no facts."""
    return stream.codec_context is not None


def _codec(stream: Any) -> str:
    return str(stream.codec_context.codec.canonical_name) if _is_known(stream) else ""


def _check_size(picture: Any, limits: Limits) -> None:
    if picture.width * picture.height > limits.pixels:
        words = f"Its pictures of {picture.width} × {picture.height} are larger than {limits.pixels} pixels."
        raise EngineFailed(words, "media_too_many_pixels")


@dataclass
class _Walk:
    """What was met of a stream, in seconds: the first and last beginning of a packet, and the last end."""

    packets: int = 0
    first: float = 0.0
    last: float = 0.0
    end: float = 0.0

    @property
    def seconds(self) -> float:
        return max(0.0, self.end - self.first)

    @property
    def fps(self) -> float:
        return (self.packets - 1) / (self.last - self.first) if self.last > self.first else 0.0

    def meet(self, packet: Any) -> None:
        begin = float(packet.pts * packet.time_base)
        end = begin + float((packet.duration or 0) * packet.time_base)
        if self.packets == 0:
            self.first = self.last = self.end = begin
        self.packets += 1
        self.first, self.last, self.end = min(self.first, begin), max(self.last, begin), max(self.end, end)


def _walked(film: Any, streams: list[Any], limits: Limits) -> dict[int, _Walk]:
    """Every packet's times, undecoded; ends with an error at the first that is beyond the limits."""
    walks = {stream.index: _Walk() for stream in streams}
    videos = {stream.index for stream in streams if stream.type == "video"}
    for packet in film.demux(streams) if streams else ():
        if packet.pts is None or packet.size == 0:
            continue
        walk = walks[packet.stream.index]
        walk.meet(packet)
        if walk.seconds > limits.seconds:
            raise EngineFailed(f"It is longer than {limits.seconds:g} seconds.", "media_too_long")
        if packet.stream.index in videos and walk.packets > limits.fps * (walk.seconds + 1.0) and walk.packets > 250:
            raise EngineFailed(f"It has more than {limits.fps:g} pictures a second.", "media_too_fast")
    return walks


def _video_facts(film: Any, videos: list[Any], walks: dict[int, _Walk], limits: Limits) -> VideoFacts:
    stream = videos[0]
    walk = walks[stream.index]
    frame = _first_frame(film, stream, VIDEO_CODECS)
    if frame is not None:
        _check_size(frame, limits)
    rate = walk.fps
    if rate > limits.fps:
        raise EngineFailed(f"It has more than {limits.fps:g} pictures a second.", "media_too_fast")
    shown = frame or stream.codec_context
    width, height = (shown.width, shown.height) if shown else (0, 0)
    turned = -frame.rotation % 360 if frame else 0  # PyAV counts counter-clockwise
    pixels = frame.format.name if frame else ""
    return VideoFacts(_codec(stream), width, height, rate, walk.packets, turned, pixels, len(videos), frame is not None)


def _audio_facts(film: Any, sounds: list[Any]) -> AudioFacts:
    stream = sounds[0]
    frame = _first_frame(film, stream, AUDIO_CODECS)
    heard = frame or stream.codec_context
    rate, channels = (heard.sample_rate, len(heard.layout.channels)) if heard else (0, 0)
    return AudioFacts(_codec(stream), rate, channels, len(sounds), frame is not None)


def _first_frame(film: Any, stream: Any, codecs: frozenset[str]) -> Any:
    """The first picture or sound that can be decoded; None for a codec that is not opened."""
    if _codec(stream) not in codecs:
        return None
    film.seek(0)
    frame = next(_frames(film, stream), None)
    if frame is None:
        raise av.error.InvalidDataError(0, "nothing was decoded")
    return frame


def _frames(film: Any, stream: Any) -> Iterator[Any]:
    """Decoded frames; a packet that is broken is passed over, as players do."""
    stream.codec_context.thread_count = 1
    for packet in film.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def pieces(path: Path, rate: int, seconds: float) -> Iterator[bytes]:
    """See avatarsite.core.media.sound."""
    with opened(path) as (_, film):
        if not film.streams.audio:
            raise EngineFailed("There is no sound in the file.", "media_no_audio")
        left, second, kept = round(seconds * rate) * 2, rate * 2, bytearray()
        for pcm in _mono(film, film.streams.audio[0], rate):
            kept += pcm
            while len(kept) >= second and left > 0:
                yield bytes(kept[: min(second, left)])
                left -= second
                del kept[:second]
            if left <= 0:
                return
        if kept:
            yield bytes(kept[:left])


def _mono(film: Any, stream: Any, rate: int) -> Iterator[bytes]:
    if _codec(stream) not in AUDIO_CODECS:
        raise av.error.InvalidDataError(0, "not a codec that is opened")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    heard = False
    for frame in _frames(film, stream):
        frame.pts = None  # gaps and jumps of broken clocks are no silence
        heard = True
        for sound in resampler.resample(frame):
            yield sound.to_ndarray().tobytes()
    if not heard:
        raise av.error.InvalidDataError(0, "nothing was decoded")
    for sound in resampler.resample(None):
        yield sound.to_ndarray().tobytes()


def _handle(request: ProbeRequest | SoundRequest, receive: Callable[[], Any], send: Callable[[Any], None]) -> None:
    if isinstance(request, ProbeRequest):
        allow_seconds(PROBE_SECONDS)
        send(probed(request.path, request.limits))
        return
    allow_seconds(SOUND_SECONDS)
    for piece in pieces(request.path, request.rate, request.seconds):
        send(piece)
    send(None)


if __name__ == "__main__":
    av.logging.set_level(av.logging.PANIC)
    import_all()
    confine(MOST_MEMORY)
    serve(_handle)
