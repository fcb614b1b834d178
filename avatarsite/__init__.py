"""Composition: settings, routes, servers."""

from avatarsite.celery import app as celery_app

__all__ = ["celery_app"]
