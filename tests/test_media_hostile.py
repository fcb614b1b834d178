"""Hostile films, sounds and pictures: refused by name or made harmless, cheaply, and nothing else is touched."""

import resource
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from avatarsite.core import media
from avatarsite.core.children import ChildPool
from avatarsite.core.confinement import LOG_BYTES
from avatarsite.core.engines import EngineFailed
from avatarsite.core.media import Limits
from tests import hostile
from tests.fakes.raw_server import RawServer, plain
from tests.samples import film
from twins import pictures
from twins.knowledge import reading

pytestmark = pytest.mark.engine
REFUSED = {"media_unsupported", "media_broken"}
VARIANTS = 8  # of each good sample; `python -m tests.hostile 1000` tries more


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def secret(folder: Path) -> Path:
    """Another customer's recording."""
    return film(folder / "secret.wav", audio="pcm_s16le", seconds=4)


@pytest.fixture(scope="module")
def canary() -> Iterator[RawServer]:
    with RawServer(plain(hostile.wave())) as server:
        yield server


@pytest.fixture(autouse=True)
def measured(request: pytest.FixtureRequest) -> Iterator[None]:
    """No process that opens media may ever hold much, and none may be left as a zombie."""
    yield
    assert hostile.most_memory() < hostile.MOST_MEMORY
    for child in media._pool._living | pictures._pool._living:
        assert "\nState:\tZ" not in Path(f"/proc/{child.process.pid}/status").read_text()


@pytest.fixture(scope="module")
def named(folder: Path, secret: Path, canary: RawServer) -> dict[str, bytes]:
    return hostile.playlists(canary.url, secret) | hostile.no_media()


def codes(path: Path, **limits: Any) -> set[str]:
    """How every door for films and sounds refuses a file."""
    found = set()
    for door in (lambda: media.probe(path, Limits(**limits)), lambda: list(media.sound(path, 16_000))):
        try:
            door()
            found.add("good")
        except EngineFailed as error:
            assert not error.retryable and "/" not in error.message.replace("width × height", "")
            found.add(error.code)
    return found


def code(path: Path, **limits: Any) -> str:
    try:
        found = media.probe(path, Limits(**limits))
    except EngineFailed as error:
        return error.code
    return "unknown codec" if found.audio and not found.audio.decodable else "good"


def written(folder: Path, content: bytes, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["film.mp4", "film.m3u8", "film.wav", "film"])
def test_texts_that_lead_elsewhere_and_files_of_other_kinds_are_refused_under_any_name(
    folder: Path, named: dict[str, bytes], canary: RawServer, name: str
) -> None:
    for what, content in named.items():
        assert codes(written(folder, content, name)) == {"media_unsupported"}, what
    assert canary.arrivals == 0


@pytest.mark.parametrize("magic", hostile.MAGICS)
def test_a_playlist_behind_the_first_bytes_of_a_film_is_broken_and_leads_nowhere(
    folder: Path, named: dict[str, bytes], canary: RawServer, magic: str
) -> None:
    for what, content in named.items():
        assert codes(written(folder, hostile.MAGICS[magic] + content)) <= REFUSED | {"media_no_audio"}, what
    assert canary.arrivals == 0


def test_documents_and_pictures_that_lead_elsewhere_lead_nowhere(
    named: dict[str, bytes], canary: RawServer, secret: Path
) -> None:
    for what in ("svg", "entity", "html", "laughs"):
        said = ""
        try:
            read = reading.read_bytes(named[what], f"{what}.html", "en", lambda share: None)
            said = " ".join(piece.text for piece in read.pieces)
        except EngineFailed as error:
            assert not error.retryable
        assert "RIFF" not in said and len(said) < 10_000
    for what, content in named.items():
        assert hostile.try_picture(content) == "picture_unusable", what
    assert canary.arrivals == 0


def test_a_film_whose_data_is_said_to_be_in_another_file_does_not_open_it(folder: Path, secret: Path) -> None:
    good = film(folder / "own.mov", video="mpeg4", audio="aac", container="mov").read_bytes()
    elsewhere = hostile.patched(good, b"alis", 0, b"\0\0\0\0") if b"alis" in good else good
    elsewhere = elsewhere.replace(b"url \0\0\0\1", b"url \0\0\0\0")
    assert elsewhere != good
    assert codes(written(folder, elsewhere)) <= REFUSED | {"good"}


