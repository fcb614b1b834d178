"""How a voice sounds: one sentence as a file, spoken once and then kept in the cache folder."""

import hashlib
import tempfile
from pathlib import Path

from django.conf import settings

from twins.models import Voice
from twins.speech import spoken
from twins.tts.encoding import encode

TEXTS = {
    "en": "Hello, this is how I sound. Give me something to say, and I will say it to you.",
    "es": "Hola, así suena mi voz. Dame algo que decir y te lo diré.",
    "fr": "Bonjour, voici ma voix. Donnez-moi un texte, et je vous le dirai.",
    "de": "Guten Tag, so klinge ich. Geben Sie mir einen Text, und ich spreche ihn.",
}


def sample(voice: Voice) -> Path:
    """An MP3 of the voice. Raises EngineFailed as its engine does."""
    text = TEXTS.get(voice.language.split("-")[0].lower(), TEXTS["en"])
    path = Path(settings.CACHE_DIR) / "samples" / f"{_mark(voice, text)}.mp3"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        language = voice.language if text != TEXTS["en"] or voice.language.startswith("en") else "en"
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            for piece in encode(spoken(voice, text, language), "mp3"):
                file.write(piece)
        Path(file.name).replace(path)  # whole at once: another request may be reading
    return path


def _mark(voice: Voice, text: str) -> str:
    """What the sound depends on."""
    facts = (voice.engine, voice.engine_voice, voice.language, voice.rate, voice.pitch, voice.fit, text)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
