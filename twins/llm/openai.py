"""Any OpenAI-compatible chat endpoint, through the official SDK: OpenAI, Ollama, llama.cpp, vLLM and their like."""

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import openai
from openai.types.chat import ChatCompletionChunk

from avatarsite.core.engines import EngineFailed
from twins.llm.base import LLM, ChatMessage, Delta, Mind, Spent, text_of
from twins.llm.deadline import Deadline
from twins.llm.openai_deltas import Calls, broken_off, deltas
from twins.llm.openai_errors import failed, may_succeed_now, retry_after
from twins.llm.openai_usage import Tally
from twins.llm.prompts import Budget, messages, system
from twins.llm.sentences import SentenceGate
from twins.llm.speakable import clean
from twins.llm.thoughts import without_thoughts

logger = logging.getLogger(__name__)
T = TypeVar("T")

CONNECT_TIMEOUT = 5.0  # seconds
LONGEST_WAIT = 10.0  # seconds between two tries; a server that wants more is given up on
NO_KEY = "no-key-needed"  # the SDK refuses an empty key, local servers ignore it

# What reading a broken answer raises besides the SDK's own errors: it passes on what its parsers stumble over.
_WIRE_ERRORS = (openai.OpenAIError, json.JSONDecodeError, UnicodeError, ValueError, TypeError, AttributeError)


@dataclass(frozen=True)
class Profile:
    """How a kind of server differs on the wire.

    OpenAI's models want `max_completion_tokens` and count their thinking in it; the local servers know only
    `max_tokens` (Ollama ignores the other one silently, and would write without end) and have small contexts.
    """

    max_tokens_field: str
    max_tokens: int
    context_tokens: int  # what is sent, when the configuration does not say
    tool_choice: bool = True
    counts: bool = True  # it tells what was used when it is asked to (`stream_options`)


_LOCAL = Profile("max_tokens", 1_024, 4_096 - 1_024)
PROFILES = {
    "openai": Profile("max_completion_tokens", 4_096, 16_000),
    "ollama": replace(_LOCAL, tool_choice=False),
    "llamacpp": _LOCAL,
    "vllm": _LOCAL,
    "customer": Profile("", 0, 16_000, counts=False),  # whatever it is: it is sent no limit of tokens, no options
}


SAMPLING = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "stop"})
NOT_SAMPLED = frozenset({"unsupported_value", "unsupported_parameter"})


