"""Who talks to twins."""

from django.conf import settings
from django.db import models

from avatarsite.core.ids import new_id


def new_person_id() -> str:
    return new_id("u")


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
