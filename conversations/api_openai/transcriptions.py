"""`audio/transcriptions` and `audio/translations`: speech to text."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from avatarsite.core import media
from avatarsite.core.api.apart import in_own_thread
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from conversations.api_openai.door import Refused, dialect
from twins import hearing
from twins.stt.base import NOTHING_HEARD, RATE, Segment, Sound, Transcript
from twins.tts.base import Word
from videos.captions import clock, cues

MOST_BYTES = 25 * 1_048_576
MOST_SECONDS = 1_800.0
GRANULARITIES = ("segment", "word")


@dataclass(frozen=True)
class Asked:
    file: Any  # an UploadedFile
    engine: str  # alias of STT, or "" for the chain
    language: str
    answer: Callable[[Transcript, "Asked"], HttpResponse]
    granularities: frozenset[str]


@dialect("POST")
async def transcriptions(request: HttpRequest, account: User) -> HttpResponseBase:
    """The text of a recording, by the first engine of STT_CHAIN that knows its language."""
    answer: HttpResponse = await in_own_thread(_transcribed, request, account)
    return answer


@dialect("POST")
async def translations(request: HttpRequest, account: User) -> HttpResponseBase:
    """Refused: nothing here translates."""
    words = "No engine of this installation translates speech. POST audio/transcriptions writes it in its own language."
    raise Refused(words, status=HTTPStatus.NOT_IMPLEMENTED, code="stt_translation_unsupported")


def _transcribed(request: HttpRequest, account: User) -> HttpResponse:
    asked = _asked(request)
    sound = _sound(asked.file)
    try:
        found = hearing.transcribe(sound, language=asked.language, only=asked.engine, owner_id=account.pk)
    except EngineFailed as error:
        if error.code == "stt_language_unsupported":
            raise Refused(f"language: {error.message}", param="language", code=error.code) from error
        if error.code in ("stt_too_short", "stt_too_long"):
            raise Refused(f"file: {error.message}", param="file", code=error.code) from error
        if error.code != NOTHING_HEARD:
            raise
        found = Transcript((), asked.language or "en", sound.seconds)  # clients send silence, and expect no text
    return asked.answer(found, asked)


def _asked(request: HttpRequest) -> Asked:
    if request.content_type != "multipart/form-data":
        words = "Send Content-Type: multipart/form-data with the recording in `file`."
        raise Refused(words, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, code="content_type")
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Refused("file: send the recording.", param="file")
    if (file.size or 0) > MOST_BYTES:
        words = f"file: {file.size} bytes; at most {MOST_BYTES} are taken."
        raise Refused(words, param="file", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="file_too_large")
    form = request.POST
    wanted = form.get("response_format", "json")
    if wanted not in ANSWERS:
        raise Refused(f"response_format: choose one of {', '.join(ANSWERS)}.", param="response_format")
    times = form.getlist("timestamp_granularities[]") or form.getlist("timestamp_granularities") or ["segment"]
    if not set(times) <= set(GRANULARITIES):
        words = f"timestamp_granularities: choose from {', '.join(GRANULARITIES)}."
        raise Refused(words, param="timestamp_granularities")
    return Asked(file, _engine(form.get("model", "")), form.get("language", ""), ANSWERS[wanted], frozenset(times))


def _engine(model: str) -> str:
    if not model:
        raise Refused("you must provide a model parameter", param="model")
    if model not in settings.STT_MODELS:
        words = f"The model `{model[:100]}` does not exist here. For transcriptions: {', '.join(settings.STT_MODELS)}."
        raise Refused(words, param="model", code="model_not_found", status=HTTPStatus.NOT_FOUND)
    return str(settings.STT_MODELS[model])


def _sound(file: Any) -> Sound:
    """The recording, decoded; one that is longer than MOST_SECONDS is refused, not cut."""
    try:
        with media.local(file) as path:
            return Sound(b"".join(media.sound(path, RATE, seconds=MOST_SECONDS + 1)), RATE)
    except EngineFailed as error:
        if error.code.startswith("media_"):
            raise Refused(f"file: {error.message}", param="file", code=error.code) from error
        raise


def _json(found: Transcript, asked: Asked) -> HttpResponse:
    return JsonResponse({"text": found.text, "usage": {"type": "duration", "seconds": round(found.seconds)}})


def _verbose(found: Transcript, asked: Asked) -> HttpResponse:
    language = hearing.languages().get(found.language, found.language).lower()
    answer: dict[str, Any] = {"task": "transcribe", "language": language, "duration": round(found.seconds, 2)}
    answer |= {"text": found.text, "usage": {"type": "duration", "seconds": round(found.seconds)}}
    if "segment" in asked.granularities:
        answer["segments"] = [_told(number, segment) for number, segment in enumerate(found.segments)]
    if "word" in asked.granularities:
        answer["words"] = [{"word": one.text, **_span(one.start, one.end)} for one in found.words]
    return JsonResponse(answer | {"engine": found.engine})


def _told(number: int, segment: Segment) -> dict[str, Any]:
    return {"id": number, "text": segment.text, **_span(segment.start, segment.end)}


def _span(start: float, end: float) -> dict[str, float]:
    return {"start": round(start, 2), "end": round(end, 2)}


def _text(found: Transcript, asked: Asked) -> HttpResponse:
    return _plain(found.text + "\n")


def _srt(found: Transcript, asked: Asked) -> HttpResponse:
    parts = [f"{number}\n{span.replace('.', ',')}\n{text}\n" for number, (span, text) in enumerate(_lines(found), 1)]
    return _plain("\n".join(parts))


def _vtt(found: Transcript, asked: Asked) -> HttpResponse:
    return _plain("WEBVTT\n\n" + "\n".join(f"{span}\n{text}\n" for span, text in _lines(found)), "text/vtt")


def _lines(found: Transcript) -> list[tuple[str, str]]:
    """Short lines by the times of words, or whole segments where words have none."""
    lines: list[Any] = []
    for segment in found.segments:
        words = [Word(word.text, word.start, word.end) for word in segment.words]
        lines += cues(words) if words else [segment]
    return [(f"{clock(line.start)} --> {clock(line.end)}", line.text) for line in lines]


def _plain(text: str, kind: str = "text/plain") -> HttpResponse:
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8")


ANSWERS: dict[str, Callable[[Transcript, Asked], HttpResponse]] = {
    "json": _json,
    "text": _text,
    "srt": _srt,
    "verbose_json": _verbose,
    "vtt": _vtt,
}
