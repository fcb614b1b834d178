"""What a personality remembers of a person over all their sessions."""

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from avatarsite.core.engines import EngineFailed
from conversations.models import Memory, Person
from twins.llm.facts import Fact, facts
from twins.llm.speakable import clean
from twins.models import Personality

MOST = 100  # facts about one person; the least recently told are forgotten
LONGEST_TEXT = 400


def of(person: Person, personality: Personality | None = None) -> QuerySet[Memory]:
    """What is remembered of a person, by one personality or by all; oldest first."""
    rows = Memory.objects.filter(person=person).select_related("personality")
    return rows if personality is None else rows.filter(personality=personality)


def told(people: Sequence[Person], personality: Personality) -> tuple[str, ...]:
    """For a Mind: the facts, those that were told last first; of several on one subject the last."""
    if not people:
        return ()
    known: dict[str, str] = {}
    for row in Memory.objects.filter(person__in=people, personality=personality).order_by("-updated_at")[:MOST]:
        known.setdefault(row.subject, row.text)
    named = [] if "name" in known else [person.name for person in people if person.name.strip()]
    return (*(f"My name is {name}." for name in named), *known.values())


def learn(people: Iterable[Person], personality: Personality, text: str, language: str) -> None:
    """Remember by rules what somebody tells of themselves in a message; each of `people` is they."""
    for person in people:
        keep(person, personality, facts(text, language), Memory.By.RULES)


def keep(person: Person, personality: Personality, found: Iterable[Fact], made_by: Memory.By) -> None:
    """Store facts; one on a subject that is known replaces what was known."""
    for fact in found:
        values = {"text": clean(fact.text)[:LONGEST_TEXT], "made_by": made_by}
        Memory.objects.update_or_create(
            person=person, personality=personality, subject=fact.subject[:120], defaults=values
        )
    too_many = of(person, personality).order_by("-updated_at").values_list("pk", flat=True)[MOST:]
    Memory.objects.filter(pk__in=list(too_many)).delete()


def write(person: Person, personality: Personality, text: str) -> Memory:
    """A fact written by hand. Raises EngineFailed memory_invalid for words that cannot be kept."""
    text = _checked(text)
    found = facts(text, personality.language)
    subject = found[0].subject if len(found) == 1 else f"note {Memory().pk}"
    row, _ = Memory.objects.update_or_create(
        person=person, personality=personality, subject=subject, defaults={"text": text, "made_by": Memory.By.HAND}
    )
    return row


def correct(row: Memory, text: str) -> Memory:
    """Change the words of a fact; when they turn it into one on another subject, that one is replaced."""
    text = _checked(text)
    found = facts(text, row.personality.language)
    subject = found[0].subject if len(found) == 1 else row.subject
    with transaction.atomic():
        of(row.person, row.personality).filter(subject=subject).exclude(pk=row.pk).delete()
        row.subject, row.text, row.made_by = subject, text, Memory.By.HAND
        try:
            row.save(update_fields=["subject", "text", "made_by", "updated_at"])
        except IntegrityError as error:  # the same fact was told at this very moment
            raise EngineFailed("The fact was told anew just now: read it again.", "memory_changed") from error
    return row


def forget(person: Person, personality: Personality | None = None) -> int:
    """Erase what is remembered of a person; returns how many facts that were."""
    erased, _ = of(person, personality).delete()
    return erased


def _checked(text: str) -> str:
    text = " ".join(clean(text).split())
    if not text or len(text) > LONGEST_TEXT:
        raise EngineFailed(f"text: 1 to {LONGEST_TEXT} characters.", "memory_invalid")
    return text
