"""A voice that speaks, and who speaks on in its place when its engine fails in the middle."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from avatarsite.core.engines import EngineFailed, load_with_key
from avatarsite.core.vendors.chain import FINAL, Attempt, Chain
from twins.llm.sentences import split
from twins.models import Twin, Voice
from twins.tts.base import TTS, AudioChunk, VoiceSettings
from twins.tts.timed import after
from twins.voices import check_usable, settings_of

LOCAL = "local"
Manner = Callable[[VoiceSettings], VoiceSettings]


@dataclass(frozen=True)
class Route:
    """An engine of settings.TTS, what it is told, and the vendor's key for it ("": the account's).

    voice.voice_id "": whichever of the engine's own is nearest to `gender`.
    """

    alias: str
    voice: VoiceSettings
    key: str = ""
    gender: str = ""

    def own(self) -> TTS | None:
        """The engine with the route's own key, if it has one. Raises EngineFailed engine_unknown."""
        found: TTS | None = load_with_key("TTS", self.alias, self.key) if self.key else None
        return found


class Speaker:
    """Speaks one clip, sentence by sentence; never says a word twice nor leaves one out.

    Engines stand in for each other in the order of `routes`; one that failed is not asked again. attempts: what each
    did, one entry for each time that the engine or the reason changed. engine: who spoke last.
    """

    def __init__(self, routes: Sequence[Route], owner_id: Any) -> None:
        self._routes, self._at = list(routes), 0
        self._chain = Chain("TTS", "tts", [route.alias for route in routes], owner_id, self._record)
        self._waited = 0.0
        self._failure: EngineFailed | None = None  # the first: of the engine that was wanted
        self.attempts: list[Attempt] = []
        self.engine = ""

    def say(self, sentence: str) -> Iterator[AudioChunk]:
        """One sentence. One with nothing to speak (an emoji of its own) is passed over: others may still speak.

        Raises EngineFailed when no engine can: the failure of the first one.
        """
        rest = sentence
        while rest:
            said: list[str] = []
            try:
                for chunk in self._spoken(self._routes[self._at], rest):
                    said += [word.text for word in chunk.words]
                    yield chunk
                return
            except EngineFailed as error:
                if error.code == "tts_unspeakable":
                    return
                self._go_on(error)
            rest = after(rest, said)

    def _go_on(self, error: EngineFailed) -> None:
        """To the next engine, if there is one and it may be asked."""
        self._failure = self._failure or error
        if error.code in FINAL or self._at + 1 == len(self._routes):
            raise self._failure
        self._at += 1

    def _spoken(self, route: Route, text: str) -> Iterator[AudioChunk]:
        """What can be handed on: sound without words is kept until the sentence is whole, for nobody could go on."""
        last = self._at + 1 == len(self._routes)
        held: list[AudioChunk] = []
        self._waited = 0.0
        with self._chain.attempt(route.alias, make=route.own) as (engine, attempt):
            for chunk in self._heard(engine.stream(text, _voiced(route, engine))):
                attempt.units = len(text)
                self.engine = route.alias
                held.append(chunk)
                if chunk.words or last:
                    yield from held
                    held.clear()
        yield from held

    def _heard(self, chunks: Iterator[AudioChunk]) -> Iterator[AudioChunk]:
        """Counts the time that the engine took, and not that of whoever listens."""
        while True:
            began = time.monotonic()
            try:
                chunk = next(chunks, None)
            finally:
                self._waited += time.monotonic() - began
            if chunk is None:
                return
            yield chunk

    def _record(self, attempt: Attempt) -> None:
        """A clip of a thousand sentences has one entry for each engine, not for each sentence."""
        attempt.seconds = round(self._waited, 3)
        last = self.attempts[-1] if self.attempts else None
        if (
            attempt.code == "tts_unspeakable"
            or last is None
            or (last.engine, last.code) != (attempt.engine, attempt.code)
        ):
            self.attempts += [] if attempt.code == "tts_unspeakable" else [attempt]
            return
        last.seconds = round(last.seconds + attempt.seconds, 3)
        last.units += attempt.units
        if attempt.cost is not None:
            last.cost = round((last.cost or 0.0) + attempt.cost, 6)


def speaker(
    voice: Voice,
    owner_id: Any,
    *,
    language: str = "",
    twin: Twin | None = None,
    manner: Manner | None = None,
    service: Route | None = None,
) -> Speaker:
    """Who speaks with this voice for an account.

    twin: whose order of engines holds. manner: how whoever says it speaks. service: what a persona names, goes first.
    Raises EngineFailed consent_revoked.
    """
    check_usable(voice)
    wanted = settings_of(voice, language)
    wanted = manner(wanted) if manner else wanted
    routes = [Route(alias, _for(alias, voice, wanted), gender=voice.gender) for alias in _order(voice, twin)]
    if service:
        service = replace(service, gender=voice.gender)
    return Speaker([service, *routes] if service else routes, owner_id)


def spoken(
    voice: Voice, text: str, language: str = "", *, owner_id: Any = None, twin: Twin | None = None
) -> Iterator[AudioChunk]:
    """The text, sentence by sentence; without `language`, in the voice's own.

    owner_id: the account that it is spoken for, whose keys are used. Raises EngineFailed tts_unspeakable when there is
    nothing in it to speak, and what the first engine raises when no other can stand in.
    """
    speaking = speaker(voice, owner_id or voice.owner_id, language=language, twin=twin)
    heard = False
    for sentence in split(text):
        for chunk in speaking.say(sentence):
            heard = True
            yield chunk
    if not heard:
        raise EngineFailed("There is nothing in this text that the voice can speak.", "tts_unspeakable")


def _order(voice: Voice, twin: Twin | None) -> list[str]:
    """The voice's own engine, then the twin's order, or the site's; a stock voice is nobody's and follows the order."""
    own = twin.chains.get("tts") if twin else None
    chain = [str(alias) for alias in own] if isinstance(own, list) else list(settings.TTS_CHAIN)
    stock = voice.owner_id is None and not voice.fit and voice.engine in chain
    return list(dict.fromkeys(chain if stock else [voice.engine, *chain]))


def _for(alias: str, voice: Voice, wanted: VoiceSettings) -> VoiceSettings:
    """What a voice's own engine is told, and what one that stands in for it: a fitted voice is the nearest there is."""
    if alias == voice.engine:
        return wanted
    bare = replace(wanted, voice_id="", pitch=1.0, options={}, fit=None)
    return replace(bare, voice_id=str(voice.fit["voice"]), fit=voice.fit) if alias == LOCAL and voice.fit else bare


def _voiced(route: Route, engine: TTS) -> VoiceSettings:
    """Raises EngineFailed voice_unknown."""
    if route.voice.voice_id:
        return route.voice
    voice_id = engine.stand_in(route.gender, route.voice.language)
    if not voice_id:
        raise EngineFailed(f"“{route.alias}” has no voice that could stand in for another one.", "voice_unknown")
    return replace(route.voice, voice_id=voice_id)
