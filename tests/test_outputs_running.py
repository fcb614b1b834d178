"""Every output of a video on the running product: read while it is made, afterwards, and stopped."""

import http.server
import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import av
import cv2
import numpy as np
import pytest
import requests
from playwright.sync_api import Browser

from tests.client import chat, create_session, wait_for
from tests.film_files import decoded
from tests.stack import Stack

Call = Callable[..., Any]
SENTENCE = "The museum opens at nine in the morning, and it closes when the last visitor has gone home. "
PAGE = b"""<!doctype html><title>Page</title>
<style>body { margin: 0; background: #f4efe2; font: 40px sans-serif; text-align: right }</style>
<script>fetch("http://127.0.0.2/inner").catch(() => 0)</script>""" + b"".join(
    b"<p style='margin:60px'>Line %d of the page</p>" % number for number in range(60)
)


class Site(http.server.BaseHTTPRequestHandler):
    """What customers link to: a picture, a page, and one that is never done."""

    asked: list[str] = []
    ending = threading.Event()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/slow":
            self.ending.wait(60)
            return
        picture = cv2.imencode(".png", np.full((90, 160, 3), (40, 120, 200), np.uint8))[1].tobytes()
        found = {"/": ("text/html", PAGE), "/room.png": ("image/png", picture)}
        kind, body = found.get(self.path, ("text/plain", b""))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    Site.ending.set()
    server.shutdown()


