"""Lipsync: a film of a person is made to say another sound."""

import threading
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from django.conf import settings as live_settings
from django.core.files import File
from django.db import connection

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from tests.factories import make_user
from tests.fakes.raw_server import RawServer, plain
from tests.fetching import reach
from tests.filmed import SIZE, film_of
from tests.samples import film as sample
from tests.speech import speak
from twins.footage.films import Film, frames, planes, rgb
from twins.footage.track import follow
from twins.tts.local import LocalTTS
from videos.lipsyncing import ERRORS, NO_FACE
from videos.models import Lipsync

pytestmark = pytest.mark.django_db(transaction=True)
RATE = 22_050  # of the local voice

# The dialect's own words, as its documentation prints them.
DOWNLOAD = "There was an issue downloading your file. Please ensure that the link you provided is correct and try again"
TOO_SHORT = (
    "There was an issue generating your video. The duration of the media file does not reach the minimum duration "
    "requirement of 3 seconds."
)
TOO_LONG = (
    "There was an issue generating your video. The duration of the media file "
    "exceeds the maximum duration of 5 minutes."
)
VIDEO_FORMAT = (
    "There was an issue processing your video. Please ensure that the video format is supported and is listed in our "
    "documentation"
)
AUDIO_FORMAT = (
    "There was an issue processing your audio. Please ensure that the audio format is supported and is listed in our "
    "documentation"
)
VIDEO_ERROR = "An error occurred while generating this request. Please check your inputs or try your request again"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("lipsync")
    spoken = b"".join(chunk.pcm for chunk in speak(LocalTTS(), "Papa and mama are happy."))
    return {
        "film": film_of("leo", folder / "film.mp4", 3.4, speaking=True),
        "nobody": _nobody(folder / "nobody.mp4"),
        "short film": sample(folder / "short.mp4", video="mpeg4", seconds=2.5),
        "webm": sample(folder / "film.webm", video="libvpx", seconds=3.2),
        "sound": _sound(folder / "sound.wav", spoken, 3.0),
        "longer": _sound(folder / "longer.wav", spoken, 4.4),
        "short": _sound(folder / "short.wav", spoken, 2.0),
        "long": _sound(folder / "long.wav", spoken, 301.0),
        "ogg": sample(folder / "sound.ogg", audio="libopus", seconds=3.2),
        "text": _text(folder / "text.mp4"),
    }


def _sound(path: Path, spoken: bytes, seconds: float) -> Path:
    """A second of quiet, then as much of what was spoken as there is room for, then quiet."""
    size = round(seconds * RATE) * 2
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((bytes(RATE * 2) + spoken).ljust(size, b"\0")[:size])
    return path


def _nobody(path: Path) -> Path:
    with Film(path, 64, 64, crf=30) as film:
        for _ in range(80):
            film.add(np.full((96, 64), 90, np.uint8))
    return path


def _text(path: Path) -> Path:
    path.write_text("#EXTM3U\nhttp://127.0.0.1/inner.ts\n")
    return path


def uploaded(film: Path, sound: Path) -> Lipsync:
    job = Lipsync(owner=make_user())
    with film.open("rb") as one, sound.open("rb") as other:
        job.original_video.save(film.name, File(one), save=False)
        job.source_audio.save(sound.name, File(other), save=False)
    job.save(force_insert=True)
    return job


def worked_on(job: Lipsync) -> Lipsync:
    jobs.execute(job, "w")
    job.refresh_from_db()
    return job


def left_over(job: Lipsync) -> bool:
    return (Path(live_settings.STREAMS_DIR) / job.pk).exists()


def test_the_words_of_every_error_are_those_of_the_dialect() -> None:
    assert ERRORS == {
        "download_link": DOWNLOAD,
        "media_duration_too_short": TOO_SHORT,
        "media_duration_too_long": TOO_LONG,
        "video_format": VIDEO_FORMAT,
        "audio_format": AUDIO_FORMAT,
        "video_error": VIDEO_ERROR,
    }


@pytest.mark.parametrize(
    ("film", "sound", "code"),
    [
        ("film", "short", "media_duration_too_short"),
        ("short film", "sound", "media_duration_too_short"),
        ("film", "long", "media_duration_too_long"),
        ("webm", "sound", "video_format"),
        ("text", "sound", "video_format"),
        ("sound", "sound", "video_format"),
        ("film", "ogg", "audio_format"),
        ("film", "text", "audio_format"),
    ],
)
def test_files_that_cannot_be_used_fail_in_the_words_of_the_dialect(
    files: dict[str, Path], film: str, sound: str, code: str
) -> None:
    job = worked_on(uploaded(files[film], files[sound]))
    assert (job.status, job.error_code, job.status_details) == (Status.ERROR, code, ERRORS[code])
    assert not job.file
    assert not left_over(job)


