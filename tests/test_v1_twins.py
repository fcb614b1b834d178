"""Twins and personalities of the Persona dialect."""

import base64
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations.models import ChatSession
from tests.persona import Account
from twins.models import KnowledgeFile, Personality, Replica, Twin, Voice
from twins.seeding import seed
from videos.models import Video

pytestmark = pytest.mark.django_db(transaction=True)  # many of these views work in threads of their own
PICTURE = cv2.imencode(".png", np.full((120, 100, 3), 90, np.uint8))[1].tobytes()


@pytest.fixture
def alice() -> Account:
    seed()
    return Account()


def upload(name: str, content: bytes, kind: str = "text/plain") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def test_a_twin_is_made_of_a_face_a_voice_and_a_profile(alice: Account) -> None:
    body = {
        "name": "Ada",
        "profession": "Teacher",
        "description": "Patient.",
        "tags": ["maths"],
        "replicaId": "r-kenji",
        "voiceId": "v-leo",
    }
    twin = alice.data("POST", "twins", body, "Twin created successfully")
    assert {name: twin[name] for name in body} == body
    assert (twin["status"], twin["clientId"], twin["_id"]) == ("active", alice.user.pk, twin["id"])
    assert alice.data("GET", f"twins/{twin['id']}", message="Twin fetched successfully.") == twin


def test_without_a_voice_the_face_brings_its_own(alice: Account) -> None:
    assert alice.data("POST", "twins", {"name": "Ada", "replicaId": "r-kenji"})["voiceId"] == "v-kenji"


def test_without_a_face_the_stock_ones_are_named(alice: Account) -> None:
    words = alice.refused(400, "replica_missing", "POST", "twins", {"name": "Ada"})
    assert "replicaId" in words and "r-amara" in words and "photo" in words


def test_a_photo_needs_a_voice_and_the_persons_consent(alice: Account) -> None:
    for more, code, field in (({}, "voice_missing", "voiceId"), ({"voiceId": "v-leo"}, "consent_missing", "consentId")):
        form = {"name": "Ada", "image": upload("me.png", PICTURE, "image/png"), **more}
        assert field in alice.refused(400, code, "POST", "twins", form, format="multipart")
    assert not Twin.objects.filter(owner=alice.user).exists() and not Replica.objects.filter(owner=alice.user).exists()


def test_a_recording_that_is_none_is_refused_and_leaves_nothing(alice: Account) -> None:
    form = {"name": "Ada", "replicaId": "r-amara", "voice": upload("me.wav", b"RIFF", "audio/wav")}
    assert alice.refused(400, "media_unsupported", "POST", "twins", form, format="multipart").startswith("voice: ")
    assert not Twin.objects.filter(owner=alice.user).exists() and not Voice.objects.filter(owner=alice.user).exists()


def test_a_picture_is_kept_beside_the_face_and_shown(alice: Account) -> None:
    form = {"name": "Ada", "replicaId": "r-amara", "image": upload("me.png", PICTURE, "image/png")}
    twin = alice.data("POST", "twins", form, format="multipart")
    shown = alice.data("GET", f"twins/{twin['id']}/image", message="Twin image fetched successfully.")
    assert "/media/pictures/" in shown["avatar"] and "signature=" in shown["avatar"]
    stored = Twin.objects.get(pk=twin["id"]).image.read()
    assert stored[:3] == b"\xff\xd8\xff"  # made anew as JPEG


def test_without_a_picture_the_drawn_face_is_shown(alice: Account) -> None:
    assert "/media/faces/r-amara.jpg?" in alice.data("GET", "twins/amara/image")["avatar"]


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", PICTURE[:200], b"\xff\xd8\xff" + b"x" * 50])
def test_a_file_that_is_no_picture_is_refused(alice: Account, content: bytes) -> None:
    form = {"name": "Ada", "replicaId": "r-amara", "image": upload("me.png", content, "image/png")}
    answer = alice.call("POST", "twins", form, format="multipart")
    assert answer.status_code == 400, answer.content
    assert not Twin.objects.filter(owner=alice.user).exists()


