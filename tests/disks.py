"""Storages whose disk is in trouble."""

import errno
from typing import Any

from django.core.files.storage import FileSystemStorage


class FullDisk(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device", self.path(name))


class ReadOnlyDisk(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        raise OSError(errno.EROFS, "Read-only file system", self.path(name))
