"""Any OpenAI-compatible /audio/transcriptions endpoint, through the official SDK."""

import io
import json
import wave
from typing import Any

import openai

from avatarsite.core.diagnosis import Diagnosis
from avatarsite.core.engines import EngineFailed
from twins.stt.base import STT, Heard, Listening, Segment, Sound, Word
from twins.stt.languages import WHISPER

NO_KEY = "no-key-needed"  # the SDK refuses an empty key, local servers ignore it
MOST_BYTES = 25 * 1_048_576  # that the endpoint takes
# What reading a broken answer raises besides the SDK's own errors.
_WIRE_ERRORS = (openai.OpenAIError, json.JSONDecodeError, UnicodeError, ValueError, TypeError, AttributeError)


class OpenAISTT(STT):
    """Hears through `base_url`.

    timed: asks for verbose_json with times of segments and words, which whisper models give; others give the text
    alone. max_retries: further tries of a call that may succeed later.

    Further codes of EngineFailed: stt_auth, stt_quota, stt_rejected, stt_overloaded, stt_unreachable, stt_bad_answer.
    """

    most_seconds = (MOST_BYTES - 1_000) / 32_000  # as uncompressed sound

    def __init__(
        self,
        *,
        base_url: str = "",
        api_key: str = "",
        model: str = "whisper-1",
        timed: bool = True,
        max_retries: int = 2,
    ) -> None:
        self._asked: dict[str, Any] = {"model": model, "response_format": "json"}
        if timed:
            self._asked |= {"response_format": "verbose_json", "timestamp_granularities": ["segment", "word"]}
        self._addressed = bool(base_url.strip() or api_key.strip())
        self._client = openai.OpenAI(
            api_key=api_key.strip() or NO_KEY,
            base_url=base_url.strip() or "https://api.openai.com/v1",
            max_retries=max_retries,
        )

    def languages(self) -> dict[str, str]:
        return WHISPER

    def diagnosis(self) -> Diagnosis:
        missing = (
            "" if self._addressed else "Set STT_API_KEY or OPENAI_API_KEY, or STT_BASE_URL for a server of your own."
        )
        return Diagnosis(
            missing, "the server's own", "any OpenAI-compatible server with /audio/transcriptions", "the server's"
        )

    def _listen(self, asked: Listening) -> Heard:
        language = {"language": asked.language} if asked.language else {}
        file = ("sound.wav", _wav(asked.sound))  # the endpoint wants a name with an extension
        try:
            answer: Any = self._client.audio.transcriptions.create(
                file=file, timeout=asked.left(), **self._asked | language
            )
            segments = _segments(answer.model_dump(), asked.sound.seconds)
        except _WIRE_ERRORS as error:
            raise _failed(error) from None  # not chained: a vendor's words may repeat the key
        return Heard(iter(segments), asked.language or _code(getattr(answer, "language", "")))


def _wav(sound: Sound) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.sample_rate)
        out.writeframes(sound.pcm)
    return file.getvalue()


def _segments(answer: dict[str, Any], seconds: float) -> list[Segment]:
    """The answer's segments, each with the words that begin in it; a text alone is one segment."""
    words = [Word(str(one["word"]).strip(), *_span(one)) for one in answer.get("words") or ()]
    parts = [(str(one["text"]).strip(), *_span(one)) for one in answer.get("segments") or ()]
    if not parts:
        parts = [(str(answer["text"]).strip(), 0.0, seconds)]
    ends = [start for _, start, _ in parts[1:]] + [float("inf")]
    starts = [float("-inf"), *ends]
    return [
        Segment(text, start, end, tuple(word for word in words if after <= word.start < before))
        for (text, start, end), after, before in zip(parts, starts, ends, strict=False)
    ]


def _span(one: dict[str, Any]) -> tuple[float, float]:
    return float(one["start"]), float(one["end"])


def _code(language: str | None) -> str:
    """The endpoint writes a language that it found as its English name, in lower case."""
    named = {name.lower(): code for code, name in WHISPER.items()}
    return named.get(str(language).lower(), str(language or ""))


def _failed(error: Exception) -> EngineFailed:
    if isinstance(error, openai.APITimeoutError):
        return EngineFailed("The speech-to-text engine took too long.", "stt_timeout", retryable=True)
    if isinstance(error, openai.APIStatusError):
        return _refused(error)
    if isinstance(error, openai.APIConnectionError):
        return EngineFailed("The speech-to-text engine cannot be reached.", "stt_unreachable", retryable=True)
    return EngineFailed("The speech-to-text engine's answer cannot be read.", "stt_bad_answer", retryable=True)


def _refused(error: openai.APIStatusError) -> EngineFailed:
    status = error.status_code
    if status in (401, 403):
        return EngineFailed("The speech-to-text engine does not accept our key.", "stt_auth")
    if "insufficient_quota" in (error.code, error.type):
        return EngineFailed("The speech-to-text engine's account has no quota left.", "stt_quota")
    if status in (408, 409, 429) or status >= 500:
        return EngineFailed("The speech-to-text engine is overloaded.", "stt_overloaded", retryable=True)
    return EngineFailed(f"The speech-to-text engine rejected the request (HTTP {status}).", "stt_rejected")
