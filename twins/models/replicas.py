"""Faces, and the consent of the people whose faces they are."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.module_loading import import_string

from avatarsite.core import webhooks
from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job, Status
from twins.models.owned import Owned
from twins.models.voices import Voice


def new_replica_id() -> str:
    return new_id("r")


def new_consent_id() -> str:
    return new_id("a")


def _file_name(replica: "Replica", name: str) -> str:
    """A new name each time: what is being read is never overwritten."""
    return f"replicas/{replica.pk}/{new_id('')}-{name}"


def _clip_name(consent: "Consent", name: str) -> str:
    return f"consents/{consent.pk}/{new_id('')}-{name}"


class Faces(models.Manager["Replica"]):
    """Replicas that there are; a deleted one is only what finished videos refer to."""

    def get_queryset(self) -> "models.QuerySet[Replica]":
        return super().get_queryset().filter(deleted_at=None)


class Replica(Owned, Job):  # type: ignore[misc]  # both have a created_at; Owned's is the one kept
    """A face, and the job of training it from what the customer gave; a drawn portrait is ready at once.

    READY: `package` (and `footage`) can be shown. ERROR: `error_code` and `status_details` say what is wrong with
    the customer's material, in the words that the dialect promises.
    """

    class Kind(models.TextChoices):
        DRAWN = "drawn", "Drawn portrait"
        PHOTO = "photo", "Photo"
        VIDEO = "video", "Training video"

    class Framing(models.TextChoices):
        CLOSE = "close", "Head and shoulders"
        SEATED = "seated", "Seated, to the waist"

    Status = Status

    id = models.CharField(primary_key=True, max_length=40, default=new_replica_id, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.DRAWN)
    portrait = models.CharField(max_length=40, blank=True, help_text="Which drawn portrait, e.g. amara.")
    framing = models.CharField(max_length=8, choices=Framing.choices, default=Framing.CLOSE)
    voice = models.ForeignKey(
        Voice, on_delete=models.SET_NULL, null=True, blank=True, related_name="replicas", help_text="Its own voice."
    )
    model_name = models.CharField(max_length=40, blank=True, help_text="As the customer named it.")
    green_screen = models.BooleanField(default=False, help_text="The person stands before a green screen.")

    # what it is trained from: files given, or addresses that the job fetches them from
    source_image = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    source_video = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    image_url = models.CharField(max_length=2_000, blank=True, editable=False)
    video_url = models.CharField(max_length=2_000, blank=True, editable=False)
    consent_url = models.CharField(max_length=2_000, blank=True, editable=False)

    # what training made of it, for the renderer
    package = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    footage = models.FileField(upload_to=_file_name, max_length=200, blank=True, editable=False)
    quality = models.JSONField(default=dict, blank=True, editable=False, help_text="What the checks measured.")

    vendor_faces = models.JSONField(
        default=dict,
        blank=True,
        help_text='The same face at vendors: {"did": {"kind": "clips", "presenter_id": "…"}, …}.',
    )

    webhook_url = models.CharField(max_length=2_000, blank=True, editable=False, help_text="Told when it is final.")
    dialect = models.CharField(max_length=12, blank=True, editable=False, help_text="Whose shape the webhook has.")
    revoked_at = models.DateTimeField(null=True, editable=False, help_text="When the person took the consent back.")
    deleted_at = models.DateTimeField(null=True, editable=False, help_text="Nothing but its id is left.")

    objects = Faces()

    class Meta(Job.Meta):
        abstract = False
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        from twins.portraits import names

        if self.kind == self.Kind.DRAWN and self.portrait not in names():
            raise ValidationError(
                {"portrait": f"There is no portrait of that name. Choose one of: {', '.join(names())}."}
            )

    @property
    def usable(self) -> bool:
        return self.status == Status.READY and self.revoked_at is None and self.deleted_at is None

    @property
    def trouble(self) -> str:
        """Why this face cannot be shown, in words; "" when it can."""
        if self.deleted_at:
            return "It was deleted."
        if self.revoked_at:
            return "The person has taken back the consent to it."
        if self.status in (Status.QUEUED, Status.RUNNING):
            return "It is still being trained."
        return "" if self.status == Status.READY else self.status_details or "It is not ready."

    def ended(self) -> None:
        from twins.replicas import give_voice, tidy

        tidy(self)
        give_voice(self)
        if self.webhook_url and self.owner:
            payload = import_string(settings.REPLICA_WEBHOOKS[self.dialect])(self)
            webhooks.send(self.owner, self.webhook_url, payload, f"replica.{self.status}", about=self.pk)


class Consent(Owned):
    """That a person agrees to a replica of their face and voice: asked for, given, and perhaps taken back.

    SPOKEN: the person reads `phrase` aloud in a clip; `transcript` and `score` (0 to 1, share of the phrase's words
    heard in their order) tell how well it matched. STATEMENT: the owner declares in writing to have the consent.
    """

    class Kind(models.TextChoices):
        SPOKEN = "spoken", "Spoken by the person"
        STATEMENT = "statement", "Signed statement of the owner"

    id = models.CharField(primary_key=True, max_length=40, default=new_consent_id, editable=False)
    replica = models.ForeignKey(Replica, on_delete=models.CASCADE, null=True, blank=True, related_name="consents")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SPOKEN)
    person = models.CharField(max_length=120, blank=True, help_text="The full name of whoever consents.")
    phrase = models.TextField(blank=True, help_text="What the person was asked to say, or what the owner signed.")
    signed_by = models.CharField(max_length=120, blank=True, help_text="Who signed the statement.")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="consents_asked"
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    clip = models.FileField(upload_to=_clip_name, max_length=200, blank=True, editable=False)
    transcript = models.TextField(blank=True, editable=False)
    score = models.FloatField(null=True, editable=False, help_text="0 to 1.")
    engine = models.CharField(max_length=40, blank=True, editable=False, help_text="Which STT engine heard it.")
    given_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.person or 'A person'} ({self.get_kind_display()})"
