"""Voices of accounts: what an engine is told of one, and how one is made from a person's sample."""

import io
import wave
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import RestrictedError

from avatarsite.core import media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.erasing import erase
from avatarsite.core.models import User
from avatarsite.core.vendors.keys import engine_for
from twins.models import Voice
from twins.tts import voices
from twins.tts.base import VoiceChoice, VoiceSettings
from twins.tts.fitting import LONGEST, fit

SAMPLE_RATE = 24_000  # Hz, of samples that are decoded from a file


def settings_of(voice: Voice, language: str = "") -> VoiceSettings:
    """What the voice's engine is told; without `language`, the voice's own is spoken."""
    return VoiceSettings(
        voice.engine_voice,
        language=language or voice.language,
        rate=voice.rate,
        pitch=voice.pitch,
        options=voice.options,
        fit=voice.fit or None,
    )


def check_usable(voice: Voice) -> None:
    """Raises EngineFailed consent_revoked for a voice made of a person who has taken the consent back."""
    source = voice.cloned_from if voice.cloned_from_id else None
    if source is not None and source.revoked_at:
        raise EngineFailed("The person has taken back the consent to this voice.", "consent_revoked")


def create_from_sample(owner: User | None, name: str, pcm: bytes, rate: int, *, language: str = "en") -> Voice:
    """A voice of the local engine, fitted to mono 16-bit PCM of 10 seconds or more of one person's speech.

    Raises EngineFailed: sample_unusable, sample_too_short, sample_not_speech, sample_noisy.
    """
    fitted = fit(pcm, rate)
    voice = Voice(
        owner=owner,
        name=name,
        engine="local",
        engine_voice=fitted["voice"],
        language=language,
        gender=voices.find(fitted["voice"]).gender,
        description="Fitted to a recording: pitch, pace and colour",
        quality="basic",
        fit=fitted,
    )
    voice.sample.save("sample.wav", ContentFile(_wav(pcm[: 2 * rate * LONGEST], rate)), save=False)
    voice.save()
    return voice


def create_of_engine(owner: User | None, name: str, engine: str, engine_voice: str, **facts: Any) -> Voice:
    """A voice as an engine has it; facts: language, gender, options. A vendor is asked for it when it first speaks.

    Raises EngineFailed voice_unknown for one that the local engine does not have.
    """
    if engine == "local":
        facts = {"gender": voices.find(engine_voice).gender, **facts}
    return Voice.objects.create(owner=owner, name=name, engine=engine, engine_voice=engine_voice, **facts)


def choices(engine: str, owner: User) -> list[VoiceChoice]:
    """The voices that an account may name of an engine.

    Raises EngineFailed: engine_unknown, vendor_not_configured, vendor_retired, and what the vendor refuses.
    """
    found: list[VoiceChoice] = engine_for("TTS", engine, owner.pk).choices()
    return found


def create_from_file(owner: User | None, name: str, path: Path, *, language: str = "en") -> Voice:
    """The same from a recording or film on disk, of any kind that `avatarsite.core.media` reads."""
    pcm = b"".join(media.sound(path, SAMPLE_RATE, seconds=LONGEST))
    return create_from_sample(owner, name, pcm, SAMPLE_RATE, language=language)


def default() -> Voice | None:
    """The stock voice of whoever chose none."""
    return Voice.objects.filter(owner=None).order_by("pk").first()


def delete(voice: Voice) -> None:
    """Delete a voice with its sample. Raises EngineFailed("voice_in_use") while a twin or a clip needs it."""
    try:
        erase(Voice.objects.filter(pk=voice.pk))
    except RestrictedError as error:
        kinds = sorted({str(row._meta.verbose_name_plural) for row in error.restricted_objects})
        words = f"It is still used: delete its {' and '.join(kinds)} first, or give them another voice."
        raise EngineFailed(words, "voice_in_use") from error


def _wav(pcm: bytes, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    return file.getvalue()
