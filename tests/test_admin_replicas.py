"""The admin site of people's faces and voices: made with consent, watched, tried again, taken back, deleted."""

import io
import wave
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from tests.admin_site import act, logged_in, make_root
from tests.factories import make_face, make_user, make_video
from tests.people import say
from tests.photographs import as_file, astronaut
from twins import consents, replicas
from twins.models import Consent, Replica, Voice
from videos.models import Lipsync

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(db: None) -> User:
    return make_root()


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root)


def upload(content: bytes, name: str = "me.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def as_wav(text: str) -> bytes:
    sound, file = say(text), io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.sample_rate)
        out.writeframes(sound.pcm)
    return file.getvalue()


def add_face(client: Client, account: User, /, **changed: Any) -> str:
    form = {
        "name": "Ada", "owner": account.pk, "portrait": "", "framing": "close",
        "person": "Ada Lovelace", "signed_by": "Root", **changed,
    }  # fmt: skip
    return client.post("/admin/twins/replica/add/", form, follow=True).content.decode()


def press(client: Client, row: Any, name: str, **sent: Any) -> str:
    model = f"{row._meta.app_label}/{row._meta.model_name}"
    answer = client.post(f"/admin/{model}/{row.pk}/do/{name}/", sent, follow=True)
    return answer.content.decode()


