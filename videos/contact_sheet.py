"""A face on one picture, to be looked at: its mouth and eye pictures, and frames of a clip in which it talks."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from twins import photos, portraits
from twins.faces import Box, FaceSheet, Picture
from twins.tts.base import VoiceSettings
from twins.tts.local import LocalTTS
from videos.renderers.base import FaceRef, VideoFormat
from videos.renderers.local.engine import LocalRenderer

MOUTHS = {"closed": (0, 2), "ah": (9, 2), "ee": (3, 4), "oh": (6, 0), "oo": (2, 0)}  # name -> opening, width
PRESSES = {"m b p": 0, "f v": 1}
EYES = {
    "blink, half": (1, 0, 2),
    "blink": (1, 0, 4),
    "brows down": (0, 0, 0),
    "brows up": (5, 0, 0),
    "aside": (1, 1, 0),
}
WORDS = "My mother bought five big boxes of fine food for you."
FIRST, FRAMES = 20, 12  # of the talking clip
COLUMNS = 6


def contact_sheet(face: FaceRef, size: int, voice: str) -> Picture:
    """RGB, COLUMNS pictures of `size` a side in each row. Raises EngineFailed."""
    shown = [] if face.kind == "video" else list(_stills(sheet_of(face, size)))
    shown += [(f"frame {FIRST + n}", frame) for n, frame in enumerate(_talking(face, size, voice))]
    tiles = [_named(picture, name) for name, picture in shown]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    return np.vstack([np.hstack(tiles[row : row + COLUMNS]) for row in range(0, len(tiles), COLUMNS)])


def sheet_of(face: FaceRef, size: int) -> FaceSheet:
    if face.kind == "drawn":
        return portraits.draw(face.name, size, size)
    return photos.sheet(Path(face.package), size, size)


def _stills(sheet: FaceSheet) -> Iterator[tuple[str, Picture]]:
    for name, shape in MOUTHS.items():
        yield name, _with(sheet.image, sheet.mouth_box, sheet.mouth[shape])
    for name, number in PRESSES.items():
        yield name, _with(sheet.image, sheet.mouth_box, sheet.press[number])
    for name, look in EYES.items():
        yield name, _with(sheet.image, sheet.eyes_box, sheet.eyes[look])


def _with(image: Picture, box: Box, patch: Picture) -> Picture:
    picture = np.array(image)
    picture[box.y : box.y + box.height, box.x : box.x + box.width] = patch
    return picture


def _talking(face: FaceRef, size: int, voice: str) -> list[Picture]:
    """Consecutive frames of a clip, as they come out of its file."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(LocalRenderer(folder)) as renderer,
        closing(LocalTTS()) as tts,
    ):
        path = Path(folder) / "talking.mp4"
        speech = tts.stream(WORDS, VoiceSettings(voice))
        for _ in renderer.render(face, speech, path, VideoFormat(size, size)):
            pass
        with av.open(str(path), format="mp4") as film:
            frames = islice(film.decode(film.streams.video[0]), FIRST, FIRST + FRAMES)
            return [frame.to_ndarray(format="rgb24") for frame in frames]


def _named(picture: Picture, name: str) -> Picture:
    tile = np.array(picture)
    for tone, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(tile, name, (6, tile.shape[0] - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.5, tone, width, cv2.LINE_AA)
    return tile