def test_two_files_in_one_are_what_their_first_bytes_say(folder: Path) -> None:
    good = film(folder / "good.mp4", video="mpeg4", audio="aac", seconds=1).read_bytes()
    sound = film(folder / "good.wav", audio="pcm_s16le", seconds=1).read_bytes()
    assert codes(written(folder, hostile.gif(1) + good)) == {"media_unsupported"}
    assert codes(written(folder, good + hostile.no_media()["zip"])) == {"good"}
    assert codes(written(folder, sound + b"<script>alert(1)</script>")) == {"good"}
    clean = pictures.clean(hostile.jpeg() + b"<script>alert(1)</script>")
    assert clean.startswith(b"\xff\xd8\xff") and b"script" not in clean


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("front", [True, False], ids=["index in front", "index at the end"])
def test_a_film_that_was_cut_is_broken_or_as_long_as_what_is_left(folder: Path, share: float, front: bool) -> None:
    options = {"movflags": "faststart"} if front else {}
    path = film(folder / "whole.mp4", video="libx264", audio="aac", seconds=2, **options)
    cut = written(folder, path.read_bytes()[: round(path.stat().st_size * share)])
    if front and share > 0.1:
        assert 0 < media.probe(cut).seconds < 2
    else:
        assert codes(cut) <= REFUSED | {"media_no_audio"}


def test_a_film_in_fragments_is_as_good_as_any(folder: Path) -> None:
    options = {"movflags": "frag_keyframe+empty_moov"}
    path = film(folder / "pieces.mp4", video="libx264", audio="aac", seconds=2, **options)
    assert media.probe(path).seconds == pytest.approx(2, abs=0.1)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"claimed": 0xFFFFFFFF}, {"good"}),
        ({"claimed": 0}, {"good", "media_broken"}),
        ({"channels": 0}, REFUSED),
        ({"channels": 65_535}, REFUSED | {"media_too_many_channels"}),
        ({"channels": 64}, {"media_too_many_channels"}),
        ({"rate": 0}, REFUSED),
        ({"rate": 0xFFFFFFFF}, REFUSED),
        ({"bits": 0}, {"unknown codec"}),
        ({"bits": 65_535}, {"unknown codec"}),
        ({"data": 0}, REFUSED),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_a_wave_is_believed_no_more_than_its_data(folder: Path, header: dict[str, int], expected: set[str]) -> None:
    path = written(folder, hostile.wave(**header))
    assert code(path) in expected
    if header == {"claimed": 0xFFFFFFFF}:
        assert media.probe(path).seconds == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize(
    ("box", "offset", "value", "expected"),
    [
        (b"mp4v", 24, struct.pack(">HH", 65_500, 65_500), {"media_too_many_pixels", "media_broken", "good"}),
        (b"tkhd", 76, struct.pack(">II", 65_500 << 16, 65_500 << 16), {"good"}),
        (b"mvhd", 12, struct.pack(">II", 1, 0xFFFFFFFF), {"good"}),
        (b"mdhd", 12, struct.pack(">I", 0), {"good", "media_broken"}),
        (b"mdhd", 12, struct.pack(">I", 0x7FFFFFFF), {"good", "media_broken", "media_too_fast"}),
        (b"mdhd", 12, struct.pack(">I", 1), {"media_too_long", "good"}),
        (b"stsz", 8, struct.pack(">I", 0x7FFFFFFF), REFUSED),
        (b"stts", 4, struct.pack(">I", 0x7FFFFFFF), REFUSED | {"good"}),
    ],
    ids=["coded size", "shown size", "duration", "no clock", "fast clock", "slow clock", "sample count", "times"],
)
def test_a_film_with_absurd_numbers_is_refused_or_measured(
    folder: Path, box: bytes, offset: int, value: bytes, expected: set[str]
) -> None:
    good = film(folder / "numbers.mp4", video="mpeg4", seconds=1).read_bytes()
    path = written(folder, hostile.patched(good, box, offset, value))
    assert code(path, seconds=600) in expected


