"""Videos: of words, of a recording, or of what the LLM answers; made by a job, and waited for when asked."""

import json
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core import fetch, jobs
from avatarsite.core.api.apart import rendered
from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.pagination import page_of
from avatarsite.core.api.threads import in_thread
from avatarsite.core.engines import EngineFailed
from avatarsite.core.jobs import Status
from conversations import services as conversations
from conversations.api_persona.chats import AnswerIn, session_in, wishes_in
from conversations.api_persona.envelope import FormView, PersonaView, refusal, success
from conversations.api_persona.fields import MOST_WEBHOOK, Id, Shape, Text, Truth
from conversations.api_persona.finding import twin_of, video_of, videos_of
from conversations.api_persona.looks import LooksIn, looks_in
from conversations.api_persona.openapi import LIMIT, PAGE, WAIT, described, form
from conversations.api_persona.videos_out import VideoOut, VideosOut, shown
from conversations.turns import CLIPS, Turn
from twins.models import Twin
from videos import recordings
from videos import services as clips
from videos.models import Video, new_video_id
from videos.selectors import base_url

MOST_SCRIPT = 5_000  # characters
MOST_WAIT = 300.0  # seconds
SECONDS = 60.0  # that checking a recording may take
DONE, STARTED = "Video generation completed", "Video generation started"


class WaitIn(Shape):
    wait = serializers.FloatField(min_value=0, max_value=MOST_WAIT, default=0.0)


