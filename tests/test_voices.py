"""Voices of accounts: made from a sample, and passed on to the engine wherever they speak."""

import io
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from tests.speech import PARAGRAPH, audio_of, pitch_of, speak
from twins import voices
from twins.forms import VoiceForm
from twins.models import Voice
from twins.speech import spoken
from twins.tts.local import LocalTTS

pytestmark = pytest.mark.django_db

RATE = 22_050


@pytest.fixture(scope="module")
def sample() -> Iterator[bytes]:
    """Some 15 seconds of somebody whom no stock voice sounds like."""
    with closing(LocalTTS(processes=1)) as engine:
        yield b"".join(chunk.pcm for chunk in speak(engine, PARAGRAPH, "walter", pitch=1.4, rate=0.95))


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", "a-long-password")


def test_a_voice_is_made_from_a_file_and_speaks_as_the_person(alice: User, sample: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sample"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(sample)
    voice = voices.create_from_file(alice, "Mine", path, language="en-GB")

    stored = Voice.objects.get(pk=voice.pk)
    assert (stored.owner, stored.quality, stored.engine, stored.language) == (alice, "basic", "local", "en-GB")
    assert voices.settings_of(stored).fit == stored.fit == voice.fit
    with stored.sample.open("rb") as kept, wave.open(io.BytesIO(kept.read())) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, voices.SAMPLE_RATE)
        assert file.getnframes() / file.getframerate() == pytest.approx(len(sample) / 2 / RATE, abs=0.1)
    person = pitch_of(np.frombuffer(sample, "<i2") / 32768)
    for language in ("", "de"):
        heard = pitch_of(audio_of(list(spoken(stored, "This is how I speak, and you know me by it.", language))))
        assert 12 * abs(np.log2(heard / person)) < 2


def test_a_sample_that_is_refused_leaves_no_voice(alice: User, sample: bytes) -> None:
    with pytest.raises(EngineFailed) as refusal:
        voices.create_from_sample(alice, "Mine", sample[: 2 * RATE * 9], RATE)
    assert refusal.value.code == "sample_too_short"
    assert not Voice.objects.filter(owner=alice).exists()


def test_a_voice_that_was_never_fitted_has_no_fit() -> None:
    told = voices.settings_of(Voice(engine_voice="amara", language="it", rate=1.2, pitch=0.9), "fr")
    assert (told.voice_id, told.language, told.rate, told.pitch, told.fit) == ("amara", "fr", 1.2, 0.9, None)
    assert voices.settings_of(Voice(engine_voice="amara", language="it")).language == "it"


def test_the_voice_form_tells_which_languages_are_approximate() -> None:
    field: Any = VoiceForm().fields["language"]
    labels = dict(field.choices)
    assert labels["fil"] == "Filipino: spoken by the rules of Indonesian"
    assert labels["de"] == "German"
