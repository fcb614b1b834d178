"""D-ID: clips of its presenters (/clips), of a picture (/talks), of the account's own avatars (/scenes).

Wire facts: D-ID's OpenAPI 4.2.1 and docs.d-id.com, November 2026. The key goes verbatim behind "Basic"; unknown members
are refused, and stitch and its like belong to /talks alone. There is no idempotency key: `name` and `user_data` carry
our reference, by which a lost job is found in the lists. While a job runs its `pending_url` is no video; `result_url`
is signed for a day, and every GET signs anew. A recording is uploaded, 6 MB at most, and kept for a day there.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors.wire import Wire, failed, parsed, refusal, words_of
from videos.renderers.base import Look, Order, Question, RemoteRenderer
from videos.renderers.reading import USUAL, gone, link, member, needed, no_face, trouble

FACES = {"clips": "presenter_id", "scenes": "avatar_id", "talks": "source_url"}  # endpoint: how it names the face
PAGE, PAGES = 100, 3  # lists are read from the newest; a lost job is not older than that
SHORTEST = 3  # characters of a text that is spoken
MOST_BYTES = 6 * 1_000_000  # of a recording
LEAST_PIXELS, MOST_PIXELS = 150, 1080
PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}


class DIDRenderer(RemoteRenderer):
    """api_key: as D-ID Studio shows it. presenter_id: who stands in for replicas that are only drawn, "" for nobody.

    poll_timeout, delete_after: see RemoteRenderer. speaks_elevenlabs: whether D-ID speaks voices of ElevenLabs itself.
    A replica's entry: {"presenter_id": …}, {"avatar_id": …} or nothing for its picture; "kind" names the endpoint.
    """

    vendor = "did"
    scenes: ClassVar[frozenset[str]] = frozenset({"color"})

    def __init__(
        self,
        api_key: str = "",
        presenter_id: str = "",
        poll_timeout: float = 60.0,
        delete_after: bool = False,
        speaks_elevenlabs: bool = True,
    ) -> None:
        self._headers = {"Authorization": f"Basic {api_key}"}
        self._wire = Wire(self.vendor, self._headers, reading=_refused)
        self.stand_in, self.poll_timeout, self.delete_after = presenter_id, poll_timeout, delete_after
        self.voices = frozenset({"elevenlabs"}) if speaks_elevenlabs else frozenset()

    def submit(self, order: Order) -> str:
        kind = _kind(order)
        self._check(order, kind)
        body = {
            FACES[kind]: order.face or self._upload("image", order.picture),
            "script": self._script(order),
            "config": _config(order, kind),
            "name": order.reference,
            "user_data": order.reference,
        }
        if order.scene.color:
            body["background"] = {"color": order.scene.color}
        if order.webhook.startswith("https://"):
            body["webhook"] = order.webhook
        external = {"x-api-key-external": json.dumps({"elevenlabs": order.voice_key})} if order.voice_key else {}
        order.check()
        made = self._wire.json("POST", f"/{kind}", json=body, headers=external)
        return f"{kind}/{needed(self.vendor, made, 'id')}"

    def _check(self, order: Order, kind: str) -> None:
        """Refuse what cannot be made before anything is uploaded."""
        self.check_scene(order.scene)
        if kind != "clips" and order.scene.parts:
            raise EngineFailed("D-ID puts a color behind presenters of its own only.", "vendor_cannot")
        if not order.face and order.picture is None:
            raise no_face(self.vendor)

    def _script(self, order: Order) -> dict[str, Any]:
        if order.speech is not None:
            if order.speech.stat().st_size > MOST_BYTES:
                raise EngineFailed("This is longer than D-ID can speak in one clip.", "vendor_cannot")
            return {"type": "audio", "audio_url": self._upload("audio", order.speech)}
        provider, _, voice = order.voice.partition(":")
        if provider not in self.voices:
            raise EngineFailed(f"D-ID cannot speak with a voice of {provider or 'nobody'}.", "vendor_cannot")
        text = order.script.ljust(SHORTEST, ".")
        return {"type": "text", "input": text, "provider": {"type": provider, "voice_id": voice}}

    def _upload(self, what: str, path: Path | None) -> str:
        """Put a file where the endpoints find it for a day; its address there. what: "image" or "audio"."""
        if path is None:
            raise no_face(self.vendor)
        kind = "audio/mpeg" if what == "audio" else PICTURES.get(path.suffix.lower(), "image/jpeg")
        name = f"{what}{path.suffix.lower() or '.mp3'}"
        with path.open("rb") as file:
            made = self._wire.json("POST", f"/{what}s", files={what: (name, file, kind)})
        return needed(self.vendor, made, "url")

    def find(self, reference: str) -> str:
        for kind in FACES:
            with suppress(_Unusable):
                for job in self._listed(kind):
                    if reference in (member(job, "user_data"), member(job, "name")):
                        return f"{kind}/{needed(self.vendor, job, 'id')}"
        return ""

    def _listed(self, kind: str) -> list[Any]:
        jobs: list[Any] = []
        params: dict[str, str] = {"limit": str(PAGE)}
        for _ in range(PAGES):
            try:
                answer = self._wire.json("GET", f"/{kind}", params=params)
            except EngineFailed as error:
                if error.code in ("vendor_plan", "vendor_not_found"):
                    raise _Unusable from error
                raise
            found = member(answer, kind)
            if not isinstance(found, list):
                raise failed(self.vendor, "bad_answer")
            jobs += found
            token = member(answer, "token")
            if not token:
                break
            params["token"] = str(token)
        return jobs

    def question(self, vendor_id: str) -> Question:
        return Question(f"{self._wire.base_url}{_path(vendor_id)}", self._headers)

    def look(self, status: int, headers: Mapping[str, str], content: bytes) -> Look:
        if status == HTTPStatus.NOT_FOUND:
            return Look("failed", trouble=gone(self.vendor))
        if status != HTTPStatus.OK:
            raise _refused(status, content) or refusal(self.vendor, status, headers, content)
        job = parsed(self.vendor, content)
        state = needed(self.vendor, job, "status")
        if state == "rejected":
            return Look("failed", trouble=EngineFailed("D-ID refuses this content.", "vendor_content_refused"))
        if state == "error":
            told = [member(job, "error", "description"), member(job, "error", "kind")]
            return Look("failed", trouble=trouble(self.vendor, told, USUAL))
        url = link(member(job, "result_url")) if state == "done" else ""
        return Look("ready", url, 100) if url else Look("pending")

    def delete(self, vendor_id: str) -> None:
        try:
            with self._wire.stream("DELETE", _path(vendor_id)):
                return
        except EngineFailed as error:
            if error.code != "vendor_not_found":
                raise

    def test(self) -> str:
        answer = self._wire.json("GET", "/credits")
        remaining, total = member(answer, "remaining"), member(answer, "total")
        if not isinstance(remaining, int | float):
            raise failed(self.vendor, "bad_answer")
        return f"D-ID knows the key; {remaining:g} of {total or 0:g} credits are left."


class _Unusable(Exception):  # noqa: N818  no error: the plan lacks one of the endpoints, and its list with it
    """This list cannot be read."""


def _kind(order: Order) -> str:
    told = str(order.options.get("kind", ""))
    if told and told not in FACES:
        raise EngineFailed(
            f"D-ID has no faces of the kind “{told}”: choose one of {', '.join(FACES)}.", "vendor_no_face"
        )
    if not order.face:
        return "talks"
    return told or ("scenes" if "avatar_id" in order.options else "clips")


def _config(order: Order, kind: str) -> dict[str, Any]:
    if kind != "clips":
        return {"result_format": "mp4"}
    pixels = min(max(order.size.height, LEAST_PIXELS), MOST_PIXELS)
    return {"result_format": "mp4", "output_resolution": pixels}


def _path(vendor_id: str) -> str:
    kind, _, name = vendor_id.partition("/")
    return f"/{kind}/{quote(name, safe='')}"


def _refused(status: int, content: bytes) -> EngineFailed | None:
    """What D-ID means otherwise than most: 403 is about the plan, not the key; 409 about a job that still runs."""
    said = f" It says: {own}" if (own := words_of(content)) else ""
    if status == HTTPStatus.FORBIDDEN:
        return EngineFailed(f"The plan of this D-ID key does not include what was asked for.{said}", "vendor_plan")
    if status == HTTPStatus.CONFLICT:
        return EngineFailed("D-ID still works on this clip.", "vendor_busy", retryable=True)
    return None
