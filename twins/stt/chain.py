"""The engines that listen, in the order of STT_CHAIN."""

from dataclasses import replace

from django.conf import settings

from avatarsite.core import engines
from avatarsite.core.engines import EngineFailed
from twins.stt.base import NOTHING_HEARD, STT, Sound, Transcript

FINAL = (NOTHING_HEARD, "stt_too_long", "stt_too_short")  # of the sound: no other engine would hear more


def transcribe(sound: Sound, *, language: str = "en", expected: str = "", only: str = "") -> Transcript:
    """What the first engine hears that knows the language and does not fail. only: an alias, for no other engine.

    Raises EngineFailed stt_language_unsupported with the languages that are understood, or what the last one raised.
    """
    failure = _unsupported(language)
    for alias in [only] if only else settings.STT_CHAIN:
        try:
            engine: STT = engines.load("STT", alias)
            return replace(engine.transcribe(sound, language=language, expected=expected), engine=alias)
        except EngineFailed as error:
            if error.code in FINAL:
                raise
            failure = failure if error.code == "stt_language_unsupported" else error
    raise failure


def languages() -> dict[str, str]:
    """Languages that some engine of the chain understands: code -> English name. Engines that cannot load have none."""
    found: dict[str, str] = {}
    for alias in settings.STT_CHAIN:
        try:
            found |= engines.load("STT", alias).languages()
        except EngineFailed:
            continue
    return found


def _unsupported(language: str) -> EngineFailed:
    known = ", ".join(f"{name} ({code})" for code, name in languages().items()) or "none"
    words = (
        f"No speech-to-text engine of this installation understands the language “{language[:20]}”. Understood: "
        f"{known}. For others the operator sets STT_CHAIN with an engine that knows them."
    )
    return EngineFailed(words, "stt_language_unsupported")
