"""A customer's own OpenAI-compatible server, as a persona names it.

It is reached as every address given by a customer is: each connection goes to an address that was checked
(`avatarsite.core.addresses`), redirects are not followed, and no proxy of ours stands between.
"""

import json
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

import httpcore2
import httpx2

from avatarsite.core import addresses, fetch
from avatarsite.core.engines import EngineFailed
from twins.llm.base import Mind
from twins.llm.openai import OpenAILLM

KEPT = 64  # servers with open connections
UNSENT = frozenset({"model", "messages", "stream", "stream_options", "n"})  # of extra_body: they are ours to say
CONTEXT_TOKENS = 16_000


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


class CustomerLLM(OpenAILLM):
    """Speaks to a Server. Raises EngineFailed as OpenAILLM does, and url_refused."""

    def __init__(self, server: Server) -> None:
        addresses.read(server.base_url)
        self._extra: dict[str, Any] = json.loads(server.body)
        super().__init__(
            base_url=server.base_url,
            api_key=server.api_key,
            profile="customer",
            context_tokens=CONTEXT_TOKENS,
            headers=dict(server.headers),
            query=dict(server.query),
            transport=CheckedTransport(),
        )

    def _request(self, prompt: Sequence[Mapping[str, Any]], model: str) -> dict[str, Any]:
        request = super()._request(prompt, model)
        return request | ({"extra_body": self._extra} if self._extra else {})

    def _options(self, mind: Mind) -> dict[str, Any]:
        """Which conversation it is; under a second name for servers behind proxies that drop underscores."""
        named = {"conversation_id": mind.conversation_id, "X-Conversation-Id": mind.conversation_id}
        return super()._options(mind) | ({"extra_headers": named} if mind.conversation_id else {})


class CheckedTransport(httpx2.HTTPTransport):
    """HTTP over connections that `CheckedBackend` opens."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl.create_default_context(), max_connections=20, network_backend=CheckedBackend()
        )


class CheckedBackend(httpcore2.SyncBackend):
    """Resolves a name once and connects to what was checked; TLS still proves the name."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        seconds = timeout or fetch.CONNECT_SECONDS
        try:
            found = fetch.resolve(addresses.Target("http", host.lower(), port, "/"), seconds)
        except EngineFailed as error:
            raise httpcore2.ConnectError(error.message) from error
        return super().connect_tcp(found[0], port, timeout, local_address, socket_options)


@lru_cache(maxsize=KEPT)
def engine_of(server: Server) -> CustomerLLM:
    return CustomerLLM(server)
