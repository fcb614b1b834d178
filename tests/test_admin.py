"""The admin site: who may see and do what; users and keys; jobs and conversations; what lists cost."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from avatarsite.core import jobs
from avatarsite.core.api import keys
from avatarsite.core.jobs import Status
from avatarsite.core.models import ApiKey, User, Worker
from conversations.models import ChatSession, Message
from tests.admin_site import act, logged_in, make_root, make_staff
from tests.factories import make_twin, make_user, make_video
from twins import seeding
from videos.models import Video

pytestmark = pytest.mark.django_db
LISTS = (
    "core/user", "core/apikey", "core/worker", "twins/twin", "twins/personality", "twins/replica", "twins/voice",
    "videos/video", "conversations/chatsession",
)  # fmt: skip
ADD_FORMS = ("core/user", "core/apikey", "twins/twin", "twins/personality", "twins/replica", "twins/voice")


@pytest.fixture(autouse=True)
def fast_passwords(settings: Any) -> None:
    """A slow hash is right for passwords, and a third of a second per test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def root(db: None) -> User:
    return make_root()


@pytest.fixture
def admin(root: User) -> Client:
    return logged_in(root)


@pytest.fixture
def staff(db: None) -> User:
    return make_staff()


@pytest.fixture
def colleague(staff: User) -> Client:
    return logged_in(staff)


@pytest.fixture
def seeded(db: None) -> None:
    seeding.seed()


# Every page


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("model", LISTS)
def test_every_list_opens(admin: Client, model: str) -> None:
    assert admin.get(f"/admin/{model}/").status_code == 200


@pytest.mark.parametrize("model", ADD_FORMS)
def test_every_add_form_opens(admin: Client, model: str) -> None:
    assert admin.get(f"/admin/{model}/add/").status_code == 200


@pytest.mark.parametrize("model", ["videos/video", "conversations/chatsession", "core/worker"])
def test_what_the_site_makes_itself_is_not_added_by_hand(admin: Client, model: str) -> None:
    assert admin.get(f"/admin/{model}/add/").status_code == 403


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    "page", ["twins/twin/amara", "twins/personality/p-leo", "twins/replica/r-leo", "twins/voice/v-leo"]
)
def test_no_page_needs_inline_code(admin: Client, page: str) -> None:
    html = admin.get(f"/admin/{page}/change/").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)


def test_the_site_is_called_avatarsite(client: Client) -> None:
    assert b"Avatarsite" in client.get("/admin/login/").content


def test_a_visitor_is_sent_to_the_login(client: Client) -> None:
    assert client.get("/admin/twins/twin/").status_code == 302


