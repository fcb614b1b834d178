"""A person's own footage, made ready for one picture size."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twins.faces import Box
from twins.footage.package import load
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local import nv12
from videos.renderers.local.footage_framing import crop
from videos.renderers.local.footage_mouth import Levels, Patches, Picture

KEPT = 4  # footages held ready by one process
Matrices = NDArray[np.float64]


@dataclass(frozen=True)
class Filmed:
    """Footage at one picture size. Numbers of frames are those of the loop.

    film, shown: the loop's file, and the part of it that is shown. maps: (frames, 2, 3), from a mouth picture's pixels
    to the frame's. light: (frames, cells, cells, 3), levels of luma and chroma to be added to the mouth. faces:
    (frames, 4, 2) in the frame's pixels.
    """

    film: Path
    shown: Box
    size: tuple[int, int]
    mouth: Patches
    maps: Matrices
    light: Levels
    faces: Matrices

    @property
    def frames(self) -> int:
        return len(self.maps)

    @property
    def is_scaled(self) -> bool:
        return (self.shown.width, self.shown.height) != self.size

    def paint(self, frame: Picture, number: int, shape: int) -> None:
        """Lay mouth picture `shape` over frame `number`, in place."""
        self.mouth.paint(frame, shape, self.maps[number], self.light[number])


@lru_cache(maxsize=KEPT)
def filmed(face: FaceRef, video_format: VideoFormat) -> Filmed:
    """Raises EngineFailed("face_unusable")."""
    footage = load(Path(face.package))
    shown = crop(footage, video_format, face.framing)
    across, down = video_format.width / shown.width, video_format.height / shown.height
    box = footage.box
    width, height = _even(box.width * across), _even(box.height * down)
    to_film = _scaling(box.width / width, box.height / height, box.x, box.y)
    to_picture = _scaling(across, down, -shown.x * across, -shown.y * down)
    return Filmed(
        film=Path(face.footage),
        shown=shown,
        size=(video_format.width, video_format.height),
        mouth=Patches.of(footage.pictures, footage.area, (width, height), covering=footage.covered),
        maps=(to_picture @ _square(footage.maps) @ to_film)[:, :2],
        light=nv12.differences(footage.light),
        faces=(footage.faces.astype(np.float64) + 0.5 - (shown.x, shown.y)) * (across, down) - 0.5,
    )


def _even(length: float) -> int:
    return max(round(length / 2) * 2, 8)


def _scaling(across: float, down: float, x: float, y: float) -> Matrices:
    """3 x 3: corners of pixels are scaled and then moved by (x, y); coordinates are those of their centres."""
    return np.array([[across, 0, (across - 1) / 2 + x], [0, down, (down - 1) / 2 + y], [0, 0, 1]])


def _square(maps: Matrices) -> Matrices:
    return np.concatenate([maps, np.broadcast_to([[[0.0, 0.0, 1.0]]], (len(maps), 1, 3))], axis=1)
