"""A customer's own OpenAI-compatible server, as a persona names it.

It is reached as every address given by a customer is: each connection goes to an address that was checked
(`avatarsite.core.addresses`), redirects are not followed, and no proxy of ours stands between.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from django.utils.module_loading import import_string

from twins.llm.base import LLM

KEPT = 64  # servers with open connections
UNSENT = frozenset({"model", "messages", "stream", "stream_options", "n"})  # of extra_body: they are ours to say
CONTEXT_TOKENS = 16_000
ENGINE = "twins.llm.openai_customers.CustomerLLM"  # by its name: the SDK behind it takes long to import


@dataclass(frozen=True)
class Server:
    """headers, query: pairs. body: what is added to every request, as JSON."""

    base_url: str
    api_key: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    body: str = "{}"

    @classmethod
    def of(cls, llm: Mapping[str, Any]) -> Self:
        """From a persona's layer `llm`, secrets and all."""
        extra = {name: value for name, value in (llm.get("extra_body") or {}).items() if name not in UNSENT}
        query = tuple((name, str(value)) for name, value in (llm.get("default_query") or {}).items())
        headers = tuple((llm.get("headers") or {}).items())
        return cls(llm["base_url"], llm.get("api_key") or "", headers, query, json.dumps(extra, sort_keys=True))


@lru_cache(maxsize=KEPT)
def engine_of(server: Server) -> LLM:
    """Raises EngineFailed: url_refused, llm_not_configured."""
    made: LLM = import_string(ENGINE)(server)
    return made
