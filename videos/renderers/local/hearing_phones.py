"""Which sounds are spoken: pocketsphinx with its own English model of people's voices, while the sound comes in.

The model is English, but what lips do is much alike in all languages: in Italian and Russian speech it hears closures
and open vowels too. Context-independent units and narrow beams: 40 x real time on one core, 6 MB.
"""

import contextlib
import functools
from collections.abc import Iterator

from pocketsphinx import Decoder, get_model_path

RATE = 16000
FRAME = RATE // 100  # samples of one point
FIRST_PART = 6  # points that the first of two parts (diphthong, affricate) lasts; the end is not known yet
LAG = 6  # points: what comes later can still change what was heard
EVERY = 5  # points: asking what was heard has its price
BREATH = 600  # points after which the next pause begins a new utterance, so that cost does not grow with length
LONGEST = 6000  # points after which one begins in any case

IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɝ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t",
    "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip


@functools.cache
def _decoder() -> tuple[Decoder, str]:
    """One per process, and its first guess of the recording's colour (cepstral mean), to begin every voice with."""
    model = {name: get_model_path(f"en-us/{name}") for name in ("en-us", "en-us-phone.lm.bin")}
    decoder = Decoder(
        hmm=model["en-us"], allphone=model["en-us-phone.lm.bin"], allphone_ci=True, lm=None, dict=None,
        lw=2.0, pip=0.3, beam=1e-20, pbeam=1e-10, topn=2, cmn="live", loglevel="FATAL",
    )  # fmt: skip
    return decoder, decoder.get_cmn(False)


class PhoneListener:
    """16 kHz sound in, one IPA letter per 10 ms out ("" is a pause). One listener at a time in a process."""

    def __init__(self) -> None:
        self._decoder, colour = _decoder()
        self._decoder.set_cmn(colour)
        self._heard = 0  # points of sound
        self._base = 0  # the point at which the utterance began
        self._told = 0  # points handed out
        self._samples = 0
        self._last = ""
        with contextlib.suppress(RuntimeError):  # the listener before this one was not there to the end
            self._decoder.end_utt()
        self._decoder.start_utt()

    def hear(self, pcm: bytes) -> None:
        self._decoder.process_raw(pcm, no_search=False, full_utt=False)
        self._samples += len(pcm) // 2
        self._heard = self._samples // FRAME

    def take(self, last: bool) -> list[str]:
        """Points that were not handed out yet. `last`: nothing is known to follow."""
        until = self._heard if last else self._base + self._decoder.n_frames() - LAG
        if until - self._told < (1 if last else EVERY):
            return []
        letters = self._letters(until)
        self._told = until
        self._last = letters[-1]
        self._begin_anew()
        return letters

    def _letters(self, until: int) -> list[str]:
        letters: list[str] = []
        for segment in self._decoder.seg() or ():
            letters += _spelled(segment.word, segment.start_frame, segment.end_frame + 1, self._told - self._base)
        wanted = until - self._told
        return (letters + [letters[-1] if letters else self._last] * wanted)[:wanted]

    def _begin_anew(self) -> None:
        length = self._told - self._base
        if length > LONGEST or (length > BREATH and not self._last):
            self._decoder.end_utt()
            self._decoder.start_utt()
            self._base = self._heard


def _spelled(word: str, start: int, end: int, since: int) -> Iterator[str]:
    """The letter of each of a segment's points from point `since` of the utterance on."""
    parts = IPA.get(word, "")
    for point in range(max(start, since), end):
        yield parts[0 if point - start < FIRST_PART else -1] if parts else ""
