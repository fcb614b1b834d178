"""What training leaves of a person's footage, in one file beside the film (.npz, numbers only)."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.faces import OPENINGS, PRESSES, WIDTHS, Box
from twins.footage.films import Picture
from twins.footage.track import Floats

VERSION = 2
REST = WIDTHS // 2  # number of the resting mouth among the pictures
SHAPES = OPENINGS * WIDTHS + PRESSES


@dataclass(frozen=True)
class Footage:
    """Facts about each of the film's frames, which are a closed loop, in pixels of the film.

    size: (width, height). pictures, area, box: see twins.footage.mouth.Mouth; pictures are (SHAPES, h, w, 3).
    maps: (frames, 2, 3), from that frame to each. light: (frames, cells, cells, 3), levels of RGB to be added.
    faces: (frames, 4, 2): corners of the eyes, base of the nose and chin, smoothed. covered: whether the person's own
    lips are parted, so that the mouth must be laid over them at rest too.
    """

    size: tuple[int, int]
    pictures: Picture
    area: Picture
    box: Box
    maps: NDArray[np.float64]
    light: Floats
    faces: Floats
    covered: bool

    def save(self, path: Path) -> None:
        np.savez(
            path,
            version=VERSION,
            size=self.size,
            pictures=self.pictures,
            area=self.area,
            box=[*vars(self.box).values()],
            maps=self.maps,
            light=self.light.astype(np.float16),
            faces=self.faces,
            covered=self.covered,
        )


def load(path: Path) -> Footage:
    """Raises EngineFailed("face_unusable")."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            if int(stored["version"]) != VERSION:
                raise EngineFailed("This replica was trained by another version. Train it again.", "face_unusable")
            width, height = map(int, stored["size"])
            facts = {name: stored[name] for name in ("pictures", "area", "maps", "faces")}
            light, box = stored["light"].astype(np.float32), Box(*map(int, stored["box"]))
            return Footage((width, height), box=box, light=light, covered=bool(stored["covered"]), **facts)
    except (OSError, EOFError, BadZipFile, KeyError, ValueError) as error:
        words = "The files of this replica are missing or damaged. Train it again."
        raise EngineFailed(words, "face_unusable") from error
