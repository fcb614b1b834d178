"""What is known of a clip's speech: its words and sounds in time, as they are spoken, or as they were."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Ticket
from twins.tts.base import AudioChunk, Phoneme, Word
from videos import recordings
from videos.captions import Captioner, cues
from videos.models import Video
from videos.progress import Expected
from videos.timings import Timings

SHORTEST = 2.0  # seconds of a piece of speech that is played again


@dataclass
class Heard:
    """What is known of a clip's speech as far as it was spoken."""

    expected: Expected
    captioner: Captioner = field(default_factory=Captioner)
    timings: Timings = field(default_factory=Timings)
    trouble: EngineFailed | None = None

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """What goes wrong in the block is the words' or the voice's fault, and no renderer's: it is kept as trouble."""
        try:
            yield
        except EngineFailed as error:
            self.trouble = error
            raise

    def add(self, chunk: AudioChunk, ticket: Ticket) -> None:
        """Take a chunk; cues are told to watchers as they come."""
        for cue in self.captioner.add(chunk):
            ticket.publish("caption", **cue.as_event())
        self.timings.add(chunk)
        self.expected.spoke(0, chunk.seconds)

    def recall(self, video: Video) -> None:
        """Take what was stored when the clip's speech was recorded for a vendor."""
        told = _told(video)
        self.timings = Timings(told["duration"], told["words"], told["phonemes"])
        self.captioner = Captioner()
        self.captioner.seconds = told["duration"]
        self.captioner.cues = list(cues(Word(**word) for word in told["words"]))

    def guess(self, script: str, seconds: float) -> None:
        """Captions for words that a vendor spoke: shared out over the clip by their letters; sounds are not guessed."""
        words = script.split()
        each = seconds / max(sum(len(word) + 1 for word in words), 1)
        at, placed = 0.0, []
        for word in words:
            end = at + (len(word) + 1) * each
            placed.append(Word(word, at, end))
            at = end
        self.captioner.seconds, self.captioner.cues = seconds, list(cues(placed))


def again(video: Video) -> Iterator[AudioChunk]:
    """The recorded speech of a clip once more, with words and sounds, for a renderer that takes a vendor's place."""
    told = _told(video)
    pcm = b"".join(chunk.pcm for chunk in recordings.chunks(video.speech))
    rate = recordings.SAMPLE_RATE
    for start, end in pairwise([*_cuts(told["words"]), len(pcm) / 2 / rate]):
        words = [Word(w["text"], *_within(w, start, end)) for w in told["words"] if start <= w["start"] < end]
        sounds = [Phoneme(p["symbol"], *_within(p, start, end)) for p in told["phonemes"] if start <= p["start"] < end]
        yield AudioChunk(pcm[2 * round(start * rate) : 2 * round(end * rate)], rate, tuple(sounds), tuple(words))


def _told(video: Video) -> dict[str, Any]:
    with video.timings.storage.open(video.timings.name or "") as file:
        return dict(json.loads(file.read()))


def _cuts(words: list[dict[str, Any]]) -> list[float]:
    """Where pieces begin: with a word, and not too often."""
    cuts = [0.0]
    for word in words:
        if word["start"] - cuts[-1] >= SHORTEST:
            cuts.append(word["start"])
    return cuts


def _within(item: dict[str, Any], start: float, end: float) -> tuple[float, float]:
    return item["start"] - start, min(item["end"], end) - start
