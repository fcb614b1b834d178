"""One turn of a conversation as the local responder sees it: cleaned, bounded, with what was said before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

from twins.llm.base import ChatMessage, Mind, Passage
from twins.llm.intents import folded, intent, without_courtesy
from twins.llm.phrases import Phrases, Variants, phrases
from twins.llm.retrieval import Index, index
from twins.llm.sentences import split
from twins.llm.speakable import clean, speakable
from twins.llm.terms import primary
from twins.llm.topics import topics

REMEMBERED = 24  # messages
LONGEST_MESSAGE = 4_000  # characters of one message that are looked at: its beginning and its end
LONGEST_NAME = 60

# A sentence of a context that speaks to the twin, or of its visitors, is nothing to tell a visitor.
_INSTRUCTION = re.compile(
    r"\b(?:you|your|tu|tus|usted|vous|votre|du|dein\w*|sie|tua|tuo|voce|você|seu|visitors?|users?|customers?|callers?)\b"
    r"|^(?:be|never|always|do|don't|do not|speak|answer|keep|use|avoid|if|when|please|act|only|respond|reply|ask|say|"
    r"remember|make|stay|help|talk|refer|sé|nunca|siempre|responde|soyez|réponds|sei|antworte|rispondi|seja|responda)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Turn:
    mind: Mind
    message: str  # the visitor's last message
    asked: tuple[str, ...]  # the visitor's messages before it, oldest first
    replies: tuple[str, ...]  # what was answered, oldest first
    number: int  # how many messages the whole conversation has

    @classmethod
    def of(cls, mind: Mind, history: Sequence[ChatMessage]) -> "Turn":
        recent = history[-REMEMBERED:]
        asked = [_bounded(message.text) for message in recent if message.role == "user"]
        replies = [_bounded(message.text) for message in recent if message.role == "assistant"]
        speaks = bool(recent) and recent[-1].role == "user"
        message = asked.pop() if speaks else ""
        return cls(mind, message, tuple(asked), tuple(replies), len(history))

    @cached_property
    def language(self) -> str:
        return primary(self.mind.language[:20])

    @cached_property
    def phrases(self) -> Phrases:
        return phrases(self.language)

    @cached_property
    def name(self) -> str:
        return " ".join(speakable(self.mind.name[:LONGEST_NAME]).rstrip(".。").split()) or self.phrases.no_name

    @cached_property
    def index(self) -> Index:
        return index(self.mind.knowledge or _facts(self.mind.context), self.language)

    @cached_property
    def topics(self) -> list[str]:
        return topics(self.index, self.language, self.name)

    @cached_property
    def _courteous(self) -> tuple[str, str | None]:
        return without_courtesy(folded(self.message), folded(self.mind.name[:LONGEST_NAME]), self.language)

    @property
    def plain(self) -> str:
        """The message folded, without greeting, thanks and the twin's name in front."""
        return self._courteous[0]

    @property
    def courtesy(self) -> str | None:
        return self._courteous[1]

    @cached_property
    def question(self) -> str:
        """The message as written, without what `plain` lacks and without the twin's name."""
        words = list(re.finditer(r"[^\W_]+", self.message))
        kept = len(self.plain.split())
        text = self.message[words[-kept].start() :] if 0 < kept < len(words) else self.message
        own = "|".join(map(re.escape, self.mind.name[:LONGEST_NAME].split()))
        return re.sub(rf"\b(?:{own})\b(?:['’]s\b)?", " ", text, flags=re.IGNORECASE) if own else text

    @cached_property
    def said(self) -> frozenset[str]:
        """The sentences of the last replies, folded."""
        return frozenset(folded(sentence) for reply in self.replies[-6:] for sentence in split(reply))

    @cached_property
    def just_said(self) -> frozenset[str]:
        return frozenset(folded(sentence) for sentence in split(self.replies[-1])) if self.replies else frozenset()

    def questions_before(self) -> list[str]:
        """The visitor's earlier messages that asked for knowledge, latest first."""
        return [
            asked for asked in reversed(self.asked) if (plain := self._plain(asked)) and not self._small_talk(plain)
        ]

    def pick(self, variants: Variants, **values: str) -> str:
        """One of the variants, filled in: the same for the same conversation, and none that was just said."""
        start = crc32(self.message.encode("utf-8", "ignore")) + self.number
        rendered = [variants[(start + step) % len(variants)].format(**values) for step in range(len(variants))]
        fresh = (text for text in rendered if not self.said & {folded(sentence) for sentence in split(text)})
        other = (text for text in rendered if not self.just_said & {folded(sentence) for sentence in split(text)})
        return next(fresh, None) or next(other, rendered[0])

    def some_topics(self, most: int = 3) -> str:
        """Some of what the twin knows about, others next time; what it does in general when there is nothing."""
        known = self.topics
        if not known:
            return self.phrases.what_i_do
        start = (self.number // 2 * most) % len(known) if len(known) > most else 0
        chosen = [*known[start:], *known[:start]][:most]
        return ", ".join(chosen[:-1]) + self.phrases.joiner + chosen[-1] if len(chosen) > 1 else chosen[0]

    def _plain(self, text: str) -> str:
        return without_courtesy(folded(text), folded(self.mind.name[:LONGEST_NAME]), self.language)[0]

    def _small_talk(self, plain: str) -> bool:
        return intent(plain, self.language) is not None


def _bounded(text: str) -> str:
    half = LONGEST_MESSAGE // 2
    return clean(text if len(text) <= LONGEST_MESSAGE else f"{text[:half]}\n{text[-half:]}")


def _facts(context: str) -> tuple[Passage, ...]:
    """What a context tells about the world, without its instructions: the knowledge of a twin that has no other."""
    told = [sentence for sentence in split(context[:20_000]) if not _INSTRUCTION.search(sentence)]
    return (Passage("\n\n".join(told)),) if told else ()
