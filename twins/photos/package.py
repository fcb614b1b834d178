"""What is kept of a photo: a .npz with the picture, its landmarks and the cut-out of the person."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from avatarsite.core.engines import EngineFailed
from twins.faces import Picture
from twins.photos.fields import Floats

QUALITY = 95


@dataclass(frozen=True)
class Package:
    """A photo that can be made to speak. points: refined landmarks (478, 3) in its pixels."""

    image: Picture
    points: Floats
    matte: Picture

    def saved(self) -> bytes:
        file = io.BytesIO()
        picture = cv2.cvtColor(self.image, cv2.COLOR_RGB2BGR)
        jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
        np.savez(file, image=jpeg, points=self.points, matte=cv2.imencode(".png", self.matte)[1])
        return file.getvalue()


def opened(path: Path) -> Package:
    """Raises EngineFailed("face_unusable")."""
    try:
        with np.load(path, allow_pickle=False) as parts:
            picture = cv2.imdecode(parts["image"], cv2.IMREAD_COLOR)
            matte = np.asarray(cv2.imdecode(parts["matte"], cv2.IMREAD_GRAYSCALE), np.uint8)
            image = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
            return Package(image, parts["points"].astype(np.float32), matte)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, cv2.error) as error:
        raise EngineFailed("This face is missing or damaged. Train the replica again.", "face_unusable") from error
