"""Media in a bucket, on a real server that speaks S3 and checks signatures; and a chat on the stack of production."""

import os
import re
import time
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile

from avatarsite import production
from avatarsite.core import bucket as make_ready
from avatarsite.core.s3 import MediaStorage
from stack.installation import Installation
from stack.servers import BUCKET_KEYS, free_port
from tests.client import chat_events, create_session
from tests.stack import ON_SERVICES, QUIET, servers_of_its_own
from videos.signing import sign

pytestmark = [pytest.mark.services, pytest.mark.skipif(not ON_SERVICES, reason="needs a server that speaks S3")]
UP_SECONDS = 90.0
SECRET = "s" * 50


def options_of(bucket: str, **others: str) -> dict[str, Any]:
    keys = {"access_key": BUCKET_KEYS["S3_ACCESS_KEY"], "secret_key": BUCKET_KEYS["S3_SECRET_KEY"]}
    where = {"endpoint": os.environ["S3_ENDPOINT"], "public_endpoint": "", "region": "us-east-1", "addressing": "path"}
    told = {**where, **{name: value for name, value in others.items() if name in where}}
    keys |= {name: value for name, value in others.items() if name in keys}
    return production.storages("s3", bucket=bucket, keys=keys, seconds=600, **told)[0]


def storage_of(bucket: str, **others: str) -> MediaStorage:
    return MediaStorage(**options_of(bucket, **others)["default"]["OPTIONS"])


@pytest.fixture(scope="module")
def bucket() -> str:
    """A bucket of these tests' own; its server may still be starting."""
    name = f"media-{uuid.uuid4().hex[:8]}"
    client, deadline = storage_of(name).client, time.monotonic() + UP_SECONDS
    while True:
        try:
            client.create_bucket(Bucket=name)
            client.put_object(Bucket=name, Key="first", Body=b"the server is ready when it has a place for files")
            return name
        except (ClientError, BotoCoreError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.fixture(scope="module")
def stored(bucket: str) -> MediaStorage:
    return storage_of(bucket)


def test_a_file_is_written_read_twice_measured_and_deleted_as_on_a_disk(stored: MediaStorage) -> None:
    name = stored.save("videos/a/1.mp4", ContentFile(b"0123456789"))
    with stored.open(name) as file:
        assert file.read() == b"0123456789"
    with file.open() as again:
        assert b"".join(again.chunks()) == b"0123456789"
    assert (stored.size(name), stored.part(name, 3, 4), stored.part(name, 8, 100)) == (10, b"3456", b"89")
    with stored.reader(name) as looked_into:
        assert looked_into.seek(0, os.SEEK_END) == 10
        looked_into.seek(5)
        assert looked_into.read(2) == b"56"
    stored.delete(name)
    assert not stored.exists(name)
    stored.delete(name)


def test_trouble_with_the_bucket_is_trouble_of_a_disk(stored: MediaStorage, bucket: str) -> None:
    with pytest.raises(FileNotFoundError):
        stored.open("videos/never/1.mp4")
    with pytest.raises(PermissionError):
        storage_of(bucket, secret_key="another").save("x", ContentFile(b"x"))
    with pytest.raises(OSError, match="could not be reached"):
        storage_of(bucket, endpoint=f"http://127.0.0.1:{free_port()}").check()
    with pytest.raises(FileNotFoundError):
        storage_of("no-such-bucket").check()


def test_an_address_gives_ranges_to_whoever_has_it_and_nothing_when_it_was_changed(stored: MediaStorage) -> None:
    address = stored.url(stored.save("videos/b/1.mp4", ContentFile(b"0123456789")))
    part = requests.get(address, headers={"Range": "bytes=2-4"}, timeout=30)
    assert (part.status_code, part.content, part.headers["Content-Type"]) == (206, b"234", "video/mp4")
    assert requests.get(address.replace("/b/", "/c/"), timeout=30).status_code == 403
    assert requests.get(address.split("?")[0], timeout=30).status_code == 403


def test_a_bucket_is_made_ready_twice_and_keeps_the_rules_of_its_operator(bucket: str, stored: MediaStorage) -> None:
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 9}}
    stored.client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [theirs]})
    for _ in range(2):
        make_ready.make(stored)
        assert list(make_ready.rule(stored)) == []
        make_ready.attempt(stored)
    rules = stored.client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert sorted(rule["ID"] for rule in rules) == ["avatarsite-unfinished-uploads", "theirs"]
    readers = stored.client.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert readers[0]["AllowedMethods"] == ["GET", "HEAD"]