def test_an_ordinary_user_is_not_let_in(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/admin/twins/twin/").status_code == 302


# Users and keys


def test_staff_cannot_make_themselves_superusers(colleague: Client, staff: User) -> None:
    form = {"email": staff.email, "name": "Staff", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    colleague.post(f"/admin/core/user/{staff.pk}/change/", form)
    staff.refresh_from_db()
    assert (staff.name, staff.is_superuser) == ("Staff", False)


def test_staff_cannot_change_a_superuser(colleague: Client, root: User) -> None:
    assert colleague.post(f"/admin/core/user/{root.pk}/change/", {"name": "Mine"}).status_code == 403
    assert colleague.post(f"/admin/core/user/{root.pk}/password/", {"password1": "x"}).status_code == 403


def test_a_user_is_made_with_an_email_address(admin: Client) -> None:
    word = "correct horse battery"
    form = {"email": "New@Example.org", "name": "New", "usable_password": "true", "password1": word, "password2": word}
    admin.post("/admin/core/user/add/", form)
    assert User.objects.get(email="new@example.org").check_password(word)


def test_two_users_cannot_share_an_address_in_another_case(admin: Client) -> None:
    make_user("alice@example.org")
    form = {"email": "ALICE@example.org", "usable_password": "false"}
    page = admin.post("/admin/core/user/add/", form).content.decode()
    assert "has an account already" in page


def add_key(client: Client, user: User, **changed: Any) -> Any:
    form = {"user": user.pk, "name": "shop", "allowed_addresses": "", "expires_at_0": "", "expires_at_1": ""}
    return client.post("/admin/core/apikey/add/", {**form, **changed}, follow=True)


def shown_key(page: Any) -> str:
    found = re.search(r'<code class="key">(\w+)</code>', page.content.decode())
    assert found, "no key was shown"
    return found.group(1)


def test_a_key_is_shown_once_and_works(admin: Client, root: User) -> None:
    key = shown_key(add_key(admin, root))
    row = keys.find(key, "203.0.113.7")
    assert row is not None and (row.user, row.name) == (root, "shop")
    assert key not in admin.get("/admin/core/apikey/").content.decode()
    assert key not in admin.get(f"/admin/core/apikey/{row.pk}/change/").content.decode()


def test_only_the_digest_of_a_key_is_stored(admin: Client, root: User) -> None:
    key = shown_key(add_key(admin, root))
    stored = str(list(ApiKey.objects.values())) + str(list(LogEntry.objects.values()))
    assert key not in stored and key[7:-4] not in stored


def test_a_key_is_bound_to_the_addresses_that_were_named(admin: Client, root: User) -> None:
    key = shown_key(add_key(admin, root, allowed_addresses="203.0.113.0/24\n2001:db8::1"))
    assert ApiKey.objects.get().allowed_addresses == ["203.0.113.0/24", "2001:db8::1/128"]
    assert keys.find(key, "203.0.113.9") and not keys.find(key, "198.51.100.1")


@pytest.mark.parametrize("address", ["300.1.1.1", "example.org", "10.0.0.0/99"])
def test_an_address_that_is_none_is_refused(admin: Client, root: User, address: str) -> None:
    assert "is no IP address" in add_key(admin, root, allowed_addresses=address).content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_that_has_expired_already_is_not_made(admin: Client, root: User) -> None:
    page = add_key(admin, root, expires_at_0="2020-01-01", expires_at_1="00:00:00").content.decode()
    assert "could never be used" in page
    assert not ApiKey.objects.exists()


def test_a_key_cannot_be_changed(admin: Client, root: User) -> None:
    row, _ = keys.create(root)
    assert admin.post(f"/admin/core/apikey/{row.pk}/change/", {"name": "other"}).status_code == 403


def test_a_revoked_key_is_refused(admin: Client, root: User) -> None:
    row, key = keys.create(root)
    assert "Revoked: 1." in act(admin, "core/apikey", "revoke", row)
    assert keys.find(key, "203.0.113.7") is None


def test_staff_make_keys_for_themselves_only(colleague: Client, root: User, staff: User) -> None:
    add_key(colleague, root)
    assert not ApiKey.objects.exists()
    add_key(colleague, staff)
    assert ApiKey.objects.get().user == staff


def test_staff_do_not_see_the_keys_of_others(colleague: Client, root: User) -> None:
    row, _ = keys.create(root, "roots own")
    assert b"roots own" not in colleague.get("/admin/core/apikey/").content
    assert colleague.get(f"/admin/core/apikey/{row.pk}/change/").status_code == 302


# Jobs


def test_failed_and_cancelled_videos_are_queued_again(admin: Client) -> None:
    twin = make_twin()
    failed = make_video(twin=twin, status=Status.ERROR, error_code="llm_timeout", progress=40)
    cancelled = make_video(twin=twin, status=Status.CANCELLED)
    ready = make_video(twin=twin, status=Status.READY)
    page = act(admin, "videos/video", "retry", failed, cancelled, ready)
    assert "2 of 3 queued again." in page
    assert "1 of 3 left as they were. Only failed and cancelled videos can be tried again." in page
    statuses = {video.pk: video.status for video in Video.objects.all()}
    assert statuses == {failed.pk: Status.QUEUED, cancelled.pk: Status.QUEUED, ready.pk: Status.READY}
    failed.refresh_from_db()
    assert (failed.error_code, failed.progress) == ("", 0)


def test_videos_that_have_not_ended_are_cancelled(admin: Client) -> None:
    twin = make_twin()
    queued, running = make_video(twin=twin), make_video(twin=twin)
    ready = make_video(twin=twin, status=Status.READY)
    assert jobs.claim(running, "w")
    page = act(admin, "videos/video", "cancel", queued, running, ready)
    assert "2 of 3 cancelled." in page and "1 of 3 left as they were." in page
    statuses = {video.pk: video.status for video in Video.objects.all()}
    assert statuses == {queued.pk: Status.CANCELLED, running.pk: Status.CANCELLED, ready.pk: Status.READY}


def test_a_list_of_jobs_says_how_each_is_doing(admin: Client) -> None:
    twin = make_twin(name="Grace")
    make_video(twin=twin, status=Status.RUNNING, stage="rendering", progress=42, attempt=2, worker="host:77")
    make_video(twin=twin, status=Status.ERROR, error_code="tts_unspeakable", status_details="Nothing to say.")
    page = admin.get("/admin/videos/video/").content.decode()
    for shown in ("Grace", "pill-running", "rendering", 'value="42"', "host:77", "tts_unspeakable", "Nothing to say."):
        assert shown in page


def test_a_video_is_found_by_its_id(admin: Client) -> None:
    twin = make_twin()
    wanted, other = make_video(twin=twin), make_video(twin=twin)
    page = admin.get("/admin/videos/video/", {"q": wanted.pk}).content.decode()
    assert wanted.pk in page and other.pk not in page


def test_a_ready_video_can_be_played_in_the_admin(admin: Client) -> None:
    video = make_video(status=Status.READY, file="videos/x/1.mp4", poster="videos/x/1.jpg", captions="videos/x/1.vtt")
    page = admin.get(f"/admin/videos/video/{video.pk}/change/").content.decode()
    assert re.search(rf'src="/media/videos/{video.pk}/video\.mp4\?expires=\d+&amp;signature=\w+"', page)


@pytest.mark.django_db(transaction=True)
def test_deleting_a_video_takes_its_files_along(admin: Client) -> None:
    video = make_video(status=Status.READY)
    video.file.save("clip.mp4", ContentFile(b"film"))
    path = Path(video.file.path)
    act(admin, "videos/video", "delete_selected", video)
    admin.post("/admin/videos/video/", {"action": "delete_selected", "_selected_action": [video.pk], "post": "yes"})
    assert not Video.objects.exists() and not path.exists()


def test_staff_without_the_right_cannot_act_on_jobs(client: Client) -> None:
    user = make_user("viewer@example.org", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_video"))
    client.force_login(user)
    video = make_video()
    act(client, "videos/video", "cancel", video)
    video.refresh_from_db()
    assert video.status == Status.QUEUED


def make_talk(words: str = "My secret wish") -> ChatSession:
    session = ChatSession.objects.create(twin=make_twin())
    asked = Message.objects.create(session=session, role=Message.Role.USER, text=words)
    video = make_video(twin=session.twin, source=Video.Source.REPLY, script="Your wish is heard.", status=Status.READY)
    Message.objects.create(session=session, role=Message.Role.ASSISTANT, text=video.script, video=video, answers=asked)
    return session


def test_staff_with_the_right_read_a_conversation(admin: Client) -> None:
    page = admin.get(f"/admin/conversations/chatsession/{make_talk().pk}/change/").content.decode()
    assert "My secret wish" in page and "Your wish is heard." in page


def test_without_the_right_to_view_messages_no_words_are_shown(client: Client) -> None:
    user = make_user("viewer@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_chatsession", "view_video"]))
    client.force_login(user)
    session = make_talk()
    page = client.get(f"/admin/videos/video/{Video.objects.get().pk}/change/")
    assert page.status_code == 200
    assert b"wish" not in page.content and b"<video" not in page.content
    assert client.get(f"/admin/conversations/chatsession/{session.pk}/change/").status_code == 403
    assert client.get("/admin/conversations/chatsession/").status_code == 403


def test_a_conversation_cannot_be_changed(admin: Client) -> None:
    session = make_talk()
    assert admin.post(f"/admin/conversations/chatsession/{session.pk}/change/", {"state": "IDLE"}).status_code == 403


def test_deleting_a_conversation_takes_its_clips_along_and_logs_no_words(admin: Client) -> None:
    session = make_talk()
    admin.post(f"/admin/conversations/chatsession/{session.pk}/delete/", {"post": "yes"})
    assert not ChatSession.objects.exists() and not Message.objects.exists() and not Video.objects.exists()
    assert "wish" not in str(list(LogEntry.objects.values()))


def test_workers_are_shown_alive_or_not(admin: Client) -> None:
    Worker.objects.create(name="alive", seen_at=timezone.now())
    Worker.objects.create(name="gone", seen_at=timezone.now() - timedelta(hours=1))
    page = admin.get("/admin/core/worker/").content.decode()
    assert page.count("icon-yes") == page.count("icon-no") == 1


# Queries


MAKERS: dict[str, Callable[[], Any]] = {
    "twins/twin": make_twin,
    "twins/personality": make_twin,
    "twins/replica": make_twin,
    "twins/voice": make_twin,
    "videos/video": make_video,
    "conversations/chatsession": make_talk,
    "core/apikey": lambda: keys.create(make_user(f"{uuid.uuid4().hex}@example.org")),
}


@pytest.mark.parametrize("model", MAKERS)
def test_a_longer_list_costs_no_more_queries(
    admin: Client, model: str, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        MAKERS[model]()
    with django_assert_max_num_queries(16) as few:
        admin.get(f"/admin/{model}/")
    for _ in range(7):
        MAKERS[model]()
    with django_assert_num_queries(len(few)):
        admin.get(f"/admin/{model}/")
