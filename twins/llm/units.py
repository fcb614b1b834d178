"""Knowledge as sentences: the units that retrieval finds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twins.llm.base import Passage
from twins.llm.places import heading
from twins.llm.sentences import split

MOST_SENTENCES = 20_000


@dataclass(frozen=True)
class Unit:
    """One sentence of the knowledge.

    section: which run of passages that continue each other; place: its number in the section. passage: its number
    among the passages that were given.
    """

    text: str
    section: int
    place: int
    source: str
    passage: int = 0
    heading: str = ""


def units_of(knowledge: Sequence[Passage]) -> Iterable[Unit]:
    """The sentences of the passages, in order, each text once."""
    seen: set[str] = set()
    made = section = place = 0
    before: Passage | None = None
    for number, passage in enumerate(knowledge):
        if before is not None and not _continues(passage, before):
            section, place = section + 1, 0
        before = passage
        for sentence in split(passage.text):
            same = " ".join(sentence.casefold().split())
            if same in seen:
                continue
            seen.add(same)
            yield Unit(sentence, section, place, passage.source, number, heading(passage.location))
            place += 1
            made += 1
            if made == MOST_SENTENCES:
                return


def _continues(passage: Passage, before: Passage) -> bool:
    """Whether a passage goes on where the one before it stopped."""
    same = (passage.source, passage.location) == (before.source, before.location)
    return same and bool(passage.source) and passage.place == before.place + 1
