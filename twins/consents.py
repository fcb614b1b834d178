"""Consent of a person to a replica of them: asked for, heard or signed, and taken back."""

import secrets
from difflib import SequenceMatcher
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from avatarsite.core import jobs, media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Job, Status
from avatarsite.core.models import User
from twins import cloning, hearing
from twins.models import Consent, Replica
from twins.stt.base import NOTHING_HEARD, RATE, Sound
from twins.stt.reading import words_of
from twins.training.errors import Fault, refused

ALIKE = 0.8  # of the letters, for words that engines spell in several ways, such as names
WORDS_ASKED, WORDS_NEEDED = 3, 2
BEGINNING = 60.0  # seconds of a training film in which the consent must stand
CLIP = media.Limits(bytes=200 * 1_048_576, seconds=120.0, needs_audio=True)  # of a clip in which the phrase is read
REVOKED = "The person has taken back the consent."
# Words of two and three syllables, one spelling, easy to say and to tell apart.
WORDS = (
    *("banana", "window", "guitar", "pocket", "dolphin", "mountain", "lemon", "paper", "tiger", "village", "ocean"),
    *("kitchen", "balloon", "garden", "pepper", "bicycle", "candle", "forest", "hammer", "island", "jacket", "ladder"),
    *("magnet", "napkin", "orange", "penguin", "rabbit", "saddle", "tomato", "umbrella", "violin", "wagon", "yellow"),
    *("butterfly", "camera", "december", "elephant", "festival", "gorilla", "hospital", "lavender", "museum"),
    *("potato", "telephone", "volcano", "waterfall", "basket", "copper", "engine", "feather", "glacier", "harvest"),
)


def ask(owner: User | None, person: str, *, replica: Replica | None = None, asked_by: User | None = None) -> Consent:
    """Ask `person` to read a phrase aloud that nobody has read before. Raises EngineFailed consent_name_needed."""
    if not words_of(person):
        raise EngineFailed("person: the full name of whoever consents is needed.", "consent_name_needed")
    phrase = _phrase(person.strip(), secrets.SystemRandom().sample(WORDS, WORDS_ASKED))
    return Consent.objects.create(owner=owner, replica=replica, person=person.strip(), phrase=phrase, asked_by=asked_by)


def hear(consent: Consent, sound: Sound) -> Consent:
    """Listen whether the phrase is read aloud; `given_at` is set when it is, else `trouble` tells what is missing.

    Raises EngineFailed stt_language_unsupported when no engine knows the language of the phrase, and other failures
    of engines; the consent is then as it was.
    """
    _refuse_what_is_over(consent)
    consent.transcript, consent.engine = _heard(sound, consent.phrase, consent.owner_id)
    consent.score = recall(words_of(consent.phrase), words_of(consent.transcript))
    consent.given_at = None if trouble(consent) else timezone.now()
    consent.save(update_fields=["transcript", "engine", "score", "given_at", "updated_at"])
    return consent


def hear_clip(consent: Consent, clip: "File[Any]") -> Consent:
    """As `hear`, of an uploaded clip of any kind that `avatarsite.core.media` reads; it is kept as the proof.

    Raises EngineFailed too for a file that is no recording: media_unsupported, media_broken, media_no_audio,
    media_too_large, media_too_long.
    """
    _refuse_what_is_over(consent)
    with media.local(clip) as path:
        media.probe(path, CLIP)
        sound = Sound(b"".join(media.sound(path, RATE, seconds=CLIP.seconds)))
    hear(consent, sound)
    before, storage = consent.clip.name, consent.clip.storage
    consent.clip.save("clip", clip, save=False)  # never what the customer called it
    consent.save(update_fields=["clip", "updated_at"])
    if before:
        transaction.on_commit(lambda: storage.delete(before), robust=True)
    return consent


def usable(consent: Consent) -> Consent:
    """A consent that may be given to a new replica. Raises EngineFailed: consent_revoked, consent_used,
    consent_not_given."""
    if consent.revoked_at:
        raise EngineFailed(REVOKED, "consent_revoked")
    if consent.replica_id:
        raise EngineFailed("This consent was given for another replica. Ask for a new one.", "consent_used")
    if not consent.given_at:
        raise EngineFailed(f"The consent is not given yet: {trouble(consent)}", "consent_not_given")
    return consent


def declaration(person: str) -> str:
    """What an owner signs who has the consent of `person` in another form."""
    operator = settings.CONSENT_OPERATOR
    return (
        f"{person} has agreed that {operator} makes a digital double of them from the pictures and recordings that I "
        "send, and that it is shown and speaks. I can prove this agreement, and I will revoke the consent here as soon "
        "as it is taken back."
    )


def check(replica: Replica, sound: Sound) -> Consent:
    """The consent at the beginning of a training film, with whatever name; nothing was asked for before.

    Raises EngineFailed consent_phrase_mismatch, and what `hear` raises.
    """
    statement = statement_of_films()
    beginning = Sound(sound.pcm[: 2 * round(BEGINNING * sound.sample_rate)], sound.sample_rate)
    transcript, engine = _heard(beginning, statement, replica.owner_id)
    score = recall(words_of(statement), words_of(transcript))
    if score < settings.CONSENT_THRESHOLD:
        raise refused(Fault.CONSENT_PHRASE_MISMATCH)
    facts = {"phrase": statement, "transcript": transcript, "score": score, "engine": engine}
    return Consent.objects.create(owner=replica.owner, replica=replica, given_at=timezone.now(), **facts)


