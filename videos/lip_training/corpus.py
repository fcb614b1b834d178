"""Spectra of babble and the lips that belong to them; then the same as other rooms and microphones would hear it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import av
import numpy as np

from avatarsite.core.children import ChildPool
from twins.tts.base import AudioChunk, Phoneme
from twins.tts.espeak_messages import Speech
from twins.tts.sounds import spans
from videos.lip_training.babble import utterance
from videos.renderers.local.curve import LipCurve
from videos.renderers.local.hearing_network import BANDS, HOP, RATE, WINDOW, Points, spectra
from videos.renderers.local.visemes import PRESSED, TUCKED

SHORTEST_CLOSURE = 0.05  # seconds
SECONDS_PER_UTTERANCE = 20.0


@dataclass(frozen=True)
class Clip:
    """spectra: (n, BANDS) log-mel. lips: (n, 4) opening, width, pressed, tucked."""

    spectra: Points
    lips: Points


def clips(count: int, chance: random.Random, between: Callable[[], None]) -> Iterator[Clip]:
    """`between` is called before each."""
    voice = ChildPool("twins.tts.espeak_child", 1)  # GPL: in a process of its own
    try:
        for _ in range(count):
            between()
            with voice.child() as child:
                child.send(utterance(chance))
                speech: Speech = child.receive(SECONDS_PER_UTTERANCE)
            yield _clip(speech)
    finally:
        voice.close()


def _clip(speech: Speech) -> Clip:
    pcm = np.frombuffer(speech.pcm, "<i2")
    audio, rate = pcm.astype(np.float32) / np.float32(32768), speech.sample_rate
    phonemes = tuple(Phoneme(s, start / rate, end / rate) for s, start, end in spans(speech.phonemes, audio, rate))
    lips = lips_of(AudioChunk(speech.pcm, rate, phonemes))
    heard = _resampled(pcm, rate)
    edge = (WINDOW - HOP) // 2
    count = min(len(lips), len(heard) // HOP)
    return Clip(spectra(np.pad(heard, (edge, edge)), count), lips[:count])


def lips_of(chunk: AudioChunk) -> Points:
    """(n, 4) as in Clip: what the renderer shows for the chunk's phonemes."""
    curve = LipCurve(SHORTEST_CLOSURE)
    curve.add(chunk)
    told = curve.take(last=True)
    return np.array([(p.opening, p.width, p.closure == PRESSED, p.closure == TUCKED) for p in told], np.float32)


def _resampled(pcm: np.ndarray[tuple[int], np.dtype[np.int16]], rate: int) -> Points:
    frame = av.AudioFrame.from_ndarray(pcm[np.newaxis], format="s16", layout="mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    pieces = [piece.to_ndarray()[0] for given in (frame, None) for piece in resampler.resample(given)]
    return np.concatenate(pieces).astype(np.float32)


def elsewhere(heard: Points, chance: np.random.Generator) -> Points:
    """The spectra as another throat, microphone, room and noise would make them; all of it on mel bands."""
    tilt = np.linspace(-1, 1, BANDS)
    shift = _bumpy(chance, 0.7) + chance.uniform(-1.2, 1.2) * tilt + chance.uniform(-3, 1)
    if chance.random() < 0.15:
        shift -= 12 / (1 + np.exp(chance.uniform(20, 26) - np.arange(BANDS)))  # a telephone's upper end
    heard = _stretched(heard, chance.uniform(0.88, 1.12)) + shift.astype(np.float32)
    if chance.random() < 0.5:
        heard = _reverberated(heard, decay=np.exp(-chance.uniform(0.25, 0.9)), share=chance.uniform(0.02, 0.25))
    noise = np.log(np.exp(heard).mean()) - chance.uniform(2.5, 11) + _bumpy(chance, 1.0) - chance.uniform(0, 1) * tilt
    return np.asarray(np.logaddexp(heard, noise + chance.normal(0, 0.4, heard.shape)), np.float32)


def _bumpy(chance: np.random.Generator, height: float) -> Points:
    """A smooth random curve over the bands, nepers."""
    knots = np.linspace(0, BANDS - 1, 7)
    return np.interp(np.arange(BANDS), knots, chance.normal(0, height, len(knots))).astype(np.float32)


def _stretched(heard: Points, factor: float) -> Points:
    """The bands moved as a longer or shorter throat moves formants."""
    place = np.clip(np.arange(BANDS) * factor, 0, BANDS - 1)
    low = np.minimum(place.astype(int), BANDS - 2)
    share = (place - low).astype(np.float32)
    return np.asarray(heard[:, low] * (1 - share) + heard[:, low + 1] * share, np.float32)


def _reverberated(heard: Points, decay: float, share: float) -> Points:
    """`share` of the power stays in the room and fades by `decay` from point to point."""
    power = np.exp(heard)
    room = np.zeros(BANDS, np.float32)
    for point in power:
        room, fed = room * decay, point * share
        point += room
        room = room + fed
    return np.asarray(np.log(power), np.float32)
