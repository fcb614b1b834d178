"""Puts a person before a background, and a watermark over both, in the encoder's own layout (NV12)."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from videos.renderers.base import Scene, VideoFormat
from videos.renderers.local.compose import FRAMES_IN_FLIGHT, Cutout, Shot

Picture = NDArray[np.uint8]
MARGIN = 0.03  # of the frame's shorter side, between a watermark and the edges
BESIDE_PAGE = {"wide": 0.56, "square": 0.5, "tall": 0.42}  # height of the person before a page, of the frame's
SPEAKER_WIDTH = 0.84  # of that height: head and shoulders as wide as they are drawn


def person_format(scene: Scene, video_format: VideoFormat) -> VideoFormat:
    """The size at which the person is shown: the whole frame, or a corner of it before a page."""
    if scene.scroll is None:
        return video_format
    width, height = video_format.width, video_format.height
    shape = "square" if width == height else "wide" if width > height else "tall"
    tall = round(height * BESIDE_PAGE[shape] / 2) * 2
    return VideoFormat(min(round(tall * SPEAKER_WIDTH / 2) * 2, width), tall, video_format.fps)


class Compositor:
    """Makes whole frames. A frame stays valid until FRAMES_IN_FLIGHT further ones were made.

    behind: NV12 frames, one is taken for each frame made. mark: a watermark's picture and opacity. A cut-out person
    smaller than the frame stands at the bottom, on the left; in a tall frame in the middle.
    """

    def __init__(
        self, video_format: VideoFormat, behind: Iterator[Picture], mark: tuple[Picture, Picture] | None = None
    ) -> None:
        self._height, self._width = video_format.height, video_format.width
        self._behind = behind
        self._mark = mark
        self._buffers = [np.empty((self._height * 3 // 2, self._width), np.uint8) for _ in range(FRAMES_IN_FLIGHT)]
        self._next = 0

    def frame(self, shot: Shot) -> Picture:
        if isinstance(shot, Cutout):
            frame = self._buffer()
            np.copyto(frame, next(self._behind))
            x, y = self._place(shot.picture)
            _blend(frame, shot.picture, shot.matte, x, y)
        elif self._mark is None:
            return shot
        else:
            frame = self._buffer()
            np.copyto(frame, shot)
        if self._mark:
            self._stamp(frame, *self._mark)
        return frame

    def _buffer(self) -> Picture:
        self._next = (self._next + 1) % FRAMES_IN_FLIGHT
        return self._buffers[self._next]

    def _place(self, person: Picture) -> tuple[int, int]:
        height, width = len(person) * 2 // 3, person.shape[1]
        x = (self._width - width) // 4 * 2 if self._height > self._width else 0
        return x, self._height - height

    def _stamp(self, frame: Picture, picture: Picture, opacity: Picture) -> None:
        """Top right: captions are shown at the bottom, and the person stands there."""
        margin = round(MARGIN * min(self._width, self._height) / 2) * 2
        _blend(frame, picture, opacity, self._width - picture.shape[1] - margin, margin)


def _blend(frame: Picture, picture: Picture, opacity: Picture, x: int, y: int) -> None:
    """Lay `picture` over `frame` with its corner at (x, y), all even. Both planes have the same width in bytes."""
    height, width = len(picture) * 2 // 3, picture.shape[1]
    luma = len(frame) * 2 // 3
    _mix(frame[y : y + height, x : x + width], picture[:height], opacity[:height])
    _mix(frame[luma + y // 2 : luma + (y + height) // 2, x : x + width], picture[height:], opacity[height:])


def _mix(below: Picture, above: Picture, opacity: Picture) -> None:
    lower = cv2.multiply(below, cv2.bitwise_not(opacity), scale=1 / 255)
    below[:] = cv2.add(cv2.multiply(above, opacity, scale=1 / 255), lower)
