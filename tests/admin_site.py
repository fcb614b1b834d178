"""What the tests of the admin site share: who is logged in, and what a browser sends."""

from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from avatarsite.core.models import User
from tests.factories import make_user
from twins.models import Twin

Post = dict[str, Any]


def make_root() -> User:
    return User.objects.create_superuser("root@example.org", "a long pass phrase")


def make_staff() -> User:
    """Staff with every right, but no superuser."""
    user = make_user("staff@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    return user


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def twin_form(**changed: Any) -> Post:
    """What a browser sends from the add form of a twin with one personality."""
    mind = {
        "id": "", "twin": "", "name": "", "greeting": "Hello, I am Ada.", "system_prompt": "You are Ada, a baker.",
        "context": "", "language": "en", "max_sentences": "3", "word_limit": "60", "llm_model": "",
        "document_title": "The bakery", "document_text": "The bakery opens at six in the morning.",
    }  # fmt: skip
    counts = {"TOTAL_FORMS": "1", "INITIAL_FORMS": "0", "MIN_NUM_FORMS": "1", "MAX_NUM_FORMS": "1000"}
    twin = {"name": "Ada", "headline": "A baker", "replica": "r-amara", "voice": "v-amara", "is_public": "on"}
    form = {
        **twin,
        "position": "100",
        "owner": "",
        **{f"personalities-{name}": count for name, count in counts.items()},
    }
    return {**form, **{f"personalities-0-{name}": value for name, value in mind.items()}, **changed}


def add_twin(client: Client, **changed: Any) -> Any:
    return client.post("/admin/twins/twin/add/", twin_form(**changed), follow=True)


def edit_twin(client: Client, twin: Twin, **changed: Any) -> Any:
    mind = twin.personality
    assert mind is not None
    known = {"personalities-INITIAL_FORMS": "1", "personalities-0-id": mind.pk, "personalities-0-twin": twin.pk}
    unchanged = {"owner": twin.owner_id or "", "personalities-0-name": mind.name, "personalities-0-document_title": ""}
    form = twin_form(**{**known, **unchanged, "personalities-0-document_text": "", **changed})
    return client.post(f"/admin/twins/twin/{twin.pk}/change/", form, follow=True)


def act(client: Client, model: str, action: str, *rows: Any) -> str:
    """Run an action of a list on rows; returns the page that follows."""
    form = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = client.post(f"/admin/{model}/", form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()
