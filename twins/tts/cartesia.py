"""Voices of Cartesia, over https://docs.cartesia.ai/api-reference/tts/sse."""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import wire
from avatarsite.core.vendors.wire import Wire
from twins.tts.base import AudioChunk, Phoneme, VoiceChoice, VoiceSettings
from twins.tts.phonetics import sounds_of
from twins.tts.sounds import letters
from twins.tts.timed import TimedSpeech
from twins.tts.vendor import SILENCE_SECONDS, VendorTTS, factor, gender_of, lines, samples

VERSION = "2026-03-01"  # of the API: it decides the shape of `voice`, and that errors are JSON
RATE = 24_000  # Hz
MODEL = "sonic-3"
SPEEDS, VOLUMES = (0.6, 1.5), (0.5, 2.0)
SLOW, FAST = 0.9, 1.1  # older models know three tempos
GUIDED = re.compile(r"sonic-(3|latest)")  # models that take generation_config
ASCII_NAMES = re.compile(r"[A-Z0-9]")  # of sounds that are not written in IPA
PAGE = 100
MOST_PAGES = 10


class CartesiaTTS(VendorTTS):
    """Human voices with times of words and sounds.

    model: unless a voice names another one. timed: whether times are asked for; without them lips follow the sound.
    Options of a voice: model, emotion (one word; sonic-3 and later), volume (0.5 to 2). Tempo 0.6 to 1.5.
    """

    alias = "cartesia"
    longest = 2_000
    timings = True

    def __init__(
        self, api_key: str = "", model: str = MODEL, voices: Mapping[str, str] | None = None, timed: bool = True
    ) -> None:
        self.stock = voices or {}
        self._model, self._timed = model, timed
        headers = {"Authorization": f"Bearer {api_key}", "Cartesia-Version": VERSION}
        self.wire = Wire(self.alias, headers, seconds=SILENCE_SECONDS, reading=refusal)

    def _spoken(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        body = self._body(text, voice)
        try:
            yield from self._timed_speech(text, voice, body) if self._timed else self._bare(body)
        except EngineFailed as error:
            if error.code == "vendor_not_found":
                raise self.unknown_voice(voice.voice_id) from error
            raise

    def _bare(self, body: dict[str, Any]) -> Iterator[AudioChunk]:
        with self.wire.stream("POST", "/tts/bytes", json=body) as response:
            yield from (AudioChunk(pcm, RATE) for pcm in samples(self.alias, response))

    def _timed_speech(self, text: str, voice: VoiceSettings, body: dict[str, Any]) -> Iterator[AudioChunk]:
        speech = TimedSpeech(text, RATE, sounds_of(text, voice))
        done = False
        asked = {**body, "add_timestamps": True, "add_phoneme_timestamps": True}
        with self.wire.stream("POST", "/tts/sse", json=asked) as response:
            if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
                raise self.bad_answer()
            for line in lines(self.alias, response):
                if line.startswith(b"data:"):
                    done = self._take(line[5:], speech) or done
                    yield from speech.ready()
        if not done:
            raise self.broke_off()
        if not speech.fits:
            raise self.bad_answer()
        yield from speech.rest()

    def _take(self, data: bytes, speech: TimedSpeech) -> bool:
        """One event; True for the last one."""
        event = wire.parsed(self.alias, data)
        try:
            if event["type"] == "error":
                status = int(event.get("status_code") or HTTPStatus.INTERNAL_SERVER_ERROR)
                raise refusal(status, data) or wire.refusal(self.alias, status, {}, data)
            if event["type"] == "chunk":
                speech.hear(base64.b64decode(event["data"], validate=True))
            elif event["type"] == "timestamps":
                for word, start, end in _timed(event["word_timestamps"], "words"):
                    speech.time(word, start, end)
            elif event["type"] == "phoneme_timestamps":
                speech.phonemes += _phonemes(event["phoneme_timestamps"])
            return bool(event["type"] == "done")
        except (binascii.Error, LookupError, TypeError, ValueError) as error:
            raise self.bad_answer() from error

    def _body(self, text: str, voice: VoiceSettings) -> dict[str, Any]:
        options = voice.options
        model = str(options.get("model") or self._model).strip()
        body: dict[str, Any] = {
            "model_id": model,
            "transcript": text,
            "voice": {"mode": "id", "id": voice.voice_id},
            "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE},
            "language": voice.language.split("-")[0].lower() or "en",
        }
        if not GUIDED.match(model):
            return body | ({} if voice.rate == 1.0 else {"speed": _tempo(voice.rate)})
        manner: dict[str, Any] = {} if voice.rate == 1.0 else {"speed": factor(voice.rate, *SPEEDS)}
        if (volume := self.number(options, "volume", *VOLUMES)) is not None:
            manner["volume"] = volume
        if emotion := _emotion(options.get("emotion")):
            manner["emotion"] = emotion
        return body | ({"generation_config": manner} if manner else {})

    def choices(self) -> list[VoiceChoice]:
        found: list[VoiceChoice] = []
        for _ in range(MOST_PAGES):
            after = {"starting_after": found[-1].id} if found else {}
            page = self.wire.json("GET", "/voices", params={"limit": PAGE} | after)
            if not isinstance(page, dict):
                raise self.bad_answer()
            rows = page.get("data") or []
            found += [_choice(row) for row in rows]
            if not page.get("has_more") or not rows:
                break
        return found


def refusal(status: int, content: bytes) -> EngineFailed | None:
    """What Cartesia's own code means; None without one that says more than the status."""
    try:
        code = json.loads(content).get("error_code")
    except (ValueError, AttributeError):
        return None
    if code == "quota_exceeded":
        return EngineFailed("The quota of this account's Cartesia key is used up.", "vendor_quota")
    if code == "voice_not_found":
        return EngineFailed("Cartesia has no such voice for this account. Choose another one.", "voice_unknown")
    return None


def _timed(told: Mapping[str, Any], name: str) -> Iterator[tuple[str, float, float]]:
    for what, start, end in zip(told[name], told["start"], told["end"], strict=True):
        yield str(what), float(start), float(end)


def _phonemes(told: Mapping[str, Any]) -> list[Phoneme]:
    """Its sounds in IPA; none when they are named otherwise."""
    found = list(_timed(told, "phonemes"))
    if any(ASCII_NAMES.search(name) for name, _, _ in found):
        return []
    return [Phoneme(letters(name), start, end) for name, start, end in found]


def _tempo(rate: float) -> str:
    return "slow" if rate < SLOW else "fast" if rate > FAST else "normal"


def _emotion(wanted: object) -> str:
    """One emotion; older clients send a list of "name:strength"."""
    first = wanted[0] if isinstance(wanted, list) and wanted else wanted
    return first.split(":")[0].strip().lower() if isinstance(first, str) else ""


def _choice(voice: Mapping[str, Any]) -> VoiceChoice:
    return VoiceChoice(
        str(voice["id"]),
        str(voice.get("name") or ""),
        gender_of(voice.get("gender")),
        str(voice.get("language") or ""),
        str(voice.get("description") or "")[:200],
    )
