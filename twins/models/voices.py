"""How a twin sounds."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from avatarsite.core.ids import new_id
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

    quality = models.CharField(
        max_length=12, blank=True, editable=False, help_text="basic: fitted to a person's pitch, tempo and colour."
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

    def clean(self) -> None:
        if self.engine not in settings.TTS:
            raise ValidationError({"engine": f"No such TTS engine. Configured: {', '.join(settings.TTS)}."})
