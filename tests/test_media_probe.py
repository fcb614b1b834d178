"""What a film or sound is found to be, and the sound in it; the process that opens it can do nothing else."""

from pathlib import Path

import av
import numpy as np
import pytest

from avatarsite.core import media
from avatarsite.core.engines import EngineFailed
from avatarsite.core.media import Limits
from tests.samples import TONE, film, tone

pytestmark = pytest.mark.engine
FILMS = {
    "film.mp4": ("mp4", "libx264", "h264", "aac", "aac"),
    "film.mov": ("mov", "mpeg4", "mpeg4", "aac", "aac"),
    "film.webm": ("webm", "libvpx", "vp8", "libopus", "opus"),
    "nine.webm": ("webm", "libvpx-vp9", "vp9", "libopus", "opus"),
    "film.mkv": ("matroska", "libx264", "h264", "flac", "flac"),
}
SOUNDS = {
    "sound.wav": ("wav", "pcm_s16le"),
    "sound.mp3": ("mp3", "libmp3lame"),
    "sound.ogg": ("ogg", "libopus"),
    "sound.flac": ("flac", "flac"),
    "sound.m4a": ("mp4", "aac"),
    "sound.webm": ("webm", "libopus"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def good(folder: Path) -> Path:
    return film(folder / "good.mp4", video="libx264", audio="aac", seconds=2)


def refused(path: Path, **limits: object) -> str:
    with pytest.raises(EngineFailed) as failure:
        media.probe(path, Limits(**limits))
    assert not failure.value.retryable and str(path) not in failure.value.message
    return failure.value.code


@pytest.mark.parametrize("name", FILMS)
def test_a_film_is_told_by_its_content_whatever_its_name(folder: Path, name: str) -> None:
    container, encoder, codec, sound_encoder, sound_codec = FILMS[name]
    path = film(folder / name, video=encoder, audio=sound_encoder, seconds=2).rename(folder / f"{name}.txt")
    found = media.probe(path)
    assert (found.container, found.bytes) == (container, path.stat().st_size)
    assert found.seconds == pytest.approx(2, abs=0.05)
    assert found.video == media.VideoFacts(codec, 64, 48, pytest.approx(25), 50, 0, "yuv420p", 1, True)
    assert found.audio == media.AudioFacts(sound_codec, 48_000, 1, 1, True)


@pytest.mark.parametrize("name", SOUNDS)
def test_any_sound_comes_as_plain_samples(folder: Path, name: str) -> None:
    container, encoder = SOUNDS[name]
    path = film(folder / name, audio=encoder, seconds=2.5, layout="stereo")
    assert media.probe(path).container == container
    pcm = np.frombuffer(b"".join(media.sound(path, 16_000)), "<i2").astype(float)
    assert len(pcm) / 16_000 == pytest.approx(2.5, abs=0.07)
    spectrum = np.abs(np.fft.rfft(pcm[4_000:20_000]))
    assert spectrum.argmax() == TONE
    assert 4_000 < np.abs(pcm).max() < 12_000


def test_a_sound_is_cut_where_asked_and_comes_in_seconds(folder: Path) -> None:
    path = film(folder / "long.wav", audio="pcm_s16le", seconds=4)
    assert [len(piece) for piece in media.sound(path, 8_000, seconds=2.5)] == [16_000, 16_000, 8_000]


def test_a_decoder_that_was_left_early_is_not_in_the_way_of_the_next(good: Path) -> None:
    for _ in range(5):
        pieces = media.sound(good, 24_000)
        next(pieces)
        pieces.close()
    assert media.probe(good).seconds > 1.9


def test_ten_minutes_of_sound_take_no_memory(folder: Path) -> None:
    path = film(folder / "hour.wav", audio="pcm_u8", seconds=600, rate=8_000)
    sizes, most = [], {}
    for piece in media.sound(path, 24_000):
        sizes.append(len(piece))
        if len(sizes) in (20, 590):
            most[len(sizes)] = max(peak(child) for child in media._pool._living)
    assert sum(sizes) == 600 * 48_000
    assert most[590] < most[20] + 4, "MiB at the end, against those in the beginning"


def peak(child: object) -> int:
    """The most memory that a process has used, MiB."""
    status = Path(f"/proc/{child.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1_024


def test_pictures_a_second_are_counted_not_believed(folder: Path) -> None:
    path = folder / "claims.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25, width=64, height=48, pix_fmt="yuv420p")
        for pts in (0, 1, 2, 3, 4, 20, 24):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = pts
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    video = media.probe(path).video
    assert (video.frames, video.fps) == (7, pytest.approx(6 / 0.96))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_film_that_is_shown_turned_says_so(folder: Path, turn: int) -> None:
    path = folder / f"turned{turn}.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25, width=64, height=48, pix_fmt="yuv420p")
        stream.set_display_rotation(-turn)  # counter-clockwise, as FFmpeg counts
        out.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        out.mux(stream.encode(None))
    assert media.probe(path).video.rotation == turn


def test_a_cover_picture_is_no_film(folder: Path) -> None:
    path = folder / "cover.mp3"
    with av.open(str(path), "w", format="mp3") as out:
        cover = out.add_stream("png", rate=1, width=64, height=48, pix_fmt="rgb24")
        cover.disposition = av.stream.Disposition.attached_pic
        sound = out.add_stream("libmp3lame", rate=48_000, layout="mono")
        out.mux(cover.encode(av.VideoFrame(64, 48, "rgb24")))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1_152), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    found = media.probe(path)
    assert found.video is None and found.audio.codec == "mp3"
    assert refused(path, needs_video=True) == "media_no_video"


def test_a_codec_that_is_not_opened_is_named(folder: Path) -> None:
    found = media.probe(film(folder / "old.mkv", video="ffv1", audio="ac3"))
    assert (found.video.codec, found.video.decodable) == ("ffv1", False)
    assert (found.audio.codec, found.audio.decodable) == ("ac3", False)
    with pytest.raises(EngineFailed) as failure:
        next(media.sound(folder / "old.mkv", 24_000))
    assert failure.value.code == "media_broken"


def test_two_films_in_one_file_are_counted(folder: Path) -> None:
    path = folder / "two.mkv"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("mpeg4", rate=25, width=64, height=48, pix_fmt="yuv420p") for _ in range(2)]
        for stream in streams:
            out.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        for stream in streams:
            out.mux(stream.encode(None))
    assert media.probe(path).video.streams == 2


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"bytes": 1_000}, "media_too_large"),
        ({"seconds": 1.0}, "media_too_long"),
        ({"least_seconds": 3.0}, "media_too_short"),
        ({"pixels": 64 * 48 - 1}, "media_too_many_pixels"),
        ({"fps": 24.0}, "media_too_fast"),
        ({"channels": 0}, "media_too_many_channels"),
    ],
)
def test_a_limit_of_the_purpose_is_kept(good: Path, limits: dict[str, float], code: str) -> None:
    assert refused(good, **limits) == code


@pytest.mark.parametrize(("kind", "code"), [("video", "media_no_audio"), ("audio", "media_no_video")])
def test_what_a_purpose_needs_must_be_there(folder: Path, kind: str, code: str) -> None:
    path = film(folder / f"only-{kind}.mkv", **{kind: {"video": "mpeg4", "audio": "flac"}[kind]})
    assert refused(path, needs_video=True, needs_audio=True) == code


def test_the_process_that_opens_a_file_can_open_no_other_and_no_connection(folder: Path) -> None:
    with media._pool.child() as child:
        limits = Path(f"/proc/{child.process.pid}/limits").read_text()
        numbers = {int(path.name) for path in Path(f"/proc/{child.process.pid}/fd").iterdir()}
    assert f"Max open files            {max(numbers) + 2} " in limits and numbers == set(range(len(numbers)))
    assert "Max core file size        0 " in limits
    assert "Max address space         unlimited" not in limits


def test_a_wave_is_what_the_tests_think(folder: Path) -> None:
    path = film(folder / "check.wav", audio="pcm_s16le", rate=24_000)
    assert b"".join(media.sound(path, 24_000)) == tone(1.0).tobytes()
