"""What a helper process that opens strangers' files gives up before it opens the first one.

Called in the child itself, after its imports: what the process has by then is not counted. Nothing here needs special
rights, and the kernel enforces it whatever a decoder is made to do: no file is written, no address is reached, no
further file is opened, memory and time end.
"""

import os
import resource
import stat
import sys
from pathlib import Path

PAGE = resource.getpagesize()
LOG_BYTES = 16 * 1_048_576


def confine(memory: int, *, files: int = 1) -> None:
    """Allow this process `memory` further bytes, no writing to files, and `files` open at a time beyond those it has.

    A socket needs a file's number too: with the one number taken by the customer's file, there is none for a
    connection.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    writable = _room_for_the_log()
    resource.setrlimit(resource.RLIMIT_FSIZE, (writable, writable))
    total = _addressed() + memory
    resource.setrlimit(resource.RLIMIT_AS, (total, total))
    numbers = _filled_up() + files
    resource.setrlimit(resource.RLIMIT_NOFILE, (numbers, numbers))


def allow_seconds(seconds: float) -> None:
    """Let this process compute for `seconds` of processor time from now; then the kernel ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _room_for_the_log() -> int:
    """No file may be written, except for the log, where standard error is one: what went wrong must be readable."""
    log = os.fstat(sys.stderr.fileno())
    return log.st_size + LOG_BYTES if stat.S_ISREG(log.st_mode) else 0


def _addressed() -> int:
    """Bytes of address space that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * PAGE


def _filled_up() -> int:
    """Take every free number below the highest one in use; returns the first number that is free."""
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    spare = os.dup(0)
    while spare <= highest:
        spare = os.dup(0)
    os.close(spare)
    return spare
