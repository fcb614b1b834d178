"""Clips that Tavus and HeyGen make, from the order to what they are told to forget."""

from collections.abc import Callable, Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.cache import cache

from avatarsite.core import engines
from avatarsite.core.jobs import Status
from tests.client import wait_for
from tests.factories import make_video
from tests.fakes import heygen, tavus
from tests.talking_film import talking_film
from tests.vendor_clips import fresh, in_haste, once, watched, work
from videos.models import Video
from videos.signing import holds

pytestmark = pytest.mark.django_db(transaction=True)
Vendor = tavus.FakeTavus | heygen.FakeHeyGen
FACES = {
    "tavus": {"replica_id": "r79e1c033f"},
    "heygen": {"voice": "1bd001e7e50f421d891986aad5158bc8", "avatar_id": "Abigail_expressive_2024112501"},
}
SCRIPT = "Good morning. This is a short clip."


@pytest.fixture(scope="module")
def film() -> bytes:
    return talking_film()


@pytest.fixture
def serve(film: bytes, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Vendor]]:
    """Let a vendor, whose key the site has, make all clips."""
    in_haste(monkeypatch)
    cache.clear()
    engines.load_with_key.cache_clear()
    settings.FETCH_ALLOW_PRIVATE = [ip_network("127.0.0.0/8")]
    with tavus.FakeTavus(film) as first, heygen.FakeHeyGen(film) as second:

        def chosen(name: str) -> Vendor:
            fake: Vendor = first if name == "tavus" else second
            entry = settings.VENDORS[name] | {"BASE_URL": fake.url, "KEY": (tavus if fake is first else heygen).KEY}
            settings.VENDORS = {**settings.VENDORS, name: entry}
            settings.RENDERER_CHAIN = [name]
            settings.FETCH_EXTRA_PORTS = [int(fake.url.rpartition(":")[2])]
            options = settings.RENDERERS[name]["OPTIONS"] | {"delete_after": True}
            settings.RENDERERS = settings.RENDERERS | {name: {**settings.RENDERERS[name], "OPTIONS": options}}
            return fake

        yield chosen


def clip_of(**faces: dict[str, str]) -> Video:
    video = make_video(script=SCRIPT, width=128, height=128)
    type(video.replica).objects.filter(pk=video.replica_id).update(vendor_faces=faces)
    return fresh(video)


@pytest.mark.parametrize("name", ["tavus", "heygen"])
def test_a_clip_is_ordered_once_copied_and_forgotten_there(
    name: str, serve: Callable[[str], Vendor], settings: Any
) -> None:
    settings.PUBLIC_URL = "https://twins.example"
    fake = serve(name)
    video = clip_of(**{name: {**FACES[name], "voice": ""}})
    with watched():
        done = work(video)
        assert (done.status, done.engines["renderer"], done.status_details) == (Status.READY, name, "")
        wait_for(lambda: not fake.videos)
    assert done.duration == pytest.approx(2.0, abs=0.1)
    assert len([request for request in fake.asked("POST") if request.path.endswith("/videos")]) == 1
    assert getattr(fake, "assets", {}) == {}, "the recording is forgotten with the clip"


def test_tavus_is_given_a_link_to_the_recording_that_holds(serve: Callable[[str], Vendor], settings: Any) -> None:
    settings.PUBLIC_URL = "https://twins.example"
    fake = serve("tavus")
    once(clip_of(tavus=FACES["tavus"]))
    body = fake.asked("POST")[0].json
    path, _, query = body["audio_url"].removeprefix("https://twins.example").partition("?")
    assert path.startswith("/media/stored/videos/") and holds(path, **dict(p.split("=") for p in query.split("&")))
    assert body["callback_url"].startswith("https://twins.example/hooks/tavus/")


def test_tavus_cannot_fetch_from_a_site_without_an_address(serve: Callable[[str], Vendor]) -> None:
    fake = serve("tavus")
    video = once(clip_of(tavus=FACES["tavus"]))
    assert video.error_code == "vendor_needs_public_url" and "set PUBLIC_URL" in video.status_details
    assert fake.requests == []


@pytest.mark.parametrize(
    ("name", "face", "spoken"),
    [
        ("tavus", FACES["tavus"] | {"voice": "own"}, {"script": SCRIPT}),
        ("heygen", FACES["heygen"], {"script": SCRIPT, "voice_id": FACES["heygen"]["voice"]}),
        ("heygen", FACES["heygen"] | {"voice": "own"}, {"script": SCRIPT}),
    ],
)
def test_a_voice_of_the_vendors_speaks_the_words_themselves(
    serve: Callable[[str], Vendor], name: str, face: dict[str, str], spoken: dict[str, str]
) -> None:
    fake = serve(name)
    assert once(clip_of(**{name: face})).vendor_id
    body = fake.asked("POST")[0].json
    assert {key: body[key] for key in body.keys() & {"script", "voice_id", "audio_url", "audio_asset_id"}} == spoken
    assert body.keys() & FACES[name].keys() - {"voice"}, "by its own id"
