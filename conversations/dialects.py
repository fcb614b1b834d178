"""Which dialect a path belongs to, and how that dialect says no: for what is answered outside its views."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from conversations.api_openai import door as openai
from conversations.api_persona import envelope as persona
from conversations.api_tavus import door as tavus


@dataclass(frozen=True)
class Dialect:
    """prefix: of its paths. body: what an error with a message and a code looks like. forms: it takes files too."""

    prefix: str
    body: Callable[[HTTPStatus, str, str], dict[str, Any]]
    forms: bool = False


CHAT = Dialect("/api", lambda status, words, code: {"detail": words})
DIALECTS = (
    CHAT,
    Dialect("/v1", lambda status, words, code: persona.refusal(words, code), forms=True),
    Dialect("/v2", lambda status, words, code: tavus.refusal(words), forms=True),
    Dialect("/openai", lambda status, words, code: openai.body(openai.Refused(words, code=code, status=status)), True),
)


def dialect_of(path: str) -> Dialect | None:
    """None for pages, the admin site and media."""
    return next((it for it in DIALECTS if path == it.prefix or path.startswith(f"{it.prefix}/")), None)
