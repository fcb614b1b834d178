"""Media in a bucket that speaks S3: whatever is read or written here fails as a disk would, with an OSError."""

import errno
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

READ_BYTES = 65_536  # that a reader asks for at once
MEMORY_BYTES = 1_048_576  # of a file that is being read; more goes to disk
MOST_SECONDS = 604_800  # that a signed address can be valid (AWS Signature Version 4: seven days)
HURRIED = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1})
NOT_THERE = ("404", "NoSuchKey", "NotFound")


class MediaStorage(S3Storage):  # type: ignore[misc]
    """django-storages' S3, with errors of a disk, parts of files, and addresses as browsers reach the bucket.

    public_endpoint: where browsers find what `endpoint_url` is here; "" where both are the same.
    """

    def __init__(self, *, public_endpoint: str = "", **options: Any) -> None:
        super().__init__(**options)
        self._public_endpoint = public_endpoint or self.endpoint_url
        self._making = threading.Lock()
        self._clients: dict[tuple[str, bool], Any] = {}  # unlike resources, a client may be used by all threads

    def url(self, name: str, *_: Any, **__: Any) -> str:
        """A signed address, made without asking anybody."""
        wanted = {"Bucket": self.bucket_name, "Key": self._key(name)}
        seconds = min(self.querystring_expire, MOST_SECONDS)
        signer = self._client_of(self._public_endpoint)
        address: str = signer.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)
        return address

    @property
    def client(self) -> Any:
        """boto3's client of the bucket's server."""
        return self._client_of(self.endpoint_url)

    def _client_of(self, endpoint: str, *, hurried: bool = False) -> Any:
        config = self.client_config.merge(HURRIED) if hurried else self.client_config
        with self._making:
            if (endpoint, hurried) not in self._clients:
                self._clients[endpoint, hurried] = self._create_session().client(
                    "s3", region_name=self.region_name, endpoint_url=endpoint, config=config
                )
            return self._clients[endpoint, hurried]

    def part(self, name: str, first: int, count: int) -> bytes:
        """Up to `count` bytes from byte `first`; fewer at the end of the file."""
        if count <= 0:
            return b""
        with _like_a_disk(name):
            wanted = {"Bucket": self.bucket_name, "Key": self._key(name)}
            answer = self.client.get_object(**wanted, Range=f"bytes={first}-{first + count - 1}")
            return bytes(answer["Body"].read())

    def reader(self, name: str) -> io.BufferedReader:
        """A file that is read where one looks, and nowhere else."""
        return io.BufferedReader(_Parts(self, name), READ_BYTES)

    def size(self, name: str) -> int:
        with _like_a_disk(name):
            return int(self.client.head_object(Bucket=self.bucket_name, Key=self._key(name))["ContentLength"])

    def exists(self, name: str) -> bool:
        with _like_a_disk(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _like_a_disk(name):
            super().delete(name)

    def check(self) -> None:
        """Raise OSError unless the bucket answers, within a few seconds."""
        with _like_a_disk(self.bucket_name):
            self._client_of(self.endpoint_url, hurried=True).head_bucket(Bucket=self.bucket_name)

    def fetch(self, name: str) -> IO[bytes]:
        """A copy of a file on this machine, which is gone when it is closed."""
        copy: IO[bytes] = SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115  who opened it closes it
        try:
            with _like_a_disk(name):
                self.client.download_fileobj(self.bucket_name, self._key(name), copy, Config=self.transfer_config)
        except OSError:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def _open(self, name: str, mode: str = "rb") -> File:  # type: ignore[type-arg]
        if mode != "rb":
            raise ValueError(f"Stored files are read, or saved whole: mode {mode!r} is not possible.")
        return StoredFile(self, name)

    def _save(self, name: str, content: Any) -> str:
        with _like_a_disk(name):
            return str(super()._save(name, content))

    def _key(self, name: str) -> str:
        return str(self._normalize_name(clean_name(name)))


class StoredFile(File):  # type: ignore[type-arg]
    """A stored file's copy on this machine; opened again after it was closed, it is fetched again."""

    def __init__(self, storage: MediaStorage, name: str) -> None:
        super().__init__(storage.fetch(name), name)
        self._storage = storage

    def open(self, mode: str | None = None, *_: Any, **__: Any) -> "StoredFile":
        if self.closed:
            self.file = self._storage.fetch(self.name or "")
        else:
            self.seek(0)
        return self


class _Parts(io.RawIOBase):
    def __init__(self, storage: MediaStorage, name: str) -> None:
        self._storage, self._name = storage, name
        self._size, self._at = storage.size(name), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, target: Any) -> int:
        piece = self._storage.part(self._name, self._at, min(len(target), self._size - self._at))
        target[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


@contextmanager
def _like_a_disk(name: str) -> Iterator[None]:
    """Errors of S3 as those of a file: FileNotFoundError, PermissionError, or OSError(EIO)."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in NOT_THERE:
            raise FileNotFoundError(errno.ENOENT, "The bucket has no such file.", name) from error
        if code in ("403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
            raise PermissionError(errno.EACCES, "The bucket refused this.", name) from error
        raise OSError(errno.EIO, f"The bucket answered {code or 'with an error'}.", name) from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(errno.EIO, f"The bucket could not be reached ({type(error).__name__}).", name) from error
