"""What production cannot do without: asked for at the start, all of it at once, each with what to set.

Outside production everything has a default that fits one machine. In production such a default would lose data, or
open the site, without a word: a secret key of this container alone, SQLite that the worker does not see.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

PRODUCTION = "production"
SECRET_LETTERS = 32  # fewer can be guessed
Value = Callable[[str], str]


def demand(environment: Mapping[str, str]) -> None:
    """Raise ImproperlyConfigured with every variable that is missing or cannot work, unless this is no production."""
    told = environment.get("ENVIRONMENT", "")
    if told not in ("", PRODUCTION):
        raise ImproperlyConfigured(f"ENVIRONMENT is “{told}”: set it to production, or leave it out.")
    if told != PRODUCTION:
        return
    wrong = [f"  {name}: {words}" for name, (fits, words) in DEMANDS.items() if not _is(fits, name, environment)]
    wrong += _wrong_in_storage(environment)
    if wrong:
        raise ImproperlyConfigured("ENVIRONMENT=production, but some settings cannot stay so:\n" + "\n".join(wrong))


def _is(fits: Callable[[str], bool], name: str, environment: Mapping[str, str]) -> bool:
    return fits(environment.get(name, "").strip())


def _wrong_in_storage(environment: Mapping[str, str]) -> list[str]:
    keys = [bool(environment.get(name, "")) for name in ("S3_ACCESS_KEY", "S3_SECRET_KEY")]
    if environment.get("STORAGE") != "s3":
        return []
    wrong = [] if environment.get("S3_BUCKET") else ["  S3_BUCKET: name the bucket that media are kept in."]
    if any(keys) and not all(keys):
        wrong.append("  S3_ACCESS_KEY and S3_SECRET_KEY: set both, or neither to use the machine's own role.")
    return wrong


def _are_fernet_keys(text: str) -> bool:
    try:
        return bool([Fernet(key.strip()) for key in text.split(",")])
    except ValueError:
        return False


DEMANDS: dict[str, tuple[Callable[[str], bool], str]] = {
    "SECRET_KEY": (
        lambda value: len(value) >= SECRET_LETTERS,
        f"set {SECRET_LETTERS} or more random letters, the same for web and workers; e.g. openssl rand -base64 48",
    ),
    "ALLOWED_HOSTS": (bool, "name the hosts that customers reach the site by, e.g. twins.example.com"),
    "FIELD_KEYS": (
        _are_fernet_keys,
        "set a Fernet key that encrypts secrets in the database, and keep a copy of it; e.g. python -c "
        "'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
    ),
    "DATABASE_URL": (
        lambda value: value.startswith(("postgres://", "postgresql://")),
        "name a PostgreSQL database: postgres://user:password@host:5432/name",
    ),
    "CELERY_BROKER_URL": (
        lambda value: value.startswith(("redis://", "rediss://")),
        "name a Redis server: redis://host:6379/0",
    ),
    "STORAGE": (
        lambda value: value in ("s3", "disk"),
        "s3, or disk where web and workers share DATA_DIR",
    ),
    "DEBUG": (lambda value: value.lower() not in ("1", "true", "yes", "on", "y", "t", "ok"), "leave it out"),
}


def storages(
    kind: str,
    *,
    bucket: str,
    region: str,
    endpoint: str,
    public_endpoint: str,
    addressing: str,
    keys: Mapping[str, str],
    seconds: int,
) -> tuple[dict[str, Any], list[str]]:
    """Django's STORAGES, and the origins that browsers are sent to for media. seconds: that addresses are valid."""
    static = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    if kind == "disk":
        return {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, "staticfiles": static}, []
    if kind != "s3" or not bucket:
        raise ImproperlyConfigured("STORAGE must be disk or s3, and s3 needs an S3_BUCKET.")
    from botocore.config import Config  # half a second that only a bucket needs

    server = endpoint or f"https://s3.{region}.amazonaws.com"
    public = urlsplit(public_endpoint or server)
    host = public.netloc if addressing == "path" else f"{bucket}.{public.netloc}"
    options = {
        "bucket_name": bucket,
        "region_name": region,
        "endpoint_url": server,
        "public_endpoint": public_endpoint,
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing},
            connect_timeout=3,
            read_timeout=20,
            retries={"total_max_attempts": 3, "mode": "standard"},
            request_checksum_calculation="when_required",  # servers other than Amazon's may not know the new sums
            response_checksum_validation="when_required",
        ),
        "querystring_expire": seconds,
        **{name: value for name, value in keys.items() if value},
    }
    return {"default": {"BACKEND": "avatarsite.core.s3.MediaStorage", "OPTIONS": options}, "staticfiles": static}, [
        f"{public.scheme}://{host}"
    ]
