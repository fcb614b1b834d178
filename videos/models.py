"""What is shown and heard: videos, lipsyncs, speeches."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from avatarsite.core import webhooks
from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job, Status
from avatarsite.core.models import ApiKey, Usage
from avatarsite.core.secrets import EncryptedTextField
from twins.models import Replica, Twin, Voice
from videos import usage
from videos.scripts import source_of
from videos.workplace import folder_of


def new_video_id() -> str:
    return new_id("m")


def new_lipsync_id() -> str:
    return new_id("l")


def new_speech_id() -> str:
    return new_id("s")


def _file_name(video: "Video", name: str) -> str:
    return f"videos/{video.pk}/{name}"


def _lipsync_file(lipsync: "Lipsync", name: str) -> str:
    return f"lipsyncs/{lipsync.pk}/{new_id('')}-{name}"


def _speech_file(speech: "Speech", name: str) -> str:
    return f"speeches/{speech.pk}/{new_id('')}-{name}"


class Told(models.Model):
    """A job whose customer is told of its end."""

    webhook_url = models.CharField(max_length=2_000, blank=True, editable=False, help_text="Told when it is final.")
    dialect = models.CharField(max_length=12, blank=True, editable=False, help_text="Whose shape the webhook has.")
    base_url = models.CharField(max_length=300, blank=True, editable=False, help_text="How its customer reaches us.")
    api_key = models.ForeignKey(ApiKey, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")

    class Meta:
        abstract = True


class Video(Told, Job):
    """A talking clip: words, a voice and a face, made into a file by a job."""

    class Purpose(models.TextChoices):
        CLIP = "clip"
        WELCOME = "welcome"  # a twin's greeting, made once
        IDLE = "idle"  # a twin's silent loop, made once

    class Source(models.TextChoices):
        TEXT = "text"  # `script` was given
        REPLY = "reply"  # the LLM writes `script` while the clip is being made
        AUDIO = "audio"  # no words: `audio` is played, and the lips follow it

    class Background(models.TextChoices):
        OWN = "", "The replica's own"
        COLOR = "color"  # `background_color`
        GREEN = "green"  # RGB 0, 255, 155: what a chroma key takes out
        TRANSPARENT = "transparent"  # WebM with alpha
        MEDIA = "media"  # an image or a video, from `background_source_url`
        PAGE = "page"  # a web page, scrolled, from `background_url`

    id = models.CharField(primary_key=True, max_length=40, default=new_video_id, editable=False)
    name = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, editable=False)
    twin = models.ForeignKey(Twin, on_delete=models.CASCADE, null=True, related_name="videos", editable=False)
    replica = models.ForeignKey(Replica, on_delete=models.RESTRICT, related_name="videos", editable=False)
    voice = models.ForeignKey(Voice, on_delete=models.RESTRICT, null=True, related_name="videos", editable=False)
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.CLIP, editable=False)
    recipe = models.CharField(
        max_length=64, blank=True, editable=False, help_text="What a welcome or idle clip was made from."
    )
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.TEXT, editable=False)
    script = models.TextField(blank=True, editable=False)
    audio = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    audio_url = models.CharField(max_length=2_000, blank=True, editable=False, help_text="Fetched into `audio`.")
    width = models.PositiveSmallIntegerField(editable=False)
    height = models.PositiveSmallIntegerField(editable=False)
    fps = models.PositiveSmallIntegerField(editable=False)
    background = models.CharField(
        max_length=12, choices=Background.choices, blank=True, default=Background.OWN, editable=False
    )
    background_color = models.CharField(max_length=7, blank=True, editable=False, help_text="#rrggbb.")
    background_source_url = models.CharField(max_length=2_000, blank=True, editable=False)
    background_url = models.CharField(max_length=2_000, blank=True, editable=False)
    background_file = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    watermark_url = models.CharField(max_length=2_000, blank=True, editable=False)
    watermark_file = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    properties = models.JSONField(default=dict, blank=True, editable=False, help_text="How a page is scrolled.")
    fast = models.BooleanField(default=False, editable=False, help_text="Only the video: no preview, no HLS.")
    duration = models.FloatField(null=True, editable=False, help_text="Seconds.")
    playable_at = models.DateTimeField(null=True, editable=False, help_text="When its first fragment could be played.")
    file = models.FileField(upload_to=_file_name, max_length=200, editable=False)
    captions = models.FileField(upload_to=_file_name, max_length=200, editable=False)
    poster = models.FileField(upload_to=_file_name, max_length=200, editable=False)
    webm = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    preview = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    timings = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    playlist = models.FileField(
        upload_to=_file_name, max_length=200, blank=True, editable=False, help_text="HLS; its addresses are unsigned."
    )
    engines = models.JSONField(default=dict, editable=False, help_text="Which engine served each layer.")

    # while a vendor makes it: see videos/remote.py
    vendor = models.CharField(max_length=40, blank=True, editable=False, help_text="Alias of the renderer asked last.")
    vendor_id = models.CharField(max_length=200, blank=True, editable=False, help_text="The job's id there.")
    vendor_since = models.DateTimeField(null=True, editable=False, help_text="When it was asked.")
    vendor_until = models.DateTimeField(null=True, editable=False, help_text="When it is given up on.")
    next_look_at = models.DateTimeField(
        null=True, editable=False, help_text="When the vendor is asked next: how it stands, or at last to forget it."
    )
    vendor_result = EncryptedTextField(blank=True, editable=False, help_text="Where the vendor keeps what it made.")
    vendor_notes = models.JSONField(default=dict, editable=False, help_text="What was ordered, and what failed.")
    speech = models.FileField(
        upload_to=_file_name, max_length=200, blank=True, editable=False, help_text="What a vendor's face is to say."
    )

    class Meta(Job.Meta):
        abstract = False
        ordering = ["-created_at"]
        indexes = [
            *Job.Meta.indexes,
            models.Index(fields=["owner", "purpose", "-created_at", "-id"], name="video_of_account"),
            models.Index(fields=["next_look_at"], name="video_looks", condition=models.Q(next_look_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["twin", "purpose", "recipe"],
                condition=models.Q(purpose__in=["welcome", "idle"]),
                name="video_one_per_recipe",
            )
        ]

    def __str__(self) -> str:
        return self.pk

    @classmethod
    def startable(cls, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Not while the face is still being trained: it waits, and starts by itself."""
        return rows.exclude(replica__status__in=[Status.QUEUED, Status.RUNNING])

    @classmethod
    def parked(cls, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        return rows.filter(next_look_at__isnull=False)

    def ended(self) -> None:
        source_of(self.source).ended(self)
        if self.dialect:  # asked for as a video, not as a reply in a chat
            usage.note(self, Usage.Kind.VIDEO)
        if self.webhook_url and self.owner:
            payload = import_string(settings.VIDEO_WEBHOOKS[self.dialect])(self)
            webhooks.send(self.owner, self.webhook_url, payload, f"video.{self.status}", about=self.pk)

    @property
    def stream_path(self) -> Path:
        """The growing file of the running attempt; gone once the clip is final."""
        return folder_of(self.pk, self.attempt) / "clip.mp4"


class Lipsync(Told, Job):
    """An existing video of a person, made to say another sound: the same pictures, the lips re-made."""

    id = models.CharField(primary_key=True, max_length=40, default=new_lipsync_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, editable=False)
    name = models.CharField(max_length=200, blank=True)
    original_video_url = models.CharField(max_length=2_000, blank=True, editable=False)
    source_audio_url = models.CharField(max_length=2_000, blank=True, editable=False)
    original_video = models.FileField(upload_to=_lipsync_file, max_length=200, blank=True, editable=False)
    source_audio = models.FileField(upload_to=_lipsync_file, max_length=200, blank=True, editable=False)
    file = models.FileField(upload_to=_lipsync_file, max_length=200, blank=True, editable=False)
    duration = models.FloatField(null=True, editable=False, help_text="Seconds.")

    class Meta(Job.Meta):
        abstract = False
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.pk

    def ended(self) -> None:
        if self.webhook_url and self.owner:
            payload = import_string(settings.LIPSYNC_WEBHOOKS[self.dialect])(self)
            webhooks.send(self.owner, self.webhook_url, payload, f"lipsync.{self.status}", about=self.pk)


class Speech(Told, Job):
    """A text, spoken by a replica's voice into a file."""

    id = models.CharField(primary_key=True, max_length=40, default=new_speech_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, editable=False)
    name = models.CharField(max_length=200, blank=True)
    script = models.TextField(editable=False)
    replica = models.ForeignKey(Replica, on_delete=models.RESTRICT, related_name="speeches", editable=False)
    voice = models.ForeignKey(Voice, on_delete=models.RESTRICT, null=True, related_name="speeches", editable=False)
    file = models.FileField(upload_to=_speech_file, max_length=200, blank=True, editable=False)
    duration = models.FloatField(null=True, editable=False, help_text="Seconds.")

    class Meta(Job.Meta):
        abstract = False
        ordering = ["-created_at"]
        verbose_name_plural = "speeches"

    def __str__(self) -> str:
        return self.pk

    @classmethod
    def startable(cls, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        """Not while the replica is still being trained, and its voice with it."""
        return rows.exclude(replica__status__in=[Status.QUEUED, Status.RUNNING])

    def ended(self) -> None:
        usage.note(self, Usage.Kind.SPEECH)
        if self.webhook_url and self.owner:
            payload = import_string(settings.SPEECH_WEBHOOKS[self.dialect])(self)
            webhooks.send(self.owner, self.webhook_url, payload, f"speech.{self.status}", about=self.pk)
