"""PlayHT, which is gone: its API closed in 2025, and its voices were deleted at the end of that year.

Personas and voices that name it are kept; whoever lets one speak is told what to choose, and the next engine speaks.
"""

from collections.abc import Iterator

from avatarsite.core.engines import EngineFailed
from twins.tts.base import TTS, AudioChunk, VoiceChoice, VoiceSettings

GONE = "PlayHT ended its service in 2025, with all its voices. Choose elevenlabs, cartesia, openai or local instead."


class PlayHTTTS(TTS):
    """Refuses with vendor_retired, and never opens a connection."""

    def __init__(self, api_key: str = "") -> None:
        """api_key: taken, for old configurations name one, and not used."""

    def _stream(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        raise EngineFailed(GONE, "vendor_retired")

    def choices(self) -> list[VoiceChoice]:
        raise EngineFailed(GONE, "vendor_retired")

    def languages(self) -> dict[str, str]:
        return {}
