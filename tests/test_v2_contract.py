"""The contract of the Tavus-compatible API, row by row: codes, shapes, ids, times, pages and errors of every route.

What a route means is specified beside it (test_v2_videos.py and so on); here stands what a strict client asserts.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.routes import Operation, operations
from tests.tavus import MISSING
from tests.tavus_world import FILM, GUARDRAIL, RULE, SOUND, STEP, World

pytestmark = pytest.mark.django_db

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
RFC_1123 = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")


@pytest.fixture
def world(settings: Any) -> World:
    return World()


# -- Codes: section 13, one case for each row

PATCHES = {
    "personas/{persona_id}": [{"op": "replace", "path": "/persona_name", "value": "Better"}],
    "personas/{persona_id}/context": {"context": "The shop opens at nine."},
    "replicas/{replica_id}/name": {"replica_name": "Better"},
    "videos/{video_id}/name": {"video_name": "Better"},
    "speech/{speech_id}/name": {"speech_name": "Better"},
    "documents/{document_id}": {"document_name": "Better"},
    "objectives/{objectives_id}": [{"op": "replace", "path": "/data/0/objective_prompt", "value": "Ask kindly."}],
    "pronunciation-dictionaries/{dictionary_id}": [{"op": "replace", "path": "/name", "value": "Better"}],
}
EMPTY = [
    ("DELETE", "conversations/{conversation_id}"),
    ("DELETE", "personas/{persona_id}"),
    ("DELETE", "replicas/{replica_id}"),
    ("DELETE", "videos/{video_id}"),
    ("DELETE", "speech/{speech_id}"),
    ("DELETE", "lipsync/{lipsync_id}"),
    ("DELETE", "documents/{document_id}"),
    ("DELETE", "guardrails/{guardrail_id}"),
    ("DELETE", "objectives/{objectives_id}"),
    ("DELETE", "pronunciation-dictionaries/{dictionary_id}"),
    ("PATCH", "replicas/{replica_id}/name"),
    ("PATCH", "videos/{video_id}/name"),
    ("PATCH", "speech/{speech_id}/name"),
]
MADE = {
    "conversations": (200, {"conversation_id", "conversation_name", "status", "conversation_url", "callback_url",
                            "replica_id", "persona_id", "created_at"}),
    "personas": (200, {"persona_id", "persona_name", "created_at"}),
    "replicas": (200, {"replica_id", "status"}),
    "speech": (200, {"speech_id", "speech_name", "speech_file_url"}),
    "videos": (200, {"video_id", "video_name", "status", "hosted_url", "created_at"}),
    "lipsync": (200, {"lipsync_id", "lipsync_name", "status", "callback_url"}),
    "documents": (200, {"document_id", "document_name", "document_url", "status", "progress", "error_message",
                        "created_at", "updated_at", "callback_url", "tags", "crawl_config", "crawled_urls",
                        "last_crawled_at", "crawl_count"}),
    "guardrails": (200, {"uuid", "created_at", "updated_at"}),
    "objectives": (200, {"objectives_id", "objective_name", "status", "created_at"}),
    "pronunciation-dictionaries": (201, {"pronunciation_dictionary_id", "name"}),
}  # fmt: skip
BODIES = {
    "conversations": {"replica_id": "{replica_id}", "persona_id": "{persona_id}"},
    "personas": {"persona_name": "Guide", "system_prompt": "Guide people."},
    "replicas": {"train_video_url": FILM, "replica_name": "Nova", "callback_url": ""},
    "speech": {"script": "Hello.", "replica_id": "{replica_id}"},
    "videos": {"script": "Hello.", "replica_id": "{replica_id}"},
    "lipsync": {"original_video_url": FILM, "source_audio_url": SOUND},
    "documents": {"document_url": "https://films.example/a.pdf"},
    "guardrails": GUARDRAIL | {"guardrail_name": "No_Prices"},
    "objectives": {"data": [STEP]},
    "pronunciation-dictionaries": {"name": "Places", "rules": [RULE]},
}
SHOWN = {
    "conversations/{conversation_id}": MADE["conversations"][1] | {"updated_at"},
    "personas/{persona_id}": {"persona_id", "persona_name", "system_prompt", "context", "default_replica_id",
                              "pipeline_mode", "layers", "created_at", "updated_at", "document_ids", "document_tags"},
    "replicas/{replica_id}": {"replica_id", "replica_name", "thumbnail_video_url", "training_progress", "status",
                              "created_at", "updated_at", "error_message", "model_name"},
    "videos/{video_id}": {"video_id", "video_name", "status", "data", "download_url", "stream_url", "hosted_url",
                          "status_details", "created_at", "updated_at", "replica_id", "generation_progress"},
    "speech/{speech_id}": {"speech_id", "speech_name", "speech_file_url", "replica_id", "created_at", "updated_at"},
    "lipsync/{lipsync_id}": {"lipsync_id", "lipsync_name", "status", "created_at", "video_url", "request_id",
                             "request_name"},
    "documents/{document_id}": MADE["documents"][1],
    "guardrails/{guardrail_id}": {"uuid", "guardrail_name", "guardrail_prompt", "modality", "callback_url", "tags",
                                  "app_message", "created_at", "updated_at"},
    "pronunciation-dictionaries/{dictionary_id}": {"pronunciation_dictionary_id", "name", "rules"},
}  # fmt: skip
FIRST_PAGES = {
    "conversations": 1, "personas": 1, "replicas": 1, "objectives": 1, "lipsync": 1, "voices": 1, "speech": 1,
    "guardrails": 1, "guardrails?legacy=false": 0, "videos": 0, "documents": 0, "pronunciation-dictionaries": 0,
}  # fmt: skip
UNKNOWN = {
    "conversations/{conversation_id}": (400, "Invalid conversation_id"),
    "personas/{persona_id}": (400, "Invalid persona_id"),
    "replicas/{replica_id}": (400, "Invalid replica_id"),
    "videos/{video_id}": (400, "Invalid video_id"),
    "speech/{speech_id}": (400, "Invalid speech_id"),
    "lipsync/{lipsync_id}": (400, "Invalid lipsync_id"),
    "documents/{document_id}": (404, "Document not found"),
    "guardrails/{guardrail_id}": (400, "Guardrail not found"),
    "objectives/{objectives_id}": (404, "Objective not found"),
    "pronunciation-dictionaries/{dictionary_id}": (404, "Pronunciation dictionary not found"),
}
FORMS = {
    "conversation_id": "c[0-9a-f]{8,}",
    "persona_id": "p[0-9a-f]{7,}",
    "replica_id": "r[0-9a-f]{9,}",
    "video_id": "[0-9a-f]{10,}",
    "document_id": "d[0-9a-f-]{10,}",
    "guardrail_id": "g[0-9a-f]{5,}",
    "objectives_id": "o[0-9a-f]{5,}",
    "dictionary_id": "pd_[0-9a-f]{12,}",
}


def body_of(world: World, path: str) -> dict[str, Any]:
    return {
        name: value.format(**world.ids) if isinstance(value, str) else value for name, value in BODIES[path].items()
    }


@pytest.mark.parametrize("path", MADE)
def test_making_answers_its_code_and_its_fields(world: World, path: str) -> None:
    status, fields = MADE[path]
    answer = world.call("POST", path, body_of(world, path))
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json"), answer.content
    assert fields <= answer.json().keys()


@pytest.mark.parametrize("path", MADE)
def test_unknown_fields_of_a_body_are_ignored(world: World, path: str) -> None:
    body = {**body_of(world, path), "chat": True, "meeting_url": "https://example.org", "future": {"a": [1]}}
    assert world.call("POST", path, body).status_code == MADE[path][0]


@pytest.mark.parametrize("path", SHOWN)
def test_one_is_shown_flat_with_its_fields(world: World, path: str) -> None:
    answer = world.call("GET", path)
    assert answer.status_code == 200
    assert SHOWN[path] <= answer.json().keys()


def test_objectives_are_shown_in_an_envelope(world: World) -> None:
    assert isinstance(world.call("GET", "objectives/{objectives_id}").json()["data"], dict)


@pytest.mark.parametrize(("method", "path"), EMPTY)
def test_deleting_and_renaming_answer_204_without_a_body(world: World, method: str, path: str) -> None:
    answer = world.call(method, path, PATCHES[path] if method == "PATCH" else MISSING)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("path", [path for path in PATCHES if ("PATCH", path) not in EMPTY])
def test_changing_answers_200(world: World, path: str) -> None:
    answer = world.call("PATCH", path, PATCHES[path])
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("path", ["personas/{persona_id}", "objectives/{objectives_id}"])
def test_a_malformed_patch_is_422_in_the_words_of_the_api(world: World, path: str) -> None:
    assert world.alice.refused(422, "PATCH", path.format(**world.ids), {"a": 1}) == "Invalid JSON patch format"


def test_ending_takes_an_empty_body_with_a_json_content_type(world: World) -> None:
    path = "conversations/{conversation_id}/end".format(**world.ids)
    answer = world.alice.client.post(
        f"/v2/{path}", b"", content_type="application/json", HTTP_X_API_KEY=world.alice.key
    )
    assert (answer.status_code, answer.content) == (200, b"")


# -- Unknown ids and wrong keys


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_id_is_refused_in_the_words_of_the_api(world: World, method: str, path: str) -> None:
    status, words = UNKNOWN[path]
    assert world.alice.refused(status, method, re.sub("{.*}", "x0123456789", path)) == words


@pytest.mark.parametrize("path", PATCHES)
def test_changing_what_is_unknown_is_refused_alike(world: World, path: str) -> None:
    status, words = UNKNOWN[path.replace("/name", "").replace("/context", "")]
    assert world.alice.refused(status, "PATCH", re.sub("{.*}", "x0123456789", path), PATCHES[path]) == words


@pytest.mark.parametrize("operation", operations("/v2/"), ids=str)
@pytest.mark.parametrize("key", ["", "wrong", "av_" + "0" * 38])
def test_without_a_key_or_with_a_wrong_one_every_route_says_the_same(operation: Operation, key: str) -> None:
    path = re.sub("{.*?}", "x0", operation.path)
    if path.startswith("/v2/voices/") and path.endswith(".mp3"):
        return  # a signed link, for players
    answer = APIClient().generic(operation.method, path, HTTP_X_API_KEY=key)
    assert (answer.status_code, answer.json()) == (401, {"message": "Invalid access token"})


def test_a_key_also_counts_as_a_bearer_token(world: World) -> None:
    key = world.alice.key
    assert world.alice.call("GET", "personas", HTTP_X_API_KEY="", HTTP_AUTHORIZATION=f"Bearer {key}").status_code == 200


# -- Lists


@pytest.mark.parametrize(("path", "first"), FIRST_PAGES.items())
def test_lists_have_their_envelope_and_their_first_page(world: World, path: str, first: int) -> None:
    joint = "&" if "?" in path else "?"
    plain = world.alice.data("GET", path)
    assert isinstance(plain["data"], list) and isinstance(plain["total_count"], int)
    assert world.alice.data("GET", f"{path}{joint}page={first}") == plain
    if first == 1:
        assert world.alice.data("GET", f"{path}{joint}page=0") == plain, "current clients ask so"
    beyond = world.alice.data("GET", f"{path}{joint}page=999")
    assert (beyond["data"], beyond["total_count"]) == ([], plain["total_count"])


@pytest.mark.parametrize("path", [path for path in FIRST_PAGES if path not in ("voices", "pronunciation-dictionaries")])
def test_lists_take_as_many_as_clients_ask_for(world: World, path: str) -> None:
    for limit in (1, 100, 1_000):
        assert world.alice.call("GET", f"{path}{'&' if '?' in path else '?'}limit={limit}").status_code == 200


@pytest.mark.parametrize("path", ["documents", "pronunciation-dictionaries", "voices", "guardrails?legacy=false"])
def test_these_lists_say_which_page_they_are(world: World, path: str) -> None:
    assert {"page", "limit"} <= world.alice.data("GET", path).keys()


@pytest.mark.parametrize("limit", ["0", "-1", "ten", "1.5"])
def test_a_wrong_limit_is_named(world: World, limit: str) -> None:
    for path in ("documents", "videos", "personas"):
        words = world.alice.refused(400, "GET", f"{path}?limit={limit}")
        assert words == "Invalid request: limit must be a positive integer"


# -- Paths, ids and times


@pytest.mark.parametrize("path", [*SHOWN, *FIRST_PAGES])
def test_a_path_and_the_same_with_a_slash_are_one_route_without_a_redirect(world: World, path: str) -> None:
    plain, _, query = path.partition("?")
    slashed = world.call("GET", f"{plain}/?{query}")
    assert (slashed.status_code, slashed.content) == (200, world.call("GET", path).content)


@pytest.mark.parametrize(("name", "form"), FORMS.items())
def test_new_ids_have_the_forms_that_clients_know(world: World, name: str, form: str) -> None:
    made = {"video_id": "videos", "replica_id": "replicas"}
    if name in made:
        world.ids[name] = world.call("POST", made[name], body_of(world, made[name])).json()[name]
    assert re.fullmatch(form, world.ids[name])


@pytest.mark.parametrize("path", SHOWN)
def test_times_in_answers_are_iso_8601_in_utc(world: World, path: str) -> None:
    found = world.call("GET", path).json()
    times = [value for name, value in found.items() if name in ("created_at", "updated_at") and value]
    assert all(ISO.fullmatch(moment) for moment in times)


def test_the_time_of_a_new_video_is_as_in_rfc_1123(world: World) -> None:
    made = world.call("POST", "videos", body_of(world, "videos")).json()
    assert RFC_1123.fullmatch(made["created_at"])


# -- Newer names


@pytest.mark.parametrize(
    ("newer", "older", "rename"),
    [
        ("pals", "personas", {"persona_id": "pal_id", "persona_name": "pal_name"}),
        ("faces", "replicas", {"replica_id": "face_id", "replica_name": "face_name"}),
    ],
)
def test_pals_are_personas_and_faces_are_replicas(world: World, newer: str, older: str, rename: dict[str, str]) -> None:
    new, old = world.alice.data("GET", newer), world.alice.data("GET", older)
    assert new["total_count"] == old["total_count"]
    for name, renamed in rename.items():
        assert [row[renamed] for row in new["data"]] == [row[name] for row in old["data"]]


# -- Costs


@pytest.mark.parametrize("path", ["videos", "speech", "lipsync", "replicas", "conversations", "documents", "personas"])
def test_a_list_costs_the_same_queries_however_long_it_is(
    world: World,
    path: str,
    django_assert_num_queries: Callable[..., Any],
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    with django_assert_max_num_queries(12) as few:
        world.alice.data("GET", path)
        used = len(few)
    for _ in range(4):
        world.call("POST", path, body_of(world, path))
    with django_assert_num_queries(used):
        assert len(world.alice.data("GET", f"{path}?limit=50")["data"]) >= 5


def test_a_page_far_down_the_list_holds_what_it_should(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.api_tavus.door.DEEP", 2)
    for _ in range(5):
        world.call("POST", "videos", body_of(world, "videos"))
    whole = [row["video_id"] for row in world.alice.data("GET", "videos")["data"]]
    pages = [world.alice.data("GET", f"videos?limit=2&page={page}")["data"] for page in range(3)]
    assert [row["video_id"] for page in pages for row in page] == whole
