"""Voices by the operator's own model files: Kokoro and Piper, with the real libraries and tiny models."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from avatarsite.core.engines import EngineFailed
from tests import tiny_models
from twins.tts.base import AudioChunk, VoiceSettings
from twins.tts.kokoro import KokoroTTS
from twins.tts.piper import PiperTTS

pytestmark = pytest.mark.engine
PIPER = f"{sys.executable} -m piper"


@pytest.fixture(scope="module")
def kokoro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KokoroTTS]:
    model, voices = tiny_models.kokoro(tmp_path_factory.mktemp("kokoro") / "files")
    engine = KokoroTTS(str(model), str(voices))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("piper")
    tiny_models.piper(folder, "en_US-tiny-low")
    (folder / "broken.onnx").write_bytes(b"no model")
    (folder / "broken.onnx.json").write_bytes((folder / "en_US-tiny-low.onnx.json").read_bytes())
    (folder / "undescribed.onnx").write_bytes(b"no model")
    return folder


@pytest.fixture(scope="module")
def piper(voices: Path) -> Iterator[PiperTTS]:
    engine = PiperTTS(PIPER, str(voices))
    yield engine
    engine.close()


def seconds(chunks: list[AudioChunk]) -> float:
    return sum(chunk.seconds for chunk in chunks)


def loudest(chunks: list[AudioChunk]) -> int:
    return int(np.abs(np.frombuffer(b"".join(chunk.pcm for chunk in chunks), "<i2")).max())


class TestKokoro:
    def speak(self, engine: KokoroTTS, text: str = "Hello there, my friend.", **settings: object) -> list[AudioChunk]:
        return list(engine.stream(text, VoiceSettings("af_one", language="en-US", **settings)))  # type: ignore[arg-type]

    def test_speaks_with_times_of_words_and_sounds(self, kokoro: KokoroTTS) -> None:
        (chunk,) = self.speak(kokoro)
        assert chunk.sample_rate == 24_000 and loudest([chunk]) > 5_000
        assert [word.text for word in chunk.words] == ["Hello", "there,", "my", "friend."]
        assert chunk.words[-1].end <= chunk.seconds
        starts = [sound.start for sound in chunk.phonemes]
        assert starts == sorted(starts) and {"h", "l", "ð"} <= {sound.symbol for sound in chunk.phonemes}
        assert not any(mark in sound.symbol for sound in chunk.phonemes for mark in "ˈˌː")

    def test_rate_is_kept_to(self, kokoro: KokoroTTS) -> None:
        text = "Hello there my friend"
        assert seconds(self.speak(kokoro, text, rate=2.0)) == pytest.approx(
            seconds(self.speak(kokoro, text)) / 2, rel=0.1
        )

    def test_an_unknown_voice_is_refused_with_the_list(self, kokoro: KokoroTTS) -> None:
        with pytest.raises(EngineFailed, match="af_one, bm_two") as caught:
            list(kokoro.stream("Hello.", VoiceSettings("nobody")))
        assert caught.value.code == "voice_unknown"

    def test_a_language_it_does_not_speak_is_refused(self, kokoro: KokoroTTS) -> None:
        with pytest.raises(EngineFailed, match="“de”.*en-US") as caught:
            list(kokoro.stream("Hallo.", VoiceSettings("af_one", language="de")))
        assert caught.value.code == "language_unsupported"

    def test_a_text_without_sounds_is_refused(self, kokoro: KokoroTTS) -> None:
        with pytest.raises(EngineFailed) as caught:
            self.speak(kokoro, " \u200b ")
        assert caught.value.code == "tts_unspeakable"

    def test_a_broken_model_is_an_error_of_the_model(self, tmp_path: Path) -> None:
        (tmp_path / "model").write_bytes(b"no model")
        engine = KokoroTTS(str(tmp_path / "model"), str(tmp_path / "model"))
        with pytest.raises(EngineFailed) as caught:
            self.speak(engine)
        engine.close()
        assert caught.value.code == "tts_model_broken"

    def test_what_is_missing_is_told(self, kokoro: KokoroTTS) -> None:
        assert kokoro.diagnosis().missing == ""
        assert "KOKORO_MODEL" in KokoroTTS().diagnosis().missing
        with pytest.raises(EngineFailed, match="KOKORO_MODEL"):
            self.speak(KokoroTTS())


class TestPiper:
    def speak(self, engine: PiperTTS, text: str = "Hello there.", **settings: object) -> list[AudioChunk]:
        voice = VoiceSettings("en_US-tiny-low", language="en-US", **settings)  # type: ignore[arg-type]
        return list(engine.stream(text, voice))

    def test_speaks_in_pieces(self, piper: PiperTTS) -> None:
        chunks = self.speak(piper)
        assert len(chunks) > 1 and seconds(chunks) > 0.5 and loudest(chunks) > 5_000
        assert {chunk.sample_rate for chunk in chunks} == {16_000}

    def test_rate_is_kept_to_and_several_sentences_are_one_text(self, piper: PiperTTS) -> None:
        text = "Hello there.\nGood morning to you."
        assert seconds(self.speak(piper, text, rate=2.0)) == pytest.approx(
            seconds(self.speak(piper, text)) / 2, rel=0.1
        )

    def test_the_next_process_waits_already(self, piper: PiperTTS) -> None:
        self.speak(piper)
        (waiting,) = piper._waiting.values()
        assert waiting.poll() is None

    def test_marks_of_phonemes_in_a_text_are_not_obeyed(self, piper: PiperTTS) -> None:
        letters = "aaaaaaaaaa"
        assert seconds(self.speak(piper, f"[[ {letters} ]]")) == seconds(self.speak(piper, letters))

    def test_languages_and_voices_are_those_of_the_folder(self, piper: PiperTTS) -> None:
        assert set(piper.voices()) == {"en_US-tiny-low", "broken"}
        assert piper.languages() == {"en-US": "English United States"}

    @pytest.mark.parametrize(
        ("voice", "language", "code"),
        [
            ("nobody", "en", "voice_unknown"),
            ("en_US-tiny-low", "de", "language_unsupported"),
            ("broken", "en", "voice_broken"),
        ],
    )
    def test_trouble_has_a_code(self, piper: PiperTTS, voice: str, language: str, code: str) -> None:
        with pytest.raises(EngineFailed) as caught:
            list(piper.stream("Hello.", VoiceSettings(voice, language=language)))
        assert caught.value.code == code

    def test_what_is_missing_is_told(self, piper: PiperTTS, tmp_path: Path) -> None:
        assert piper.diagnosis().missing == ""
        assert "PIPER_COMMAND" in PiperTTS().diagnosis().missing
        assert "PIPER_VOICES" in PiperTTS(PIPER, str(tmp_path)).diagnosis().missing
        with pytest.raises(EngineFailed, match="PIPER_COMMAND"):
            self.speak(PiperTTS("no-such-command", str(tmp_path)))

    def test_a_listener_who_leaves_ends_the_process(self, voices: Path) -> None:
        engine = PiperTTS(PIPER, str(voices))
        speech = engine.stream("Hello there.", VoiceSettings("en_US-tiny-low"))
        next(speech)
        speech.close()  # type: ignore[attr-defined]
        engine.close()
        assert not engine._waiting


def test_their_speed_is_measured_with_a_voice_that_is_there(kokoro: KokoroTTS, tmp_path: Path) -> None:
    tiny_models.piper(tmp_path, "en_US-tiny-low")
    piper = PiperTTS(PIPER, str(tmp_path))
    try:
        assert "x real time" in kokoro.measured()
        assert "x real time" in piper.measured()
    finally:
        piper.close()
