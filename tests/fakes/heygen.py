"""HeyGen as its command line client has it, strict: assets and videos, API v3.

A video goes pending, processing, completed, by one state with each look, unless `end` has ended it; the POST calls the
first state "waiting". The same Idempotency-Key with the same body is answered with the same video, with another body
with 409.
"""

import re
from itertools import count
from typing import Any

from tests.fakes.server import Answer, FakeVendor, Refused, Request, fields, route

KEY = "heygen-key-0123456789abcdef0123456789"
HTTPS = re.compile(r"https://\S+")
COLOR = re.compile(r"#[0-9a-f]{6}")
CODES = {
    400: "validation_error", 401: "unauthorized", 402: "insufficient_credit", 403: "resource_access_denied",
    404: "not_found", 409: "conflict", 413: "payload_too_large", 429: "rate_limit_exceeded", 500: "internal_error",
}  # fmt: skip
KINDS = {
    b"RIFF": ("audio/wav",),
    b"ID3": ("audio/mpeg",),
    b"\xff\xfb": ("audio/mpeg",),
    b"\xff\xf3": ("audio/mpeg",),
    b"\x89PNG": ("image/png",),
    b"\xff\xd8\xff": ("image/jpeg",),
}
BACKGROUND = {"value": COLOR, "asset_id": str}