class OpenAILLM(LLM):
    """Streams replies from `base_url`.

    The first sentence passes as it arrives, later ones only whole. A stream that breaks off (cut, error, time over,
    out of tokens) after its first sentence therefore ends the reply there, well formed; before that it raises.

    context_tokens: the most that is sent, estimated; 0: 16,000 to OpenAI, and what leaves room for an answer in 4,096
    to the local servers, which cut a longer prompt without a word.
    timeout: seconds for one whole reply, retries included. max_retries: further tries to open the stream, the only
    retries there are (the SDK's own are off); nothing is tried again once text has arrived.

    Raises EngineFailed: llm_not_configured, llm_auth, llm_model_not_found, llm_rejected, llm_refused, llm_rate_limited,
    llm_quota, llm_overloaded, llm_timeout, llm_unreachable, llm_bad_answer, llm_truncated, llm_empty.
    """

    writes = True
    tools = True

    def __init__(
        self,
        *,
        base_url: str = "",
        api_key: str = "",
        model: str = "",
        profile: str = "openai",
        context_tokens: int = 0,
        timeout: float = 30.0,
        max_retries: int = 2,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        if profile not in PROFILES:
            names = ", ".join(PROFILES)
            raise EngineFailed(f"There is no OpenAI profile “{profile}”: choose one of {names}.", "llm_not_configured")
        self._profile = PROFILES[profile]
        self._model = model
        self.context_tokens = context_tokens or self._profile.context_tokens
        self._timeout = timeout
        self._max_retries = max_retries
        self._calls = threading.local()
        self._client = openai.OpenAI(
            api_key=_checked_key(api_key),
            base_url=_checked_url(base_url or "https://api.openai.com/v1"),
            max_retries=0,
            timeout=timeout,
            default_headers=headers,
            default_query=query,
            http_client=self._http(transport),
        )

    def _http(self, transport: httpx2.BaseTransport | None) -> openai.DefaultHttpxClient:
        """transport: how connections are made, when not as the environment says; then redirects are not followed."""
        own: dict[str, Any] = (
            {"transport": transport, "trust_env": False, "follow_redirects": False} if transport else {}
        )
        return openai.DefaultHttpxClient(event_hooks={"request": [self._guard_request]}, **own)

    def model_name(self, model: str = "") -> str:
        return model or self._model

    def _stream(self, mind: Mind, history: Sequence[ChatMessage], model: str) -> Iterator[str]:
        """The words of the answer. A model that only called tools is asked what to say meanwhile."""
        prompt: list[Mapping[str, Any]] = [*messages(mind, history, Budget.within(self.context_tokens))]
        calls, spoke = Calls(), False
        offered = {"tools": list(mind.tools.definitions)} if mind.tools and mind.tools.definitions else {}
        for piece in self._sentences(mind, prompt, model, offered, calls):
            spoke = True
            yield piece
        for call in calls.whole():
            if mind.tools:
                mind.tools.called(call)
        if calls and not spoke:
            yield from self._sentences(mind, [*prompt, *calls.told()], model, {}, Calls())

    def _options(self, mind: Mind) -> dict[str, Any]:
        """What a request for this mind says besides its model and messages."""
        return {**mind.sampling}

    def _sentences(
        self, mind: Mind, prompt: Sequence[Mapping[str, Any]], model: str, offered: dict[str, Any], calls: Calls
    ) -> Iterator[str]:
        gate = SentenceGate(mind.max_sentences, max(mind.word_limit, 5) * 12 + 200, whole_after_first=True)
        request = self._request(prompt, model or self._model) | self._options(mind) | offered
        with closing(self._answer(request, calls, mind.spent)) as pieces:
            try:
                for piece in pieces:
                    if ready := gate.feed(_plain(piece)):
                        yield ready
                    if gate.over:
                        return
            except EngineFailed as error:
                if not gate.ended:
                    raise
                logger.warning("llm.ended_early code=%s", error.code)
                return
        yield from filter(None, [gate.rest])

    def complete(self, instructions: str, text: str, *, model: str = "", spent: Spent | None = None) -> str:
        prompt = [{"role": "system", "content": instructions}, {"role": "user", "content": text}]
        request = self._request(prompt, model or self._model)
        return clean("".join(self._answer(request, Calls(), spent)))

    def converse(
        self,
        mind: Mind,
        conversation: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any],
        *,
        model: str = "",
        max_tokens: int | None = None,
    ) -> Generator[Delta, None, None]:
        said = [ChatMessage("user", text_of(item)) for item in conversation if item.get("role") == "user"]
        instructions = system(mind, said, Budget.within(self.context_tokens), spoken=False)
        request = self._request([{"role": "system", "content": instructions}, *conversation], model or self._model)
        request |= self._options(mind) | self._tool_fields(options) | {"stream_options": {"include_usage": True}}
        if max_tokens:
            request[self._profile.max_tokens_field] = min(max_tokens, self._profile.max_tokens)
        return self._streamed(request, deltas)

    def _tool_fields(self, options: Mapping[str, Any]) -> dict[str, Any]:
        fields = dict(options)
        if self._profile.tool_choice or "tool_choice" not in fields:
            return fields
        choice = fields.pop("tool_choice")
        fields.pop("parallel_tool_calls", None)
        if choice == "none":
            return {}
        if choice != "auto":
            raise EngineFailed("The language model cannot be told which tool to use.", "llm_rejected")
        return fields

    def _answer(self, request: dict[str, Any], calls: Calls, spent: Spent | None) -> Generator[str, None, None]:
        """The text of the answer as it arrives, calls of tools beside it; every failure as EngineFailed."""
        tally = Tally(request["messages"], spent)
        counted = {"stream_options": {"include_usage": True}} if self._profile.counts and spent else {}
        return self._streamed(request | counted, lambda stream: without_thoughts(_texts(tally.over(stream), calls)))

    def _streamed(self, request: dict[str, Any], read: Callable[[Any], Iterator[T]]) -> Generator[T, None, None]:
        """What `read` makes of the answer as it arrives; every failure as EngineFailed."""
        model = request["model"]
        if not model:
            raise EngineFailed("No language model is named: set OPENAI_MODEL.", "llm_not_configured")
        with Deadline(self._timeout) as deadline:
            try:
                with self._opened(request, deadline) as stream:
                    deadline.guard(stream.response.extensions.get("network_stream"))
                    yield from read(stream)
            except (EngineFailed, *_WIRE_ERRORS) as error:
                # Not chained: a vendor's words may repeat the key.
                raise failed(error, model, expired=deadline.expired) from None

    def _request(self, prompt: Sequence[Mapping[str, Any]], model: str) -> dict[str, Any]:
        """No temperature but a caller's own: reasoning models reject any but theirs."""
        request = {"model": model, "messages": list(prompt), "stream": True}
        limit = {self._profile.max_tokens_field: self._profile.max_tokens} if self._profile.max_tokens_field else {}
        return request | limit

    def _opened(self, request: dict[str, Any], deadline: Deadline) -> openai.Stream[ChatCompletionChunk]:
        """The opened stream, after as many tries as are allowed and the deadline leaves time for."""
        tries = 0
        while True:
            try:
                self._calls.deadline = deadline
                timeout = openai.Timeout(deadline.left(), connect=min(CONNECT_TIMEOUT, deadline.left()))
                stream: openai.Stream[ChatCompletionChunk] = self._client.chat.completions.create(
                    **request, timeout=timeout
                )
                return stream
            except openai.BadRequestError as error:
                if not (error.code in NOT_SAMPLED and request.keys() & SAMPLING):
                    raise
                request = {name: value for name, value in request.items() if name not in SAMPLING}
                continue  # a reasoning model: it is better to answer by its own sampling than not at all
            except openai.APIError as error:
                wait = retry_after(error) or 0.5 * 2**tries * random.uniform(0.75, 1.0)
                if (
                    tries == self._max_retries
                    or not may_succeed_now(error)
                    or wait > min(LONGEST_WAIT, deadline.left())
                ):
                    raise
            finally:
                self._calls.deadline = None
            tries += 1
            time.sleep(wait)

    def _guard_request(self, request: Any) -> None:
        """Tells the deadline of this call about every connection that is opened for it."""
        deadline: Deadline | None = self._calls.deadline

        def trace(event: str, info: dict[str, Any]) -> None:
            if deadline and event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
                deadline.guard(info["return_value"])

        request.extensions["trace"] = trace


