"""What an account keeps to guide its personalities: guardrails, objectives, tools, pronunciations."""

from django.db import models

from avatarsite.core.ids import new_id
from twins.models.owned import Owned


def new_guardrail_id() -> str:
    return new_id("g")


def new_objectives_id() -> str:
    return new_id("o")


def new_tool_id() -> str:
    return new_id("x")


def new_dictionary_id() -> str:
    return new_id("pd_")


class GuardrailSet(Owned):
    """Guardrails under one name, as older clients make them."""

    id = models.CharField(primary_key=True, max_length=40, default=new_guardrail_id, editable=False)
    name = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name or self.pk


class Guardrail(Owned):
    """Something that a reply must keep to; whoever asked is told when it was touched."""

    class Modality(models.TextChoices):
        VERBAL = "verbal"
        VISUAL = "visual"

    id = models.CharField(primary_key=True, max_length=40, default=new_guardrail_id, editable=False)
    set = models.ForeignKey(GuardrailSet, on_delete=models.CASCADE, null=True, blank=True, related_name="guardrails")
    name = models.CharField(max_length=100)
    prompt = models.TextField(max_length=1_000)
    modality = models.CharField(max_length=8, choices=Modality.choices, default=Modality.VERBAL)
    webhook_url = models.CharField(max_length=2_048, blank=True)
    tags = models.JSONField(default=list, blank=True)
    app_message = models.BooleanField(default=True, help_text="Told to the call's participants too.")

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name


class Objectives(Owned):
    """What a conversation is to bring about: a list of objectives, each with the next one's condition.

    data: [{objective_name, objective_prompt, confirmation_mode, output_variables, modality,
    next_conditional_objectives, next_required_objective, callback_url}].
    """

    id = models.CharField(primary_key=True, max_length=40, default=new_objectives_id, editable=False)
    data = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at", "pk"]
        verbose_name_plural = "objectives"

    def __str__(self) -> str:
        return str(self.data[0].get("objective_name", self.pk)) if self.data else self.pk


class Tool(Owned):
    """A function that the LLM may ask for; `definition` is in OpenAI's form."""

    id = models.CharField(primary_key=True, max_length=40, default=new_tool_id, editable=False)
    name = models.CharField(max_length=100)
    definition = models.JSONField(default=dict)

    class Meta:
        ordering = ["-created_at", "pk"]

    def __str__(self) -> str:
        return self.name


class PronunciationDictionary(Owned):
    """How words are said. rules: [{text, pronunciation, type (alias or ipa), case_sensitive, word_boundaries}]."""

    id = models.CharField(primary_key=True, max_length=40, default=new_dictionary_id, editable=False)
    name = models.CharField(max_length=255)
    rules = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["-created_at", "pk"]
        verbose_name_plural = "pronunciation dictionaries"

    def __str__(self) -> str:
        return self.name