@pytest.mark.parametrize("field", ["imageUrl", "voiceUrl"])
def test_addresses_inside_are_not_fetched(alice: Account, field: str) -> None:
    body = {"name": "Ada", "replicaId": "r-amara", field: "http://127.0.0.1:9/me.png"}
    assert alice.call("POST", "twins", body).status_code in (400, 422)
    assert not Twin.objects.filter(owner=alice.user).exists()


def test_twins_come_in_pages_with_their_counts(alice: Account) -> None:
    page = alice.data("GET", "twins?page=2&limit=5", message="Twins fetched successfully.")
    assert [len(page["twins"]), page["totalRecords"], page["currentPage"], page["totalPages"]] == [3, 8, 2, 2]


def test_twins_are_found_by_name(alice: Account) -> None:
    page = alice.data("GET", "twins?personalityName=keNJ", message="Twin(s) fetched successfully.")
    assert [twin["name"] for twin in page["twins"]] == ["Kenji"]


@pytest.mark.parametrize("query", ["page=0", "page=x", "limit=0", "limit=101", "limit=-1", "page=1e3", "page=%00"])
def test_wrong_pages_are_refused(alice: Account, query: str) -> None:
    assert alice.call("GET", f"twins?{query}").status_code == 400


def test_stock_twins_are_read_only(alice: Account) -> None:
    alice.refused(403, "read_only", "PATCH", "twins/amara", {"name": "Mine"})
    alice.refused(403, "read_only", "DELETE", "twins/amara")
    assert Twin.objects.get(pk="amara").name == "Amara"


def test_a_twin_is_changed_by_what_is_sent(alice: Account) -> None:
    twin = alice.twin(headline="Teacher")
    changed = alice.data(
        "PATCH", f"twins/{twin.pk}", {"name": "Eve", "voiceId": "v-sofia"}, "Twin updated successfully"
    )
    assert (changed["name"], changed["profession"], changed["voiceId"]) == ("Eve", "Teacher", "v-sofia")


def test_fields_that_are_not_ours_to_take_change_nothing(alice: Account) -> None:
    twin = alice.twin()
    alice.data("PATCH", f"twins/{twin.pk}", {"owner": None, "is_public": True, "id": "x", "clientId": "y"})
    twin.refresh_from_db()
    assert (twin.owner, twin.is_public) == (alice.user, False)


def test_deleting_a_twin_deletes_its_videos_and_leaves_personalities_and_sessions(alice: Account) -> None:
    twin = alice.twin()
    alice.video(twin)
    session = alice.session(personality=twin.personality)
    ChatSession.objects.filter(pk=session.pk).update(twin=twin)
    assert alice.data("DELETE", f"twins/{twin.pk}", message="Twin deleted successfully") == []
    assert not Twin.objects.filter(pk=twin.pk).exists() and not Video.objects.exists()
    assert alice.data("GET", f"sessions/{session.pk}")["personalityId"] == session.personality_id


def test_the_personalities_of_a_twin_are_told(alice: Account) -> None:
    message = "Personality IDs associated with the twin fetched successfully"
    told = alice.data("GET", "twins/amara/personalities", message=message)
    assert told["personalityName"] == "Amara"
    assert [brain["personalityId"] for brain in told["brainMappings"]] == ["p-amara"]


def test_a_personality_is_made_and_trained_from_files(alice: Account) -> None:
    form = {
        "name": "Guide",
        "files": [upload("a.txt", b"The museum opens at nine."), upload("b.md", b"# Prices")],
        "category": "art",
        "brainId": "b-1",
        "language": "german",
        "webhookUrl": "https://example.com/hook",
    }
    made = alice.data("POST", "personalities", form, "Personality created successfully", format="multipart")
    assert set(made) == {"personalityId", "name", "brainId", "createdAt"}
    whole = alice.data("GET", f"personalities/{made['personalityId']}", message="Personality fetched successfully")
    assert sorted(file["fileName"] for file in whole["files"]) == ["a.txt", "b.md"]
    assert (whole["category"], whole["brainId"], whole["language"]) == ("art", "b-1", "de")
    assert set(KnowledgeFile.objects.values_list("webhook_url", flat=True)) >= {"https://example.com/hook"}


def test_a_personality_can_be_given_to_a_twin(alice: Account) -> None:
    twin = alice.twin()
    made = alice.data("POST", "personalities", {"name": "Guide", "twinId": twin.pk})
    brains = alice.data("GET", f"twins/{twin.pk}/personalities")["brainMappings"]
    assert made["personalityId"] in [brain["personalityId"] for brain in brains]
    alice.refused(403, "read_only", "POST", "personalities", {"name": "Guide", "twinId": "amara"})


