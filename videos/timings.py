"""When each word, sound and mouth shape of a clip falls, as JSON.

    {"version": 1, "duration": 4.2,
     "words":    [{"text": "Hello", "start": 0.05, "end": 0.41}, …],
     "phonemes": [{"symbol": "h", "start": 0.05, "end": 0.12}, …],      IPA without stress
     "visemes":  [{"viseme": "aa", "start": 0.12, "end": 0.2}, …]}      the 15 shapes that lip-sync tools share

Times are seconds from the start of the clip. A clip of a recording has none of the three: nobody knows its words.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from twins.tts.base import AudioChunk

VERSION = 1
# The visemes of MPEG-4 (ISO/IEC 14496-2, table C.1), under the names that lip-sync tools have agreed on.
_SHAPES = {
    "PP": "pbmɓʘ",
    "FF": "fvɱʋⱱɸβ",
    "TH": "θð",
    "DD": "tdʈɖɾɽʔ",
    "kk": "kgɡxɣɰqɢχħʕhɦŋ",
    "CH": "ʃʒʂʐɕʑɧ",
    "SS": "szç",
    "nn": "nlɳɫɬɮɭɺɲɴʎ",
    "RR": "rɹɻʀʁɚɝ",
    "aa": "aɑɐæʌɶɒ",
    "E": "eɛɜəɘ",
    "ih": "iɪɨᵻjʝyʏ",
    "oh": "oɔøœɵɞɤ",
    "ou": "uʊʉɯwʍɥ",
}
SILENCE = "sil"
_SHAPE_OF = {letter: name for name, letters in _SHAPES.items() for letter in letters}


@dataclass
class Timings:
    """Collects the words and sounds of consecutive audio chunks; keeps the clip's clock."""

    seconds: float = 0.0
    words: list[dict[str, Any]] = field(default_factory=list)
    phonemes: list[dict[str, Any]] = field(default_factory=list)

    def add(self, chunk: AudioChunk) -> None:
        for word in chunk.words:
            self.words.append({"text": word.text, **self._at(word.start, word.end)})
        for phoneme in chunk.phonemes:
            self.phonemes.append({"symbol": phoneme.symbol, **self._at(phoneme.start, phoneme.end)})
        self.seconds += chunk.seconds

    def json(self, duration: float) -> str:
        told = {"version": VERSION, "duration": round(duration, 3), "words": self.words, "phonemes": self.phonemes}
        return json.dumps({**told, "visemes": list(self._visemes())}, ensure_ascii=False, separators=(",", ":"))

    def _at(self, start: float, end: float) -> dict[str, float]:
        return {"start": round(self.seconds + start, 3), "end": round(self.seconds + end, 3)}

    def _visemes(self) -> list[dict[str, Any]]:
        """One for each part of a sound; equal neighbours are one."""
        shapes: list[dict[str, Any]] = []
        for phoneme in self.phonemes:
            parts = [_SHAPE_OF[letter] for letter in phoneme["symbol"] if letter in _SHAPE_OF] or [SILENCE]
            each = (phoneme["end"] - phoneme["start"]) / len(parts)
            for number, name in enumerate(parts):
                start = round(phoneme["start"] + number * each, 3)
                end = round(phoneme["start"] + (number + 1) * each, 3)
                if shapes and shapes[-1]["viseme"] == name and shapes[-1]["end"] >= start - 0.001:
                    shapes[-1]["end"] = end
                else:
                    shapes.append({"viseme": name, "start": start, "end": end})
        return shapes
