"""A strict stand-in for D-ID (api.d-id.com), as its OpenAPI 4.2.1 and its guides describe it in November 2026.

Jobs pass through "created" and "started", with a `pending_url` that is no video, before they are "done" with a link
that is signed anew by every GET and expires. Every POST that makes something is counted by its `user_data`.
"""

import re
from collections import Counter
from typing import Any

from tests.fakes.server import Answer, FakeVendor, Refused, Request, fields, route

KEY = "YWRhQGV4YW1wbGUub3Jn:s3cret-of-ada"
AUDIO_URL = re.compile(r"(?:https|s3)://\S+\.(?:m4a|flac|mp3|mp4|wav)(?:\?[\w./=&#%-]*)?")
IMAGE_URL = re.compile(r"(?:https|s3)://\S+\.(?:jpg|jpeg|png|JPG|JPEG|PNG)")
WEBHOOK = re.compile(r"https://\S+")
KINDS = {400: "BadRequestError", 401: "AuthorizationError", 402: "InsufficientCreditsError", 403: "PermissionError"}
KINDS |= {404: "NotFoundError", 409: "NotReadyError", 429: "TooManyRequestsError", 500: "InternalServerError"}
FACES = {"clips": "presenter_id", "talks": "source_url", "scenes": "avatar_id"}
PREFIXES = {"clips": "clp_", "talks": "tlk_", "scenes": "scn_"}


