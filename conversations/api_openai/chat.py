"""`models` and `chat/completions`."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse

from avatarsite.core.api.bridge import bridged
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import Claim, claim_of
from avatarsite.core.api.parsing import json_object
from avatarsite.core.api.threads import in_thread
from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from conversations.api_openai import finding
from conversations.api_openai.asking import Asked
from conversations.api_openai.completions import Completion, begin
from conversations.api_openai.door import body, dialect
from twins.llm.base import Delta
from twins.models import Personality

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dialect("GET")
async def models(request: HttpRequest, account: User) -> HttpResponseBase:
    """Every personality that the key may talk to."""
    return JsonResponse({"object": "list", "data": await _models(account)})


@dialect("GET")
async def model(request: HttpRequest, account: User, name: str) -> HttpResponseBase:
    return JsonResponse(await in_thread(lambda: _model(finding.personality(account, name)))())


@dialect("POST")
async def completions(request: HttpRequest, account: User) -> HttpResponseBase:
    """An answer of a personality: whole, or as Server-Sent Events when `stream` is true."""
    asked = Asked.of(json_object(request))
    completion: Completion = await in_thread(begin)(account, asked)
    made = bridged(iter(completion))
    if asked.stream:
        return await _streamed(completion, made, asked.include_usage, claim_of(request))
    async with aclosing(made):
        async for _ in made:
            pass
    return JsonResponse(completion.whole())


async def _streamed(
    completion: Completion, made: AsyncGenerator[Delta, None], include_usage: bool, claim: Claim | None
) -> StreamingHttpResponse:
    """The stream, opened when the first words are there: what fails before them has a status of its own.

    One that fails later is not kept under its Idempotency-Key, as other failures are not.
    """
    opening = await anext(made)

    async def events() -> AsyncIterator[bytes]:
        async with aclosing(made):
            yield _event(completion.chunk({"role": "assistant", "content": ""}))
            try:
                yield _told(completion, opening)
                async for delta in made:
                    yield _told(completion, delta)
            except (ApiError, EngineFailed) as error:
                if claim:
                    await in_thread(claim.release)()
                yield _event(body(error))
                return
            yield _event(completion.chunk({}, completion.finish))
            if include_usage:
                yield _event(completion.usage_chunk())
            yield b"data: [DONE]\n\n"

    kind = "text/event-stream; charset=utf-8"
    return StreamingHttpResponse(events(), content_type=kind, headers=HEADERS, status=HTTPStatus.OK)


def _told(completion: Completion, delta: Delta) -> bytes:
    """The event of one piece; nothing for a piece that only ends."""
    told: dict[str, Any] = {"content": delta.text} if delta.text else {}
    if delta.tool_calls:
        told["tool_calls"] = list(delta.tool_calls)
    return _event(completion.chunk(told)) if told else b""


def _event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


@in_thread
def _models(account: User) -> list[dict[str, Any]]:
    return [_model(personality) for personality in finding.personalities(account)]


def _model(personality: Personality) -> dict[str, Any]:
    owner = personality.owner.pk if personality.owner else "system"
    created = int(personality.created_at.timestamp())
    return {"id": personality.pk, "object": "model", "created": created, "owned_by": owner, "name": personality.name}
