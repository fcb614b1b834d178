"""The mind's engine: what every LLM promises."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from avatarsite.core.engines import EngineFailed


@dataclass(frozen=True)
class ChatMessage:
    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True)
class Passage:
    """A piece of a personality's knowledge; `source` is the title of the document it came from."""

    text: str
    source: str = ""


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


class LLM(ABC):
    """Text in, text out, streamed. Raises EngineFailed; never answers nothing."""

    def stream(self, mind: Mind, history: Sequence[ChatMessage], *, model: str = "") -> Iterator[str]:
        """Reply to the last message of `history` (role "user") in pieces of text, in order, as they are made.

        Raises EngineFailed("llm_empty") when nothing, or only white space, came out.
        """
        spoke = False
        for piece in self._stream(mind, history, model):
            spoke = spoke or bool(piece.strip())
            yield piece
        if not spoke:
            raise EngineFailed("The language model answered nothing.", "llm_empty", retryable=True)

    @abstractmethod
    def _stream(self, mind: Mind, history: Sequence[ChatMessage], model: str) -> Iterator[str]: ...
