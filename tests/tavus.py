"""A customer of the Tavus-compatible dialect, in process: an account with a key, and its calls."""

from typing import Any

from rest_framework.test import APIClient

from avatarsite.core.api import keys
from tests.factories import VOICE, make_face, make_user
from twins.models import Personality, Replica, Voice

MISSING = object()


class Customer:
    """`call` gives the answer, `data` its JSON; a refusal is checked by `refused`."""

    def __init__(self, email: str = "alice@example.org") -> None:
        self.user = make_user(email)
        self.row, self.key = keys.create(self.user)
        self.client = APIClient(raise_request_exception=False)

    def call(self, method: str, path: str, body: Any = MISSING, **options: Any) -> Any:
        options = {"HTTP_X_API_KEY": self.key, **options}
        if body is not MISSING:
            options = {"data": body, "format": "json", **options}
        return getattr(self.client, method.lower())(f"/v2/{path}", **options)

    def data(self, method: str, path: str, body: Any = MISSING, **options: Any) -> Any:
        answer = self.call(method, path, body, **options)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def refused(self, status: int, method: str, path: str, body: Any = MISSING, **options: Any) -> str:
        """The words of a refusal, which stand under both names."""
        answer = self.call(method, path, body, **options)
        assert answer.status_code == status, answer.content
        assert answer.json()["error"] == answer.json()["message"]
        return str(answer.json()["message"])

    def replica(self, **fields: Any) -> Replica:
        voice = Voice.objects.create(name="A voice", engine_voice=VOICE, language="en-US")
        return make_face(**{"owner": self.user, "voice": voice, **fields})

    def persona(self, **fields: Any) -> Personality:
        return Personality.objects.create(**{"owner": self.user, "name": "Guide", **fields})

    def conversation(self, **fields: Any) -> dict[str, Any]:
        """A new conversation with a face and a persona of the account's own."""
        own = {"replica_id": self.replica().pk, "persona_id": self.persona().pk}
        return dict(self.data("POST", "conversations", {**own, **fields}))
