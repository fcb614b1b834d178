"""`/livez` touches nothing; `/readyz` looks at everything a request needs."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from avatarsite.core import engines, worker
from avatarsite.core.vendors import keys


@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all is well, else 503; the body names what is not, in words without paths or addresses."""
    checks: dict[str, Callable[[], str]] = {
        "database": _database,
        "broker": _broker,
        "worker": _worker,
        "storage": _storage,
        "engines": _engines,
    }
    answers = {name: check() for name, check in checks.items()}
    ready = all(answer == "ok" for answer in answers.values())
    return JsonResponse({"status": "ready" if ready else "not ready", **answers}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return "ok"


def _broker() -> str:
    """Messages are taken without it, and answered when it is back."""
    if not settings.CELERY_BROKER_URL:
        return "ok"
    broker = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        broker.ping()
    except (redis.RedisError, OSError):
        return "unreachable: what is asked for is kept, and done when it is back"
    finally:
        broker.close()
    return "ok"


def _worker() -> str:
    try:
        return "ok" if worker.seen_lately() else "no worker has been seen lately"
    except DatabaseError:
        return "unknown"


def _storage() -> str:
    probe = settings.STREAMS_DIR / ".writable"
    try:
        settings.STREAMS_DIR.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"ok")
    except OSError:
        return "not writable"
    return _bucket()


def _bucket() -> str:
    try:
        if hasattr(default_storage, "check"):  # it is a bucket
            default_storage.check()
    except PermissionError:
        return "the bucket refuses our keys"
    except FileNotFoundError:
        return "there is no such bucket"
    except OSError:
        return "the bucket cannot be reached"
    return "ok"


def _engines() -> str:
    try:
        for kind, alias in [("TTS", "local"), ("RENDERERS", "local")]:
            engines.load(kind, alias)
        for alias in keys.usable("LLM", settings.LLM_CHAIN, None):
            keys.engine_for("LLM", alias, None)
    except DatabaseError:
        return "unknown"
    except engines.EngineFailed as error:
        return error.message
    return "ok"
