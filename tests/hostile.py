"""Hostile media files, made for tests, by what they are; and a command that tries many broken variants of good ones.

    python -m tests.hostile 1000      1,000 variants of each good sample, against every door for media

Sources of the cases: the playlist formats that FFmpeg opens by content, and what uploads of media are attacked with.
"""

import random
import resource
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from avatarsite.core import media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.media import Limits
from tests.samples import film
from twins import pictures

MOST_SECONDS = 10.0  # of processor time that one file may cost
MOST_MEMORY = 512  # MiB that a process which opens them may ever hold


def playlists(url: str, secret: Path) -> dict[str, bytes]:
    """Texts that name other files and addresses, which FFmpeg would open."""
    hls = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n{}#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
    named = {
        "hls absolute": hls.format("", secret),
        "hls relative": hls.format("", secret.name),
        "hls upwards": hls.format("", f"../{secret.parent.name}/{secret.name}"),
        "hls http": hls.format("", url),
        "hls concat": hls.format("", f"concat:{secret}|{url}"),
        "hls subfile": hls.format("", f"subfile,,start,0,end,9,,:{secret}"),
        "hls data": hls.format("", "data:audio/x-wav;base64,UklGRg=="),
        "hls key": hls.format(f'#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n', secret),
        "hls master": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{url}\n",
        "hls with bom": "\ufeff" + hls.format("", url),
        "ffconcat": f"ffconcat version 1.0\nfile '{secret}'\nfile '{url}'\n",
        "ffconcat relative": f"ffconcat version 1.0\nfile {secret.name}\n",
        "dash": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><BaseURL>{url}</BaseURL>'
        '<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"/></AdaptationSet></Period></MPD>',
        "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
        "imf": f'<?xml version="1.0"?><AssetMap><Path>{secret}</Path></AssetMap>',
        "smil": f'<smil><body><video src="{url}"/></body></smil>',
        "m3u": f"{url}\n{secret}\n",
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<image xlink:href="file://{secret}"/><image xlink:href="{url}"/></svg>',
        "entity": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><x>&e;</x>',
        "html": f'<!DOCTYPE html><video src="{url}"></video><script src="{url}"></script>',
    }
    return {name: text.encode() for name, text in named.items()}


MAGICS = {
    "wave": b"RIFF\xff\xff\xff\x7fWAVEfmt ",
    "mp3": b"ID3\x03\x00\x00\x00\x00\x00\x00",
    "mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom",
    "webm": b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x86\x81\x01\x42\x82\x84webm",
    "ogg": b"OggS\0\x02\0\0\0\0\0\0\0\0",
    "flac": b"fLaC\0\0\0\x22",
}


def no_media() -> dict[str, bytes]:
    """Files of other kinds, and of no kind."""
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("film.mp4", b"\0" * 1_000)
    return {
        "nothing": b"",
        "one byte": b"\0",
        "text": b"A film about lighthouses.\n" * 40,
        "noise": random.Random(1).randbytes(5_000),
        "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF",
        "zip": archive.getvalue(),
        "php": b"<?php system($_GET['x']); ?>",
        "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 100,
        "laughs": b'<!DOCTYPE l [<!ENTITY a "ha">' + b'<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">' * 20 + b"]><l>&b;</l>",
    }


