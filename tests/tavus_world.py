"""An account of the Tavus-compatible dialect with one of everything in it."""

from typing import Any

from django.db import transaction

from avatarsite.core import webhooks
from conversations import memory, stores
from conversations.api_tavus.pals import OTHER_NAMES as PALS
from conversations.api_tavus.pals import renamed
from tests.tavus import MISSING, Customer
from twins.models import Personality
from videos.models import Lipsync, Speech, Video

FILM = "https://films.example/film.mp4"
SOUND = "https://films.example/sound.mp3"
GUARDRAIL = {"guardrail_name": "No_Politics", "guardrail_prompt": "Never speak of politics."}
STEP = {"objective_name": "ask_name", "objective_prompt": "Ask for the name."}
RULE = {"text": "Avatarsite", "pronunciation": "avatar site", "type": "alias"}


class World:
    """One of everything, of one account: `ids` by the names that stand in paths. mark: stands in names and words."""

    def __init__(self, email: str = "alice@example.org", mark: str = "Nova") -> None:
        self.alice = Customer(email)
        self.replica = self.alice.replica(name=mark)
        size = {"width": 512, "height": 512, "fps": 25}
        own = {"owner": self.alice.user, "dialect": "tavus", "name": mark}
        spoken = {"replica": self.replica, "voice": self.replica.voice, "script": f"Hello {mark}."}
        self.ids = {
            "replica_id": self.replica.pk,
            "video_id": Video.objects.create(**own, **spoken, **size).pk,
            "speech_id": Speech.objects.create(**own, **spoken).pk,
            "lipsync_id": Lipsync.objects.create(**own, original_video_url=FILM, source_audio_url=SOUND).pk,
            "guardrail_id": self._made("guardrails", GUARDRAIL | {"tags": [mark]}, "uuid"),
            "objectives_id": self._made("objectives", {"data": [STEP | {"objective_prompt": f"Ask for {mark}."}]}),
            "dictionary_id": self._made("pronunciation-dictionaries", {"name": mark, "rules": [RULE]}, status=201),
            "document_id": self._made("documents", {"document_url": f"https://films.example/{mark}.pdf"}),
            "tool_id": self._made("tools", {"name": f"get_{mark}", "description": "Weather.", "parameters": {}}),
            "store": f"store of {mark}",
        }
        lists = ("guardrail", "document", "tool")
        given = {"objectives_id": self.ids["objectives_id"]} | {f"{it}_ids": [self.ids[f"{it}_id"]] for it in lists}
        persona = {"persona_name": mark, "system_prompt": f"Guide {mark}.", **given}
        self.ids["persona_id"] = self._made("personas", persona)
        self.ids["memory_id"] = self._remembered(mark)
        call = {"replica_id": self.replica.pk, "persona_id": self.ids["persona_id"], "conversation_name": mark}
        self.ids["conversation_id"] = self._made("conversations", call)
        with transaction.atomic():
            told = webhooks.send(self.alice.user, f"https://films.example/{mark}", {"of": mark}, "made", about=mark)
        self.ids["delivery_id"] = told.pk

    def _remembered(self, mark: str) -> str:
        person = stores.person_in(self.alice.user, self.ids["store"], create=True)
        assert person
        return memory.write(person, Personality.objects.get(pk=self.ids["persona_id"]), f"I like {mark}.").pk

    def _made(self, path: str, body: Any, key: str = "", status: int = 200) -> str:
        answer = self.alice.call("POST", path, body)
        assert answer.status_code == status, answer.content
        found = answer.json()
        return str(found[key] if key else next(value for name, value in found.items() if name.endswith("_id")))

    def call(self, method: str, path: str, body: Any = MISSING, **options: Any) -> Any:
        return self.alice.call(method, path.format(**self.ids), body, **options)


# What each operation that takes a body is sent, ids by their names in `World.ids`; an operation of the newer names is
# sent the same by those names.
SENT: dict[str, Any] = {
    "POST conversations": {"replica_id": "{replica_id}", "persona_id": "{persona_id}"},
    "POST conversations/{conversation_id}/respond": {"text": "Hello.", "timeout_s": 0},
    "POST documents": {"document_url": "https://films.example/a.pdf"},
    "PATCH documents/{document_id}": {"document_name": "Better"},
    "POST documents/{document_id}/recrawl": {"crawl": {"depth": 1}},
    "POST guardrails": GUARDRAIL | {"guardrail_name": "No_Prices"},
    "PATCH guardrails/{guardrail_id}": [{"op": "replace", "path": "/guardrail_prompt", "value": "Stay calm."}],
    "POST lipsync": {"original_video_url": FILM, "source_audio_url": SOUND},
    "POST objectives": {"data": [STEP]},
    "PATCH objectives/{objectives_id}": [{"op": "replace", "path": "/data/0/objective_prompt", "value": "Ask."}],
    "POST personas": {
        "persona_name": "Guide",
        "system_prompt": "Guide people.",
        "default_replica_id": "{replica_id}",
        "objectives_id": "{objectives_id}",
        "guardrail_ids": ["{guardrail_id}"],
        "document_ids": ["{document_id}"],
        "tool_ids": ["{tool_id}"],
        "layers": {"tts": {"pronunciation_dictionary_id": "{dictionary_id}"}},
    },
    "PATCH personas/{persona_id}": [{"op": "replace", "path": "/persona_name", "value": "Better"}],
    "PATCH personas/{persona_id}/context": {"context": "The shop opens at nine."},
    "POST personas/{persona_id}/tools": {"tool_ids": ["{tool_id}"]},
    "DELETE personas/{persona_id}/tools": {"tool_ids": ["{tool_id}"]},
    "POST pronunciation-dictionaries": {"name": "Places", "rules": [RULE]},
    "PATCH pronunciation-dictionaries/{dictionary_id}": [{"op": "replace", "path": "/name", "value": "Better"}],
    "POST replicas": {"train_video_url": FILM, "replica_name": "New"},
    "PATCH replicas/{replica_id}/name": {"replica_name": "Better"},
    "POST speech": {"script": "Hello.", "replica_id": "{replica_id}"},
    "PATCH speech/{speech_id}/name": {"speech_name": "Better"},
    "POST tools": {"name": "get_time", "parameters": {}},
    "PATCH tools/{tool_id}": {"description": "Better."},
    "POST videos": {"script": "Hello.", "replica_id": "{replica_id}"},
    "PATCH videos/{video_id}/name": {"video_name": "Better"},
}
OTHER_NAMES = {"pals": "personas", "faces": "replicas", "{pal_id}": "{persona_id}", "{face_id}": "{replica_id}"}


def older(path: str) -> str:
    """A path below /v2/ by the older names of personas and replicas."""
    return "/".join(OTHER_NAMES.get(part, part) for part in path.split("/"))


def sent(operation: str, ids: dict[str, str]) -> Any:
    """What an operation ("POST videos") is sent, with these ids; MISSING without a body."""
    method, path = operation.split(" ", 1)
    body = SENT.get(f"{method} {older(path)}", MISSING)
    return _filled(renamed(body, PALS) if older(path) != path and isinstance(body, dict) else body, ids)


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, ids) for inner in value]
    return value.format(**ids) if isinstance(value, str) else value
