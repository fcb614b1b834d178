"""The embedded ear: PocketSphinx with the English model of its wheel, in child processes."""

from collections.abc import Iterator

from avatarsite.core.children import Child, ChildPool
from avatarsite.core.diagnosis import Diagnosis
from avatarsite.core.engines import EngineFailed
from twins.stt.base import STT, Heard, Listening, Segment
from twins.stt.example import spoken
from twins.stt.pocketsphinx_child import Listen
from twins.stt.pronunciation import Pronunciation
from twins.stt.reading import words_of


class PocketSphinxSTT(STT):
    """English only, and basic: clear speech without noise is mostly understood, accents and noise are not.

    A text that is probably being read is recognised far better than free speech, in noise too.
    processes: how many sounds are listened to at once.
    """

    basic = True
    streams = True
    biased = True
    pace = 5.0  # noise makes it slow

    def __init__(self, processes: int = 1) -> None:
        self._pool = ChildPool("twins.stt.pocketsphinx_child", processes)
        self._pronunciation = Pronunciation()

    def languages(self) -> dict[str, str]:
        return {"en": "English"}

    def diagnosis(self) -> Diagnosis:
        return Diagnosis(
            licence="PocketSphinx and its model BSD",
            cost="about 0.3 GB of memory; 6 x real time on one core, 2 x in noise",
        )

    def measured(self) -> str:
        return self.pace_of(spoken())

    def close(self) -> None:
        self._pool.close()
        self._pronunciation.close()

    def _listen(self, asked: Listening) -> Heard:
        return Heard(self._segments(asked))

    def _segments(self, asked: Listening) -> Iterator[Segment]:
        expected = words_of(asked.expected)
        with self._pool.child(wait=asked.left()) as child:
            child.send(Listen(asked.sound.pcm, expected))
            if expected:
                child.send(self._spoken(child, asked.left()))
            while (segment := child.receive(asked.left())) is not None:
                yield _checked(segment)

    def _spoken(self, child: Child, seconds: float) -> dict[str, str]:
        """Pronunciations of the expected words that the child's dictionary lacks."""
        unknown = child.receive(seconds)
        return {word: phones for word in sorted(unknown) if (phones := self._pronunciation.of(word))}


def _checked(segment: object) -> Segment:
    if not isinstance(segment, Segment):
        raise EngineFailed("The engine gave an answer that is no segment.", "engine_crashed", retryable=True)
    return segment
