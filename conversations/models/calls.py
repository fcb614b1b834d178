"""Live conversations: a call that people join, its participants, and what happened in it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from avatarsite.core.ids import new_id
from avatarsite.core.models import ApiKey
from avatarsite.core.secrets import EncryptedTextField
from conversations.models.chat import ChatSession
from twins.models import Document, Personality, Replica


def new_conversation_id() -> str:
    return new_id("c")


def new_participant_id() -> str:
    return new_id("q")


class Conversation(models.Model):
    """A call between people and a replica with a persona. It begins when it is made, and ends once.

    `session` holds what is said. Three clocks end it: `max_duration` from its making; `absent_timeout` from its making
    while nobody has joined; `left_timeout` after the last participant left. `due_at` is when the first of them rings
    and `due_reason` what it would say; one conditional UPDATE ends a conversation (conversations.calls).
    """

    class Status(models.TextChoices):
        ACTIVE = "active"
        ENDED = "ended"

    id = models.CharField(primary_key=True, max_length=40, default=new_conversation_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations")
    api_key = models.ForeignKey(ApiKey, on_delete=models.SET_NULL, null=True, editable=False, related_name="+")
    name = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE, editable=False)
    replica = models.ForeignKey(Replica, on_delete=models.SET_NULL, null=True, related_name="conversations")
    personality = models.ForeignKey(Personality, on_delete=models.SET_NULL, null=True, related_name="conversations")
    session = models.OneToOneField(ChatSession, on_delete=models.CASCADE, related_name="conversation", editable=False)
    context = models.TextField(blank=True, help_text="Appended to the prompt and the context of the persona.")
    greeting = models.TextField(blank=True, help_text="Spoken when the first participant joins.")
    language = models.CharField(max_length=40, blank=True, help_text="BCP-47, or multilingual; empty: the persona's.")
    properties = models.JSONField(default=dict, blank=True, help_text="As they were given.")
    secrets = EncryptedTextField(blank=True, editable=False, help_text="JSON: what of `properties` is secret.")
    max_duration = models.PositiveIntegerField(default=3600, help_text="Seconds.")
    left_timeout = models.PositiveIntegerField(default=0, help_text="Seconds.")
    absent_timeout = models.PositiveIntegerField(default=300, help_text="Seconds.")
    max_participants = models.PositiveIntegerField(null=True, blank=True, help_text="With the replica.")
    audio_only = models.BooleanField(default=False)
    test_mode = models.BooleanField(default=False)
    require_auth = models.BooleanField(default=False, help_text="Only who brings a meeting token may join.")
    room_token = models.CharField(max_length=64, editable=False, help_text="What the conversation's URL is opened by.")
    documents = models.ManyToManyField(Document, blank=True, related_name="conversations")
    document_tags = models.JSONField(default=list, blank=True)
    retrieval_strategy = models.CharField(max_length=12, blank=True)
    memory_stores = models.JSONField(default=list, blank=True)
    webhook_url = models.CharField(max_length=2_000, blank=True, editable=False)
    dialect = models.CharField(max_length=12, blank=True, editable=False)
    base_url = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    joined_at = models.DateTimeField(null=True, editable=False, help_text="When the first participant came.")
    left_at = models.DateTimeField(null=True, editable=False, help_text="When the last one left; empty: one is there.")
    due_at = models.DateTimeField(null=True, editable=False, help_text="When its first clock rings.")
    due_reason = models.CharField(max_length=80, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    shutdown_reason = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"], name="conversation_clocks"),
            models.Index(fields=["owner", "-created_at"], name="conversation_lists"),
        ]

    def __str__(self) -> str:
        return self.pk


class Participant(models.Model):
    """Somebody in a call; who was not seen for a while has left."""

    id = models.CharField(primary_key=True, max_length=40, default=new_participant_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    name = models.CharField(max_length=120, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["joined_at"]
        indexes = [models.Index(fields=["left_at", "seen_at"], name="participant_presence")]

    def __str__(self) -> str:
        return self.pk


class ConversationEvent(models.Model):
    """Something that happened in a call; each kind at most once, so that no callback is sent twice."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="events")
    event_type = models.CharField(max_length=80, help_text="e.g. system.replica_joined.")
    message_type = models.CharField(max_length=20, help_text="system or application.")
    properties = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["conversation", "event_type"], name="conversationevent_once")]

    def __str__(self) -> str:
        return self.event_type
