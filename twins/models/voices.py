"""How a twin sounds."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from avatarsite.core.ids import new_id
from avatarsite.core.jobs import Job
from avatarsite.core.secrets import EncryptedTextField
from twins.models.owned import Owned


def new_voice_id() -> str:
    return new_id("v")


def _sample_name(voice: "Voice", name: str) -> str:
    return f"voices/{new_id(voice.pk)}.wav"


class Voice(Owned):
    """How a twin sounds: an engine's voice, and how it is used."""

    id = models.CharField(primary_key=True, max_length=40, default=new_voice_id, editable=False)
    name = models.CharField(max_length=120)
    engine = models.CharField(max_length=40, default="local", help_text="Alias of a TTS engine in the settings.")
    engine_voice = models.CharField(max_length=120, help_text="The engine's own id of the voice.")
    language = models.CharField(max_length=20, default="en", help_text="BCP-47, e.g. en-US.")
    gender = models.CharField(max_length=12, blank=True)
    description = models.CharField(max_length=200, blank=True)
    rate = models.FloatField(default=1.0, help_text="Speed around the voice's own, 0.5 to 2.")
    pitch = models.FloatField(default=1.0, help_text="Pitch around the voice's own, 0.5 to 2.")

    options = models.JSONField(
        default=dict,
        blank=True,
        help_text="What its engine has beyond that, under the vendor's names: stability, similarity_boost, emotion, …",
    )
    cloned_from = models.ForeignKey(
        "twins.Replica",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="clones",
        help_text="Whose recording a vendor was sent to make it: without the person's consent it is not used.",
    )

    quality = models.CharField(
        max_length=12,
        blank=True,
        editable=False,
        help_text="basic: fitted to a person's pitch, tempo and colour; cloned: by a vendor.",
    )
    fit = models.JSONField(default=dict, blank=True, editable=False, help_text="What was fitted to the sample.")
    sample = models.FileField(upload_to=_sample_name, max_length=200, blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rate__gte=0.5, rate__lte=2.0), name="voice_rate_range"),
            models.CheckConstraint(condition=models.Q(pitch__gte=0.5, pitch__lte=2.0), name="voice_pitch_range"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def before_erasing(cls, rows: "list[Voice]") -> None:
        """What was made of a person at a vendor goes with the row."""
        from twins.cloning import remove_at_vendor

        for voice in rows:
            remove_at_vendor(voice)

    def clean(self) -> None:
        if self.engine not in settings.TTS:
            raise ValidationError({"engine": f"No such TTS engine. Configured: {', '.join(settings.TTS)}."})
        if not isinstance(self.options, dict):
            raise ValidationError({"options": 'Write an object, e.g. {"stability": 0.4}.'})


def new_removal_id() -> str:
    return new_id("rm")


class VoiceRemoval(Job):
    """The job of deleting a person's voice at a vendor, where it was made for one of ours.

    It is written before the vendor is asked to make the voice, so that nothing can be left there by an accident: until
    the voice's id is known, it is looked for by its name there.
    """

    back_off: ClassVar = (10, 60, 600, 3_600, 14_400, 43_200, 86_400)
    max_attempts: ClassVar = 14  # a week

    id = models.CharField(primary_key=True, max_length=40, default=new_removal_id, editable=False)
    engine = models.CharField(max_length=40, editable=False, help_text="Alias of the TTS engine of that vendor.")
    voice = models.CharField(max_length=120, blank=True, editable=False, help_text="The vendor's id of the voice.")
    reference = models.CharField(max_length=200, editable=False, help_text="Its name at the vendor.")
    secret = EncryptedTextField(editable=False, help_text="The key with which it was made; accounts may be gone.")

    def __str__(self) -> str:
        return self.reference
