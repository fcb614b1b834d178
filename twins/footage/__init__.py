"""From a person's film to footage that the renderer speaks over: `build`."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from twins.footage.films import FPS, Film, Picture, backwards, frames, rgb
from twins.footage.mouth import Light, Mouth, calmest_frame, make, maps
from twins.footage.package import REST, Footage
from twins.footage.span import choose
from twins.footage.track import Track, follow, smoothed

__all__ = ["build"]

SILENT_MOST = 90.0  # seconds that are looked through for the calmest stretch
FORTH_CRF, CRF = 10, 16  # of the intermediate and of the final film
TRACKED, LIT = 60, 80  # per cent done after the face was followed, and after the light was measured
FACE = (33, 263, 2, 152)  # corners of the eyes, base of the nose, chin


def build(film: Path, silent: tuple[float, float], folder: Path, progress: Callable[[int], None]) -> tuple[Path, Path]:
    """Make package (.npz) and footage (.mp4) in `folder` from the part of `film` in which the person is silent.

    silent: its begin and end in seconds. progress: per cent, up to 100. The footage is a closed loop at 25 frames a
    second, in the order in which it is played: forth and back.
    It opens a customer's file: call it in a child process with limits. Raises EngineFailed:
    face_or_obstruction_detected, media_unsupported, media_broken, media_no_video, and those of `twins.photos`.
    """
    begin, end = silent[0], min(silent[1], silent[0] + SILENT_MOST)
    expected = max((end - begin) * FPS, 1)
    track = follow(frames(film, begin, end), lambda count: progress(min(round(TRACKED * count / expected), TRACKED)))
    first, last, closed = choose(track)
    forth, footage, package = folder / "forth.mp4", folder / "footage.mp4", folder / "package.npz"
    size = _write(forth, frames(film, begin + first / FPS, begin + (last + 1) / FPS), FORTH_CRF)
    track = Track(track.points[first : last + 1])
    _measure(forth, track, size, not closed, progress).save(package)
    count = len(track.points)
    _write(footage, _forth_and_back(forth, count), CRF)
    forth.unlink()
    progress(100)
    return package, footage


def _write(path: Path, pictures: Iterator[Picture], crf: int) -> tuple[int, int]:
    """Returns width and height."""
    picture = next(pictures)
    width, height = picture.shape[1], len(picture) * 2 // 3
    with Film(path, width, height, crf=crf) as film:
        film.add(picture)
        for picture in pictures:
            film.add(picture)
    return width, height


def _forth_and_back(forth: Path, count: int) -> Iterator[Picture]:
    """Neither end is shown twice: frames 0 … count - 1, then count - 2 … 1."""
    yield from frames(forth)
    yield from islice(backwards(forth, count - 1), count - 2)


def _measure(
    forth: Path, track: Track, size: tuple[int, int], covered: bool, progress: Callable[[int], None]
) -> Footage:
    """All that the renderer needs to know of every frame of the loop."""
    count = len(track.points)
    loop = [*range(count), *range(count - 2, 0, -1)]
    mouth = _mouth(forth, track, covered)
    points = track.points[loop, :, :2]
    placed = maps(mouth, points, speaking=covered, closed=True)
    light = Light(mouth, REST, speaking=covered)
    lit = []
    for number, picture in enumerate(frames(forth)):
        lit.append(light.on(rgb(picture), placed[number]))
        progress(TRACKED + round((LIT - TRACKED) * number / count))
    return Footage(
        size=size,
        pictures=mouth.pictures,
        area=mouth.area,
        box=mouth.box,
        maps=placed,
        light=smoothed(np.array(lit)[loop], closed=True),
        faces=smoothed(points[:, list(FACE)], closed=True),
        covered=covered,
    )


def _mouth(forth: Path, track: Track, speaking: bool) -> Mouth:
    number = calmest_frame(track)
    picture = next(frames(forth, number / FPS))
    return make(rgb(picture), track.points[number], speaking=speaking)
