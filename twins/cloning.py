"""A person's voice made by a vendor, of the recording in a replica; and its deletion there, whatever happens between.

A removal is written down before the vendor is asked: if the process dies, or the vendor's answer is lost, the removal
finds by its name what may have been made. When all went well it is taken back with the row of the voice.
"""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from avatarsite.core import jobs, media
from avatarsite.core.engines import EngineFailed, load_with_key
from avatarsite.core.jobs import Status, Ticket, TicketLost
from avatarsite.core.models import User
from avatarsite.core.vendors import keys
from twins.models import Replica, Voice, VoiceRemoval

ENGINE = "elevenlabs"
CLONED = "cloned"  # the quality of a voice that a vendor made for us
UNKNOWN = frozenset({"vendor_timeout", "vendor_unreachable", "vendor_unavailable", "vendor_bad_answer"})  # was it made?
PATIENCE = timedelta(minutes=15)  # after which a cloning that said nothing is taken for dead
SETTLING = timedelta(minutes=2)  # in which what a vendor took without a word turns up in its list


def clone(owner: User, replica: Replica, name: str) -> Voice:
    """A voice of ElevenLabs made of the recording that the replica's own voice is fitted to.

    Raises EngineFailed: consent_revoked, consent_not_given, sample_unusable (the replica has no recording),
    vendor_not_configured, and what the vendor refuses; then nothing was made, or its deletion is on the way.
    """
    _check(replica)
    sample = replica.voice
    if sample is None or not sample.sample:
        raise EngineFailed("This replica has no recording of the person's voice.", "sample_unusable")
    key = keys.engine_key("TTS", ENGINE, owner.pk)
    voice = _planned(owner, replica, name, sample)
    removal = VoiceRemoval.objects.create(
        engine=ENGINE, reference=_reference(voice), secret=key, not_before=timezone.now() + PATIENCE
    )
    try:
        with media.local(sample.sample) as path:
            voice.engine_voice = load_with_key("TTS", ENGINE, key).clone(removal.reference, path)
        return _kept(voice, removal, sample)
    except EngineFailed as error:
        removal.voice = voice.engine_voice
        _settle(removal, unknown=error.code in UNKNOWN)
        raise


def remove_at_vendor(voice: Voice) -> None:
    """In the caller's transaction: what a vendor made for this voice is deleted there, now or as soon as can be."""
    if voice.quality == CLONED and (key := _key(voice)):
        removal = VoiceRemoval(engine=ENGINE, voice=voice.engine_voice, reference=_reference(voice), secret=key)
        removal.save(force_insert=True)
        jobs.enqueue(removal)


def take_back(replica: Replica) -> None:
    """In the caller's transaction: its clones are deleted at the vendor; their rows speak as they are fitted here."""
    for voice in replica.clones.filter(quality=CLONED):
        remove_at_vendor(voice)
        voice.engine, voice.engine_voice, voice.quality = "local", str(voice.fit["voice"]), "basic"
        voice.save(update_fields=["engine", "engine_voice", "quality", "updated_at"])


def remove(ticket: Ticket) -> None:
    """Run a VoiceRemoval ticket: safe to run again."""
    removal: VoiceRemoval = ticket.job
    engine = load_with_key("TTS", removal.engine, removal.secret)
    found = [removal.voice] if removal.voice else _named(engine, removal.reference)
    for voice_id in found:
        engine.forget(voice_id)
    if not jobs.move(removal, Status.READY, ticket=ticket.attempt, progress=100, stage=""):
        raise TicketLost


def forget_old() -> bool:
    """For CLEANING: removals that ended well a week ago. False: there is no more to do."""
    VoiceRemoval.objects.filter(status=Status.READY, finished_at__lt=timezone.now() - timedelta(days=7)).delete()
    return False


def _check(replica: Replica) -> None:
    if replica.revoked_at:
        raise EngineFailed(replica.trouble, "consent_revoked")
    given = replica.consents.filter(given_at__isnull=False, revoked_at=None)
    if not given.exists():
        raise EngineFailed("The person behind this replica has not given the consent.", "consent_not_given")
    if not replica.usable:
        raise EngineFailed(replica.trouble, "sample_unusable")


def _planned(owner: User, replica: Replica, name: str, sample: Voice) -> Voice:
    return Voice(
        owner=owner,
        name=name,
        engine=ENGINE,
        language=sample.language,
        gender=sample.gender,
        description="Made by ElevenLabs of a recording",
        cloned_from=replica,
        fit=sample.fit,
        quality=CLONED,
    )


def _reference(voice: Voice) -> str:
    return f"Avatarsite {voice.pk}"


def _kept(voice: Voice, removal: VoiceRemoval, sample: Voice) -> Voice:
    """The row of what was made; if the person took back the consent meanwhile, there will be none."""
    with sample.sample.open("rb") as file:
        voice.sample.save("sample.wav", ContentFile(file.read()), save=False)
    try:
        with transaction.atomic():
            source = Replica.objects.select_for_update().get(pk=voice.cloned_from_id)
            _check(source)
            voice.save(force_insert=True)
            removal.delete()
    except BaseException:
        voice.sample.delete(save=False)
        raise
    return voice


def _settle(removal: VoiceRemoval, *, unknown: bool) -> None:
    """After a cloning that failed: delete what was made, look for what may have been, or forget it."""
    if not unknown and not removal.voice:
        removal.delete()
        return
    removal.not_before = timezone.now() + (timedelta() if removal.voice else SETTLING)
    removal.save(update_fields=["voice", "not_before"])
    jobs.enqueue(removal)


def _named(engine: Any, reference: str) -> list[str]:
    return [choice.id for choice in engine.choices() if choice.name == reference]


def _key(voice: Voice) -> str:
    try:
        return keys.engine_key("TTS", ENGINE, voice.owner_id)
    except EngineFailed:  # whoever took the key away has to delete the voice there
        return ""
