"""Engines that listen: one contract, and what each is by itself."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from avatarsite.core.engines import EngineFailed
from tests import tiny_models
from tests.people import noisy, say, silence
from twins.stt.base import STT, Sound
from twins.stt.openai import OpenAISTT
from twins.stt.pocketsphinx import PocketSphinxSTT
from twins.stt.pronunciation import Pronunciation
from twins.stt.reading import words_of
from twins.stt.whisper import WhisperSTT

pytestmark = pytest.mark.engine
TEXT = "Good morning. We are going to the market by train this afternoon."


class Transcriber:
    """An OpenAI-compatible endpoint on loopback: checks what it is sent, answers by script."""

    key = "sk-test-0123456789"
    words = [("hello", 0.1, 0.4), ("there", 0.5, 0.9)]

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.answers: list[tuple[int, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def heard(self) -> dict[str, Any]:
        words = [{"word": word, "start": start, "end": end} for word, start, end in self.words]
        segments = [{"id": 0, "start": 0.1, "end": 0.9, "text": " hello there"}]
        return {"text": "hello there", "language": "english", "duration": 1.0, "words": words, "segments": segments}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.bodies.append(body)
                status, answer = self._judged(body)
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _judged(self, body: bytes) -> tuple[int, Any]:
                if self.path != "/v1/audio/transcriptions" or self.headers["authorization"] != f"Bearer {outer.key}":
                    return 401, {"error": {"message": f"Incorrect key {outer.key}", "code": "invalid_api_key"}}
                if b'filename="sound.wav"' not in body or b"RIFF" not in body or b"WAVE" not in body:
                    return 400, {"error": {"message": "Unrecognized file format.", "code": None}}
                return outer.answers.pop(0) if outer.answers else (200, outer.heard())

            def log_message(self, format: str, *arguments: object) -> None:
                """Silence."""

        return Handler

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Transcriber]:
    server = Transcriber()
    yield server
    server.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.whisper(tmp_path_factory.mktemp("whisper") / "model", "hello", "there")


@pytest.fixture(scope="module")
def engines(endpoint: Transcriber, folder: Path) -> Iterator[dict[str, STT]]:
    loaded: dict[str, STT] = {
        "pocketsphinx": PocketSphinxSTT(),
        "openai": OpenAISTT(base_url=endpoint.url, api_key=endpoint.key, max_retries=0),
        "whisper": WhisperSTT(str(folder), compute="float32", threads=1),
    }
    yield loaded
    for engine in loaded.values():
        engine.close()


@pytest.fixture(params=["pocketsphinx", "openai", "whisper"])
def engine(request: pytest.FixtureRequest, engines: dict[str, STT]) -> STT:
    return engines[request.param]


@pytest.fixture(scope="module")
def ear(engines: dict[str, STT]) -> STT:
    return engines["pocketsphinx"]


class TestEveryEngine:
    def test_writes_down_words_with_times_in_their_order(self, engine: STT) -> None:
        sound = say("Hello there.")
        heard = engine.transcribe(sound, language="en-US")
        assert words_of(heard.text) == ("hello", "there")
        assert [word.text for word in heard.words] == ["hello", "there"]
        times = [time for word in heard.words for time in (word.start, word.end)]
        assert times == sorted(times) and times[0] >= 0 and times[-1] <= 1.5
        assert (heard.language, heard.seconds) == ("en", sound.seconds)

    def test_takes_sound_at_any_rate(self, engine: STT) -> None:
        assert words_of(engine.transcribe(say("Hello there.").at(44_100)).text) == ("hello", "there")

    def test_refuses_a_language_with_the_list_of_those_it_understands(self, engine: STT) -> None:
        with pytest.raises(EngineFailed, match=r"“xx”.*English \(en\)") as caught:
            engine.transcribe(silence(1), language="xx")
        assert caught.value.code == "stt_language_unsupported"

    def test_refuses_what_is_too_long_and_too_short(self, engine: STT) -> None:
        for seconds, code in ((engine.most_seconds + 1, "stt_too_long"), (0.05, "stt_too_short")):
            with pytest.raises(EngineFailed) as caught:
                engine.transcribe(silence(seconds, rate=100))
            assert caught.value.code == code

    def test_tells_the_operator_its_licence_and_what_it_needs(self, engine: STT) -> None:
        diagnosis = engine.diagnosis()  # type: ignore[attr-defined]
        assert (diagnosis.missing, bool(diagnosis.licence), bool(diagnosis.cost)) == ("", True, True)


class TestPocketSphinx:
    def test_free_speech_is_mostly_right_and_called_basic(self, ear: STT) -> None:
        heard = ear.transcribe(say(TEXT))
        assert sum(word in words_of(heard.text) for word in words_of(TEXT)) >= 9 and ear.basic
        assert heard.confidence is not None and 0.2 < heard.confidence < 1

    def test_an_expected_text_is_heard_in_noise(self, ear: STT) -> None:
        sound = noisy(say(TEXT), 12)
        heard = words_of(ear.transcribe(sound, expected=TEXT).text)
        assert sum(word in heard for word in words_of(TEXT)) >= 9

    def test_another_text_is_not_bent_into_the_expected_one(self, ear: STT) -> None:
        heard = words_of(ear.transcribe(say("Nobody can tell how old this little house may be."), expected=TEXT).text)
        assert len(set(heard) & {"morning", "going", "market", "train", "afternoon"}) <= 1

    def test_silence_is_nothing(self, ear: STT) -> None:
        with pytest.raises(EngineFailed) as caught:
            ear.transcribe(silence(2))
        assert caught.value.code == "stt_nothing_heard"

    def test_an_expected_text_that_cannot_be_read_does_no_harm(self, ear: STT) -> None:
        expected = "1 2 3 … 中文 \\data\\ <s> </s> hello there " + "a" * 300
        assert ear.transcribe(say("Hello there."), expected=expected).text == "hello there"

    def test_segments_come_while_the_rest_is_still_being_heard(self, ear: STT) -> None:
        hello, morning = say("Hello there."), say("Good morning.")
        sound = Sound(hello.pcm + silence(8).pcm + morning.pcm + silence(8).pcm + hello.pcm)
        segments = ear.listen(sound).segments
        assert ear.streams and next(segments).text == "hello there"
        second = next(segments)
        assert second.text == "good morning" and second.start == pytest.approx(8.2 + hello.seconds, abs=0.3)
        assert [one.text for one in segments] == ["hello there"]

    def test_nothing_of_an_earlier_speaker_stays(self, ear: STT) -> None:
        first = ear.transcribe(say("Good morning."))
        ear.transcribe(noisy(say("Hello there.", "slt"), 20))
        assert ear.transcribe(say("Good morning.")) == first

    def test_a_long_name_is_pronounced(self) -> None:
        reader = Pronunciation()
        assert reader.of("Okonkwo").split()[0] in ("OW", "AH", "AA")
        assert reader.of("schwarzenegger").startswith("SH W AO R")
        reader.close()


class TestWhisper:
    def test_what_is_missing_is_told_with_the_way_to_get_it(self, tmp_path: Path) -> None:
        for model in ("", str(tmp_path)):
            with pytest.raises(EngineFailed, match="WHISPER_MODEL must name the folder") as caught:
                WhisperSTT(model).transcribe(silence(1))
            assert caught.value.code == "stt_not_configured"

    def test_a_broken_model_is_an_error_of_the_model(self, folder: Path, tmp_path: Path) -> None:
        for name in ("config.json", "tokenizer.json"):
            (tmp_path / name).write_bytes((folder / name).read_bytes())
        (tmp_path / "model.bin").write_bytes(b"no model")
        engine = WhisperSTT(str(tmp_path))
        with pytest.raises(EngineFailed) as caught:
            engine.transcribe(silence(1))
        engine.close()
        assert caught.value.code == "stt_model_broken"


class TestOpenAI:
    def test_the_key_is_never_in_the_words(self, endpoint: Transcriber) -> None:
        with pytest.raises(EngineFailed) as caught:
            OpenAISTT(base_url=endpoint.url, api_key="wrong", max_retries=0).transcribe(silence(1))
        assert (caught.value.code, caught.value.retryable) == ("stt_auth", False)
        assert endpoint.key not in caught.value.message

    @pytest.mark.parametrize(
        ("status", "answer", "code", "retryable"),
        [
            (503, {"error": {"message": "slow down", "code": None}}, "stt_overloaded", True),
            (429, {"error": {"message": "Rate limit", "code": "rate_limit_exceeded"}}, "stt_overloaded", True),
            (429, {"error": {"message": "quota", "code": "insufficient_quota"}}, "stt_quota", False),
            (400, {"error": {"message": "bad", "code": None}}, "stt_rejected", False),
            (200, b"<html>", "stt_bad_answer", True),
            (200, {"segments": [{"text": "x"}]}, "stt_bad_answer", True),
            (200, {"text": " "}, "stt_nothing_heard", False),
        ],
    )
    def test_trouble_has_a_code(
        self, engines: dict[str, STT], endpoint: Transcriber, status: int, answer: Any, code: str, retryable: bool
    ) -> None:
        endpoint.answers.append((status, answer))
        with pytest.raises(EngineFailed) as caught:
            engines["openai"].transcribe(silence(1))
        assert (caught.value.code, caught.value.retryable) == (code, retryable)

    def test_a_text_without_times_is_one_segment(self, engines: dict[str, STT], endpoint: Transcriber) -> None:
        endpoint.answers.append((200, {"text": "hello there"}))
        heard = engines["openai"].transcribe(silence(2))
        assert [(one.text, one.start, one.end) for one in heard.segments] == [("hello there", 0.0, 2.0)]

    def test_without_a_language_the_server_finds_it_out(self, engines: dict[str, STT], endpoint: Transcriber) -> None:
        endpoint.answers.append((200, {**endpoint.heard(), "language": "german"}))
        assert engines["openai"].transcribe(silence(1), language="").language == "de"
        assert b'name="language"' not in endpoint.bodies[-1]
