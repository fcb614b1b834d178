"""Replicas as rows of a customer: made, renamed, deleted; what can be refused at once is, and stores nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from avatarsite.core.engines import EngineFailed
from avatarsite.core.models import User
from tests.factories import make_face, make_twin, make_user
from twins import consents, replicas, selectors
from twins.models import Consent, Replica
from twins.training.errors import WORDS

pytestmark = pytest.mark.django_db
URL = "https://example.org/film.mp4"


@pytest.fixture
def owner() -> User:
    return make_user()


def folders() -> list[str]:
    return default_storage.listdir("replicas")[0] if default_storage.exists("replicas") else []


def test_a_replica_waits_for_a_worker(owner: User) -> None:
    replica = replicas.create_from_video(
        owner, "Ada", url=URL, consent_url=URL, webhook_url=URL, model_name="phoenix-3"
    )
    replica.refresh_from_db()
    assert (replica.status, replica.kind, replica.video_url, replica.consent_url) == ("queued", "video", URL, URL)
    assert replica.trouble == "It is still being trained." and not replica.usable


def test_a_photo_is_kept_until_a_worker_makes_a_face_of_it(owner: User) -> None:
    consent = consents.state(owner, "Ada", "She agrees.", "Alice")
    replica = replicas.create_from_photo(owner, "Ada", content=b"a picture", consent=consent)
    assert (replica.status, replica.kind, replica.source_image.read()) == ("queued", "photo", b"a picture")
    assert list(replica.consents.all()) == [consent]


REFUSED: dict[str, tuple[Callable[[User], object], str, str]] = {
    "neither file nor address": (lambda owner: replicas.create_from_video(owner, "Ada"), "replica_invalid", "url"),
    "both": (
        lambda owner: replicas.create_from_video(owner, "Ada", url=URL, upload=ContentFile(b"film")),
        "replica_invalid",
        "not both",
    ),
    "no photo": (lambda owner: replicas.create_from_photo(owner, "Ada"), "replica_invalid", "content"),
    "no name": (lambda owner: replicas.create_from_video(owner, " \n", url=URL), "replica_invalid", "name"),
    "a long name": (lambda owner: replicas.create_from_video(owner, "A" * 121, url=URL), "replica_invalid", "name"),
    "our own network": (
        lambda owner: replicas.create_from_video(owner, "Ada", url="http://127.0.0.1/a.mp4"),
        "url_refused",
        "public",
    ),
    "a consent in our own network": (
        lambda owner: replicas.create_from_video(owner, "Ada", url=URL, consent_url="http://10.0.0.1/"),
        "url_refused",
        "public",
    ),
    "a webhook in our own network": (
        lambda owner: replicas.create_from_photo(owner, "Ada", content=b"x", webhook_url="http://10.0.0.1/"),
        "url_refused",
        "public",
    ),
    "a film that is too large": (
        lambda owner: replicas.create_from_video(owner, "Ada", upload=ContentFile(b"x" * 2_000)),
        "file_size",
        WORDS["file_size"],
    ),
    "a photo that is too large": (
        lambda owner: replicas.create_from_photo(owner, "Ada", content=b"x" * 2_000),
        "photo_too_large",
        "larger than",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_be_refused_at_once_is(owner: User, settings: Any, name: str) -> None:
    settings.TRAINING_FILM_MAX_BYTES = settings.TRAINING_PHOTO_MAX_BYTES = 1_000
    create, code, words = REFUSED[name]
    before = folders()
    with pytest.raises(EngineFailed) as caught:
        create(owner)
    assert caught.value.code == code and words in caught.value.message
    assert not Replica.objects.exists() and folders() == before


def test_a_name_is_cleaned_and_can_be_changed(owner: User) -> None:
    replica = replicas.create_from_video(owner, " Ada\x00\nLovelace ", url=URL)
    assert replica.name == "Ada Lovelace"
    replicas.rename(replica, "Countess")
    replica.refresh_from_db()
    assert replica.name == "Countess"
    with pytest.raises(EngineFailed, match="name"):
        replicas.rename(replica, "")


def test_deleting_leaves_neither_files_nor_consents(owner: User, django_capture_on_commit_callbacks: Any) -> None:
    consent = consents.state(owner, "Ada", "She agrees.", "Alice")
    consent.clip.save("clip", ContentFile(b"a clip"))
    clip = consent.clip.name
    replica = replicas.create_from_photo(owner, "Ada", content=b"a picture", consent=consent)
    picture = replica.source_image.name
    with django_capture_on_commit_callbacks(execute=True):
        replicas.delete(replica)
    assert not Replica.objects.exists() and not Consent.objects.exists()
    assert not default_storage.exists(picture) and not default_storage.exists(clip)


def test_the_face_of_a_twin_cannot_be_deleted(owner: User) -> None:
    twin = make_twin(owner=owner)
    with pytest.raises(EngineFailed, match="delete its twins first") as caught:
        replicas.delete(twin.replica)
    assert caught.value.code == "replica_in_use" and Replica.objects.filter(pk=twin.replica.pk).exists()


def test_alice_sees_her_faces_and_stock_ones_and_charlie_does_not(owner: User) -> None:
    charlie, stock = make_user("charlie@example.org"), make_face(owner=None)
    hers = replicas.create_from_video(owner, "Ada", url=URL)
    assert set(selectors.replicas_for(owner)) == {hers, stock}
    assert set(selectors.replicas_for(charlie)) == {stock}
    assert selectors.replica_for(charlie, hers.pk) is None and selectors.own_replica(charlie, hers.pk) is None
    assert selectors.own_replica(owner, hers.pk) == hers and selectors.own_replica(owner, stock.pk) is None
