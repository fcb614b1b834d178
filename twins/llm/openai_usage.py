"""What a request to a model's server used up: as the server counts it, else as we estimate it."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any, Self

import openai
from openai.types.chat import ChatCompletionChunk

from twins.llm.base import Spent, text_of
from twins.llm.tokens import PER_MESSAGE, count


class Tally:
    """Beside a stream: `spent` is told once, when the stream ends or nobody wants more of it.

    A stream that was left early never says what it used (the chunk with the usage is its last): its text is counted.
    """

    def __init__(self, messages: Sequence[Mapping[str, Any]], spent: Spent | None) -> None:
        self._messages, self._spent = messages, spent
        self.stream: openai.Stream[ChatCompletionChunk]

    def over(self, stream: openai.Stream[ChatCompletionChunk]) -> Self:
        self.stream = stream
        return self

    def chunks(self) -> Generator[ChatCompletionChunk, None, None]:
        stated: Any = None
        written: list[str] = []
        try:
            for chunk in self.stream:
                stated = chunk.usage or stated
                written += [_written(choice.delta) for choice in chunk.choices or ()]
                yield chunk
        finally:
            if self._spent is not None:
                self._tell(stated, "".join(written))

    def _tell(self, stated: Any, written: str) -> None:
        numbers = [getattr(stated, name, None) for name in ("prompt_tokens", "completion_tokens")]
        if self._spent is None:
            return
        if all(isinstance(number, int) and number >= 0 for number in numbers):
            self._spent(*numbers, estimated=False)  # type: ignore[arg-type,misc]
            return
        asked = sum(count(text_of(message)) + PER_MESSAGE for message in self._messages)
        self._spent(asked, count(written), estimated=True)


def _written(delta: Any) -> str:
    """Thoughts are paid for too; servers give them under either name."""
    told = [getattr(delta, name, None) for name in ("content", "reasoning", "reasoning_content")]
    return "".join(piece for piece in told if isinstance(piece, str))
