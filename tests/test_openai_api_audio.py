"""Speech, transcriptions and embeddings of the OpenAI-compatible dialect, through the official SDK."""

import io
from typing import Any

import av
import numpy as np
import openai
import pytest

from tests.stack import Stack

TEXT = "The blue boat leaves the harbour at noon. It comes back in the evening."
MAGIC = {
    "mp3": (b"\xff\xfb", b"\xff\xf3", b"ID3"),
    "opus": (b"OggS",),
    "aac": (b"\xff\xf1", b"\xff\xf9"),
    "flac": (b"fLaC",),
    "wav": (b"RIFF",),
}


@pytest.fixture(scope="module")
def client(stack: Stack) -> openai.OpenAI:
    key = stack.manage("create_api_key", "alice@example.org").strip()
    return openai.OpenAI(api_key=key, base_url=f"{stack.url}/openai/v1", max_retries=0)


def speak(client: openai.OpenAI, **fields: Any) -> bytes:
    return client.audio.speech.create(**{"model": "tts-1", "voice": "amara", "input": TEXT, **fields}).content


def samples(file: bytes) -> "tuple[np.ndarray[Any, Any], int]":
    """The sound in a file, decoded, and its rate."""
    with av.open(io.BytesIO(file)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    sound = np.concatenate([frame.reshape(-1) for frame in frames])
    return sound.astype(np.float64) / (32_768 if sound.dtype.kind == "i" else 1), rate


def seconds(file: bytes) -> float:
    sound, rate = samples(file)
    return len(sound) / rate


@pytest.fixture(scope="module")
def pcm(client: openai.OpenAI) -> bytes:
    return speak(client, response_format="pcm")


def test_pcm_is_mono_16_bit_at_24_khz(pcm: bytes) -> None:
    sound = np.frombuffer(pcm, "<i2")
    assert 3 < len(sound) / 24_000 < 8 and np.abs(sound).max() > 3_000


@pytest.mark.parametrize("name", MAGIC)
def test_every_format_is_what_it_says_and_as_long_as_the_speech(client: openai.OpenAI, pcm: bytes, name: str) -> None:
    file = speak(client, response_format=name)
    assert file.startswith(MAGIC[name])
    assert seconds(file) == pytest.approx(len(pcm) / 48_000, abs=0.15)
    assert np.abs(samples(file)[0]).max() > 0.1


def test_the_default_is_mp3(client: openai.OpenAI) -> None:
    answer = client.audio.speech.with_raw_response.create(model="tts-1", voice="amara", input="Hello.")
    assert answer.headers["content-type"] == "audio/mpeg" and answer.content.startswith(MAGIC["mp3"])


@pytest.mark.parametrize("speed", [0.25, 0.5, 2.0, 4.0])
def test_speed_changes_the_length(client: openai.OpenAI, pcm: bytes, speed: float) -> None:
    length = len(speak(client, response_format="pcm", speed=speed)) / len(pcm)
    assert length == pytest.approx(1 / speed, rel=0.35)


def test_speech_is_sent_while_it_is_spoken(client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="amara", input=TEXT, response_format="pcm"
    ) as answer:
        pieces = [len(piece) for piece in answer.iter_bytes()]
        assert "content-length" not in answer.headers
    assert sum(pieces) > 100_000


@pytest.mark.parametrize("name", ["Amara", "walter", "alloy", "shimmer", "v-amara"])
def test_a_voice_goes_by_its_name_or_by_one_of_openais(client: openai.OpenAI, name: str) -> None:
    assert len(speak(client, voice=name, input="Hello.", response_format="pcm")) > 10_000


def test_two_voices_do_not_sound_the_same(client: openai.OpenAI, pcm: bytes) -> None:
    assert speak(client, voice="walter", response_format="pcm") != pcm


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"voice": "nobody"}, "voice"),
        ({"voice": ""}, "voice"),
        ({"input": ""}, "input"),
        ({"input": "x" * 4_097}, "input"),
        ({"response_format": "midi"}, "response_format"),
        ({"speed": 5.0}, "speed"),
        ({"speed": "fast"}, "speed"),
        ({"stream_format": "sse"}, "stream_format"),
    ],
)
def test_a_wrong_field_is_named(client: openai.OpenAI, fields: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        speak(client, **fields)
    assert caught.value.param == param


def test_an_unknown_voice_is_refused_with_the_list(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="Amara.*alloy"):
        speak(client, voice="nobody")


def test_a_text_with_nothing_to_speak_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        speak(client, input="😀 😀")
    assert caught.value.code == "tts_unspeakable"


def test_the_longest_text_is_spoken(client: openai.OpenAI) -> None:
    text = ("This is a sentence of the longest text. " * 110)[:4_096]
    assert seconds(speak(client, input=text, response_format="opus")) > 120


def test_embeddings_are_refused_while_there_is_no_engine(client: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        client.embeddings.create(model="text-embedding-3-small", input="Hello.")
    assert (caught.value.status_code, caught.value.code) == (501, "embeddings_not_configured")
