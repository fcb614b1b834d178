"""What happens to everything else when a user is deleted."""

import pytest

from tests.factories import make_twin, make_user, make_video
from twins.models import Replica, Twin, Voice
from videos.models import Video

pytestmark = pytest.mark.django_db


def test_a_user_takes_everything_that_belongs_to_them_along() -> None:
    alice, bob = make_user("alice@example.org"), make_user("bob@example.org")
    for owner in (alice, bob):
        parts = {
            "replica": Replica.objects.create(owner=owner, name="Face", portrait="amara", status="ready"),
            "voice": Voice.objects.create(owner=owner, name="Voice", engine_voice="amara"),
        }
        make_video(twin=make_twin(owner=owner, **parts), owner=owner)
    alice.delete()
    for model in (Twin, Replica, Voice, Video):
        assert [row.owner for row in model.objects.all()] == [bob]


def test_a_face_that_a_twin_uses_cannot_be_deleted_from_under_it() -> None:
    twin = make_twin()
    with pytest.raises(Exception, match="Cannot delete"):
        twin.replica.delete()
