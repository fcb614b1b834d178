"""A customer of the Persona dialect, in process: an account with a key, and its calls."""

from typing import Any

from rest_framework.test import APIClient

from avatarsite.core.api import keys
from conversations.models import ChatSession, Person
from tests.factories import make_twin, make_user
from twins.models import Personality, Twin
from videos.models import Video

MISSING = object()


class Account:
    """`call` gives the answer, `data` what is in its envelope; a refusal is checked by `refused`."""

    def __init__(self, email: str = "alice@example.org") -> None:
        self.user = make_user(email)
        self.row, self.key = keys.create(self.user)
        self.client = APIClient(raise_request_exception=False)

    def call(self, method: str, path: str, body: Any = MISSING, **options: Any) -> Any:
        options = {"HTTP_X_API_KEY": self.key, **options}
        if body is not MISSING:
            options = {"data": body, "format": "json", **options}
        return getattr(self.client, method.lower())(f"/v1/{path}", **options)

    def data(self, method: str, path: str, body: Any = MISSING, message: str = "", **options: Any) -> Any:
        answer = self.call(method, path, body, **options)
        assert answer.status_code < 300, answer.content
        envelope = answer.json()
        assert {"success", "message", "data"} <= set(envelope) and envelope["success"] is True
        assert not message or envelope["message"] == message
        return envelope["data"]

    def refused(self, status: int, code: str, method: str, path: str, body: Any = MISSING, **options: Any) -> str:
        """The words of a refusal."""
        answer = self.call(method, path, body, **options)
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.content
        assert set(answer.json()) == {"success", "message", "data", "code"}
        assert (answer.json()["success"], answer.json()["data"]) == (False, None)
        return str(answer.json()["message"])

    def person(self, **fields: Any) -> Person:
        return Person.objects.create(owner=self.user, **fields)

    def personality(self, **fields: Any) -> Personality:
        return Personality.objects.create(**{"owner": self.user, "name": "Guide", **fields})

    def twin(self, **fields: Any) -> Twin:
        return make_twin(owner=self.user, is_public=False, **fields)

    def session(self, person: Person | None = None, personality: Personality | None = None) -> ChatSession:
        return ChatSession.objects.create(
            user=self.user, person=person or self.person(), personality=personality or self.personality()
        )

    def video(self, twin: Twin | None = None, **fields: Any) -> Video:
        twin = twin or self.twin()
        looks = {"replica": twin.replica, "voice": twin.voice, "width": 512, "height": 512, "fps": 25}
        return Video.objects.create(owner=self.user, twin=twin, script="Hello.", **looks, **fields)


def asked(session: ChatSession, **fields: Any) -> dict[str, Any]:
    """The body that names a session rightly."""
    return {
        "sessionId": str(session.pk),
        "userId": session.person_id,
        "personalityId": session.personality_id,
        **fields,
    }
