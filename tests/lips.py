"""What the tests and the bench of lips share: the lips of speech by its phonemes and by ear, and how alike they are."""

from dataclasses import replace
from itertools import pairwise

import av
import numpy as np

from twins.landmarks import Tracker, measures
from twins.tts.base import AudioChunk, Phoneme
from videos.lip_training.corpus import SHORTEST_CLOSURE
from videos.renderers.local.curve import LipCurve
from videos.renderers.local.visemes import PRESSED, TUCKED, visemes

OPENING, WIDTH, PRESS, TUCK = range(4)


def joined(chunks):
    """One chunk of all; phonemes and words keep their times."""
    starts = np.cumsum([0.0, *(chunk.seconds for chunk in chunks)])
    phonemes = tuple(
        Phoneme(p.symbol, start + p.start, start + p.end)
        for chunk, start in zip(chunks, starts, strict=False)
        for p in chunk.phonemes
    )
    return AudioChunk(b"".join(chunk.pcm for chunk in chunks), chunks[0].sample_rate, phonemes)


def lips_of(speech):
    """(n, 4) opening, width, pressed, tucked, 100 a second, for the phonemes of a chunk."""
    return _lips([speech])


def lips_by_ear(speech, piece=0.1):
    """The same for the sound alone, given in pieces of so many seconds."""
    deaf = replace(speech, phonemes=(), words=())
    size = max(int(piece * speech.sample_rate), 1) * 2
    return _lips([replace(deaf, pcm=deaf.pcm[at : at + size]) for at in range(0, len(deaf.pcm), size)])


def _lips(chunks):
    curve, points = LipCurve(SHORTEST_CLOSURE), []
    for chunk in chunks:
        curve.add(chunk)
        points += curve.take(last=False)
    points += curve.take(last=True)
    return np.array([(p.opening, p.width, p.closure == PRESSED, p.closure == TUCKED) for p in points], float)


def alike(seen, true):
    """Correlations of opening, rounding, spreading and closure, and their mean."""
    length = min(len(seen), len(true))
    found = {
        name: float(np.corrcoef(view(seen[:length]), view(true[:length]))[0, 1])
        for name, view in {
            "opening": lambda lips: lips[:, OPENING],
            "rounding": lambda lips: -lips[:, WIDTH].clip(max=0.0),
            "spreading": lambda lips: lips[:, WIDTH].clip(min=0.0),
            "closure": lambda lips: lips[:, PRESS] + lips[:, TUCK],
        }.items()
    }
    return found | {"mean": float(np.mean(list(found.values())))}


def closures(seen, true, reach=2):
    """Recall and precision of presses of the lips; `reach`: points by which they may differ in time."""
    length = min(len(seen), len(true))
    found, wanted = (lips[:length, PRESS] > 0.5 for lips in (seen, true))
    recall = np.mean([found[start:end].any() for start, end in _runs(wanted)])
    precision = np.mean([wanted[max(start - reach, 0) : end + reach].any() for start, end in _runs(found)] or [0.0])
    return float(recall), float(precision)


def lag(seen, true, most=10):
    """Points by which the seen opening comes after the true one, at best correlation."""
    return delay(seen[:, OPENING], true[:, OPENING], most)


def delay(seen, true, most):
    length = min(len(seen), len(true)) - most
    scores = {
        shift: np.corrcoef(seen[most + shift : length + shift], true[most:length])[0, 1]
        for shift in range(-most, most + 1)
    }
    return max(scores, key=scores.get)


# -- From the pictures of a clip


def opening_seen(path, fps=25):
    """How far lips are apart in decoded pictures, in eye distances: for each frame, and 100 a second."""
    tracker = Tracker()
    with av.open(str(path), format="mp4") as file:
        faces = [tracker.track(frame.to_ndarray(format="rgb24")) for frame in file.decode(video=0)]
    per_frame = np.array([measures.mouth_opening(face.points) if face else np.nan for face in faces])
    times = (np.arange(len(per_frame)) + 0.5) / fps
    known = ~np.isnan(per_frame)
    return per_frame, np.interp(np.arange(len(per_frame) * 100 // fps) / 100, times[known], per_frame[known])


def opening_asked(speech):
    """(points,) what the phonemes ask for, each all the time that it sounds, smoothed over 90 ms."""
    asked = np.zeros(int(speech.seconds * 100))
    for phoneme in speech.phonemes:
        parts = visemes(phoneme.symbol)
        edges = np.linspace(phoneme.start, phoneme.end, len(parts) + 1) * 100
        for part, start, end in zip(parts, edges, edges[1:], strict=False):
            asked[round(start) : round(end)] = part.opening
    return np.convolve(asked, np.full(9, 1 / 9), "same")


def seen_closed(per_frame, speech, sounds="mbp", fps=25):
    """Share of the sounds in one of whose frames the lips are closed: within a tenth of the way to wide open."""
    low, high = np.nanpercentile(per_frame, (2, 98))
    closed = [
        np.nanmin(per_frame[max(int(p.start * fps - 0.5), 0) : int(p.end * fps + 0.5) + 1]) < low + 0.1 * (high - low)
        for p in speech.phonemes
        if p.symbol in tuple(sounds)
    ]
    return float(np.mean(closed))


def _runs(flags):
    edges = np.flatnonzero(np.diff(np.pad(flags.astype(int), 1)))
    return list(pairwise(edges))[::2]
