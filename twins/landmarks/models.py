"""The models at work. An interpreter belongs to one thread; whoever wants one asks for that of their own thread."""

import threading

import cv2
import numpy as np
from numpy.typing import NDArray

from avatarsite.core.engines import EngineFailed
from twins.landmarks.files import MISSING, path_of

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]


class Model:
    """One model. Takes a square RGB picture of `size` pixels a side, answers with its output tensors."""

    def __init__(self, name: str) -> None:
        from ai_edge_litert.interpreter import Interpreter  # large; most processes that know faces never run a model

        try:
            self._interpreter = Interpreter(model_path=str(path_of(name)), num_threads=1)
        except ValueError as error:
            raise EngineFailed(MISSING, "landmarks_missing") from error
        self._interpreter.allocate_tensors()
        given = self._interpreter.get_input_details()[0]
        self._input = given["index"]
        self._outputs = [output["index"] for output in self._interpreter.get_output_details()]
        self.size = int(given["shape"][1])

    def __call__(self, picture: Floats) -> list[Floats]:
        """`picture`: (size, size, 3), in the range that the model was made for."""
        self._interpreter.set_tensor(self._input, picture[None])
        self._interpreter.invoke()
        return [np.asarray(self._interpreter.get_tensor(index), np.float32) for index in self._outputs]


_here = threading.local()


def model(name: str) -> Model:
    """This thread's interpreter of a model. Raises EngineFailed("landmarks_missing")."""
    kept: dict[str, Model] = _here.__dict__.setdefault("kept", {})
    if name not in kept:
        kept[name] = Model(name)
    return kept[name]


def sample(rgb: Picture, into: NDArray[np.float64], size: int, border: int = cv2.BORDER_REPLICATE) -> Floats:
    """A (size, size, 3) cut-out with values 0 to 1; `into` is the affine map (2, 3) from the cut-out to `rgb`."""
    shrink = float(np.hypot(into[0, 0], into[1, 0]))
    if shrink >= 2:  # else pixels between the taps would be passed over
        factor = 1 / int(shrink)
        rgb = cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        into = into * factor
    cut = cv2.warpAffine(rgb, into, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=border)
    return np.asarray(cut, np.float32) / np.float32(255)
