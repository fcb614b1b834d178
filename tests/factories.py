"""Rows for tests: the smallest that are whole."""

from typing import Any

from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from twins.models import Personality, Replica, Twin, Voice
from videos.models import Video

PORTRAIT = "amara"
VOICE = "amara"


def make_user(email: str = "alice@example.org", **fields: Any) -> User:
    return User.objects.create_user(email, "a long pass phrase", **fields)


def make_face(**fields: Any) -> Replica:
    return Replica.objects.create(**{"name": "A face", "portrait": PORTRAIT, "status": Status.READY, **fields})


def make_twin(**fields: Any) -> Twin:
    replica = fields.pop("replica", None) or make_face()
    voice = fields.pop("voice", None) or Voice.objects.create(name="A voice", engine_voice=VOICE)
    twin = Twin.objects.create(**{"name": "Ada", "replica": replica, "voice": voice, "is_public": True, **fields})
    Personality.objects.create(twin=twin, name="Ada", greeting="Hello, I am Ada.")
    return twin


def make_video(**fields: Any) -> Video:
    twin = fields.pop("twin", None) or make_twin()
    size = {"width": 512, "height": 512, "fps": 25}
    return Video.objects.create(**{"twin": twin, "replica": twin.replica, "voice": twin.voice, **size, **fields})
