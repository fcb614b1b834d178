"""Every error and every status of the platform's table of errors, with the test that provokes it by a real cause."""

import re
from pathlib import Path
from typing import Any

import pytest

from avatarsite.core import engines, jobs
from tests.fakes.openai_server import FakeOpenAI
from tests.tavus import Customer
from twins.models import Replica
from twins.training.errors import WORDS as TRAINING
from videos.errors import STATUS_WORDS, WORDS
from videos.lipsyncing import ERRORS as LIPSYNC
from videos.models import Speech, Video

pytestmark = pytest.mark.django_db(transaction=True)
FILM, PLANTED = "training_checks:a_wrong_file_is_refused_before", "training_checks:a_planted_fault_gives_its_own_type"
RECORDING, LIPS = "v2_videos:a_recording_is_judged_in_the", "lipsync:files_that_cannot_be_used_fail"
TRAINED = {
    "download_link": "training_job:a_link_that_leads_nowhere",
    "file_size": "training_job:a_film_behind_a_link_may_not_be_too_large",
    **dict.fromkeys(("video_format", "video_codec", "video_codec_and_format", "video_duration", "video_fps"), FILM),
    "consent_phrase_mismatch": "training_job:a_film_without_the_consent_is_refused",
    **dict.fromkeys(("face_or_obstruction_detected", "lighting_change_detected", "background_noise_detected"), PLANTED),
    **dict.fromkeys(("video_editing_detected", "excessive_movement_detected"), PLANTED),
    **dict.fromkeys(("audio_processing", "quality_issue_detected"), PLANTED),
    "community_guidelines_violation": "training_job:a_guard_that_objects_to_the_film",
    "video_processing": "training_checks:a_film_with_garbage_in_its_middle",
}
MADE = {
    "video_error": "v2_errors:a_script_that_nobody_can_speak",
    "replica_in_error_state": "v2_videos:a_training_that_fails_takes_the_waiting_video_along",
    "audio_file_max_size": "v2_videos:a_recording_that_is_too_large",
    **dict.fromkeys(("audio_file_type", "audio_file_min_duration", "audio_file_max_duration"), RECORDING),
    "audio_file_download_link": "v2_videos:a_link_that_leads_nowhere",
    "script_community_guidelines": "v2_errors:a_script_that_the_guard_objects_to",
}
SYNCED = {
    "download_link": "lipsync:a_dead_link_fails_as_a_download",
    **dict.fromkeys(("media_duration_too_short", "media_duration_too_long", "video_format", "audio_format"), LIPS),
    "video_error": "lipsync:a_film_without_a_face_fails",
}
STANDS = {
    "video_success": "v2_videos:a_ready_video_has_its_addresses",
    "video_queued": "v2_videos:a_video_of_a_replica_in_training_waits",
    "replica_in_training": "v2_videos:a_video_of_a_replica_in_training_waits",
}


@pytest.mark.parametrize(
    ("rows", "words"),
    [(TRAINED, TRAINING), (MADE, WORDS), (SYNCED, LIPSYNC), (STANDS, STATUS_WORDS)],
    ids=["training", "videos", "lipsync", "statuses"],
)
def test_every_row_of_the_table_is_provoked_by_a_test_that_names_it(
    rows: dict[str, str], words: dict[Any, str]
) -> None:
    assert rows.keys() == {str(kind) for kind in words}
    for kind, where in rows.items():
        file, _, name = where.partition(":")
        source = Path(__file__).with_name(f"test_{file}.py").read_text()
        assert re.search(rf"^def test_{name}", source, re.MULTILINE), where
        sentence = {"video_success": "processed successfully!"}.get(kind, kind)
        assert sentence in source, f"{where} does not tell {kind}"


@pytest.fixture
def alice() -> Customer:
    return Customer()


@pytest.fixture
def replica(alice: Customer) -> Replica:
    return alice.replica()


def test_a_script_that_nobody_can_speak_is_a_video_error(alice: Customer, replica: Replica) -> None:
    key = alice.data("POST", "videos", {"replica_id": replica.pk, "script": "\N{GRINNING FACE}"})["video_id"]
    assert jobs.execute(Video.objects.get(pk=key), "w")
    shown = alice.data("GET", f"videos/{key}")
    assert (shown["status"], shown["status_details"]) == ("error", WORDS["video_error"])
    assert "nothing in this text" in shown["error_details"]


def test_a_script_that_the_guard_objects_to_is_neither_shown_nor_spoken(
    alice: Customer, replica: Replica, settings: Any
) -> None:
    body = {"replica_id": replica.pk, "script": "All about the museum."}
    video, speech = alice.data("POST", "videos", body)["video_id"], alice.data("POST", "speech", body)["speech_id"]
    with FakeOpenAI() as server:
        server.flagged = "museum"
        options = {"base_url": server.url, "api_key": server.key}
        settings.MODERATION = {"openai": {"BACKEND": "twins.llm.moderation.OpenAIModerator", "OPTIONS": options}}
        settings.MODERATION_ENGINE = "openai"
        engines.load.cache_clear()
        for row in (Video.objects.get(pk=video), Speech.objects.get(pk=speech)):
            assert jobs.execute(row, "w")
        engines.load.cache_clear()
    for path in (f"videos/{video}", f"speech/{speech}"):
        shown = alice.data("GET", path)
        assert (shown["status"], shown["status_details"]) == ("error", WORDS["script_community_guidelines"])
