"""`audio/speech`: a text aloud."""

import math
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from avatarsite.core.api.bridge import bridged
from avatarsite.core.api.parsing import json_object
from avatarsite.core.api.threads import in_thread
from avatarsite.core.models import User
from conversations.api_openai import finding
from conversations.api_openai.door import Refused, dialect
from twins.models import Voice
from twins.speech import spoken
from twins.tts.encoding import FORMATS, encode

LONGEST_INPUT = 4_096
SPEEDS = (0.25, 4.0)
RATES = (0.5, 2.0)  # of a voice; what is wanted beyond is done to the sound


@dialect("POST")
async def speech(request: HttpRequest, account: User) -> HttpResponseBase:
    """A text aloud, in any voice that the key may use; sent while it is spoken."""
    asked = json_object(request)
    text, wanted, speed = _input(asked), _format(asked), _speed(asked)
    voice: Voice = await in_thread(finding.voice)(account, asked.get("voice"))
    pieces = bridged(_file(account, voice, text, wanted, speed))
    first = await anext(pieces, b"")

    async def sent() -> AsyncIterator[bytes]:
        async with aclosing(pieces):
            yield first
            async for piece in pieces:
                yield piece

    return StreamingHttpResponse(sent(), content_type=FORMATS[wanted].media_type)


def _file(account: User, voice: Voice, text: str, wanted: str, speed: float) -> Iterator[bytes]:
    rate = min(max(voice.rate * speed, RATES[0]), RATES[1])
    tempo = voice.rate * speed / rate
    voice.rate = rate  # not saved
    return encode(spoken(voice, text, owner_id=account.pk), wanted, tempo=tempo)


def _input(asked: dict[str, Any]) -> str:
    text = asked.get("input")
    if not isinstance(text, str) or not text.strip():
        raise Refused("input: send the text to speak.", param="input")
    if len(text) > LONGEST_INPUT:
        raise Refused(
            f"input: {len(text)} characters; at most {LONGEST_INPUT} are allowed.",
            param="input",
            code="string_too_long",
        )
    if not isinstance(asked.get("model"), str):
        raise Refused("you must provide a model parameter", param="model")
    return text


def _format(asked: dict[str, Any]) -> str:
    if asked.get("stream_format") not in (None, "audio"):
        raise Refused("stream_format: only audio is supported.", param="stream_format")
    wanted = asked.get("response_format") or "mp3"
    if not isinstance(wanted, str) or wanted not in FORMATS:
        raise Refused(f"response_format: choose one of {', '.join(FORMATS)}.", param="response_format")
    return wanted


def _speed(asked: dict[str, Any]) -> float:
    speed = 1.0 if asked.get("speed") is None else asked["speed"]
    if isinstance(speed, bool) or not isinstance(speed, int | float) or not math.isfinite(speed):
        raise Refused("speed: send a number.", param="speed")
    if not SPEEDS[0] <= speed <= SPEEDS[1]:
        raise Refused(f"speed: send a number from {SPEEDS[0]} to {SPEEDS[1]}.", param="speed")
    return float(speed)
