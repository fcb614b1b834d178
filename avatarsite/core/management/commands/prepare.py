"""`prepare`: what a new version needs before web and workers start: tables, stock twins, a bucket that works."""

from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

PROBE = "prepare/probe"
UNFINISHED_DAYS = 2  # after which the bucket forgets parts of uploads that broke off
CORS = {  # addresses are signed, and no cookie is sent: whoever has one may read, from any page
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedOrigins": ["*"],
    "AllowedHeaders": ["Range"],
    "ExposeHeaders": ["Content-Length", "Content-Range", "Accept-Ranges"],
    "MaxAgeSeconds": 3_600,
}
UNFINISHED = {
    "ID": "avatarsite-unfinished-uploads",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_DAYS},
}


class Command(BaseCommand):
    help = "Migrate, seed, and make the storage ready. Safe to run again, and while the last version is still running."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("seed", verbosity=0)
        if settings.STORAGE == "s3":
            self._make_bucket_ready()
        self._try_storage()
        self.stdout.write("Ready: database, stock twins, storage.")

    def _make_bucket_ready(self) -> None:
        """Make the bucket if there is none, and tell it who may read and what to forget."""
        from botocore.exceptions import BotoCoreError, ClientError

        client: Any = default_storage.client  # type: ignore[attr-defined]
        try:
            if not _has(client, settings.S3_BUCKET):
                client.create_bucket(Bucket=settings.S3_BUCKET, **_place())
        except (ClientError, BotoCoreError) as error:
            raise CommandError(f"The bucket “{settings.S3_BUCKET}” cannot be had: {error}") from error
        for what, tell in (
            ("who may read (CORS)", _tell_readers),
            ("what to forget (lifecycle)", _tell_what_to_forget),
        ):
            try:
                tell(client)
            except ClientError as error:
                self.stderr.write(f"The bucket was not told {what}: {error} docs/deployment.md has the rule.")

    def _try_storage(self) -> None:
        """Write, read and delete a file, as every clip will."""
        try:
            name = default_storage.save(PROBE, ContentFile(b"ok"))
            with default_storage.open(name) as file:
                read = file.read()
            default_storage.delete(name)
        except OSError as error:
            raise CommandError(f"The storage does not work: {error}") from error
        if read != b"ok":
            raise CommandError("The storage gives back something else than was written.")


def _has(client: Any, bucket: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
            return False
        raise
    return True


def _tell_readers(client: Any) -> None:
    """Let pages of other sites read; a bucket that has rules of its own keeps them."""
    if not _rules(client.get_bucket_cors, "CORSRules"):
        client.put_bucket_cors(Bucket=settings.S3_BUCKET, CORSConfiguration={"CORSRules": [CORS]})


def _tell_what_to_forget(client: Any) -> None:
    """Add our rule to those of the operator."""
    rules = _rules(client.get_bucket_lifecycle_configuration, "Rules")
    others = [rule for rule in rules if rule.get("ID") != UNFINISHED["ID"]]
    wanted = {"Rules": [*others, UNFINISHED]}
    client.put_bucket_lifecycle_configuration(Bucket=settings.S3_BUCKET, LifecycleConfiguration=wanted)


def _rules(ask: Any, name: str) -> list[dict[str, Any]]:
    from botocore.exceptions import ClientError

    try:
        return list(ask(Bucket=settings.S3_BUCKET)[name])
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration"):
            return []
        raise


def _place() -> dict[str, Any]:
    """Amazon wants to hear the region again, unless it is the first one."""
    if settings.S3_ENDPOINT or settings.S3_REGION == "us-east-1":
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": settings.S3_REGION}}
