"""Tavus as its documentation has it, strict: videos of replicas, API v2.

Errors are 400 {"error"} for what is wrong and for unknown ids, 401 {"message"} for the key. `hosted_url` is there from
the first second. A video goes on by one state with each look, unless `end` has ended it.
"""

import re
from itertools import count
from typing import Any

from tests.fakes.server import Answer, FakeVendor, Refused, Request, fields, route

KEY = "tavus-key-0123456789abcdef0123456789"
SOUND = re.compile(r"https?://\S+\.(wav|mp3)(\?\S*)?")
PAGE = re.compile(r"https://\S+")
FORBIDDEN = b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'


class FakeTavus(FakeVendor):
    """clip: bytes of every finished video. replicas: ids that the key may use."""

    def __init__(self, clip: bytes = b"clip", replicas: tuple[str, ...] = ("r79e1c033f", "r783537ef5")) -> None:
        super().__init__()
        self.clip, self.replicas = clip, replicas
        self.videos: dict[str, dict[str, Any]] = {}
        self._signatures = count(1)
        self._valid: set[str] = set()

    def authorize(self, request: Request) -> None:
        if "authorization" in request.headers:
            self.complaints.append("Tavus knows no Authorization header")
        if request.path.startswith("/files/"):
            if "x-api-key" in request.headers:
                self.complaints.append("the key went to where results lie")
        elif request.headers.get("x-api-key") != KEY:
            raise Refused(self.error(401, "Invalid access token"))

    def error(self, status: int, words: str) -> Answer:
        return Answer(status, {"message" if status in (401, 402, 429) else "error": words})

    @route("POST", "/v2/videos")
    def create(self, request: Request) -> Answer:
        optional = {"script": str, "audio_url": SOUND, "video_name": str, "callback_url": PAGE}
        body = fields(self, request.json, required={"replica_id": str}, optional=optional)
        if ("script" in body) == ("audio_url" in body):
            raise Refused(self.error(400, "Exactly one of script and audio_url must be provided"))
        if body["replica_id"] not in self.replicas:
            raise Refused(self.error(400, "Invalid replica_id"))
        made = {"video_id": f"{len(self.videos) + 0x1E30440CF9:x}", "video_name": body.get("video_name", "")}
        hosted = f"https://tavus.video/{made['video_id']}"
        self.videos[made["video_id"]] = {**made, "status": "queued", "hosted_url": hosted, "data": body}
        return Answer(
            200, {**made, "status": "queued", "hosted_url": hosted, "created_at": "Sat, 21 Nov 2026 09:14:24 GMT"}
        )

    @route("GET", "/v2/videos")
    def listed(self, request: Request) -> Answer:
        """The newest first; the first page is 0."""
        limit, page = int(request.query.get("limit", 10)), int(request.query.get("page", 0))
        rows = list(reversed(self.videos.values()))
        return Answer(200, {"data": rows[page * limit : (page + 1) * limit], "total_count": len(rows)})

    @route("GET", "/v2/videos/{video_id}")
    def shown(self, request: Request, video_id: str) -> Answer:
        video = self._video(video_id)
        answer = {"download_url": None, "stream_url": None, "error_details": None, **video}
        if video["status"] == "ready":
            answer["download_url"] = self._link(video_id)
        following = {"queued": "generating", "generating": "ready"}
        video["status"] = following.get(video["status"], video["status"])
        video["generation_progress"] = {"generating": "42/100", "ready": "100/100"}.get(video["status"], "0/100")
        return Answer(200, answer)

    @route("DELETE", "/v2/videos/{video_id}")
    def delete(self, request: Request, video_id: str) -> Answer:
        self._video(video_id)
        if request.query.get("hard") != "true":
            self.complaints.append("without hard=true Tavus keeps the files of a deleted video")
        del self.videos[video_id]
        return Answer(204)

    @route("GET", "/v2/replicas")
    def faces(self, request: Request) -> Answer:
        rows = [{"replica_id": replica, "status": "completed"} for replica in self.replicas]
        return Answer(200, {"data": rows[: int(request.query.get("limit", 10))], "total_count": len(rows)})

    @route("GET", "/files/{name}")
    def file(self, request: Request, name: str) -> Answer:
        valid = request.query.get("signature") in self._valid
        return Answer(200, self.clip, {"Content-Type": "video/mp4"}) if valid else Answer(403, FORBIDDEN)

    def end(self, video_id: str, status: str, details: str = "") -> None:
        """End a video, or give it a state that nobody has heard of."""
        self.videos[video_id] |= {"status": status, "status_details": details}

    def expire(self) -> None:
        """Links to results that were given out are not valid any more."""
        self._valid.clear()

    def _video(self, video_id: str) -> dict[str, Any]:
        if video_id not in self.videos:
            raise Refused(self.error(400, "Invalid video_id"))
        return self.videos[video_id]

    def _link(self, video_id: str) -> str:
        signature = f"s{next(self._signatures)}"
        self._valid.add(signature)
        return f"{self.url}/files/{video_id}.mp4?signature={signature}"
