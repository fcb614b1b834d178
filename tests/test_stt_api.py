"""Transcriptions of the OpenAI-compatible dialect, through the official SDK."""

import io
import re
from pathlib import Path
from typing import Any

import openai
import pytest
import requests

from tests.people import say, silence
from tests.samples import film
from tests.stack import Stack
from twins.stt.openai import _wav

TEXT = "The weather is very nice this morning. We are going to the market by train, and then we come home again."


@pytest.fixture(scope="module")
def key(stack: Stack) -> str:
    return stack.manage("create_api_key", "alice@example.org").strip()


@pytest.fixture(scope="module")
def client(stack: Stack, key: str) -> openai.OpenAI:
    return openai.OpenAI(api_key=key, base_url=f"{stack.url}/openai/v1", max_retries=0)


@pytest.fixture(scope="module")
def recording() -> tuple[str, bytes]:
    return "talk.wav", _wav(say(TEXT, "rms"))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def share_heard(text: str) -> float:
    heard = words(text)
    return sum(word in heard for word in words(TEXT)) / len(words(TEXT))


def test_english_is_written_down(client: openai.OpenAI, recording: tuple[str, bytes]) -> None:
    answer = client.audio.transcriptions.create(model="whisper-1", file=recording, language="en")
    assert share_heard(answer.text) > 0.8
    assert answer.usage and answer.usage.type == "duration"


def test_details_tell_language_length_and_times(client: openai.OpenAI, recording: tuple[str, bytes]) -> None:
    answer: Any = client.audio.transcriptions.create(
        model="local", file=recording, response_format="verbose_json", timestamp_granularities=["segment", "word"]
    )
    assert (answer.language, answer.engine) == ("english", "local")
    assert answer.duration == pytest.approx(say(TEXT, "rms").seconds, abs=0.1)
    assert " ".join(segment.text for segment in answer.segments) == answer.text
    spans = [(word.start, word.end) for word in answer.words]
    assert spans == sorted(spans) and all(0 <= start < end <= answer.duration + 0.05 for start, end in spans)


def test_subtitles_are_short_lines_with_times(client: openai.OpenAI, recording: tuple[str, bytes]) -> None:
    srt = client.audio.transcriptions.create(model="local", file=recording, response_format="srt")
    blocks = [block.split("\n") for block in srt.strip().split("\n\n")]
    assert [block[0] for block in blocks] == [str(n) for n in range(1, len(blocks) + 1)]
    for block in blocks:
        assert re.fullmatch(r"\d\d:\d\d:\d\d,\d{3} --> \d\d:\d\d:\d\d,\d{3}", block[1])
        assert 0 < len(block[2]) <= 42
    assert share_heard(srt) > 0.8


@pytest.mark.parametrize(("wanted", "kind"), [("vtt", "text/vtt"), ("text", "text/plain")])
def test_plain_forms_name_their_type_and_silence_is_an_empty_text(
    client: openai.OpenAI, wanted: Any, kind: str
) -> None:
    answer = client.audio.transcriptions.with_raw_response.create(
        model="local", file=("silence.wav", _wav(silence(1))), response_format=wanted
    )
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert answer.text.strip() in ("", "WEBVTT")


def test_a_film_is_heard_too(client: openai.OpenAI, tmp_path: Path) -> None:
    path = film(tmp_path / "film.mp4", video="h264", audio="aac")
    assert client.audio.transcriptions.create(model="default", file=path).text is not None


@pytest.mark.parametrize(
    ("fields", "param", "status"),
    [
        ({"language": "de"}, "language", 400),
        ({"response_format": "midi"}, "response_format", 400),
        ({"timestamp_granularities": ["letter"]}, "timestamp_granularities", 400),
        ({"model": "gpt-9"}, "model", 404),
        ({"model": "whisper"}, "model", 404),
        ({"file": ("a.wav", b"RIFF")}, "file", 400),
        ({"file": ("a.wav", b"")}, "file", 400),
        ({"file": ("list.m3u8", b"#EXTM3U\nhttp://127.0.0.1:1/a.ts\n")}, "file", 400),
    ],
)
def test_a_wrong_field_is_named(client: openai.OpenAI, fields: dict[str, Any], param: str, status: int) -> None:
    given: dict[str, Any] = {"model": "local", "file": ("a.wav", _wav(silence(1))), **fields}
    with pytest.raises(openai.APIStatusError) as caught:
        client.audio.transcriptions.create(**given)
    assert (caught.value.param, caught.value.status_code) == (param, status)


def test_a_refused_language_is_told_with_those_that_are_understood(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match=r"“fr”. Understood: English \(en\)"):
        client.audio.transcriptions.create(model="local", file=("a.wav", _wav(silence(1))), language="fr")


def test_a_file_that_is_too_large_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APIStatusError, match="at most 26214400") as caught:
        client.audio.transcriptions.create(model="local", file=("a.wav", io.BytesIO(bytes(25 * 1_048_576 + 1))))
    assert (caught.value.status_code, caught.value.code) == (413, "file_too_large")


@pytest.mark.parametrize("body", [{"json": {"model": "local"}}, {"data": {"model": "local"}}, {"data": b"x"}])
def test_a_body_that_is_no_form_with_a_file_is_refused(stack: Stack, key: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    answer = requests.post(f"{stack.url}/openai/v1/audio/transcriptions", headers=headers, timeout=30, **body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "content_type")


def test_translations_are_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        client.audio.translations.create(model="whisper-1", file=("a.wav", _wav(silence(1))))
    assert (caught.value.status_code, caught.value.code) == (501, "stt_translation_unsupported")
