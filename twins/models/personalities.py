"""Minds: how a twin thinks and talks."""

from typing import Any

from django.db import models

from avatarsite.core.ids import new_id
from avatarsite.core.secrets import EncryptedTextField
from twins.models.guidance import Guardrail, Objectives, PronunciationDictionary, Tool
from twins.models.owned import Owned, _image_name
from twins.models.replicas import Replica
from twins.models.twins import Twin


def new_personality_id() -> str:
    return new_id("p")


class Minds(models.Manager["Personality"]):
    """Personalities that answer; the shelves of documents are none."""

    def get_queryset(self) -> "models.QuerySet[Personality]":
        return super().get_queryset().filter(is_shelf=False)


class Personality(Owned):
    """A mind: how a twin thinks and talks. (A Tavus persona is a personality.)"""

    id = models.CharField(primary_key=True, max_length=40, default=new_personality_id, editable=False)
    twin = models.ForeignKey(Twin, on_delete=models.CASCADE, null=True, blank=True, related_name="personalities")
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=80, blank=True)
    description = models.TextField(blank=True, max_length=2_000, help_text="For people; no part of the prompt.")
    gender = models.CharField(max_length=40, blank=True)
    brain_id = models.CharField(max_length=80, blank=True, help_text="The customer's own number for it.")
    url = models.URLField(max_length=2_000, blank=True, help_text="A page that it was trained from.")
    image = models.FileField(upload_to=_image_name, max_length=200, blank=True, editable=False)
    system_prompt = models.TextField(blank=True, max_length=20_000, help_text="Who it is and how it behaves.")
    context = models.TextField(blank=True, max_length=20_000, help_text="What it should keep in mind.")
    avoid = models.TextField(blank=True, max_length=2_000, help_text="What it does not talk about: one subject a line.")
    greeting = models.CharField(max_length=400, blank=True, help_text="The first words; spoken in the welcome clip.")
    language = models.CharField(max_length=20, default="en", help_text="BCP-47, e.g. en-US.")
    max_sentences = models.PositiveSmallIntegerField(default=3, help_text="Longest reply, in sentences.")
    word_limit = models.PositiveSmallIntegerField(default=60, help_text="Longest reply, in words, roughly.")
    llm_model = models.CharField(max_length=80, blank=True, help_text="Empty: the site's model.")

    pipeline_mode = models.CharField(
        max_length=20, default="full", help_text="full: the LLM answers; echo: it says what it is given."
    )
    default_replica = models.ForeignKey(
        Replica, on_delete=models.SET_NULL, null=True, blank=True, related_name="personas"
    )
    layers = models.JSONField(default=dict, blank=True, help_text="As the customer gave them, without their keys.")
    layer_keys = EncryptedTextField(blank=True, editable=False, help_text="JSON: the path in `layers` -> the key.")
    tools = models.ManyToManyField(Tool, blank=True, related_name="personalities")
    guardrails = models.ManyToManyField(Guardrail, blank=True, related_name="personalities")
    guardrail_tags = models.JSONField(default=list, blank=True)
    objectives = models.ForeignKey(
        Objectives, on_delete=models.SET_NULL, null=True, blank=True, related_name="personalities"
    )
    dictionary = models.ForeignKey(
        PronunciationDictionary, on_delete=models.SET_NULL, null=True, blank=True, related_name="personalities"
    )
    documents: "models.ManyToManyField[Any, Any]" = models.ManyToManyField(
        "Document", blank=True, related_name="personalities"
    )
    document_tags = models.JSONField(default=list, blank=True)
    is_shelf = models.BooleanField(default=False, editable=False, help_text="Holds one document's knowledge only.")

    objects = Minds()
    with_shelves = models.Manager()

    class Meta:
        base_manager_name = "with_shelves"
        verbose_name_plural = "personalities"
        constraints = [
            models.CheckConstraint(condition=models.Q(max_sentences__gte=1), name="personality_says_something")
        ]

    def __str__(self) -> str:
        return self.name
