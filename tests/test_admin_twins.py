"""The admin site of twins: a whole one is made in one form; stock is read-only; nobody makes rows for others."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from conversations.models import ChatSession
from tests.admin_site import add_twin, edit_twin, logged_in, make_root, make_staff
from tests.factories import make_twin, make_user, make_video
from twins import seeding
from twins.models import KnowledgeFile, Personality, Replica, Twin, Voice
from videos.models import Video

pytestmark = pytest.mark.django_db


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


# Twins


@pytest.mark.usefixtures("seeded")
def test_a_whole_twin_is_made_in_one_form(admin: Client, root: User) -> None:
    page = add_twin(admin, owner=root.pk).content.decode()
    assert "was added successfully" in page, re.findall(r"errorlist.*", page)
    twin = Twin.objects.get(name="Ada")
    mind = twin.personality
    assert (twin.owner, twin.is_public, twin.replica_id, twin.voice_id) == (root, True, "r-amara", "v-amara")
    assert mind is not None and (mind.name, mind.owner, mind.greeting) == ("Ada", root, "Hello, I am Ada.")
    assert list(mind.knowledge.values_list("name", "text")) == [
        ("The bakery", "The bakery opens at six in the morning.")
    ]
    assert twin.trouble == ""


@pytest.mark.usefixtures("seeded")
def test_the_add_form_proposes_its_maker_as_the_owner(admin: Client, root: User) -> None:
    page = admin.get("/admin/twins/twin/add/").content.decode()
    assert f'value="{root.pk}" selected' in page


@pytest.mark.usefixtures("seeded")
def test_after_saving_the_twin_can_be_tried(admin: Client, root: User) -> None:
    add_twin(admin, owner=root.pk)
    twin = Twin.objects.get(name="Ada")
    assert f'href="/chat/{twin.pk}"' in admin.get("/admin/twins/twin/").content.decode()
    assert f'href="/chat/{twin.pk}"' in admin.get(f"/admin/twins/twin/{twin.pk}/change/").content.decode()


@pytest.mark.usefixtures("seeded")
def test_a_private_twin_can_be_tried_by_its_owner_alone(admin: Client, root: User, client: Client) -> None:
    add_twin(admin, owner=root.pk, is_public="")
    twin = Twin.objects.get(name="Ada")
    asked = {"path": "/api/session/create", "data": {"twin_id": twin.pk}, "content_type": "application/json"}
    assert [who.get(f"/chat/{twin.pk}").status_code for who in (admin, client)] == [200, 404]
    assert [who.post(**asked).status_code for who in (admin, client)] == [200, 404]
    assert ChatSession.objects.get().user == root


@pytest.mark.usefixtures("seeded")
def test_a_document_without_a_title_is_named_after_the_twin(admin: Client, root: User) -> None:
    add_twin(admin, owner=root.pk, **{"personalities-0-document_title": ""})
    assert KnowledgeFile.objects.get(personality__twin__name="Ada").name == "About Ada"


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "This field is required."),
        ("replica", "", "Choose a face"),
        ("voice", "", "Choose a voice"),
        ("replica", "r-nobody", "Select a valid choice"),
        ("personalities-0-max_sentences", "0", "greater than or equal to 1"),
        ("personalities-0-language", "xx-nowhere", "Select a valid choice"),
        ("personalities-0-greeting", "long " * 100, "at most 400 characters"),
        ("personalities-0-document_text", "", "Write the text of the document"),
    ],
)
def test_a_mistake_in_the_form_is_named_and_nothing_is_saved(admin: Client, field: str, value: str, words: str) -> None:
    before = Twin.objects.count(), Personality.objects.count(), KnowledgeFile.objects.count()
    assert words in add_twin(admin, **{field: value}).content.decode()
    assert (Twin.objects.count(), Personality.objects.count(), KnowledgeFile.objects.count()) == before


@pytest.mark.usefixtures("seeded")
def test_a_twin_without_a_personality_is_refused(admin: Client) -> None:
    empty = {f"personalities-0-{name}": "" for name in ("greeting", "system_prompt", "document_title", "document_text")}
    assert "A twin needs a personality" in add_twin(admin, **empty).content.decode()
    assert not Twin.objects.filter(name="Ada").exists()


@pytest.mark.usefixtures("seeded")
def test_a_face_of_another_customer_is_refused(admin: Client, root: User) -> None:
    Replica.objects.create(pk="r-alices", name="Alice's face", portrait="amara", owner=make_user(), status="ready")
    page = add_twin(admin, owner=root.pk, replica="r-alices").content.decode()
    assert "belongs to alice@example.org; choose stock or one of root@example.org." in page
    assert not Twin.objects.filter(name="Ada").exists()


@pytest.mark.usefixtures("seeded")
def test_a_twin_is_edited_with_its_personality(admin: Client, root: User) -> None:
    add_twin(admin, owner=root.pk)
    twin = Twin.objects.get(name="Ada")
    changed = {"name": "Ada B.", "voice": "v-leo", "personalities-0-greeting": "Good day."}
    assert "was changed successfully" in edit_twin(admin, twin, **changed).content.decode()
    twin.refresh_from_db()
    assert (twin.name, twin.voice_id) == ("Ada B.", "v-leo")
    assert twin.personality and twin.personality.greeting == "Good day."
    assert KnowledgeFile.objects.filter(personality__twin=twin).count() == 1


@pytest.mark.usefixtures("seeded")
def test_another_document_is_added_where_the_twin_is_edited(admin: Client, root: User) -> None:
    add_twin(admin, owner=root.pk)
    twin = Twin.objects.get(name="Ada")
    edit_twin(admin, twin, **{"personalities-0-document_text": "We bake rye bread."})
    titles = KnowledgeFile.objects.filter(personality__twin=twin).values_list("name", flat=True)
    assert list(titles) == ["The bakery", "About Ada"]


@pytest.mark.usefixtures("seeded")
def test_a_personality_goes_with_its_twin_to_a_new_owner(admin: Client, root: User) -> None:
    add_twin(admin, owner=root.pk)
    twin, alice = Twin.objects.get(name="Ada"), make_user()
    edit_twin(admin, twin, owner=alice.pk)
    assert Personality.objects.get(twin=twin).owner == alice


@pytest.mark.usefixtures("seeded")
def test_the_knowledge_of_a_twin_is_reachable_from_it(admin: Client) -> None:
    page = admin.get("/admin/twins/twin/amara/change/").content.decode()
    assert "/admin/twins/personality/p-amara/change/#knowledge-group" in page
    assert 'id="knowledge-group"' in admin.get("/admin/twins/personality/p-amara/change/").content.decode()


@pytest.mark.usefixtures("seeded")
def test_every_choice_of_a_face_names_its_picture(admin: Client) -> None:
    page = admin.get("/admin/twins/twin/add/").content.decode()
    assert set(re.findall(r'data-face="(\S+?)"', page)) == {
        f"/admin/twins/replica/face/{stock.twin[0]}.jpg" for stock in seeding.shipped()
    }


def test_the_picture_of_a_face_is_a_jpeg(admin: Client) -> None:
    answer = admin.get("/admin/twins/replica/face/amara.jpg")
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]


def test_there_is_no_picture_of_nobody(admin: Client) -> None:
    assert admin.get("/admin/twins/replica/face/nobody.jpg").status_code == 404


def test_pictures_of_faces_are_for_staff(client: Client) -> None:
    assert client.get("/admin/twins/replica/face/amara.jpg").status_code == 302


def test_a_portrait_is_chosen_from_those_that_are_there(admin: Client, root: User) -> None:
    form = {"name": "A face", "owner": root.pk, "portrait": "mona-lisa"}
    assert "Select a valid choice" in admin.post("/admin/twins/replica/add/", form).content.decode()
    admin.post("/admin/twins/replica/add/", {**form, "portrait": "leo"})
    assert Replica.objects.get(name="A face").portrait == "leo"


@pytest.mark.parametrize(
    ("field", "value"), [("engine", "nowhere"), ("engine_voice", "nobody"), ("rate", "9"), ("pitch", "0")]
)
def test_a_voice_that_cannot_speak_is_refused(admin: Client, root: User, field: str, value: str) -> None:
    good = {
        "name": "Mine", "owner": root.pk, "engine": "local", "engine_voice": "leo", "language": "en-US", "gender": "",
        "description": "", "rate": "1.1", "pitch": "1",
    }  # fmt: skip
    admin.post("/admin/twins/voice/add/", {**good, field: value})
    assert not Voice.objects.exists()
    admin.post("/admin/twins/voice/add/", good)
    assert Voice.objects.get().rate == 1.1


def test_a_personality_is_not_given_to_a_twin_of_another_owner(admin: Client, root: User) -> None:
    twin = make_twin(owner=make_user())
    form = {
        "name": "Mine", "owner": root.pk, "twin": twin.pk, "language": "en", "max_sentences": "3", "word_limit": "60",
        "knowledge-TOTAL_FORMS": "0", "knowledge-INITIAL_FORMS": "0",
    }  # fmt: skip
    page = admin.post("/admin/twins/personality/add/", form).content.decode()
    assert "it must have the same owner" in page


@pytest.mark.django_db(transaction=True)
def test_deleting_a_twin_takes_the_files_of_its_videos_along(admin: Client, settings: Any) -> None:
    video = make_video(status=Status.READY)
    video.file.save("clip.mp4", ContentFile(b"film"))
    path = Path(video.file.path)
    assert path.exists()
    admin.post(f"/admin/twins/twin/{video.twin_id}/delete/", {"post": "yes"})
    assert not Twin.objects.exists() and not Video.objects.exists()
    assert not path.exists()


# Stock and staff


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    "page", ["twins/twin/amara", "twins/personality/p-leo", "twins/replica/r-leo", "twins/voice/v-leo"]
)
def test_stock_is_read_only_for_staff(colleague: Client, page: str) -> None:
    assert b'name="_save"' not in colleague.get(f"/admin/{page}/change/").content
    assert colleague.post(f"/admin/{page}/change/", {"name": "Mine"}).status_code == 403
    assert colleague.post(f"/admin/{page}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.usefixtures("seeded")
def test_staff_cannot_delete_stock_through_the_list(colleague: Client) -> None:
    form = {"action": "delete_selected", "_selected_action": ["amara", "leo"], "post": "yes"}
    colleague.post("/admin/twins/twin/", form)
    assert Twin.objects.count() == 8


@pytest.mark.usefixtures("seeded")
def test_a_superuser_is_told_that_stock_is_brought_back(admin: Client) -> None:
    assert "the next start of the site brings it back" in admin.get("/admin/twins/twin/leo/change/").content.decode()


@pytest.mark.usefixtures("seeded")
def test_what_staff_make_is_theirs(colleague: Client, staff: User) -> None:
    add_twin(colleague, owner=staff.pk)
    assert Twin.objects.get(name="Ada").owner == staff


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("owner", ["", "root"])
def test_staff_make_nothing_for_others(colleague: Client, root: User, owner: str) -> None:
    add_twin(colleague, owner=root.pk if owner else "")
    assert not Twin.objects.filter(name="Ada").exists()


@pytest.mark.usefixtures("seeded")
def test_staff_cannot_give_away_what_they_edit(colleague: Client, staff: User, root: User) -> None:
    add_twin(colleague, owner=staff.pk)
    edit_twin(colleague, Twin.objects.get(name="Ada"), owner=root.pk, name="Ada B.")
    assert Twin.objects.get(name="Ada B.").owner == staff
