"""A strict Cartesia of API version 2026-03-01: /tts/bytes, /tts/sse with times, /voices."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.server import Answer, FakeVendor, Refused, Request, fields, route
from tests.fakes.spoken import cut, speak

KEY = "sk_car_0123456789abcdef0123456789"
VERSIONS = ("2025-04-16", "2026-03-01")
MODELS = re.compile(r"sonic(-2|-turbo|-3|-3\.5|-latest)?(-20\d\d-\d\d-\d\d)?")
KATIE, KIEFER = "f786b574-daa5-4673-aa0c-cbe3e8534c02", "228fca29-3a0a-435c-8728-5cb483251068"


class FakeCartesia(FakeVendor):
    """fails_after: chunks after which an error comes as an event, None for never."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_after: int | None = None
        self.spells = dict[str, list[str]]()  # a word as written -> as it is said, in the times
        self.said: list[str] = []

    def authorize(self, request: Request) -> None:
        if request.headers.get("cartesia-version") not in VERSIONS:
            raise Refused(self.error(400, "Cartesia-Version is missing or unknown"))
        if request.headers.get("authorization") != f"Bearer {KEY}":
            raise Refused(self.error(401, "Unauthorized"))

    def error(self, status: int, words: str, code: str | None = None) -> Answer:
        return Answer(status, {"error_code": code, "title": "Error", "message": words, "request_id": "r1"})

    @route("POST", "/tts/bytes")
    def whole(self, request: Request) -> Answer:
        body, rate = self._asked(request, {})
        return Answer(200, iter(cut(speak(body["transcript"], rate).pcm, 3_333)), {"Content-Type": "audio/pcm"})

    @route("POST", "/tts/sse")
    def timed(self, request: Request) -> Answer:
        body, rate = self._asked(request, {"add_timestamps": bool, "add_phoneme_timestamps": bool})
        return Answer(200, self._events(body["transcript"], rate), {"Content-Type": "text/event-stream"})

    def _asked(self, request: Request, more: dict[str, Any]) -> tuple[dict[str, Any], int]:
        body = request.json
        required = {"model_id": MODELS, "transcript": str, "voice": dict, "output_format": dict}
        optional = {"language": re.compile("[a-z]{2}"), "generation_config": dict, "speed": ("slow", "normal", "fast")}
        fields(self, body, required=required, optional={**optional, **more})
        fields(self, body["voice"], required={"mode": ("id",), "id": str}, where="voice")
        sound = {
            "container": ("raw",),
            "encoding": ("pcm_s16le",),
            "sample_rate": (8000, 16000, 22050, 24000, 44100, 48000),
        }
        fields(self, body["output_format"], required=sound, where="output_format")
        guided = {"speed": lambda v: 0.6 <= v <= 1.5, "volume": lambda v: 0.5 <= v <= 2.0, "emotion": str}
        fields(self, body.get("generation_config", {}), optional=guided, where="generation_config")
        if "generation_config" in body and not body["model_id"].startswith(("sonic-3", "sonic-latest")):
            self.complaints.append("generation_config has no effect before sonic-3")
        if body["voice"]["id"] not in (KATIE, KIEFER):
            raise Refused(self.error(404, "Voice not found", "voice_not_found"))
        self.said.append(body["transcript"])
        return body, body["output_format"]["sample_rate"]

    def _events(self, text: str, rate: int) -> Iterator[bytes]:
        spoken = speak(text, rate)
        words = [part for word in spoken.words for part in self._as_said(*word)]
        events: list[dict[str, Any]] = []
        for number, pcm in enumerate(cut(spoken.pcm, rate // 2 * 2)):
            if number == self.fails_after:
                events.append({"type": "error", "done": True, "status_code": 500, **self.error(500, "overloaded").body})
                break
            events.append({"type": "chunk", "data": base64.b64encode(pcm).decode(), "done": False, "status_code": 206})
            here = [w for w in words if number * 0.5 <= w[1] < (number + 1) * 0.5]
            names = ("words", "start", "end")
            if here:
                told = dict(zip(names, map(list, zip(*here, strict=True)), strict=True))
                events.append({"type": "timestamps", "word_timestamps": told, "done": False, "status_code": 206})
                sounds = {"phonemes": ["ɑ" for _ in here], "start": told["start"], "end": told["end"]}
                events.append({"type": "phoneme_timestamps", "phoneme_timestamps": sounds, "done": False})
        else:
            events.append({"type": "done", "done": True, "status_code": 200})
        content = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode()
        yield from cut(content, 1_111)

    def _as_said(self, word: str, start: float, end: float) -> Iterator[tuple[str, float, float]]:
        said = self.spells.get(word, [word])
        each = (end - start) / len(said)
        for number, part in enumerate(said):
            yield part, start + number * each, start + (number + 1) * each

    @route("GET", "/voices")
    def list_voices(self, request: Request) -> Answer:
        rows = [
            {"id": KATIE, "name": "Katie", "gender": "feminine", "language": "en", "description": "Stable"},
            {"id": KIEFER, "name": "Kiefer", "gender": "masculine", "language": "en", "description": "Stable"},
        ]
        return Answer(200, {"data": rows, "has_more": False})
