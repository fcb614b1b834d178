"""Nothing stays of what was erased, and old clips are forgotten in time."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from avatarsite.core import worker
from avatarsite.core.erasing import erase
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from conversations.models import ChatSession, Message
from tests.admin_site import logged_in, make_root
from tests.factories import make_face, make_twin, make_user, make_video
from tests.persona import Account
from twins.models import Consent, KnowledgeFile, Replica, Twin, Voice
from videos import cleaning
from videos.faces import face_of
from videos.models import Lipsync, Speech, Video

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT, settings.STREAMS_DIR, settings.CACHE_DIR = tmp_path / "m", tmp_path / "s", tmp_path / "c"
    return tmp_path / "m"


def stored(media: Path) -> list[str]:
    """Everything in the storage: files, and folders that only one row can have had."""
    found = [path.relative_to(media) for path in media.rglob("*")] if media.exists() else []
    return sorted(str(path) for path in found if (media / path).is_file() or len(path.parts) > 1)


def fill(row: Any) -> Any:
    """Give a row a file in each of its fields for one."""
    for field in row._meta.concrete_fields:
        if isinstance(field, models.FileField):
            getattr(row, field.name).save("x", ContentFile(b"x"), save=False)
    row.save()
    return row


def everything_of(owner: User) -> Twin:
    """One filled row of every kind that a customer can have."""
    voice = fill(Voice.objects.create(owner=owner, name="V", engine_voice="amara"))
    replica = fill(make_face(owner=owner, kind=Replica.Kind.PHOTO, voice=voice))
    fill(Consent.objects.create(owner=owner, replica=replica))
    twin = fill(make_twin(owner=owner, replica=replica, voice=voice))
    mind = fill(twin.personality)
    mind.owner = owner
    mind.save()
    fill(KnowledgeFile.objects.create(personality=mind, name="doc"))
    fill(make_video(twin=twin, owner=owner))
    fill(Lipsync.objects.create(owner=owner))
    fill(Speech.objects.create(owner=owner, script="Hi", replica=replica, voice=voice))
    return twin


def test_every_kind_of_row_with_files_is_in_this_test() -> None:
    from django.apps import apps

    with_files = {
        model
        for model in apps.get_models()
        if any(isinstance(field, models.FileField) for field in model._meta.concrete_fields)
    }
    owner = make_user()
    twin = everything_of(owner)
    assert {model for model in with_files if model._base_manager.exists()} == with_files
    assert twin.owner == owner


@pytest.mark.parametrize("how", ["one", "several"])
def test_an_account_that_is_deleted_in_the_admin_site_leaves_no_file(media: Path, how: str) -> None:
    alice, bob = make_user("alice@example.org"), make_user("bob@example.org")
    twin = everything_of(alice)
    visitor = make_video(twin=twin, owner=None)  # somebody's chat with her twin
    fill(visitor)
    everything_of(bob)
    of_bob = stored(media)
    before = len(of_bob)
    client = logged_in(make_root())
    if how == "one":
        answer = client.post(f"/admin/core/user/{alice.pk}/delete/", {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [alice.pk], "post": "yes"}
        answer = client.post("/admin/core/user/", chosen)
    assert answer.status_code == 302, answer.content
    assert not User.objects.filter(pk=alice.pk).exists()
    left = stored(media)
    assert 0 < len(left) < before and all((media / name).exists() for name in left)
    erase(User.objects.filter(pk=bob.pk))
    assert stored(media) == []


def test_a_twin_that_is_deleted_in_the_admin_site_takes_its_files_along(media: Path) -> None:
    twin = fill(make_twin())
    fill(make_video(twin=twin))
    fill(KnowledgeFile.objects.create(personality=fill(twin.personality), name="doc"))
    client = logged_in(make_root())
    assert client.post(f"/admin/twins/twin/{twin.pk}/delete/", {"post": "yes"}).status_code == 302
    assert stored(media) == [] and not Video.objects.exists()


@pytest.mark.parametrize("kind", ["twins", "personalities", "videos", "users"])
def test_what_a_customer_deletes_leaves_no_file(media: Path, kind: str) -> None:
    alice = Account()
    twin = fill(alice.twin())
    mind = fill(alice.personality())
    fill(KnowledgeFile.objects.create(personality=mind, name="doc"))
    session = alice.session(personality=mind)
    said = fill(alice.video(twin))
    Message.objects.create(session=session, role=Message.Role.ASSISTANT, text="Hello.", video=said)
    chosen = {"twins": twin, "personalities": mind, "videos": said, "users": session.person}[kind]
    mine = {"twins": [twin, said], "personalities": [mind, *mind.knowledge.all()]}.get(kind, [said])
    names = {file for row in mine for file in files_of(row)}
    assert names and names <= set(stored(media))
    alice.data("DELETE", f"{kind}/{chosen.pk}")
    assert not names & set(stored(media))
    assert stored(media), "what was not deleted keeps its files"


def files_of(row: Any) -> set[str]:
    fields = [field for field in row._meta.concrete_fields if isinstance(field, models.FileField)]
    return {getattr(row, field.name).name for field in fields if getattr(row, field.name)}


def test_a_deletion_that_is_rolled_back_has_lost_no_file(media: Path) -> None:
    twin = fill(make_twin())
    before = stored(media)
    with pytest.raises(RuntimeError), transaction.atomic():
        erase(Twin.objects.filter(pk=twin.pk))
        raise RuntimeError
    assert stored(media) == before and Twin.objects.filter(pk=twin.pk).exists()


def test_what_somebody_else_needs_is_not_deleted(media: Path) -> None:
    twin = fill(make_twin(replica=fill(make_face())))
    before = stored(media)
    with pytest.raises(IntegrityError):
        erase(Replica.objects.filter(pk=twin.replica_id))
    assert stored(media) == before


def test_a_file_that_is_gone_already_is_no_obstacle(media: Path) -> None:
    video = fill(make_video())
    Path(video.file.path).unlink()
    erase(Video.objects.filter(pk=video.pk))
    assert stored(media) == []


def test_the_files_of_many_rows_are_found_with_few_queries(media: Path, django_assert_max_num_queries: Any) -> None:
    owner = make_user()
    twin = make_twin(owner=owner)
    for _ in range(60):
        make_video(twin=twin, owner=owner, file="videos/none/x.mp4")
    with django_assert_max_num_queries(90):
        erase(User.objects.filter(pk=owner.pk))
    assert not Video.objects.exists()


def old_clip(days: int, **fields: Any) -> Video:
    ended = timezone.now() - timedelta(days=days)
    chat = {"source": Video.Source.REPLY, "status": Status.READY, "finished_at": ended}
    return fill(make_video(**{**chat, **fields}))


def test_clips_of_chats_are_forgotten_and_what_was_said_stays(media: Path) -> None:
    old, young = old_clip(31), old_clip(29)
    session = ChatSession.objects.create(twin=old.twin)
    message = Message.objects.create(session=session, role=Message.Role.ASSISTANT, text="Hello.", video=old)
    assert cleaning.forget_old_clips() is False
    message.refresh_from_db()
    assert (message.text, message.video) == ("Hello.", None)
    assert list(Video.objects.all()) == [young] and set(stored(media)) >= files_of(young)
    assert not any(old.pk in name for name in stored(media))


@pytest.mark.parametrize(
    "fields",
    [{"dialect": "persona"}, {"source": Video.Source.TEXT}, {"purpose": Video.Purpose.IDLE, "source": "text"}],
    ids=["by an API", "own words", "idle"],
)
def test_what_customers_asked_for_is_kept(fields: dict[str, Any]) -> None:
    old_clip(400, **fields)
    cleaning.forget_old_clips()
    assert Video.objects.count() == 1


def test_nothing_is_forgotten_when_clips_are_kept_for_ever(settings: Any) -> None:
    settings.CHAT_CLIPS_KEPT_DAYS = 0
    old_clip(4_000)
    cleaning.forget_old_clips()
    assert Video.objects.count() == 1


def test_the_sweep_forgets_in_small_steps_and_goes_on_while_there_is_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleaning, "STEP", 2)
    twin = make_twin()
    for _ in range(5):
        old_clip(31, twin=twin)
    sweeper, left = worker.Sweeper(), []
    for _ in range(4):
        sweeper._next_cleaning = min(sweeper._next_cleaning, timezone.now() + timedelta(seconds=2))
        sweeper.sweep()
        left.append(Video.objects.count())
        if sweeper._next_cleaning > timezone.now() + timedelta(seconds=60):
            break
        sweeper._next_cleaning = timezone.now()
    assert left == [3, 1, 0]


def age(path: Path) -> Path:
    for each in [*path.rglob("*"), path]:
        os.utime(each, (time.time() - 7_200,) * 2)
    return path


def test_folders_of_clips_that_nobody_makes_are_removed() -> None:
    running, ended = make_video(status=Status.RUNNING), make_video(status=Status.ERROR)
    folders = [Path(live_settings.STREAMS_DIR) / name for name in (running.pk, ended.pk, "m0gone", "m0young")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "1.mp4").write_bytes(b"x")
    for folder in folders[:3]:
        age(folder)
    cleaning.forget_streams()
    assert [folder.exists() for folder in folders] == [True, False, False, True]


def test_cached_faces_of_replicas_that_are_gone_are_removed() -> None:
    kept = fill(make_face(kind=Replica.Kind.PHOTO))
    gone = fill(make_face(kind=Replica.Kind.PHOTO))
    faces = Path(live_settings.CACHE_DIR) / "faces"
    folders = {row: faces / f"{face_of(row).key}-1-2-512x512" for row in (kept, gone, make_face())}
    for folder in folders.values():
        folder.mkdir(parents=True)
        age(folder)
    erase(Replica.objects.filter(pk=gone.pk))
    cleaning.forget_faces()
    assert [folder.exists() for folder in folders.values()] == [True, False, True]


def test_of_more_faces_than_the_cache_may_hold_those_opened_long_ago_are_removed(settings: Any) -> None:
    settings.FACE_CACHE_MB = 2
    faces = Path(live_settings.CACHE_DIR) / "faces"
    folders = [faces / f"{name}-1-2-512x512" for name in ("older", "newer", "young")]
    for number, folder in enumerate(folders):
        folder.mkdir(parents=True)
        (folder / "poses.npy").write_bytes(bytes(1_048_576))
        hours = (3, 2, 0)[number]
        os.utime(folder, (time.time() - hours * 3_600,) * 2)
    cleaning.limit_faces()
    assert [folder.exists() for folder in folders] == [False, True, True]
    settings.FACE_CACHE_MB = 0
    cleaning.limit_faces()
    assert [folder.exists() for folder in folders] == [False, False, True]  # what is young may be in use
