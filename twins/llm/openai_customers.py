"""The engine that speaks to a customer's own OpenAI-compatible server, over connections to checked addresses alone."""

import json
import ssl
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpcore2
import httpx2

from avatarsite.core import addresses, fetch
from avatarsite.core.engines import EngineFailed
from twins.llm.base import Mind
from twins.llm.customers import CONTEXT_TOKENS, Server
from twins.llm.openai import OpenAILLM


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
