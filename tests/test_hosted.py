"""The page of a video: public by its address, plays while it is being made, stands in other sites."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from tests.factories import make_user, make_video
from twins.models import Replica
from videos.models import Video
from videos.sharing import key_of

pytestmark = pytest.mark.django_db


def hosted(**fields: Any) -> Video:
    owner = fields.pop("owner") if "owner" in fields else make_user()
    return make_video(**{"dialect": "tavus", "owner": owner, "name": "A tour", **fields})


def ready(**fields: Any) -> Video:
    video = hosted(**fields)
    for name, field in (("video.mp4", "file"), ("poster.jpg", "poster"), ("captions.vtt", "captions")):
        getattr(video, field).save(name, ContentFile(b"content"), save=False)
    video.status = Status.READY
    video.save()
    return video


def test_a_ready_video_has_a_page_that_others_can_show_and_find_titled(client: Any) -> None:
    video = ready(name='A "tour" <b>')
    page = client.get(f"/video/{video.pk}")
    text = page.content.decode()
    assert page.status_code == 200 and "A &quot;tour&quot; &lt;b&gt;" in text and "<b>" not in text
    address = f"http://testserver/video/{video.pk}"
    for tag in (
        f'property="og:url" content="{address}"',
        f'property="og:image" content="{address}/poster.jpg"',
        f'property="og:video" content="{address}/video.mp4"',
        f'name="twitter:player" content="{address}/embed"',
    ):
        assert tag in text
    assert "/captions.vtt?" in text and "/video.mp4?" in text and "no-store" in page["Cache-Control"]


def test_only_the_player_may_stand_in_other_sites(client: Any) -> None:
    video = ready()
    page, embed = client.get(f"/video/{video.pk}"), client.get(f"/video/{video.pk}/embed")
    assert page["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in embed and "frame-ancestors *" in embed["Content-Security-Policy"]
    assert "script-src" in embed["Content-Security-Policy"] or "default-src 'self'" in embed["Content-Security-Policy"]


def test_addresses_for_other_sites_lead_to_signed_files(client: Any) -> None:
    video = ready()
    for name in ("poster.jpg", "video.mp4"):
        answer = client.get(f"/video/{video.pk}/{name}")
        assert answer.status_code == 302 and answer["Location"].startswith(f"/media/videos/{video.pk}/{name}?expires=")
    waiting = hosted(owner=None)
    assert client.get(f"/video/{waiting.pk}/video.mp4").status_code == 404


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (Status.QUEUED, "queued", "waiting for its turn"),
        (Status.RUNNING, "making", "still being made"),
        (Status.ERROR, "error", "could not be made"),
        (Status.CANCELLED, "gone", "not here"),
    ],
)
def test_a_video_that_is_not_ready_says_so(client: Any, status: Status, state: str, words: str) -> None:
    video = hosted(status=status, status_details="secret details", script="secret words")
    page, told = client.get(f"/video/{video.pk}"), client.get(f"/video/{video.pk}/state").json()
    assert words in page.content.decode() and (told["state"], words in told["words"]) == (state, True)
    assert b"secret" not in page.content and "secret" not in str(told)
    assert page.status_code == (404 if state == "gone" else 200)


def test_a_face_in_training_is_waited_for(client: Any) -> None:
    video = hosted()
    Replica.objects.filter(pk=video.replica_id).update(status=Status.RUNNING)
    assert "still being trained" in client.get(f"/video/{video.pk}/state").json()["words"]


def test_what_grows_is_played_as_soon_as_there_is_something(client: Any) -> None:
    video = hosted()
    ticket = jobs.claim(video, "w")
    assert ticket and client.get(f"/video/{video.pk}/state").json()["source"] is None
    ticket.update(playable_at=timezone.now())
    assert "/stream.mp4?" in client.get(f"/video/{video.pk}/state").json()["source"]


def test_nobody_finds_what_was_not_shared(client: Any) -> None:
    """Ids of chat clips are seen by those who chat: their pages need a token that only the owner is told."""
    chat_clip = ready(dialect="")
    key = key_of(chat_clip)
    assert key != chat_clip.pk and client.get(f"/video/{key}").status_code == 200
    for wrong in (chat_clip.pk, f"{chat_clip.pk}.", f"{chat_clip.pk}.{'0' * 20}", "nobody", "0" * 16):
        for path in ("", "/embed", "/poster.jpg", "/video.mp4"):
            assert client.get(f"/video/{wrong}{path}").status_code == 404


def test_a_page_ends_when_the_person_takes_the_consent_back(client: Any) -> None:
    video = ready()
    Replica.objects.filter(pk=video.replica_id).update(revoked_at=timezone.now())
    assert client.get(f"/video/{video.pk}").status_code == 404


def test_only_its_owner_can_delete_it(client: Any) -> None:
    video = ready()
    for user in (None, make_user("mallory@example.org")):
        if user:
            client.force_login(user)
        assert b"Delete" not in client.get(f"/video/{video.pk}").content
        assert client.post(f"/video/{video.pk}/delete").status_code == 404
    assert video.owner
    client.force_login(video.owner)
    assert b"Delete" in client.get(f"/video/{video.pk}").content
    assert client.get(f"/video/{video.pk}/delete").status_code == 405
    assert client.post(f"/video/{video.pk}/delete", follow=True).status_code == 404
    assert not Video.objects.filter(pk=video.pk).exists()
