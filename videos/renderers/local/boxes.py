"""ISO base media boxes of a fragmented MP4 (ISO/IEC 14496-12, -14, -15): one H.264 track, one AAC track.

FFmpeg's muxer writes a fragment only when the next one begins, and gives no sizes; a reader of a growing file needs
each fragment the moment its last frame is encoded, and its exact end. Hence these boxes of our own.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

MOVIE_TIMESCALE = 1000
UNITY_MATRIX = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
SYNC, NOT_SYNC = 0x02000000, 0x01010000  # sample flags (14496-12, 8.8.3.1)


@dataclass(frozen=True)
class Track:
    """What the header says of a track. `entry` is its sample entry box (avc1, mp4a); timescale in ticks a second."""

    number: int
    handler: bytes
    timescale: int
    entry: bytes
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Run:
    """Consecutive samples of one track. `start` and `duration` (of each sample) in ticks of the track."""

    track: int
    start: int
    duration: int
    samples: Sequence[bytes]
    first_is_sync: bool = True
    all_sync: bool = False


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def header(tracks: Sequence[Track]) -> bytes:
    """The file's beginning: ftyp and a moov without samples."""
    brands = box(b"ftyp", b"iso5", struct.pack(">I", 512), b"iso5iso6mp41")
    times = struct.pack(">4I", 0, 0, MOVIE_TIMESCALE, 0)
    rate_volume = struct.pack(">IH10x", 0x10000, 0x0100)
    movie = full_box(b"mvhd", 0, 0, times, rate_volume, UNITY_MATRIX, bytes(24), struct.pack(">I", len(tracks) + 1))
    extends = box(b"mvex", *(full_box(b"trex", 0, 0, struct.pack(">5I", t.number, 1, 0, 0, 0)) for t in tracks))
    return brands + box(b"moov", movie, *map(_track, tracks), extends)


def _track(track: Track) -> bytes:
    sound = track.handler == b"soun"
    size = struct.pack(">II", track.width << 16, track.height << 16)
    head = full_box(
        b"tkhd",
        0,
        3,  # enabled, in the movie
        struct.pack(">5I8x4H", 0, 0, track.number, 0, 0, 0, int(sound), 0x0100 if sound else 0, 0),
        UNITY_MATRIX,
        size,
    )
    media = full_box(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, track.timescale, 0, 0x55C4, 0))  # language "und"
    handler = full_box(b"hdlr", 0, 0, bytes(4), track.handler, bytes(12), b"\0")
    return box(b"trak", head, box(b"mdia", media, handler, _media_information(track, sound)))


def _media_information(track: Track, sound: bool) -> bytes:
    kind = full_box(b"smhd", 0, 0, bytes(4)) if sound else full_box(b"vmhd", 0, 1, bytes(8))
    data = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    empty = [full_box(name, 0, 0, bytes(4)) for name in (b"stts", b"stsc", b"stco")]
    description = full_box(b"stsd", 0, 0, struct.pack(">I", 1), track.entry)
    return box(b"minf", kind, data, box(b"stbl", description, *empty, full_box(b"stsz", 0, 0, bytes(8))))


def sample_table(
    sizes: Sequence[int], duration: int, chunks: Sequence[tuple[int, int]], keys: Sequence[int]
) -> list[bytes]:
    """The boxes of an stbl that tell where samples are: all last `duration` ticks; `chunks` are (offset, samples).

    `keys` are the numbers, from 1, of the samples that can be decoded alone; empty: all of them.
    """
    counts = [(1 + n, count) for n, (_, count) in enumerate(chunks) if not n or count != chunks[n - 1][1]]
    groups = b"".join(struct.pack(">III", first, count, 1) for first, count in counts)
    table = [
        full_box(b"stts", 0, 0, struct.pack(">III", 1, len(sizes), duration)),
        full_box(b"stsc", 0, 0, struct.pack(">I", len(counts)), groups),
        full_box(b"stsz", 0, 0, struct.pack(f">II{len(sizes)}I", 0, len(sizes), *sizes)),
        full_box(b"co64", 0, 0, struct.pack(f">I{len(chunks)}Q", len(chunks), *(offset for offset, _ in chunks))),
    ]
    if keys:
        table.append(full_box(b"stss", 0, 0, struct.pack(f">I{len(keys)}I", len(keys), *keys)))
    return table


def avc_entry(width: int, height: int, configuration: bytes) -> bytes:
    """Sample entry of H.264 with BT.709 colours; `configuration` is the AVCDecoderConfigurationRecord."""
    shape = struct.pack(">6xH16xHHIIIH32xHh", 1, width, height, 0x480000, 0x480000, 0, 1, 24, -1)
    colours = box(b"colr", b"nclx", struct.pack(">HHHB", 1, 1, 1, 0))
    return box(b"avc1", shape, box(b"avcC", configuration), colours)


def aac_entry(sample_rate: int, configuration: bytes, bit_rate: int) -> bytes:
    """Sample entry of mono AAC-LC; `configuration` is the AudioSpecificConfig."""
    shape = struct.pack(">6xH8xHHIHH", 1, 1, 16, 0, sample_rate, 0)
    specific = _descriptor(5, configuration)
    decoder = _descriptor(4, struct.pack(">BBHBII", 0x40, 0x15, 0, 0, bit_rate, bit_rate) + specific)
    stream = _descriptor(3, struct.pack(">HB", 2, 0) + decoder + _descriptor(6, b"\x02"))
    return box(b"mp4a", shape, full_box(b"esds", 0, 0, stream))


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes([tag, len(body)]) + body  # lengths under 128 take one byte; ours are under 50


def fragment(sequence: int, runs: Sequence[Run]) -> bytes:
    """One moof with its mdat. `sequence` counts from 1."""
    size = len(_moof(sequence, runs, 0))
    data = b"".join(sample for run in runs for sample in run.samples)
    return _moof(sequence, runs, size + 8) + struct.pack(">I4s", len(data) + 8, b"mdat") + data


def _moof(sequence: int, runs: Sequence[Run], offset: int) -> bytes:
    parts = [full_box(b"mfhd", 0, 0, struct.pack(">I", sequence))]
    for run in runs:
        parts.append(_track_fragment(run, offset))
        offset += sum(map(len, run.samples))
    return box(b"moof", *parts)


def _track_fragment(run: Run, offset: int) -> bytes:
    default_flags = SYNC if run.all_sync else NOT_SYNC
    # 0x020000: offsets count from the moof; 0x08, 0x20: default duration and flags follow
    head = full_box(b"tfhd", 0, 0x020028, struct.pack(">III", run.track, run.duration, default_flags))
    time = full_box(b"tfdt", 1, 0, struct.pack(">Q", run.start))
    first_flags = SYNC if run.first_is_sync else NOT_SYNC
    sizes = struct.pack(f">{len(run.samples)}I", *map(len, run.samples))
    # 0x01, 0x04, 0x200: data offset, flags of the first sample, a size for each sample
    samples = full_box(b"trun", 0, 0x205, struct.pack(">IiI", len(run.samples), offset, first_flags), sizes)
    return box(b"traf", head, time, samples)