@pytest.fixture(scope="module")
def running(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """With a single process for either kind of clip, and our site among what may be fetched from."""
    port = site.rpartition(":")[2]
    allowed = {"FETCH_ALLOW_PRIVATE": "127.0.0.1/32", "FETCH_EXTRA_PORTS": port, "RENDER_PROCESSES": "1"}
    stack = Stack(tmp_path_factory.mktemp("outputs"), VIDEO_SIZE="256", **allowed).start()
    yield stack
    stack.stop()


@pytest.fixture(scope="module")
def send(running: Stack) -> Call:
    key = running.manage("create_api_key", "outputs@example.org").strip()

    def answered(method: str, path: str, **options: Any) -> requests.Response:
        url = f"{running.url}/v1/{path}"
        return requests.request(method, url, headers={"x-api-key": key}, timeout=120, **options)

    return answered


@pytest.fixture(scope="module")
def call(send: Call) -> Call:
    def ask(method: str, path: str, **options: Any) -> Any:
        answer = send(method, path, **options)
        assert answer.ok, answer.text
        return answer.json()["data"]

    return ask


@pytest.fixture(scope="module")
def make(call: Call) -> Call:
    """A finished video of a few words."""

    def made(**options: Any) -> Any:
        body = {"twinId": "kenji", "input": "Good morning to you.", **options}
        video = call("POST", "videos?wait=90", json=body)
        assert video["status"] == "ready", video
        return video

    return made


@pytest.fixture(scope="module")
def plain(make: Call) -> Any:
    return make()


@pytest.fixture
def long_one(call: Call) -> Iterator[Any]:
    """A video of many minutes that is being made."""
    video = call("POST", "videos", json={"twinId": "kenji", "input": SENTENCE * 50, "width": 512, "height": 512})
    yield wait_for(lambda: _begun(call, video["videoId"]))
    call("DELETE", f"videos/{video['videoId']}")


def _begun(call: Call, video_id: str) -> Any:
    video = call("GET", f"videos/{video_id}")
    return video if video["stage"] == "rendering" else None


def stop(call: Call, running: Stack, video_id: str) -> None:
    """Cancel, and wait until the worker has let go of it: then its files are gone."""
    call("POST", f"videos/{video_id}/cancel")
    folder = running.data_dir / "streams" / video_id
    wait_for(lambda: not folder.exists(), seconds=5)


# -- HLS


def entries(text: str) -> list[tuple[float, int, int]]:
    """(seconds, size, offset) of each segment."""
    found = re.findall(r"#EXTINF:([\d.]+),\n#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)", text)
    return [(float(seconds), int(size), int(offset)) for seconds, size, offset, _ in found]


def part(url: str, first: int, last: int) -> requests.Response:
    return requests.get(url, headers={"Range": f"bytes={first}-{last}"}, timeout=30)


def test_a_playlist_grows_over_the_growing_file_and_ends_as_its_own_continuation(call: Call, running: Stack) -> None:
    video = call("POST", "videos", json={"twinId": "kenji", "input": SENTENCE * 6, "width": 512, "height": 512})
    early = requests.get(video["hlsUrl"], timeout=60).text  # answered as soon as there is a first fragment
    address = urljoin(video["hlsUrl"], re.findall(r"^fragments\.mp4\S+", early, re.M)[0])
    header = int(re.findall(r'BYTERANGE="(\d+)@0"', early)[0])
    head, pieces = part(address, 0, header - 1).content, [part(address, o, o + s - 1) for _, s, o in entries(early)]
    assert "#EXT-X-ENDLIST" not in early
    assert {piece.status_code for piece in pieces} == {206}
    with av.open(io.BytesIO(head + b"".join(piece.content for piece in pieces)), format="mp4") as film:
        frames = sum(1 for _ in film.decode(video=0))
    assert frames == round(sum(seconds for seconds, _, _ in entries(early)) * 25)

    wait_for(lambda: call("GET", f"videos/{video['videoId']}")["status"] == "ready", seconds=100)
    late = requests.get(video["hlsUrl"], timeout=30).text
    assert late.endswith("#EXT-X-ENDLIST\n")
    assert entries(late)[: len(entries(early))] == entries(early)
    again = [part(address, o, o + s - 1) for _, s, o in entries(early)]  # from the finished file now
    assert [piece.content for piece in again] == [piece.content for piece in pieces]
    assert part(address, 10**9, 10**9 + 1).status_code == 416
    call("DELETE", f"videos/{video['videoId']}")


def test_a_strict_reader_plays_the_playlist_to_its_end_in_time_and_seeks(plain: Any) -> None:
    with av.open(plain["hlsUrl"], format="hls", options={"allowed_extensions": "ALL"}) as film:
        pictures = [float(frame.pts * frame.time_base) for frame in film.decode(video=0)]
    with av.open(plain["hlsUrl"], format="hls", options={"allowed_extensions": "ALL"}) as film:
        sound = [float((f.pts + f.samples) * f.time_base) for f in film.decode(audio=0)]
        film.seek(1_000_000)
        sought = next(film.decode(video=0))
    assert len(pictures) == round(float(plain["duration"]) * 25)
    assert np.allclose(np.diff(pictures), 1 / 25, atol=0.001)
    assert abs(sound[-1] - (pictures[-1] + 1 / 25)) < 0.05
    assert abs(float(sought.pts * sought.time_base) - 1.0) < 1.0


def test_the_finished_film_holds_its_fragments_and_plays_as_one(plain: Any, tmp_path: Path) -> None:
    film = requests.get(plain["videoUrl"], timeout=30).content
    assert film.index(b"moov") < film.index(b"moof")
    (tmp_path / "film.mp4").write_bytes(film)
    assert len(decoded(tmp_path / "film.mp4")) == round(float(plain["duration"]) * 25)


@pytest.mark.parametrize("form", ["videoUrl", "hlsUrl"])
def test_the_browser_plays_and_seeks(plain: Any, trusting_chromium: Browser, running: Stack, form: str) -> None:
    page = trusting_chromium.new_page()
    page.goto(f"{running.url}/livez")
    facts = page.evaluate(
        """async (url) => {
          const video = document.createElement("video");
          video.src = url;
          await new Promise((done, failed) => { video.onloadeddata = done; video.onerror = failed; });
          video.currentTime = video.duration / 2;
          await new Promise((done) => { video.onseeked = done; });
          return [video.duration, video.currentTime, video.seekable.end(0)];
        }""",
        plain[form],
    )
    page.close()
    length = float(plain["duration"])
    assert facts == pytest.approx([length, length / 2, length], abs=0.05)


# -- Files beside the film


def test_a_finished_video_has_a_poster_a_preview_captions_and_timings(plain: Any) -> None:
    poster = cv2.imdecode(np.frombuffer(requests.get(plain["posterUrl"], timeout=30).content, np.uint8), 1)
    preview = requests.get(plain["previewUrl"], timeout=30)
    timings = requests.get(plain["timingsUrl"], timeout=30).json()
    assert poster is not None and poster.shape == (256, 256, 3)
    assert preview.headers["Content-Type"] == "image/webp"
    assert preview.content.count(b"ANMF") > 5
    assert len(preview.content) < 300_000
    assert " ".join(word["text"] for word in timings["words"]) == "Good morning to you."
    assert timings["duration"] == pytest.approx(float(plain["duration"]), abs=0.01)
    assert {"nn", "oh"} <= {shape["viseme"] for shape in timings["visemes"]}
    assert "morning" in requests.get(plain["captionsUrl"], timeout=30).text


def test_a_fast_video_has_neither_preview_nor_playlist(make: Call) -> None:
    video = make(fast=True)
    assert (video["previewUrl"], video["hlsUrl"]) == (None, None)
    assert video["videoUrl"] and video["posterUrl"] and video["captionsUrl"]


def test_a_transparent_video_shows_the_page_below_it(make: Call, trusting_chromium: Browser, running: Stack) -> None:
    video = make(transparent=True)
    page = trusting_chromium.new_page(viewport={"width": 256, "height": 256})
    page.goto(f"{running.url}/livez")
    page.evaluate(
        """async (url) => {
          const board = "conic-gradient(#000 25%,#fff 0 50%,#000 0 75%,#fff 0) 0 0/32px 32px";
          document.body.style = `margin:0;background:${board}`;
          document.body.innerHTML = "<video muted style='width:256px;height:256px;display:block'>";
          const video = document.querySelector("video");
          video.src = url;
          await new Promise((done, failed) => { video.onloadeddata = done; video.onerror = failed; });
        }""",
        video["webmUrl"],
    )
    shot = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), 1).astype(int)
    page.close()
    beside = shot[:64, :32]  # a board of black and white, and nothing of the person
    assert ((beside < 8) | (beside > 247)).mean() > 0.95
    face = shot[110:140, 110:140]
    assert 60 < face.mean() < 235 and face.std() < 60


