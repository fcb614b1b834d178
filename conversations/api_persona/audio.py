"""The twin's voice without its face: whole, or as it is spoken."""

import base64
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from itertools import chain
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.apart import in_own_thread
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from conversations import services as conversations
from conversations.api_persona.envelope import PersonaView, success
from conversations.api_persona.fields import Id, Shape, Text
from conversations.api_persona.finding import twin_of
from conversations.api_persona.openapi import described
from conversations.api_persona.videos import MOST_SCRIPT
from twins.models import Twin, Voice
from twins.speech import spoken
from twins.tts.base import AudioChunk
from twins.tts.encoding import FORMATS, encode

MODELS = ("local", "eleven_turbo_v2_5", "eleven_flash_v2_5")
SECONDS = 60.0  # that speaking a text may take
ALIAS = "Of ElevenLabs, where the twin's voice is one of theirs; other voices speak as they are."
HEEDED = "0 to 1; for voices of ElevenLabs; default: the voice's own. Without effect on others."
ELEVENLABS = "elevenlabs"
MANNER = {"stability": "stability", "similarityBoost": "similarity_boost"}
SENT = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3"}


class AudioIn(Shape):
    twinId = Id()
    text = Text(max_length=MOST_SCRIPT)
    modelId = serializers.ChoiceField(MODELS, default="local", help_text=ALIAS)
    stability = serializers.FloatField(min_value=0, max_value=1, required=False, help_text=HEEDED)
    similarityBoost = serializers.FloatField(min_value=0, max_value=1, required=False, help_text=HEEDED)
    format = serializers.ChoiceField(("mp3", "wav"), default="mp3")


class AudioOut(Shape):
    audio = serializers.CharField(help_text="The file, in base64.")
    format = serializers.CharField()


class SpeechView(PersonaView):
    """What the two forms have in common."""

    def speech(self, fields: dict[str, Any]) -> Iterator[AudioChunk]:
        """The twin speaking; its first piece is there, so that what cannot be spoken is refused at once."""
        text = conversations.check_words(fields["text"], "text")
        twin = twin_of(self.account, fields["twinId"])
        voice = voice_in(twin)
        if voice.engine == ELEVENLABS:
            voice.options = {**voice.options, **_manner(fields)}  # not saved
        pieces = spoken(voice, text, owner_id=self.account.pk, twin=twin)
        return chain([next(pieces)], pieces)


class AudioView(SpeechView):
    @described(
        "streamTextAndAudioResponse",
        "Audio generated successfully",
        AudioOut(),
        request=AudioIn,
        refusals=(404, 502),
        example={"twinId": "amara", "text": "Good morning!", "format": "wav"},
        other={
            (200, "audio/mpeg"): OpenApiResponse(OpenApiTypes.BINARY, "The file, with `Accept: audio/mpeg`."),
            (200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY, "The file, with `Accept: audio/wav`."),
        },
    )
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response | HttpResponse:
        """A text in a twin's voice: base64 in the envelope, or the file itself by `Accept`."""
        fields = self.read(AudioIn)
        wanted = SENT.get(request.headers.get("Accept", ""))
        name = wanted or fields["format"]
        content = b"".join(encode(self.speech(fields), name))
        if wanted:
            return HttpResponse(content, content_type=FORMATS[name].media_type)
        data = {"audio": base64.b64encode(content).decode(), "format": name}
        return success("Audio generated successfully", data)


class AudioStreamView(SpeechView):
    @described(
        "streamAudio",
        "Audio streaming successful",
        AudioOut(),
        request=AudioIn,
        refusals=(404, 502),
        example={"twinId": "amara", "text": "Good morning!"},
        status=(),
        other={
            (200, "audio/mpeg"): OpenApiResponse(OpenApiTypes.BINARY, "The file, as it is spoken."),
            (200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY, "The file, as it is spoken."),
        },
    )
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> StreamingHttpResponse:
        """A text in a twin's voice, as a file that comes while it is spoken."""
        fields = self.read(AudioIn)
        name = SENT.get(request.headers.get("Accept", ""), fields["format"])
        pieces = _in_threads(encode(self.speech(fields), name))
        return StreamingHttpResponse(pieces, content_type=FORMATS[name].media_type)


def _manner(fields: dict[str, Any]) -> dict[str, Any]:
    """What is asked for beyond the voice's own options."""
    model = {} if fields["modelId"] == "local" else {"model": fields["modelId"]}
    return model | {name: fields[field] for field, name in MANNER.items() if field in fields}


def voice_in(twin: Twin) -> Voice:
    if twin.voice is None:
        raise ApiError(HTTPStatus.CONFLICT, twin.trouble or "This twin has no voice.", "twin_unusable")
    return twin.voice


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await in_own_thread(next, pieces, None)) is not None:
        yield piece
