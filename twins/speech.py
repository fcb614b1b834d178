"""A voice that speaks a text."""

from collections.abc import Iterator

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.llm.sentences import split
from twins.models import Voice
from twins.tts.base import TTS, AudioChunk
from twins.voices import settings_of


def spoken(voice: Voice, text: str, language: str = "") -> Iterator[AudioChunk]:
    """The text, sentence by sentence; without `language`, in the voice's own.

    Raises EngineFailed tts_unspeakable when there is nothing in it to speak, and what the engine raises.
    """
    engine: TTS = engines.load("TTS", voice.engine)
    wanted = settings_of(voice, language)
    heard = False
    for sentence in split(text):
        try:
            for chunk in engine.stream(sentence, wanted):
                heard = True
                yield chunk
        except EngineFailed as error:
            if error.code != "tts_unspeakable":  # an emoji of its own is passed over; others may still speak
                raise
    if not heard:
        raise EngineFailed("There is nothing in this text that the voice can speak.", "tts_unspeakable")
