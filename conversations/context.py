"""What an engine is given for a turn, and its reply: who speaks, what is known, what was said, how it is wanted."""

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import Any, Self

from avatarsite.core.api.errors import ApiError
from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors.chain import Attempt
from conversations import digest, guiding, history, memory, stores
from conversations.briefing import briefed
from conversations.models import ChatSession, Message
from twins import minds, moderation
from twins.llm.base import ChatMessage, Mind, ToolCall, Tools
from twins.llm.sources import used
from twins.models import Personality, Twin
from twins.personas import tools_of
from twins.routes import Route, Served, route
from twins.tts import languages

FEWEST_WORDS, MOST_WORDS = 5, 2_000
WORDS_A_SENTENCE = 15  # how many sentences a wished number of words makes room for


@dataclass(frozen=True)
class Wishes:
    """How an answer is wanted; what is not said follows the personality.

    word_limit: words, roughly (a quarter more at most). model_name: a name of LLM_MODELS. language: its code.
    """

    word_limit: int | None = None
    model_name: str = ""
    language: str = ""

    @classmethod
    def checked(cls, word_limit: object = None, model_name: object = None, language: object = None) -> Self:
        """From what a caller sent; None and "" are not said. Raises ApiError 400 with the field and what is allowed."""
        return cls(_checked_limit(word_limit), _checked_model(model_name), _checked_language(language))

    @classmethod
    def of(cls, options: dict[str, Any]) -> Self:
        """From the options of a message, as `options` gives them."""
        return cls(options.get("wordLimit"), options.get("modelName", ""), options.get("language", ""))

    @property
    def options(self) -> dict[str, Any]:
        """For the options of an assistant's message: what was said, by the names of the API."""
        said = {"wordLimit": self.word_limit, "modelName": self.model_name, "language": self.language}
        return {name: value for name, value in said.items() if value}

    def applied_to(self, mind: Mind) -> Mind:
        if self.word_limit:
            sentences = max(mind.max_sentences, math.ceil(self.word_limit / WORDS_A_SENTENCE))
            mind = replace(mind, word_limit=self.word_limit, max_sentences=sentences)
        return replace(mind, language=self.language) if self.language else mind


class Answer(Iterator[str]):
    """A reply while it is being written: iterate it for its pieces.

    text: what was written so far. served: who answers, known with the first piece. sources: names of the documents
    that it says something from; complete when the iteration has ended. language: of the reply, a code. calls: of tools,
    that the model asked for beside its words. attempts: of engines, with what each cost, complete when
    the iteration has ended.
    Raises EngineFailed while it is iterated.
    """

    def __init__(
        self,
        mind: Mind,
        said: Sequence[ChatMessage],
        chosen: Route,
        take_back: Callable[[], bool] | None = None,
        calls: Sequence[ToolCall] = (),
    ) -> None:
        self.mind = mind
        self.language = mind.language
        self.text = ""
        self.served: Served | None = None
        self.sources: list[str] = []
        self.said = said
        self.calls = calls
        self.attempts: list[Attempt] = []
        self._owner_id = chosen.owner_id
        self._guard = moderation.Guard(mind.language, chosen.owner_id)
        self._wants_back = take_back or (lambda: not self.text)
        self._pieces = self._written(chosen)

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        """Nobody listens any more: ends the engine's work."""
        self._pieces.close()

    def whole(self) -> str:
        """The rest of the reply at once, and with it the whole; a failing engine's half is forgotten."""
        self._wants_back = lambda: True
        for _ in self:
            pass
        return self.text.strip()

    @property
    def made_from(self) -> dict[str, Any]:
        """For the options of the message that keeps this reply."""
        served = {"engine": self.served.engine, "model": self.served.model} if self.served else {}
        calls = {"toolCalls": [asdict(call) for call in self.calls]} if self.calls else {}
        tried = {"attempts": self.attempts_as_json} if self.attempts else {}
        return {"servedBy": served, "sources": self.sources, **calls, **tried}

    @property
    def attempts_as_json(self) -> list[dict[str, Any]]:
        return [attempt.as_json() for attempt in self.attempts]

    def _written(self, chosen: Route) -> Generator[str, None, None]:
        asked = self.said[-1].text if self.said else ""
        refusal = moderation.refusal(asked, self.language, self._owner_id)
        if refusal:
            self.served, self.text = Served("moderation", "moderation"), refusal
            yield refusal
            return
        pieces = minds.reply(
            self.mind, self.said, chosen, served_by=lambda served: setattr(self, "served", served),
            take_back=self._take_back, record=self.attempts.append,
        )  # fmt: skip
        with closing(pieces):  # type: ignore[type-var]  # a generator: the guard may want no more of it
            for piece in self._guard.through(pieces):
                self.text += piece
                yield piece
        self.sources = used(self.text, self.mind.knowledge, self.language)

    def _take_back(self) -> bool:
        if not self._wants_back():
            return False
        self.text = ""
        self._guard.forget()
        return True


