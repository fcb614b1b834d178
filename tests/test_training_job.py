"""Training as a job: from a film to a face that can be shown, step by step, and nothing left when it fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from avatarsite.core import engines, jobs
from avatarsite.core.jobs import Ticket
from avatarsite.core.models import User, WebhookDelivery
from tests.factories import make_user
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.raw_server import Piece, RawServer, Received, plain
from tests.fetching import reach
from tests.footage import Film, Reading
from tests.persona import Account
from tests.tavus import Customer
from twins import consents, replicas
from twins.models import Consent, Replica
from twins.portraits import draw
from twins.training.errors import WORDS
from twins.training.job import train

pytestmark = pytest.mark.django_db
PHRASE = "I, {name}, give my consent to {operator} to create an AI clone of me."
SMALL = (64, 48)  # for films that nobody looks at: the checks were passed before
CHECKED = {"start": 0.0, "end": 12.0, "rest": [11.0, 12.0], "silent": False}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Film(seconds=5.0, talking=1.2).write(tmp_path_factory.mktemp("films") / "film.mp4")


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """11 s of a person who speaks, and does not give consent."""
    return Film(seconds=12.0, talking=11.0, size=SMALL).write(tmp_path_factory.mktemp("films") / "speech.mp4")


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip in which the consent is read aloud."""
    text = PHRASE.format(name="Margaret Ellison", operator=settings.CONSENT_OPERATOR)
    return Reading.aloud(text).write(tmp_path_factory.mktemp("films") / "reading.mp4")


@pytest.fixture
def links(film: Path, reading: Path, settings: Any) -> Iterator[tuple[str, str]]:
    """Addresses of the film and of the clip, on a server that the product may reach."""

    def serve(request: Received) -> Iterator[Piece]:
        path = reading if "/consent" in request.head.partition("\r\n")[0] else film
        return plain(path.read_bytes(), Content_Type="video/mp4")(request)

    settings.CONSENT_PHRASE = PHRASE
    with RawServer(serve) as server:
        reach(settings, server.port)
        yield server.url, f"{server.url}/consent"
    engines.load("STT", "local").close()


@pytest.fixture
def owner() -> User:
    return make_user()


@pytest.fixture(autouse=True)
def rules(settings: Any) -> None:
    settings.TRAINING_FILM_MIN_SECONDS = 3.0
    settings.JOB_HEARTBEAT = 60.0  # it would wait for the test's own transaction


