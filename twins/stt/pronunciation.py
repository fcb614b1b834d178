"""How a word is pronounced that no dictionary has: the local voice reads it, and its sounds are written as CMU phones.

Names are what this is for. Symbols: IPA of espeak-ng's American English -> ARPAbet without stress.
"""

from avatarsite.core.engines import EngineFailed
from twins.tts.base import VoiceSettings
from twins.tts.local import LocalTTS

PHONES = {
    **{"p": "P", "b": "B", "t": "T", "d": "D", "k": "K", "ɡ": "G", "g": "G", "f": "F", "v": "V", "θ": "TH", "ð": "DH"},
    **{"s": "S", "z": "Z", "ʃ": "SH", "ʒ": "ZH", "h": "HH", "x": "K", "m": "M", "n": "N", "ŋ": "NG", "l": "L"},
    **{"ɹ": "R", "r": "R", "w": "W", "ʍ": "W", "j": "Y", "tʃ": "CH", "dʒ": "JH", "ɾ": "D", "ʔ": "T", "ɬ": "L"},
    **{"i": "IY", "ɪ": "IH", "ᵻ": "IH", "e": "EY", "ɛ": "EH", "æ": "AE", "a": "AA", "ɑ": "AA", "ɒ": "AA", "ɔ": "AO"},
    **{"o": "OW", "ʊ": "UH", "u": "UW", "ʌ": "AH", "ɐ": "AH", "ə": "AH", "ɜ": "ER", "ɚ": "ER", "y": "UW", "ø": "ER"},
    **{"eɪ": "EY", "aɪ": "AY", "ɔɪ": "OY", "aʊ": "AW", "oʊ": "OW", "əʊ": "OW", "əl": "AH L", "n̩": "AH N"},
    **{
        "ɪɹ": "IH R",
        "ɛɹ": "EH R",
        "ɑɹ": "AA R",
        "ɔɹ": "AO R",
        "oɹ": "AO R",
        "ʊɹ": "UH R",
        "aɪɚ": "AY ER",
        "ɪə": "IY AH",
    },
}
LONGEST = max(map(len, PHONES))


class Pronunciation:
    """Reads words aloud, silently. Its helper process starts with the first word."""

    def __init__(self) -> None:
        self._voice = LocalTTS(processes=1)

    def of(self, word: str) -> str:
        """ARPAbet phones with spaces; "" for a word that an English voice cannot say."""
        try:
            chunks = list(self._voice.stream(word, VoiceSettings("amara", language="en-US")))
        except EngineFailed as error:
            if error.code == "tts_unspeakable":
                return ""
            raise
        symbols = "".join(phoneme.symbol for chunk in chunks for phoneme in chunk.phonemes)
        return " ".join(_phones(symbols.replace("ː", "").replace("ˈ", "").replace("ˌ", "")))

    def close(self) -> None:
        self._voice.close()


def _phones(symbols: str) -> list[str]:
    """The longest symbol that fits, from left to right; what is unknown is passed over."""
    found, place = [], 0
    while place < len(symbols):
        size = next((n for n in range(LONGEST, 0, -1) if symbols[place : place + n] in PHONES), 0)
        found += [PHONES[symbols[place : place + size]]] if size else []
        place += size or 1
    return found
