"""What a text says beyond its letters: kana of Japanese, vowels of Arabic, the language of a sentence.

The work is done in a helper process, which starts with the first text that needs it.
"""

from dataclasses import dataclass
from typing import Any

from avatarsite.core.children import ChildPool

_SECONDS = 30.0  # a text takes milliseconds; loading a table up to a second; this only ends a hang


@dataclass(frozen=True)
class Phrases:
    """Japanese, to be cut into phrases with their kana."""

    text: str


@dataclass(frozen=True)
class Vowels:
    """Arabic, to be given its short vowels."""

    text: str


@dataclass(frozen=True)
class Identify:
    """A text in one of the languages `codes` (without countries)."""

    text: str
    codes: tuple[str, ...]


class Reader:
    """Answers from the helper process."""

    def __init__(self) -> None:
        self._pool = ChildPool("twins.tts.reading_child", 1)

    def phrases(self, text: str) -> list[tuple[str, str]]:
        """Japanese phrases: as written, and in kana; what is written, concatenated, is `text`."""
        found: list[tuple[str, str]] = self._ask(Phrases(text))
        return found

    def vowelled(self, text: str) -> str:
        """Arabic with its short vowels; the same words, with the same spaces between."""
        found: str = self._ask(Vowels(text))
        return found

    def languages(self, text: str, codes: tuple[str, ...]) -> dict[str, float]:
        """The probability of each of the languages `codes`, together 1."""
        found: dict[str, float] = self._ask(Identify(text, codes))
        return found

    def close(self) -> None:
        self._pool.close()

    def _ask(self, request: Phrases | Vowels | Identify) -> Any:
        with self._pool.child() as child:
            child.send(request)
            return child.receive(_SECONDS)
