"""A strict ElevenLabs: voices, whole and timed speech, cloning; as its OpenAPI document and error pages describe."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

from tests.fakes.server import Answer, Behaviour, FakeVendor, Refused, Request, Serve, fields, route
from tests.fakes.spoken import cut, speak

KEY = "xi-0123456789abcdef0123456789abcdef"
MODELS = ("eleven_v3", "eleven_multilingual_v2", "eleven_flash_v2_5", "eleven_flash_v2", "eleven_turbo_v2_5")
LIMITS = {"eleven_v3": 3_000, "eleven_multilingual_v2": 10_000}
FORMATS = re.compile(r"pcm_(8000|16000|22050|24000|32000|44100|48000)")
PREMADE = {"EXAVITQu4vr4xnSDxMaL": ("Sarah", "female"), "JBFqnCBsd6RMkjVDRZzb": ("George", "male")}
SETTINGS = {
    **dict.fromkeys(("stability", "similarity_boost", "style"), lambda value: _number(value, 0, 1)),
    "use_speaker_boost": bool,
    "speed": lambda value: _number(value, 0.7, 1.2),
}


def _number(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


class FakeElevenLabs(FakeVendor):
    """voices: id -> name; pace: the sample rate that the sound really has, over the one that was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.voices = {voice_id: name for voice_id, (name, _) in PREMADE.items()}
        self.pace = 1.0
        self.said: list[str] = []

    def authorize(self, request: Request) -> None:
        if request.headers.get("xi-api-key") != KEY:
            raise Refused(self.error(401, "Invalid API key", "invalid_api_key"))

    def error(self, status: int, words: str, code: str = "scripted") -> Answer:
        detail = {"type": "error", "code": code, "status": code, "message": words, "request_id": "r1"}
        return Answer(status, {"detail": detail})

    @route("POST", "/v1/text-to-speech/{voice_id}/stream/with-timestamps")
    def timed(self, request: Request, voice_id: str) -> Answer:
        return Answer(200, self._lines(*self._asked(request, voice_id)))

    @route("POST", "/v1/text-to-speech/{voice_id}/stream")
    def plain(self, request: Request, voice_id: str) -> Answer:
        text, rate = self._asked(request, voice_id)
        return Answer(200, iter(cut(speak(text, round(rate * self.pace)).pcm, 4_001)), {"Content-Type": "audio/pcm"})

    def _asked(self, request: Request, voice_id: str) -> tuple[str, int]:
        """(text, sample rate), when everything is as it must be."""
        body = request.json
        if "output_format" in body:
            self.complaints.append("output_format is a query parameter: in the body it is ignored")
        optional = {"voice_settings": dict, "language_code": re.compile("[a-z]{2,3}")}
        fields(self, body, required={"text": str, "model_id": MODELS}, optional=optional, status=422)
        fields(self, body.get("voice_settings", {}), optional=SETTINGS, where="voice_settings", status=422)
        wanted = FORMATS.fullmatch(request.query.get("output_format", ""))
        if not wanted or set(request.query) != {"output_format"}:
            raise Refused(self.error(422, "output_format is not valid", "validation"))
        if not body["text"].strip():
            raise Refused(self.error(400, "the text is empty", "invalid_text"))
        if len(body["text"]) > LIMITS.get(body["model_id"], 30_000):
            raise Refused(self.error(400, "too many characters", "max_character_limit_exceeded"))
        if "language_code" in body and body["model_id"] == "eleven_multilingual_v2":
            raise Refused(self.error(400, "this model takes no language_code", "unsupported_language"))
        if voice_id not in self.voices:
            raise Refused(self.error(404, f"A voice with voice_id {voice_id} was not found.", "voice_not_found"))
        self.said.append(body["text"])
        return body["text"], int(wanted[1])

    def _lines(self, text: str, rate: int) -> Iterator[bytes]:
        """Lines of JSON, cut anywhere: within a line and within a character."""
        whole = speak(text, round(rate * self.pace))
        letters, starts, ends = whole.letters()
        step, lines = 17, []
        for first in range(0, len(letters), step):
            here = slice(first, first + step)
            begin = 2 * round(starts[first] * rate * self.pace)
            last = first + step >= len(letters)
            end = len(whole.pcm) if last else 2 * round(starts[first + step] * rate * self.pace)
            alignment = {
                "characters": letters[here],
                "character_start_times_seconds": starts[here],
                "character_end_times_seconds": ends[here],
            }
            audio = base64.b64encode(whole.pcm[begin:end]).decode()
            lines.append({"audio_base64": audio, "alignment": alignment, "normalized_alignment": None})
        content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        yield from cut(content, 1_237)

    @route("GET", "/v2/voices")
    def list_voices(self, request: Request) -> Answer:
        size, first = int(request.query.get("page_size", 10)), int(request.query.get("next_page_token", 0))
        names = list(self.voices.items())
        shown = [
            {"voice_id": key, "name": name, "category": "premade", "labels": {"gender": PREMADE.get(key, ("", ""))[1]}}
            for key, name in names[first : first + size]
        ]
        more = first + size < len(names)
        token = str(first + size) if more else None
        return Answer(200, {"voices": shown, "has_more": more, "next_page_token": token, "total_count": len(names)})

    @route("POST", "/v1/voices/add")
    def add(self, request: Request) -> Answer:
        parts = request.parts
        if (
            set(parts) - {"name", "files", "remove_background_noise", "description", "labels"}
            or not parts["files"].content
        ):
            raise Refused(self.error(422, "the form is not valid", "validation"))
        json.loads(parts["labels"].content)
        if not parts["files"].content.startswith(b"RIFF") or not parts["files"].filename:
            raise Refused(self.error(400, "the file is no recording", "invalid_audio"))
        voice_id = f"clone{len(self.voices)}"
        self.voices[voice_id] = parts["name"].content.decode()
        return Answer(200, {"voice_id": voice_id, "requires_verification": False})

    @route("DELETE", "/v1/voices/{voice_id}")
    def remove(self, request: Request, voice_id: str) -> Answer:
        if voice_id not in self.voices:
            raise Refused(self.error(404, "no such voice", "voice_not_found"))
        del self.voices[voice_id]
        return Answer(200, {"status": "ok"})


def cut_after(lines: int) -> Behaviour:
    """So many whole lines, and then the connection is gone."""

    def behave(fake: FakeVendor, request: Request, serve: Serve) -> Answer:
        answer = serve()
        content = b"".join(answer.body)
        kept = b"\n".join(content.split(b"\n")[:lines]) + b"\n"
        return Answer(200, iter([content]), answer.headers, cut=len(kept))

    return behave


def silent(fake: FakeVendor, request: Request, serve: Serve) -> Answer:
    """All of the times, and samples that are all zero."""
    lines = [json.loads(line) for line in b"".join(serve().body).splitlines()]
    for line in lines:
        line["audio_base64"] = base64.b64encode(bytes(len(base64.b64decode(line["audio_base64"])))).decode()
    return Answer(200, iter([(json.dumps(line) + "\n").encode() for line in lines]))