def test_a_picture_from_an_address_stands_behind_the_person(make: Call, site: str, tmp_path: Path) -> None:
    video = make(backgroundSourceUrl=f"{site}/room.png", watermarkUrl=f"{site}/room.png", aspectRatio="16:9")
    (tmp_path / "film.mp4").write_bytes(requests.get(video["videoUrl"], timeout=30).content)
    frame = decoded(tmp_path / "film.mp4")[0].astype(int)
    assert frame.shape == (256, 454, 3)
    assert np.abs(frame[20:200, :60] - [200, 120, 40]).max() < 8


# -- Pages


def test_a_web_page_is_scrolled_behind_the_person(make: Call, site: str, tmp_path: Path) -> None:
    video = make(backgroundUrl=f"{site}/", backgroundScrollType="smooth", width=320, height=256)
    (tmp_path / "film.mp4").write_bytes(requests.get(video["videoUrl"], timeout=30).content)
    frames = [frame.astype(int) for frame in decoded(tmp_path / "film.mp4")]
    paper = frames[0][:, 250:]
    assert np.abs(np.median(paper.reshape(-1, 3), 0) - [244, 239, 226]).max() < 6
    assert np.abs(frames[-1][:, 200:] - frames[0][:, 200:]).mean() > 1  # it moves


def test_a_page_in_our_own_network_is_refused_at_once(send: Call) -> None:
    body = {"twinId": "kenji", "input": "Hello.", "backgroundUrl": "http://127.0.0.2/"}
    answer = send("POST", "videos", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "option_invalid")
    assert answer.json()["message"].startswith("backgroundUrl: ")


# -- Stopping, and who goes first


def test_cancelling_stops_a_long_clip(call: Call, running: Stack, long_one: Any) -> None:
    stop(call, running, long_one["videoId"])
    assert call("GET", f"videos/{long_one['videoId']}")["status"] == "cancelled"
    assert requests.get(long_one["hlsUrl"], timeout=30).status_code == 404


def test_cancelling_stops_a_page_that_is_never_done(call: Call, running: Stack, site: str) -> None:
    body = {"twinId": "kenji", "input": "Hello.", "backgroundUrl": f"{site}/slow"}
    video = call("POST", "videos", json=body)
    wait_for(lambda: "/slow" in Site.asked)
    stop(call, running, video["videoId"])


def test_a_chat_overtakes_more_long_clips_than_there_are_threads(call: Call, running: Stack, long_one: Any) -> None:
    body = {"twinId": "kenji", "input": SENTENCE * 50}
    others = [call("POST", "videos", json=body)["videoId"] for _ in range(5)]
    session = create_session(running)
    assert chat(running, session["session_token"], "Hello.").status_code == 200
    status = [call("GET", f"videos/{video}")["status"] for video in (long_one["videoId"], *others)]
    assert "running" in status
    assert "ready" not in status
    for video in others:
        call("DELETE", f"videos/{video}")


def test_progress_is_the_share_of_the_frames_made(call: Call, long_one: Any) -> None:
    seen = [call("GET", f"videos/{long_one['videoId']}")["progress"]]
    seen.append(wait_for(lambda: (p := call("GET", f"videos/{long_one['videoId']}")["progress"]) > seen[0] and p))
    assert 5 <= seen[0] < seen[1] <= 90
