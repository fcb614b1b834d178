"""The embedded mind: answers from the twin's own knowledge, with no model, no network and no waiting."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from twins.llm import visitors
from twins.llm.answers import answer, more, spoken
from twins.llm.base import FEWEST_WORDS, LLM, ChatMessage, Mind, Passage
from twins.llm.intents import intent, visitor_name
from twins.llm.phrases import Phrases, Variants
from twins.llm.roles import role
from twins.llm.sentences import split
from twins.llm.speakable import fit, speakable
from twins.llm.turn import Turn

MOST_SENTENCES = 10

# Wishes that one phrase answers.
_ALONE: dict[str, Callable[[Phrases], Variants]] = {
    "what_am_i": lambda phrases: phrases.what_am_i,
    "agreed": lambda phrases: phrases.agreed,
    "bye": lambda phrases: phrases.bye,
    "praise": lambda phrases: phrases.praise,
}


def _now() -> datetime:
    return datetime.now().astimezone()


class LocalLLM(LLM):
    """Says what the knowledge holds, and plainly that it does not know what is not in there.

    Deterministic: the same mind, history and clock give the same words. It never quotes a system prompt: of the
    prompt it uses one short phrase, the role ("a baker from Lisbon").

    clock: what the twin says when it is asked for the date or the time.
    """

    def __init__(self, *, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock

    def warm(self) -> None:
        """A question about one sentence brings the search and its word lists into memory."""
        passage = Passage("The bakery opens at seven.")
        question = ChatMessage("user", "When does the bakery open?")
        list(self.stream(Mind("", knowledge=(passage,)), [question]))

    def model_name(self, model: str = "") -> str:
        return "local"

    def _stream(self, mind: Mind, history: Sequence[ChatMessage], model: str) -> Iterator[str]:
        turn = Turn.of(mind, history)
        most = min(max(mind.max_sentences, 1), MOST_SENTENCES)
        sentences = fit(self._reply(turn), most, max(mind.word_limit, FEWEST_WORDS))
        yield from _pieces(sentences)

    def _reply(self, turn: Turn) -> list[str]:
        """The sentences to say, best first; more than may be said."""
        if not turn.message.strip() and not turn.replies:
            return self._hello(turn)
        if not re.search(r"\w", turn.message):
            return [turn.pick(turn.phrases.no_words)]
        if not turn.plain and turn.courtesy:
            return self._hello(turn) if turn.courtesy == "hello" else [turn.pick(turn.phrases.thanks)]
        if visitors.avoided(turn):
            return [turn.pick(turn.phrases.avoided, topics=turn.some_topics())]
        if visitors.asks_for_all(turn) and (known := visitors.remembered(turn)):
            return known
        wanted = intent(turn.plain, turn.language)
        if wanted is None:
            return [*self._opening(turn), *self._told(turn)]
        return self._small_talk(turn, wanted)

    def _told(self, turn: Turn) -> list[str]:
        """The answer to what is neither small talk nor a trick."""
        visitor = visitor_name(turn.message, turn.language)
        if visitor and "?" not in turn.message:
            return [turn.pick(turn.phrases.visitor_named, visitor=visitor)]
        if visitors.tells(turn):
            return [turn.pick(turn.phrases.noted), *answer(turn)]
        return visitors.remembered(turn) or answer(turn) or self._unknown(turn)

    def _opening(self, turn: Turn) -> list[str]:
        """What answers the courtesy in front of a question."""
        if turn.mind.max_sentences < 2 or turn.courtesy is None:
            return []
        if turn.courtesy == "thanks":
            return [turn.pick(turn.phrases.thanks)]
        return [] if turn.replies and turn.asked else [turn.phrases.hi]

    def _small_talk(self, turn: Turn, wanted: str) -> list[str]:
        phrases = turn.phrases
        match wanted:
            case "refuse":
                return [turn.pick(phrases.refuse, topics=turn.some_topics())]
            case "time" | "date":
                return [self._clock_says(turn, wanted)]
            case "visitor_known":
                return [self._visitor(turn)]
            case "repeat":
                return self._again(turn)
            case "how_are_you":
                return [turn.pick(phrases.how_are_you), turn.pick(phrases.ask_anything)]
            case "intro":
                return self._intro(turn)
            case "can_do":
                return self._can_do(turn)
            case "more":
                return more(turn) or self._no_more(turn)
            case "why":
                return self._no_more(turn)
            case "blame":
                return [turn.pick(phrases.blame), self._ask(turn)]
            case _:
                return [turn.pick(_ALONE[wanted](phrases))]

    def _hello(self, turn: Turn) -> list[str]:
        greeting = [said for said in map(speakable, split(turn.mind.greeting[:1_000])) if said]
        if turn.replies:
            return [turn.pick(turn.phrases.hello_again)]
        return greeting or [turn.pick(turn.phrases.hello, name=turn.name)]

    def _intro(self, turn: Turn) -> list[str]:
        known = role(turn.mind.system_prompt, turn.mind.name, turn.language)
        if known:
            first = turn.pick(turn.phrases.intro_role, name=turn.name, role=known)
        else:
            first = self._about_me(turn) or turn.pick(turn.phrases.intro, name=turn.name)
        return [first, self._ask(turn)]

    def _about_me(self, turn: Turn) -> str:
        """What the knowledge says first about the twin itself."""
        own = re.escape(turn.name)
        starts = re.compile(
            rf"(?:I am|I'm|My name is|{own} is|{own} es|{own} est|{own} ist|{own} è|{own} é)\s", re.IGNORECASE
        )
        found = (unit for unit in turn.index.units[:500] if starts.match(unit.text))
        unit = next(found, None)
        return spoken(turn, unit) if unit else ""

    def _can_do(self, turn: Turn) -> list[str]:
        return [self._ask(turn), turn.pick(turn.phrases.ask_anything)]

    def _ask(self, turn: Turn) -> str:
        return (
            turn.pick(turn.phrases.ask, topics=turn.some_topics())
            if turn.topics
            else turn.pick(turn.phrases.ask_anything)
        )

    def _unknown(self, turn: Turn) -> list[str]:
        if not turn.topics:
            return [turn.pick(turn.phrases.unknown_bare)]
        return [turn.pick(turn.phrases.unknown, topics=turn.some_topics())]

    def _no_more(self, turn: Turn) -> list[str]:
        if not turn.questions_before():
            return self._can_do(turn)
        return [turn.pick(turn.phrases.no_more, topics=turn.some_topics())]

    def _again(self, turn: Turn) -> list[str]:
        if not turn.replies:
            return self._hello(turn)
        return [turn.pick(turn.phrases.repeated, reply=turn.replies[-1])]

    def _visitor(self, turn: Turn) -> str:
        name = visitors.visitor(turn)
        if name is None:
            return turn.pick(turn.phrases.visitor_unknown)
        return turn.pick(turn.phrases.visitor_known, visitor=name)

    def _clock_says(self, turn: Turn, wanted: str) -> str:
        now, phrases = self._clock(), turn.phrases
        weekday, month = phrases.days.split()[now.weekday()], phrases.months.split()[now.month - 1]
        template = phrases.time if wanted == "time" else phrases.date
        return template.format(
            weekday=weekday, month=month, day=now.day, year=now.year, hour=now.hour, minute=now.minute
        )


def _pieces(sentences: Sequence[str]) -> Iterator[str]:
    """Word by word, as a model streams."""
    for number, sentence in enumerate(sentences):
        last = number == len(sentences) - 1
        yield from re.findall(r"\S{1,24}\s*", sentence if last else sentence + " ")
