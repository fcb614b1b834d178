"""`python -m bench.voice_fit [SAMPLE.wav …]`: how near a fitted voice comes to the person it is fitted to.

The persons are flite's voices (Debian package `flite`; more human than ours, and not our own synthesis), and the
recordings that are named. The fitted voice is measured on a text that it was not fitted with; the floor is what two
halves of the person's own sample differ by.
"""

import io
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.table import print_table
from twins.tts.base import VoiceSettings
from twins.tts.fitting import Fit, fit
from twins.tts.local import LocalTTS
from twins.tts.measures import RATE, Samples, Traits, measured, resampled, spectrum_distance

FLITE = ("slt", "rms", "awb", "kal16")
# The first of the Harvard sentences (IEEE, 1969), which persons say; and others, which the fitted voices say.
READ = (
    "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue background. It is easy to tell the "
    "depth of a well. These days a chicken leg is a rare dish. Rice is often served in round bowls. The juice of "
    "lemons makes fine punch. The box was thrown beside the parked truck. Four hours of steady work faced us."
)
SAID = (
    "The boy was there when the sun rose. A rod is used to catch pink salmon. The source of the huge river is the "
    "clear spring. Kick the ball straight and follow through. Help the woman get back to her feet. A pot of tea helps "
    "to pass the evening. Smoky fires lack flame and heat. The soft cushion broke the man's fall."
)


@dataclass(frozen=True)
class Person:
    name: str
    audio: Samples
    traits: Traits


def run(paths: Sequence[Path] = ()) -> None:
    persons = [_person(name, _flite(name)) for name in FLITE if shutil.which("flite")]
    persons += [_person(path.stem[:20], path.read_bytes()) for path in paths]
    if not persons:
        print("Nobody to fit to: install the Debian package flite, or name recordings.")
        return
    engine = LocalTTS(processes=1)
    fits = []
    for person in persons:
        started = time.perf_counter()
        found = fit((person.audio * 32767).astype("<i2").tobytes(), RATE)
        fits.append((found, time.perf_counter() - started))
    heard = [_heard(engine, found["voice"], found) for found, _ in fits]
    stock = [_heard(engine, found["voice"], None) for found, _ in fits]
    rows = [_row(n, persons, heard, stock, fits) for n in range(len(persons))]
    header = ("person", "F0 Hz", "F0 error st: stock", "fitted", "LTAS dB: stock", "fitted", "closed loop", "halves",
              "formants %", "nearest of N", "fit s")  # fmt: skip
    print_table("Fitted voices against the persons they are fitted to (other text)", header, rows)
    engine.close()


def _row(
    n: int, persons: list[Person], heard: list[Traits], stock: list[Traits], fits: list[tuple[Fit, float]]
) -> tuple[str, ...]:
    person, found = persons[n], fits[n][0]
    distances = [_distance(heard[n], other.traits) for other in persons]
    half = len(person.audio) // 2
    halves = [measured(part) for part in (person.audio[:half], person.audio[half:])]
    return (
        person.name,
        f"{person.traits.pitch:.0f}",
        f"{_semitones(stock[n], person.traits):.2f}",
        f"{_semitones(heard[n], person.traits):.2f}",
        f"{spectrum_distance(stock[n].spectrum, person.traits.spectrum):.1f}",
        f"{spectrum_distance(heard[n].spectrum, person.traits.spectrum):.2f}",
        f"{found['measured']['spectrum']:.2f}",
        f"{spectrum_distance(halves[0].spectrum, halves[1].spectrum):.2f}",
        f"{100 * float(np.abs(heard[n].formants / person.traits.formants - 1).mean()):.1f}",
        "yes" if int(np.argmin(distances)) == n else f"no: {persons[int(np.argmin(distances))].name}",
        f"{fits[n][1]:.1f}",
    )


def _distance(one: Traits, other: Traits) -> float:
    """Colour, pitch and formants together, each over what the persons usually differ by: 8 dB, 5 semitones, 10 %."""
    formants = float(np.abs(np.log(one.formants / other.formants)).mean())
    return spectrum_distance(one.spectrum, other.spectrum) / 8 + _semitones(one, other) / 5 + formants / 0.1


def _semitones(one: Traits, other: Traits) -> float:
    return float(12 * abs(np.log2(one.pitch / other.pitch)))


def _heard(engine: LocalTTS, voice: str, found: Fit | None) -> Traits:
    chunks = list(engine.stream(SAID, VoiceSettings(voice, language="en-US", fit=found)))
    audio = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), "<i2").astype(np.float32) / 32768
    return measured(resampled(audio, chunks[0].sample_rate))


def _flite(voice: str) -> bytes:
    command = ["flite", "-voice", voice, "-t", READ, "-o", "/dev/stdout"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _person(name: str, content: bytes) -> Person:
    with wave.open(io.BytesIO(content)) as file:
        audio = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
        mono = audio.reshape(-1, file.getnchannels()).mean(axis=1)
        even = resampled(mono.astype(np.float32), file.getframerate())
    return Person(name, even, measured(even))


if __name__ == "__main__":
    run([Path(name) for name in sys.argv[1:]])
