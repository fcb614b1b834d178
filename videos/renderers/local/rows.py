"""Many frames in one file: written one by one, and read so that only a few stay in this process's memory.

At 1080p the posed frames of a face are 400 MB. The system keeps what it has room for, so a frame that is read again
costs a tenth of a millisecond; a process that had to hold them all would cost every process that memory.
"""

import mmap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

KEPT_BYTES = 128 * 1_048_576  # of one file; a smaller one is kept in memory as it is read
PAGE = mmap.PAGESIZE

Picture = NDArray[np.uint8]


class Rows:
    """`count` pictures of one shape that are made while they are saved."""

    def __init__(self, count: int, shape: tuple[int, ...], pictures: Iterable[Picture]) -> None:
        self._shape = (count, *shape)
        self._pictures = pictures

    def save(self, path: Path) -> None:
        """Write them as an .npy file. Raises OSError."""
        with path.open("wb") as file:
            header = {"descr": "|u1", "fortran_order": False, "shape": self._shape}
            np.lib.format.write_array_header_1_0(file, header)
            for picture in self._pictures:
                file.write(np.ascontiguousarray(picture).data)


class Frames:
    """The rows of an .npy file, by number. A row of a large file is let go of when another one is read."""

    def __init__(self, path: Path) -> None:
        self._all: Any = np.load(path, mmap_mode="r", allow_pickle=False)
        self._lean = self._all.nbytes > KEPT_BYTES
        self._read: int | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self._all.shape)

    def __getitem__(self, number: int) -> Picture:
        if self._lean and self._read is not None and self._read != number:
            self._let_go(self._read)
        self._read = number
        return np.asarray(self._all[number])

    def _let_go(self, number: int) -> None:
        """Whoever still holds the row may read it: its pages come back from the file."""
        size = self._all.nbytes // len(self._all)
        begin = self._all.offset % mmap.ALLOCATIONGRANULARITY + number * size
        first, end = -(-begin // PAGE) * PAGE, (begin + size) // PAGE * PAGE
        self._all._mmap.madvise(mmap.MADV_DONTNEED, first, end - first)
