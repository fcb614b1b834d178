"""Videos of a recording: what is refused at once, what by the job, and in which words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
from django.conf import settings as live_settings
from django.core.files.uploadedfile import SimpleUploadedFile

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from tests.fakes.raw_server import RawServer, answer, drips, floods, pieces, plain
from tests.fetching import reach
from tests.hostile import wave
from tests.persona import Account
from tests.samples import film
from twins.models import Twin
from videos import recordings
from videos.errors import STATUS_WORDS, WORDS, failed
from videos.models import Video
from videos.workplace import folder_of

pytestmark = pytest.mark.django_db(transaction=True)
HTML = b"<!DOCTYPE html><title>Sign in</title>"


@pytest.fixture
def alice() -> Account:
    return Account()


@pytest.fixture
def twin(alice: Account) -> Twin:
    return alice.twin()


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sounds")
    return {
        "good": film(folder / "good.mp3", audio="libmp3lame", seconds=3.2).read_bytes(),
        "short": film(folder / "short.wav", audio="pcm_u8", rate=8_000, seconds=2.8).read_bytes(),
        "long": film(folder / "long.flac", audio="flac", rate=8_000, seconds=602).read_bytes(),
        "ten minutes": film(folder / "ten.flac", audio="flac", rate=8_000, seconds=600).read_bytes(),
        "mute": film(folder / "mute.mp4", video="mpeg4", seconds=4).read_bytes(),
        "html": HTML,
        "unknown": wave(bits=0, data=96_000),
    }


@pytest.fixture
def serve(settings: Any) -> Iterator[Any]:
    servers: list[RawServer] = []

    def start(behaviour: Any) -> str:
        servers.append(RawServer(behaviour).__enter__())
        reach(settings, *(server.port for server in servers))
        return servers[-1].url

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def linked(alice: Account, twin: Twin, url: str) -> Video:
    return alice.video(twin, source=Video.Source.AUDIO, audio_url=url)


def worked_on(video: Video) -> Video:
    jobs.execute(video, "w")
    video.refresh_from_db()
    return video


def leftovers(video: Video) -> list[Path]:
    folders = (Path(live_settings.STREAMS_DIR) / video.pk, Path(live_settings.MEDIA_ROOT) / "videos" / video.pk)
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("short", "audio_file_min_duration"),
        ("long", "audio_file_max_duration"),
        ("mute", "audio_file_type"),
        ("html", "audio_file_type"),
        ("unknown", "audio_file_type"),
    ],
)
def test_a_recording_that_cannot_be_spoken_is_refused_when_uploaded_and_fails_when_linked(
    alice: Account, twin: Twin, sounds: dict[str, bytes], serve: Any, kind: str, code: str
) -> None:
    form = {"twinId": twin.pk, "audio": SimpleUploadedFile("a.wav", sounds[kind])}
    assert alice.refused(400, code, "POST", "videos", form, format="multipart") == f"audio: {WORDS[code]}"
    assert not Video.objects.exists()
    video = worked_on(linked(alice, twin, serve(plain(sounds[kind], Content_Type="audio/wav"))))
    assert (video.status, video.error_code, video.status_details) == (Status.ERROR, code, WORDS[code])
    assert leftovers(video) == []


def test_a_linked_recording_is_fetched_by_the_job_and_spoken(
    alice: Account, twin: Twin, sounds: dict[str, bytes], serve: Any
) -> None:
    body = {"twinId": twin.pk, "audioUrl": serve(plain(sounds["good"]))}
    video = worked_on(Video.objects.get(pk=alice.data("POST", "videos", body)["videoId"]))
    assert (video.status, video.status_details) == (Status.READY, "")
    assert video.audio.read() == sounds["good"]
    with av.open(video.file.path) as made:
        assert made.duration / av.time_base == pytest.approx(3.2, abs=0.6)


def test_what_was_fetched_is_not_fetched_again_by_the_next_attempt(
    alice: Account, twin: Twin, sounds: dict[str, bytes], serve: Any, tmp_path: Path
) -> None:
    video = linked(alice, twin, serve(plain(sounds["good"])))
    ticket = jobs.claim(video, "w")
    recordings.bring(ticket, tmp_path)
    assert list(tmp_path.iterdir()) == []
    video.refresh_from_db()
    Video.objects.filter(pk=video.pk).update(status=Status.QUEUED, audio_url="http://127.0.0.1:1/gone")
    video.refresh_from_db()
    assert worked_on(video).status == Status.READY


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (plain(b"gone", "404 Not Found"), "audio_file_download_link"),
        (pieces(answer(Content_Length="20000", body=b"x" * 5_000)), "audio_file_download_link"),
        (plain(b"", "302 Found", Location="http://10.0.0.1/x"), "audio_file_download_link"),
        (drips(answer(Content_Length="20000")), "audio_file_download_link"),
        (floods(answer()), "audio_file_max_size"),
        (plain(b"", Content_Length=str(750 * 1_048_576 + 1)), "audio_file_max_size"),
    ],
    ids=["missing", "cut", "inwards", "drips", "endless", "announced"],
)
def test_a_link_that_leads_to_no_file_fails_in_known_words(
    alice: Account, twin: Twin, serve: Any, monkeypatch: pytest.MonkeyPatch, behaviour: Any, code: str
) -> None:
    monkeypatch.setattr(recordings, "FETCH_SECONDS", 0.5)
    if behaviour.__qualname__.startswith("floods"):
        monkeypatch.setattr(recordings, "LIMITS", recordings.media.Limits(bytes=1_000_000))
    video = linked(alice, twin, serve(behaviour))
    Video.objects.filter(pk=video.pk).update(attempt=99)  # the last try
    video.refresh_from_db()
    worked_on(video)
    assert (video.error_code, video.status_details) == (code, WORDS[code])
    assert video.status == Status.ERROR and leftovers(video) == []


def test_a_full_disk_is_told_and_tried_again(alice: Account, twin: Twin, sounds: dict[str, bytes], serve: Any) -> None:
    video = linked(alice, twin, serve(plain(sounds["good"])))
    folder = folder_of(video.pk, 1)
    folder.mkdir(parents=True)
    (folder / "speech.part").symlink_to("/dev/full")
    worked_on(video)
    assert (video.status, video.error_code) == (Status.QUEUED, "disk_full")
    assert video.status_details == "The disk is full: the file could not be stored." and leftovers(video) == []


def test_a_download_ends_when_its_job_is_cancelled(
    alice: Account, twin: Twin, serve: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recordings, "TELL_SECONDS", 0.0)
    video = linked(alice, twin, serve(drips(answer(Content_Length="20000"), pause=0.01)))
    ticket = jobs.claim(video, "w")
    jobs.cancel(video)
    with pytest.raises(jobs.TicketLost):
        recordings.bring(ticket, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_exactly_ten_minutes_are_allowed(alice: Account, twin: Twin, sounds: dict[str, bytes]) -> None:
    form = {"twinId": twin.pk, "audio": SimpleUploadedFile("a", sounds["ten minutes"])}
    assert alice.data("POST", "videos", form, format="multipart")["status"] == "queued"


def test_the_words_are_those_that_customers_of_the_wire_know() -> None:
    begins = "There was an issue generating your video. "
    assert {kind: WORDS[kind].removeprefix(begins) for kind in WORDS if kind.startswith("audio_")} == {
        "audio_file_max_size": "The audio file exceeds the maximum file size of 750MB.",
        "audio_file_type": "The audio file provided is not a .wav",
        "audio_file_min_duration": "The duration of the audio file does not reach the minimum duration requirement of "
        "3 seconds.",
        "audio_file_max_duration": "The duration of the audio file exceeds the maximum duration of 10 minutes.",
        "audio_file_download_link": "We were unable to download your audio file. Please ensure that the link you "
        "provided is correct and try again.",
    }
    assert set(WORDS) >= {"video_error", "replica_in_error_state", "script_community_guidelines"}
    assert failed("replica_in_error_state", "r1").message.startswith("Request Failed: The replica r1 is currently")
    assert "for replica r1 is still ongoing" in STATUS_WORDS["replica_in_training"].format("r1")
