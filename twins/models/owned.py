"""What all rows of customers have in common."""

from django.conf import settings
from django.db import models

from avatarsite.core.ids import new_id


def _image_name(row: models.Model, name: str) -> str:
    """A new name each time: readers of the old picture are not handed half of the new one."""
    return f"pictures/{new_id(row.pk)}.jpg"


class Owned(models.Model):
    """A row of a customer. Rows without an owner are stock: they belong to the system and are read-only."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="%(class)s_set",
        help_text="Empty: stock, for everybody.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