class FakeHeyGen(FakeVendor):
    """clip: bytes of every finished video. avatars, voices: ids that the key may use."""

    def __init__(self, clip: bytes = b"clip", avatars: tuple[str, ...] = ("Abigail_expressive_2024112501",)) -> None:
        super().__init__()
        self.clip, self.avatars, self.voices = clip, avatars, ("1bd001e7e50f421d891986aad5158bc8",)
        self.videos: dict[str, dict[str, Any]] = {}
        self.assets: dict[str, bytes] = {}
        self._keys: dict[str, tuple[bytes, str]] = {}
        self._numbers = count(1)
        self._valid: set[str] = set()

    def authorize(self, request: Request) -> None:
        if request.path.startswith("/files/"):
            if "x-api-key" in request.headers:
                self.complaints.append("the key went to where results lie")
        elif request.headers.get("x-api-key") != KEY:
            raise Refused(self.error(401, "Unauthorized"))

    def error(self, status: int, words: str) -> Answer:
        return Answer(status, {"error": {"code": CODES.get(status, "internal_error"), "message": words}})

    @route("POST", "/v3/assets")
    def upload(self, request: Request) -> Answer:
        part = request.parts.get("file")
        if part is None or set(request.parts) != {"file"} or not part.filename:
            raise Refused(self.error(400, "one file named 'file' is required"))
        known = next((kinds for magic, kinds in KINDS.items() if part.content.startswith(magic)), ())
        if part.content_type not in known:
            raise Refused(self.error(400, f"unsupported or mismatched type {part.content_type}"))
        asset = f"{next(self._numbers):032x}"
        self.assets[asset] = part.content
        told = {"asset_id": asset, "url": f"{self.url}/a/{asset}", "mime_type": part.content_type}
        return Answer(200, {"data": {**told, "size_bytes": len(part.content)}})

    @route("DELETE", "/v3/assets/{asset}")
    def forget(self, request: Request, asset: str) -> Answer:
        if self.assets.pop(asset, None) is None:
            raise Refused(self.error(404, "Asset not found"))
        return Answer(200, {"data": {"id": asset}})

    @route("POST", "/v3/videos")
    def create(self, request: Request) -> Answer:
        key = request.headers.get("idempotency-key")
        if key is not None and not key.strip():
            raise Refused(self.error(400, "Idempotency-Key must not be blank"))
        seen = self._keys.get(key or "")
        if seen and seen[0] != request.body:
            raise Refused(self.error(409, "Idempotency-Key was used with another request"))
        video = seen[1] if seen else self._made(self._wanted(request.json))
        if key:
            self._keys[key] = (request.body, video)
        return Answer(200, {"data": {"video_id": video, "status": "waiting", "output_format": "mp4"}})

    def _wanted(self, body: Any) -> dict[str, Any]:
        usual = {
            "title": str, "callback_id": str, "callback_url": HTTPS, "output_format": ("mp4", "webm"),
            "aspect_ratio": ("16:9", "9:16", "4:5", "5:4", "1:1", "auto"), "resolution": ("4k", "1080p", "720p"),
            "script": str, "voice_id": str, "audio_asset_id": str, "remove_background": bool, "background": dict,
        }  # fmt: skip
        one = {"avatar_id": str} if isinstance(body, dict) and body.get("type") == "avatar" else {"image": dict}
        fields(self, body, required={"type": ("avatar", "image"), **one}, optional=usual)
        self._check_words(body)
        if "image" in body:
            fields(self, body["image"], required={"type": ("asset_id",), "asset_id": tuple(self.assets)}, where="image")
        elif body["avatar_id"] not in self.avatars:
            raise Refused(self.error(404, "Avatar look not found"))
        if "background" in body:
            fields(
                self, body["background"], required={"type": ("color", "image")}, optional=BACKGROUND, where="background"
            )
        return dict(body)

    def _check_words(self, body: dict[str, Any]) -> None:
        if ("script" in body) == ("audio_asset_id" in body):
            raise Refused(self.error(400, "Provide either script or audio"))
        if body.get("audio_asset_id", "") not in ("", *self.assets):
            raise Refused(self.error(404, "Asset not found"))
        if "voice_id" in body and body["voice_id"] not in self.voices:
            raise Refused(self.error(400, "voice_id is not valid"))
        if "script" in body and "voice_id" not in body and body["type"] == "image":
            raise Refused(self.error(400, "voice_id is required"))

    def _made(self, body: dict[str, Any]) -> str:
        video = f"{next(self._numbers):032x}"
        self.videos[video] = {"id": video, "status": "pending", "title": body.get("title", ""), "asked": body}
        return video

    @route("GET", "/v3/videos")
    def listed(self, request: Request) -> Answer:
        if not 1 <= int(request.query.get("limit", 10)) <= 100:
            raise Refused(self.error(400, "limit must be 1 to 100"))
        rows = [video for video in self.videos.values() if request.query.get("title", "") in video["title"]]
        return Answer(200, {"data": [self._shown(video) for video in reversed(rows)], "has_more": False})

    @route("GET", "/v3/videos/{video_id}")
    def shown(self, request: Request, video_id: str) -> Answer:
        if video_id not in self.videos:
            raise Refused(self.error(404, "Video not found"))
        video = self.videos[video_id]
        answer = self._shown(video)
        following = {"pending": "processing", "processing": "completed"}
        video["status"] = following.get(video["status"], video["status"])
        return Answer(200, {"data": answer})

    def _shown(self, video: dict[str, Any]) -> dict[str, Any]:
        told = {name: value for name, value in video.items() if name != "asked"}
        return told | ({"video_url": self._link(video["id"])} if video["status"] == "completed" else {})

    @route("DELETE", "/v3/videos/{video_id}")
    def delete(self, request: Request, video_id: str) -> Answer:
        if self.videos.pop(video_id, None) is None:
            raise Refused(self.error(404, "Video not found"))
        return Answer(200, {"data": {"id": video_id, "deleted": True}})

    @route("GET", "/v3/user/me")
    def account(self, request: Request) -> Answer:
        wallet = {"currency": "usd", "remaining_balance": 12.5}
        return Answer(200, {"data": {"username": "ada", "billing_type": "wallet", "wallet": wallet}})

    @route("GET", "/files/{name}")
    def file(self, request: Request, name: str) -> Answer:
        valid = request.query.get("signature") in self._valid
        return (
            Answer(200, self.clip, {"Content-Type": "video/mp4"}) if valid else Answer(403, b"<Error>expired</Error>")
        )

    def end(self, video_id: str, status: str, code: str = "", message: str = "") -> None:
        """End a video, or give it a state that nobody has heard of."""
        self.videos[video_id] |= {"status": status, "failure_code": code, "failure_message": message}

    def expire(self) -> None:
        """Links to results that were given out are not valid any more."""
        self._valid.clear()

    def _link(self, video_id: str) -> str:
        signature = f"s{next(self._numbers)}"
        self._valid.add(signature)
        return f"{self.url}/files/{video_id}.mp4?signature={signature}"
