"""Voices of ElevenLabs, over https://elevenlabs.io/docs/api-reference/text-to-speech (stream with timestamps)."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors import wire
from avatarsite.core.vendors.wire import Wire
from twins.tts.base import AudioChunk, VoiceChoice, VoiceSettings
from twins.tts.phonetics import sounds_of
from twins.tts.timed import TimedSpeech, written
from twins.tts.vendor import SILENCE_SECONDS, VendorTTS, factor, gender_of, lines, samples

RATE = 24_000  # Hz: every plan has it; pcm_44100 needs a higher one
FORMAT = f"pcm_{RATE}"  # headerless, mono, 16-bit
MODEL = "eleven_flash_v2_5"
SPEEDS = (0.7, 1.2)
TOLD_LANGUAGES = ("eleven_flash_v2_5", "eleven_turbo_v2_5", "eleven_v3")  # models that take language_code
STEPS = (0.0, 0.5, 1.0)  # of stability, for eleven_v3
PAGE = 100
MOST_PAGES = 10
# Its codes -> ours; by the code, for HTTP 401 is said of a used-up quota as well.
CODES = {
    **dict.fromkeys(("quota_exceeded", "insufficient_credits", "payment_required"), "vendor_quota"),
    **dict.fromkeys(("voice_not_found", "invalid_voice_id"), "voice_unknown"),
    **dict.fromkeys(("max_character_limit_exceeded", "text_too_long"), "text_too_long"),
    **dict.fromkeys(("content_policy_violation", "moderation_blocked"), "vendor_content_refused"),
}
WORDS = {
    "vendor_quota": "The quota of this account's ElevenLabs key is used up.",
    "voice_unknown": "ElevenLabs has no such voice for this account. Choose another one.",
    "text_too_long": "ElevenLabs' model cannot say so long a text at once.",
    "vendor_content_refused": "ElevenLabs refuses this content.",
}


class ElevenLabsTTS(VendorTTS):
    """Human voices; times of letters become times of words, and of sounds as the embedded voice reads the words.

    model: unless a voice names another one. timed: whether times are asked for; without them lips follow the sound.
    Options of a voice: model, stability, similarity_boost, style (each 0 to 1), use_speaker_boost. Tempo 0.7 to 1.2.
    """

    alias = "elevenlabs"
    longest = 3_000  # characters that the strictest model takes
    timings = True

    def __init__(
        self, api_key: str = "", model: str = MODEL, voices: Mapping[str, str] | None = None, timed: bool = True
    ) -> None:
        self.stock = voices or {}
        self._model, self._timed = model, timed
        self.wire = Wire(self.alias, {"xi-api-key": api_key}, seconds=SILENCE_SECONDS, reading=refusal)

    def _spoken(self, text: str, voice: VoiceSettings) -> Iterator[AudioChunk]:
        path = f"/v1/text-to-speech/{quote(voice.voice_id, safe='')}/stream"
        asked: dict[str, Any] = {"json": self._body(text, voice), "params": {"output_format": FORMAT}}
        if not self._timed:
            with self.wire.stream("POST", path, **asked) as response:
                yield from (AudioChunk(pcm, RATE) for pcm in samples(self.alias, response))
            return
        speech = TimedSpeech(text, RATE, sounds_of(text, voice))
        with self.wire.stream("POST", f"{path}/with-timestamps", **asked) as response:
            letters = _Letters(speech)
            for line in lines(self.alias, response):
                if line.strip():
                    self._take(line, speech, letters)
                    yield from speech.ready()
        letters.end()
        if not speech.fits:
            raise self.bad_answer()
        if letters.told and not speech.complete:
            raise self.broke_off()
        yield from speech.rest()

    def _take(self, line: bytes, speech: TimedSpeech, letters: "_Letters") -> None:
        found = wire.parsed(self.alias, line)
        if not isinstance(found, dict) or "audio_base64" not in found:
            raise self.bad_answer()
        before = speech.seconds
        try:
            speech.hear(base64.b64decode(found["audio_base64"] or "", validate=True))
            letters.add(found.get("alignment") or {}, before)
        except (binascii.Error, KeyError, TypeError, ValueError) as error:
            raise self.bad_answer() from error
        if not speech.fits:
            raise self.bad_answer()

    def _body(self, text: str, voice: VoiceSettings) -> dict[str, Any]:
        options = voice.options
        model = str(options.get("model") or self._model).strip()
        manner: dict[str, Any] = {
            name: value
            for name in ("stability", "similarity_boost", "style")
            if (value := self.number(options, name, 0, 1)) is not None
        }
        if "stability" in manner and model.startswith("eleven_v3"):
            manner["stability"] = min(STEPS, key=lambda step: abs(step - manner["stability"]))
        if isinstance(options.get("use_speaker_boost"), bool):
            manner["use_speaker_boost"] = options["use_speaker_boost"]
        if voice.rate != 1.0:
            manner["speed"] = factor(voice.rate, *SPEEDS)
        body: dict[str, Any] = {"text": text, "model_id": model}
        if manner:
            body["voice_settings"] = manner
        if model in TOLD_LANGUAGES and voice.language:
            body["language_code"] = voice.language.split("-")[0].lower()
        return body

    def choices(self) -> list[VoiceChoice]:
        found, token = [], ""
        for _ in range(MOST_PAGES):
            page = self.wire.json("GET", "/v2/voices", params={"page_size": PAGE} | _next(token))
            if not isinstance(page, dict):
                raise self.bad_answer()
            found += [_choice(voice) for voice in page.get("voices") or []]
            token = page.get("next_page_token") or ""
            if not page.get("has_more") or not token:
                break
        return found

    def clone(self, name: str, sample: Path) -> str:
        """The id of a new voice made of a person's recording. Nobody is asked for consent here: the caller has it.

        It cannot be sent twice without making two voices: after vendor_timeout or vendor_unreachable, look for `name`.
        """
        with sample.open("rb") as file:
            form = {"name": name, "remove_background_noise": "false", "labels": "{}"}
            made = self.wire.json(
                "POST", "/v1/voices/add", data=form, files={"files": ("sample.wav", file, "audio/wav")}
            )
        if not isinstance(made, dict) or not isinstance(made.get("voice_id"), str):
            raise self.bad_answer()
        return str(made["voice_id"])

    def forget(self, voice_id: str) -> None:
        """Delete a voice; one that is not there is no error."""
        try:
            self.wire.json("DELETE", f"/v1/voices/{quote(voice_id, safe='')}")
        except EngineFailed as error:
            if error.code not in ("vendor_not_found", "voice_unknown"):
                raise


class _Letters:
    """Times of letters become times of words; a word may come in several lines."""

    def __init__(self, speech: TimedSpeech) -> None:
        self._speech = speech
        self._word, self._start, self._end = "", 0.0, 0.0
        self.told = False

    def add(self, alignment: Mapping[str, Any], heard: float) -> None:
        """heard: seconds of sound before this line; times that begin anew are taken from there."""
        if not alignment:
            return
        starts, ends = alignment["character_start_times_seconds"], alignment["character_end_times_seconds"]
        offset = heard if starts and float(starts[0]) + 0.01 < self._end else 0.0
        for letter, start, end in zip(alignment["characters"], starts, ends, strict=True):
            self.told = True
            if str(letter).isspace():
                self.end()
                continue
            self._start = self._start if self._word else float(start) + offset
            self._word, self._end = self._word + str(letter), float(end) + offset

    def end(self) -> None:
        """The word is whole."""
        pieces = written(self._word)
        each = (self._end - self._start) / max(len(pieces), 1)
        for n, piece in enumerate(pieces):
            self._speech.time(piece, self._start + n * each, self._start + (n + 1) * each)
        self._word = ""


def refusal(status: int, content: bytes) -> EngineFailed | None:
    """What ElevenLabs' own code means; None without a code that says more than the status."""
    code = CODES.get(_code(content))
    if code is None:
        return None
    said = wire.words_of(content)
    return EngineFailed(f"{WORDS[code]} It says: {said}" if said else WORDS[code], code)


def _code(content: bytes) -> str:
    try:
        detail = json.loads(content)["detail"]
        return str(detail.get("code") or detail.get("status") or "")
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""


def _next(token: str) -> dict[str, str]:
    return {"next_page_token": token} if token else {}


def _choice(voice: Mapping[str, Any]) -> VoiceChoice:
    labels = voice.get("labels") or {}
    words = ", ".join(str(labels[name]) for name in ("accent", "age", "descriptive", "use_case") if labels.get(name))
    gender, language = gender_of(labels.get("gender")), str(labels.get("language") or "")
    return VoiceChoice(str(voice["voice_id"]), str(voice.get("name") or ""), gender, language, words[:200])
