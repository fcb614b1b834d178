"""Any OpenAI-compatible embeddings endpoint, through the official SDK."""

import json
import random
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import openai

from avatarsite.core.engines import EngineFailed
from twins.embeddings.base import Embeddings, Matrix

NO_KEY = "no-key-needed"  # the SDK refuses an empty key, local servers ignore it
LONGEST_WAIT = 20.0  # seconds between two tries
# What reading a broken answer raises besides the SDK's own errors.
_WIRE_ERRORS = (openai.OpenAIError, json.JSONDecodeError, UnicodeError, ValueError, TypeError, AttributeError)


class OpenAIEmbeddings(Embeddings):
    """Vectors from `base_url`.

    dimensions: how short the vectors are to be, for models that can shorten them; 0: the model's own.
    timeout: seconds for one call. max_retries: further tries of a call that may succeed later.

    Raises EngineFailed: embeddings_not_configured, embeddings_auth, embeddings_rejected, embeddings_quota,
    embeddings_overloaded, embeddings_unreachable, embeddings_malformed.
    """

    def __init__(
        self,
        *,
        base_url: str = "",
        api_key: str = "",
        model: str = "text-embedding-3-small",
        dimensions: int = 0,
        batch: int = 64,
        timeout: float = 20.0,
        max_retries: int = 3,
    ) -> None:
        if not model:
            raise EngineFailed(
                "No embeddings model is named: set OPENAI_EMBEDDINGS_MODEL.", "embeddings_not_configured"
            )
        self.name = f"{model}/{dimensions}" if dimensions else model
        self.batch = batch
        self._asked: dict[str, Any] = {"model": model, **({"dimensions": dimensions} if dimensions else {})}
        self._max_retries = max_retries
        self._client = openai.OpenAI(
            api_key=api_key.strip() or NO_KEY,
            base_url=base_url.strip() or "https://api.openai.com/v1",
            max_retries=0,  # the loop below is the only one
            timeout=timeout,
        )

    def _embed(self, texts: Sequence[str]) -> Matrix:
        for tried in range(self._max_retries + 1):
            try:
                answer = self._client.embeddings.create(input=list(texts), encoding_format="float", **self._asked)
                ordered = sorted(answer.data, key=lambda item: item.index)
                return np.array([item.embedding for item in ordered], dtype=np.float32)
            except _WIRE_ERRORS as error:
                # Not chained: a vendor's words may repeat the key.
                failure = _failed(error)
                if not failure.retryable or tried == self._max_retries:
                    raise failure from None
            time.sleep(min(0.5 * 2**tried * random.uniform(0.75, 1.0), LONGEST_WAIT))
        raise AssertionError("the loop returns or raises")


def _failed(error: Exception) -> EngineFailed:
    if isinstance(error, openai.APIStatusError):
        return _refused(error)
    if isinstance(error, openai.APIConnectionError):
        return EngineFailed("The embeddings engine cannot be reached.", "embeddings_unreachable", retryable=True)
    return EngineFailed("The embeddings engine's answer cannot be read.", "embeddings_malformed", retryable=True)


def _refused(error: openai.APIStatusError) -> EngineFailed:
    status = error.status_code
    if status in (401, 403):
        return EngineFailed("The embeddings engine does not accept our key.", "embeddings_auth")
    if "insufficient_quota" in (error.code, error.type):
        return EngineFailed("The embeddings engine's account has no quota left.", "embeddings_quota")
    if status in (408, 409, 429) or status >= 500:
        return EngineFailed("The embeddings engine is overloaded.", "embeddings_overloaded", retryable=True)
    return EngineFailed(f"The embeddings engine rejected the request (HTTP {status}).", "embeddings_rejected")
