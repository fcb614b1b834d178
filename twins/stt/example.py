"""A sentence to try engines with."""

from contextlib import closing

from twins.stt.base import Sound
from twins.tts.base import EXAMPLE, VoiceSettings
from twins.tts.local import LocalTTS


def spoken() -> Sound:
    """By the embedded voice."""
    with closing(LocalTTS()) as engine:
        chunks = list(engine.stream(EXAMPLE, VoiceSettings("amara")))
    return Sound(b"".join(chunk.pcm for chunk in chunks), chunks[0].sample_rate)
