"""The page of a replica tells what its face is called at vendors."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.admin_site import logged_in, make_root, make_staff
from tests.factories import make_face, make_user
from twins.models import Replica

pytestmark = pytest.mark.django_db
OTHER = {"another": {"face": "kept"}}


@pytest.fixture
def replica(db: None) -> Replica:
    face = make_face(owner=make_user("ada@example.org"))
    Replica.objects.filter(pk=face.pk).update(vendor_faces=OTHER)
    return face


@pytest.fixture
def admin(db: None) -> Client:
    return logged_in(make_root())


def saved(client: Client, replica: Replica, **given: str) -> str:
    form = {"name": replica.name, "owner": replica.owner_id, "portrait": replica.portrait, "framing": "close", **given}
    return client.post(f"/admin/twins/replica/{replica.pk}/change/", form, follow=True).content.decode()


def opened(client: Client, replica: Replica) -> str:
    answer = client.get(f"/admin/twins/replica/{replica.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ({"tavus_face": " r79e1c033f "}, {"tavus": {"replica_id": "r79e1c033f"}}),
        (
            {"tavus_face": "r79e1c033f", "tavus_voice": "on"},
            {"tavus": {"replica_id": "r79e1c033f", "voice": "own"}},
        ),
        (
            {"heygen_face": "Abigail_expressive_2024112501", "heygen_voice": "own"},
            {"heygen": {"avatar_id": "Abigail_expressive_2024112501", "voice": "own"}},
        ),
        ({"heygen_voice": "1bd001e7e50f"}, {"heygen": {"voice": "1bd001e7e50f"}}),
        (
            {"did_kind": "clips", "did_face": "v2_public_Amber@0zSz8kflCN"},
            {"did": {"kind": "clips", "presenter_id": "v2_public_Amber@0zSz8kflCN"}},
        ),
        ({"did_kind": "scenes", "did_face": "avt_1"}, {"did": {"kind": "scenes", "avatar_id": "avt_1"}}),
        ({}, {}),
    ],
)
def test_what_is_given_is_kept_and_shown_again(
    admin: Client, replica: Replica, given: dict[str, str], stored: dict[str, Any]
) -> None:
    saved(admin, replica, **given)
    replica.refresh_from_db()
    assert replica.vendor_faces == {**OTHER, **stored}
    page = opened(admin, replica)
    assert all(f'value="{value.strip()}"' in page for name, value in given.items() if name.endswith("_face"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tavus_face": "https://platform.tavus.io/replicas/r79e1c033f"}, "Give the id alone"),
        ({"did_face": "Amber from D-ID"}, "Give the id alone"),
        ({"tavus_voice": "on"}, "Whose own voice? Give the replica&#x27;s id."),
        ({"heygen_voice": "own"}, "Whose own voice? Give the avatar&#x27;s id."),
    ],
)
def test_what_cannot_be_is_refused_in_words(admin: Client, replica: Replica, given: dict[str, str], words: str) -> None:
    assert words in saved(admin, replica, **given)
    replica.refresh_from_db()
    assert replica.vendor_faces == OTHER


def test_a_new_face_may_be_known_at_a_vendor_already(admin: Client) -> None:
    form = {"name": "Ada", "portrait": "amara", "framing": "close", "tavus_face": "r79e1c033f"}
    admin.post("/admin/twins/replica/add/", form)
    assert Replica.objects.get(name="Ada").vendor_faces == {"tavus": {"replica_id": "r79e1c033f"}}


def test_who_may_only_look_reads_them(replica: Replica) -> None:
    Replica.objects.filter(pk=replica.pk).update(vendor_faces={"tavus": {"replica_id": "r79e1c033f"}})
    staff = make_staff()
    staff.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    page = opened(logged_in(staff), replica)
    assert "Tavus: r79e1c033f" in page and 'name="tavus_face"' not in page
