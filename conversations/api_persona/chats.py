"""Questions and answers in a session, by the Persona LLM: whole, or as Server-Sent Events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.apart import in_own_thread
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.view import as_api_error
from avatarsite.core.models import User
from conversations import people
from conversations import services as conversations
from conversations.api_persona.envelope import PersonaView, refusal, success
from conversations.api_persona.fields import Id, Shape, Text, Truth, Whole
from conversations.api_persona.finding import person_of, personality_of, session_of
from conversations.api_persona.openapi import described
from conversations.api_persona.sessions import sources_of
from conversations.asking import Asked, again, ask
from conversations.context import FEWEST_WORDS, MOST_WORDS, Wishes
from conversations.models import ChatSession, Message

ANSWERED = "Chat created successfully"
SECONDS = 120.0  # that an answer may take, with engines that fail and others that stand in
EVENTS = """With `stream`: Server-Sent Events. `delta` {text}, `restart` {} (forget what came before), then `done` with
the same envelope as the whole answer, or `error` with the envelope of a refusal."""


class AnswerIn(Shape):
    """How an answer is asked for."""

    sessionId = Text(max_length=40)
    userId = Id()
    personalityId = Id()
    wordLimit = Whole(default=50, min_value=FEWEST_WORDS, max_value=MOST_WORDS, help_text="Roughly: a quarter more.")
    modelName = Text(default="gpt-4", max_length=120, help_text="A name that this installation maps to a model.")
    language = Text(default="english", max_length=60, help_text="Of the answer, by name or code.")


class ChatIn(AnswerIn):
    message = Text(max_length=settings.CHAT_MAX_CHARACTERS)
    stream = Truth(default=False)


def session_in(account: User, fields: dict[str, Any]) -> ChatSession:
    """The session that a body names; raises ApiError when its user or personality is another one."""
    session = session_of(account, fields["sessionId"])
    person, personality = person_of(account, fields["userId"]), personality_of(account, fields["personalityId"])
    if session.person_id != person.pk:
        raise ApiError(HTTPStatus.BAD_REQUEST, "sessionId: this session is of another user.", "session_of_another_user")
    people.personality_in(session)
    if session.personality_id != personality.pk:
        words = "sessionId: this session is with another personality."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, "session_of_another_personality")
    return session


def wishes_in(fields: dict[str, Any]) -> Wishes:
    return Wishes.checked(fields["wordLimit"], fields["modelName"], fields["language"])


class ChatsView(PersonaView):
    @described(
        "createChat",
        ANSWERED,
        serializers.CharField(help_text="The answer."),
        request=ChatIn,
        refusals=(404, 502),
        beside={
            "chatId": serializers.IntegerField(),
            "sources": serializers.ListField(child=serializers.CharField(), help_text="Files it was made from."),
            "modelName": serializers.CharField(help_text="The model that served."),
        },
        example={
            "sessionId": "6f0f2a55-3a52-4d0e-9c49-7f5f1f9a3a11",
            "userId": "u0123456789abcdef",
            "personalityId": "p-amara",
            "message": "What can you do?",
            "wordLimit": 50,
        },
        other={(200, "text/event-stream"): OpenApiResponse(OpenApiTypes.STR, EVENTS)},
    )
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response | StreamingHttpResponse:
        """Ask something in a session and have it answered."""
        fields = self.read(ChatIn)
        session = session_in(self.account, fields)
        text, wishes = conversations.check_message(fields["message"]), wishes_in(fields)
        with transaction.atomic():
            turn = again(session, self.made_before, wishes) or ask(session, text, wishes)
            self.remember(str(turn.answer.pk))
        if fields["stream"]:
            headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            kind = "text/event-stream; charset=utf-8"
            return StreamingHttpResponse(_events(turn, self.forget), content_type=kind, headers=headers)
        turn.whole()
        return success(ANSWERED, turn.answer.text, **_beside(turn.answer))


def _beside(message: Message) -> dict[str, Any]:
    model = message.options.get("servedBy", {}).get("model", "")
    return {"chatId": message.pk, "sources": sources_of(message), "modelName": model}


async def _events(turn: Asked, forget: Callable[[], None]) -> AsyncIterator[bytes]:
    """The answer's events. It is written to its end, whether somebody still listens or not."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[bytes | None] = asyncio.Queue()

    def put(event: bytes | None) -> None:
        loop.call_soon_threadsafe(events.put_nowait, event)

    in_own_thread(_tell, turn, put, forget)
    while (event := await events.get()) is not None:
        yield event


def _tell(turn: Asked, put: Callable[[bytes | None], object], forget: Callable[[], None]) -> None:
    """Write the answer, telling each piece as it comes."""
    try:
        for piece in turn.pieces():
            put(_event("restart", {}) if piece is None else _event("delta", {"text": piece}))
        whole = {"success": True, "message": ANSWERED, "data": turn.answer.text, **_beside(turn.answer)}
        put(_event("done", whole))
    except Exception as error:  # noqa: BLE001  the last edge: the headers are out, so words must say it
        known = as_api_error(error)
        forget()
        put(_event("error", refusal(known.message, known.code)))
    finally:
        put(None)


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
