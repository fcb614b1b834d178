"""Lipsync: a film of a person, made to say another sound."""

from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from avatarsite.core.api.errors import ApiError
from avatarsite.core.api.idempotency import idempotent
from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from conversations.api_tavus import fields
from conversations.api_tavus.door import TavusView, bad_request, iso, listed, unknown
from conversations.api_tavus.fields import Body
from conversations.api_tavus.openapi import HARD, OF_ID, Shape, described, page, paging
from conversations.api_tavus.telling import told
from videos import lipsyncs
from videos.models import Lipsync
from videos.selectors import base_url, stored_url

LONGEST_NAME = 200
NEW = ("lipsync_id", "status", "callback_url", "lipsync_name", "request_id", "request_name")
STATUSES = {
    Status.QUEUED: "started",
    Status.RUNNING: "started",
    Status.READY: "completed",
    Status.ERROR: "error",
    Status.CANCELLED: "error",
}


class LipsyncIn(Shape):
    original_video_url = serializers.CharField(help_text="An .mp4 of 3 s to 5 min.")
    source_audio_url = serializers.CharField(help_text="An .mp3 or .wav of 3 s to 5 min.")
    lipsync_name = serializers.CharField(required=False, max_length=LONGEST_NAME)
    callback_url = serializers.CharField(required=False)


class NewLipsyncOut(Shape):
    lipsync_id = serializers.CharField()
    status = serializers.CharField(default="started")
    callback_url = serializers.CharField()
    lipsync_name = serializers.CharField()
    request_id = serializers.CharField(help_text="The same as lipsync_id, for older clients.")
    request_name = serializers.CharField(help_text="The same as lipsync_name.")


class LipsyncOut(NewLipsyncOut):
    status = serializers.ChoiceField(sorted(set(STATUSES.values())))  # type: ignore[assignment]
    status_details = serializers.CharField(help_text="What went wrong.")
    video_url = serializers.CharField(allow_null=True, help_text="When it is completed.")
    created_at = serializers.DateTimeField()


class LipsyncsView(TavusView):
    @described(
        "create_lipsync",
        NewLipsyncOut(),
        post=True,
        request=LipsyncIn,
        example={
            "original_video_url": "https://example.com/video.mp4",
            "source_audio_url": "https://example.com/audio.mp3",
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Have a film's lips follow another sound."""
        body = self.body
        film, sound = (_source(body, name) for name in ("original_video_url", "source_audio_url"))
        name = fields.text(body, "lipsync_name", most=LONGEST_NAME).strip()
        lipsync = lipsyncs.create(self.account, name, film=film, sound=sound, **told(request, body))
        facts = shown(lipsync, base_url(request._request))
        return Response({name: facts[name] for name in NEW})

    @described("list_lipsyncs", page(LipsyncOut), parameters=paging(1), refusals=(400,))
    def get(self, request: Request) -> Response:
        """The account's lipsyncs, the newest first."""
        base = base_url(request._request)
        return listed(_of(self.account).order_by("-created_at", "-pk"), request, lambda row: shown(row, base))


class LipsyncView(TavusView):
    @described("get_lipsync", LipsyncOut(), refusals=OF_ID)
    def get(self, request: Request, lipsync_id: str) -> Response:
        """A lipsync."""
        return Response(shown(_own(self.account, lipsync_id), base_url(request._request)))

    @described("delete_lipsync", status=204, parameters=[HARD], refusals=OF_ID)
    def delete(self, request: Request, lipsync_id: str) -> Response:
        """Delete a lipsync with its files; one that is being made is stopped."""
        lipsyncs.erase(_own(self.account, lipsync_id))
        return Response(status=HTTPStatus.NO_CONTENT)


def shown(lipsync: Lipsync, base: str) -> dict[str, Any]:
    """A lipsync in answers and callbacks."""
    return {
        "lipsync_id": lipsync.pk,
        "lipsync_name": lipsync.name,
        "status": STATUSES[Status(lipsync.status)],
        "status_details": lipsync.status_details,
        "callback_url": lipsync.webhook_url,
        "video_url": stored_url(lipsync.file, base),
        "created_at": iso(lipsync.created_at),
        "request_id": lipsync.pk,
        "request_name": lipsync.name,
    }


def webhook(lipsync: Lipsync) -> dict[str, Any]:
    """What a customer is told when it is final."""
    return shown(lipsync, lipsync.base_url)


def _source(body: Body, name: str) -> str:
    """The address of a file. Raises ApiError 400 that begins as the platform's."""
    try:
        return fields.url(body, name, required=True)
    except ApiError as error:
        raise bad_request(f"Invalid {name}: {error.message}") from error


def _of(account: User) -> QuerySet[Lipsync]:
    return Lipsync.objects.filter(owner=account)


def _own(account: User, lipsync_id: str) -> Lipsync:
    return _of(account).filter(pk=lipsync_id).first() or unknown("lipsync_id")