def test_a_film_of_a_day_is_refused_where_it_passes_the_limit(folder: Path) -> None:
    assert code(hostile.sparse(folder / "day.mp4", seconds=86_400), seconds=600) == "media_too_long"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"fps": 1_000, "seconds": 2}, "media_too_fast"),
        ({"size": (4_112, 2_304), "seconds": 0.08}, "media_too_many_pixels"),
        ({"size": (2, 2)}, "good"),
        ({"size": (34, 50), "fps": 1}, "good"),
    ],
    ids=["a thousand a second", "above 4K", "tiny", "a picture a second"],
)
def test_pictures_too_many_or_too_large_are_refused(folder: Path, options: dict[str, Any], expected: str) -> None:
    assert code(film(folder / "odd.mp4", video="mpeg4", **options)) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("concat:a|b.mp4", "-rf", "$(id)", "`id`", "a\nb.mp4", "CON", ".htaccess", "%n%s", "ffconcat", "rtp:x"),
        *("\u202egpj.exe", "\U0001f600", "x" * 250, "subfile,,start,0,end,9,,:x", "data:audio", "..\\..\\x", "C:\\x"),
    ],
)
def test_a_name_is_only_a_name(folder: Path, secret: Path, name: str) -> None:
    path = written(folder, secret.read_bytes(), name)
    assert media.probe(path).seconds == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (hostile.png(50_000, 50_000), "picture_unusable"),
        (hostile.png(5_761, 5_760), "picture_unusable"),
        (hostile.png(0xFFFFFFFF, 0xFFFFFFFF, rows=0), "picture_unusable"),
        (hostile.png(0, 0, rows=0), "picture_unusable"),
        (hostile.png(100, 100), "picture_unusable"),
        (hostile.gif(10_000), "picture_unusable"),
        (hostile.animated_png(500), "good"),
        (hostile.with_segments(hostile.jpeg(), [b"Exif\0\0" + b"x" * 65_000] * 140), "good"),
        (hostile.with_segments(hostile.jpeg(), [b"ICC_PROFILE\0\1\1" + b"x" * 65_000] * 140, 0xE2), "good"),
        (hostile.with_segments(hostile.jpeg(), [b"x" * 65_000] * 170), "picture_unusable"),
        (hostile.jpeg()[:-400], "picture_unusable"),
        (hostile.jpeg().replace(struct.pack(">HH", 96, 128), struct.pack(">HH", 65_500, 65_500)), "picture_unusable"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8X\n\0\0\0\2\0\0\0\xff\xff\xff\xff\xff\xff", "picture_unusable"),
    ],
    ids=[
        *("2500 megapixels", "just above the limit", "the most pixels", "no pixels", "one row", "gif", "apng"),
        *("9 MB of EXIF", "9 MB of ICC", "more than 10 MB", "cut", "65500 squared", "webp of 16 million squared"),
    ],
)
def test_a_picture_that_is_a_bomb_costs_nothing(content: bytes, expected: str) -> None:
    assert hostile.try_picture(content) == expected


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_of_every_depth_come_out_as_plain_ones(depth: Any, channels: int) -> None:
    drawn = np.full((80, 100, channels), np.iinfo(depth).max // 2, depth)
    clean = pictures.clean(cv2.imencode(".png", drawn)[1].tobytes())
    again = cv2.imdecode(np.frombuffer(clean, np.uint8), cv2.IMREAD_UNCHANGED)
    assert (again.shape, again.dtype) == ((80, 100, 3), np.uint8)
    assert abs(int(again[40, 50, 0]) - 127) < 4


def test_where_a_picture_was_taken_is_not_kept_but_which_way_is_up_is_heeded() -> None:
    turned = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"  # orientation 6
    clean = pictures.clean(hostile.with_segments(hostile.jpeg(128, 96), [turned, b"GPS 51.5"]))
    assert b"Exif" not in clean and b"GPS" not in clean
    assert cv2.imdecode(np.frombuffer(clean, np.uint8), cv2.IMREAD_UNCHANGED).shape == (128, 96, 3)


def test_broken_variants_of_good_films_harm_nobody(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    for name, content in hostile.good_films(tmp_path).items():
        for variant in hostile.variants(content, VARIANTS, seed=7):
            found = hostile.try_film(written(tmp_path, variant))
            assert found == "good" or found.startswith("media_"), name
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < hostile.MOST_SECONDS
    assert len(media._pool._living) <= 2


def test_broken_variants_of_good_pictures_harm_nobody() -> None:
    for content in hostile.good_pictures().values():
        for variant in hostile.variants(content, VARIANTS * 3, seed=7):
            assert hostile.try_picture(variant) in ("good", "picture_unusable")


@pytest.fixture(scope="module")
def confined() -> Iterator[ChildPool]:
    pool = ChildPool("tests.confined_child", 1)
    yield pool
    pool.close()


def attempt(pool: ChildPool, what: str, argument: Any) -> Any:
    with pool.child() as child:
        child.send((what, argument))
        return child.receive(10)


def test_a_confined_process_can_read_one_file_and_nothing_else(
    confined: ChildPool, secret: Path, tmp_path: Path, canary: RawServer
) -> None:
    assert attempt(confined, "read", secret) == secret.read_bytes()
    assert attempt(confined, "read two", secret) == "OSError"
    assert attempt(confined, "connect", ("127.0.0.1", canary.port)) == "OSError" and canary.arrivals == 0
    assert attempt(confined, "remember", 128 * 1_048_576) == "MemoryError"
    assert attempt(confined, "remember", 16 * 1_048_576) == 16 * 1_048_576


def test_a_confined_process_that_computes_for_ever_is_ended_by_the_kernel(confined: ChildPool) -> None:
    with pytest.raises(EngineFailed) as failure:
        attempt(confined, "compute", None)
    assert failure.value.code == "engine_crashed"
    assert attempt(confined, "remember", 1_000) == 1_000, "the next call gets a new process"


def test_what_a_confined_process_could_write_is_no_more_than_a_log(confined: ChildPool) -> None:
    with confined.child() as child:
        limits = Path(f"/proc/{child.process.pid}/limits").read_text()
    most = int(limits.split("Max file size")[1].split()[0])
    assert most == 0 or most >= LOG_BYTES, "0, or what standard error may grow to where it is a file"