def _texts(tally: Tally, calls: Calls) -> Iterator[str]:
    """The pieces of the answer; calls of tools are collected. A stream that ends without saying why was cut."""
    finished = None
    with closing(tally.chunks()) as chunks:
        for choice in (choice for chunk in chunks for choice in chunk.choices or ()):
            finished = choice.finish_reason or finished
            if choice.delta and choice.delta.refusal:
                raise EngineFailed("The language model refused to answer.", "llm_refused")
            calls.add(choice.delta and choice.delta.tool_calls)
            if choice.delta and choice.delta.content:
                yield choice.delta.content
    if finished == "content_filter":
        raise EngineFailed("The language model's content filter stopped the answer.", "llm_refused")
    if finished == "length":
        raise EngineFailed("The language model ran out of its tokens.", "llm_truncated", retryable=True)
    if finished is None:
        raise broken_off(tally.stream)


def _plain(piece: str) -> str:
    """Asterisks and backticks are markup here; nobody wants to hear them."""
    return clean(piece).replace("*", "").replace("`", "")


def _checked_key(api_key: str) -> str:
    key = api_key.strip() or NO_KEY
    if not key.isascii() or not key.isprintable():
        raise EngineFailed("The API key of the language model has characters that no key has.", "llm_not_configured")
    return key


def _checked_url(base_url: str) -> str:
    """An address without a path gets the /v1 that all these servers want."""
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise EngineFailed("The address of the language model is not an http(s) URL.", "llm_not_configured")
    return parts._replace(path="/v1").geturl() if parts.path in ("", "/") else parts.geturl()