def test_a_picture_of_a_personality_comes_as_base64(alice: Account) -> None:
    body: dict[str, Any] = {"name": "Guide", "avatarImg": base64.b64encode(PICTURE).decode()}
    made = alice.data("POST", "personalities", body)
    listed = alice.data("GET", "personalities", message="Personalities fetched successfully.")
    shown = next(item for item in listed if item["id"] == made["personalityId"])
    assert "/media/pictures/" in shown["avatarImg"]
    alice.refused(400, "picture_unusable", "POST", "personalities", {"name": "Guide", "avatarImg": "no picture"})


@pytest.mark.parametrize("field", ["webhookUrl", "url"])
@pytest.mark.parametrize("url", ["http://127.0.0.1/x", "http://169.254.169.254/", "file:///etc/passwd", "nonsense"])
def test_addresses_that_may_not_be_called_are_refused_when_they_are_given(alice: Account, field: str, url: str) -> None:
    alice.refused(400, "url_refused", "POST", "personalities", {"name": "Guide", field: url})
    assert not Personality.objects.filter(owner=alice.user).exists()


def test_an_unknown_language_is_refused(alice: Account) -> None:
    alice.refused(400, "language_unsupported", "POST", "personalities", {"name": "Guide", "language": "klingon"})


def test_an_approximate_language_is_named_as_such(alice: Account) -> None:
    path = f"personalities/{alice.personality(language='fil').pk}"
    assert alice.data("GET", path)["languageNote"] == "spoken by the rules of Indonesian"
    alice.data("PATCH", path, {"language": "German"})
    told = alice.data("GET", path)
    assert (told["language"], told["languageNote"]) == ("de", "")


def test_a_file_of_the_same_name_replaces_and_another_is_added(alice: Account) -> None:
    guide = alice.personality()
    path = f"personalities/{guide.pk}"
    for name in ("a.txt", "a.txt", "b.txt"):
        form = {"files": [upload(name, b"Words.")]}
        alice.data("PATCH", path, form, "Personality updated Successfully", format="multipart")
    assert sorted(guide.knowledge.values_list("name", flat=True)) == ["a.txt", "b.txt"]


def test_a_file_is_deleted_by_its_name(alice: Account) -> None:
    guide = alice.personality()
    path = f"personalities/{guide.pk}"
    alice.data("PATCH", path, {"files": [upload("a b.txt", b"Words.")]}, format="multipart")
    assert alice.data("DELETE", f"{path}/files/a%20b.txt", message="File successfully deleted.") == []
    assert not guide.knowledge.exists()
    alice.refused(404, "file_not_found", "DELETE", f"{path}/files/a%20b.txt")


def test_deleting_a_personality_deletes_what_it_knew(alice: Account) -> None:
    guide = alice.personality()
    alice.data("PATCH", f"personalities/{guide.pk}", {"files": [upload("a.txt", b"Words.")]}, format="multipart")
    assert alice.data("DELETE", f"personalities/{guide.pk}") == []
    assert not KnowledgeFile.objects.filter(name="a.txt").exists()


def test_stock_personalities_are_read_only(alice: Account) -> None:
    alice.refused(403, "read_only", "PATCH", "personalities/p-amara", {"name": "Mine"})
    alice.refused(403, "read_only", "DELETE", "personalities/p-amara")
    alice.refused(403, "read_only", "DELETE", "personalities/p-amara/files/Amara")


def test_a_twin_takes_only_faces_and_voices_that_are_stock_or_its_owners(alice: Account) -> None:
    bob = Account("bob@example.org")
    face = Replica.objects.create(name="Bob's", portrait="leo", owner=bob.user, status="ready")
    voice = Voice.objects.create(name="Bob's", engine_voice="leo", owner=bob.user)
    alice.refused(404, "replica_not_found", "POST", "twins", {"name": "Ada", "replicaId": face.pk})
    body = {"name": "Ada", "replicaId": "r-amara", "voiceId": voice.pk}
    alice.refused(404, "voice_not_found", "POST", "twins", body)
