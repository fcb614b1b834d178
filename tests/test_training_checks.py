"""Training films: a clean one passes, and every planted fault gives its own type of error, and no other."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from avatarsite.core import media
from avatarsite.core.engines import EngineFailed
from tests.footage import Film
from twins.faces import Picture
from twins.training import checks
from twins.training.child import Examine, examined
from twins.training.film import Approved, Rules

pytestmark = pytest.mark.engine
SIZE = 720
RULES = Rules(least=2.8)  # what is asked of the short films of these tests
HALF = 1.4  # seconds: where faults begin
CLEAN = Film(seconds=3.0, talking=1.2)
PLAIN = Film(seconds=1.0, talking=1.0, size=(64, 48))  # for what is refused before anything is looked at


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def clean(folder: Path) -> Path:
    return CLEAN.write(folder / "clean.mp4")


def looked_at(path: Path, rules: Rules = RULES) -> Approved:
    """The verdict, reached in this process."""
    return examined(Examine(path, rules), lambda second: None)


def fault_of(check: Callable[[], object]) -> str:
    with pytest.raises(EngineFailed) as caught:
        check()
    return caught.value.code


def moved(picture: Picture, right: float, down: float, larger: float = 1.0) -> Picture:
    into = np.float32([[larger, 0, right], [0, larger, down]])
    return cv2.warpAffine(picture, into, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE)


# -- What a film must be like


def test_a_clean_film_passes_and_the_silent_part_with_closed_lips_is_found(clean: Path) -> None:
    told: list[int] = []
    approved = checks.examine(clean, replace(RULES, least=2.9), told.append)
    assert (approved.start, approved.silent) == (0.0, False) and approved.end > 2.9
    assert approved.rest[0] >= 0 and approved.measures["eyes"] > 100
    assert told == sorted(told) and len(told) >= 3 and told[0] >= 0 and told[-1] <= 99


def test_the_longest_silence_is_the_rest(folder: Path) -> None:
    approved = looked_at(replace(CLEAN, seconds=5.0).write(folder / "long.mp4"))
    assert approved.silent
    assert approved.rest == (pytest.approx(1.5, abs=0.4), pytest.approx(5.0, abs=0.1))


def test_somebody_who_nods_while_talking_passes(folder: Path) -> None:
    film = replace(CLEAN, picture=lambda picture, at: moved(picture, 0, 25 * np.sin(at * 3)))
    looked_at(film.write(folder / "nods.mp4"))


# -- Faults that are seen and heard


def second_face(picture: Picture, at: float) -> Picture:
    if at > HALF:
        picture[300:660, 0:300] = cv2.resize(picture, (360, 360))[:, 30:330]
    return picture


def empty(picture: Picture, at: float) -> Picture:
    return np.full_like(picture, (90, 110, 120)) if HALF < at < HALF + 0.8 else picture


def walks_out(picture: Picture, at: float) -> Picture:
    return moved(picture, max(0.0, at - HALF) * 400, 0)


def hand(picture: Picture, at: float) -> Picture:
    skin = tuple(int(value) for value in picture[330, 300])
    return cv2.ellipse(picture, (360, 460), (130, 80), 10, 0, 360, skin, -1) if HALF < at < HALF + 0.8 else picture


def lamp(picture: Picture, at: float) -> Picture:
    return cv2.convertScaleAbs(picture, alpha=0.65 if at > HALF else 1.0)


def sunset(picture: Picture, at: float) -> Picture:
    return cv2.convertScaleAbs(picture, alpha=1.0 - 0.13 * at)


def zoom(picture: Picture, at: float) -> Picture:
    return moved(picture, -60, -60, 1.15) if at > HALF else picture


def jump(picture: Picture, at: float) -> Picture:
    return moved(picture, 14, 5) if at > HALF else picture


def shake(picture: Picture, at: float) -> Picture:
    return moved(picture, 40 * np.sin(at * 29), 25 * np.cos(at * 41))


def paces(picture: Picture, at: float) -> Picture:
    return moved(picture, 110 * np.sin(at * 3), 0)


def out_of_focus(picture: Picture, at: float) -> Picture:
    return cv2.GaussianBlur(picture, (0, 0), 4)


@cache
def _grain() -> list[np.ndarray]:
    source = np.random.default_rng(5)
    return [source.normal(0, 14, (SIZE, SIZE, 1)).astype(np.int16) for _ in range(3)]


def dark_sensor(picture: Picture, at: float) -> Picture:
    return np.uint8(np.clip(picture + _grain()[round(at * 25) % 3], 0, 255))


def hiss(sound: np.ndarray) -> np.ndarray:
    """15 dB below the speech."""
    noise = np.sqrt(np.mean(sound[: len(sound) // 4] ** 2)) / 10**0.75
    return np.float32(sound + np.random.default_rng(4).normal(0, noise, len(sound)))


FAULTS = {
    "a second face": (replace(CLEAN, picture=second_face), "face_or_obstruction_detected"),
    "nobody there for a while": (replace(CLEAN, picture=empty), "face_or_obstruction_detected"),
    "walks out of the frame": (replace(CLEAN, picture=walks_out), "face_or_obstruction_detected"),
    "a hand before the mouth": (replace(CLEAN, picture=hand), "face_or_obstruction_detected"),
    "a lamp goes out": (replace(CLEAN, picture=lamp), "lighting_change_detected"),
    "it gets dark": (replace(CLEAN, picture=sunset), "lighting_change_detected"),
    "a cut to a closer view": (replace(CLEAN, picture=zoom), "video_editing_detected"),
    "a jump cut": (replace(CLEAN, picture=jump), "video_editing_detected"),
    "a camera that shakes": (replace(CLEAN, picture=shake), "excessive_movement_detected"),
    "somebody who rocks about": (replace(CLEAN, picture=paces), "excessive_movement_detected"),
    "out of focus": (replace(CLEAN, picture=out_of_focus), "quality_issue_detected"),
    "a grainy picture": (replace(CLEAN, picture=dark_sensor), "quality_issue_detected"),
    "hiss": (replace(CLEAN, sound=hiss), "background_noise_detected"),
    "a dead microphone": (replace(CLEAN, sound=lambda sound: sound * 0), "audio_processing"),
    "a voice while the lips are closed": (replace(CLEAN, talking=2.8, lips=False), "background_noise_detected"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_gives_its_own_type(folder: Path, name: str) -> None:
    film, expected = FAULTS[name]
    path = film.write(folder / f"{name}.mp4")
    assert fault_of(lambda: looked_at(path)) == expected


def test_a_lamp_that_goes_out_at_the_end_leaves_a_stretch_that_is_long_enough(folder: Path) -> None:
    film = replace(CLEAN, picture=lambda picture, at: lamp(picture, at - 1.0)).write(folder / "late.mp4")
    approved = looked_at(film, replace(RULES, least=2.0))
    assert approved.start == 0.0 and approved.end == pytest.approx(2.4, abs=0.4)


def test_a_cut_is_no_less_a_cut_where_it_leaves_a_long_stretch(folder: Path) -> None:
    film = replace(CLEAN, picture=zoom).write(folder / "cut again.mp4")
    assert fault_of(lambda: looked_at(film, replace(RULES, least=1.0))) == "video_editing_detected"


# -- Files


WRONG_FILES = {
    "video_codec": replace(PLAIN, codec="mpeg4", options={}),
    "video_format": replace(PLAIN, container="matroska"),
    "video_codec_and_format": replace(PLAIN, container="matroska", codec="mpeg4", options={}),
    "video_fps": replace(PLAIN, fps=24),
    "quality_issue_detected": PLAIN,
    "audio_processing": replace(PLAIN, audio=""),
    "video_duration": replace(PLAIN, seconds=0.8),
}


@pytest.mark.parametrize("expected", WRONG_FILES)
def test_a_wrong_file_is_refused_before_it_is_looked_at(folder: Path, expected: str) -> None:
    path = WRONG_FILES[expected].write(folder / f"{expected}.film")
    assert fault_of(lambda: checks.examine(path, Rules(least=0.9), lambda share: None)) == expected


def test_nothing_is_wrong_with_a_small_webm_but_its_size(folder: Path) -> None:
    options = {"deadline": "realtime", "cpu-used": "8"}
    film = replace(PLAIN, container="webm", codec="libvpx", audio="libopus", options=options).write(folder / "a.webm")
    assert fault_of(lambda: checks.check_file(media.probe(film), Rules(least=0.9))) == "quality_issue_detected"


def test_a_quicktime_film_is_no_mp4(folder: Path) -> None:
    path = replace(PLAIN, container="mov").write(folder / "a.mov")
    assert fault_of(lambda: checks.check_file(media.probe(path), Rules(least=0.9))) == "video_format"


def test_a_file_that_is_too_large_is_refused(clean: Path) -> None:
    rules = Rules(bytes=10_000, least=1.0)
    assert fault_of(lambda: checks.examine(clean, rules, lambda share: None)) == "file_size"


@pytest.mark.parametrize("content", [b"", b"no film at all", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"])
def test_what_is_no_film_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    assert fault_of(lambda: checks.examine(path, RULES, lambda share: None)) == "video_codec_and_format"


def test_a_film_with_garbage_in_its_middle_is_refused(clean: Path, tmp_path: Path) -> None:
    content, path = clean.read_bytes(), tmp_path / "film.mp4"
    third = len(content) // 3
    path.write_bytes(content[:third] + os.urandom(third) + content[2 * third :])
    assert fault_of(lambda: checks.examine(path, RULES, lambda share: None)) == "video_processing"


def test_a_film_that_is_cancelled_is_left_at_once(clean: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(share: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        checks.examine(clean, RULES, cancel)
    assert not checks._pool._living
