"""The engines that listen, in the order of STT_CHAIN."""

from dataclasses import replace

from django.conf import settings

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import keys
from avatarsite.core.vendors.chain import Chain
from twins.stt.base import NOTHING_HEARD, STT, Sound, Transcript

FINAL = (NOTHING_HEARD, "stt_too_long", "stt_too_short")  # of the sound: no other engine would hear more


def transcribe(
    sound: Sound, *, language: str = "en", expected: str = "", only: str = "", owner_id: str | None = None
) -> Transcript:
    """What the first engine hears that knows the language and does not fail. only: an alias, for no other engine.

    owner_id: the account whose keys the engines work with; None: the site's.

    Raises EngineFailed stt_language_unsupported with the languages that are understood, or what the last one raised.
    """
    failure = _unsupported(language, owner_id)
    aliases = keys.usable("STT", [only] if only else settings.STT_CHAIN, owner_id)
    chain = Chain("STT", "stt", aliases, owner_id, lambda attempt: None)
    for alias in aliases:
        engine: STT
        try:
            with chain.attempt(alias) as (engine, _):
                return replace(engine.transcribe(sound, language=language, expected=expected), engine=alias)
        except EngineFailed as error:
            if error.code in FINAL:
                raise
            failure = failure if error.code == "stt_language_unsupported" else error
    raise failure


def languages(owner_id: str | None = None) -> dict[str, str]:
    """Languages that some engine of the chain understands: code -> English name. Engines that cannot load have none."""
    found: dict[str, str] = {}
    for alias in settings.STT_CHAIN:
        try:
            found |= keys.engine_for("STT", alias, owner_id).languages()
        except EngineFailed:
            continue
    return found


def _unsupported(language: str, owner_id: str | None) -> EngineFailed:
    known = ", ".join(f"{name} ({code})" for code, name in languages(owner_id).items()) or "none"
    words = (
        f"No speech-to-text engine of this installation understands the language “{language[:20]}”. Understood: "
        f"{known}. For others the operator sets STT_CHAIN with an engine that knows them."
    )
    return EngineFailed(words, "stt_language_unsupported")