def page_of(client: Client, row: Any) -> str:
    model = f"{row._meta.app_label}/{row._meta.model_name}"
    answer = client.get(f"/admin/{model}/{row.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("model", ["twins/replica", "twins/consent", "twins/voice", "videos/lipsync"])
@pytest.mark.parametrize("page", ["", "add/"])
def test_every_list_and_form_opens(admin: Client, model: str, page: str) -> None:
    assert admin.get(f"/admin/{model}/{page}").status_code == 200


# Replicas


def test_a_photo_with_a_signed_consent_is_trained_and_can_be_seen(
    admin: Client, root: User, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    settings.JOB_HEARTBEAT = 60.0  # it would wait for the test's own transaction
    page = add_face(admin, root, photo=upload(as_file(astronaut(), "JPEG")), framing="seated")
    assert "was added successfully" in page
    replica = Replica.objects.get()
    assert (replica.kind, replica.status, replica.framing, replica.owner) == ("photo", "queued", "seated", root)
    consent = Consent.objects.get(replica=replica)
    assert (consent.person, consent.signed_by) == ("Ada Lovelace", "Root") and "Ada Lovelace" in consent.phrase
    assert "pill-queued" in page_of(admin, replica)
    assert jobs.execute(replica, "a worker")
    page = page_of(admin, replica)
    assert "pill-ready" in page and f"/admin/twins/replica/{replica.pk}/picture.jpg" in page
    answer = admin.get(f"/admin/twins/replica/{replica.pk}/picture.jpg")
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "Choose a drawn face, or send a photo, or a video"),
        ({"photo": b"a", "portrait": "leo"}, "one of the three"),
        ({"photo": b"a", "signed_by": ""}, "Sign with your full name"),
        ({"photo": b"a", "person": " "}, "Whose face is it?"),
        ({"photo": b"a", "owner": ""}, "The face of a person belongs to an account"),
        ({"photo": b"too much"}, "It is larger than"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_made(
    admin: Client, root: User, settings: Any, changed: dict[str, Any], words: str
) -> None:
    settings.TRAINING_PHOTO_MAX_BYTES = 4
    files = {name: upload(value) for name, value in changed.items() if isinstance(value, bytes)}
    assert words in add_face(admin, root, **{**changed, **files})
    assert not Replica.objects.exists() and not Consent.objects.exists()


def test_a_consent_that_was_given_serves_instead_of_a_signature(admin: Client, root: User) -> None:
    given = consents.state(root, "Ada", "She agrees.", "Root")
    add_face(admin, root, photo=upload(b"a photo"), person="", signed_by="", consent=given.pk)
    assert Consent.objects.get() == given and Replica.objects.get().consents.get() == given


def test_a_consent_given_to_somebody_else_does_not(admin: Client, root: User) -> None:
    given = consents.state(make_user(), "Ada", "She agrees.", "Alice")
    page = add_face(admin, root, photo=upload(b"a photo"), consent=given.pk)
    assert "the owner must be the same" in page and not Replica.objects.exists()


def test_a_video_needs_no_signature_as_it_begins_with_the_consent(admin: Client, root: User) -> None:
    assert consents.statement_of_films("(full name)") in admin.get("/admin/twins/replica/add/").content.decode()
    add_face(admin, root, video=upload(b"a film", "me.mp4"), person="", signed_by="")
    assert Replica.objects.get().kind == "video" and not Consent.objects.exists()


def test_a_training_is_cancelled_by_a_button(admin: Client, root: User) -> None:
    replica = replicas.create_from_video(root, "Ada", url="https://example.com/a.mp4")
    assert "do/cancel/" in page_of(admin, replica)
    assert "Cancelled." in press(admin, replica, "cancel")
    replica.refresh_from_db()
    assert replica.status == "cancelled"


def test_what_can_be_fetched_again_is_tried_again_by_a_button(admin: Client, root: User) -> None:
    replica = replicas.create_from_video(root, "Ada", url="https://example.com/a.mp4")
    Replica.objects.filter(pk=replica.pk).update(status=Status.ERROR, error_code="download_link")
    assert "Queued again." in press(admin, replica, "retry")
    replica.refresh_from_db()
    assert replica.status == "queued"
    assert "This can no longer be done" in press(admin, replica, "retry")


def test_an_upload_is_deleted_with_its_failed_training_and_the_page_says_so(admin: Client, root: User) -> None:
    replica = replicas.create_from_photo(
        root, "Ada", content=b"a photo", consent=consents.state(root, "Ada", "Yes.", "Root")
    )
    Replica.objects.filter(pk=replica.pk).update(status=Status.ERROR, source_image="", error_code="photo_unsupported")
    page = page_of(admin, replica)
    assert "Send it again as a new replica" in page and "do/retry/" not in page


def test_revoking_the_consent_hides_the_face_for_ever(admin: Client, root: User) -> None:
    replica = make_face(owner=root, kind="photo", portrait="")
    consents.state(root, "Ada", "She agrees.", "Root", replica=replica)
    assert "never shown again" in page_of(admin, replica)
    page = press(admin, replica, "revoke")
    assert "The consent is revoked." in page and "It is not shown any more." in page and "do/" not in page
    assert admin.get(f"/admin/twins/replica/{replica.pk}/picture.jpg").status_code == 404


def test_changing_a_name_leaves_the_training_alone(admin: Client, root: User) -> None:
    replica = replicas.create_from_video(root, "Ada", url="https://example.com/a.mp4")
    assert jobs.claim(replica, "w")
    form = {"name": "Countess", "owner": root.pk, "framing": "close"}
    assert (
        "was changed successfully"
        in admin.post(f"/admin/twins/replica/{replica.pk}/change/", form, follow=True).content.decode()
    )
    replica.refresh_from_db()
    assert (replica.name, replica.status, replica.kind) == ("Countess", "running", "video")


def test_buttons_are_for_those_who_may_change(client: Client, root: User) -> None:
    viewer = make_user("viewer@example.org", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_replica"))
    client.force_login(viewer)
    replica = replicas.create_from_video(root, "Ada", url="https://example.com/a.mp4")
    assert "do/cancel/" not in page_of(client, replica)
    assert client.post(f"/admin/twins/replica/{replica.pk}/do/cancel/").status_code == 403
    assert client.get(f"/admin/twins/replica/{replica.pk}/do/cancel/").status_code == 405


# Consents


def test_a_phrase_is_asked_for_heard_and_the_recording_kept(admin: Client, root: User, settings: Any) -> None:
    settings.CONSENT_PHRASE = "I, {name}, give my consent to {operator} to create an AI clone of me. Words: {words}."
    form = {"person": "Margaret Ellison", "owner": root.pk, "kind": "spoken", "signed_by": ""}
    page = admin.post("/admin/twins/consent/add/", form, follow=True).content.decode()
    consent = Consent.objects.get()
    assert consent.phrase in page and "Nobody has read the phrase yet." in page
    assert "of the phrase was heard" in press(admin, consent, "hear", file=upload(as_wav("Good morning."), "a.wav"))
    page = press(admin, consent, "hear", file=upload(as_wav(consent.phrase), "a.wav"))
    assert "The consent is given." in page and "do/hear/" not in page
    answer = admin.get(f"/admin/twins/consent/{consent.pk}/clip")
    assert b"".join(answer.streaming_content)[:4] == b"RIFF"  # type: ignore[attr-defined]


def test_a_file_that_is_no_recording_is_told_in_words(admin: Client, root: User) -> None:
    consent = consents.ask(root, "Margaret Ellison")
    assert "The file is none of" in press(admin, consent, "hear", file=upload(b"nothing", "a.mp4"))
    assert "Choose the recording" in press(admin, consent, "hear")


def test_a_consent_is_signed_and_revoked(admin: Client, root: User) -> None:
    form = {"person": "Ada", "owner": root.pk, "kind": "statement", "signed_by": ""}
    assert "Sign with your full name" in admin.post("/admin/twins/consent/add/", form).content.decode()
    admin.post("/admin/twins/consent/add/", {**form, "signed_by": "Root"})
    consent = Consent.objects.get()
    assert consent.given_at and consent.phrase == consents.declaration("Ada")
    assert "revoked" in press(admin, consent, "revoke")
    consent.refresh_from_db()
    assert consent.revoked_at


def test_a_consent_cannot_be_rewritten(admin: Client, root: User) -> None:
    consent = consents.state(root, "Ada", "She agrees.", "Root")
    assert admin.post(f"/admin/twins/consent/{consent.pk}/change/", {"person": "Eve"}).status_code == 403


# Voices


def test_a_voice_is_fitted_to_a_recording_and_listened_to(admin: Client, root: User) -> None:
    words = "The harbour museum is open every day from nine to five, and children come in free with their parents. " * 2
    form = {"name": "Ada", "sample": upload(as_wav(words), "me.wav")}
    page = admin.post("/admin/twins/voice/fit/", form, follow=True).content.decode()
    voice = Voice.objects.get()
    assert (voice.owner, voice.quality) == (root, "basic") and "The voice is fitted" in page
    for name in ("listen", "sample"):
        answer = admin.get(f"/admin/twins/voice/{voice.pk}/{name}.wav")
        assert b"".join(answer)[:4] == b"RIFF"


def test_too_short_a_recording_is_refused_beside_its_field(admin: Client) -> None:
    form = {"name": "Ada", "sample": upload(as_wav("Hello there, how are you?"), "me.wav")}
    page = admin.post("/admin/twins/voice/fit/", form).content.decode()
    assert "send at least 10 seconds of speech" in page and not Voice.objects.exists()


# Lipsyncs and videos


def test_a_lipsync_is_asked_for_and_cancelled(admin: Client, root: User) -> None:
    form = {"name": "Ada", "film": upload(b"a film", "a.mp4"), "sound": upload(b"a sound", "a.wav")}
    admin.post("/admin/videos/lipsync/add/", form)
    lipsync = Lipsync.objects.get()
    assert (lipsync.owner, lipsync.status, lipsync.original_video.read()) == (root, "queued", b"a film")
    assert "It can be played here once it is ready." in page_of(admin, lipsync)
    assert "Cancelled." in press(admin, lipsync, "cancel")
    assert "1 of 1 queued again." in act(admin, "videos/lipsync", "retry", lipsync)


def test_every_output_of_a_video_is_linked_from_its_page(admin: Client) -> None:
    video = make_video(status=Status.READY)
    for field in ("file", "webm", "captions", "poster", "preview", "timings", "playlist"):
        getattr(video, field).save("a", ContentFile(b"x"))
    page = page_of(admin, video)
    for name in ("video.mp4", "video.webm", "captions.vtt", "poster.jpg", "preview.webp", "timings.json", "stream.mp4"):
        assert f"/media/videos/{video.pk}/{name}?" in page


def test_a_failed_video_is_tried_again_by_a_button(admin: Client) -> None:
    video = make_video(status=Status.ERROR, error_code="llm_timeout")
    assert "do/retry/" in page_of(admin, video) and "Queued again." in press(admin, video, "retry")
    video.refresh_from_db()
    assert video.status == "queued"
