"""What voices of vendors have in common: long texts in parts, one second try, no silence, limits of time and size."""

import math
import time
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import wire
from avatarsite.core.vendors.catalog import vendor
from avatarsite.core.vendors.wire import Wire
from twins.tts.base import TTS, AudioChunk, VoiceSettings
from twins.tts.languages import LANGUAGES

AGAIN = frozenset({"vendor_unavailable", "vendor_unreachable"})  # may be a moment's trouble, and costs nothing
SILENCE_SECONDS = 20.0  # that a vendor may say nothing
PART_SECONDS = 180.0  # that one part of a text may take altogether
MOST_BYTES = 64 * 1_048_576  # of the sound of one part: 22 minutes
AUDIBLE = 130  # of 32767
FEMALE = frozenset({"female", "feminine", "woman"})
MALE = frozenset({"male", "masculine", "man"})
T = TypeVar("T")


class VendorTTS(TTS):
    """A voice engine of a vendor, called with one account's key.

    alias: in settings.VENDORS. longest: characters of one request. stock: "female" and "male" -> the vendor's id of a
    voice that stands in for others.
    Further codes of EngineFailed: those of `wire.refusal`, voice_unknown, option_invalid.
    """

    alias: ClassVar[str]
    longest: ClassVar[int]
    stock: Mapping[str, str]
    wire: Wire

    @property
    def name(self) -> str:
        return vendor(self.alias).name

    def _stream(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        if not any(letter.isalnum() for letter in text):
            raise EngineFailed("There is nothing in this text to speak.", "tts_unspeakable")
        for part in parts(text, self.longest):
            yield from self._part(part, voice)

    def _part(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        """One request; a second one when the first came to nothing by a moment's trouble."""
        begun = False
        try:
            for chunk in self._audible(text, voice):
                begun = True
                yield chunk
            return
        except EngineFailed as error:
            if begun or error.code not in AGAIN:
                raise
        yield from self._audible(text, voice)

    def _audible(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        """Speech from its first sound on; nothing but silence is a failure of the vendor's, for there are words."""
        held: list[AudioChunk] = []
        heard = False
        for chunk in self._spoken(text, voice):
            held.append(chunk)
            heard = heard or loud(chunk.pcm)
            if heard:
                yield from held
                held.clear()
        if not heard:
            raise EngineFailed(f"{self.name} sent silence.", "vendor_bad_answer", retryable=True)

    @abstractmethod
    def _spoken(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        """What the vendor says; a text of at most `longest` characters."""

    def stand_in(self, gender: str, language: str) -> str:
        return self.stock.get(gender) or next(iter(self.stock.values()), "")

    def languages(self) -> dict[str, str]:
        return {language.code: language.name for language in LANGUAGES}

    def bad_answer(self) -> EngineFailed:
        return wire.failed(self.alias, "bad_answer")

    def broke_off(self) -> EngineFailed:
        return EngineFailed(f"{self.name} stopped in the middle of a sentence.", "vendor_unreachable", retryable=True)

    def unknown_voice(self, voice_id: str) -> EngineFailed:
        words = f"{self.name} has no voice “{voice_id[:60]}” for this account. Choose another one."
        return EngineFailed(words, "voice_unknown")

    def number(self, options: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
        """An option that is a number; None without it. Raises EngineFailed option_invalid."""
        value = options.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise EngineFailed(f"{name}: {self.name} takes a number from {low:g} to {high:g}.", "option_invalid")
        return float(value)


class Bounded(Generic[T]):
    """Passes pieces of an answer on, until it has taken too long or become too much."""

    def __init__(self, alias: str, pieces: Iterable[T]) -> None:
        self._alias, self._pieces = alias, pieces

    def __iter__(self) -> Iterator[T]:
        until, size = time.monotonic() + PART_SECONDS, 0
        for piece in self._pieces:
            size += len(piece) if isinstance(piece, bytes) else 0
            if time.monotonic() > until:
                raise wire.failed(self._alias, "timeout")
            if size > MOST_BYTES:
                raise wire.failed(self._alias, "bad_answer")
            yield piece


def lines(alias: str, response: Any) -> Iterator[bytes]:
    """Lines of an answer that comes in pieces, whole; the last one may lack its end."""
    rest = b""
    for piece in Bounded(alias, response.iter_content(None)):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        yield rest


def samples(alias: str, response: Any) -> Iterator[bytes]:
    """Bare 16-bit samples as they come, each piece of whole samples. Raises EngineFailed for a page or a file."""
    rest, first = b"", True
    if response.headers.get("Content-Type", "").startswith(("text/", "application/json")):
        raise wire.failed(alias, "bad_answer")
    for piece in Bounded(alias, response.iter_content(None)):
        rest += piece
        if first and len(rest) >= 4:
            if rest[:4] in (b"RIFF", b"OggS", b"fLaC") or rest[:3] == b"ID3":
                raise wire.failed(alias, "bad_answer")
            first = False
        whole = len(rest) // 2 * 2
        if whole and not first:
            yield rest[:whole]
            rest = rest[whole:]


def parts(text: str, longest: int) -> Iterator[str]:
    """The text in parts of at most `longest` characters, cut at spaces where there are any."""
    rest = text.strip()
    while len(rest) > longest:
        cut = rest.rfind(" ", longest // 2, longest + 1)
        cut = cut if cut > 0 else longest
        yield rest[:cut].strip()
        rest = rest[cut:].strip()
    if rest:
        yield rest


def loud(pcm: bytes) -> bool:
    heard = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2")
    return bool(len(heard)) and int(np.abs(heard.astype(np.int32)).max()) > AUDIBLE


def factor(value: float, low: float, high: float) -> float:
    """A tempo within what a vendor takes; what is no number is the voice's own."""
    return round(min(max(value, low), high), 3) if math.isfinite(value) else 1.0


def gender_of(word: object) -> str:
    """A vendor's word for how a voice sounds, in ours."""
    plain = str(word or "").lower()
    return "female" if plain in FEMALE else "male" if plain in MALE else ""