class FakeDID(FakeVendor):
    """film: the bytes of every result. looks: GETs that a job takes until it is done. ends: how jobs end."""

    def __init__(self, film: bytes = b"", looks: int = 2) -> None:
        super().__init__()
        self.film, self.looks = film, looks
        self.ends: dict[str, Any] = {"status": "done"}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.orders: Counter[str] = Counter()  # POSTs that were taken, by user_data
        self.presenters = {"amy-jcwCkr1grs"}
        self.uploads: dict[str, bytes] = {}
        self.valid_links: set[str] = set()

    def authorize(self, request: Request) -> None:
        if not request.path.startswith("/results/") and request.headers.get("authorization") != f"Basic {KEY}":
            raise Refused(self.error(401, "user unauthenticated"))

    def error(self, status: int, words: str) -> Answer:
        return Answer(status, {"kind": KINDS.get(status, "BadRequestError"), "description": words})

    @route("POST", "/audios")
    def audio(self, request: Request) -> Answer:
        return self._uploaded(request, "audio", "mp3")

    @route("POST", "/images")
    def image(self, request: Request) -> Answer:
        return self._uploaded(request, "image", "jpg")

    def _uploaded(self, request: Request, name: str, suffix: str) -> Answer:
        part = request.parts.get(name)
        if part is None or not part.content:
            raise Refused(self.error(400, f"{name} is required"))
        if not part.content_type.startswith(f"{name}/") or not re.fullmatch(r"[a-zA-Z0-9._-]{1,50}", part.filename):
            raise Refused(self.error(415, "unsupported mime type"))
        if name == "audio" and len(part.content) > 6_000_000:
            raise Refused(self.error(400, "file is too large"))
        url = f"s3://d-id-{name}s-prod/{len(self.uploads)}.{suffix}"
        self.uploads[url] = part.content
        return Answer(201, {"id": f"up_{len(self.uploads)}", "url": url})

    @route("POST", "/clips")
    def clip(self, request: Request) -> Answer:
        config = {"result_format": ("mp4", "mov", "webm"), "output_resolution": lambda pixels: 150 <= pixels <= 1080}
        background = {"color": re.compile(r"#[0-9a-f]{6}")}
        special = {
            "presenter_id": str,
            "driver_id": str,
            "presenter_config": dict,
            "background": lambda value: bool(fields(self, value, optional=background)),
        }
        return self._made(request, "clips", special, config)

    @route("POST", "/talks")
    def talk(self, request: Request) -> Answer:
        config = {"result_format": ("mp4", "mov"), "stitch": bool, "fluent": bool, "pad_audio": float}
        return self._made(request, "talks", {"source_url": IMAGE_URL}, config)

    @route("POST", "/scenes")
    def scene(self, request: Request) -> Answer:
        return self._made(request, "scenes", {"avatar_id": str}, {"result_format": ("mp4",)})

    def _made(self, request: Request, kind: str, special: dict[str, Any], config: dict[str, Any]) -> Answer:
        common = {"name": str, "user_data": lambda text: bool(text.strip()), "webhook": WEBHOOK}
        settled = {"config": lambda value: fields(self, value, optional=config, where="config") is value}
        body = fields(self, request.json, required={"script": self._script}, optional=common | special | settled)
        if FACES[kind] not in body:
            self.complaints.append(f"a video of a stranger: {FACES[kind]} is missing")
        if kind == "clips" and body.get("presenter_id") not in self.presenters:
            raise Refused(self.error(404, "presenter not found"))
        external = request.headers.get("x-api-key-external")
        if external is not None and not re.fullmatch(r'\{"elevenlabs": ?"[^"]+"\}', external):
            raise Refused(self.error(400, "x-api-key-external is not valid"))
        self.orders[body.get("user_data", "")] += 1
        job_id = f"{PREFIXES[kind]}{len(self.jobs):04}"
        self.jobs[job_id] = {"kind": kind, "body": body, "looks": 0}
        made = {"id": job_id, "object": kind[:-1], "created_at": "2026-11-20T12:00:00.000Z", "status": "created"}
        return Answer(201, made)

    def _script(self, script: Any) -> bool:
        if isinstance(script, dict) and script.get("type") == "audio":
            fields(self, script, required={"type": str, "audio_url": AUDIO_URL}, where="script")
            if script["audio_url"] not in self.uploads:
                self.complaints.append("an audio_url that nobody uploaded")
            return True
        text = {"type": ("text",), "input": lambda words: 3 <= len(words) <= 40_000}
        fields(self, script, required=text, optional={"provider": self._provider, "ssml": bool}, where="script")
        return True

    def _provider(self, provider: Any) -> bool:
        fields(self, provider, required={"type": ("elevenlabs", "microsoft")}, optional={"voice_id": str})
        return True

    @route("GET", "/{kind}")
    def listed(self, request: Request, kind: str) -> Answer:
        if kind == "credits":
            return Answer(200, {"credits": [], "remaining": 12, "total": 40})
        if kind not in FACES:
            return self.error(404, "not found")
        jobs = [self._shown(job_id) for job_id, job in self.jobs.items() if job["kind"] == kind]
        start, limit = int(request.query.get("token", 0)), int(request.query.get("limit", 100))
        page = list(reversed(jobs))[start : start + limit]
        more = {"token": str(start + limit)} if start + limit < len(jobs) else {}
        return Answer(200, {kind: page, **more})

    @route("GET", "/{kind}/{job_id}")
    def job(self, request: Request, kind: str, job_id: str) -> Answer:
        if kind == "results":
            return self._result(job_id, request.query.get("Signature", ""))
        found = self.jobs.get(job_id)
        if found is None or found["kind"] != kind:
            return self.error(404, "not found")
        found["looks"] += 1
        return Answer(200, self._shown(job_id, fresh=True))

    def _shown(self, job_id: str, *, fresh: bool = False) -> dict[str, Any]:
        job = self.jobs[job_id]
        told = {"id": job_id, "name": job["body"].get("name"), "user_data": job["body"].get("user_data")}
        if job["looks"] < self.looks:
            state = "created" if job["looks"] < 1 else "started"
            return {**told, "status": state, "pending_url": f"s3://d-id-prod/{job_id}/pending.mp4"}
        if self.ends["status"] != "done":
            return {**told, **self.ends}
        signature = f"{job_id}-{job['looks']}"
        if fresh:
            self.valid_links.add(signature)
        return {
            **told,
            "status": "done",
            "duration": 2.0,
            "result_url": f"{self.url}/results/{job_id}?Signature={signature}",
        }

    def _result(self, job_id: str, signature: str) -> Answer:
        if signature not in self.valid_links:
            return Answer(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
        return Answer(200, self.film, {"Content-Type": "video/mp4"})

    def expire(self) -> None:
        """All links that were given so far."""
        self.valid_links.clear()

    @route("DELETE", "/{kind}/{job_id}")
    def delete(self, request: Request, kind: str, job_id: str) -> Answer:
        found = self.jobs.get(job_id)
        if found is None:
            return self.error(404, "not found")
        if found["looks"] < self.looks:
            return self.error(409, "talk is in process, try again later")
        del self.jobs[job_id]
        return Answer(200, {"id": job_id})
