"""Writes of replicas: made from a photo or a film, renamed, deleted. Training is the job of `twins.training`."""

from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import RestrictedError
from django.utils import timezone

from avatarsite.core import fetch, jobs
from avatarsite.core.engines import EngineFailed
from avatarsite.core.erasing import erase
from avatarsite.core.jobs import FINAL, Job, Status
from avatarsite.core.models import User
from twins import cloning, voices
from twins.models import Consent, Replica, Twin
from twins.training.errors import Fault, refused
from twins.training.material import forget

LONGEST_NAME = 120


def create_from_photo(
    owner: User, name: str, *, content: bytes = b"", url: str = "", consent: Consent | None = None, **facts: Any
) -> Replica:
    """A replica that a worker will make of one photo, given as bytes or by its address.

    consent: one that was given for this photo; it then belongs to the replica. facts: further fields of the row, such
    as framing, voice, webhook_url, dialect.
    Raises EngineFailed before anything is stored: replica_invalid, photo_too_large, url_refused. What is wrong with
    the photo itself is found by the worker, and said on the replica.
    """
    _check_sources(content=bool(content), url=url)
    if len(content) > settings.TRAINING_PHOTO_MAX_BYTES:
        most = settings.TRAINING_PHOTO_MAX_BYTES // 1_048_576
        raise EngineFailed(f"The photo is larger than {most} MB. Send a smaller one.", "photo_too_large")
    replica = _new(owner, name, Replica.Kind.PHOTO, image_url=url, **facts)
    return _store(replica, "source_image", ContentFile(content, "photo") if content else None, consent)


def create_from_video(
    owner: User,
    name: str,
    *,
    url: str = "",
    upload: "File[Any] | None" = None,
    consent_url: str = "",
    consent: Consent | None = None,
    **facts: Any,
) -> Replica:
    """A replica that a worker will train on a film, given by its address or as a file.

    The consent is spoken at the beginning of the film, or in the film behind `consent_url`, unless `consent` was given
    before. Raises EngineFailed before anything is stored: replica_invalid, file_size, url_refused.
    """
    _check_sources(upload=upload is not None, url=url)
    if upload is not None and (upload.size or 0) > settings.TRAINING_FILM_MAX_BYTES:
        raise refused(Fault.FILE_SIZE)
    if consent_url:
        fetch.check(consent_url)
    replica = _new(owner, name, Replica.Kind.VIDEO, video_url=url, consent_url=consent_url, **facts)
    return _store(replica, "source_video", upload, consent)


def rename(replica: Replica, name: str) -> Replica:
    """Raises EngineFailed("replica_invalid")."""
    replica.name = _name(name)
    replica.save(update_fields=["name", "updated_at"])
    return replica


def delete(replica: Replica) -> None:
    """Delete a replica with its files, its consents and their clips. A worker on it loses its ticket.

    What is still to be made with it is cancelled; videos and speeches that are ready stay, and for them alone the bare
    id stays too. Raises EngineFailed("replica_in_use") while a twin needs it; then nothing was deleted.
    """
    if replica.twins.exists():
        raise EngineFailed("It is still used: delete its twins first, or give them another face.", "replica_in_use")
    with transaction.atomic():
        pending: list[Job] = [*replica.videos.exclude(status__in=FINAL), *replica.speeches.exclude(status__in=FINAL)]
        for job in pending:
            jobs.move(job, Status.CANCELLED, status_details="The replica was deleted.")
        cloning.take_back(replica)
        try:
            erase(Replica.objects.filter(pk=replica.pk))
        except RestrictedError:
            _strip(replica)


def _strip(replica: Replica) -> None:
    """Leave nothing of a replica but the row that others refer to."""
    erase(replica.consents.all())
    forget(replica)
    nothing = dict.fromkeys(("name", "image_url", "video_url", "consent_url", "webhook_url"), "")
    Replica.objects.filter(pk=replica.pk).update(
        deleted_at=timezone.now(), voice=None, quality={}, vendor_faces={}, **nothing
    )


def tidy(replica: Replica) -> None:
    """After a training that did not end well: nothing half-made stays, nor the person's pictures."""
    if replica.kind != Replica.Kind.DRAWN and replica.status in (Status.ERROR, Status.CANCELLED):
        forget(replica)


def give_voice(replica: Replica) -> None:
    """Once trained, it speaks for its twins that have no voice: with its own, fitted to the film, or a stock one."""
    if replica.status == Status.READY:
        voice = replica.voice or voices.default()
        Twin.objects.filter(replica=replica, voice=None).update(voice=voice)


def _check_sources(*, url: str, **given: bool) -> None:
    (field, there), *_ = given.items()
    if there == bool(url):
        raise EngineFailed(f"Give either {field} or url, and not both.", "replica_invalid")
    if url:
        fetch.check(url)


def _name(name: str) -> str:
    clean = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not 1 <= len(clean) <= LONGEST_NAME:
        raise EngineFailed(f"name: give the replica a name of 1 to {LONGEST_NAME} characters.", "replica_invalid")
    return clean


def _new(owner: User, name: str, kind: Replica.Kind, **fields: Any) -> Replica:
    if fields.get("webhook_url"):
        fetch.check(fields["webhook_url"])
    return Replica(owner=owner, name=_name(name), kind=kind, **fields)


def _store(replica: Replica, field: str, content: "File[Any] | None", consent: Consent | None) -> Replica:
    """Save the row with its file, and announce it; a file without a row does not stay."""
    file = getattr(replica, field)
    if content is not None:
        file.save("source", content, save=False)
    try:
        with transaction.atomic():
            replica.save()
            if consent is not None:
                Consent.objects.filter(pk=consent.pk).update(replica=replica)
            jobs.enqueue(replica)
    except BaseException:
        if content is not None:
            file.delete(save=False)
        raise
    return replica
