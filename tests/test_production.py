"""Production refuses to start with what only fits one machine, and names all of it at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from avatarsite import production

pytestmark = pytest.mark.engine
ROOT = Path(__file__).parent.parent
GOOD = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "s" * 50,
    "ALLOWED_HOSTS": "twins.example.com",
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgres://avatarsite:secret@postgres/avatarsite",
    "CELERY_BROKER_URL": "redis://redis:6379/0",
    "STORAGE": "s3",
    "S3_BUCKET": "media",
}


def test_a_server_without_its_settings_ends_at_once_and_names_them_all(tmp_path: Path) -> None:
    """Whatever is started reads the settings: uvicorn, Celery, commands."""
    environment = {"PATH": os.environ["PATH"], "ENVIRONMENT": "production", "DATA_DIR": str(tmp_path / "data")}
    ran = subprocess.run(
        [sys.executable, "-c", "import avatarsite.settings"],
        cwd=ROOT,
        env={**environment, "ENV_FILE": os.devnull},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode != 0
    named = [line.split(":")[0].strip() for line in ran.stderr.splitlines() if line.startswith("  ") and ": " in line]
    wanted = {"SECRET_KEY", "ALLOWED_HOSTS", "FIELD_KEYS", "DATABASE_URL", "CELERY_BROKER_URL", "STORAGE"}
    assert wanted <= set(named) and "DEBUG" not in named
    assert not (tmp_path / "data").exists(), "nothing half-made stays behind"


def test_a_complete_environment_is_accepted_and_so_is_one_that_is_no_production() -> None:
    production.demand(GOOD)
    production.demand({})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "SECRET_KEY: set 32 or more"),
        ("FIELD_KEYS", "no-key", "FIELD_KEYS: set a Fernet key"),
        ("DATABASE_URL", "sqlite:///here", "DATABASE_URL: name a PostgreSQL"),
        ("CELERY_BROKER_URL", "memory://", "CELERY_BROKER_URL: name a Redis"),
        ("STORAGE", "", "STORAGE: s3, or disk"),
        ("S3_BUCKET", "", "S3_BUCKET: name the bucket"),
        ("S3_ACCESS_KEY", "only-this-one", "set both, or neither"),
        ("DEBUG", "true", "DEBUG: leave it out"),
        ("ENVIRONMENT", "prod", "set it to production"),
    ],
)
def test_a_value_that_cannot_work_is_refused_with_what_to_set(name: str, value: str, words: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=words):
        production.demand(GOOD | {name: value})


def test_no_secret_is_written_into_the_refusal() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        production.demand(GOOD | {"SECRET_KEY": "my-secret", "DATABASE_URL": "mysql://me:my-secret@db"})
    assert "my-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("endpoint", "public", "addressing", "origin"),
    [
        ("", "", "virtual", "https://media.s3.eu-west-1.amazonaws.com"),
        ("http://storage:8333", "https://files.example.com", "path", "https://files.example.com"),
    ],
)
def test_pages_may_show_what_lies_in_the_bucket(endpoint: str, public: str, addressing: str, origin: str) -> None:
    where = {"endpoint": endpoint, "public_endpoint": public, "addressing": addressing}
    _, origins = production.storages("s3", bucket="media", region="eu-west-1", keys={}, seconds=60, **where)
    assert origins == [origin]
