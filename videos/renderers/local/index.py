"""The finished clip: the growing file's own bytes behind an index, so that one file serves both kinds of player.

A fragmented file is wrapped whole into one mdat box, and a moov in front tells where each sample lies in it. A player
of progressive MP4 reads the index, seeks at once, and never meets the fragments; a player of HLS is given ranges of the
very same bytes as they were while the clip grew. Nothing is copied twice or encoded again.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from avatarsite.core.engines import EngineFailed
from videos.renderers.local import boxes

COPY_BYTES = 1_048_576
DATA_HEAD = 16  # bytes of an mdat box with a 64-bit size


@dataclass
class Samples:
    """A track's samples in file order. `chunks`: (offset, number of samples) of each run; `keys`: counted from 1."""

    duration: int = 0  # of each sample, in ticks
    sizes: list[int] = field(default_factory=list)
    chunks: list[tuple[int, int]] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)


def index(fragmented: Path, final: Path) -> float:
    """Write the seekable copy of a complete fragmented clip. Returns the seconds of its longest track."""
    with fragmented.open("rb") as source, final.open("wb") as target:
        head, samples = _read(source)
        size = source.seek(0, os.SEEK_END)
        # offsets depend on the index's own size, which does not depend on the offsets
        start = len(_front(head, samples, 0)) + DATA_HEAD
        target.write(_front(head, samples, start))
        target.write(struct.pack(">I4sQ", 1, b"mdat", size + DATA_HEAD))
        source.seek(0)
        while piece := source.read(COPY_BYTES):
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    return max(_seconds(track, samples) for track in _tracks(head))


def start_of_fragments(file: IO[bytes]) -> int | None:
    """Where the growing file's bytes begin in a file written by `index`; None when it was not."""
    for kind, start, end in _boxes(file, 0, file.seek(0, os.SEEK_END)):
        if kind == b"mdat":
            file.seek(start + 4)
            return start if end - start >= 8 and file.read(4) == b"ftyp" else None
    return None


def _read(file: IO[bytes]) -> tuple[bytes, dict[int, Samples]]:
    """The moov's content, and every track's samples. Raises EngineFailed clip_broken."""
    head, samples = b"", dict[int, Samples]()
    try:
        for kind, start, end in _boxes(file, 0, file.seek(0, os.SEEK_END)):
            if kind in (b"moov", b"moof"):
                file.seek(start)
                content = file.read(end - start)
            if kind == b"moov":
                head = content
            elif kind == b"moof":
                _add_fragment(content, start - 8, samples)
        if not head or not samples:
            raise ValueError("no clip")
    except (struct.error, ValueError, KeyError) as error:
        raise EngineFailed("The clip could not be completed.", "clip_broken") from error
    return head, samples


def _boxes(file: IO[bytes], at: int, until: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, where its content begins, where it ends) of consecutive boxes. Raises ValueError for one that is cut."""
    while at < until:
        file.seek(at)
        size, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", file.read(8))[0], DATA_HEAD
        if size < head or at + size > until:
            raise ValueError("a box is cut")
        yield kind, at + head, at + size
        at += size


def _inside(content: bytes, wanted: bytes) -> Iterator[bytes]:
    """Contents of the boxes of a kind among those in `content`."""
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        if kind == wanted:
            yield content[at + 8 : at + size]
        at += max(size, 8)


def _add_fragment(moof: bytes, start: int, samples: dict[int, Samples]) -> None:
    """Take the samples of one fragment; the layout is that of `boxes.fragment`."""
    for run in _inside(moof, b"traf"):
        header, trun = next(_inside(run, b"tfhd")), next(_inside(run, b"trun"))
        track, duration, flags = struct.unpack_from(">III", header, 4)
        count, offset, first_flags = struct.unpack_from(">IiI", trun, 4)
        found = samples.setdefault(track, Samples(duration))
        if flags != boxes.SYNC and first_flags == boxes.SYNC:
            found.keys.append(len(found.sizes) + 1)
        found.sizes += struct.unpack_from(f">{count}I", trun, 16)
        found.chunks.append((start + offset, count))


def _front(head: bytes, samples: dict[int, Samples], shift: int) -> bytes:
    """ftyp and moov; `shift` is added to every chunk's offset."""
    seconds = max(_seconds(track, samples) for track in _tracks(head))
    movie = bytearray(next(_inside(head, b"mvhd")))
    struct.pack_into(">I", movie, 16, round(seconds * boxes.MOVIE_TIMESCALE))
    tracks = [_indexed(track, samples, shift) for track in _tracks(head)]
    brands = boxes.box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
    return brands + boxes.box(b"moov", boxes.box(b"mvhd", bytes(movie)), *tracks)


def _tracks(head: bytes) -> list[bytes]:
    return list(_inside(head, b"trak"))


def _facts(track: bytes) -> tuple[int, int]:
    """A track's number and ticks a second."""
    media = next(_inside(track, b"mdia"))
    number = struct.unpack_from(">I", next(_inside(track, b"tkhd")), 12)[0]
    return number, struct.unpack_from(">I", next(_inside(media, b"mdhd")), 12)[0]


def _seconds(track: bytes, samples: dict[int, Samples]) -> float:
    number, timescale = _facts(track)
    found = samples.get(number, Samples())
    return len(found.sizes) * found.duration / timescale


def _indexed(track: bytes, samples: dict[int, Samples], shift: int) -> bytes:
    """A trak with its length and its sample table filled in."""
    number, timescale = _facts(track)
    found = samples.get(number, Samples())
    media = next(_inside(track, b"mdia"))
    head, times = bytearray(next(_inside(track, b"tkhd"))), bytearray(next(_inside(media, b"mdhd")))
    struct.pack_into(">I", head, 20, round(_seconds(track, samples) * boxes.MOVIE_TIMESCALE))
    struct.pack_into(">I", times, 16, len(found.sizes) * found.duration)
    information = next(_inside(media, b"minf"))
    kinds = (b"vmhd", b"smhd", b"dinf")
    kept = [boxes.box(kind, content) for kind in kinds for content in _inside(information, kind)]
    description = next(_inside(next(_inside(information, b"stbl")), b"stsd"))
    chunks = [(offset + shift, count) for offset, count in found.chunks]
    places = boxes.sample_table(found.sizes, found.duration, chunks, found.keys)
    table = boxes.box(b"stbl", boxes.box(b"stsd", description), *places)
    handler = boxes.box(b"hdlr", next(_inside(media, b"hdlr")))
    return boxes.box(
        b"trak",
        boxes.box(b"tkhd", bytes(head)),
        boxes.box(b"mdia", boxes.box(b"mdhd", bytes(times)), handler, boxes.box(b"minf", *kept, table)),
    )