def answer(
    session: ChatSession,
    message: Message,
    *,
    word_limit: int | None = None,
    model_name: str = "",
    language: str = "",
    speaker: Twin | None = None,
    take_back: Callable[[], bool] | None = None,
) -> Answer:
    """The twin's answer in a session, for `message`: the person's, or the still empty one that will hold the answer.

    What the person tells about themselves is remembered first, so that the answer knows it; `answered` is to be called
    when the answer was stored. speaker: who answers; default: the session's twin. take_back: asked when an engine fails
    in mid-reply (see `minds.reply`); by default only an answer of which nothing was handed out is begun anew.
    Raises ApiError 400 for a wish that cannot be met, EngineFailed personality_missing.
    """
    wishes = Wishes.checked(word_limit, model_name, language)
    speaker = speaker or session.twin
    personality = personality_of(session, speaker)
    chosen = chosen_route(wishes, personality, speaker, session.user_id)
    said = history.of(session, message)
    asked = next((item for item in reversed(said) if item.role == Message.Role.USER), None)
    people = stores.remembered_in(session)
    if asked is not None:
        memory.learn(people, personality, asked.text, wishes.language or personality.language)
    told = history.fitting(session, said, chosen.context_tokens)
    own = mind_for(personality, speaker.name if speaker else "", told.messages, wishes)
    calls: list[ToolCall] = []
    mind = replace(
        briefed(own, session, asked.text if asked else ""),
        memory=memory.told(people, personality),
        summary=told.summary,
        goal=guiding.goal(session, personality),
        tools=Tools(tuple(tools_of(personality)), calls.append),
    )
    return Answer(mind, told.messages, chosen, take_back, calls)


def answered(session: ChatSession, message: Message) -> None:
    """An answer was stored: what it and its question tell is judged and digested, by an LLM later and elsewhere."""
    if not digest.writes(session):
        guiding.judge_by_rules(session, message)
    digest.after(session, message)


def mind_for(personality: Personality, speaker: str, said: Sequence[ChatMessage], wishes: Wishes) -> Mind:
    """The Mind for a turn: with the knowledge that helps to answer the last message, as it is wished."""
    asked = " ".join(message.text for message in said[-3:] if message.role == "user")
    return wishes.applied_to(minds.mind_of(personality, speaker or personality.name, asked))


def personality_of(session: ChatSession, speaker: Twin | None) -> Personality:
    """Who answers in a session. Raises EngineFailed personality_missing."""
    personality = session.personality or (speaker.personality if speaker else None)
    if personality is None:
        name = f"The twin “{speaker.name}”" if speaker else "This session"
        raise EngineFailed(f"{name} has no personality: give it one.", "personality_missing")
    return personality


def chosen_route(
    wishes: Wishes, personality: Personality, speaker: Twin | None = None, caller_id: str | None = None
) -> Route:
    return minds.route_for(personality, wishes.model_name, speaker=speaker, caller_id=caller_id)


def _checked_limit(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not FEWEST_WORDS <= value <= MOST_WORDS:
        words = f"wordLimit: send a whole number from {FEWEST_WORDS} to {MOST_WORDS}."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, "word_limit_invalid")
    return value


def _checked_model(value: object) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise ApiError(HTTPStatus.BAD_REQUEST, "modelName: send a text.", "model_unknown")
    try:
        route(value)
    except EngineFailed as error:
        raise ApiError(HTTPStatus.BAD_REQUEST, f"modelName: {error.message}", error.code) from error
    return value.strip()


def _checked_language(value: object) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise ApiError(HTTPStatus.BAD_REQUEST, "language: send a text.", "language_unsupported")
    try:
        return languages.resolve(value[:60])
    except EngineFailed as error:
        names = ", ".join(f"{language.name} ({language.code})" for language in languages.LANGUAGES)
        words = f"language: not one of these, by name or code: {names}."
        raise ApiError(HTTPStatus.BAD_REQUEST, words, error.code) from error
