"""The Celery worker of `bench.starting`: the product's, with webhooks that only note when they began."""

from celery.signals import worker_init

from avatarsite.celery import app
from bench.starting import note_starts

__all__ = ["app"]


@worker_init.connect
def _prepare(**_: object) -> None:
    note_starts()
