"""Our own disk when it fails, in words without paths."""

import errno

from avatarsite.core.engines import EngineFailed

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
TROUBLES = FULL | {errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}


def trouble(error: OSError) -> EngineFailed:
    """disk_full or storage_failed; both may pass, so both are tried again."""
    if error.errno in FULL:
        return EngineFailed("The disk is full: the file could not be stored.", "disk_full", retryable=True)
    return EngineFailed("The storage could not be written.", "storage_failed", retryable=True)
