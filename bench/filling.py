"""Rows by the million, made inside the database out of one; called through `manage.py shell`."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from avatarsite.core.jobs import Status
from avatarsite.core.models import User
from twins.models import Replica
from videos.models import Video

COUNTING = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
    "INSERT INTO videos_video ({names}) SELECT {values} FROM n, videos_video WHERE id = %s",
    "postgresql": "INSERT INTO videos_video ({names}) "
    "SELECT {values} FROM generate_series(1, {count}) AS n(i), videos_video WHERE id = %s",
}
OWN = {
    "sqlite": {"id": "printf('b%09x', n.i)", "created_at": "datetime(created_at, '-' || n.i || ' seconds')"},
    "postgresql": {
        "id": "'b' || lpad(to_hex(n.i), 9, '0')",
        "created_at": "created_at - n.i * interval '1 second'",
    },
}


def fill(count: int, email: str) -> str:
    """Ready videos of an account, a second apart, and its replica `r-waiting` in training; returns a video's id."""
    owner = User.objects.get(email=email)
    voiced = Replica.objects.filter(owner=None, status=Status.READY).exclude(voice=None).first()
    assert voiced
    waiting = Replica(pk="r-waiting", name="In training", owner=owner, voice=voiced.voice, status=Status.RUNNING)
    waiting.heartbeat_at = timezone.now() + timedelta(days=1)
    waiting.save()
    size = {"width": 512, "height": 512, "fps": 25}
    made = {"script": "A script of some words.", "status": Status.READY, "progress": 100, "duration": 4.0}
    names = {"file": "videos/x/video.mp4", "playlist": "videos/x/playlist.m3u8"}
    video = Video.objects.create(pk="b", owner=owner, replica=voiced, voice=voiced.voice, **size, **made, **names)
    vendor = connection.vendor
    columns = [field.column for field in Video._meta.concrete_fields]
    values = ", ".join(OWN[vendor].get(column, f"videos_video.{column}") for column in columns)
    sql = COUNTING[vendor].format(count=count, names=", ".join(columns), values=values)
    with connection.cursor() as cursor:
        if vendor == "sqlite":
            cursor.execute("PRAGMA cache_size = -1000000")  # a gigabyte: the indexes are not written again and again
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [video.pk])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE videos_video")
    return "b" + f"{count // 2:09x}"
