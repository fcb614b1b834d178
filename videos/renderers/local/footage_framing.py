"""Which part of a person's film a picture of a given size shows."""

import numpy as np

from twins.faces import Box
from twins.footage.package import Footage
from videos.renderers.base import VideoFormat

SAME_SHAPE = 0.05  # difference of the proportions up to which the film is shown as its maker framed it
CLOSE = 4.4  # height of a close crop, in distances from the eyes to the chin; half of it is head
BROAD = 2.8  # its least width, likewise
EYE_LINE = 0.40  # of its height, from above


def crop(footage: Footage, video_format: VideoFormat, framing: str) -> Box:
    """The whole film when its proportions are asked for; else head and shoulders ("close"), or as much as there is.

    In pixels of the film, and never less than what is asked for, so that nothing is magnified without need.
    """
    width, height = footage.size
    ratio = video_format.width / video_format.height
    whole = min(height, width / ratio)
    eyes, chin = np.median(footage.faces[:, :2].mean(1), 0), np.median(footage.faces[:, 3], 0)
    face = float(np.linalg.norm(chin - eyes))
    tall = whole
    if framing == "close" and abs(ratio / (width / height) - 1) > SAME_SHAPE:
        tall = min(whole, max(CLOSE * face, BROAD * face / ratio, video_format.height))
    broad = tall * ratio
    x = min(max(float(eyes[0]) - broad / 2, 0), width - broad)
    y = min(max(float(eyes[1]) - EYE_LINE * tall, 0), height - tall)
    return Box(_even(x), _even(y), _even(broad), _even(tall))


def _even(number: float) -> int:
    return int(number) // 2 * 2