class VideoIn(LooksIn):
    twinId = Id()
    input = Text(required=False, max_length=MOST_SCRIPT, help_text="The words; this, audioUrl or audio.")
    audioUrl = Text(
        required=False,
        max_length=2_000,
        help_text="A recording that the twin's lips follow: 3 s to 10 min; it is fetched by the job.",
    )
    audio = serializers.FileField(required=False, help_text="The recording itself: WAV, MP3, OGG, FLAC, M4A or WebM.")
    stitch = Truth(required=False, help_text="Accepted; a video always shows the whole picture.")
    webhookUrl = Text(required=False, max_length=MOST_WEBHOOK, help_text="Told when the video is final.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len({"input", "audioUrl", "audio"} & attrs.keys()) != 1:
            raise serializers.ValidationError({"input": "Send one of input, audioUrl and audio."})
        return attrs


class LlmVideoIn(LooksIn, AnswerIn):
    twinId = Id()
    input = Text(max_length=settings.CHAT_MAX_CHARACTERS)
    stitch = Truth(required=False, help_text="Accepted; a video always shows the whole picture.")
    webhookUrl = Text(required=False, max_length=MOST_WEBHOOK, help_text="Told when the video is final.")


def waitable(view: Any) -> Any:
    """A view that queues a video, made to hold its request for `?wait=` seconds without holding a thread."""

    @wraps(view)
    async def answer(request: HttpRequest, **names: str) -> HttpResponseBase:
        response: HttpResponse = await rendered(view, request, names)
        if response.status_code != HTTPStatus.ACCEPTED:
            return response
        seconds = float(request.GET.get("wait") or 0)  # the view has checked it
        return (
            await _when_made(json.loads(response.content)["data"]["videoId"], seconds, base_url(request))
            if seconds
            else response
        )

    return csrf_exempt(answer)


async def _when_made(video_id: str, seconds: float, base: str) -> HttpResponseBase:
    """The answer once the video is final, or as it is after `seconds`."""
    async with CLIPS.watch(video_id) as signals:
        async for event in Turn(video_id, signals).events(patience=seconds):
            if event.kind in ("ended", "timeout"):
                return await _outcome(video_id, base)
    raise AssertionError("a turn ends with an event that says so")


@in_thread
def _outcome(video_id: str, base: str) -> HttpResponseBase:
    video = Video.objects.select_related("message").filter(pk=video_id).first()
    if video is None or video.status in (Status.ERROR, Status.CANCELLED):
        words, code = (video.status_details, video.error_code) if video else ("The video was deleted.", "video_deleted")
        return JsonResponse(refusal(words, code or "cancelled"), status=HTTPStatus.BAD_GATEWAY)
    ready = video.status == Status.READY
    body = {"success": True, "message": DONE if ready else STARTED, "data": shown(video, base)}
    return JsonResponse(body, status=HTTPStatus.OK if ready else HTTPStatus.ACCEPTED)


class VideoForm(FormView):
    """What asking for a video of either kind has in common."""

    def clip(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Further fields of the video's row; checks `?wait=` too, before anything is made."""
        self.read(WaitIn, self.request.query_params)
        webhook = fields.get("webhookUrl", "")
        if webhook:
            fetch.check(webhook)
        told = {"webhook_url": webhook, "dialect": "persona", "base_url": base_url(self.request._request)}
        return told | {"api_key": self.request.auth} | looks_in(fields)

    def usable(self, twin_id: str) -> Twin:
        twin = twin_of(self.account, twin_id)
        if twin.trouble:
            raise ApiError(HTTPStatus.CONFLICT, twin.trouble, "twin_unusable")
        return twin

    def started(self, video_id: str) -> Response:
        data = shown(video_of(self.account, video_id), base_url(self.request._request))
        return success(STARTED, data, HTTPStatus.ACCEPTED)


class VideosView(VideoForm):
    @described(
        "twinVideoResponse",
        DONE,
        VideoOut(),
        request=form(VideoIn),
        status=(200, 202),
        refusals=(404, 502),
        parameters=[WAIT],
        example={"twinId": "amara", "input": "Welcome to the museum!"},
    )
    @idempotent(waits=SECONDS)
    def post(self, request: Request) -> Response:
        """A full video of words, or of a recording, without the LLM. 202 with its id; 200 when waited for and made."""
        fields = self.read(VideoIn)
        clip, twin = self.clip(fields), self.usable(fields["twinId"])
        if self.made_before:
            return self.started(self.made_before)
        if "input" in fields:
            words: dict[str, Any] = {
                "source": Video.Source.TEXT,
                "script": conversations.check_words(fields["input"], "input"),
            }
        else:
            words = {"source": Video.Source.AUDIO, **_recording(fields)}
        with transaction.atomic():
            video = clips.ask(twin, owner=self.account, **words, **clip)
            self.remember(video.pk)
        return self.started(video.pk)

    @described("listVideos", "Videos fetched successfully", VideosOut(), parameters=[PAGE, LIMIT], refusals=(400,))
    def get(self, request: Request) -> Response:
        """The account's videos, newest first."""
        page = page_of(videos_of(self.account).order_by("-created_at", "-pk"), request.query_params)
        base = base_url(request._request)
        return success(
            "Videos fetched successfully", {"videos": [shown(video, base) for video in page.items], **page.counts}
        )


class LlmVideosView(VideoForm):
    @described(
        "twinVideoLlmResponse",
        DONE,
        VideoOut(),
        request=form(LlmVideoIn),
        status=(200, 202),
        refusals=(404, 502),
        parameters=[WAIT],
        example={
            "twinId": "amara",
            "input": "What can you do?",
            "userId": "u0123456789abcdef",
            "personalityId": "p-amara",
            "sessionId": "6f0f2a55-3a52-4d0e-9c49-7f5f1f9a3a11",
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """The LLM's reply as a full video. 202 with its id; 200 with llmResponse when waited for and made."""
        fields = self.read(LlmVideoIn)
        clip, twin = self.clip(fields), self.usable(fields["twinId"])
        session = session_in(self.account, fields)
        text = conversations.check_message(fields["input"], "input")
        options = wishes_in(fields).options
        video = conversations.say(session, text, new_video_id(), twin=twin, options=options, clip=clip)
        return self.started(video.pk)


class VideoView(PersonaView):
    @described("getVideo", "Video fetched successfully", VideoOut(), refusals=(404,))
    def get(self, request: Request, video_id: str) -> Response:
        """A video: how far it is, and where it can be had."""
        video = video_of(self.account, video_id)
        return success("Video fetched successfully", shown(video, base_url(request._request)))

    @described("deleteVideo", "Video deleted successfully", refusals=(404,))
    def delete(self, request: Request, video_id: str) -> Response:
        """Delete a video with its files; one that is being made is stopped."""
        clips.erase(video_of(self.account, video_id))
        return success("Video deleted successfully", [])


class VideoCancelView(PersonaView):
    @described("cancelVideo", "Video cancelled successfully", VideoOut(), post=True, refusals=(404,))
    @idempotent
    def post(self, request: Request, video_id: str) -> Response:
        """Stop a video that is not final."""
        video = video_of(self.account, video_id)
        if not jobs.cancel(video):
            raise ApiError(HTTPStatus.CONFLICT, "The video is final already.", "video_final")
        return success("Video cancelled successfully", shown(video, base_url(request._request)))


def _recording(fields: dict[str, Any]) -> dict[str, Any]:
    """The recording that was sent, checked; a linked one is fetched by the job. Raises ApiError naming the field."""
    field = "audio" if "audio" in fields else "audioUrl"
    try:
        if field == "audioUrl":
            fetch.check(fields["audioUrl"])
            return {"audio_url": fields["audioUrl"]}
        recordings.check(fields["audio"])
    except EngineFailed as error:
        raise ApiError(HTTPStatus.BAD_REQUEST, f"{field}: {error.message}", error.code) from error
    fields["audio"].name = "speech"  # never what the customer called it
    return {"audio": fields["audio"]}
