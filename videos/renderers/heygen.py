"""HeyGen: clips of the avatars that are made there, or of a picture.

Wire facts: API v3 as in HeyGen's own command line client (heygen-com/heygen-cli, 2026) and developers.heygen.com. What
is spoken or shown is uploaded first (POST /v3/assets, 32 MB); POST /v3/videos takes an Idempotency-Key, and answers 409
to one that it has seen with another body. Three vocabularies of states are in use: that of the POST ("waiting"), of the
GET, and of lists. Links to results expire; each GET signs new ones.
"""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from avatarsite.core.engines import EngineFailed
from avatarsite.core.media_files import HEAD, container_of
from avatarsite.core.vendors.wire import Wire, failed, parsed, refusal
from videos.renderers.base import Look, Order, Question, RemoteRenderer, VideoFormat
from videos.renderers.reading import USUAL, Clue, gone, link, meaning, member, needed, no_face, own_voice, trouble

RATIOS = {"16:9": 16 / 9, "9:16": 9 / 16, "4:5": 4 / 5, "5:4": 5 / 4, "1:1": 1.0}
MOST_BYTES = 32 * 1_000_000  # of an asset
TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "jpeg": "image/jpeg", "png": "image/png"}
UNSURE = frozenset(  # after these it may have been taken, and need what was uploaded
    {"vendor_timeout", "vendor_unreachable", "vendor_unavailable", "vendor_bad_answer"}
)
CONFLICT = "vendor_conflict"  # of the key of a request; it does not leave this module
JOINED = ","  # of the id of a video and of what was uploaded for it, which is deleted with it
AVATAR = re.compile(r"avatar|look_id|talking_photo", re.IGNORECASE)
REFUSALS: tuple[Clue, ...] = (
    *USUAL,
    (AVATAR, "vendor_face_unknown", "{} cannot use this avatar: correct its id on the face's page."),
)
FAILURES: tuple[Clue, ...] = (
    *USUAL,
    (AVATAR, "vendor_face_unknown", "{} cannot use this avatar."),
    (re.compile(r"audio|voice|text.to.speech", re.IGNORECASE), "vendor_rejected", "{} cannot speak this."),
)
WORDED = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


