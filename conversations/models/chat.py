"""Chat sessions and their messages."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from conversations.models.people import Person
from twins.models import Personality, Twin
from videos.models import Video


class ChatSession(models.Model):
    """One person's talk with one twin. A visitor's session has its token for a key; one of a `person` belongs to the
    account `user` and opens only with its key."""

    class State(models.TextChoices):
        WELCOME = "WELCOME"  # nothing was said yet: the welcome clip plays
        THINKING = "THINKING"  # a message is being answered
        TALKING = "TALKING"  # the reply's clip can be played
        IDLE = "IDLE"  # the last clip was played

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    twin = models.ForeignKey(Twin, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    personality = models.ForeignKey(Personality, on_delete=models.SET_NULL, null=True, related_name="sessions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    title = models.CharField(max_length=200, blank=True)
    title_edited = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WELCOME)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_active_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.token)


class Message(models.Model):
    """One turn's words. An assistant's message carries the clip that speaks it; its text is empty until it is known."""

    class Role(models.TextChoices):
        USER = "user"
        ASSISTANT = "assistant"

    session = models.ForeignKey(ChatSession, on_delete=models.CASCADE, related_name="messages")
    role = models.CharField(max_length=9, choices=Role.choices)
    text = models.TextField(blank=True)
    video = models.OneToOneField(Video, on_delete=models.SET_NULL, null=True, blank=True, related_name="message")
    answers = models.OneToOneField("self", on_delete=models.CASCADE, null=True, blank=True, related_name="answer")
    options = models.JSONField(
        default=dict, blank=True, help_text="How an answer was asked for, and what it was made from."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"
