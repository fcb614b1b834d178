"""Voices of OpenAI, or of any server that speaks its audio API (/v1/audio/speech)."""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import wire
from avatarsite.core.vendors.wire import Wire
from twins.tts.base import AudioChunk, VoiceChoice, VoiceSettings
from twins.tts.vendor import SILENCE_SECONDS, Bounded, VendorTTS, factor

SPEEDS = (0.25, 4.0)
RATES = (8_000, 48_000)  # Hz that a sound may have
LONGEST_HEAD = 65_536  # bytes of a WAV file before its samples
ENDLESS = 0x7FFFFF00  # a length from here on means that the server did not know it when it began
VOICES = {
    **dict.fromkeys(("alloy", "ash", "ballad", "echo", "fable", "onyx", "verse", "cedar"), "male"),
    **dict.fromkeys(("coral", "nova", "sage", "shimmer", "marin"), "female"),
}
WITHOUT_MANNER = ("tts-1",)  # models that take no instructions


class OpenAITTS(VendorTTS):
    """Human voices without times: lips follow the sound.

    base_url: with /v1, of a server that is not OpenAI's. Options of a voice: model, instructions. Tempo 0.25 to 4.
    The answer is WAV, for its head tells the sample rate, which differs between servers.
    """

    alias = "openai"
    longest = 4_096

    def __init__(
        self,
        api_key: str = "",
        base_url: str = "",
        model: str = "gpt-4o-mini-tts",
        voices: Mapping[str, str] | None = None,
    ) -> None:
        self.stock = voices or {}
        self._model, self._own = model, bool(base_url)
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self.wire = Wire(self.alias, headers, base_url=base_url, seconds=SILENCE_SECONDS, reading=refusal)

    def _spoken(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        model = str(voice.options.get("model") or self._model).strip()
        body: dict[str, Any] = {"model": model, "input": text, "voice": voice.voice_id, "response_format": "wav"}
        if voice.rate != 1.0:
            body["speed"] = factor(voice.rate, *SPEEDS)
        if (manner := voice.options.get("instructions")) and not model.startswith(WITHOUT_MANNER):
            body["instructions"] = str(manner)[:2_000]
        with self.wire.stream("POST", "/audio/speech", json=body) as response:
            yield from self._sound(Bounded(self.alias, response.iter_content(None)))

    def _sound(self, pieces: Any) -> Iterator[AudioChunk]:
        """The samples of a WAV file as it comes."""
        head, source = b"", iter(pieces)
        wav = None
        while wav is None:
            piece = next(source, None)
            if piece is None or len(head) > LONGEST_HEAD:
                raise self.bad_answer()
            head += piece
            wav = self._opened(head)
        rate, channels, size, start = wav
        rest, left = head[start:], size
        frame = 2 * channels
        while True:
            rest = rest[:left] if left is not None else rest
            whole = len(rest) // frame * frame
            if whole:
                yield AudioChunk(_mono(rest[:whole], channels), rate)
                left = None if left is None else left - whole
            rest = rest[whole:]
            if left == 0 or (piece := next(source, None)) is None:
                break
            rest += piece
        if left is not None and left >= frame:
            raise self.broke_off()

    def _opened(self, head: bytes) -> tuple[int, int, int | None, int] | None:
        """(Hz, channels, bytes of samples or None, where they begin); None while more of the head must come."""
        if head[:4] not in (b"RIFF", b"RIFF"[: len(head)]) or (len(head) >= 12 and head[8:12] != b"WAVE"):
            raise self.bad_answer()
        at, form = 12, None
        while len(head) >= at + 8:
            name, size = head[at : at + 4], struct.unpack_from("<I", head, at + 4)[0]
            if name == b"data":
                if form is None:
                    raise self.bad_answer()
                return (*form, None if size >= ENDLESS or size == 0 else size, at + 8)
            if name == b"fmt " and len(head) >= at + 24:
                form = self._form(struct.unpack_from("<HHIIHH", head, at + 8))
            at += 8 + size + size % 2
        return None

    def _form(self, found: tuple[int, ...]) -> tuple[int, int]:
        kind, channels, rate, _, _, bits = found
        if kind not in (1, 0xFFFE) or bits != 16 or channels not in (1, 2) or not RATES[0] <= rate <= RATES[1]:
            raise self.bad_answer()
        return rate, channels

    def choices(self) -> list[VoiceChoice]:
        """OpenAI's, as documented: there is no list to ask for."""
        return [VoiceChoice(name, name.title(), gender) for name, gender in VOICES.items()]


def refusal(status: int, content: bytes) -> EngineFailed | None:
    """A used-up quota is told with status 429, as asking too often is."""
    if b'"insufficient_quota"' in content:
        words = f"The quota of this account's OpenAI key is used up. It says: {wire.words_of(content)}"
        return EngineFailed(words, "vendor_quota")
    return None


def _mono(pcm: bytes, channels: int) -> bytes:
    if channels == 1:
        return pcm
    mixed: bytes = np.frombuffer(pcm, "<i2").reshape(-1, channels).mean(axis=1).round().astype("<i2").tobytes()
    return mixed
