"""Accounts: who may use the platform, and with which keys; their webhooks, and requests that they send twice."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job, Status
from avatarsite.core.secrets import EncryptedTextField


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


def new_user_id() -> str:
    return new_id("u")


class User(AbstractBaseUser, PermissionsMixin):
    """A customer or a member of the staff; logs in by e-mail."""

    id = models.CharField(primary_key=True, max_length=40, default=new_user_id, editable=False)
    email = models.EmailField(unique=True, error_messages={"unique": "This e-mail address has an account already."})
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the admin site.")
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email


class ApiKey(models.Model):
    """A key of a customer. The key itself is shown once; only its keyed hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80, default="default")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=24, editable=False, help_text="How the key begins and ends.")
    allowed_addresses = models.JSONField(
        default=list, blank=True, help_text="Addresses or networks that may use it, e.g. 203.0.113.0/24; empty: all."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.hint})"


class ProviderKey(models.Model):
    """The key of an account, or of the whole site, at a vendor of settings.VENDORS; it is never shown again."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="provider_keys")
    vendor = models.CharField(max_length=40)
    secret = EncryptedTextField()
    hint = models.CharField(max_length=12, editable=False, help_text="Its last characters.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    tested_at = models.DateTimeField(null=True, editable=False)
    trouble = models.TextField(blank=True, editable=False, help_text="What the vendor said at the last test.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "vendor"], name="provider_key_of_account"),
            models.UniqueConstraint(fields=["vendor"], condition=Q(owner=None), name="provider_key_of_site"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} …{self.hint}"


class Usage(models.Model):
    """What an account used: one row for each thing that was made or talked, written when it ended."""

    class Kind(models.TextChoices):
        VIDEO = "video", "Minutes of video made"
        SPEECH = "speech", "Minutes of speech made"
        CONVERSATION = "conversation", "Minutes talked"

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="usage")
    api_key = models.ForeignKey(ApiKey, on_delete=models.SET_NULL, null=True, related_name="usage")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    of = models.CharField(max_length=40, help_text="The id of what was made.")
    seconds = models.FloatField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "usage"
        constraints = [models.UniqueConstraint(fields=["kind", "of"], name="usage_once")]
        indexes = [models.Index(fields=["owner", "kind", "at"], name="usage_of_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.of}"


class Worker(models.Model):
    """A worker's sign of life: one row per worker process, renewed every few seconds."""

    name = models.CharField(primary_key=True, max_length=120)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


def new_delivery_id() -> str:
    return new_id("w")


class WebhookSecret(models.Model):
    """What an account's webhooks are signed with: one for all its endpoints; for a day after a change, two."""

    owner = models.OneToOneField(User, on_delete=models.CASCADE, related_name="webhook_secret", primary_key=True)
    current = EncryptedTextField()
    previous = EncryptedTextField(blank=True)
    rotated_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"of {self.owner_id}"


class WebhookEndpoint(models.Model):
    """How an address that an account gave for webhooks has behaved."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="webhook_endpoints", editable=False)
    url = models.CharField(max_length=2_048, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    disabled_at = models.DateTimeField(null=True, editable=False)
    disabled_because = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "url"], name="webhookendpoint_once")]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(Job):
    """One event for one endpoint; its id is the same on every attempt, so that a receiver can tell a repetition."""

    back_off: ClassVar = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)  # Standard Webhooks 1.0.0
    max_attempts: ClassVar = 10

    id = models.CharField(primary_key=True, max_length=40, default=new_delivery_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", editable=False)
    kind = models.CharField(max_length=80, editable=False, help_text="What happened, e.g. video.completed.")
    host = models.CharField(max_length=300, editable=False, help_text="One delivery at a time goes to a host.")
    about = models.CharField(max_length=80, blank=True, editable=False, help_text="Of one object they go in order.")
    body = models.TextField(editable=False)

    class Meta(Job.Meta):
        verbose_name_plural = "webhook deliveries"
        indexes = [
            *Job.Meta.indexes,
            models.Index(fields=["status", "host"], name="webhookdelivery_lanes"),
            models.Index(fields=["created_at"], name="webhookdelivery_age"),
            models.Index(
                fields=["endpoint", "about", "created_at"],
                name="webhookdelivery_order",
                condition=Q(status__in=[Status.QUEUED, Status.RUNNING]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @classmethod
    def startable(cls, rows: Any) -> Any:
        """One at a time for each host, and so few altogether that slow receivers leave workers for other jobs.

        What is told of one object goes to an endpoint in order: each waits until the one before has ended.
        """
        running = cls._default_manager.filter(status=Status.RUNNING)
        if running.count() >= settings.WEBHOOKS_AT_ONCE:
            return rows.none()
        before = Q(created_at__lt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__lt=OuterRef("pk"))
        unfinished = cls._default_manager.filter(
            before, endpoint=OuterRef("endpoint"), about=OuterRef("about"), status__in=[Status.QUEUED, Status.RUNNING]
        ).exclude(about="")
        return rows.exclude(host__in=running.values("host")).exclude(Exists(unfinished))


class WebhookAttempt(models.Model):
    """What one attempt of a delivery came to."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, help_text="Of HTTP; empty: there was no answer.")
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True, help_text="The first 4 kB.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.number}: {self.status or self.error}"


class IdempotencyKey(models.Model):
    """A request that an account may send twice, and what it was answered."""

    KEPT_FOR = timedelta(hours=24)

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    token = models.CharField(max_length=40, help_text="Of the request that works under it now.")
    made = models.CharField(max_length=80, blank=True, help_text="The id of what an unfinished request has made.")
    held_until = models.DateTimeField(help_text="A request that is silent longer has died.")
    status = models.PositiveSmallIntegerField(null=True, help_text="Of the answer; empty: not answered yet.")
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=bytes)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="idempotencykey_once")]

    def __str__(self) -> str:
        return f"{self.pk}"
