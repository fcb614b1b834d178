"""Videos: a replica says a script, or its lips follow a recording."""

from http import HTTPStatus
from typing import Any

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.api.parsing import FormParser
from avatarsite.core.ids import new_id
from avatarsite.core.models import User
from conversations.api_tavus import fields
from conversations.api_tavus.door import AnyJson, TavusView, bad_request, unknown
from conversations.api_tavus.fields import Body
from conversations.api_tavus.openapi import HARD, OF_ID, Shape, described, page, paging
from conversations.api_tavus.replicas import speaking_replica
from conversations.api_tavus.telling import told
from conversations.api_tavus.videos_out import NewVideoOut, VideoOut, created
from conversations.api_tavus.videos_read import read_video, read_videos, videos_of
from videos import options
from videos import services as clips
from videos.models import Video
from videos.selectors import base_url

LONGEST_NAME = 200
NAMES = {"watermark_url": "watermark_image_url"}  # option: its name in this dialect
SCROLLING = {
    "background_scroll_type": ("human", "smooth"),
    "background_scroll_depth": ("middle", "bottom"),
    "background_scroll_return": ("return", "halt"),
}
VERBOSE = OpenApiParameter("verbose", OpenApiTypes.BOOL, description="With thumbnails.", default=False)


class PropertiesIn(Shape):
    background_scroll = serializers.BooleanField(required=False, help_text="Whether the page moves; true.")
    background_scroll_type = serializers.ChoiceField(SCROLLING["background_scroll_type"], required=False)
    background_scroll_depth = serializers.ChoiceField(SCROLLING["background_scroll_depth"], required=False)
    background_scroll_return = serializers.ChoiceField(SCROLLING["background_scroll_return"], required=False)
    start_with_wave = serializers.BooleanField(required=False, help_text="Accepted; replicas here do not wave.")


class VideoIn(Shape):
    replica_id = serializers.CharField()
    script = serializers.CharField(required=False, max_length=fields.MOST_TEXT, help_text="The words; or audio_url.")
    audio_url = serializers.CharField(required=False, help_text="A .wav or .mp3 of 3 s to 10 min, up to 750 MB.")
    audio_file = serializers.FileField(required=False, help_text="The recording itself, in a form.")
    video_name = serializers.CharField(required=False, max_length=LONGEST_NAME)
    callback_url = serializers.CharField(required=False)
    background_url = serializers.CharField(required=False, help_text="A web page to stand before.")
    background_source_url = serializers.CharField(required=False, help_text="A picture or film to stand before.")
    watermark_image_url = serializers.CharField(required=False, help_text="A PNG or JPEG.")
    fast = serializers.BooleanField(required=False, help_text="No thumbnails and no stream_url.")
    transparent_background = serializers.BooleanField(required=False, help_text="A .webm with alpha; needs fast.")
    properties = PropertiesIn(required=False)


class VideoNameIn(Shape):
    video_name = serializers.CharField(max_length=LONGEST_NAME)


class VideosView(TavusView):
    parser_classes = [AnyJson, FormParser]

    @described(
        "create_video",
        NewVideoOut(),
        post=True,
        request={"application/json": VideoIn, "multipart/form-data": VideoIn},
        example={"replica_id": "re8e740a42", "script": "Hello, and welcome!"},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Ask for a video. One of a replica that is still being trained waits for it."""
        body = self.body
        replica = speaking_replica(self.account, body)
        row = {
            "name": fields.text(body, "video_name", most=LONGEST_NAME).strip(),
            **told(request, body),
            **_looks(body),
        }
        with transaction.atomic():
            video = clips.ask(
                None,
                replica=replica,
                voice=replica.voice,
                owner=self.account,
                video_id=new_id(""),
                **_speech(body),
                **row,
            )
        return Response(created(video, base_url(request._request)))

    @described("list_videos", page(VideoOut), parameters=paging(0), refusals=(400,))
    def get(self, request: Request) -> Response:
        """The account's videos, the newest first."""
        return Response(read_videos(request._request, self.account))


class VideoView(TavusView):
    @described("get_video", VideoOut(), parameters=[VERBOSE], refusals=OF_ID)
    def get(self, request: Request, video_id: str) -> Response:
        """A video: how far it is, and where it can be had."""
        return Response(read_video(request._request, self.account, video_id))

    @described("delete_video", status=204, parameters=[HARD], refusals=OF_ID)
    def delete(self, request: Request, video_id: str) -> Response:
        """Delete a video with its files; one that is being made is stopped."""
        clips.erase(_own(self.account, video_id))
        return Response(status=HTTPStatus.NO_CONTENT)


class VideoNameView(TavusView):
    @described("rename_video", status=204, request=VideoNameIn, refusals=OF_ID)
    def patch(self, request: Request, video_id: str) -> Response:
        """Rename a video."""
        video = _own(self.account, video_id)
        video.name = fields.text(self.body, "video_name", required=True, most=LONGEST_NAME).strip()
        video.save(update_fields=["name"])
        return Response(status=HTTPStatus.NO_CONTENT)


def _own(account: User, video_id: str) -> Video:
    return videos_of(account).filter(pk=video_id).first() or unknown("video_id")


def _speech(body: Body) -> dict[str, Any]:
    """What is said: a script, or a recording as a link or as a file. Raises ApiError 400."""
    given = [name for name in ("script", "audio_url", "audio_file") if body.get(name) not in (None, "")]
    if not given:
        raise bad_request("script or audio_url is required")
    if len(given) > 1:
        raise bad_request(f"{given[1]}: give either {given[0]} or {given[1]}, not both")
    if given[0] == "script":
        return {"source": Video.Source.TEXT, "script": fields.text(body, "script", required=True)}
    if given[0] == "audio_url":
        return {"source": Video.Source.AUDIO, "audio_url": fields.url(body, "audio_url")}
    file = body["audio_file"]
    if not hasattr(file, "chunks"):
        raise bad_request("audio_file: send a file in a multipart/form-data body, or use audio_url")
    file.name = "speech"  # never what the customer called it
    return {"source": Video.Source.AUDIO, "audio": file}


def _looks(body: Body) -> dict[str, Any]:
    """How it is to look, as fields of its row. Raises ApiError 400 and OptionRefused, in this dialect's names."""
    given: dict[str, Any] = {
        name: fields.url(body, NAMES.get(name, name))
        for name in ("background_url", "background_source_url", "watermark_url")
    }
    given["fast"] = fields.truth(body, "fast")
    if fields.truth(body, "transparent_background"):
        if not given["fast"]:
            raise bad_request("transparent_background: needs fast to be true too")
        given["background"] = "transparent"
    scrolling = _scrolling(fields.mapping(body, "properties"))
    if given["background_url"]:
        given |= scrolling
    return options.read(given, NAMES)


def _scrolling(properties: Body) -> dict[str, Any]:
    """How the page behind the person moves; without a page it is checked, and goes no further."""
    fields.truth(properties, "start_with_wave", default=True)
    chosen = {name: fields.choice(properties, name, words) for name, words in SCROLLING.items()}
    return {"background_scroll": fields.truth(properties, "background_scroll", default=True), **chosen}
