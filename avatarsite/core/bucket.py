"""Making a bucket ready for media: that there is one, who may read it, what it forgets, and that it works."""

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from avatarsite.core.s3 import MediaStorage

PROBE = "prepare/probe"
PROBE_CONTENT = b"ok"
UNFINISHED_DAYS = 2  # after which the bucket forgets parts of uploads that broke off
READERS = {  # addresses are signed, and no cookie is sent: whoever has one may read, from any page
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
NO_RULES = ("NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration")


def make(storage: MediaStorage) -> None:
    """Make the bucket unless it is there. Raises OSError with the server's words."""
    client, name = storage.client, storage.bucket_name
    try:
        if not _is_there(client, name):
            client.create_bucket(Bucket=name, **_place(storage))
    except (ClientError, BotoCoreError) as error:
        raise OSError(f"The bucket “{name}” cannot be had: {error}") from error


def rule(storage: MediaStorage) -> Iterator[str]:
    """Tell the bucket its rules; yields in words what it refused. Rules of the operator's own are kept."""
    rules: dict[str, Callable[[MediaStorage], None]] = {
        "who may read (CORS)": _tell_readers,
        "what to forget (lifecycle)": _tell_what_to_forget,
    }
    for what, tell in rules.items():
        try:
            tell(storage)
        except ClientError as error:
            yield f"The bucket was not told {what}; docs/deployment.md has the rule. It said: {error}"


def attempt(storage: Storage) -> None:
    """Write, read and delete a file, as every clip will. Raises OSError."""
    name = storage.save(PROBE, ContentFile(PROBE_CONTENT))
    with storage.open(name) as file:
        read = file.read()
    storage.delete(name)
    if read != PROBE_CONTENT:
        raise OSError("What is read is not what was written.")


def _is_there(client: Any, name: str) -> bool:
    try:
        client.head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
            return False
        raise
    return True


def _place(storage: MediaStorage) -> dict[str, Any]:
    """Amazon wants to hear the region again, unless it is the first one."""
    if "amazonaws.com" not in storage.endpoint_url or storage.region_name == "us-east-1":
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": storage.region_name}}


def _tell_readers(storage: MediaStorage) -> None:
    """Let pages read; a bucket that has rules already keeps them."""
    if not _rules(storage.client.get_bucket_cors, storage.bucket_name, "CORSRules"):
        storage.client.put_bucket_cors(Bucket=storage.bucket_name, CORSConfiguration={"CORSRules": [READERS]})


def _tell_what_to_forget(storage: MediaStorage) -> None:
    """Add our rule to those of the operator."""
    client, name = storage.client, storage.bucket_name
    rules = _rules(client.get_bucket_lifecycle_configuration, name, "Rules")
    others = [one for one in rules if one.get("ID") != UNFINISHED["ID"]]
    client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [*others, UNFINISHED]})


def _rules(ask: Any, bucket: str, name: str) -> list[dict[str, Any]]:
    try:
        return list(ask(Bucket=bucket)[name])
    except ClientError as error:
        if error.response["Error"]["Code"] in NO_RULES:
            return []
        raise
