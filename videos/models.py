"""What is shown: videos."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

from avatarsite.core import webhooks
from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job
from twins.models import Replica, Twin, Voice
from videos.scripts import source_of


def new_video_id() -> str:
    return new_id("m")


def _file_name(video: "Video", name: str) -> str:
    return f"videos/{video.pk}/{name}"


class Video(Job):
    """A talking clip: words, a voice and a face, made into a file by a job."""

    class Purpose(models.TextChoices):
        CLIP = "clip"
        WELCOME = "welcome"  # a twin's greeting, made once
        IDLE = "idle"  # a twin's silent loop, made once

    class Source(models.TextChoices):
        TEXT = "text"  # `script` was given
        REPLY = "reply"  # the LLM writes `script` while the clip is being made
        AUDIO = "audio"  # no words: `audio` is played, and the lips follow it

    id = models.CharField(primary_key=True, max_length=40, default=new_video_id, editable=False)
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
    webhook_url = models.CharField(max_length=2_000, blank=True, editable=False, help_text="Told when it is final.")
    dialect = models.CharField(max_length=12, blank=True, editable=False, help_text="Whose shape the webhook has.")
    base_url = models.CharField(max_length=300, blank=True, editable=False, help_text="How its customer reaches us.")
    width = models.PositiveSmallIntegerField(editable=False)
    height = models.PositiveSmallIntegerField(editable=False)
    fps = models.PositiveSmallIntegerField(editable=False)
    duration = models.FloatField(null=True, editable=False, help_text="Seconds.")
    playable_at = models.DateTimeField(null=True, editable=False, help_text="When its first fragment could be played.")
    file = models.FileField(upload_to=_file_name, max_length=200, editable=False)
    captions = models.FileField(upload_to=_file_name, max_length=200, editable=False)
    poster = models.FileField(upload_to=_file_name, max_length=200, editable=False)
    engines = models.JSONField(default=dict, editable=False, help_text="Which engine served each layer.")

    class Meta(Job.Meta):
        abstract = False
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["twin", "purpose", "recipe"],
                condition=models.Q(purpose__in=["welcome", "idle"]),
                name="video_one_per_recipe",
            )
        ]

    def __str__(self) -> str:
        return self.pk

    def ended(self) -> None:
        source_of(self.source).ended(self)
        if self.webhook_url and self.owner:
            payload = import_string(settings.VIDEO_WEBHOOKS[self.dialect])(self)
            webhooks.send(self.owner, self.webhook_url, payload, f"video.{self.status}")

    @property
    def stream_path(self) -> Path:
        """The growing file of the running attempt; gone once the clip is final."""
        return Path(settings.STREAMS_DIR) / self.pk / f"{self.attempt}.mp4"