def test_a_film_without_a_face_fails_and_says_so(files: dict[str, Path]) -> None:
    job = worked_on(uploaded(files["nobody"], files["sound"]))
    assert (job.status, job.error_code) == (Status.ERROR, "video_error")
    assert job.status_details == f"{VIDEO_ERROR}. {NO_FACE}"


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


def test_a_dead_link_fails_as_a_download(files: dict[str, Path], serve: Any) -> None:
    job = Lipsync.objects.create(
        owner=make_user(),
        original_video_url=serve(plain(b"gone", status="404 Not Found")),
        source_audio_url=serve(plain(files["sound"].read_bytes())),
    )
    worked_on(job)
    assert (job.status, job.error_code, job.status_details) == (Status.ERROR, "download_link", DOWNLOAD)


@dataclass(frozen=True)
class Made:
    """A finished lipsync: its row, what its film shows and how loud its sound is at each tenth of a second."""

    job: Lipsync
    pictures: list[np.ndarray]
    loudness: np.ndarray


@pytest.fixture(scope="module")
def made(files: dict[str, Path], django_db_setup: None, django_db_blocker: Any) -> Made:
    with django_db_blocker.unblock():
        job = worked_on(uploaded(files["film"], files["sound"]))
        Lipsync.objects.all().delete()
        job.owner.delete()
    film = Path(job.file.path)
    with av.open(str(film), format="mp4") as opened:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in opened.decode(audio=0)])
    tenths = sound[: len(sound) // 4_800 * 4_800].reshape(-1, 4_800)
    return Made(job, list(frames(film)), np.sqrt((tenths**2).mean(1)))


def test_the_result_is_as_long_as_the_sound_and_sounds_like_it(made: Made) -> None:
    assert (made.job.status, made.job.status_details) == (Status.READY, "")
    assert made.job.duration == pytest.approx(3.0, abs=0.05)
    assert len(made.pictures) == 75
    assert len(made.loudness) == pytest.approx(30, abs=1)
    assert made.loudness[:9].max() < 0.001
    assert made.loudness[10:20].max() > 0.05
    assert not left_over(made.job)


def test_the_lips_follow_the_new_sound_and_not_the_old_one(made: Made, files: dict[str, Path]) -> None:
    before, after = follow(frames(files["film"])).opening, follow(made.pictures).opening
    assert before[:25].max() > 0.2, "the person of the film speaks"
    assert after[2:20].max() < 0.06, "the first second is quiet"
    assert after[26:50].max() > 0.1, "then something is said"


def test_the_rest_of_the_picture_is_that_of_the_film(made: Made, files: dict[str, Path]) -> None:
    points = follow(made.pictures).points
    pairs = zip(frames(files["film"]), made.pictures, points, strict=False)
    for number, (before, after, face) in enumerate(pairs):
        change = np.abs(planes(before)[0].astype(np.float32) - planes(after)[0])
        (_, nose), (left, _), (right, _), (_, chin) = face[[2, 132, 361, 152], :2].astype(int)
        change[nose : chin + (chin - nose) * 2 // 3, left:right] = 0
        assert cv2.blur(change, (7, 7)).max() < 8, f"frame {number}"


def test_skin_keeps_the_colour_and_the_light_of_the_film(made: Made, files: dict[str, Path]) -> None:
    """On the chin and beside the mouth, in the frames in which the person of the film was silent."""
    before, points = list(frames(files["film"])), follow(made.pictures).points
    for number in (7, 17, 67):
        old, new = (cv2.blur(rgb(pictures[number]), (5, 5)).astype(int) for pictures in (before, made.pictures))
        for landmark in (199, 205, 425):
            x, y = points[number, landmark, :2].astype(int)
            assert np.abs(old[y, x] - new[y, x]).max() < 10


def test_a_sound_longer_than_the_film_lets_it_go_on_backwards(files: dict[str, Path]) -> None:
    job = worked_on(uploaded(files["film"], files["longer"]))
    assert (job.status, job.status_details) == (Status.READY, "")
    pictures = list(frames(Path(job.file.path)))
    assert len(pictures) == 110
    for number in (86, 100):  # the film has 85 pictures; 84 is its last, 83 follows it again
        forth, back = planes(pictures[168 - number])[0], planes(pictures[number])[0]
        assert cv2.absdiff(forth[: SIZE // 2], back[: SIZE // 2]).mean() < 1.5


def test_a_cancelled_job_ends_its_process_and_leaves_nothing(files: dict[str, Path]) -> None:
    job = uploaded(files["film"], files["longer"])
    noticed: list[float] = []

    def work() -> None:
        jobs.execute(Lipsync.objects.get(pk=job.pk), "w")
        noticed.append(time.monotonic())
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    while not Lipsync.objects.filter(pk=job.pk, stage="drawing").exists():
        time.sleep(0.02)
    assert jobs.cancel(Lipsync.objects.get(pk=job.pk))
    worker.join(10)
    assert noticed, "the worker went on"
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert not job.file
    assert not left_over(job)
