"""Short films of a drawn person who talks and then is silent, clean or with one fault planted in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tests.people import say
from twins.faces import FaceSheet, Picture
from twins.portraits import draw
from twins.tts.base import VoiceSettings
from twins.tts.local import LocalTTS

RATE = 48_000
WORDS = "Hello, and welcome to the harbour museum. I am glad that you came by today, and I hope to show you around."
Samples = NDArray[np.float32]
PictureFault = Callable[[Picture, float], Picture]
SoundFault = Callable[[Samples], Samples]


@dataclass(frozen=True)
class Film:
    """What is filmed: `talking` seconds of speech, then silence; lips moves them to the speech."""

    seconds: float = 5.0
    talking: float = 2.5
    fps: int = 25
    size: tuple[int, int] = (720, 720)
    person: str = "amara"
    lips: bool = True
    picture: PictureFault = lambda picture, at: picture
    sound: SoundFault = lambda sound: sound
    container: str = "mp4"
    codec: str = "libx264"
    audio: str = "aac"
    options: dict[str, str] = field(default_factory=lambda: {"preset": "ultrafast", "crf": "20"})

    def write(self, path: Path) -> Path:
        sound = spoken(self.seconds, self.talking)
        with av.open(str(path), "w", format=self.container) as film:
            video = film.add_stream(self.codec, rate=self.fps, options=self.options)
            video.width, video.height = self.size
            video.pix_fmt = "yuv420p"
            audio = film.add_stream(self.audio, rate=RATE, layout="mono") if self.audio else None
            for number, picture in enumerate(self._pictures()):
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1, self.fps)
                film.mux(video.encode(frame))
            film.mux(video.encode())
            if audio is not None:
                _encode(film, audio, self.sound(sound))
        return path

    def _pictures(self) -> Iterator[Picture]:
        lips = self.talking if self.lips else 0.0
        for number, picture in enumerate(_clean(self.person, self.size, self.fps, self.seconds, lips)):
            yield self.picture(picture.copy(), number / self.fps)


class Reading(Film):
    """A person who sits still and reads a text aloud, as in a clip of consent."""

    @classmethod
    def aloud(cls, text: str, size: tuple[int, int] = (720, 720)) -> "Reading":
        read = say(text)
        sound = np.repeat(np.frombuffer(read.pcm, "<i2").astype(np.float32) / 32768, RATE // read.sample_rate)
        return cls(seconds=read.seconds, size=size, sound=lambda room: sound)

    def _pictures(self) -> Iterator[Picture]:
        return repeat(_sheet(self.person, *self.size).image, round(self.seconds * self.fps))


@lru_cache(maxsize=1)
def _clean(person: str, size: tuple[int, int], fps: int, seconds: float, lips: float) -> list[Picture]:
    """The pictures without a fault; a lip moves for the first `lips` seconds, the head sways."""
    sheet, grain, sound = _sheet(person, *size), _grain(size), spoken(seconds, lips)
    pictures = []
    for number in range(round(seconds * fps)):
        at = number / fps
        sway = np.float32([[1, 0, 3 * np.sin(at * 1.7)], [0, 1, 2 * np.cos(at * 1.1)]])
        posed = _posed(sheet, _opening(sound, at))
        moved = cv2.warpAffine(posed, sway, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        pictures.append(cv2.add(moved, grain[number % len(grain)]))
    return pictures


@cache
def _sheet(person: str, width: int, height: int) -> FaceSheet:
    return draw(person, width, height)


@cache
def _grain(size: tuple[int, int]) -> list[Picture]:
    """The little grain that every camera has."""
    source = np.random.default_rng(1)
    return [np.uint8(np.abs(source.normal(0, 1.0, (size[1], size[0], 3)))) for _ in range(4)]


def _posed(sheet: FaceSheet, opening: int) -> Picture:
    box, picture = sheet.mouth_box, sheet.image.copy()
    picture[box.y : box.y + box.height, box.x : box.x + box.width] = sheet.mouth[opening, 2]
    return picture


def _opening(sound: Samples, at: float) -> int:
    here = sound[int(at * RATE) : int((at + 0.04) * RATE)]
    return int(np.clip(np.sqrt(np.mean(here**2)) * 60, 0, 11)) if len(here) else 0


@cache
def _speech() -> Samples:
    engine = LocalTTS()
    try:
        chunks = list(engine.stream(WORDS, VoiceSettings("amara")))
    finally:
        engine.close()
    pcm = np.concatenate([np.frombuffer(chunk.pcm, "<i2") for chunk in chunks]).astype(np.float32) / 32768
    there = np.arange(int(len(pcm) / chunks[0].sample_rate * RATE)) * chunks[0].sample_rate / RATE
    return np.interp(there, np.arange(len(pcm)), pcm).astype(np.float32)


def spoken(seconds: float, talking: float) -> Samples:
    """`talking` seconds of speech, then a quiet room; mono, from -1 to 1."""
    room = np.random.default_rng(2).normal(0, 0.0006, round(seconds * RATE)).astype(np.float32)
    count = min(round(talking * RATE), len(room))
    room[:count] += np.resize(_speech(), count)
    return room


def _encode(film: Any, stream: Any, sound: Samples) -> None:
    for start in range(0, len(sound), 4_800):
        frame = av.AudioFrame.from_ndarray(sound[None, start : start + 4_800], format="fltp", layout="mono")
        frame.rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        film.mux(stream.encode(frame))
    film.mux(stream.encode())
