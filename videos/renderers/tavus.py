"""Tavus: clips of the replicas that are trained there.

Wire facts: docs.tavus.io, API v2, November 2026. A video is made by POST /v2/videos from a replica and either a script,
spoken by the replica's own voice, or a recording that Tavus fetches. An unknown id is answered with 400. There is no
idempotency key; `video_name` is what a lost job is found by. `hosted_url` is there from the first second, so only
`download_url` tells that a clip is ready.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import quote

from avatarsite.core.engines import EngineFailed
from avatarsite.core.vendors.wire import Wire, failed, parsed, refusal
from videos.renderers.base import Look, Order, Question, RemoteRenderer
from videos.renderers.reading import (
    USUAL,
    Clue,
    gone,
    link,
    meaning,
    member,
    needed,
    no_face,
    own_voice,
    percent,
    trouble,
)

PAGE, PAGES = 100, 3  # videos are listed the newest first; a lost one is not older than that
BUSY_SECONDS = 30.0  # before which an account with too much at once is not asked again
KNOWS_NO = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)  # what its own words come with
REPLICA = re.compile(r"replica", re.IGNORECASE)
REFUSALS: tuple[Clue, ...] = (
    (re.compile(r"invalid video", re.IGNORECASE), "vendor_not_found", "{} does not have this clip."),
    (REPLICA, "vendor_face_unknown", "{} cannot use this replica: correct its id on the face's page."),
    (re.compile(r"concurren", re.IGNORECASE), "vendor_rate_limited", "{} has too much to do for this account."),
    *USUAL,
)
FAILURES: tuple[Clue, ...] = (
    *USUAL,
    (re.compile(r"audio file", re.IGNORECASE), "vendor_rejected", "{} cannot use this recording."),
    (REPLICA, "vendor_face_unknown", "{} cannot use this replica."),
)


class TavusRenderer(RemoteRenderer):
    """api_key: as Tavus shows it. replica_id: who stands in for replicas that are only drawn, "" for nobody.

    timeout: the longest silence, in seconds. poll_timeout, delete_after: see RemoteRenderer. A replica's entry:
    {"replica_id": …}, with "voice": "own" when it is to speak with the voice that it has there.
    """

    vendor = "tavus"
    fetches: ClassVar[bool] = True

    def __init__(
        self,
        api_key: str = "",
        replica_id: str = "",
        timeout: float = 30.0,
        poll_timeout: float = 900.0,
        delete_after: bool = False,
    ) -> None:
        self._headers = {"x-api-key": api_key}
        self._wire = Wire(self.vendor, self._headers, reading=_refused, seconds=timeout)
        self.stand_in, self.poll_timeout, self.delete_after = replica_id, poll_timeout, delete_after

    def submit(self, order: Order) -> str:
        body = self._body(order)
        order.check()
        return needed(self.vendor, self._wire.json("POST", "/v2/videos", json=body), "video_id")

    def _body(self, order: Order) -> dict[str, str]:
        self.check_scene(order.scene)
        if not order.face:
            raise no_face(self.vendor)
        body = {"replica_id": order.face, "video_name": order.reference, **_words(order)}
        return body | ({"callback_url": order.webhook} if order.webhook.startswith("https://") else {})

    def find(self, reference: str) -> str:
        for page in range(PAGES):
            rows = member(self._wire.json("GET", "/v2/videos", params={"limit": PAGE, "page": page}), "data")
            if not isinstance(rows, list):
                raise failed(self.vendor, "bad_answer")
            for row in rows:
                if member(row, "video_name") == reference:
                    return needed(self.vendor, row, "video_id")
            if len(rows) < PAGE:
                break
        return ""

    def question(self, vendor_id: str) -> Question:
        return Question(f"{self._wire.base_url}{_path(vendor_id)}", self._headers)

    def look(self, status: int, headers: Mapping[str, str], content: bytes) -> Look:
        if status != HTTPStatus.OK:
            error = _refused(status, content) or refusal(self.vendor, status, headers, content)
            if error.code == "vendor_not_found":
                return Look("failed", trouble=gone(self.vendor))
            raise error
        return self._state(parsed(self.vendor, content))

    def _state(self, video: Any) -> Look:
        state = needed(self.vendor, video, "status")
        if state == "deleted":
            return Look("failed", trouble=gone(self.vendor))
        if state == "error":
            told = [member(video, "status_details"), member(video, "error_details")]
            return Look("failed", trouble=trouble(self.vendor, told, FAILURES))
        url = link(member(video, "download_url")) if state == "ready" else ""
        return Look("ready", url, 100) if url else Look("pending", "", percent(member(video, "generation_progress")))

    def delete(self, vendor_id: str) -> None:
        try:
            with self._wire.stream("DELETE", _path(vendor_id), params={"hard": "true"}):
                return
        except EngineFailed as error:
            if error.code != "vendor_not_found":
                raise

    def test(self) -> str:
        answer = self._wire.json("GET", "/v2/replicas", params={"limit": 1, "page": 1})
        count = member(answer, "total_count")
        if not isinstance(count, int):
            raise failed(self.vendor, "bad_answer")
        return f"Tavus knows the key; it may use {count} replica{'' if count == 1 else 's'}."


def _path(vendor_id: str) -> str:
    return f"/v2/videos/{quote(vendor_id, safe='')}"


def _words(order: Order) -> dict[str, str]:
    if order.speech is None:
        if own_voice("tavus", order.voice):
            raise EngineFailed("Tavus speaks with the replica's own voice only.", "vendor_cannot")
        return {"script": order.script}
    if not order.speech_url:
        words = (
            "Tavus fetches recordings from this site, and cannot reach it: set PUBLIC_URL, "
            "or let the replica speak with its own voice there."
        )
        raise EngineFailed(words, "vendor_needs_public_url")
    return {"audio_url": order.speech_url}


def _refused(status: int, content: bytes) -> EngineFailed | None:
    """Tavus answers 400 to much that is no fault of the request."""
    error = meaning("tavus", content, REFUSALS) if status in KNOWS_NO else None
    if error and error.code == "vendor_rate_limited":
        error.retryable, error.retry_after = True, BUSY_SECONDS
    return error
