"""Lips, measured: by landmarks in the decoded pictures of clips, and by ear against voices whose sounds are known.

`python -m bench.lips`. The second table needs Debian's `flite`: its voices are recorded people, and it prints its
phonemes' times; no ear was trained on them.
"""

import shutil
import subprocess
import tempfile
import time
import wave
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.faces import photo, video
from bench.table import print_table
from tests.lips import (
    alike,
    closures,
    delay,
    joined,
    lag,
    lips_by_ear,
    lips_of,
    opening_asked,
    opening_seen,
    seen_closed,
)
from twins.tts.base import AudioChunk, Phoneme, VoiceSettings
from twins.tts.local import LocalTTS
from videos.lip_training.child import handle
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local import hearing
from videos.renderers.local.ears import place
from videos.renderers.local.engine import LocalRenderer
from videos.renderers.local.hearing_phones import IPA

TEXT = (
    "The boy was there when the sun rose above the old farm, and everybody began to move. "
    "Please remember to bring both of my maps back before Monday morning. "
    "A big brown bear came out of the bushes and looked at our camp for a moment. "
    "We often visit five villages in the valley, where very fine wool is woven. "
    "Who would choose to move through the cool blue pool at noon? "
    "Peter has prepared a simple supper of pumpkin soup, bread, and apple pie."
)
FORMAT = VideoFormat(512, 512)
FLITE_VOICES = ("slt", "rms", "awb", "kal16")
# What flite writes otherwise than the CMU dictionary does.
_FLITE = {"AX": "ə", "AXR": "ɚ", "DX": "ɾ", "EL": "l", "EM": "m", "EN": "n", "HV": "h", "NX": "n", "PAU": ""}


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        _train(cache)
        _rendered(cache)
        if shutil.which("flite"):
            _heard(cache)


def _train(cache: Path) -> None:
    start = time.process_time()
    handle(place(cache), lambda: None, lambda _: None)
    print(f"The ear was trained in {time.process_time() - start:.1f} s of processor.")
    hearing.use(cache)


def _rendered(cache: Path) -> None:
    with closing(LocalTTS()) as tts:
        speech = joined(list(tts.stream(TEXT, VoiceSettings("amara"))))
    deaf = replace(speech, phonemes=(), words=())
    faces = {"amara": FaceRef("drawn", "amara"), "leo": FaceRef("drawn", "leo"), "photo": photo(cache)}
    faces |= {"video": video(cache)}
    rows = [
        [name, how, *_measured(cache, face, chunk, speech)]
        for name, face in faces.items()
        for how, chunk in (("text", speech), ("sound alone", deaf))
    ]
    header = ["face", "driven by", "lag", "r phonemes", "r curve", "m b p closed"]
    print_table(f"Lips in the decoded pictures, {speech.seconds:.0f} s of speech", header, rows)


def _measured(cache: Path, face: FaceRef, said: AudioChunk, speech: AudioChunk) -> list[str]:
    path = cache / f"{time.monotonic_ns()}.mp4"
    with closing(LocalRenderer(cache)) as renderer:
        list(renderer.render(face, [said], path, FORMAT))
    per_frame, seen = opening_seen(path, FORMAT.fps)
    asked, curve = opening_asked(speech), lips_of(speech)[:, 0]
    length = min(len(asked), len(seen), len(curve))
    seen, asked, curve = seen[:length], asked[:length], curve[:length]
    late = delay(seen, curve, 15)
    return [
        f"{late * 10:+d} ms",
        f"{np.corrcoef(seen, asked)[0, 1]:.2f}",
        f"{np.corrcoef(seen, curve)[0, 1]:.2f}",
        f"{seen_closed(per_frame, speech):.0%}",
    ]


def _heard(cache: Path) -> None:
    rows = []
    for voice in FLITE_VOICES:
        speech = _flite(cache, voice)
        for ear, folder in (("trained", cache), ("loudness", cache / "nothing")):
            hearing.use(folder)
            start = time.process_time()
            seen, true = lips_by_ear(speech), lips_of(speech)
            spent = time.process_time() - start
            found, (recall, precision) = alike(seen, true), closures(seen, true)
            figures = [f"{found[name]:.2f}" for name in ("mean", "opening", "rounding", "spreading", "closure")]
            closing_ = f"{recall:.2f} / {precision:.2f}"
            rows.append(
                [voice, ear, *figures, closing_, f"{lag(seen, true) * 10:+d} ms", f"{speech.seconds / spent:.0f} x"]
            )
    header = [
        "voice",
        "second ear",
        "r mean",
        "opening",
        "rounding",
        "spreading",
        "closure",
        "m b p found / right",
        "lag",
        "real time",
    ]
    print_table("Lips by ear, recorded people (flite) that no ear was trained on", header, rows)


def _flite(folder: Path, voice: str) -> AudioChunk:
    path = folder / "flite.wav"
    command = ["flite", "-voice", voice, "-t", TEXT, "-o", str(path), "-psdur"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    with wave.open(str(path)) as file:
        rate, pcm = file.getframerate(), file.readframes(file.getnframes())
    names, ends = zip(*(item.rsplit(":", 1) for item in told), strict=True)
    edges = [0.0, *map(float, ends)]
    spelled = {**IPA, **_FLITE}
    phonemes = tuple(
        Phoneme(spelled.get(name.upper(), ""), start, end)
        for name, start, end in zip(names, edges, edges[1:], strict=False)
    )
    return AudioChunk(pcm, rate, phonemes)


if __name__ == "__main__":
    run()
