"""A mouth that a network draws: it is shown a face without its lower half, and the sound, and gives the whole face."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.faces import Box
from twins.footage.films import rgb
from twins.footage.mouth import SPEAKING_CHIN, lower_face
from twins.footage.track import Floats
from twins.landmarks import measures
from videos.renderers.local import nv12
from videos.renderers.local.footage_mouth import Patches, Picture
from videos.renderers.local.neural import MouthModel
from videos.renderers.local.neural_sound import BANDS, STEPS

BELOW = 0.05  # of the face's height that is shown to the network below the chin
SEAM = 0.08  # of the face's width in which a border fades
LEAST_FACE = 32  # pixels across; a smaller face stays as it is
PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")  # of onnxruntime, as far as it has them


@dataclass(frozen=True)
class Network:
    """An open model, and the names of its inputs. side: of the square faces that it takes, in pixels."""

    session: Any
    sound: str
    faces: str
    side: int

    def speak(self, face: Picture, mel: Floats) -> Picture:
        """A whole RGB face (side, side, 3) that says what `mel` (BANDS, STEPS) holds, like the one that is given."""
        shown = face[..., ::-1].transpose(2, 0, 1).astype(np.float32) / 255
        hidden = shown.copy()
        hidden[:, self.side // 2 :] = 0
        fed = {self.sound: mel[None, None], self.faces: np.concatenate([hidden, shown])[None]}
        try:
            (said,) = self.session.run(None, fed)
            made = np.asarray(said).reshape(3, self.side, self.side)
        except Exception as error:  # onnxruntime's own kinds are no public names
            raise broken() from error
        return np.ascontiguousarray((made * 255).clip(0, 255).astype(np.uint8).transpose(1, 2, 0)[..., ::-1])

    def rehearse(self, count: int) -> int:
        """Draw so many faces that nobody sees; returns their number."""
        face, mel = np.zeros((self.side, self.side, 3), np.uint8), np.zeros((BANDS, STEPS), np.float32)
        for _ in range(count):
            self.speak(face, mel)
        return count


def broken() -> EngineFailed:
    words = f"MOUTH_MODEL is no model that takes mel spectra (B, 1, {BANDS}, {STEPS}) and faces (B, 6, 96, 96)."
    return EngineFailed(words, "mouth_model_broken")


@lru_cache(maxsize=1)
def network(model: MouthModel) -> Network:
    """Raises EngineFailed: mouth_model_missing, mouth_model_broken."""
    model.check()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads, options.log_severity_level = model.threads, 1, 4
    here = onnxruntime.get_available_providers()
    try:
        session = onnxruntime.InferenceSession(model.path, options, [name for name in PROVIDERS if name in here])
    except Exception as error:  # onnxruntime's own kinds are no public names
        raise broken() from error
    return _known(session)


def _known(session: Any) -> Network:
    """Exports name their inputs as they like: they are told apart by their shapes."""
    shapes = {given.name: list(given.shape) for given in session.get_inputs()}
    sound = [name for name, shape in shapes.items() if shape[1:3] == [1, BANDS]]
    faces = [name for name, shape in shapes.items() if len(shape) == 4 and shape[1] == 6 and shape[2] == shape[3]]
    if len(shapes) != 2 or not sound or not faces or not isinstance(shapes[faces[0]][2], int):
        raise broken()
    return Network(session, sound[0], faces[0], int(shapes[faces[0]][2]))


class NeuralMouth:
    """Lays a network's mouths over faces."""

    def __init__(self, model: MouthModel) -> None:
        self._network = network(model)

    def paint(self, frame: Picture, points: Floats, mel: Floats, share: float = 1.0) -> None:
        """Let the face in an NV12 frame say what `mel` holds, in place. points: its landmarks, in pixels.

        share: how much of the new mouth is seen, 0 to 1.
        """
        box = face_box(points, frame.shape[1], len(frame) * 2 // 3)
        if box.width < LEAST_FACE or box.height < LEAST_FACE or share <= 0:
            return
        side = self._network.side
        face = cv2.resize(_cut(frame, box), (side, side), interpolation=cv2.INTER_AREA)
        said = self._network.speak(face, mel)
        fitted = cv2.resize(said, (box.width, box.height), interpolation=cv2.INTER_CUBIC)
        mask = (lower_face(points, box, *SPEAKING_CHIN) * (_window(box.width, box.height) * (share / 255)))[None]
        half = cv2.resize(mask[0], (box.width // 2, box.height // 2), interpolation=cv2.INTER_AREA)[None]
        patch = Patches(*nv12.planes(fitted[None]), mask, half, covering=True)
        patch.paint(frame, 0, np.array([[1.0, 0, box.x], [0, 1.0, box.y]]), nv12.differences(_light(face, said)))


def face_box(points: Floats, width: int, height: int) -> Box:
    """What the network is shown: from the forehead to a little below the chin, as face detectors frame it."""
    x, y, across, down = measures.face_box(points)
    left, top = max(int(x) // 2 * 2, 0), max(int(y) // 2 * 2, 0)
    right, bottom = min(x + across, width), min(y + down * (1 + BELOW), height)
    return Box(left, top, max(int(right - left) // 2 * 2, 0), max(int(bottom - top) // 2 * 2, 0))


def _cut(frame: Picture, box: Box) -> Picture:
    luma, chroma = nv12.split(frame)
    bright = luma[box.y : box.y + box.height, box.x : box.x + box.width]
    colour = chroma[box.y // 2 : (box.y + box.height) // 2, box.x // 2 : (box.x + box.width) // 2]
    return rgb(np.concatenate([bright, colour.reshape(len(colour), -1)]))


def _light(face: Picture, said: Picture) -> NDArray[np.float32]:
    """(1, 1, 3) levels of RGB that the network's face lacks, by what it was shown: the middle above the mouth."""
    side = len(face)
    known = slice(side // 4, side // 2), slice(side // 6, side - side // 6)
    lack = face[known].astype(np.float32).mean((0, 1)) - said[known].astype(np.float32).mean((0, 1))
    return np.asarray(lack[None, None], np.float32)


def _window(width: int, height: int) -> NDArray[np.float32]:
    """1 on the lower half, which the network was not shown, falling to 0 above it and towards the other borders."""
    seam = max(SEAM * width, 2.0)
    across, down = np.arange(width) + 0.5, np.arange(height) + 0.5
    sides = np.minimum(across, width - across) / seam
    ends = np.minimum((down - height / 2) / seam + 0.5, (height - down) / seam)
    return np.asarray(ends.clip(0, 1)[:, None] * sides.clip(0, 1)[None], np.float32)