def wave(
    *, channels: int = 1, rate: int = 8_000, bits: int = 16, claimed: int | None = None, data: int = 64_000
) -> bytes:
    """A WAV whose header says what it is told to."""
    size = data if claimed is None else claimed
    block = max(1, channels * bits // 8) & 0xFFFF
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * block & 0xFFFFFFFF, block, bits)
    riff = struct.pack("<4sI4s4sI", b"RIFF", min(size + 36, 0xFFFFFFFF), b"WAVE", b"fmt ", 16)
    return riff + head + struct.pack("<4sI", b"data", size) + b"\1\0" * (data // 2)


def patched(content: bytes, box: bytes, offset: int, value: bytes) -> bytes:
    """A film with other bytes at an offset behind the first four letters of a box."""
    place = content.index(box) + 4 + offset
    return content[:place] + value + content[place + len(value) :]


def sparse(path: Path, *, seconds: float, frames: int = 50) -> Path:
    """A film of few pictures that lasts as long as is wished."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25, width=16, height=16, pix_fmt="yuv420p")
        for number in range(frames):
            frame = av.VideoFrame(16, 16, "yuv420p")
            frame.pts = round(number * seconds * 25 / frames)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def png(width: int, height: int, *, rows: int = 1) -> bytes:
    """A PNG that claims a size and holds `rows` rows of it, or fewer."""
    data = zlib.compress(b"\0" * rows * (width * 3 + 1), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def animated_png(frames: int) -> bytes:
    """64 x 64, of as many frames."""
    data = zlib.compress(b"\0" * 64 * (64 * 3 + 1))
    parts = [
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)),
        _chunk(b"acTL", struct.pack(">II", frames, 0)),
    ]
    for number in range(frames):
        control = struct.pack(">IIIIIHHBB", number * 2, 64, 64, 0, 0, 1, 25, 0, 0)
        parts.append(_chunk(b"fcTL", control))
        parts.append(_chunk(b"fdAT", struct.pack(">I", number * 2 + 1) + data) if number else _chunk(b"IDAT", data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def gif(frames: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"\x21\xf9\x04\0\1\0\0\0" + b"\x2c" + struct.pack("<HHHHB", 0, 0, 64, 64, 0) + b"\2\2\x44\1\0"
    return head + frame * frames + b"\x3b"


def jpeg(width: int = 128, height: int = 96) -> bytes:
    rows = np.linspace(0, 255, width * height * 3).astype(np.uint8).reshape(height, width, 3)
    return bytes(cv2.imencode(".jpg", rows)[1].tobytes())


def with_segments(picture: bytes, segments: list[bytes], marker: int = 0xE1) -> bytes:
    """A JPEG with further segments of metadata."""
    told = b"".join(struct.pack(">BBH", 0xFF, marker, len(part) + 2) + part for part in segments)
    return picture[:2] + told + picture[2:]


def variants(content: bytes, count: int, seed: int = 0) -> Iterator[bytes]:
    """A file with a few bits turned, a piece cut out, doubled or made random; other ones for another seed."""
    dice = random.Random(seed)
    for _ in range(count):
        data = bytearray(content)
        for _ in range(dice.choice((1, 4, 30))):
            data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        start = dice.randrange(len(data))
        piece = slice(start, start + dice.randrange(1, 200))
        match dice.randrange(5):
            case 0:
                del data[piece]
            case 1:
                data[piece] = data[piece] * 2
            case 2:
                data[piece] = dice.randbytes(len(data[piece]))
            case 3:
                del data[start:]
        yield bytes(data)


def good_films(folder: Path) -> dict[str, bytes]:
    made = {
        "h264.mp4": {"video": "libx264", "audio": "aac"},
        "hevc.mp4": {"video": "libx265"},
        "fragmented.mp4": {"video": "libx264", "audio": "aac", "movflags": "frag_keyframe+empty_moov"},
        "vp8.webm": {"video": "libvpx", "audio": "libopus"},
        "vp9.webm": {"video": "libvpx-vp9"},
        "sound.wav": {"audio": "pcm_s16le"},
        "sound.mp3": {"audio": "libmp3lame"},
        "sound.ogg": {"audio": "libopus"},
        "sound.flac": {"audio": "flac"},
        "sound.m4a": {"audio": "aac"},
    }
    return {name: film(folder / name, seconds=0.4, **options).read_bytes() for name, options in made.items()}


def good_pictures() -> dict[str, bytes]:
    picture = cv2.imdecode(np.frombuffer(jpeg(), np.uint8), cv2.IMREAD_COLOR)
    return {"jpeg": jpeg()} | {kind: bytes(cv2.imencode(f".{kind}", picture)[1].tobytes()) for kind in ("png", "webp")}


def try_film(path: Path) -> str:
    """What the doors for films and sounds say: "good", or the code of the refusal."""
    try:
        found = media.probe(path, Limits(seconds=60, pixels=4_000_000))
        if found.audio is not None and found.audio.decodable:
            for _ in media.sound(path, 16_000, seconds=10):
                pass
    except EngineFailed as error:
        return error.code
    return "good"


def try_picture(content: bytes) -> str:
    try:
        return "good" if pictures.clean(content) else "empty"
    except EngineFailed as error:
        return error.code


def most_memory() -> int:
    """MiB that any process which opens media has ever held."""
    living = [*media._pool._living, *pictures._pool._living]
    held = [Path(f"/proc/{child.process.pid}/status").read_text().split("VmHWM:")[1].split()[0] for child in living]
    return max((int(kilobytes) // 1_024 for kilobytes in held), default=0)


def main(count: int) -> None:
    """Prints what became of `count` variants of every good sample."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "variant"

        def as_file(content: bytes) -> str:
            path.write_bytes(content)
            return try_film(path)

        samples: list[tuple[str, bytes, Callable[[bytes], str]]]
        samples = [(name, content, as_file) for name, content in good_films(Path(folder)).items()]
        samples += [(name, content, try_picture) for name, content in good_pictures().items()]
        for name, content, attempt in samples:
            _report(name, [_timed(attempt, variant) for variant in variants(content, count)])
    for pool in (media._pool, pictures._pool):
        pool.close()


def _timed(attempt: Callable[[bytes], str], content: bytes) -> tuple[str, float]:
    started = time.perf_counter()
    return attempt(content), time.perf_counter() - started


def _report(name: str, results: list[tuple[str, float]]) -> None:
    counted: Any = Counter(code for code, _ in results)
    slowest = max(seconds for _, seconds in results)
    print(
        f"{name:15} slowest {slowest:5.2f} s  most memory {most_memory():4} MiB  {dict(counted.most_common())}",
        flush=True,
    )


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "avatarsite.settings")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    print(f"processor time of all children: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.0f} s")