@pytest.fixture(autouse=True)
def committed(db: None, rules: None, django_capture_on_commit_callbacks: Any) -> Iterator[Any]:
    """What follows a commit happens when the block ends."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def signed(owner: User) -> Consent:
    return consents.state(owner, "Ada Lovelace", "She agrees.", "Alice")


def upload(owner: User, path: Path, **more: Any) -> Replica:
    with path.open("rb") as content:
        return replicas.create_from_video(owner, "Ada", upload=File(content, "my film.mp4"), **more)


def checked(owner: User, path: Path, **more: Any) -> Replica:
    """One whose film was found good by an earlier attempt."""
    replica = upload(owner, path, **more)
    Replica.objects.filter(pk=replica.pk).update(quality=CHECKED)
    replica.refresh_from_db()
    return replica


def built(owner: User, path: Path, **more: Any) -> Replica:
    """One whose face was made by an earlier attempt."""
    return with_face(checked(owner, path, **more), path)


def with_face(replica: Replica, path: Path) -> Replica:
    """It was checked and its face was made by an earlier attempt."""
    replica.quality = CHECKED
    for field in ("package", "footage"):
        getattr(replica, field).save(field, File(path.open("rb")), save=False)
    replica.save()
    return replica


def trained(replica: Replica) -> Replica:
    """The replica after a worker looked at it once."""
    assert jobs.execute(replica, "a worker")
    replica.refresh_from_db()
    return replica


def stored(replica: Replica) -> list[str]:
    folder = f"replicas/{replica.pk}"
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


class Told(Ticket):
    """A ticket that remembers what progress was told."""

    events: ClassVar[list[tuple[str, int]]] = []

    def progress(self, stage: str, progress: int) -> None:
        super().progress(stage, progress)
        self.events.append((stage, progress))


def test_a_film_and_a_clip_behind_links_become_a_face_and_progress_is_told(
    film: Path, reading: Path, links: tuple[str, str]
) -> None:
    body = {"replica_name": "Ada", "train_video_url": links[0], "consent_video_url": links[1]}
    replica = Replica.objects.get(pk=Customer().data("POST", "replicas", body)["replica_id"])
    ticket = jobs.claim(replica, "a worker")
    assert ticket is not None
    train(Told(ticket.job, ticket.attempt))
    replica.refresh_from_db()
    assert (replica.status, replica.progress, replica.usable) == ("ready", 100, True)
    assert replica.source_video.read() == film.read_bytes()
    assert replica.package.size > 1_000 and replica.footage.size > 10_000 and len(stored(replica)) == 3
    assert replica.quality["silent"] and replica.quality["rest"][1] - replica.quality["rest"][0] > 3
    assert_given(replica, reading)
    stages, shares = zip(*Told.events, strict=True)
    assert list(dict.fromkeys(stages)) == ["fetching", "checking", "consent", "building", "voice"]
    assert list(shares) == sorted(shares) and any(10 < share < 40 for share in shares)
    assert any(50 < share < 90 for share in shares)


def assert_given(replica: Replica, clip: Path) -> None:
    """The consent was heard in the clip, which is kept with it."""
    (consent,) = replica.consents.all()
    assert consent.given_at is not None and consent.score > 0.8 and consent.owner == replica.owner
    assert "consent" in consent.transcript and consent.clip.read() == clip.read_bytes()


@pytest.mark.django_db(transaction=True)  # the view works in a thread of its own
def test_the_persona_dialect_hears_the_consent_behind_a_link(film: Path, reading: Path, links: tuple[str, str]) -> None:
    account = Account()
    made = account.data("POST", "replicas", {"name": "Ada", "videoUrl": links[0], "consentUrl": links[1]})
    replica = trained(with_face(Replica.objects.get(pk=made["replicaId"]), film))
    shown = account.data("GET", f"replicas/{replica.pk}")
    assert (shown["status"], shown["progress"], shown["statusDetails"]) == ("ready", 100, "")
    assert replica.source_video.read() == film.read_bytes()
    assert_given(replica, reading)


def test_too_little_speech_for_a_voice_is_noted_and_no_error(owner: User, film: Path) -> None:
    replica = trained(built(owner, film, consent=signed(owner)))
    assert replica.status == "ready" and replica.voice is None and replica.quality["voice"] == "sample_too_short"


def test_a_rerun_goes_on_behind_the_last_step_and_fits_the_voice(owner: User, speech: Path) -> None:
    replica = built(owner, speech, consent=signed(owner))
    before = sorted(stored(replica))
    replica = trained(replica)
    assert replica.status == "ready" and sorted(stored(replica)) == before
    assert replica.voice is not None and (replica.voice.owner, replica.voice.quality) == (owner, "basic")
    assert replica.voice.fit and replica.voice.name == "Ada"


def test_a_film_that_begins_with_the_consent_is_trained(owner: User, settings: Any, reading: Path) -> None:
    settings.CONSENT_PHRASE = PHRASE
    replica = trained(built(owner, reading))
    assert replica.status == "ready"
    (consent,) = replica.consents.all()
    assert consent.given_at is not None and consent.score > 0.8 and consent.owner == owner


def test_a_photo_becomes_a_face(owner: User) -> None:
    photo = cv2.imencode(".jpg", draw("amara", 512, 512).image[..., ::-1])[1].tobytes()
    replica = trained(replicas.create_from_photo(owner, "Ada", content=photo, consent=signed(owner)))
    assert (replica.status, replica.error_code, replica.progress) == ("ready", "", 100)
    assert replica.package.size > 1_000 and len(stored(replica)) == 2


def test_a_photo_of_nobody_is_refused_in_the_words_of_photos(owner: User, committed: Any) -> None:
    photo = cv2.imencode(".jpg", np.full((512, 512, 3), 120, np.uint8))[1].tobytes()
    with committed():
        replica = trained(replicas.create_from_photo(owner, "Ada", content=photo))
    assert (replica.status, replica.error_code, stored(replica)) == ("error", "face_missing", [])


# -- What may go wrong


def test_a_film_without_the_consent_is_refused_and_nothing_of_it_stays(
    owner: User, speech: Path, committed: Any
) -> None:
    replica = built(owner, speech)
    with committed():
        replica = trained(replica)
    assert (replica.status, replica.error_code) == ("error", "consent_phrase_mismatch")
    assert replica.status_details == WORDS["consent_phrase_mismatch"]
    assert stored(replica) == [] and not (replica.source_video or replica.package or replica.footage)


def test_a_film_of_a_faulty_kind_is_refused_in_the_promised_words(owner: User, speech: Path, committed: Any) -> None:
    with committed():
        replica = trained(upload(owner, speech, consent=signed(owner)))
    assert (replica.status, replica.error_code) == ("error", "quality_issue_detected")
    assert replica.status_details == WORDS["quality_issue_detected"] and stored(replica) == []


@pytest.mark.parametrize(("status", "retried"), [("404 Not Found", False), ("503 Unavailable", True)])
def test_a_link_that_leads_nowhere_is_told(owner: User, settings: Any, status: str, retried: bool) -> None:
    with RawServer(plain(b"no film", status)) as server:
        reach(settings, server.port)
        replica = trained(replicas.create_from_video(owner, "Ada", url=server.url))
    assert (replica.error_code, replica.status_details) == ("download_link", WORDS["download_link"])
    assert replica.status == ("queued" if retried else "error")


def test_a_film_behind_a_link_may_not_be_too_large(owner: User, settings: Any) -> None:
    settings.TRAINING_FILM_MAX_BYTES = 10_000
    with RawServer(plain(b"x" * 20_000)) as server:
        reach(settings, server.port)
        replica = trained(replicas.create_from_video(owner, "Ada", url=server.url))
    assert (replica.status, replica.error_code, stored(replica)) == ("error", "file_size", [])


def test_a_page_that_says_it_is_a_film_is_none(owner: User, settings: Any, committed: Any) -> None:
    with committed(), RawServer(plain(b"<html>Please log in", Content_Type="video/mp4")) as server:
        reach(settings, server.port)
        replica = trained(replicas.create_from_video(owner, "Ada", url=server.url))
    assert (replica.status, replica.error_code, stored(replica)) == ("error", "video_codec_and_format", [])


def test_a_clip_of_consent_is_held_to_the_rules_of_films(owner: User, speech: Path, settings: Any) -> None:
    with RawServer(plain(b"RIFF____WAVE")) as server:
        reach(settings, server.port)
        replica = trained(checked(owner, speech, consent_url=server.url))
    assert (replica.status, replica.error_code) == ("error", "video_processing")


def test_without_landmark_models_the_words_say_what_to_do(
    owner: User, film: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LANDMARKS_DIR", str(tmp_path))
    replica = trained(upload(owner, film))
    assert replica.error_code == "landmarks_missing" and "python -m twins.landmarks.install" in replica.status_details


def test_a_guard_that_objects_to_the_film_refuses_it(owner: User, speech: Path, settings: Any) -> None:
    with FakeOpenAI() as server:
        server.flagged = "museum"
        options = {"base_url": server.url, "api_key": server.key}
        settings.MODERATION = {"openai": {"BACKEND": "twins.llm.moderation.OpenAIModerator", "OPTIONS": options}}
        settings.MODERATION_ENGINE = "openai"
        engines.load.cache_clear()
        replica = built(owner, speech, consent=signed(owner))
        replicas.rename(replica, "The museum guide")
        Replica.objects.filter(pk=replica.pk).update(quality={**CHECKED, "rest": [2.0, 12.0]})
        replica.refresh_from_db()
        replica = trained(replica)
        engines.load.cache_clear()
    assert (replica.status, replica.error_code) == ("error", "community_guidelines_violation")


def test_a_training_that_was_cancelled_leaves_nothing(owner: User, film: Path, committed: Any) -> None:
    replica = upload(owner, film, consent=signed(owner))
    ticket = jobs.claim(replica, "a worker")
    assert ticket is not None
    with committed():
        assert jobs.cancel(Replica.objects.get(pk=replica.pk))
    with pytest.raises((jobs.TicketLost, FileNotFoundError)):
        train(ticket)
    assert stored(replica) == []


def test_the_webhook_is_told_how_it_ended(owner: User, speech: Path, settings: Any) -> None:
    settings.REPLICA_WEBHOOKS = {"test": f"{__name__}.told"}
    replica = trained(upload(owner, speech, webhook_url="https://example.org/hook", dialect="test"))
    (delivery,) = WebhookDelivery.objects.all()
    assert json.loads(delivery.body) == {"replica": replica.pk, "status": "error", "why": "quality_issue_detected"}


def told(replica: Replica) -> dict[str, str]:
    return {"replica": replica.pk, "status": str(replica.status), "why": replica.error_code}
