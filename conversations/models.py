"""What is said: chat sessions and their messages."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job
from twins.models import Personality, Twin
from videos.models import Video


def new_person_id() -> str:
    return new_id("u")


def new_memory_id() -> str:
    return new_id("f")


def new_digest_id() -> str:
    return new_id("d")


class Person(models.Model):
    """Somebody who talks to a customer's twins: the customer's own user, known to nobody else."""

    id = models.CharField(primary_key=True, max_length=40, default=new_person_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="people")
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "people"
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "email"], condition=~models.Q(email=""), name="person_one_per_email"
            )
        ]

    def __str__(self) -> str:
        return self.pk


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


class Summary(models.Model):
    """What was said in a session before the messages that an LLM is still given as they are."""

    class By(models.TextChoices):
        RULES = "rules"
        LLM = "llm"

    session = models.OneToOneField(ChatSession, on_delete=models.CASCADE, related_name="summary")
    text = models.TextField()
    up_to = models.BigIntegerField(help_text="The last message that is in it.")
    made_by = models.CharField(max_length=5, choices=By.choices)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "summaries"

    def __str__(self) -> str:
        return f"summary of {self.session_id}"


class Memory(models.Model):
    """A fact that a person told a personality of themselves, in their own words ("I live in Lisbon.")."""

    class By(models.TextChoices):
        RULES = "rules"
        LLM = "llm"
        HAND = "hand"  # written or corrected through the API

    id = models.CharField(primary_key=True, max_length=40, default=new_memory_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memories")
    personality = models.ForeignKey(Personality, on_delete=models.CASCADE, related_name="memories")
    subject = models.CharField(max_length=120, help_text="What it is about: a later fact on it replaces this one.")
    text = models.CharField(max_length=400)
    made_by = models.CharField(max_length=5, choices=By.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "memories"
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "personality", "subject"], name="memory_one_per_subject")
        ]

    def __str__(self) -> str:
        return self.pk


class Digest(Job):
    """The work of distilling a session with an LLM: new facts about its person, and its summary."""

    id = models.CharField(primary_key=True, max_length=40, default=new_digest_id, editable=False)
    session = models.ForeignKey(ChatSession, on_delete=models.CASCADE, related_name="digests", editable=False)
    up_to = models.BigIntegerField(editable=False, help_text="The last message that it looks at.")

    class Meta(Job.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.pk
