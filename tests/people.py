"""People who speak: flite's voices, which were made from recordings of persons."""

import io
import subprocess
import wave
from functools import cache

import numpy as np

from twins.stt.base import Sound


@cache
def say(text: str, voice: str = "rms") -> Sound:
    """A text spoken by flite's slt (a woman), rms, awb or kal (men)."""
    done = subprocess.run(["flite", "-voice", voice, "-t", text, "-o", "/dev/stdout"], capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as sound:
        rate = sound.getframerate()
        return Sound(sound.readframes(len(done.stdout)), rate).at(16_000)


def noisy(sound: Sound, decibels: float) -> Sound:
    """With white noise `decibels` below the speech."""
    samples = np.frombuffer(sound.pcm, "<i2").astype(float)
    level = np.sqrt(np.mean(samples**2)) / 10 ** (decibels / 20)
    noise = np.random.default_rng(1).normal(0, level, len(samples))
    return Sound(np.clip(samples + noise, -32768, 32767).astype("<i2").tobytes(), sound.sample_rate)


def silence(seconds: float, rate: int = 16_000) -> Sound:
    return Sound(bytes(2 * round(seconds * rate)), rate)
