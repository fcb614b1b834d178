"""Doubles of persons and brands."""

from typing import TYPE_CHECKING

from django.db import models

from avatarsite.core.ids import new_id
from twins.models.owned import Owned, _image_name
from twins.models.replicas import Replica
from twins.models.voices import Voice

if TYPE_CHECKING:
    from twins.models.personalities import Personality


def new_twin_id() -> str:
    return new_id("t")


class Twin(Owned):
    """A person's or brand's double: binds a face, a voice and personalities."""

    id = models.CharField(primary_key=True, max_length=40, default=new_twin_id, editable=False)
    name = models.CharField(max_length=120)
    headline = models.CharField(max_length=160, blank=True, help_text="One line under the name.")
    description = models.TextField(blank=True, max_length=2_000)
    tags = models.JSONField(default=list, blank=True, help_text="Words to find it by.")
    image = models.FileField(upload_to=_image_name, max_length=200, blank=True, editable=False)
    replica = models.ForeignKey(Replica, on_delete=models.RESTRICT, null=True, related_name="twins")
    voice = models.ForeignKey(Voice, on_delete=models.RESTRICT, null=True, related_name="twins")
    is_public = models.BooleanField(default=False, help_text="Anybody with the link may talk to it.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Order on the home page.")
    chains = models.JSONField(
        default=dict,
        blank=True,
        help_text='Its own order of engines, where it differs from the site\'s: "llm", "tts", "renderer" -> aliases.',
    )

    class Meta:
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return self.name

    @property
    def personality(self) -> "Personality | None":
        """The personality that answers when none is named: the first one."""
        return self.personalities.order_by("created_at", "id").first()

    @property
    def trouble(self) -> str:
        """Why this twin cannot speak now, in words; "" when it can."""
        if self.replica is None:
            return f"The twin “{self.name}” has no face: choose a replica for it."
        if self.replica.trouble:
            return f"The face of “{self.name}” cannot be used: {self.replica.trouble}"
        if self.voice is None:
            return f"The twin “{self.name}” has no voice: choose one for it."
        return ""
