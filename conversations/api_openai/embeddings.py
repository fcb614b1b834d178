"""`embeddings`, by the embeddings engine that is configured."""

import base64
from http import HTTPStatus
from typing import Any

import numpy as np
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

from avatarsite.core.api.parsing import json_object
from avatarsite.core.api.threads import in_thread
from avatarsite.core.models import User
from conversations.api_openai.door import Refused, dialect
from twins.embeddings.base import Matrix
from twins.knowledge import vectors
from twins.llm.tokens import count

MOST_TEXTS = 2_048


@dialect("POST")
async def embeddings(request: HttpRequest, account: User) -> HttpResponseBase:
    """Vectors of texts. The model that serves is the installation's, whichever is named; the answer names it."""
    asked = json_object(request)
    texts = _texts(asked)
    encoding = asked.get("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        raise Refused("encoding_format: choose float or base64.", param="encoding_format")
    if not settings.EMBEDDINGS_ENGINE:
        words = "This installation has no embeddings engine: its administrator can set EMBEDDINGS_ENGINE."
        raise Refused(words, status=HTTPStatus.NOT_IMPLEMENTED, code="embeddings_not_configured")
    name, made = await in_thread(_embedded)(account, texts)
    if asked.get("dimensions") not in (None, made.shape[1]):
        words = f"dimensions: this installation's model makes vectors of {made.shape[1]}."
        raise Refused(words, param="dimensions")
    used = sum(map(count, texts))
    listed = [
        {"object": "embedding", "index": number, "embedding": _written(vector, encoding)}
        for number, vector in enumerate(made)
    ]
    usage = {"prompt_tokens": used, "total_tokens": used}
    return JsonResponse({"object": "list", "data": listed, "model": name, "usage": usage})


def _embedded(account: User, texts: list[str]) -> tuple[str, Matrix]:
    """The model's name and the vectors."""
    engine = vectors.Vectors(settings.EMBEDDINGS_ENGINE, account.pk)
    parts = [engine.embed(texts[start : start + engine.batch]) for start in range(0, len(texts), engine.batch)]
    return engine.name, np.concatenate(parts)


def _texts(asked: dict[str, Any]) -> list[str]:
    given = asked.get("input")
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
        raise Refused("input: send a text or a list of texts, none of them empty.", param="input")
    if len(texts) > MOST_TEXTS:
        raise Refused(f"input: {len(texts)} texts; at most {MOST_TEXTS} are allowed.", param="input")
    if not isinstance(asked.get("model"), str):
        raise Refused("you must provide a model parameter", param="model")
    return texts


def _written(vector: Matrix, encoding: str) -> Any:
    """Floats, or the bytes of little-endian 32-bit floats in base64 (what the SDK asks for)."""
    if encoding == "float":
        return [float(value) for value in vector]
    return base64.b64encode(vector.astype("<f4").tobytes()).decode()