def test_a_bucket_that_is_not_there_is_made() -> None:
    new = storage_of(f"new-{uuid.uuid4().hex[:8]}")
    make_ready.make(new)
    new.check()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, bucket: str) -> Iterator[Installation]:
    """Web and a worker as production starts them, with folders that they do not share, as on two machines."""
    folder = tmp_path_factory.mktemp("production")
    told = {"SECRET_KEY": SECRET, "FIELD_KEYS": Fernet.generate_key().decode(), "POSTGRES_PASSWORD": "-"}
    told |= {"ALLOWED_HOSTS": "127.0.0.1", "STORAGE": "s3", "S3_BUCKET": bucket, **QUIET}
    elsewhere = {**servers_of_its_own(), "UVICORN_HOST": "127.0.0.1", "UVICORN_PORT": str(free_port())}
    elsewhere |= {"CACHE_DIR": os.environ["CACHE_DIR"], "STORAGE": "s3"}
    running = Installation(folder, told, elsewhere)
    try:
        for service in ("worker-chat", "web"):
            running.start(service, DATA_DIR=str(folder / service))
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def url(installation: Installation) -> str:
    address = f"http://127.0.0.1:{installation.environment('web')['UVICORN_PORT']}"
    deadline = time.monotonic() + UP_SECONDS
    while True:
        assert not installation.ended() and time.monotonic() < deadline, installation.logs()
        try:
            if requests.get(f"{address}/readyz", timeout=10).status_code == 200:
                return address
        except requests.RequestException:
            pass
        time.sleep(0.1)


def test_a_chat_on_the_stack_of_production_is_answered_with_a_clip_from_the_bucket(
    url: str, bucket: str, settings: Any
) -> None:
    """Web cannot see the growing file here: who asks for it waits, and gets the finished one."""
    here: Any = SimpleNamespace(url=url)
    events = {}
    for event in chat_events(here, create_session(here)["session_token"], "Hello!", timeout=100):
        events[event.name] = event.data
        if event.name == "video.playable":
            clip = requests.get(event.data["url"], headers={"Range": "bytes=0-11"}, timeout=100)
    reply = events["video.ready"]
    assert clip.url.startswith(f"{os.environ['S3_ENDPOINT']}/{bucket}/videos/{reply['video_id']}/")
    assert (clip.status_code, clip.content[4:8]) == (206, b"ftyp")
    assert requests.get(reply["video_url"], timeout=30).url.split("?")[0] == clip.url.split("?")[0]
    captions = requests.get(reply["captions_url"], allow_redirects=False, timeout=30)
    assert captions.status_code == 200 and captions.text.startswith("WEBVTT"), "read by pages: from our own origin"
    policy = requests.get(f"{url}/chat/amara", timeout=30).headers["Content-Security-Policy"]
    assert policy.count(os.environ["S3_ENDPOINT"]) == 3, "pages may load and show what lies there"
    settings.SECRET_KEY = SECRET
    playlist = requests.get(url + sign(f"/media/videos/{reply['video_id']}/playlist.m3u8"), timeout=30)
    count, first = map(int, re.findall(r"BYTERANGE:(\d+)@(\d+)", playlist.text)[-1])
    fragments = urljoin(playlist.url, playlist.text.splitlines()[-2])
    part = requests.get(fragments, headers={"Range": f"bytes={first}-{first + count - 1}"}, timeout=30)
    assert (part.status_code, len(part.content), part.content[4:8]) == (206, count, b"moof")
