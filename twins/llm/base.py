"""The mind's engine: what every LLM promises."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from avatarsite.core.engines import EngineFailed
from twins.llm.words import within

FEWEST_WORDS = 5  # a word limit below this leaves no sentence


@dataclass(frozen=True)
class ChatMessage:
    role: Literal["user", "assistant"]
    text: str


def text_of(message: Mapping[str, Any]) -> str:
    """The words of a message in OpenAI's shape."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


@dataclass(frozen=True)
class Passage:
    """A piece of a personality's knowledge.

    source: the name of the document it came from. location: where it stands there (page, row, heading, time).
    place: its number in the document; neighbours with one location continue each other.
    """

    text: str
    source: str = ""
    location: str = ""
    place: int = 0


@dataclass(frozen=True)
class ToolCall:
    """What a model asks a tool for; arguments: JSON, as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Tools:
    """Functions that a model may ask for, in OpenAI's form, and who is told when it does."""

    definitions: tuple[Mapping[str, Any], ...]
    called: Callable[[ToolCall], None]


class Spent(Protocol):
    """Is told the tokens of one request, once it ended. estimated: the server did not count them."""

    def __call__(self, tokens_in: int, tokens_out: int, estimated: bool) -> None: ...


@dataclass(frozen=True)
class Mind:
    """A personality as an engine sees it: who speaks, how, and what is known."""

    name: str
    system_prompt: str = ""
    context: str = ""
    greeting: str = ""
    language: str = "en"  # BCP-47
    max_sentences: int = 3
    word_limit: int = 60
    knowledge: tuple[Passage, ...] = ()
    avoid: tuple[str, ...] = ()  # subjects it does not talk about
    memory: tuple[str, ...] = ()  # what the visitor told of themselves in earlier talks, in their own words
    summary: str = ""  # of what was said before the history that is given
    instructions: str = ""  # the caller's, added to the personality, never in its place
    sampling: Mapping[str, Any] = field(default_factory=dict)  # temperature and the like, by OpenAI's names
    rules: tuple[str, ...] = ()  # guardrails: what every reply keeps to
    goal: str = ""  # what the conversation is to bring about next
    tools: Tools | None = None  # for engines that use tools
    conversation_id: str = ""  # of the call, for servers that ask which one it is
    spent: "Spent | None" = None  # told what every request to a model cost


@dataclass(frozen=True)
class Delta:
    """A piece of what a model does: words, or parts of calls of tools in OpenAI's shape (index, id, type, function).

    finish: why it ended ("stop", "length", "tool_calls"), on the last piece with content. usage: tokens, by OpenAI's
    names, when the model tells them.
    """

    text: str = ""
    tool_calls: tuple[dict[str, Any], ...] = ()
    finish: str = ""
    usage: dict[str, int] | None = None


class LLM(ABC):
    """Text in, text out, streamed. Raises EngineFailed; never answers nothing.

    context_tokens: how much it takes in, by the estimate of `tokens.count`. writes: whether `complete` works.
    tools: whether `converse` does.
    """

    context_tokens: int = 16_000
    writes: bool = False
    tools: bool = False

    def complete(self, instructions: str, text: str, *, model: str = "", spent: Spent | None = None) -> str:
        """Do what `instructions` say with `text`, which is data; nobody speaks here. Raises EngineFailed."""
        raise EngineFailed("This language model only talks.", "llm_cannot_write")

    def converse(
        self,
        mind: Mind,
        conversation: Sequence[Mapping[str, Any]],
        options: Mapping[str, Any],
        *,
        model: str = "",
        max_tokens: int | None = None,
    ) -> Generator[Delta, None, None]:
        """Go on with a conversation in OpenAI's shape, in which tools were or may be called.

        options: tools, tool_choice, parallel_tool_calls. Raises EngineFailed.
        """
        raise EngineFailed("This language model uses no tools.", "llm_without_tools")

    def model_name(self, model: str = "") -> str:
        """The name of the model that serves when `model` is asked for; "" is the engine's own."""
        return model

    def stream(self, mind: Mind, history: Sequence[ChatMessage], *, model: str = "") -> Iterator[str]:
        """Reply to the last message of `history` (role "user") in pieces of text, in order, as they are made.

        The reply is at most a quarter longer than the mind's word limit, and ends with a sentence.
        Raises EngineFailed("llm_empty") when nothing, or only white space, came out.
        """
        spoke = False
        for piece in within(self._stream(mind, history, model), max(mind.word_limit, FEWEST_WORDS)):
            spoke = spoke or bool(piece.strip())
            yield piece
        if not spoke:
            raise EngineFailed("The language model answered nothing.", "llm_empty", retryable=True)

    def warm(self) -> None:  # noqa: B027  most need nothing
        """Load what the first reply needs."""

    @abstractmethod
    def _stream(self, mind: Mind, history: Sequence[ChatMessage], model: str) -> Iterator[str]: ...


class Moderator(ABC):
    """Text in, verdict out. Raises EngineFailed."""

    @abstractmethod
    def flagged(self, text: str) -> list[str]:
        """The categories for which a text is to be refused; empty for a text that may be answered."""
