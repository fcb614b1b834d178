"""What is kept of what was said: summaries and facts, and the work of distilling them."""

from django.db import models
from django.utils import timezone

from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job
from conversations.models.chat import ChatSession
from conversations.models.people import Person
from twins.models import Personality


def new_memory_id() -> str:
    return new_id("f")


def new_digest_id() -> str:
    return new_id("d")


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
