"""The two async routes in the OpenAPI document: drf-spectacular sees only DRF's views."""

from typing import Any

REQUEST = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["session_token", "message"],
                "properties": {
                    "session_token": {"type": "string", "format": "uuid"},
                    "message": {"type": "string", "description": "At most CHAT_MAX_CHARACTERS characters."},
                },
            }
        }
    },
}
ERROR = {"type": "object", "properties": {"detail": {"type": "string"}}}
REPLY = {
    "type": "object",
    "properties": {
        "reply_text": {"type": "string"},
        "video_url": {"type": "string", "format": "uri"},
        "video_id": {"type": "string"},
        "duration": {"type": "number", "description": "Seconds."},
        "captions_url": {"type": "string", "format": "uri", "nullable": True},
        "engines": {"type": "object"},
    },
}
WAITING = {
    "type": "object",
    "properties": {
        "detail": {"type": "string"},
        "video_id": {"type": "string"},
        "status": {"type": "string"},
        "status_url": {"type": "string", "format": "uri"},
    },
}
EVENTS = """Server-Sent Events, in order:
`reply.delta` {text} · `reply.restart` {text} (a new attempt: forget what came before) · `caption` {start, end, text,
words} · `video.playable` {video_id, url} (a fragmented MP4 that plays while it is being made) · `reply.done`
{reply_text} · `video.ready` {video_id, video_url, duration, captions_url, engines} or `error` {code, message}."""


def _answer(words: str, schema: dict[str, Any], media_type: str = "application/json") -> dict[str, Any]:
    return {"description": words, "content": {media_type: {"schema": schema}}}


FAILURES = {
    "400": _answer("Malformed JSON, or an empty or over-long message.", ERROR),
    "404": _answer("Invalid session token.", ERROR),
    "409": _answer("The twin has no usable face or voice.", ERROR),
    "415": _answer("Not application/json.", ERROR),
    "429": _answer("Too many requests; see Retry-After.", ERROR),
}


def add_streaming_routes(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """drf-spectacular's post-processing hook. Paths are shown without the slash that may also end them."""
    result["paths"] = {path.rstrip("/"): operations for path, operations in result["paths"].items()}
    result["paths"]["/api/chat"] = {
        "post": {
            "operationId": "chat",
            "description": "Say something; answers when the clip is whole.",
            "tags": ["api"],
            "requestBody": REQUEST,
            "responses": {
                "200": _answer("The reply and its clip.", REPLY),
                "202": _answer("Still being made after CHAT_WAIT_SECONDS.", WAITING),
                "502": _answer("The reply could not be made; the words say why.", ERROR),
                **FAILURES,
            },
        }
    }
    stream = {"type": "string", "format": "binary"}
    result["paths"]["/api/chat/stream"] = {
        "post": {
            "operationId": "chat_stream",
            "description": "Say something; follow the reply while it is written, spoken and shown.",
            "tags": ["api"],
            "requestBody": REQUEST,
            "responses": {"200": _answer(EVENTS, stream, "text/event-stream"), **FAILURES},
        }
    }
    return result
