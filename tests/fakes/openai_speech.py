"""A strict server of OpenAI's audio API: POST /v1/audio/speech."""

import struct
from collections.abc import Iterator
from typing import Any

from tests.fakes.server import Answer, FakeVendor, Refused, Request, fields, route
from tests.fakes.spoken import cut, speak

KEY = "sk-0123456789abcdef0123456789abcdef"
MODELS = ("gpt-4o-mini-tts", "tts-1", "tts-1-hd")
VOICES = (
    "alloy",
    "ash",
    "ballad",
    "coral",
    "echo",
    "fable",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
    "marin",
    "cedar",
)
FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")


class FakeOpenAISpeech(FakeVendor):
    """rate, channels: of its sound. endless: its WAV heads tell no length, as a stream's cannot."""

    def __init__(self, rate: int = 24_000, channels: int = 1, *, endless: bool = True) -> None:
        super().__init__()
        self.rate, self.channels, self.endless = rate, channels, endless
        self.said: list[str] = []

    def authorize(self, request: Request) -> None:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            raise Refused(self.error(401, "Incorrect API key provided", "invalid_api_key"))

    def error(self, status: int, words: str, code: str | None = None) -> Answer:
        error = {"message": words, "type": "invalid_request_error", "param": None, "code": code}
        return Answer(status, {"error": error})

    @route("POST", "/v1/audio/speech")
    def speech(self, request: Request) -> Answer:
        body = request.json
        optional: dict[str, Any] = {"response_format": FORMATS, "instructions": str, "speed": lambda v: 0.25 <= v <= 4}
        fields(self, body, required={"model": MODELS, "input": str, "voice": VOICES}, optional=optional)
        if len(body["input"]) > 4_096:
            raise Refused(self.error(400, "input is too long", "string_above_max_length"))
        if "instructions" in body and body["model"].startswith("tts-1"):
            raise Refused(self.error(400, "instructions are not for this model"))
        if body["response_format"] != "wav":
            raise Refused(self.error(400, "this fake has WAV only"))
        self.said.append(body["input"])
        return Answer(200, iter(cut(b"".join(self._wav(body["input"])), 997)), {"Content-Type": "audio/wav"})

    def _wav(self, text: str) -> Iterator[bytes]:
        mono = speak(text, self.rate).pcm
        pcm = mono if self.channels == 1 else b"".join(mono[n : n + 2] * self.channels for n in range(0, len(mono), 2))
        size = 0xFFFFFFFF if self.endless else len(pcm)
        frame = 2 * self.channels
        yield b"RIFF" + struct.pack("<I", 0xFFFFFFFF if self.endless else 36 + len(pcm)) + b"WAVE"
        yield b"fmt " + struct.pack("<IHHIIHH", 16, 1, self.channels, self.rate, self.rate * frame, frame, 16)
        yield b"LIST" + struct.pack("<I", 4) + b"INFO"
        yield b"data" + struct.pack("<I", size) + pcm
