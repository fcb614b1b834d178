"""A turn as Server-Sent Events: reply.delta, reply.restart, reply.done, caption, video.playable, video.ready, error."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from django.http import StreamingHttpResponse

from avatarsite.core.jobs import Status
from conversations import serializers
from conversations.turns import CLIPS, Turn, TurnEvent
from videos import selectors as videos
from videos.models import Video, new_video_id

Say = Callable[[str], Awaitable[str]]
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def stream(say: Say, base: str) -> StreamingHttpResponse:
    """Take a turn and follow it to its end. say: stores the turn whose clip has the id it is given; returns the
    address of that clip's status. What it raises is raised here, before anything is sent."""
    video_id = new_video_id()
    watching = CLIPS.watch(video_id)
    signals = await watching.__aenter__()
    try:
        status_url = await say(video_id)
    except BaseException:
        await watching.__aexit__(None, None, None)
        raise

    async def events() -> AsyncIterator[bytes]:
        try:
            async for event in Turn(video_id, signals).events():
                for name, data in _sse(event, video_id, status_url, base):
                    yield f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
        finally:
            await watching.__aexit__(None, None, None)

    return StreamingHttpResponse(events(), content_type="text/event-stream; charset=utf-8", headers=HEADERS)


def why(video: Video | None) -> str:
    """Why there will be no clip."""
    return (video.status_details if video else "") or "The video is gone."


def _sse(event: TurnEvent, video_id: str, status_url: str, base: str) -> list[tuple[str, dict[str, Any]]]:
    """The Server-Sent Events that tell a turn's event."""
    match event.kind:
        case "delta":
            return [("reply.delta", event.fields)]
        case "restart":
            return [("reply.restart", event.fields)]
        case "reply":
            return [("reply.done", {"reply_text": event.fields["text"]})]
        case "caption":
            return [("caption", event.fields)]
        case "playable":
            return [("video.playable", {"video_id": video_id, "url": videos.stream_url(Video(pk=video_id), base)})]
    video = event.video
    if event.kind == "ended" and video is not None and video.status == Status.READY:
        return [("video.ready", serializers.ready_out(video, base))]
    if event.kind == "timeout" and video is not None:
        waiting = serializers.waiting_out(video, status_url)
        return [("error", {"code": "still_waiting", "message": waiting["detail"], "status_url": waiting["status_url"]})]
    return [("error", {"code": (video.error_code if video else "") or "cancelled", "message": why(video)})]