def state(
    owner: User | None, person: str, statement: str, signed_by: str, *, replica: Replica | None = None
) -> Consent:
    """The owner's signed declaration that `person` consents. Raises EngineFailed consent_incomplete."""
    for field, value in (("person", person), ("statement", statement), ("signed_by", signed_by)):
        if not value.strip():
            raise EngineFailed(f"{field}: is needed for a signed consent.", "consent_incomplete")
    return Consent.objects.create(
        owner=owner,
        replica=replica,
        kind=Consent.Kind.STATEMENT,
        person=person.strip(),
        phrase=statement.strip(),
        signed_by=signed_by.strip(),
        given_at=timezone.now(),
    )


@transaction.atomic
def revoke(consent: Consent) -> Consent:
    """Take the consent back: from now on its replica is neither shown nor made to speak, and what runs is stopped."""
    now = timezone.now()
    Consent.objects.filter(pk=consent.pk, revoked_at=None).update(revoked_at=now, updated_at=now)
    consent.refresh_from_db(fields=["revoked_at"])
    replica = consent.replica
    if replica is not None:
        Replica.objects.filter(pk=replica.pk, revoked_at=None).update(revoked_at=now, updated_at=now)
        replica.refresh_from_db()
        cloning.take_back(replica)
        for job in [replica, *_outputs(replica)]:
            jobs.move(job, Status.CANCELLED, status_details=REVOKED)
    return consent


def trouble(consent: Consent) -> str:
    """Why the consent does not hold, in words for the person; "" when what was heard is enough."""
    if consent.revoked_at:
        return REVOKED
    if consent.kind == Consent.Kind.STATEMENT:
        return ""
    if consent.score is None:
        return "Nobody has read the phrase yet."
    heard = words_of(consent.transcript)
    if consent.score < settings.CONSENT_THRESHOLD:
        return f"Only {consent.score:.0%} of the phrase was heard. Read all of it, clearly, in a quiet place."
    if not _name_was_heard(consent.person, heard):
        return f"The name “{consent.person}” was not heard."
    asked = [word for word in words_of(consent.phrase) if word in WORDS]
    if _matches(asked, heard) < min(WORDS_NEEDED, len(asked)):
        return f"The words “{', '.join(asked)}” were not heard: read the phrase that was asked for this time."
    return ""


def recall(wanted: tuple[str, ...], heard: tuple[str, ...]) -> float:
    """Share of the wanted words that were heard in their order, 0 to 1."""
    return _matches(wanted, heard) / len(wanted) if wanted else 0.0


def _matches(wanted: tuple[str, ...] | list[str], heard: tuple[str, ...]) -> int:
    """Length of the longest common subsequence of words."""
    before = [0] * (len(heard) + 1)
    for word in wanted:
        row = [0]
        for place, other in enumerate(heard):
            row.append(before[place] + 1 if _alike(word, other) else max(before[place + 1], row[place]))
        before = row
    return before[-1]


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    return min(len(word), len(other)) > 4 and SequenceMatcher(None, word, other).ratio() >= ALIKE


def _name_was_heard(person: str, heard: tuple[str, ...]) -> bool:
    """At least half of it: engines mishear parts of rare names, and nobody may be kept out by a rare name."""
    name = words_of(person)
    return 2 * _matches(name, heard) >= len(name)


def _heard(sound: Sound, phrase: str, owner_id: str | None) -> tuple[str, str]:
    """Transcript and engine; silence is an empty transcript."""
    try:
        found = hearing.transcribe(sound, language=settings.CONSENT_LANGUAGE, expected=phrase, owner_id=owner_id)
    except EngineFailed as error:
        if error.code == NOTHING_HEARD:
            return "", ""
        raise
    return found.text, found.engine


def _phrase(name: str, words: list[str]) -> str:
    operator = settings.CONSENT_OPERATOR
    return str(settings.CONSENT_PHRASE.format(name=name, operator=operator, words=", ".join(words)))


def statement_of_films(name: str = "") -> str:
    """What is said at the beginning of a training film: the phrase without words drawn by lot."""
    lasting = [part for part in settings.CONSENT_PHRASE.split(". ") if "{words}" not in part]
    return ". ".join(lasting).format(name=name, operator=settings.CONSENT_OPERATOR)


def _refuse_what_is_over(consent: Consent) -> None:
    if consent.revoked_at:
        raise EngineFailed(REVOKED, "consent_revoked")
    if consent.given_at:
        raise EngineFailed("This consent was given already.", "consent_given")


def _outputs(replica: Replica) -> list[Job]:
    """Jobs that still work with the face or its voice; they belong to the app above, which is known by its rows."""
    waiting = {"status__in": (Status.QUEUED, Status.RUNNING)}
    return [*replica.videos.filter(**waiting), *replica.speeches.filter(**waiting)]
