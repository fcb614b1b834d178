"""Uploads: floods of parts, odd names, full disks. No file stays that nobody owns."""

import gc
import logging
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from avatarsite.core import jobs
from avatarsite.core.jobs import Status
from tests.persona import Account
from tests.samples import film
from twins.models import Twin
from videos.models import Video

pytestmark = pytest.mark.django_db(transaction=True)
FORM = "multipart/form-data; boundary=b"
NAMES = [
    *("../../etc/passwd", "..\\..\\x", "C:\\x", "CON", ".htaccess", "n" * 300, "a\nb", "\u202egpj.exe"),
    *("\U0001f600", "", "-rf", "$(id)", "a/b/c", "x\0y", "speech", "%2e%2e/x"),
]


@pytest.fixture
def alice() -> Account:
    return Account()


@pytest.fixture
def twin(alice: Account) -> Twin:
    return alice.twin()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return film(
        tmp_path_factory.mktemp("sound") / "speech.wav", audio="pcm_s16le", seconds=3.1, rate=8_000
    ).read_bytes()


@pytest.fixture(autouse=True)
def folders(settings: Any, tmp_path: Path) -> Path:
    """Every upload goes through a temporary file here; afterwards none is left."""
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "temporary")
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "temporary").mkdir()
    yield tmp_path
    assert list((tmp_path / "temporary").iterdir()) == []


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def part(name: str, content: bytes, filename: str | None = None, more: str = "") -> bytes:
    told = "" if filename is None else f'; filename="{filename}"'
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{told}\r\n{more}\r\n'.encode() + content + b"\r\n"


def sent(alice: Account, body: bytes, kind: str = FORM) -> Any:
    client = APIClient(raise_request_exception=False)
    return client.generic("POST", "/v1/videos", body, content_type=kind, HTTP_X_API_KEY=alice.key)


def test_odd_forms_are_refused_and_leave_nothing(
    alice: Account, twin: Twin, sound: bytes, folders: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "django.request")  # pytest keeps records, which hold requests and their files
    twin_part, audio = part("twinId", twin.pk.encode()), part("audio", sound, "a.wav")
    end = b"--b--\r\n"
    inner = b'--c\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\nx\r\n--c--\r\n'
    bodies = {
        "1001 fields": b"".join(part(f"f{n}", b"x") for n in range(1_001)) + end,
        "101 files": b"".join(part("audio", b"x", f"{n}.wav") for n in range(101)) + end,
        "without a file name": twin_part + part("audio", sound) + end,
        "an empty file name": twin_part + part("audio", sound, "") + end,
        "nested": twin_part + part("audio", inner, "a", "Content-Type: multipart/mixed; boundary=c\r\n") + end,
        "a long header": twin_part + part("audio", sound, "a", f"X-Long: {'x' * 1_000_000}\r\n") + end,
        "cut in the file": (twin_part + audio)[:-20_000],
        "no end": twin_part,
        "base64 that is none": twin_part + part("audio", b"!!!", "a", "Content-Transfer-Encoding: base64\r\n") + end,
        "nothing": b"",
        "only an end": end,
    }
    for what, body in bodies.items():
        answer = sent(alice, body)
        assert answer.status_code in (400, 413), (what, answer.content)
        assert answer.json()["success"] is False and answer.json()["message"], what
        del answer
        gc.collect()
        assert files_in(folders) == [], what
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", f"{FORM}{'b' * 300}"):
        assert sent(alice, twin_part + audio + end, kind).status_code == 400, kind
    assert not Video.objects.exists()


def test_of_two_files_of_one_name_the_last_is_taken(alice: Account, twin: Twin, sound: bytes, folders: Path) -> None:
    body = part("twinId", twin.pk.encode()) + part("audio", b"x" * 100, "a.wav") + part("audio", sound, "a.wav")
    assert sent(alice, body + b"--b--\r\n").status_code == 202
    assert [path.name for path in files_in(folders)] == ["speech"]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_file_is_stored_under_a_name_of_ours(
    alice: Account, twin: Twin, sound: bytes, folders: Path, name: str
) -> None:
    uploaded = SimpleUploadedFile("x", sound)
    uploaded._name = name  # as it goes over the wire
    answer = alice.call("POST", "videos", {"twinId": twin.pk, "audio": uploaded}, format="multipart")
    if answer.status_code == 202:
        video = Video.objects.get()
        assert files_in(folders) == [folders / "media" / "videos" / video.pk / "speech"]
    else:
        assert answer.status_code == 400 and files_in(folders) == []


@pytest.mark.parametrize(
    ("disk", "status", "code"), [("FullDisk", 507, "disk_full"), ("ReadOnlyDisk", 503, "storage_failed")]
)
def test_a_disk_that_takes_nothing_is_told_and_nothing_half_made_stays(
    alice: Account, twin: Twin, sound: bytes, folders: Path, settings: Any, disk: str, status: int, code: str
) -> None:
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"tests.disks.{disk}"}}
    form = {"twinId": twin.pk, "audio": SimpleUploadedFile("a.wav", sound)}
    words = alice.refused(status, code, "POST", "videos", form, format="multipart")
    assert str(folders) not in words
    assert not Video.objects.exists() and files_in(folders) == []


def test_a_video_that_could_not_be_stored_is_not_ready_and_can_be_made_later(
    alice: Account, twin: Twin, folders: Path, settings: Any
) -> None:
    video = alice.video(twin, source=Video.Source.TEXT)
    healthy = settings.STORAGES
    settings.STORAGES = {**healthy, "default": {"BACKEND": "tests.disks.FullDisk"}}
    jobs.execute(video, "w")
    video.refresh_from_db()
    assert (video.status, video.error_code, video.file.name) == (Status.QUEUED, "disk_full", "")
    settings.STORAGES = healthy
    Video.objects.filter(pk=video.pk).update(not_before=video.created_at)
    video.refresh_from_db()
    jobs.execute(video, "w")
    video.refresh_from_db()
    assert video.status == Status.READY and Path(video.file.path).is_file()