class HeyGenRenderer(RemoteRenderer):
    """api_key: as HeyGen shows it. avatar_id: who stands in for replicas that are only drawn, "" for their picture.

    timeout: the longest silence, in seconds. poll_timeout, delete_after: see RemoteRenderer. A replica's entry:
    {"avatar_id": …} or nothing for its picture; "voice" is the id of a voice there, or "own" for the avatar's.
    """

    vendor = "heygen"
    scenes: ClassVar[frozenset[str]] = frozenset({"color", "file"})

    def __init__(
        self,
        api_key: str = "",
        avatar_id: str = "",
        timeout: float = 30.0,
        poll_timeout: float = 900.0,
        delete_after: bool = False,
    ) -> None:
        self._headers = {"X-Api-Key": api_key}
        self._wire = Wire(self.vendor, self._headers, reading=_refused, seconds=timeout)
        self.stand_in, self.poll_timeout, self.delete_after = avatar_id, poll_timeout, delete_after

    def submit(self, order: Order) -> str:
        self._check(order)
        assets: list[str] = []
        try:
            video = self._post(order, self._body(order, assets))
        except EngineFailed as error:
            if error.code not in UNSURE:
                self._forget(assets)
            raise
        return JOINED.join([video, *assets])

    def _check(self, order: Order) -> None:
        """Refuse what cannot be made before anything is uploaded."""
        self.check_scene(order.scene)
        if not order.face and order.picture is None:
            raise no_face(self.vendor)
        if order.speech is None and not own_voice(self.vendor, order.voice) and not order.face:
            words = "HeyGen has no voice for a picture: choose one of HeyGen's, or a voice of this site."
            raise EngineFailed(words, "vendor_cannot")
        pictures = [path for path in (order.picture if not order.face else None, order.scene.file) if path]
        for path in (*pictures, *([order.speech] if order.speech else [])):
            _type_of(Path(path))

    def _body(self, order: Order, assets: list[str]) -> dict[str, Any]:
        """The request; what it refers to is uploaded, and its ids are added to `assets`."""
        named = {"title": order.reference, "callback_id": order.reference}
        body: dict[str, Any] = {**named, "output_format": "mp4", **_shape(order.size)}
        if order.face:
            body |= {"type": "avatar", "avatar_id": order.face}
        elif order.picture:
            body |= {"type": "image", "image": {"type": "asset_id", "asset_id": self._upload(order.picture, assets)}}
        if order.speech is not None:
            body["audio_asset_id"] = self._upload(order.speech, assets)
        else:
            voice = own_voice(self.vendor, order.voice)
            body |= {"script": order.script} | ({"voice_id": voice} if voice else {})
        if order.webhook.startswith("https://"):
            body["callback_url"] = order.webhook
        return body | self._background(order, assets)

    def _background(self, order: Order, assets: list[str]) -> dict[str, Any]:
        if order.scene.file:
            asset = self._upload(Path(order.scene.file), assets)
            return {"remove_background": True, "background": {"type": "image", "asset_id": asset}}
        if order.scene.color:
            return {"remove_background": True, "background": {"type": "color", "value": order.scene.color}}
        return {}

    def _upload(self, path: Path, assets: list[str]) -> str:
        kind = _type_of(path)
        with path.open("rb") as file:
            named = {"file": (f"file.{kind.partition('/')[2]}", file, kind)}
            answer = self._wire.json("POST", "/v3/assets", files=named)
        asset = needed(self.vendor, answer, "data", "asset_id")
        assets.append(asset)
        return asset

    def _post(self, order: Order, body: dict[str, Any]) -> str:
        order.check()
        try:
            answer = self._wire.json("POST", "/v3/videos", json=body, headers={"Idempotency-Key": order.reference})
        except EngineFailed as error:
            if error.code != CONFLICT:
                raise
            if found := self.find(order.reference):  # an earlier request had come through
                return found
            raise EngineFailed(error.message, "vendor_unavailable", retryable=True) from error
        return needed(self.vendor, answer, "data", "video_id")

    def find(self, reference: str) -> str:
        rows = member(self._wire.json("GET", "/v3/videos", params={"title": reference, "limit": 100}), "data")
        if not isinstance(rows, list):
            raise failed(self.vendor, "bad_answer")
        return next((needed(self.vendor, row, "id") for row in rows if member(row, "title") == reference), "")

    def question(self, vendor_id: str) -> Question:
        return Question(f"{self._wire.base_url}/v3/videos/{_first(vendor_id)}", self._headers)

    def look(self, status: int, headers: Mapping[str, str], content: bytes) -> Look:
        if status == HTTPStatus.NOT_FOUND:
            return Look("failed", trouble=gone(self.vendor))
        if status != HTTPStatus.OK:
            raise refusal(self.vendor, status, headers, content)
        video = member(parsed(self.vendor, content), "data")
        state = needed(self.vendor, video, "status")
        if state == "failed":
            told = [member(video, "failure_message"), member(video, "failure_code")]
            return Look("failed", trouble=trouble(self.vendor, told, FAILURES))
        url = link(member(video, "video_url")) if state == "completed" else ""
        return Look("ready", url, 100) if url else Look("pending")

    def delete(self, vendor_id: str) -> None:
        video, *assets = vendor_id.split(JOINED)
        for path in (f"/v3/videos/{quote(video, safe='')}", *(_asset(each) for each in assets)):
            self._delete(path)

    def _forget(self, assets: list[str]) -> None:
        """Take back what was uploaded for nothing, as far as that goes: the first error is what counts."""
        for each in assets:
            with suppress(EngineFailed):
                self._delete(_asset(each))

    def _delete(self, path: str) -> None:
        try:
            with self._wire.stream("DELETE", path):
                return
        except EngineFailed as error:
            if error.code != "vendor_not_found":
                raise

    def test(self) -> str:
        account = member(self._wire.json("GET", "/v3/user/me"), "data")
        if not isinstance(account, dict):
            raise failed(self.vendor, "bad_answer")
        left, currency = member(account, "wallet", "remaining_balance"), member(account, "wallet", "currency")
        if isinstance(left, bool) or not isinstance(left, int | float):
            return "HeyGen knows the key."
        return f"HeyGen knows the key; {left:.2f} {str(currency or '').upper()[:8]}".rstrip() + " are left."


def _first(vendor_id: str) -> str:
    return quote(vendor_id.partition(JOINED)[0], safe="")


def _asset(asset: str) -> str:
    return f"/v3/assets/{quote(asset, safe='')}"


def _type_of(path: Path) -> str:
    """The MIME type of what is uploaded. Raises EngineFailed vendor_cannot for what HeyGen does not take."""
    with path.open("rb") as file:
        kind = TYPES.get(container_of(file.read(HEAD)), "")
    if not kind:
        words = "HeyGen takes WAV and MP3 recordings, and PNG and JPEG pictures; a film cannot stand behind the person."
        raise EngineFailed(words, "vendor_cannot")
    if path.stat().st_size > MOST_BYTES:
        raise EngineFailed(f"HeyGen takes files of up to {MOST_BYTES // 1_000_000} MB.", "vendor_cannot")
    return kind


def _shape(size: VideoFormat) -> dict[str, str]:
    """The nearest to what was asked for: HeyGen chooses from a few."""
    wanted = math.log(size.width / size.height)
    ratio = min(RATIOS, key=lambda name: abs(math.log(RATIOS[name]) - wanted))
    return {"aspect_ratio": ratio, "resolution": "720p" if min(size.width, size.height) <= 720 else "1080p"}


def _refused(status: int, content: bytes) -> EngineFailed | None:
    if status == HTTPStatus.CONFLICT:
        return EngineFailed("HeyGen is still busy with an earlier request.", CONFLICT)
    return meaning("heygen", content, REFUSALS) if status in WORDED else None
